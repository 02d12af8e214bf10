"""A whole run in memory: what is wanted, a system, a record; plan and apply without files, manifests or a command line."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mopsctl.address import Address
from mopsctl.engine import journal, planner
from mopsctl.engine.execute import Run, Target, execute
from mopsctl.engine.journal import Journal
from mopsctl.engine.plan import Inputs, Plan
from mopsctl.engine.report import Line
from mopsctl.engine.view import Rules, SystemView
from mopsctl.provider.contract import Kind, System
from mopsctl.resource import Reading, Resource
from mopsctl.state.model import State, fresh


@dataclass(slots=True)
class World:
    """One system under the name `name`, the state, and a folder for the journal."""

    name: str
    system: System
    kinds: Mapping[str, Kind]
    folder: Path
    state: State = field(default_factory=lambda: fresh("test", "test"))
    rules: Rules = field(default_factory=Rules)
    stop: threading.Event = field(default_factory=threading.Event)
    at_once: int = 1

    def read(self, wanted: Sequence[Resource]) -> Reading:
        """What the system holds, read as a plan reads it."""
        return self.system.read(wanted, [address for address in self.known() if address.system == self.name])

    def plan(self, wanted: Sequence[Resource], reading: Reading | None = None) -> Plan:
        """What applying these resources would do; an unfinished run is taken into account."""
        unfinished = self.journal().unfinished()
        state = journal.folded(self.state, unfinished)
        self._settle(unfinished)
        seen = reading if reading is not None else self.read(wanted)
        view = SystemView(self.name, self.name, self.name, self.kinds, tuple(wanted), reading=seen)
        inputs = Inputs("sha256:" + 64 * "0", "test", state.lineage, state.serial, {self.name: "1"})
        return planner.make(inputs, [view], state, self.rules)

    def apply(self, plan: Plan, *, resume: bool = False) -> tuple[Line, ...]:
        """Carry the plan out and keep the record; a run that raises leaves its journal."""
        diary = self.journal()
        unfinished = diary.unfinished()
        base = journal.folded(self.state, unfinished)
        if not resume:
            self.state = base  # what the run before did must outlast its journal
        self.stop = threading.Event()
        self._settle(unfinished)
        with contextlib.closing(diary):
            diary.start(plan, again=resume)
            run = Run(plan, base, diary, stop=self.stop, broken=unfinished if resume else None)
            lines = execute(run, [Target(self.name, self.system, self.kinds, self.at_once)])
            self.state = run.state
            if all(line.outcome == "done" for line in lines):
                diary.clear()
            else:
                diary.recorded()
        return lines

    def resume(self) -> tuple[Line, ...]:
        """Go on with the run that broke off."""
        unfinished = self.journal().unfinished()
        return self.apply(unfinished.plan, resume=True) if unfinished else ()

    def converge(self, wanted: Sequence[Resource]) -> tuple[Line, ...]:
        """Plan and apply."""
        return self.apply(self.plan(wanted))

    def _settle(self, unfinished: journal.Unfinished | None) -> None:
        """Wait for what the run before handed over."""
        if unfinished is not None and (pending := unfinished.pending(self.name)).begun:
            self.system.settle(pending)

    def journal(self) -> Journal:
        """The journal of this world."""
        return Journal(self.folder, "test")

    def known(self) -> list[Address]:
        """What is ours."""
        return sorted(self.state.entries)
