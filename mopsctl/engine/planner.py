"""Turns what is wanted, what was seen and what was ours into a plan. Pure: same input, same plan, to the byte."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic, in_order
from mopsctl.engine import compare, decide, drift, left_alone, leftover, renames, safety
from mopsctl.engine.plan import ACTIONS, Change, Drift, Inputs, Plan, SystemReport
from mopsctl.engine.view import Rules, SystemView
from mopsctl.resource import Reading, Resource
from mopsctl.state.model import Entry, State

SHOWN = 5  # values named in one sentence before the rest is only counted


def make(
    inputs: Inputs, systems: Sequence[SystemView], state: State, rules: Rules, findings: Sequence[Diagnostic] = ()
) -> Plan:
    """The plan for the environment that `state` is the record of."""
    rules = replace(rules, moved=_open_moves(state.entries, rules.moved), renamed=frozenset(rules.moved))
    prior = _renamed(state.entries, rules.moved)
    parts = [_of_system(system, prior, rules) for system in systems]
    changes = tuple(change for part in parts for change in sorted(part.changes, key=_place))
    moved = tuple(each for part in parts for each in part.drift)
    verdicts = [*findings, *(each for part in parts for each in part.findings)]
    verdicts += [*left_alone.warnings(systems, rules), *_unknown_kinds(systems, state, rules)]
    verdicts += [*safety.verdicts(changes, state, rules.limits), *safety.about_drift(moved, rules.on_drift)]
    return Plan(
        stack=state.stack,
        environment=state.environment,
        inputs=inputs,
        systems=tuple(part.report for part in parts),
        changes=changes,
        drift=moved,
        verdicts=in_order(verdicts),
        partial=rules.selection.partial,
        protected=rules.protected,
        allow_remove=rules.allow_remove,
        selection=rules.selection,
    )


def _unknown_kinds(systems: Sequence[SystemView], state: State, rules: Rules) -> list[Diagnostic]:
    """A warning for each recorded thing of a kind that its adapter does not know: nobody can read it any more."""
    kinds = {system.name: system.kinds for system in systems}
    return [
        Diagnostic(
            rule="PL007",
            level="warning",
            message=f"The record names {address}, and the adapter of {address.system} knows no kind '{address.kind}'.",
            hint=f"if it was never there, type 'mopsctl state forget {address} -e {state.environment}'",
            address=str(address),
        )
        for address in sorted(state.entries)
        if address.kind not in kinds.get(address.system, {address.kind: None}) and rules.selection.has(address)
    ]


@dataclass(frozen=True, slots=True)
class _Part:
    """One system's share of the plan."""

    report: SystemReport
    changes: tuple[Change, ...] = ()
    drift: tuple[Drift, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


def _place(change: Change) -> tuple[int, Address]:
    return (ACTIONS.index(change.action), change.address)


def _open_moves(entries: Mapping[Address, Entry], moved: Mapping[Address, Address]) -> dict[Address, Address]:
    """The declared moves that still have to be recorded, from the recorded name to the last one of a chain; the others were,
    and stay in the manifests without effect.
    """
    open_: dict[Address, Address] = {}
    for old in sorted(moved):
        new = _last_name(old, moved, entries)
        if old in entries and new not in entries and new not in open_.values():
            open_[old] = new
    return open_


def _last_name(old: Address, moved: Mapping[Address, Address], entries: Mapping[Address, Entry]) -> Address:
    name = moved[old]
    for _ in moved:  # a circle is refused where moves are declared
        if name in entries or name not in moved:
            break
        name = moved[name]
    return name


def _renamed(entries: Mapping[Address, Entry], moved: Mapping[Address, Address]) -> dict[Address, Entry]:
    names = {address: moved.get(address, address) for address in entries}
    return {names[address]: replace(entry, address=names[address]) for address, entry in entries.items()}


def _of_system(system: SystemView, prior: Mapping[Address, Entry], rules: Rules) -> _Part:
    report = _report(system)
    ours = {address: entry for address, entry in prior.items() if address.system == system.name}
    unread = _unread(system, ours)
    if unread or system.reading is None:
        return _Part(replace(report, status="unreadable", message=unread or system.message), findings=system.findings)
    moved = drift.of_system(system, system.reading, ours, rules.selection)
    return replace(_SystemPlanner(system, system.reading, ours, rules).part(report), drift=tuple(moved))


def _report(system: SystemView) -> SystemReport:
    account = system.account
    return SystemReport(
        name=system.name,
        provider=system.provider,
        title=system.title,
        status="read",
        account=account.id if account else "",
        account_sort=account.sort if account else "",
        calls=system.calls,
        limits=account.limits if account else (),
    )


def _unread(system: SystemView, ours: Iterable[Address]) -> str:
    """Why the system's plan has to stop: a kind that could not be read, or was not, is never taken for empty."""
    if system.reading is None:
        return ""
    asked = {each.kind for each in ours} | {each.address.kind for each in system.resources}
    readable = [kind for kind in asked if kind in system.kinds and system.kinds[kind].readable]
    gaps = dict(system.reading.unreadable) | {kind: why for kind in readable if (why := system.reading.gap(kind))}
    return " ".join(gaps[kind] for kind in sorted(gaps))


class _SystemPlanner:
    """Plans one system that was read completely."""

    def __init__(self, system: SystemView, reading: Reading, ours: Mapping[Address, Entry], rules: Rules) -> None:
        self._system = system
        self._reading = reading
        self._ours = ours
        self._rules = rules
        self._origin = {new: old for old, new in rules.moved.items()}
        self._resources = sorted(system.resources, key=lambda each: each.address)

    def part(self, report: SystemReport) -> _Part:
        chosen = self._chosen()
        decisions = [self._decision(resource) for resource in chosen]
        quiet = [decision.quiet for decision in decisions if not decision.changes]
        named = {resource.address for resource in self._resources}
        gone = [address for address in sorted(set(self._ours) - named) if self._rules.selection.has(address)]
        changes = (*(line for each in decisions for line in each.changes), *map(self._left, gone))
        return _Part(
            replace(
                report,
                unchanged=quiet.count("unchanged"),
                verified=quiet.count("verified"),
                unmanaged=self._unmanaged(named),
            ),
            changes=changes,
            findings=(
                *self._system.findings,
                *(found for each in decisions for found in each.findings),
                *(note for resource in chosen for note in self._foreign_items(resource)),
                *renames.hints(changes, self._ours),
                *_archived_twins(changes, self._reading.archived),
            ),
        )

    def _chosen(self) -> list[Resource]:
        """What is selected, and what it needs: a part of a plan must be able to stand alone."""
        by_address = {each.address: each for each in self._resources}
        open_ = [each for each in self._resources if self._rules.selection.has(each.address)]
        taken = {each.address for each in open_}
        while open_:
            needed = [by_address[need] for need in open_.pop().needs if need in by_address and need not in taken]
            open_ += needed
            taken |= {each.address for each in needed}
        return [each for each in self._resources if each.address in taken]

    def _decision(self, resource: Resource) -> decide.Decision:
        kind = self._system.kinds[resource.address.kind]
        entry = self._ours.get(resource.address)
        decision = decide.wanted(
            resource, kind, self._reading.items.get(resource.address), entry, allow_remove=self._rules.allow_remove
        )
        origin = self._origin.get(resource.address)
        if origin is None or entry is None:
            return decision
        lines = tuple(
            line if line.action == "manual" else replace(line, moved_from=origin) for line in decision.changes
        )
        if not any(line.moved_from for line in lines):
            lines = (*lines, self._moved(resource, entry, origin))
        return replace(decision, changes=lines)

    def _moved(self, resource: Resource, entry: Entry, origin: Address) -> Change:
        kind = self._system.kinds[resource.address.kind]
        seen = self._reading.items.get(resource.address)
        attributes = seen.attributes if seen else None
        return replace(
            decide.line(resource, kind, "adopt", "moved"),
            wanted=entry.attributes,
            fingerprint=compare.fingerprint(kind, entry.attributes, entry.attributes, attributes),
            remote_id=seen.remote_id if seen else entry.remote_id,
            undo="yes: take the line back",
            moved_from=origin,
        )

    def _left(self, address: Address) -> Change:
        return leftover.decide(self._ours[address], self._system, self._reading.items.get(address), self._rules)

    def _unmanaged(self, named: set[Address]) -> int:
        known = named | set(self._ours)
        return sum(address not in known and not seen.builtin for address, seen in self._reading.items.items())

    def _foreign_items(self, resource: Resource) -> list[Diagnostic]:
        """A note for each list that holds values nobody named: they are kept, and somebody should know."""
        seen = self._reading.items.get(resource.address)
        if seen is None or seen.builtin:
            return []
        kind = self._system.kinds[resource.address.kind]
        entry = self._ours.get(resource.address)
        notes = []
        for name in sorted(resource.attributes):
            rule = compare.attribute(kind, name)
            if rule.keyed:
                last = (entry.attributes.get(name) if entry else None) or {}
                foreign = sorted(set(seen.attributes.get(name) or {}) - set(resource.attributes[name]) - set(last))
                notes += [_foreign(resource, f"{kind.noun} {resource.title}", rule.noun, foreign)] if foreign else []
        return notes


def _archived_twins(changes: Iterable[Change], archived: Mapping[Address, str]) -> list[Diagnostic]:
    """A warning for each thing that comes back: one of its name lies in the vendor's archive, or is hidden there."""
    return [
        Diagnostic(
            rule="PL008",
            level="warning",
            message=archived[change.address],
            source=change.source,
            hint="if that is not wanted, choose another name for it",
            address=str(change.address),
        )
        for change in changes
        if change.action in ("add", "change") and change.address in archived
    ]


def _foreign(resource: Resource, title: str, noun: str, keys: list[str]) -> Diagnostic:
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    shown = ", ".join(f"'{key}'" for key in keys[:SHOWN]) + more
    return Diagnostic(
        rule="PL002",
        level="note",
        message=f"The {title} has {noun}s that no manifest names: {shown}; they stay as they are.",
        source=resource.source,
        hint="declare them, or ask who added them",
        address=str(resource.address),
    )
