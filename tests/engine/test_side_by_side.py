"""Independent writes of one system go side by side, as many as it takes; what they need and what stops them holds as ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.address import Address
from mopsctl.errors import RateLimited
from mopsctl.resource import Resource
from mopsctl.testing.memory import KINDS, MemorySystem, Store, broken, lost_answer
from mopsctl.testing.world import World

Make = Callable[..., Resource]


class Crowd:
    """Counts the writes under way, and lets none end before `size` of them have begun."""

    def __init__(self, size: int) -> None:
        self._barrier = threading.Barrier(size)
        self._guard = threading.Lock()
        self._reading = self._writing = 0
        self.most = 0
        self.mixed = False

    def before(self, call: str, _addresses: Sequence[Address]) -> None:
        with self._guard:
            self._writing += call == "write"
            self.most = max(self.most, self._writing)
            self.mixed |= call == "reread" and self._writing > 0
        if call == "write":
            self._barrier.wait(timeout=20)

    def after(self, call: str, _addresses: Sequence[Address]) -> None:
        with self._guard:
            self._writing -= call == "write"


def test_as_many_writes_as_the_system_takes_are_under_way_and_no_read_beside_them(
    world: World, store: Store, thing: Make
) -> None:
    world.at_once = 4
    wanted = [thing("group", f"g{n:02}", label="x") for n in range(40)]
    plan = world.plan(wanted)
    crowd = Crowd(4)
    store.before, store.after = crowd.before, crowd.after
    lines = world.apply(plan)
    assert {line.outcome for line in lines} == {"done"}
    assert (crowd.most, crowd.mixed) == (4, False)
    assert len(store.things) == 40


def test_many_changes_are_read_again_by_few_calls(world: World, store: Store, thing: Make) -> None:
    wanted = [thing("group", f"g{n:03}", label="x") for n in range(200)]
    world.converge(wanted)
    world.at_once = 4
    plan = world.plan([replace(each, attributes={"label": "y"}) for each in wanted])
    store.reads = store.writes = 0
    world.apply(plan)
    assert store.writes == 200
    assert store.reads <= 8


def test_a_limit_stops_the_writes_that_have_not_begun(world: World, store: Store, thing: Make) -> None:
    world.at_once = 2
    plan = world.plan([thing("group", f"g{n:02}", label="x") for n in range(12)])

    def run_out(call: str, addresses: Sequence[Address]) -> None:
        if call == "write" and addresses[0].name == "g03":
            raise RateLimited("No calls left.", hint="tomorrow")

    store.before = run_out
    lines = world.apply(plan)
    ends = [line.outcome for line in lines]
    assert ends.count("failed") == 1
    assert ends.count("not-started") >= 1
    assert len(store.things) == ends.count("done")
    store.before = lambda _call, _addresses: None
    assert {line.outcome for line in world.resume()} == {"done"}
    assert len(store.things) == 12


@given(
    needs=st.lists(st.integers(0, 5), min_size=1, max_size=30),
    failing=st.sets(st.integers(0, 29), max_size=4),
    lost=st.sets(st.integers(0, 29), max_size=4),
    at_once=st.integers(1, 5),
)
def test_whatever_fails_the_end_is_that_of_one_write_after_the_other(
    needs: list[int], failing: set[int], lost: set[int], at_once: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ends = [_ran(needs, failing, lost, count, tmp_path_factory) for count in (1, at_once)]
    assert ends[0] == ends[1]


def _ran(
    needs: list[int], failing: set[int], lost: set[int], at_once: int, folders: pytest.TempPathFactory
) -> tuple[object, ...]:
    store = Store()
    world = World("memory", MemorySystem(store), KINDS, folders.mktemp("run"), at_once=at_once)
    wanted = [Resource(Address("memory", "group", f"g{n}"), f"g{n}", {"label": "x"}) for n in range(6)]
    wanted += [
        Resource(
            Address("memory", "field", f"f{place:02}"),
            f"f{place:02}",
            {"label": "x"},
            needs=(Address("memory", "group", f"g{need}"),),
        )
        for place, need in enumerate(needs)
    ]
    plan = world.plan(wanted)
    refused = {f"g{number}" for number in failing} | {f"f{number:02}" for number in failing}

    def refuse(call: str, addresses: Sequence[Address]) -> None:
        if call == "write" and len(addresses) == 1 and addresses[0].name in refused:
            raise broken(call)

    def lose(call: str, addresses: Sequence[Address]) -> None:
        if call == "write" and {each.name for each in addresses} & {f"g{number}" for number in lost}:
            raise lost_answer(call)

    store.before, store.after = refuse, lose
    lines = [(line.change.address.name, line.outcome, line.because) for line in world.apply(plan)]
    return lines, sorted(map(str, store.things)), {str(each) for each in world.state.entries}
