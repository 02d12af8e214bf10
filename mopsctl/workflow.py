"""What the commands do, each from top to bottom: load, check, lower, read, plan; and apply what a plan says."""

from __future__ import annotations

import contextlib
import datetime
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mopsctl import attesting, canonical, checks, connectors, dry, files, policy, refusing, revision, sessions
from mopsctl.address import Address, Selection
from mopsctl.diagnostics import Diagnostic, did_you_mean, has_errors, in_order
from mopsctl.engine import agree, document, foreign, impact
from mopsctl.engine.agree import Agreed, Now
from mopsctl.engine.execute import Run, Target, execute
from mopsctl.engine.journal import Journal, Unfinished, folded
from mopsctl.engine.plan import Plan
from mopsctl.engine.report import Applied, Event, Line, Listener, silent
from mopsctl.engine.view import SystemView
from mopsctl.errors import (
    ManifestError,
    PlanFileError,
    Refused,
    StateError,
    UsageError,
)
from mopsctl.manifest.loader import Loaded, load_stack
from mopsctl.manifest.model import Environment, Stack
from mopsctl.planning import Scene
from mopsctl.resource import Impact
from mopsctl.sessions import Session
from mopsctl.signals import stopping
from mopsctl.state.local import LocalStore
from mopsctl.state.model import State, fresh
from mopsctl.trust import Trust
from mopsctl.trust import findings as addresses


def clock() -> datetime.datetime:
    """The time now, for freezes; tests stand in for it."""
    return datetime.datetime.now(datetime.UTC)


@dataclass(frozen=True, slots=True)
class Ask:
    """What the command line asks of a run; `counts` asks for the number of records touched."""

    folder: Path
    environment: str
    selection: Selection = field(default_factory=Selection)
    allow_remove: bool = False
    counts: bool = True
    check_on_server: bool = False
    snapshot: Path | None = None
    listen: Listener = silent
    trust: Trust = field(default_factory=Trust)


@dataclass(frozen=True, slots=True)
class Validated:
    """What a validation found."""

    stack: str
    environment: str | None
    files: int
    documents: int
    diagnostics: tuple[Diagnostic, ...]


def validate(folder: Path, environment: str | None = None, trust: Trust | None = None) -> Validated:
    """Load and check a stack, without network and credentials; the adapters say what their vendors would refuse."""
    loaded, found = _read(folder, environment, trust or Trust())
    if loaded.stack is not None:
        found += checks.of_plans(loaded.stack, list(dry.findings(loaded.stack)))
    name = loaded.stack.name if loaded.stack else ""
    return Validated(name, environment, loaded.files, loaded.documents, in_order(found))


def plan(ask: Ask) -> Plan:
    """Read the systems of an environment and say what applying the stack would do. Writes nothing."""
    return attesting.marked(ask.folder, _planned(ask))


def _planned(ask: Ask) -> Plan:
    stack, environment, loaded, findings = _loaded(ask)
    store = LocalStore(ask.folder, environment.name, stack.name)
    unfinished = Journal(
        ask.folder, environment.name
    ).unfinished()  # before the state: an apply beside it writes that first
    state = store.read()
    chosen = ask.selection.may_have_system
    with sessions.opened(stack, environment, ask.folder, ask.listen, chosen, ask.trust) as opened:
        scene = Scene(ask.folder, stack, environment, loaded, tuple(findings), state, unfinished, opened, ask.listen)
        scene.refuse_misfits()
        _refuse_selecting_nothing(ask.selection, opened, scene.base)
        seen = scene.plan(ask.selection, allow_remove=ask.allow_remove)
        made = seen.plan
        if ask.check_on_server:
            made = _checked_on_server(made, opened, seen.views, scene.base, ask.listen)
        if not ask.counts:
            return made
        made = _counted(made, opened, seen.views, scene.base, ask.listen)
        return scene.without_silenced(_with_foreign_stages(made, opened, seen.views))


