"""Applies that meet one tampered answer, and what a plain plan and apply make of it afterwards."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mopsctl.emulator.server import Handle, running
from mopsctl.engine.plan import Plan
from mopsctl.engine.report import Line
from mopsctl.errors import MopsctlError
from mopsctl.sessions import Session
from mopsctl.testing.world import World
from tests.journeys.tampering import MISTAKES, Count, Fault, Look, Tape, faults

WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass
class Bench:
    """One emulated account in memory, and worlds that apply the example's resources to it."""

    session: Session
    handle: Handle
    folder: Path

    def world(self, tape: Tape) -> tuple[World, contextlib.ExitStack]:
        """A world with a new connection, which speaks through the tape."""
        exits = contextlib.ExitStack()
        exits.enter_context(tape.between())
        settings = {**self.session.connection.settings, **self.handle.connection}
        plain = {name: value for name, value in settings.items() if name not in self.session.provider.secret_settings}
        system = self.session.provider.open(replace(self.session.connection, settings=plain))
        exits.callback(system.close)
        return World(self.session.name, system, self.session.provider.kinds, self.folder), exits

    def fresh(self) -> None:
        """The account and the journal as on the first day."""
        self.handle.reset()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def apply(self, tape: Tape, world: World | None = None) -> tuple[World, tuple[Line, ...]]:
        """Plan and apply; another world's record and journal are taken over."""
        made, exits = self.world(tape)
        with exits:
            if world is not None:
                made.state = world.state
            resources = self.session.converted.resources
            plan = made.plan(resources)
            return made, made.apply(plan) if pending(plan) else ()

    def left(self, world: World) -> list[str]:
        """What is still to be done."""
        made, exits = self.world(Tape())
        with exits:
            made.state = world.state
            return [str(each.address) for each in pending(made.plan(self.session.converted.resources))]


def pending(plan: Plan) -> list[object]:
    """The changes that apply would write."""
    return [each for each in plan.changes if each.action in ("add", "change", "remove", "adopt", "forget")]


@contextlib.contextmanager
def bench(look: Look, name: str, folder: Path) -> Iterator[Bench]:
    """An account of that system, apart from the one that was applied."""
    session = look.sessions[name]
    emulator = session.provider.emulator()
    with running(emulator, persona="sandbox") as handle:  # type: ignore[arg-type]
        yield Bench(session, handle, folder)


def tried(bench: Bench, choose: Callable[[Sequence[Fault]], Sequence[Fault]]) -> Count:
    """Apply over each chosen fault of the answers to writes, then once more without one: all is done, nothing was lost."""
    bench.fresh()
    first = Tape()
    world, lines = bench.apply(first)
    undone: Mapping[str, str] = {str(line.change.address): line.outcome for line in lines if line.outcome != "done"}
    left = bench.left(world)
    wanted = {place for place, each in enumerate(first.said) if each.asked[0] in WRITES}
    count = Count()
    for fault in choose([each for each in faults(first.said) if each.place in wanted]):
        count.tried += 1
        bench.fresh()
        try:
            _one(bench, fault, count, left, undone)
        except MISTAKES as error:
            count.tracebacks.append(f"{fault.what}: {type(error).__name__}: {error}")
    return count


def _one(bench: Bench, fault: Fault, count: Count, left: list[str], undone: Mapping[str, str]) -> None:
    tape = Tape(fault=fault)
    world = None
    try:
        world, lines = bench.apply(tape)
    except MopsctlError:
        count.unreadable += 1
    else:
        same = {str(line.change.address): line.outcome for line in lines if line.outcome != "done"} == undone
        count.same += same
        count.other += not same
    world, _ = bench.apply(Tape(), world)
    after = bench.left(world)
    if after != left:
        count.additions.append(f"{fault.what}: left {after[:3]}")
