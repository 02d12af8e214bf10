"""Carrying out a plan: order, staleness, lost answers, crashes."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mopsctl.address import Address
from mopsctl.engine import impact, units
from mopsctl.engine.execute import Run, Target, execute
from mopsctl.engine.journal import Journal, folded
from mopsctl.engine.plan import Change
from mopsctl.engine.report import Line
from mopsctl.engine.safety import Limit, Limits
from mopsctl.engine.view import Rules
from mopsctl.errors import AuthenticationError, MopsctlError, RateLimited, VendorError
from mopsctl.provider.contract import Grain
from mopsctl.resource import Observation, Reading, Resource, Result
from mopsctl.secrets import register
from mopsctl.state.model import fresh
from mopsctl.testing.memory import KINDS, MemorySystem, Store, broken, lost_answer
from mopsctl.testing.world import World

Make = Callable[..., Resource]

A = Address("memory", "field", "a")
G = Address("memory", "group", "g")


class Killed(BaseException):
    """The process dies here."""


def _quiet(_call: str, _addresses: Sequence[Address]) -> None:
    """Nothing happens."""


def _listing(calls: list[list[str]]) -> Callable[[str, Sequence[Address]], None]:
    def note(call: str, addresses: Sequence[Address]) -> None:
        if call == "write":
            calls.append([each.name for each in addresses])

    return note


def outcomes(lines: Sequence[Line]) -> dict[str, str]:
    return {line.change.address.name: line.outcome for line in lines}


def test_needs_go_first_and_additions_share_calls(world: World, store: Store, field: Make, thing: Make) -> None:
    calls: list[list[str]] = []
    store.before = _listing(calls)
    world.converge([*(field(f"f{n}", label="x", needs=("g",)) for n in range(7)), thing("group", "g", label="G")])
    assert calls == [["g"], ["f0", "f1", "f2", "f3", "f4"], ["f5", "f6"]]


def test_a_deploy_takes_everything_that_depends_on_itself(world: World, store: Store, thing: Make) -> None:
    calls: list[list[str]] = []
    store.before = _listing(calls)
    base = Address("memory", "rule", "base")
    world.converge([thing("rule", "after", needs=(base,), text="x"), thing("rule", "base", text="y")])
    assert calls == [["after", "base"]]


def test_a_failed_change_stops_only_what_needs_it(world: World, store: Store, field: Make, thing: Make) -> None:
    def fail(call: str, addresses: Sequence[Address]) -> None:
        if call == "write" and G in addresses:
            raise broken(call)

    store.before = fail
    lines = world.converge(
        [thing("group", "g", label="G"), field("child", label="c", needs=("g",)), field("free", label="f")]
    )
    assert outcomes(lines) == {"g": "failed", "child": "skipped", "free": "done"}
    assert next(line for line in lines if line.outcome == "skipped").because == str(G)
    store.before = _quiet
    assert outcomes(world.resume()) == {"g": "done", "child": "done", "free": "done"}


def test_what_moved_between_plan_and_apply_is_refused_alone_with_three_values(
    world: World, store: Store, field: Make
) -> None:
    wanted = [field("a", label="A"), field("b", label="B")]
    world.converge(wanted)
    plan = world.plan([field("a", label="A2"), field("b", label="B2")])
    store.things[A]["label"] = "somebody"
    lines = world.apply(plan)
    assert outcomes(lines) == {"a": "refused", "b": "done"}
    (moved,) = lines[0].moved
    assert (moved.path, moved.last, moved.now, moved.wanted) == ("label", "A", "somebody", "A2")
    assert store.things[A]["label"] == "somebody"


def test_an_attribute_that_is_not_ours_may_move(world: World, store: Store, field: Make) -> None:
    world.converge([field("a", label="A")])
    plan = world.plan([field("a", label="A2")])
    store.things[A]["description"] = "theirs"
    assert outcomes(world.apply(plan)) == {"a": "done"}
    assert store.things[A]["description"] == "theirs"


@pytest.mark.parametrize("recorded", [True, False])
def test_a_manual_step_that_was_done_does_not_make_the_rest_stale(
    world: World, store: Store, field: Make, recorded: bool
) -> None:
    store.things[A] = {"label": "A", "description": "theirs", "required": False}
    store.read_only[A] = frozenset({"description"})
    if recorded:
        world.converge([field("a", label="A", description="theirs", required=False)])
    plan = world.plan([field("a", label="A2", description="ours", required=True)])
    assert sorted(change.action for change in plan.changes) == ["change", "manual"]
    store.things[A] |= {"description": "ours", "required": True}
    assert outcomes(world.apply(plan)) == {"a": "done"}
    assert store.things[A]["label"] == "A2"


@pytest.mark.parametrize("moved", [{"type": "number"}, {"description": "somebody's"}])
def test_what_is_declared_and_moved_makes_a_change_of_something_else_stale(
    world: World, store: Store, field: Make, moved: dict[str, str]
) -> None:
    world.converge([field("a", label="A", type="text", description="d")])
    plan = world.plan([field("a", label="A2", type="text", description="d")])
    store.things[A] |= moved
    assert outcomes(world.apply(plan)) == {"a": "refused"}


def test_a_part_of_a_value_that_is_not_ours_may_move(world: World, store: Store, field: Make) -> None:
    world.converge([field("a", options={"x": {"label": "X"}, "y": {"label": "Y"}}, options_order=["x", "y"])])
    plan = world.plan([field("a", options={"x": {"label": "X2"}}, options_order=["x"])])
    store.things[A]["options"]["x"]["color"] = "red"
    assert outcomes(world.apply(plan)) == {"a": "done"}
    assert store.things[A]["options"]["x"] == {"label": "X2", "color": "red"}
    plan = world.plan([field("a", options={"x": {"label": "X3"}}, options_order=["x"])])
    store.things[A]["options"]["x"]["label"] = "theirs"
    assert outcomes(world.apply(plan)) == {"a": "refused"}


@pytest.mark.parametrize("how", ["raises", "dies"])
def test_a_mistake_in_one_system_loses_nothing_of_the_others(tmp_path: Path, thing: Make, how: str) -> None:
    written, broke = threading.Event(), threading.Event()
    good, bad = Store(), Store()

    def wrong(call: str, _addresses: Sequence[Address]) -> None:
        if call == "write":
            assert written.wait(10)
            broke.set()
            raise (KeyError("id") if how == "raises" else Killed)

    good.after = lambda _call, _addresses: written.set()
    bad.before = wrong
    plans = [
        World(name, MemorySystem(store), KINDS, tmp_path).plan(
            [replace(thing("group", each, label="x"), address=Address(name, "group", each)) for each in "abc"]
        )
        for name, store in (("good", good), ("bad", bad))
    ]
    plan = replace(plans[0], systems=(), changes=plans[0].changes + plans[1].changes)
    targets = [Target("good", MemorySystem(good), KINDS), Target("bad", MemorySystem(bad), KINDS)]
    diary = Journal(tmp_path, "test")
    diary.start(plan)
    with contextlib.closing(diary), pytest.raises((KeyError, Killed)):
        execute(Run(plan, fresh("test", "test"), diary), targets)
    assert broke.is_set()
    unfinished = Journal(tmp_path, "test").unfinished()
    assert unfinished is not None
    made = {address for address, _ in unfinished.done}
    assert made == set(good.things)
    assert {address for address, _ in unfinished.begun} == {Address("bad", "group", "a")}
    assert folded(fresh("test", "test"), unfinished).entries.keys() == made | {Address("bad", "group", "a")}


def test_a_removal_of_what_moved_is_refused(world: World, store: Store, field: Make) -> None:
    world.converge([field("a", label="A", on_delete="delete")])
    world.rules = Rules(allow_remove=True)
    plan = world.plan([])
    store.things[A]["label"] = "in use again"
    assert outcomes(world.apply(plan)) == {"a": "refused"}
    assert A in store.things


def test_what_was_made_anew_under_the_same_name_is_not_removed(
    world: World, store: Store, field: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.converge([field("a", label="A", on_delete="delete")])
    world.rules = Rules(allow_remove=True)
    plan = world.plan([])
    anew = Reading({A: Observation(A, {"label": "A"}, remote_id="id-of-another")}, frozenset({"field"}))
    monkeypatch.setattr(MemorySystem, "reread", lambda *_: anew)
    (line,) = world.apply(plan)
    assert (line.outcome, line.error) == ("refused", "Field a is now another thing of the same name.")
    assert A in store.things


def test_somebody_elses_thing_of_the_same_name_is_not_overwritten(world: World, store: Store, field: Make) -> None:
    plan = world.plan([field("a", label="A")])
    store.things[A] = {"label": "theirs"}
    assert outcomes(world.apply(plan)) == {"a": "refused"}
    assert store.things[A] == {"label": "theirs"}


def test_what_somebody_else_did_already_counts_as_done_without_a_write(world: World, store: Store, field: Make) -> None:
    plan = world.plan([field("a", label="A")])
    store.things[A] = {"label": "A"}
    assert outcomes(world.apply(plan)) == {"a": "done"}
    assert store.writes == 0


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_answer_is_settled_by_reading_and_never_repeated(
    world: World, store: Store, field: Make, took_effect: bool
) -> None:
    def lose(call: str, addresses: Sequence[Address]) -> None:
        if call == "write":
            raise lost_answer(call)

    setattr(store, "after" if took_effect else "before", lose)
    lines = world.converge([field("a", label="A")])
    assert outcomes(lines) == {"a": "done" if took_effect else "failed"}
    assert store.writes == 1
    store.before = store.after = _quiet
    world.resume()
    assert world.plan([field("a", label="A")]).changes == ()
    assert len(store.things) == 1


def test_an_outcome_that_cannot_be_read_stays_unknown_until_it_can(world: World, store: Store, field: Make) -> None:
    state = {"written": False}

    def dies(call: str, addresses: Sequence[Address]) -> None:
        if call == "write":
            state["written"] = True
            raise lost_answer(call)

    def unread(call: str, addresses: Sequence[Address]) -> None:
        if call == "reread" and state["written"]:
            raise broken(call)

    store.after, store.before = dies, unread
    assert outcomes(world.converge([field("a", label="A")])) == {"a": "unknown"}
    store.before = store.after = _quiet
    assert outcomes(world.resume()) == {"a": "done"}
    assert store.writes == 1


def test_an_unreadable_thing_is_not_written_blind(world: World, store: Store, field: Make) -> None:
    plan = world.plan([field("a", label="A")])

    def deaf(call: str, addresses: Sequence[Address]) -> None:
        if call == "reread":
            raise broken(call)

    store.before = deaf
    assert outcomes(world.apply(plan)) == {"a": "failed"}
    assert store.writes == 0


def test_what_was_not_read_again_does_not_count_as_gone(
    world: World, store: Store, field: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.converge([field("a", label="A", on_delete="delete")])
    world.rules = Rules(allow_remove=True)
    plan = world.plan([])
    monkeypatch.setattr(MemorySystem, "reread", lambda _system, _addresses: Reading())
    assert outcomes(world.apply(plan)) == {"a": "failed"}
    assert A in world.state.entries


def test_a_removal_whose_answer_was_lost_is_done_where_the_thing_is_only_listed_as_retired(
    world: World, store: Store, field: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.converge([field("a", label="A", on_delete="archive")])
    world.rules = Rules(allow_remove=True)
    plan = world.plan([])

    def lose(call: str, _addresses: Sequence[Address]) -> None:
        if call == "write":
            listed = Observation(A, store.archived[A], retired=True)
            monkeypatch.setattr(MemorySystem, "reread", lambda *_: Reading({A: listed}, frozenset({"field"})))
            raise lost_answer(call)

    store.after = lose
    assert outcomes(world.apply(plan)) == {"a": "done"}
    assert world.state.entries == {}


@pytest.mark.parametrize(
    "error", [RateLimited("No calls left.", hint="tomorrow"), AuthenticationError("Token revoked.")]
)
@pytest.mark.parametrize("during", ["reread", "write"])
def test_a_system_that_takes_no_more_calls_is_not_asked_for_each_change(
    world: World, store: Store, thing: Make, error: MopsctlError, during: str
) -> None:
    calls: list[str] = []

    def run_out(call: str, addresses: Sequence[Address]) -> None:
        calls.append(call)
        if call == during and Address("memory", "group", "b") in addresses:
            raise error

    plan = world.plan([thing("group", name, label="x") for name in "abcdef"])
    store.before = run_out
    lines = world.apply(plan)
    tried = {"a": "failed", "b": "not-started"} if during == "reread" else {"a": "done", "b": "failed"}
    assert outcomes(lines) == tried | dict.fromkeys("cdef", "not-started")
    assert {line.error for line in lines if line.outcome == "not-started"} == {error.message}
    assert len(calls) <= 4
    store.before = _quiet
    assert set(outcomes(world.resume()).values()) == {"done"}


def test_a_wish_to_stop_finishes_the_call_under_way_and_starts_no_other(
    world: World, store: Store, field: Make, thing: Make
) -> None:
    store.after = lambda _call, _addresses: world.stop.set()
    lines = world.converge([thing("group", "g", label="G"), field("a", label="A", needs=("g",))])
    assert outcomes(lines) == {"g": "done", "a": "not-started"}
    assert outcomes(world.resume()) == {"g": "done", "a": "done"}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", range(4))
def test_a_killed_run_that_is_resumed_ends_where_an_unbroken_one_does(
    world: World, store: Store, field: Make, thing: Make, moment: str, number: int
) -> None:
    wanted = [
        thing("group", "g", label="G"),
        *(field(f"f{n}", label="x", needs=("g",)) for n in range(7)),
        thing("rule", "r", text="t"),
    ]
    count = iter(range(100))

    def kill(call: str, addresses: Sequence[Address]) -> None:
        if call == "write" and next(count) == number:
            raise Killed

    setattr(store, moment, kill)
    with pytest.raises(Killed):
        world.converge(wanted)
    store.before = store.after = _quiet
    assert all(line.outcome == "done" for line in world.resume())
    assert set(store.things) == {each.address for each in wanted}
    assert world.plan(wanted).changes == ()


def test_a_plain_plan_after_a_crash_just_works(world: World, store: Store, field: Make) -> None:
    def kill(call: str, addresses: Sequence[Address]) -> None:
        if call == "write":
            raise Killed

    world.rules = Rules(allow_remove=True)
    world.converge([field("a", options={"x": {}, "y": {}}, options_order=["x", "y"])])
    fewer = [field("a", options={"x": {}}, options_order=["x"], on_delete="archive")]
    store.after = kill
    with pytest.raises(Killed):
        world.converge(fewer)
    store.after = _quiet
    plan = world.plan(fewer)
    assert not any(change.writes for change in plan.changes)


def test_removals_come_last_and_in_the_other_order(world: World, store: Store, field: Make, thing: Make) -> None:
    world.rules = Rules(allow_remove=True)
    group = replace(thing("group", "g", label="G"), on_delete="delete")
    world.converge([group, field("a", label="A", needs=("g",), on_delete="delete")])
    calls: list[list[str]] = []
    store.before = _listing(calls)
    world.converge([field("new", label="N")])
    assert calls == [["new"], ["a"], ["g"]]


def test_what_needs_a_skipped_change_is_skipped_too(world: World, store: Store, field: Make, thing: Make) -> None:
    def fail(call: str, addresses: Sequence[Address]) -> None:
        if call == "write" and G in addresses:
            raise broken(call)

    store.before = fail
    rules = [thing("rule", "r", needs=(A,), text="t"), thing("rule", "s", text="t")]
    lines = world.converge([thing("group", "g", label="G"), field("a", label="A", needs=("g",)), *rules])
    assert outcomes(lines) == {"g": "failed", "a": "skipped", "r": "skipped", "s": "done"}
    assert {line.change.address.name: line.because for line in lines if line.because} == {"a": str(G), "r": str(A)}


def test_a_removal_does_not_go_without_what_takes_its_place(world: World, store: Store, thing: Make) -> None:
    old, new = Address("memory", "rule", "old"), Address("memory", "rule", "new")
    world.converge([replace(thing("rule", "old", text="x"), on_delete="delete")])
    world.rules = Rules(allow_remove=True)
    plan = world.plan([thing("rule", "new", text="x")])
    store.things[new] = {"text": "somebody's"}
    assert outcomes(world.apply(plan)) == {"new": "refused", "old": "skipped"}
    assert old in store.things


def test_a_deploy_takes_no_more_than_its_size_and_needs_before_what_needs_them(
    world: World, store: Store, thing: Make
) -> None:
    calls: list[list[str]] = []
    store.before = _listing(calls)
    world.kinds = {**KINDS, "rule": replace(KINDS["rule"], grain=Grain("deploy", size=3, deploy=True))}
    order = ["r4", "r3", "r2", "r1", "r0"]  # each needs the one before
    before = dict(zip(order[1:], order, strict=False))
    needs = {name: (Address("memory", "rule", before[name]),) if name in before else () for name in order}
    world.converge([thing("rule", name, needs=needs[name], text="x") for name in order])
    assert calls == [["r2", "r3", "r4"], ["r0", "r1"]]


def _calls(work: Callable[[], object]) -> int:
    """How many functions are called meanwhile, in all threads."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return count