def refuse_early(ask: Ask, *, saved: bool) -> None:
    """What an apply would refuse anyway, before anybody is asked anything. Raises Refused, ManifestError."""
    _, environment, _, _ = _loaded(ask)
    _refuse_by_policy(environment, saved)


def write_plan(made: Plan, path: Path) -> None:
    """Save a plan, for its owner's eyes only. Raises PlanFileError."""
    try:
        files.write_whole(path, canonical.pretty(document.to_json(made)))
    except OSError as error:
        raise PlanFileError(f"The plan cannot be written to {path}: {error.strerror or error}.") from error


def read_plan(path: Path) -> Plan:
    """Read a saved plan. Raises PlanFileError where it is damaged, edited or of a newer format."""
    try:
        return document.read(path)
    except FileNotFoundError as error:
        raise PlanFileError(f"The plan {path} is not there.") from error


def apply(ask: Ask, made: Plan, *, accept: str | None = None, resume: bool = False, saved: bool = False) -> Applied:
    """Carry out a plan. Raises StalePlan, Refused, LockHeld, WrongAccount; whatever was begun is in the journal.

    `accept` is the digest of a plan whose safety verdicts somebody looked at; `resume` goes on with a run that broke off;
    `saved` says that the plan comes from a file.
    """
    refusing.refuse(made, accept)
    stack, environment, loaded, findings = _loaded(ask)
    _refuse_by_policy(environment, saved or resume)
    store = LocalStore(ask.folder, environment.name, stack.name)
    diary = Journal(ask.folder, environment.name)
    digest = document.digest(made)
    with store.lock(digest), contextlib.closing(diary), stopping(ask.listen) as stop:
        store.try_out()
        state = store.read()
        unfinished = diary.unfinished()
        broken = unfinished if unfinished is not None and document.digest(unfinished.plan) == digest else None
        chosen = made.selection.may_have_system
        with sessions.opened(stack, environment, ask.folder, ask.listen, chosen, ask.trust) as opened:
            scene = Scene(
                ask.folder, stack, environment, loaded, tuple(findings), state, unfinished, opened, ask.listen
            )
            scene.refuse_misfits()
            refusing.refuse_stale(made, scene.inputs, state, digest, resumed=broken is not None)
            agreed = _checked(scene, made, broken, ask) if saved or resume else _believed(scene, made)
            base = scene.base if state else replace(scene.base, lineage=fresh("", "").lineage)
            if broken is None:
                state = _kept(store, state, base)
            diary.start(made, again=broken is not None)
            run = Run(agreed.plan, base, diary, ask.listen, stop.event, broken, agreed.refused)
            targets = [
                Target(each.name, each.system, each.provider.kinds, each.provider.concurrent_writes) for each in opened
            ]
            lines = execute(run, targets)
            manual = tuple(change for change in agreed.plan.changes if change.action == "manual")
            report = Applied(digest, lines, stop.name, resumed=broken is not None, manual=manual)
            _record(
                store, diary, state, run.state, report, loaded.trust
            )  # before the systems are closed, which may fail too
            if report.complete:
                _remember(ask, made)
    return report


def nothing_to_do(ask: Ask, made: Plan) -> None:
    """An apply that has nothing to write: what a broken run did is put on record, and the steps on the work list."""
    put_on_record(ask)
    with LocalStore(ask.folder, made.environment, made.stack).lock(document.digest(made)):
        _remember(ask, made)


def _remember(ask: Ask, made: Plan) -> None:
    """What the plan listed is no news the next time. What is done is done, even if the list cannot be written."""
    try:
        attesting.remember(ask.folder, made)
    except StateError as error:
        ask.listen(Event("info", text=error.message))


