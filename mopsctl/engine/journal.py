"""The journal of an apply: begin is on disk before the call, end after it, so that a run that dies can be understood.

One JSON document a line. The first line names the plan, which is kept whole beside the journal. A line that was cut in the
middle by a crash is the last one, and counts as never written.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from mopsctl import canonical, files, outside
from mopsctl.address import Address
from mopsctl.engine import document
from mopsctl.engine.plan import Change, Plan
from mopsctl.errors import PlanFileError, StateError
from mopsctl.outside import Unfit
from mopsctl.provider.contract import Pending, Step
from mopsctl.resource import Outcome
from mopsctl.secrets import mask, refuse_in
from mopsctl.state.model import Entry, State

Key = tuple[Address, str]


@dataclass(frozen=True, slots=True)
class End:
    """How one change ended. `half` tells of a failure that some of its calls took effect all the same."""

    outcome: Outcome
    remote_id: str | None = None
    half: bool = False


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What a journal tells of a run that did not come to its end: its plan, what ended, what only began, and by which steps.

    `recorded` is true where the run could still write the state, so that the journal is only needed to go on.
    """

    plan: Plan
    ends: Mapping[Key, End] = field(default_factory=dict)
    begun: frozenset[Key] = frozenset()
    recorded: bool = False
    steps: Mapping[Key, tuple[Step, ...]] = field(default_factory=dict)

    @property
    def open(self) -> frozenset[Key]:
        """The changes that may have taken effect, wholly or in part."""
        return self.begun | {key for key, end in self.ends.items() if end.outcome == "unknown" or end.half}

    def pending(self, system: str) -> Pending:
        """What is open on one system."""
        mine = sorted(key for key in self.open if key[0].system == system)
        tickets = [step.ticket for key in mine for step in self.steps.get(key, ()) if step.ticket]
        return Pending(tuple(address for address, _ in mine), tuple(dict.fromkeys(tickets)))

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of the plan that an apply carries out."""
        return tuple(change for change in self.plan.changes if change.action != "manual")

    def outcome(self, change: Change) -> Outcome:
        """How a change ended, as far as the journal knows."""
        key = (change.address, change.action)
        return "unknown" if key in self.open else self.ends[key].outcome if key in self.ends else "not-started"

    @property
    def done(self) -> frozenset[Key]:
        """The changes that surely took effect."""
        return frozenset(key for key, end in self.ends.items() if end.outcome == "done")


class Journal:
    """The journal of one environment, in `.mopsctl/journal/`."""

    def __init__(self, folder: Path, environment: str) -> None:
        self._environment = environment
        self._path = files.own(folder, "journal", f"{environment}.jsonl")
        self._plan = files.own(folder, "journal", f"{environment}.plan.json")
        self._file: IO[str] | None = None
        self._guard = threading.Lock()

    def start(self, plan: Plan, *, again: bool = False) -> None:
        """Open the journal for this plan; `again` goes on with the one that is there. Raises StateError."""
        try:
            files.make_folder(self._path.parent)
            if not again:
                files.write_whole(self._path, "")  # first, so that no line ever stands beside the plan of another run
                files.write_whole(self._plan, canonical.pretty(document.to_json(plan)))
            elif (text := self._path.read_text(encoding="utf-8")) and not text.endswith("\n"):
                files.write_whole(self._path, text[: text.rfind("\n") + 1])  # drop the line a crash cut in the middle
            self._file = self._path.open("a", encoding="utf-8")
            if not again:
                self._write([{"type": "plan", "digest": document.digest(plan)}])
        except OSError as error:
            raise self._cannot(error) from error

    def begin(self, changes: Sequence[Change]) -> None:
        """Put on disk that these changes are about to be written."""
        self._write([{"type": "begin", "address": str(each.address), "action": each.action} for each in changes])

    def step(self, change: Change, step: Step) -> None:
        """Put on disk what the next call of this change leads to, or what it handed to the system."""
        leaves = None if step.leaves is None else dict(step.leaves)
        line = {"address": str(change.address), "action": change.action, "leaves": leaves, "ticket": step.ticket}
        self._write([{"type": "step", **line}])

    def end(self, ends: Sequence[tuple[Change, End]]) -> None:
        """Put on disk how these changes ended."""
        self._write(
            [
                {
                    "type": "end",
                    "address": str(change.address),
                    "action": change.action,
                    "outcome": end.outcome,
                    "id": end.remote_id and mask(end.remote_id),  # the change is made: how it ended is kept in any case
                    **({"half": True} if end.half else {}),
                }
                for change, end in ends
            ]
        )

    def recorded(self) -> None:
        """The run stopped before its end, and the state holds what it did; the journal is kept for going on with it."""
        self._write([{"type": "recorded"}])
        self.close()

    def close(self) -> None:
        """Close the file; the journal stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def clear(self) -> None:
        """The run came to its end and the state holds everything: the journal is no longer needed."""
        self.close()
        for path in (self._path, self._plan):
            path.unlink(missing_ok=True)

    def unfinished(self) -> Unfinished | None:
        """The run that did not come to its end, or None. Raises StateError where the journal cannot be understood."""
        try:
            text = outside.text_of(self._path)
            if not text.strip():
                return None
            plan = document.read(self._plan)
            if plan.environment != self._environment:
                raise ValueError(f"it belongs to the environment {plan.environment}")
            return _understood(plan, [outside.checked(line, "journal") for line in _lines(text)])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, PlanFileError) as error:
            raise StateError(
                f"The journal of the last apply cannot be read: {str(error).rstrip('.')}.",
                hint="delete the folder .mopsctl/journal and plan again: what was done is then found by name",
            ) from error

    def _write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        with self._guard:
            file = self._file
            if file is None or not lines:
                return
            text = "".join(canonical.dumps(line) + "\n" for line in lines)
            refuse_in(text, self._path.name)
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            except OSError as error:
                raise self._cannot(error) from error

    def _cannot(self, error: OSError) -> StateError:
        return StateError(
            f"The journal cannot be written: {error.strerror or error}.",
            hint="free the disk or fix the permissions of .mopsctl, then apply again: nothing is written without a journal",
        )