@pytest.mark.parametrize("kind", ["group", "field", "rule"])
def test_the_work_grows_with_the_number_of_changes_and_no_faster(tmp_path: Path, thing: Make, kind: str) -> None:
    def work(number: int) -> int:
        world = World("memory", MemorySystem(Store()), KINDS, tmp_path / str(number))
        world.rules = Rules(allow_remove=True, limits=Limits(Limit(), Limit()))
        name = "text" if kind == "rule" else "label"
        old, new = (
            [replace(thing(kind, f"{age}{n:03}", **{name: f"{n}"}), on_delete="delete") for n in range(number)]
            for age in ("old", "new")
        )
        return _calls(lambda: (world.converge(old), world.converge(new), world.plan([])))

    few, many = work(50), work(200)
    assert many < 4.2 * few


def test_needs_in_a_circle_are_an_error_not_a_hang(world: World, thing: Make) -> None:
    one, two = Address("memory", "group", "one"), Address("memory", "group", "two")
    lines = world.converge(
        [thing("group", "one", needs=(two,), label="1"), thing("group", "two", needs=(one,), label="2")]
    )
    assert outcomes(lines) == {"one": "not-started", "two": "not-started"}
    assert "circle" in lines[0].error


def test_units_refuse_circles() -> None:
    changes = [
        Change(
            Address("m", "group", name), "add", "not_on_system", name, "group", needs=(Address("m", "group", other),)
        )
        for name, other in (("a", "b"), ("b", "a"))
    ]
    with pytest.raises(MopsctlError, match="circle"):
        units.Schedule(changes, KINDS)


