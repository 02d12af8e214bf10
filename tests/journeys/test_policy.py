"""What an environment asks of an apply: saved plans, a time that is not frozen, approvals."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from mopsctl import policy, workflow
from mopsctl.errors import Refused
from mopsctl.manifest.model import ApplyPolicy, Environment, Freeze, Metadata
from tests.journeys.conftest import Stack

FRIDAY_AFTERNOON = datetime.datetime(2026, 11, 20, 15, 30, tzinfo=datetime.UTC)
FRIDAY_NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
HUBSPOT = ("--only", "hubspot:*")  # one system shows it as well as four


@pytest.mark.parametrize(
    ("freeze", "frozen"),
    [
        (Freeze(weekdays=("fri",), after="14:00"), True),
        (Freeze(weekdays=("fri",), after="15:31"), False),
        (Freeze(weekdays=("thu",), after="14:00"), False),
        (Freeze(weekdays=("fri",)), True),
        (Freeze(before="16:00"), True),
        (Freeze(before="09:00"), False),
        (Freeze(before="09:00", after="15:00"), True),
        (Freeze(after="15:00", before="16:00"), True),
        (Freeze(after="09:00", before="15:00"), False),
        (Freeze(after="16:00", before="17:00"), False),
        (Freeze(from_="2026-11-20", until="2026-11-20"), True),
        (Freeze(from_="2026-11-21", until="2026-11-30"), False),
        (Freeze(until="2026-11-19"), False),
    ],
)
def test_a_freeze_holds_when_it_says_so(freeze: Freeze, frozen: bool) -> None:
    environment = Environment(metadata=Metadata(name="live"), apply=ApplyPolicy(freeze=(freeze,)))
    if frozen:
        with pytest.raises(Refused, match="frozen"):
            policy.refuse_frozen(environment, FRIDAY_AFTERNOON)
    else:
        policy.refuse_frozen(environment, FRIDAY_AFTERNOON)


def test_an_apply_stops_before_anything_is_read_or_asked(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.edit(
        "environments/local.yaml",
        "emulated: true",
        "emulated: true\n  apply: {approvals: 2, freeze: [{weekdays: [fri], after: '00:00', reason: quarter end}]}",
    )
    monkeypatch.setattr(workflow, "clock", lambda: FRIDAY_NOON)
    made = stack.apply(*HUBSPOT)
    assert made.code == 3
    assert "quarter end" in made.err
    assert not (stack.folder / ".mopsctl" / "state").exists()
    assert "PL004" in {each["rule"] for each in stack.plan(*HUBSPOT)["verdicts"]}
    monkeypatch.setattr(workflow, "clock", lambda: FRIDAY_NOON + datetime.timedelta(days=3))
    assert stack.apply(*HUBSPOT).code == 0


def test_saved_plans_only_means_saved_plans_only(stack: Stack, tmp_path: Path) -> None:
    stack.edit("environments/local.yaml", "emulated: true", "emulated: true\n  apply: {only_saved_plan: true}")
    made = stack.apply(*HUBSPOT)
    assert made.code == 3
    assert "saved plans only" in made.err
    stack.run("plan", stack.folder, "-e", "local", "-o", tmp_path / "plan.json", *HUBSPOT)
    assert stack.run("apply", tmp_path / "plan.json", "--yes", "--stack", stack.folder).code == 0
