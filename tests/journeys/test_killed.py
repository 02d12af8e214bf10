"""A process that is killed at any write, resumed, ends where an unbroken run ends; and so does a run that meets any fault."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mopsctl import workflow
from mopsctl.emulator.call import Call
from tests.journeys import child
from tests.journeys.conftest import Run
from tests.journeys.estate import (
    WAYS,
    Estate,
    differences,
    end,
    estate_of,
    forget_hooks,
    numbered,
    planned_anew,
    unbroken,
)

USAGE = 64
SYSTEMS = ("hubspot", "salesforce")
FIELDS = 12
TYPES = ("text", "integer", "date", "boolean")


def settle(estate: Estate) -> None:
    """Go on with what broke off, then plan and apply; afterwards nothing is left."""
    estate.apply("--resume")
    ask = workflow.Ask(estate.folder, "there", counts=False)
    made = workflow.plan(ask)
    if made.pending:
        assert workflow.apply(ask, made).complete
        made = workflow.plan(ask)
    assert [change.address for change in made.changes if change.action != "manual"] == []


def fresh(estate: Estate) -> None:
    """Both accounts and the record as on the first day."""
    for handle in estate.handles.values():
        handle.reset()
    shutil.rmtree(estate.own, ignore_errors=True)


def _rows() -> str:
    return "".join(
        f"    - {{key: f_{number}, type: {TYPES[number % len(TYPES)]}, label: Field {number}, owner: shared, group: kit, "
        f"in: {{hubspot: kit_f_{number}, salesforce: Kit_F_{number}__c}}}}\n"
        for number in range(FIELDS)
    )


def _write_stack(folder: Path) -> None:
    (folder / "catalog").mkdir(parents=True)
    (folder / "mopsctl.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: Stack\nmetadata: {name: estate}\nspec:\n  include: [catalog/*.yaml]\n"
        "  systems: {hubspot: {role: marketing-automation}, salesforce: {role: crm}}\n",
        encoding="utf-8",
    )
    (folder / "catalog" / "person.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: FieldCatalog\nmetadata: {name: person, owner: ops}\nspec:\n  object: person\n"
        "  bind: {hubspot: contact, salesforce: [Lead, Contact]}\n  groups: [{key: kit, label: Kit, in: {hubspot: kit}}]\n"
        f"  fields:\n{_rows()}",
        encoding="utf-8",
    )


@pytest.fixture
def estate(tmp_path: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    _write_stack(tmp_path / "estate")
    with estate_of(tmp_path / "estate", SYSTEMS, run, monkeypatch, {}) as made:
        yield made


def test_killed_before_and_after_every_write_and_resumed_it_ends_like_an_unbroken_run(estate: Estate) -> None:
    child.preload()
    assert estate.apply("--yes").code == 0
    unbroken, writes = estate.stored(), estate.writes()
    plan = json.loads((estate.folder / ".mopsctl" / "state" / "there.json").read_text(encoding="utf-8"))
    assert len(plan["things"]) >= 30
    for name in SYSTEMS:
        for number in range(writes[name]):
            for moment in ("before", "after"):
                fresh(estate)
                estate.kill(name, numbered(number), moment)
                settle(estate)
                assert estate.stored() == unbroken, f"{name}: killed {moment} write {number + 1} of {writes[name]}"


FAULTS: dict[str, dict[str, Any]] = {
    "lost_request": {},
    "lost_response": {},
    "status": {"status": 503},
    "html": {"status": 502},
    "garbage": {},
    "expired_token": {},
    "rate_limited": {},
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_at_every_other_call_ends_in_a_heap_and_after_resume_in_the_same_end(
    estate: Estate, fault: str
) -> None:
    """Neighbours of a fault begin one call later, so that no call is left out by all."""
    _faults(estate, fault, sorted(FAULTS).index(fault) % 2, 2)


@pytest.mark.kill_matrix
@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_at_each_call_ends_in_a_heap_and_after_resume_in_the_same_end(estate: Estate, fault: str) -> None:
    _faults(estate, fault, 0, 1)


def _faults(estate: Estate, fault: str, first: int, step: int) -> None:
    """Let one call of an apply go wrong, beginning with the `first` and then each `step` further, resume, and compare the ends."""
    assert estate.apply("--yes").code == 0
    unbroken = estate.stored()
    calls = {name: handle.counters()["requests"] for name, handle in estate.handles.items()}
    for name in SYSTEMS:
        assert calls[name] > 2 * step
        for number in range(first, calls[name], step):
            fresh(estate)
            estate.handles[name].fault(fault, after=number, **FAULTS[fault])
            made = estate.apply("--yes", "--format", "json")
            estate.handles[name].clear_faults()
            assert made.code in (0, 1, 3, 5), made.err
            _fits_its_exit_code(made)
            settle(estate)
            assert estate.stored() == unbroken, f"{name}: {fault} at call {number + 1} of {calls[name]}"


def _fits_its_exit_code(made: Run) -> None:
    document = made.document
    if "error" in document:
        assert made.code in (1, 3)
        return
    outcomes = {each["outcome"] for each in document["changes"]}
    assert outcomes <= {"done", "failed", "unknown", "skipped", "not-started", "refused"}
    assert (made.code == 0) == (outcomes == {"done"})


def test_the_first_signal_drains_and_a_resume_goes_on(estate: Estate) -> None:
    child.preload()
    assert estate.apply("--yes").code == 0
    unbroken = estate.stored()
    for number in (signal.SIGINT, signal.SIGTERM):
        fresh(estate)
        process = child.start(["apply", str(estate.folder), "-e", "there", "--yes"], estate.environment)
        sent = iter([None])

        def interrupt(_call: Call, pid: int | None = process.pid, number: int = number, sent: Any = sent) -> None:
            for _ in sent:
                assert pid is not None
                os.kill(pid, number)

        estate.handles["hubspot"].before_write(interrupt)
        process.join()
        assert process.exitcode == 130
        for each in estate.handles.values():
            forget_hooks(each)
        settle(estate)
        assert estate.stored() == unbroken


def _goes_on(estate: Estate, way: str) -> None:
    """Resume where there is something to resume, else plan and apply."""
    if way == "resumed" and (made := estate.apply("--resume")).code != USAGE:
        assert made.code == 0, made.out + made.err
    else:
        planned_anew(estate)


def _killed_while_keeping_books(estate: Estate, flushes: Iterable[int]) -> str:
    """Die before each of these flushes to disk, go on in both ways; what did not end like the unbroken run."""
    start = estate.snapshot()
    expected = unbroken(estate, start)
    wrong = []
    for number in flushes:
        estate.restore(start)
        estate.kill_at_flush(number)
        broken = estate.snapshot()
        for way in WAYS:
            estate.restore(broken)
            _goes_on(estate, way)
            differing = differences(end(estate), expected)
            wrong += [f"flush {number + 1}, {way}: {differing}"] if differing else []
    return "\n".join(wrong)


def test_killed_while_the_record_is_written_it_ends_like_an_unbroken_run(estate: Estate) -> None:
    child.preload()
    count = estate.flushes()
    assert count > 10
    fresh(estate)
    assert _killed_while_keeping_books(estate, [0, 3, *range(count - 4, count)]) == ""


def test_an_adoption_killed_at_any_moment_ends_like_an_unbroken_one(estate: Estate) -> None:
    child.preload()
    assert estate.apply("--yes").code == 0
    shutil.rmtree(estate.own)
    start = estate.snapshot()
    before = estate.writes()
    count = estate.flushes()
    assert estate.writes() == before
    estate.restore(start)
    assert _killed_while_keeping_books(estate, range(0, count, 2)) == ""


@pytest.mark.parametrize("lost", ["journal", "."])
def test_without_its_journal_a_killed_run_is_planned_anew_and_nothing_is_made_twice(estate: Estate, lost: str) -> None:
    child.preload()
    start = estate.snapshot()
    expected = unbroken(estate, start)
    for name, number, moment in (("hubspot", 1, "after"), ("salesforce", 0, "after"), ("salesforce", 1, "before")):
        estate.restore(start)
        estate.kill(name, numbered(number), moment)
        shutil.rmtree(estate.own / lost)
        planned_anew(estate)
        found = end(estate)
        assert (found.stored, found.left) == (expected.stored, {}), f"{name}, {moment} write {number + 1}"
