"""How much of an apply goes into journal and state: 500 changes on the made-up vendor, 20 ms a call, with and without disk."""

from __future__ import annotations

import statistics
import tempfile
import time
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