def test_no_secret_stays_in_what_a_vendor_says(world: World, store: Store, field: Make) -> None:
    register("canary-8731-secret")

    def repeats(call: str, _addresses: Sequence[Address]) -> None:
        if call == "write":
            raise VendorError("canary-8731-secret is not allowed to do this.", hint="ask for canary-8731-secret")

    plan = world.plan([field("a", label="A")])
    store.before = repeats
    (line,) = world.apply(plan)
    assert (line.error, line.hint) == ("(secret) is not allowed to do this.", "ask for (secret)")
    (verdict,) = impact.server_verdicts(plan, [Result(A, "failed", error="canary-8731-secret is wrong.")])
    assert "canary" not in verdict.message


class TestJournal:
    def broken_run(self, world: World, store: Store, field: Make) -> None:
        def kill(call: str, addresses: Sequence[Address]) -> None:
            if call == "write":
                raise Killed

        store.before = kill
        with pytest.raises(Killed):
            world.converge([field("a", label="A")])
        store.before = _quiet

    def test_a_line_cut_in_the_middle_counts_as_never_written(self, world: World, store: Store, field: Make) -> None:
        self.broken_run(world, store, field)
        path = world.folder / ".mopsctl" / "journal" / "test.jsonl"
        path.write_text(path.read_text() + '{"type":"end","addr')
        assert all(line.outcome == "done" for line in world.resume())
        assert store.things[A]["label"] == "A"

    def test_a_journal_that_cannot_be_written_stops_before_the_call(
        self, world: World, store: Store, field: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = world.plan([field("a", label="A")])
        real, count = os.fsync, iter(range(100))

        def full(handle: int) -> None:
            if next(count) >= 5:
                raise OSError(28, "No space left on device")
            real(handle)

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(MopsctlError, match="No space left"):
            world.apply(plan)
        assert store.writes == 0