def put_on_record(ask: Ask) -> None:
    """Write what only the journal of a broken run tells, where nothing is left to apply. Raises LockHeld, StateError."""
    diary = Journal(ask.folder, ask.environment)
    if diary.unfinished() is None:
        return
    stack, environment, _, _ = _loaded(ask)
    store = LocalStore(ask.folder, environment.name, stack.name)
    with store.lock(""), contextlib.closing(diary):
        unfinished, state = diary.unfinished(), store.read()
        if unfinished is not None and not unfinished.recorded:
            digest = document.digest(unfinished.plan)
            base = folded(state or fresh(stack.name, environment.name), unfinished)
            report = Applied(digest, tuple(Line(change, unfinished.outcome(change)) for change in unfinished.changes))
            diary.start(unfinished.plan, again=True)
            _record(store, diary, state, base, report, base.trust)


def _believed(scene: Scene, made: Plan) -> Agreed:
    """A plan that was made a moment ago, by this very run."""
    for session in scene.opened:
        account = sessions.identified(session)
        refusing.refuse_other_account(made, session.name, account.id)
        sessions.settle(session, scene.unfinished)
    return Agreed(made)


def _checked(scene: Scene, made: Plan, broken: Unfinished | None, ask: Ask) -> Agreed:
    """A plan from a file, made again and compared. Raises StalePlan, Refused, WrongAccount, ApprovalMissing."""
    done = broken.done if broken else frozenset()
    if not ask.allow_remove:
        refusing.refuse_removals([each for each in made.changes if (each.address, each.action) not in done])
    seen = scene.plan(made.selection, allow_remove=made.allow_remove)
    for view in seen.views:
        if view.account is not None:
            refusing.refuse_other_account(made, view.name, view.account.id)
    refusing.refuse_unread(seen.plan)
    ours = scene.base.entries
    recorded = (scene.state.entries if scene.state else {}) if broken else ours
    now = Now(seen.plan, seen.views, ours, recorded, seen.findings, checks.live_rules(), broken)
    agreed = agree.agreed(made, now)
    held = [each for each in _stages_held(agreed.plan, scene, seen.views) if each not in made.verdicts]
    if held:
        raise Refused(f"{held[0].rule}: {held[0].message}", hint=held[0].hint)
    return agreed


def _stages_held(made: Plan, scene: Scene, views: Sequence[SystemView]) -> list[Diagnostic]:
    """Stages that would go although records hold them: asked again, for a file may leave the count out."""
    losing = replace(made, changes=tuple(change for change in made.changes if impact.loses_stages(change)), verdicts=())
    return list(_counted(losing, scene.opened, views, scene.base, scene.listen).verdicts) if losing.changes else []


def unfinished_plan(folder: Path, environment: str) -> Plan:
    """The plan of the run that broke off. Raises UsageError where there is none."""
    found = Journal(folder, environment).unfinished()
    if found is None:
        raise UsageError(
            f"There is nothing to resume in {environment}: the last apply came to its end.",
            hint=f"type 'mopsctl plan -e {environment}' to see where things stand",
        )
    return found.plan


def _read(folder: Path, environment: str | None, trust: Trust) -> tuple[Loaded, list[Diagnostic]]:
    trusted = revision.read(folder, trust.revision) if trust.revision else None
    loaded = load_stack(folder, environment, trusted=trusted)
    found = list(loaded.diagnostics)
    if loaded.stack is not None:
        found += [*checks.run(loaded.stack), *connectors.findings(loaded.stack), *addresses(loaded.stack, trust)]
    return loaded, found


def stack_at(folder: Path, at: str | None) -> Stack:
    """The typed stack of a folder as it is at a git revision, or in the work tree (None). Raises UsageError, ManifestError."""
    with tempfile.TemporaryDirectory(prefix="mopsctl-") as kept:
        home = folder
        if at is not None:
            home = Path(kept)
            revision.checkout(folder, at, home)
        loaded = load_stack(home)
    if loaded.stack is None:
        where = f"of the revision {at}" if at else "of the work tree"
        errors = [each for each in loaded.diagnostics if each.level == "error"]
        raise ManifestError(
            f"The manifests {where} have errors, so they cannot be compared.",
            hint="mend them there, or name another revision",
            diagnostics=errors,
        )
    return loaded.stack


