"""What all rules share: silence and its end, order, places, and the example stack."""

from __future__ import annotations

import datetime
import random
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mopsctl import checks
from mopsctl.checks import OFFLINE
from mopsctl.checks.live import RULES as LIVE
from mopsctl.diagnostics import Diagnostic
from mopsctl.manifest.base import Ignore
from mopsctl.manifest.loader import load_stack
from mopsctl.manifest.model import Stack
from mopsctl.resource import FieldFacts
from tests.checks.seen import view
from tests.rules import examples

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "stacks" / "example"
TODAY = datetime.date(2026, 6, 1)
STAGES = {"HS_STAGE_SAL": "1", "HS_STAGE_RECYCLED": "2"}


def loaded(folder: Path, environment: str | None = None) -> Stack:
    """The stack in a folder."""
    found = load_stack(folder, environment, STAGES)
    assert found.stack is not None, found.diagnostics
    return found.stack


def broken(tmp_path: Path, ignored: str = "") -> tuple[Diagnostic, ...]:
    """A scoring model that breaks SC012, with what it silences."""
    shutil.copytree(examples.BASE, tmp_path, dirs_exist_ok=True)
    text = examples.BAD["SC012/bad"].read_text("utf-8")
    (tmp_path / "scoring" / "fit-again.yaml").write_text(f"{text}  ignore:\n{ignored}" if ignored else text)
    return checks.run(loaded(tmp_path), TODAY)


def silence(check: str, until: str) -> str:
    """One entry under 'ignore'."""
    return f"    - {{check: {check}, until: {until}, reason: It moves in autumn.}}\n"


@pytest.mark.parametrize("until", ["2026-06-01", "2026-06-02", "2027-01-01"])
def test_a_document_silences_a_check_up_to_a_day(until: str, tmp_path: Path) -> None:
    assert [each.rule for each in broken(tmp_path)] == ["SC012"]
    assert broken(tmp_path, silence("SC012", until)) == ()


def test_a_silence_that_has_run_out_brings_the_finding_back_as_an_error(tmp_path: Path) -> None:
    (finding,) = broken(tmp_path, silence("SC012", "2026-05-31"))
    assert (finding.rule, finding.level) == ("SC012", "error")
    assert finding.hint == "it was silenced until 2026-05-31: settle it, or set a new date with a reason"


def test_a_warning_whose_silence_has_run_out_is_an_error(tmp_path: Path) -> None:
    shutil.copytree(examples.BASE, tmp_path, dirs_exist_ok=True)
    text = examples.BAD["CP013/bad"].read_text("utf-8")
    (tmp_path / "consent" / "mail.yaml").write_text(f"{text}  ignore:\n{silence('CP013', '2026-05-31')}")
    assert [each.level for each in checks.run(loaded(tmp_path), TODAY)] == ["error"]


def test_a_silence_holds_for_its_own_check_and_document_only(tmp_path: Path) -> None:
    assert [each.rule for each in broken(tmp_path, silence("SC011", "2027-01-01"))] == ["SC012"]
    catalog = tmp_path / "catalog" / "person.yaml"
    catalog.write_text(f"{catalog.read_text('utf-8')}  ignore:\n{silence('SC012', '2027-01-01')}")
    assert [each.rule for each in broken(tmp_path)] == ["SC012"]


def test_live_findings_are_silenced_in_the_same_way(mapped: Callable[..., Stack]) -> None:
    views = [
        view("hub", {("contact", "thing"): FieldFacts("text")}),
        view("crm", {("Lead", "Thing"): FieldFacts("date")}),
    ]
    stack = mapped({}, {})
    assert [each.rule for each in checks.run_live(stack, views, TODAY)] == ["FM001"]
    mapping = stack.mappings["hub-crm"]
    quiet = replace(mapping, source=mapping.rows["thing"].source, ignore=(Ignore(check="FM001", until="2026-06-01"),))
    silent = replace(stack, mappings={"hub-crm": quiet})
    assert checks.run_live(silent, views, TODAY) == ()
    assert [each.level for each in checks.run_live(silent, views, TODAY + datetime.timedelta(days=1))] == ["error"]


def all_broken(tmp_path: Path) -> Stack:
    """A stack that breaks as many rules as fit into one."""
    shutil.copytree(examples.BASE, tmp_path, dirs_exist_ok=True)
    for path in examples.BAD.values():
        shutil.copyfile(path, tmp_path / examples.place(path))
    return loaded(tmp_path)


def test_findings_come_by_place_each_once(tmp_path: Path) -> None:
    found = checks.run(all_broken(tmp_path), TODAY)
    assert len({each.rule for each in found}) > 3
    places = [(each.source, each.rule, each.message) for each in found]
    assert places == sorted(set(places))


def test_findings_do_not_depend_on_the_order_of_documents(tmp_path: Path) -> None:
    stack = all_broken(tmp_path)
    found = checks.run(stack, TODAY)
    for seed in range(5):
        turned: dict[str, Any] = {
            room: shuffled(getattr(stack, room), seed)
            for room in ("catalogs", "scoring_models", "mappings", "lifecycles")
        }
        assert checks.run(replace(stack, **turned), TODAY) == found


def shuffled(documents: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The same documents in another order."""
    names = sorted(documents)
    random.Random(seed).shuffle(names)
    return {name: documents[name] for name in names}


def test_every_finding_stands_in_a_document_of_the_stack(tmp_path: Path) -> None:
    stack = all_broken(tmp_path)
    files = {each.source.file for each in stack.documents()}
    for each in checks.run(stack, TODAY):
        line = (tmp_path / each.source.file).read_text("utf-8").splitlines()[each.source.line - 1]
        assert each.source.file in files
        assert line[each.source.column - 1].strip(), each


def test_rules_have_one_id_each_and_say_why_they_exist() -> None:
    rules = checks.all_rules()
    assert [rule.id for rule in rules] == sorted({rule.id for rule in (*OFFLINE, *LIVE)})
    for rule in rules:
        assert re.fullmatch(r"(LC|SC|FM|CP)\d{3}", rule.id)
        assert not rule.title.endswith(".")
        assert rule.why.endswith(".")
        assert rule.function.__doc__
    assert len({rule.title for rule in rules}) == len(rules)


def test_a_sample_policy_stops_a_real_production_environment_only(tmp_path: Path) -> None:
    shutil.copytree(examples.BASE, tmp_path, dirs_exist_ok=True)
    shutil.copyfile(examples.BAD["CP013/bad"], tmp_path / "consent" / "mail.yaml")
    (tmp_path / "environments").mkdir()
    levels = {}
    for name, spec in {
        "real": "{tier: production}",
        "trial": "{tier: sandbox}",
        "played": "{tier: production, emulated: true}",
    }.items():
        head = f"apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {{name: {name}}}\nspec: {spec}\n"
        (tmp_path / "environments" / f"{name}.yaml").write_text(head)
        levels[name] = [each.level for each in checks.run(loaded(tmp_path, name), TODAY)]
    assert levels == {"real": ["error"], "trial": ["warning"], "played": ["warning"]}


@pytest.mark.parametrize("environment", [None, "local", "sandbox"])
def test_the_example_stack_has_no_errors(environment: str | None) -> None:
    found = checks.run(loaded(EXAMPLE, environment), TODAY)
    assert [each for each in found if each.level == "error"] == []


def test_the_example_stack_stops_before_production_only_for_its_sample_policy() -> None:
    found = checks.run(loaded(EXAMPLE, "production"), TODAY)
    assert [each.rule for each in found if each.level == "error"] == ["CP013"]
