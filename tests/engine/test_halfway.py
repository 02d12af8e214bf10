"""A change that takes several calls, broken between them: what it began is ours and is finished, by a resume and by a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from mopsctl.address import Address
from mopsctl.engine.report import Line
from mopsctl.errors import StillRunning
from mopsctl.provider.contract import Pending, Step
from mopsctl.resource import Resource, Result, Write
from mopsctl.testing.memory import KINDS, MemorySystem, Store, lost_answer
from mopsctl.testing.world import World

Make = Callable[..., Resource]
A = Address("memory", "field", "a")
WANTED = {"label": "A", "description": "Words", "computed": "by the system"}


class Killed(BaseException):
    """The process dies here."""


class InTwoCalls(MemorySystem):
    """Makes a field under a birth name first and labels it in a second call, each told as a step."""

    dies_after = 9
    loses_after = 9

    def write(self, writes: Sequence[Write]) -> Iterable[Result]:
        (write,) = writes
        made = write.observed.attributes if write.observed else None
        for number, label in enumerate(
            ["birth name", write.target["label"]] if made is None else [write.target["label"]]
        ):
            leaves = {**write.target, "label": label}
            self.on_step(Step(write.address, leaves))
            self._store.writes += 1
            self._store.things[write.address] = {**leaves, "computed": "by the system"}
            if number + 1 == self.dies_after:
                raise Killed
            if number + 1 == self.loses_after:
                raise lost_answer("write")
        yield Result(write.address, "done")


@pytest.fixture
def half(world: World, store: Store, field: Make) -> World:
    """A world whose apply of field a died between its two calls."""
    system = InTwoCalls(store)
    system.dies_after = 1
    world.system = system
    with pytest.raises(Killed):
        world.converge([field("a", **WANTED)])
    assert store.things[A] == {**WANTED, "label": "birth name"}
    system.dies_after = 9
    return world


def outcomes(lines: Sequence[Line]) -> list[tuple[str, str]]:
    return [(str(line.change.address.name), line.outcome) for line in lines]


def test_what_the_journal_began_is_finished_by_a_resume(half: World, store: Store, field: Make) -> None:
    assert outcomes(half.resume()) == [("a", "done")]
    assert store.things[A]["label"] == "A"
    assert half.plan([field("a", **WANTED)]).changes == ()


def test_what_the_journal_began_is_ours_and_finished_by_a_plan(half: World, store: Store, field: Make) -> None:
    wanted = [field("a", **WANTED)]
    plan = half.plan(wanted)
    assert [(change.action, change.reason) for change in plan.changes] == [("change", "differs")]
    assert plan.drift == ()
    half.apply(plan)
    assert store.things[A]["label"] == "A"
    assert half.plan(wanted).changes == ()


def test_what_somebody_else_touched_meanwhile_is_refused_alone_with_the_values(half: World, store: Store) -> None:
    store.things[A]["description"] = "Somebody else's"
    (line,) = half.resume()
    assert line.outcome == "refused"
    assert ("description", None, "Somebody else's", "Words") in [
        (each.path, each.last, each.now, each.wanted) for each in line.moved
    ]
    assert store.things[A]["label"] == "birth name"


def test_a_half_answer_lost_between_two_calls_says_so_and_is_finished(world: World, store: Store, field: Make) -> None:
    system = InTwoCalls(store)
    system.loses_after = 1
    world.system = system
    (line,) = world.converge([field("a", label="A")])
    assert (line.outcome, line.half) == ("failed", True)
    assert "half done" in line.error
    assert world.state.entries[A].unsettled
    system.loses_after = 9
    assert outcomes(world.resume()) == [("a", "done")]
    assert not world.state.entries[A].unsettled


def test_a_change_done_in_part_is_finished_without_any_step(world: World, store: Store, field: Make) -> None:
    world.converge([field("a", label="A", description="Words", options={"x": {"label": "X"}})])
    wanted = [field("a", label="B", description="More", options={"x": {"label": "Y"}, "y": {"label": "Z"}})]

    def dies(call: str, _addresses: Sequence[Address]) -> None:
        if call == "write":
            raise Killed

    store.before = dies
    with pytest.raises(Killed):
        world.converge(wanted)
    store.before = lambda *_: None
    store.things[A] |= {"label": "B", "options": {"x": {"label": "X"}, "y": {"label": "Z"}}}
    assert outcomes(world.resume()) == [("a", "done")]
    assert world.plan(wanted).changes == ()


@pytest.mark.parametrize("touched", [{"label": "C"}, {"options": {"x": {"label": "theirs"}, "y": {"label": "Z"}}}])
def test_a_change_done_in_part_and_touched_is_refused(
    world: World, store: Store, field: Make, touched: dict[str, object]
) -> None:
    world.converge([field("a", label="A", options={"x": {"label": "X"}})])

    def dies(call: str, _addresses: Sequence[Address]) -> None:
        if call == "write":
            raise Killed

    store.before = dies
    with pytest.raises(Killed):
        world.converge([field("a", label="B", options={"x": {"label": "Y"}, "y": {"label": "Z"}})])
    store.before = lambda *_: None
    store.things[A] |= touched
    assert outcomes(world.resume()) == [("a", "refused")]


class WorksItOff(MemorySystem):
    """Takes a write over, gives a ticket, and carries it out when somebody waits for it."""

    patient = True

    def write(self, writes: Sequence[Write]) -> Iterable[Result]:
        self._handed = list(writes)
        for write in writes:
            self.on_step(Step(write.address, ticket="job-1"))
        raise Killed if self.patient else StillRunning("The job job-1 still runs.")

    def settle(self, pending: Pending) -> None:
        assert pending == Pending((A,), ("job-1",))
        if not self.patient:
            raise StillRunning("The job job-1 still runs.")
        while self._handed:
            write = self._handed.pop()
            self._store.writes += 1
            self._store.things[write.address] = dict(write.target)


@pytest.mark.parametrize("resumed", [True, False])
def test_what_the_system_still_works_on_is_waited_for_before_it_is_read(
    world: World, store: Store, field: Make, resumed: bool
) -> None:
    world.system = WorksItOff(store)
    with pytest.raises(Killed):
        world.converge([field("a", label="A")])
    if resumed:
        assert outcomes(world.resume()) == [("a", "done")]
    else:
        world.converge([field("a", label="A")])
    assert store.writes == 1


def test_what_is_still_running_is_neither_read_nor_sent_again(world: World, store: Store, field: Make) -> None:
    system = WorksItOff(store)
    system.patient = False
    world.system = system
    assert outcomes(world.converge([field("a", label="A")])) == [("a", "unknown")]
    with pytest.raises(StillRunning):
        world.resume()
    system.patient = True
    assert outcomes(world.resume()) == [("a", "done")]
    assert store.writes == 1


def test_a_thing_that_is_gone_between_two_calls_is_made_again(tmp_path: Path, store: Store, field: Make) -> None:
    class MadeAnew(MemorySystem):
        dies = False

        def write(self, writes: Sequence[Write]) -> Iterable[Result]:
            for write in writes:
                if write.observed is not None:
                    self.on_step(Step(write.address, None))
                    del self._store.things[write.address]
                    if self.dies:
                        raise Killed
                self._store.things[write.address] = dict(write.target)
                yield Result(write.address, "done")

    system = MadeAnew(store)
    world = World("memory", system, KINDS, tmp_path)
    world.converge([field("a", label="A")])
    system.dies = True
    with pytest.raises(Killed):
        world.converge([field("a", label="B")])
    assert A not in store.things
    assert outcomes(world.resume()) == [("a", "done")]
    assert store.things[A] == {"label": "B"}
