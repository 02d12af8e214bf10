"""Carries out a plan: re-read, refuse what moved, journal, write, settle what is unknown by reading.

One system's changes go in rounds: what the units of a round are about to write is read again at once, then they are written side
by side, as many as the system takes. Systems go side by side, too. A failed change does not stop what does not need it. Nothing
here decides what to do: that is in the plan.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from mopsctl.address import Address
from mopsctl.engine import compare, diff, halfway, units, waiting
from mopsctl.engine.journal import End, Journal, Key, Unfinished, last_of, record
from mopsctl.engine.plan import Change, DriftField, Plan
from mopsctl.engine.report import Event, Line, Listener, silent
from mopsctl.errors import AuthenticationError, MopsctlError, OutcomeUnknown, RateLimited, StillRunning
from mopsctl.provider.contract import Kind, Step, System
from mopsctl.resource import Observation, Reading, Result, Write
from mopsctl.state.model import Entry, State

# A round is short, because what it read grows old while it writes; it is not one unit, because each look costs a call.
UNITS_A_ROUND = 8  # for each write that may be under way at once
CHANGES_A_ROUND = 100


@dataclass(frozen=True, slots=True)
class Target:
    """One open system with its adapter's kinds; `at_once` is how many writes it takes side by side."""

    name: str
    system: System
    kinds: Mapping[str, Kind]
    at_once: int = 1


@dataclass(slots=True)
class Run:
    """What the executor shares: the journal, the growing record, who listens, and the wish to stop.

    `before` is the record the run starts from. `broken` is the run this one goes on with; `refused` are changes that were
    refused before it; `total` is how many changes call a system.
    """

    plan: Plan
    before: State
    journal: Journal
    listen: Listener = silent
    stop: threading.Event = field(default_factory=threading.Event)
    broken: Unfinished | None = None
    refused: tuple[Line, ...] = ()
    total: int = field(init=False)
    entries: dict[Address, Entry] = field(init=False)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _position: int = 0

    def __post_init__(self) -> None:
        self.total = sum(change.writes for change in self.plan.changes)
        self.entries = dict(self.before.entries)

    @property
    def done(self) -> frozenset[Key]:
        """What the broken run finished already."""
        return self.broken.done if self.broken else frozenset()

    @property
    def state(self) -> State:
        """The record as it is now."""
        with self._guard:
            return replace(self.before, entries=dict(self.entries))

    def finish(self, lines: Sequence[Line]) -> None:
        """Record and journal how changes ended, and tell the listener. Recorded first: what is done is done, even if the
        journal cannot say so any more.
        """
        ends = [(line.change, End(line.outcome, line.remote_id, line.half)) for line in lines]
        with self._guard:
            for change, end in ends:
                record(self.entries, change, end)
        self.journal.end(ends)
        with self._guard:
            for line in lines:
                self._position += line.change.writes
                self._tell(line)

    def _tell(self, line: Line) -> None:
        address = line.change.address
        self.listen(Event("finished", address.system, address, line.error, line.outcome, self._position, self.total))


def execute(run: Run, targets: Sequence[Target]) -> tuple[Line, ...]:
    """Carry out the plan on the open systems; one line for each change but manual steps, in the order of the plan."""
    lines = {_key(line.change): line for line in run.refused}
    run.finish(run.refused)
    books = [Line(change, "done") for change in run.plan.changes if change.action in ("adopt", "keep", "forget")]
    books = [line for line in books if _key(line.change) not in lines]
    fresh = [line for line in books if _key(line.change) not in run.done]
    run.journal.begin([line.change for line in fresh])
    run.finish(fresh)
    lines |= {_key(line.change): line for line in books}
    with ThreadPoolExecutor(max_workers=max(1, len(targets)), thread_name_prefix="apply") as pool:
        for found in pool.map(lambda target: _SystemRun(run, target).lines(), targets):
            lines |= found
    return tuple(lines[_key(change)] for change in run.plan.changes if _key(change) in lines)


def _key(change: Change) -> Key:
    return (change.address, change.action)


@dataclass(frozen=True, slots=True)
class _Doubt:
    """The changes of one unit that may have taken effect or not, with what was answered."""

    changes: tuple[Change, ...] = ()
    results: Mapping[Address, Result] = field(default_factory=dict)
    trouble: MopsctlError | None = None


