"""Stages that a system has and no manifest names: nobody may take them away, and somebody should know who is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.engine import compare
from mopsctl.engine.plan import Plan
from mopsctl.engine.view import SystemView
from mopsctl.resource import FieldChange, Impact, Json, Resource, Write

STAGES = "lifecycle.stages"
SHOWN = 10  # stages that are counted one by one, and named in one sentence

Count = Callable[[Sequence[Write]], Mapping[Address, Impact]]


def questions(plan: Plan, view: SystemView) -> list[Write]:
    """For each stage list with stages of others, what taking those away would be; the adapter counts their records."""
    told = {change.address for change in plan.changes if change.writes or change.of_items}
    asked = [(each, _foreign(each, view)) for each in view.resources if each.capability == STAGES]
    return [_write(each, view, found) for each, found in asked if found and each.address not in told]


def _foreign(resource: Resource, view: SystemView) -> dict[tuple[str, str], Json]:
    kind = view.kinds[resource.address.kind]
    seen = view.reading.items.get(resource.address) if view.reading else None
    lists = {name: compare.attribute(kind, name) for name in resource.attributes}
    return {
        (name, key): item
        for name, rule in sorted(lists.items())
        if rule.keyed and seen is not None and name not in resource.leave
        for key, item in sorted((seen.attributes.get(name) or {}).items())
        if key not in resource.attributes[name] and not compare.retired(rule, item)
    }


def _write(resource: Resource, view: SystemView, found: Mapping[tuple[str, str], Json]) -> Write:
    seen = view.reading.items.get(resource.address) if view.reading else None
    target: dict[str, Json] = dict(seen.attributes) if seen else {}
    for name, key in found:
        target[name] = {other: item for other, item in target[name].items() if other != key}
    fields = tuple(FieldChange(path, item, None) for path, item in found.items())
    return Write(resource.address, "change", fields, target, seen, resource.source)


def findings(view: SystemView, asked: Sequence[Write], count: Count) -> list[Diagnostic]:
    """A warning for each list whose foreign stages records hold; each stage is only counted where all together are not empty."""
    titles = {each.address: f"{view.kinds[each.address.kind].noun} {each.title}" for each in view.resources}
    all_ = count(asked)
    held = [each for each in asked if (found := all_.get(each.address)) is not None and found.records]
    return [
        Diagnostic(
            rule="LC028",
            level="warning",
            message=f"Records hold stages of the {titles[each.address]} that no manifest names: {_told(each, count)}.",
            source=each.source,
            hint="declare the stages, or move those records; the stages stay, and mopsctl does not watch them",
            address=str(each.address),
        )
        for each in held
    ]


def _told(write: Write, count: Count) -> str:
    """Every stage that records hold, with how many."""
    if len(write.fields) > SHOWN:
        keys = ", ".join(f"'{each.path[1]}'" for each in write.fields[:SHOWN])
        return f"{keys} and {len(write.fields) - SHOWN} more"
    alone = [(each.path[1], count([_only(write, each)]).get(write.address)) for each in write.fields]
    return ", ".join(f"'{key}' ({_number(found)})" for key, found in alone if found is not None and found.records)


def _only(write: Write, moved: FieldChange) -> Write:
    seen = write.observed.attributes if write.observed else {}
    name, key = moved.path
    rest = {other: item for other, item in seen[name].items() if other != key}
    return replace(write, fields=(moved,), target={**seen, name: rest})


def _number(count: Impact) -> str:
    more = " or more" if count.at_least else ""
    return "1 record" if count.records == 1 and not more else f"{count.records:,}{more} records"
