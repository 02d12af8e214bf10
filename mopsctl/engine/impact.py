"""The questions a plan asks a system before anything is written: how many records, and what would the server say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic, in_order
from mopsctl.engine import compare
from mopsctl.engine.plan import Change, Plan
from mopsctl.engine.view import SystemView
from mopsctl.resource import Impact, Json, Observation, Result, Write
from mopsctl.secrets import mask
from mopsctl.state.model import State

STAGES = ("lifecycle.stages", "lifecycle.pipelines")  # the rows of the lowering table that stage lists stand for
NEW = Impact(0)  # a new field holds nothing yet


def writes(plan: Plan, view: SystemView, state: State) -> list[Write]:
    """What would be written to one system, as its adapter would get it."""
    if view.reading is None:
        return []
    mine = [change for change in plan.changes if change.address.system == view.name and change.writes]
    return [_write(change, view, view.reading.items.get(change.address), state) for change in mine]


def questions(plan: Plan, view: SystemView, state: State) -> list[Write]:
    """The writes that change or take away something records may hold; of what stays, what its removal would be."""
    asked = [each for each in writes(plan, view, state) if each.action != "add"]
    if view.reading is None:
        return asked
    return [*asked, *(_as_if_taken(each, view.reading.items.get(each.address)) for each in kept_items(plan, view))]


def kept_items(plan: Plan, view: SystemView) -> list[Change]:
    """The lines about items of one system that stay, where no change of the same thing is counted."""
    counted = {change.address for change in plan.changes if change.writes}
    mine = [each for each in plan.changes if each.of_items and each.address.system == view.name]
    return [each for each in mine if each.address not in counted]


def _as_if_taken(change: Change, seen: Observation | None) -> Write:
    fields = tuple(replace(each, after=None) for each in change.fields)
    target: dict[str, Json] = dict(seen.attributes) if seen else {}
    for each in fields:
        name, key = each.path
        target[name] = {other: item for other, item in target[name].items() if other != key}
    return Write(change.address, "change", fields, target, seen, change.source)


def with_counts(plan: Plan, found: Mapping[Address, Impact]) -> Plan:
    """The plan with record counts filled in, and a verdict where records still hold a stage that is taken away."""
    changes = tuple(_counted(change, found.get(change.address)) for change in plan.changes)
    held = [_held(change) for change in changes if loses_stages(change) and change.impact and change.impact.records]
    clashing = [_clashing(change, count.refused) for change in changes if (count := change.impact) and count.refused]
    return replace(plan, changes=changes, verdicts=in_order([*plan.verdicts, *held, *clashing]))


def _clashing(change: Change, why: str) -> Diagnostic:
    return Diagnostic(
        rule="PL012",
        level="error",
        message=why,
        source=change.source,
        hint="mend those records first, or take the change back",
        address=str(change.address),
    )


def server_verdicts(plan: Plan, results: Iterable[Result]) -> list[Diagnostic]:
    """What the server would refuse, at the manifest's line."""
    lines = {change.address: change for change in plan.changes if change.writes}
    return [
        _verdict(lines[each.address], each) for each in results if each.outcome == "failed" and each.address in lines
    ]


def loses_stages(change: Change) -> bool:
    """True where a stage leaves its list: such a write takes a value away from records."""
    return change.capability in STAGES and bool(change.takes)


def _held(change: Change) -> Diagnostic:
    return Diagnostic(
        rule="LC018",
        level="error",
        message=f"Records still hold a stage that {change.title} would lose.",
        source=change.source,
        hint="move those records to another stage first, or keep the stage in the lifecycle",
        address=str(change.address),
    )


def _counted(change: Change, found: Impact | None) -> Change:
    if change.of_items:
        return replace(change, impact=found)
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
    last = compare.going(change.fields, entry.attributes) if entry else {}
    target = compare.target(kind, wanted, seen.attributes if seen else {}, last)
    return Write(
        change.address, "add" if change.action == "add" else "change", change.fields, target, seen, change.source
    )


def _verdict(change: Change, result: Result) -> Diagnostic:
    return Diagnostic(
        rule="PL003",
        level="error",
        message=mask(f"The server would refuse {change.title}: {result.error}"),
        source=change.source,
        hint=mask(result.hint) or "fix it in the manifest and plan again",
        address=str(change.address),
    )
