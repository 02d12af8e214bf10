"""What people do about manual steps: see which are open, and say that one was done."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from mopsctl.diagnostics import did_you_mean, nearest
from mopsctl.engine import worklist as judging
from mopsctl.engine.plan import Plan, StepState
from mopsctl.engine.steps import Step, gathered
from mopsctl.errors import UsageError
from mopsctl.state import worklist
from mopsctl.state.local import LocalStore
from mopsctl.state.worklist import Attestation, WorkList

MOST_BYTES = 64 * 1024 * 1024


def today() -> str:
    """The day, UTC; looked up at call time, so that tests can stand in for it."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of steps: `steps` by id, or `every` open one (of `system`); `until` is a day, 2027-03-01."""

    by: str
    note: str
    steps: tuple[str, ...] = ()
    every: bool = False
    system: str = ""
    until: str = ""
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which steps of a plan are asked for; empty members ask for all."""

    states: frozenset[StepState] = field(default_factory=frozenset)
    owner: str = ""
    system: str = ""


def marked(folder: Path, plan: Plan) -> Plan:
    """The plan with what the work list of its environment says of its steps and findings. Raises StateError."""
    return judging.marked(plan, worklist.read(folder, plan.stack, plan.environment), today())


def remember(folder: Path, plan: Plan) -> None:
    """After an apply: what the plan listed is no news the next time. The caller holds the lock. Raises StateError."""
    known = worklist.read(folder, plan.stack, plan.environment)
    after = judging.shown(known, plan)
    if after != known:
        worklist.write(folder, after)


def steps(plan: Plan, wanted: Wanted) -> tuple[Step, ...]:
    """The steps that are asked for, by owner and system, each with those of its rows that are."""
    found = [
        step
        for each in gathered(plan.changes)
        if (not wanted.owner or each.first.owner == wanted.owner)
        and (not wanted.system or each.first.address.system == wanted.system)
        and (step := each.narrowed(wanted.states) if wanted.states else each)
    ]
    return tuple(sorted(found, key=lambda step: (step.first.owner, step.first.address)))


def nothing(plan: Plan, wanted: Wanted) -> tuple[str, ...]:
    """Why no step of a system or owner matches: how many there are in all, and the nearest name to one that is not known."""
    if not (wanted.system or wanted.owner):
        return ()
    every = steps(plan, Wanted())
    there = "1 step" if len(every) == 1 else f"{len(every)} steps"
    said = [f"Nothing matches: {there} in {plan.environment} in all, attested ones included."]
    systems = {report.name for report in plan.systems}
    if wanted.system and wanted.system not in systems:
        said.append(_unknown("system", wanted.system, systems))
    owners = {each.first.owner for each in every if each.first.owner}
    if wanted.owner and wanted.owner not in owners:
        said.append(_unknown("owner", wanted.owner, owners))
    return tuple(said)


def _unknown(what: str, name: str, known: set[str]) -> str:
    """A name that no step has, and what was probably meant."""
    near = nearest(name, known)
    there = f"did you mean '{near}'?" if near else f"there is {', '.join(sorted(known)) or 'none'}."
    where = "is not in this environment" if what == "system" else "has no step"
    return f"The {what} '{name}' {where}; {there}"


def chosen(plan: Plan, said: Said) -> tuple[Step, ...]:
    """The steps, or single rows of steps, that somebody speaks of. Raises UsageError where one is not there, closed, or read back by mopsctl itself."""
    if said.every:
        open_ = [each for each in gathered(plan.changes) if each.attestable]
        found = tuple(each for each in open_ if said.system in ("", each.first.address.system))
        if not found:
            raise UsageError("There is no open step that could be attested.", hint="see 'mopsctl steps'")
        return found
    rows = {each.id: Step(each.id, (each,)) for each in plan.changes if each.has_steps}
    by_id = {**rows, **{each.id: each for each in gathered(plan.changes)}}
    return tuple(_one(by_id.get(step), step, by_id) for step in dict.fromkeys(said.steps))


def attest(folder: Path, plan: Plan, said: Said) -> tuple[Step, ...]:
    """Put on the work list that the rows of these steps which no API shows were done. Raises UsageError, StateError, LockHeld."""
    _check(said)
    found = chosen(plan, said)
    name, digest = _evidence(said.file)

    def closed(known: WorkList) -> WorkList:
        for each in (row for step in found for row in step.attestable):
            fingerprint = each.step_fingerprint
            known = known.with_attested(
                each.id, Attestation(fingerprint, said.by, said.note, today(), said.until, name, digest)
            )
        return known

    _changed(folder, plan, closed)
    return found


def _changed(folder: Path, plan: Plan, change: Callable[[WorkList], WorkList]) -> None:
    with LocalStore(folder, plan.environment, plan.stack).lock("attest"):
        worklist.write(folder, change(worklist.read(folder, plan.stack, plan.environment)))


def _one(found: Step | None, step: str, known: Iterable[str]) -> Step:
    if found is None:
        hint = did_you_mean(step, list(known)) or "'mopsctl steps' lists them with their ids"
        raise UsageError(f"There is no step {step} in this plan.", hint=hint)
    if found.state == "attested":
        raise UsageError(
            f"The step {step} is closed: {found.state_why}.", hint="it opens again when it asks for something else"
        )
    if not found.attestable:
        raise UsageError(
            f"The step {step} ({found.title}) is not attested: mopsctl reads it back.",
            hint="do it, and plan again: it is then off the list",
        )
    return found


def _check(said: Said) -> None:
    if not said.by.strip() or not said.note.strip():
        raise UsageError("An attestation says who did it and what was done.", hint="add --by NAME --note TEXT")
    if not all(map(_is_text, (said.by, said.note, said.file.name if said.file else ""))):
        raise UsageError("What is attested is no text that can be kept.", hint="write it in UTF-8")
    if said.every is bool(said.steps):
        raise UsageError("Name the steps, or say --all.", hint="'mopsctl steps' lists them with their ids")
    if said.system and not said.every:
        raise UsageError(
            "--system goes with --all: steps that are named stand on their systems already.",
            hint="leave --system out, or say --all instead of the steps",
        )
    if said.until:
        try:
            until = datetime.date.fromisoformat(said.until).isoformat()
        except ValueError:
            raise UsageError(f"'{said.until}' is no day.", hint="write it like 2027-03-01") from None
        if until != said.until or until < today():
            raise UsageError(
                f"The day {said.until} is over, or not written like 2027-03-01.", hint="choose a day to come"
            )


def _is_text(value: str) -> bool:
    """False for bytes of a command line that are no UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _evidence(file: Path | None) -> tuple[str, str]:
    """The name and digest of a file that shows it; the file stays where it is."""
    if file is None:
        return "", ""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise UsageError(f"{file} is larger than the {MOST_BYTES // 1024 // 1024} MB that are read at most.")
        return file.name, hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}.", hint="name a file") from error
