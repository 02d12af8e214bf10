"""The questions a plan asks a system before anything is written: how many records, and what would the server say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.engine import compare
from mopsctl.engine.plan import Change, Plan
from mopsctl.engine.view import SystemView
from mopsctl.resource import Impact, Observation, Result, Write
from mopsctl.state.model import State

NEW = Impact(0)  # a new field holds nothing yet


def writes(plan: Plan, view: SystemView, state: State) -> list[Write]:
    """What would be written to one system, as its adapter would get it."""
    if view.reading is None:
        return []
    mine = [change for change in plan.changes if change.address.system == view.name and change.writes]
    return [_write(change, view, view.reading.items.get(change.address), state) for change in mine]


def questions(plan: Plan, view: SystemView, state: State) -> list[Write]:
    """The writes that change or take away something records may hold."""
    return [each for each in writes(plan, view, state) if each.action != "add"]


def with_counts(plan: Plan, found: Mapping[Address, Impact]) -> Plan:
    """The plan with record counts filled in; its digest stays."""
    changes = tuple(_counted(change, found.get(change.address)) for change in plan.changes)
    return replace(plan, changes=changes)


def server_verdicts(plan: Plan, results: Iterable[Result]) -> list[Diagnostic]:
    """What the server would refuse, at the manifest's line."""
    lines = {change.address: change for change in plan.changes if change.writes}
    return [
        _verdict(lines[each.address], each) for each in results if each.outcome == "failed" and each.address in lines
    ]


def _counted(change: Change, found: Impact | None) -> Change:
    if not change.writes:
        return change
    return replace(change, impact=NEW if change.action == "add" else found)


def _write(change: Change, view: SystemView, seen: Observation | None, state: State) -> Write:
    entry = state.entries.get(change.moved_from or change.address)
    kind = view.kinds[change.address.kind]
    if change.action == "remove":
        return Write(change.address, "remove", change.fields, {}, seen, change.source, change.archive)
    named = {each.path[0] for each in change.fields}
    wanted = {name: value for name, value in change.wanted.items() if name in named}
    target = compare.target(kind, wanted, seen.attributes if seen else {}, entry.attributes if entry else {})
    return Write(
        change.address, "add" if change.action == "add" else "change", change.fields, target, seen, change.source
    )


def _verdict(change: Change, result: Result) -> Diagnostic:
    return Diagnostic(
        rule="PL003",
        level="error",
        message=f"The server would refuse {change.title}: {result.error}",
        source=change.source,
        hint=result.hint or "mend it in the manifest and plan again",
        address=str(change.address),
    )
