"""What a run that broke off leaves behind: nothing that is ours is lost, and nothing is claimed that was not so."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mopsctl import files
from mopsctl.address import Address
from mopsctl.engine import document
from mopsctl.engine.journal import Journal
from mopsctl.engine.report import Line
from mopsctl.engine.view import Rules
from mopsctl.errors import StateError
from mopsctl.resource import Resource
from mopsctl.testing.memory import Store, broken, lost_answer
from mopsctl.testing.world import World

Make = Callable[..., Resource]

A = Address("memory", "field", "a")
B = Address("memory", "field", "b")


class Killed(BaseException):
    """The process dies here."""


def _quiet(_call: str, _addresses: Sequence[Address]) -> None:
    """Nothing happens."""


def _kill(call: str, _addresses: Sequence[Address]) -> None:
    if call == "write":
        raise Killed


def _refuse(call: str, _addresses: Sequence[Address]) -> None:
    if call == "write":
        raise broken(call)


def outcomes(lines: Sequence[Line]) -> dict[str, str]:
    return {line.change.address.name: line.outcome for line in lines}


@pytest.fixture
def killed(world: World, store: Store) -> Callable[..., None]:
    """Applies and dies before or after the first write takes effect."""

    def run(moment: str, wanted: list[Resource]) -> None:
        setattr(store, moment, _kill)
        with pytest.raises(Killed):
            world.converge(wanted)
        store.before = store.after = _quiet

    return run


Run = Callable[[str, list[Resource]], None]


class TestAnotherPlan:
    def test_what_a_killed_run_made_stays_ours_when_the_next_run_is_killed_too(
        self, world: World, store: Store, field: Make, killed: Run
    ) -> None:
        killed("after", [field("a", label="A", on_delete="archive")])
        killed("before", [field("b", label="B")])
        world.rules = Rules(allow_remove=True)
        plan = world.plan([field("b", label="B")])
        assert [(each.address.name, each.action) for each in plan.changes] == [("b", "add"), ("a", "remove")]

    @pytest.mark.parametrize("number", range(3))
    def test_a_run_that_dies_while_it_opens_its_journal_takes_over_nothing_of_the_one_before(
        self, world: World, store: Store, field: Make, monkeypatch: pytest.MonkeyPatch, number: int
    ) -> None:
        world.converge([field("a", label="A"), field("b", label="B")])
        store.before = lambda call, addresses: _kill(call, addresses) if B in addresses else None
        with pytest.raises(Killed):
            world.converge([field("a", label="A1"), field("b", label="B1")])
        store.before = _quiet
        plan = world.plan([field("a", label="A2")])
        real, count = files.write_whole, iter(range(9))

        def dies(path: Path, text: str, mode: int = files.PRIVATE) -> None:
            if next(count) == number:
                raise Killed
            real(path, text, mode)

        with monkeypatch.context() as patch, contextlib.closing(world.journal()) as diary:
            patch.setattr(files, "write_whole", dies)
            try:
                diary.start(plan)
            except Killed:
                assert number < 2
        unfinished = world.journal().unfinished()
        if unfinished is not None and document.digest(unfinished.plan) == document.digest(plan):
            assert unfinished.done == frozenset()

    def test_a_journal_beside_the_plan_of_another_is_not_believed(self, world: World, field: Make, killed: Run) -> None:
        killed("after", [field("a", label="A")])
        path = world.folder / ".mopsctl" / "journal" / "test.plan.json"
        killed("after", [field("a", label="A"), field("b", label="B")])
        text = path.read_text(encoding="utf-8")
        killed("after", [field("c", label="C")])
        path.write_text(text, encoding="utf-8")
        with pytest.raises(StateError, match="another plan"):
            world.journal().unfinished()


class TestRecorded:
    def test_what_was_forgotten_since_is_not_taken_back(self, world: World, store: Store, field: Make) -> None:
        wanted = [field("a", label="A", on_delete="archive"), field("b", label="B")]
        world.converge(wanted[:1])
        store.before = _refuse
        world.converge([field("a", label="A", on_delete="archive", protect=True), wanted[1]])
        store.before = _quiet
        world.state = world.state.without(A)
        world.rules = Rules(allow_remove=True)
        assert [change.address for change in world.plan([wanted[1]]).changes] == [B]
        world.resume()
        assert set(world.state.entries) == {B}

    @pytest.mark.parametrize("how", ["forgotten", "protected"])
    def test_a_removal_is_not_gone_on_with_when_the_record_says_otherwise_by_now(
        self, world: World, store: Store, field: Make, how: str
    ) -> None:
        world.converge([field("a", label="A", on_delete="archive")])
        world.rules = Rules(allow_remove=True)
        store.before = _refuse
        assert outcomes(world.converge([])) == {"a": "failed"}
        store.before = _quiet
        entry = world.state.entries[A]
        other = Address("memory", "field", "other")
        world.state = world.state.without(A)
        if how == "protected":
            world.state = world.state.with_entry(replace(entry, protect=True))
        else:
            world.state = world.state.with_entry(replace(entry, address=other))
        (line,) = world.resume()
        assert line.outcome == "refused"
        assert ("protected" if how == "protected" else "no longer ours") in line.error
        assert A in store.things


class TestDrift:
    def test_what_was_never_made_did_not_go(self, world: World, field: Make, killed: Run) -> None:
        killed("before", [field("a", label="A")])
        assert world.plan([field("a", label="A")]).drift == ()

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_what_a_killed_run_may_have_changed_was_not_moved_by_somebody(
        self, world: World, store: Store, field: Make, killed: Run, moment: str
    ) -> None:
        world.converge([field("a", label="A")])
        killed(moment, [field("a", label="A2")])
        assert world.plan([field("a", label="A3")]).drift == ()
        world.converge([field("a", label="A2")])
        store.things[A]["label"] = "a person"
        (drift,) = world.plan([field("a", label="A3")]).drift
        assert (drift.fields[0].last, drift.fields[0].now) == ("A2", "a person")

    def test_nor_what_it_may_have_taken_away(self, world: World, field: Make, killed: Run) -> None:
        world.converge([field("a", label="A", on_delete="archive")])
        world.rules = Rules(allow_remove=True)
        killed("after", [])
        plan = world.plan([field("a", label="A", on_delete="archive")])
        assert ([change.action for change in plan.changes], plan.drift) == (["add"], ())

    def test_an_apply_settles_it_also_where_nothing_has_to_be_written(
        self, world: World, store: Store, field: Make, killed: Run
    ) -> None:
        killed("after", [field("a", label="A")])
        assert [change.action for change in world.plan([field("a", label="A")]).changes] == ["adopt"]
        world.converge([field("a", label="A")])
        assert world.journal().unfinished() is None
        assert not world.state.entries[A].unsettled
        assert store.writes == 1

    def test_nor_what_a_run_left_unknown(self, world: World, store: Store, field: Make) -> None:
        world.converge([field("a", label="A")])

        def lose(call: str, _addresses: Sequence[Address]) -> None:
            if call == "write":
                store.before = _deaf
                raise lost_answer(call)

        store.after = lose
        assert outcomes(world.converge([field("a", label="A2")])) == {"a": "unknown"}
        store.before = store.after = _quiet
        assert world.plan([field("a", label="A3")]).drift == ()


def _deaf(call: str, _addresses: Sequence[Address]) -> None:
    raise broken(call)


def test_a_renamed_thing_keeps_its_values_to_retire_through_a_crash(
    world: World, store: Store, field: Make, killed: Run
) -> None:
    world.converge([field("a", options={"x": {}, "y": {}}, options_order=["x", "y"])])
    store.things[B] = store.things.pop(A)
    world.rules = Rules(moved={A: B}, allow_remove=True)
    killed("before", [field("b", options={"x": {}}, options_order=["x"], on_delete="archive")])
    assert outcomes(world.resume()) == {"b": "done"}
    assert store.things[B]["options"]["y"] == {"hidden": True}


def test_what_was_done_is_recorded_even_if_the_journal_cannot_say_so(
    world: World, field: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Journal.end

    def full(journal: Journal, ends: Any) -> None:
        if ends:
            raise StateError("The journal cannot be written: No space left on device.")
        real(journal, ends)

    monkeypatch.setattr(Journal, "end", full)
    lines = world.converge([field("a", label="A")])
    assert outcomes(lines) == {"a": "done"}
    assert A in world.state.entries


def test_bookkeeping_of_the_run_before_is_not_done_twice(world: World, store: Store, field: Make) -> None:
    store.things[A] = {"label": "A"}
    store.before = _refuse
    wanted = [field("a", label="A"), field("b", label="B")]
    assert outcomes(world.converge(wanted)) == {"a": "done", "b": "failed"}
    store.before = _quiet
    world.state = world.state.without(A)
    assert outcomes(world.resume()) == {"a": "done", "b": "done"}
    assert set(world.state.entries) == {B}
