"""What an apply on the made-up vendor costs beside its calls: journal and state, and the order of independent writes."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from mopsctl.address import Address
from mopsctl.engine.journal import Journal
from mopsctl.engine.plan import Plan
from mopsctl.resource import Resource
from mopsctl.state.local import LocalStore
from mopsctl.testing.memory import KINDS, MemorySystem, Store
from mopsctl.testing.world import World

CHANGES = 500
SECONDS_A_CALL = 0.02
TIMES = 3
INDEPENDENT = 1000  # writes that do not need each other
AT_ONCE = 4
SLOW_CALL = 0.05  # seconds


class NoJournal(Journal):
    """A journal that keeps nothing, to see what keeping costs."""

    def start(self, plan: Plan, *, again: bool = False) -> None:
        """Nothing is opened."""

    def clear(self) -> None:
        """Nothing is there."""

    def recorded(self) -> None:
        """Nothing is written."""


class WithoutDisk(World):
    """A world whose journal keeps nothing."""

    def journal(self) -> Journal:
        """The journal that keeps nothing."""
        return NoJournal(self.folder, "bench")


def share() -> float:
    """The share of the time that journal and state take."""
    with_disk = statistics.median(_seconds(World, save=True) for _ in range(TIMES))
    without = statistics.median(_seconds(WithoutDisk, save=False) for _ in range(TIMES))
    return (with_disk - without) / with_disk


def beside_the_ideal() -> float:
    """The time of 1,000 independent writes at 50 ms a call, four side by side, by what their calls alone would take."""
    with tempfile.TemporaryDirectory() as name:
        store = Store()
        world = World("memory", MemorySystem(store), KINDS, Path(name), at_once=AT_ONCE)
        wanted = [
            Resource(Address("memory", "group", f"g{n:04}"), f"G {n}", {"label": "old"}) for n in range(INDEPENDENT)
        ]
        world.converge(wanted)
        plan = world.plan([replace(each, attributes={"label": "new"}) for each in wanted])
        store.reads = store.writes = 0
        store.before = lambda _call, _addresses: time.sleep(SLOW_CALL)
        begun = time.perf_counter()
        world.apply(plan)
        taken = time.perf_counter() - begun
        print(f"  calls: {store.reads} to read again, {store.writes} writes")
        return taken / ((store.reads + store.writes) * SLOW_CALL / AT_ONCE)


def _seconds(sort: type[World], *, save: bool) -> float:
    with tempfile.TemporaryDirectory() as name:
        store = Store(before=lambda _call, _addresses: time.sleep(SECONDS_A_CALL))
        world = sort("memory", MemorySystem(store), KINDS, Path(name))
        wanted = [
            Resource(Address("memory", "group", f"g{n:03}"), f"G {n}", {"label": f"G {n}"}) for n in range(CHANGES)
        ]
        plan = world.plan(wanted)
        begun = time.perf_counter()
        world.apply(plan)
        if save:
            LocalStore(Path(name), "bench").write(world.state)
        return time.perf_counter() - begun