def _understood(plan: Plan, lines: Sequence[Mapping[str, Any]]) -> Unfinished:
    ends: dict[Key, End] = {}
    begun: set[Key] = set()
    steps: dict[Key, tuple[Step, ...]] = {}
    is_recorded = False
    for entry in lines:
        is_recorded = entry["type"] == "recorded"
        if entry["type"] == "plan" and entry["digest"] != document.digest(plan):
            raise ValueError("it belongs to another plan than the one beside it")
        if entry["type"] not in ("begin", "step", "end"):
            continue
        key = (Address.parse(entry["address"]), entry["action"])
        if entry["type"] == "begin":
            begun.add(key)
            ends.pop(key, None)
        elif entry["type"] == "step":
            steps[key] = (*steps.get(key, ()), Step(key[0], entry["leaves"], entry["ticket"]))
        else:
            begun.discard(key)
            ends[key] = End(entry["outcome"], entry["id"], entry.get("half", False))
    return Unfinished(plan, ends, frozenset(begun), is_recorded, steps)


def _lines(text: str) -> Iterator[Any]:
    """What each line says but one that a crash cut in the middle. Raises ValueError."""
    for number, line in enumerate(text.split("\n")[:-1], 1):
        try:
            yield outside.parsed(line)
        except Unfit as error:
            raise ValueError(f"line {number} {error.what}") from error


def folded(state: State, unfinished: Unfinished | None) -> State:
    """The state with everything the journal knows to be done, and with what only began counted as ours and unsettled.

    Where the run could still write the state, that is the state: people may have fixed it since.
    """
    if unfinished is None or unfinished.recorded:
        return state
    entries = dict(state.entries)
    for change in unfinished.plan.changes:
        key = (change.address, change.action)
        end = unfinished.ends.get(key, End("unknown") if key in unfinished.begun else None)
        if end is not None:
            record(entries, change, end)
    return replace(state, entries=entries)


def record(entries: dict[Address, Entry], change: Change, end: End) -> None:
    """Put into the record how a change ended; an unknown end leaves the thing ours and unsettled."""
    if end.outcome not in ("done", "unknown") and not end.half:
        return
    unsettled = end.outcome != "done" and change.writes
    last = last_of(entries, change)
    if change.moved_from is not None:
        entries.pop(change.moved_from, None)
    if change.action in ("add", "change", "adopt") or (change.of_items and change.wanted):
        entries[change.address] = _entry(change, end, last, unsettled=unsettled)
    elif unsettled and last is not None:
        entries[change.address] = replace(last, unsettled=True)
    elif not (change.action == "keep" and change.stays_ours):
        entries.pop(change.address, None)


def last_of(entries: Mapping[Address, Entry], change: Change) -> Entry | None:
    """What is on record of a thing, under the name it had or under the one it gets."""
    return entries.get(change.address) or (entries.get(change.moved_from) if change.moved_from else None)


def _entry(change: Change, end: End, last: Entry | None, *, unsettled: bool) -> Entry:
    return Entry(
        address=change.address,
        attributes={**change.wanted, **(_still_ours(last, change) if unsettled else {})},
        remote_id=end.remote_id or change.remote_id or (last.remote_id if last else None),
        title=change.title,
        document=change.document,
        protect=change.protect,
        on_delete=change.on_delete,
        unsettled=unsettled,
        subject=change.subject,
    )


def _still_ours(last: Entry | None, change: Change) -> dict[str, Any]:
    """While it is open whether a change took effect, items it was to retire stay on record, so that they are not lost."""
    kept = {}
    for name, value in (last.attributes if last else {}).items():
        if isinstance(value, dict) and isinstance(change.wanted.get(name), dict):
            kept[name] = {**value, **change.wanted[name]}
    return kept