class _SystemRun:
    """One system's part of the run."""

    def __init__(self, run: Run, target: Target) -> None:
        self._run = run
        self._target = target
        self._kinds = target.kinds
        self._mine = [each for each in run.plan.changes if each.address.system == target.name and each.writes]
        self._lines: dict[Key, Line] = {}
        self._over: MopsctlError | None = None  # why no further call of this system can succeed
        self._sent: dict[Address, Change] = {}  # of the round that is being written
        self._steps: dict[Address, list[Step]] = {}

    def lines(self) -> dict[Key, Line]:
        try:
            self._work()
        except MopsctlError as error:  # the journal cannot be written, or needs form a circle: nothing more may start
            self._run.stop.set()
            self._leave(error.message, error.hint)
        except BaseException:
            self._run.stop.set()
            raise
        return self._lines

    def _work(self) -> None:
        schedule = units.Schedule(self._mine, self._kinds)
        again = [change for change in self._mine if _key(change) in self._run.done]
        self._lines |= {_key(change): Line(change, "done", note="done by the run before") for change in again}
        schedule.settle({change.address: True for change in again})
        held = [line for line in self._run.refused if line.change in self._mine]
        self._lines |= {_key(line.change): line for line in held}
        self._skip(schedule.settle({line.change.address: False for line in held}))
        self._target.system.steps_to = self._step
        with ThreadPoolExecutor(self._target.at_once, thread_name_prefix=f"write-{self._target.name}") as pool:
            while units_ := schedule.next_round(UNITS_A_ROUND * self._target.at_once, CHANGES_A_ROUND):
                self._round(units_, schedule, pool)
                if self._is_over:
                    self._leave(*((self._over.message, self._over.hint) if self._over else ()))
                    return
                ends = {each.address: self._lines[_key(each)].outcome == "done" for unit in units_ for each in unit}
                self._skip(schedule.settle(ends))

    @property
    def _is_over(self) -> bool:
        return self._run.stop.is_set() or self._over is not None

    def _skip(self, lost: Sequence[tuple[Change, Address]]) -> None:
        self._lines |= {_key(change): Line(change, "skipped", because=str(because)) for change, because in lost}

    def _leave(self, error: str = "", hint: str = "") -> None:
        for change in self._mine:
            self._lines.setdefault(_key(change), Line(change, "not-started", error=error, hint=hint))

    def _round(self, units_: Sequence[Sequence[Change]], schedule: units.Schedule, pool: ThreadPoolExecutor) -> None:
        """One look at everything the units are about to write, then the units side by side, then a look at what is in doubt."""
        self._sent, self._steps = {}, {}
        every = [change for unit in units_ for change in unit]
        if self._is_over:
            return
        try:
            reading = self._target.system.reread([change.address for change in every])
        except MopsctlError as error:
            self._heed(error)
            said = f"It could not be read before the write: {error.message}"
            # Where no call can succeed any more, the other units count as not started.
            self._close([Line(each, "failed", said, error.hint) for each in (units_[0] if self._over else every)])
            return
        ready = [rest for unit in units_ if (rest := self._unmoved(unit, reading, schedule))]
        for doubt in pool.map(lambda unit: self._sent_or_stopped(unit, reading), ready):
            if doubt.changes:
                self._close(self._by_reading(doubt))

    def _unmoved(self, unit: Sequence[Change], reading: Reading, schedule: units.Schedule) -> list[Change]:
        """The changes of a unit that may go on; the others get their lines."""
        settled = {each.address: line for each in unit if (line := self._checked(each, reading)) is not None}
        bad = [address for address, line in settled.items() if line.outcome != "done"]
        free = {each.address: each for each in unit if each.address not in settled}
        for address, because in schedule.dragged(bad, free).items():
            settled[address] = Line(free[address], "skipped", because=str(because))
        if settled:
            self._close([settled[each.address] for each in unit if each.address in settled])
        return [each for each in unit if each.address not in settled]

    def _checked(self, change: Change, reading: Reading) -> Line | None:
        """None where the change may go on; a line where it is refused, or turns out to be there already."""
        kind = self._kinds[change.address.kind]
        if gap := reading.gap(change.address.kind):
            return Line(change, "failed", gap, "nothing was written; apply again later")
        seen = reading.items.get(change.address)
        if self._reached(change, seen):
            return Line(change, "done", note="it was there already", remote_id=seen.remote_id if seen else None)
        if change.action == "remove" and (held := self._held(change, seen)):
            return Line(change, "refused", f"{change.title} {held}.", "plan again and look at the difference")
        wanted = change.wanted if change.action == "remove" else compare.movable(kind, change.wanted, seen)
        now = compare.fingerprint(kind, wanted, self._last(change), seen.attributes if seen else None)
        return None if now == change.fingerprint or self._is_halfway(change, seen) else self._moved(change, seen)

    def _is_halfway(self, change: Change, seen: Observation | None) -> bool:
        """True where the thing is as the broken run left it between two of its calls."""
        broken = self._run.broken
        if broken is None or change.action == "remove" or _key(change) not in broken.open:
            return False
        kind = self._kinds[change.address.kind]
        return halfway.is_ours(kind, change, self._last(change), seen, broken.steps.get(_key(change), ()))

    def _held(self, change: Change, seen: Observation | None) -> str:
        """Why a thing must not be taken away that the plan would take away: the record or the thing may be another since."""
        entry = last_of(self._run.entries, change)
        if entry is None:
            return "is no longer ours"
        if change.remote_id and seen and seen.remote_id and change.remote_id != seen.remote_id:
            return "is now another thing of the same name"
        return "is now protected" if entry.protect else ""

    def _last(self, change: Change) -> Mapping[str, object]:
        entry = last_of(self._run.entries, change)
        return entry.attributes if entry else {}

    def _reached(self, change: Change, seen: Observation | None) -> bool:
        if change.action == "remove":
            return seen is None or seen.retired
        if seen is None:
            return False
        after = self._after(change, seen)
        return not diff.changes(self._kinds[change.address.kind], seen.attributes, after, self._settable(change))

    def _after(self, change: Change, seen: Observation | None) -> dict[str, object]:
        kind = self._kinds[change.address.kind]
        last = compare.going(change.fields, self._last(change))
        return compare.target(kind, change.wanted, seen.attributes if seen else {}, last)

    def _settable(self, change: Change) -> frozenset[str]:
        """The attributes this change may move; what it only verifies is no sign of it."""
        named = {each.path[0] for each in change.fields}
        return frozenset(named if change.action == "change" else named or change.wanted)

    def _moved(self, change: Change, seen: Observation | None) -> Line:
        live: Mapping[str, object] = seen.attributes if seen else {}
        moved = tuple(
            DriftField(each.dotted(), each.before, compare.at(live, each.path), each.after)
            for each in change.fields
            if compare.at(live, each.path) != each.before
        )
        what = "it is gone" if seen is None else "it is there now" if change.action == "add" else "it was changed"
        return Line(
            change,
            "refused",
            f"{change.title} moved since the plan was made: {what}.",
            "plan again and look at the difference",
            moved=moved,
        )

    def _write_of(self, change: Change, seen: Observation | None) -> Write:
        if change.action == "remove":
            return Write(change.address, "remove", change.fields, {}, seen, change.source, change.archive)
        settable = {name: value for name, value in change.wanted.items() if name in self._settable(change)}
        kind = self._kinds[change.address.kind]
        before = seen.attributes if seen else {}
        target = compare.target(kind, settable, before, compare.going(change.fields, self._last(change)))
        fields = diff.changes(kind, before, target) if self._is_halfway(change, seen) else change.fields
        return Write(change.address, "change" if seen else "add", fields, target, seen, change.source)

    def _sent_or_stopped(self, unit: Sequence[Change], reading: Reading) -> _Doubt:
        try:
            return self._send(unit, reading)
        except BaseException:  # the units that wait behind it must not begin
            self._run.stop.set()
            raise

    def _send(self, unit: Sequence[Change], reading: Reading) -> _Doubt:
        """Write one unit; what is in doubt after it. Several may be under way at once, and none while the system is read."""
        if self._is_over:
            return _Doubt()
        for change in unit:
            self._run.listen(
                Event("writing", self._target.name, change.address, change.title, None, 0, self._run.total)
            )
        self._run.journal.begin(unit)
        self._sent |= {change.address: change for change in unit}
        results: dict[Address, Result] = {}
        trouble: MopsctlError | None = None
        writes = [self._write_of(change, reading.items.get(change.address)) for change in unit]
        try:
            for result in self._target.system.write(writes):
                results[result.address] = result
        except MopsctlError as error:
            trouble = error
            self._heed(error)
        if trouble is None and self._kinds[unit[0].address.kind].grain.deploy:
            unit = waiting.without_what_failed(unit, results, self._kinds, lambda rest: self._again(rest, reading))
        return self._settled(unit, results, trouble)

    def _again(self, rest: Sequence[Change], reading: Reading) -> Sequence[Result]:
        """Write what a deployment kept back; what is not answered keeps its first answer: nothing of it is there."""
        self._sent |= {change.address: change for change in rest}
        try:
            return list(self._target.system.write([self._write_of(e, reading.items.get(e.address)) for e in rest]))
        except MopsctlError as error:
            self._heed(error)
            return ()

    def _step(self, step: Step) -> None:
        self._run.journal.step(self._sent[step.address], step)
        self._steps.setdefault(step.address, []).append(step)

    def _settled(
        self, changes: Sequence[Change], results: Mapping[Address, Result], trouble: MopsctlError | None
    ) -> _Doubt:
        """Close what surely ended; the rest is in doubt."""
        lines, open_ = [], []
        for change in changes:
            result = results.get(change.address)
            # Each step is said before its call: all but the last were made.
            half = len(self._steps.get(change.address, ())) > 1
            if result is not None and result.outcome != "unknown" and result.code != "exists":
                lines.append(replace(_line(change, result), half=half and result.outcome == "failed"))
            elif result is None and isinstance(trouble, StillRunning):
                lines.append(Line(change, "unknown", trouble.message, trouble.hint))
            elif result is None and trouble is not None and not isinstance(trouble, OutcomeUnknown):
                lines.append(Line(change, "failed", trouble.message, trouble.hint, half=half))
            else:
                open_.append(change)
        if lines:
            self._close(lines)
        return _Doubt(tuple(open_), results, trouble)

    def _by_reading(self, doubt: _Doubt) -> list[Line]:
        """Whether a write whose answer was lost took effect: the system is asked, never the user."""
        try:
            reading = self._target.system.reread([change.address for change in doubt.changes])
        except MopsctlError as error:
            said = f"Whether it took effect is not known: {error.message}"
            return [Line(each, "unknown", said, "apply with --resume later") for each in doubt.changes]
        return [
            self._read_back(change, reading, doubt.results.get(change.address), doubt.trouble)
            for change in doubt.changes
        ]

    def _read_back(self, change: Change, reading: Reading, result: Result | None, trouble: MopsctlError | None) -> Line:
        seen = reading.items.get(change.address)
        if gap := reading.gap(change.address.kind):
            return Line(change, "unknown", gap, "apply with --resume later")
        if self._reached(change, seen):
            return Line(
                change,
                "done",
                note="its answer was lost; read back: it is there",
                remote_id=seen.remote_id if seen else None,
            )
        said = (result.error if result else "") or (trouble.message if trouble else "its answer was lost")
        if result is not None and result.code == "exists":
            return Line(change, "failed", said, result.hint or "plan again: it is found by its name")
        steps, kind = self._steps.get(change.address, ()), self._kinds[change.address.kind]
        if seen is not None and steps and halfway.is_ours(kind, change, self._last(change), seen, steps):
            return Line(change, "failed", f"{said} Read back: it is half done.", "apply with --resume", half=True)
        return Line(change, "failed", f"{said} Read back: it did not take effect.", "apply with --resume")

    def _heed(self, error: MopsctlError) -> None:
        if isinstance(error, RateLimited | AuthenticationError):
            self._over = error

    def _close(self, lines: Sequence[Line]) -> None:
        self._lines |= {_key(line.change): line for line in lines}
        self._run.finish(lines)


def _line(change: Change, result: Result) -> Line:
    line = Line(change, result.outcome, result.error, result.hint, result.note, remote_id=result.remote_id)
    return line if result.outcome == "done" else replace(line, hint=result.hint or "plan again when it is fixed")