def _loaded(ask: Ask) -> tuple[Stack, Environment, Loaded, list[Diagnostic]]:
    loaded, found = _read(ask.folder, ask.environment, ask.trust)
    if has_errors(found) or loaded.stack is None or loaded.stack.environment is None:
        errors = sum(each.level == "error" for each in found)
        raise ManifestError(
            f"The manifests have {errors} error{'s' if errors != 1 else ''}.",
            hint="fix them first; 'mopsctl validate' shows them without any network",
            diagnostics=in_order(found),
        )
    return loaded.stack, loaded.stack.environment, loaded, [each for each in found if each.level != "error"]


def _refuse_selecting_nothing(selection: Selection, opened: Sequence[Session], base: State) -> None:
    """Raise UsageError where a pattern fits no address: a slip must not look like a system with nothing to do."""
    known = {str(each.address) for session in opened for each in session.converted.resources}
    known |= {str(address) for address in base.entries}
    for pattern in selection.only:
        if not any(Selection((pattern,)).has(address) for address in known):
            raise UsageError(
                f"--only '{pattern}' selects nothing: no address of the stack fits.",
                hint=did_you_mean(pattern, known) or "plan without it to see the addresses; they read system:kind/name",
            )


def _counted(
    made: Plan, opened: Sequence[Session], views: Sequence[SystemView], state: State, listen: Listener
) -> Plan:
    found: dict[Address, Impact] = {}
    for session, view in zip(opened, views, strict=True):
        writes = impact.questions(made, view, state)
        if writes:
            listen(Event("counting", session.name))
            found.update(session.system.impact(writes))
    return impact.with_counts(made, found)


def _with_foreign_stages(made: Plan, opened: Sequence[Session], views: Sequence[SystemView]) -> Plan:
    """The plan with a warning for each list that has stages nobody declared and records hold."""
    told: list[Diagnostic] = []
    for session, view in zip(opened, views, strict=True):
        asked = foreign.questions(made, view)
        told += foreign.findings(view, asked, session.system.impact) if asked else []
    return replace(made, verdicts=in_order([*made.verdicts, *told]))


def _checked_on_server(
    made: Plan, opened: Sequence[Session], views: Sequence[SystemView], state: State, listen: Listener
) -> Plan:
    verdicts = list(made.verdicts)
    for session, view in zip(opened, views, strict=True):
        writes = impact.writes(made, view, state)
        if writes and session.provider.server_check:
            listen(Event("info", session.name, text="asking the server what it would say"))
            verdicts += impact.server_verdicts(made, session.system.check(writes))
    return replace(made, verdicts=in_order(verdicts))


def _refuse_by_policy(environment: Environment, saved: bool) -> None:
    policy.refuse_unsaved(environment, saved=saved)
    policy.refuse_frozen(environment, clock().astimezone())


def _kept(store: LocalStore, state: State | None, base: State) -> State | None:
    """The record with what an earlier, broken run did, on disk before the journal of that run makes room for another."""
    if base.entries == (state.entries if state else {}):
        return state
    kept = replace(base, serial=(state.serial if state else 0) + 1)
    store.write(kept)
    return kept


def _record(
    store: LocalStore, diary: Journal, before: State | None, after: State, report: Applied, trust: Mapping[str, str]
) -> None:
    """Write the state once, at the end: until then the journal holds what happened."""
    changed = before is None or after.entries != before.entries
    if report.complete and report.lines:
        after, changed = replace(after.with_applied(report.digest), trust=trust), True
    if changed:
        store.write(replace(after, serial=(before.serial if before else 0) + 1))
    if report.complete:
        diary.clear()
    else:
        diary.recorded()
