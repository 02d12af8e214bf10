"""Decides what becomes of items that left a list which stays: stages, options, pairs, whatever a kind keys by name.

An item is a thing like any other. It goes where three speak for it: the record says it is ours, nothing protects it, and
`on_delete` and the flag allow it. Otherwise it stays on the system, and the plan says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mopsctl.diagnostics import Diagnostic
from mopsctl.engine import compare
from mopsctl.engine.plan import Change, Reason
from mopsctl.provider.contract import Attribute, Kind
from mopsctl.resource import FieldChange, Json, Observation, Resource
from mopsctl.state.model import Entry

Items = Mapping[str, Mapping[str, Json]]  # attribute → key → item
LOST = "no: it is deleted for good, and what records hold of it goes with it"


@dataclass(frozen=True, slots=True)
class Left:
    """The items of one thing that no manifest names any more and that are still there.

    `last` is what was recorded of the thing, as far as a change may act on it: an item that stays is not in it. `recorded` are
    the items that stay and stay ours. `reason` says why they stay; it is empty where they go.
    """

    last: compare.Attributes = field(default_factory=dict)
    staying: Items = field(default_factory=dict)
    recorded: Items = field(default_factory=dict)
    reason: Reason | None = None


def left(resource: Resource, kind: Kind, seen: Observation, entry: Entry | None, *, allow_remove: bool) -> Left:
    """What becomes of the items that left the manifests."""
    last = entry.attributes if entry else {}
    if entry is None or not (gone := _gone(kind, resource.attributes, last, seen.attributes)):
        return Left(last)
    reason = _obstacle(resource, entry, allow_remove=allow_remove)
    if reason is None:
        return Left(last)
    ours = gone if reason != "value_stays" else {}
    return Left(_without(last, gone), gone, ours, reason)


def _obstacle(resource: Resource, entry: Entry, *, allow_remove: bool) -> Reason | None:
    if resource.on_delete == "keep":
        return "value_stays"
    if entry.protect or resource.protect:
        return "value_stays_protected"
    return None if allow_remove else "value_stays_removal_not_allowed"


def _gone(
    kind: Kind, wanted: compare.Attributes, last: compare.Attributes, seen: compare.Attributes
) -> dict[str, dict[str, Json]]:
    found = {}
    for name in sorted(wanted):
        rule = compare.attribute(kind, name)
        if rule.keyed and rule.retire != {}:
            have = seen.get(name) or {}
            keys = [key for key in last.get(name) or {} if key not in wanted[name] and _is_there(rule, have.get(key))]
            if keys:
                found[name] = {key: have[key] for key in sorted(keys)}
    return found


def _is_there(rule: Attribute, item: Json) -> bool:
    """False where the item is gone or was retired already."""
    return item is not None and not compare.retired(rule, item)


def _without(last: compare.Attributes, gone: Items) -> dict[str, Json]:
    return {
        name: {key: item for key, item in value.items() if key not in gone[name]} if name in gone else value
        for name, value in last.items()
    }


def with_recorded(attributes: compare.Attributes, items: Left) -> dict[str, Json]:
    """What goes on record of a thing whose items stay ours."""
    kept = {name: {**items.recorded[name], **attributes[name]} for name in items.recorded if name in attributes}
    return {**attributes, **kept}


def keeping(change: Change, items: Left, *, alone: bool) -> Change:
    """The line about items that stay. Where it stands alone it is what puts the shorter list on record."""
    assert items.reason is not None
    records = alone and items.reason == "value_stays"
    return replace(
        change,
        action="keep",
        reason=items.reason,
        fields=tuple(
            FieldChange((name, key), item, item) for name, found in items.staying.items() for key, item in found.items()
        ),
        wanted=change.wanted if records else {},
        undo="yes: declare it again",
        stays_ours=not records,
        moved_from=None,
    )


def taken(kind: Kind, fields: Iterable[FieldChange], resource: Resource, entry: Entry | None) -> tuple[str, ...]:
    """The items that a change takes out of their list, or retires, as paths."""
    found: dict[str, None] = {}
    for each in fields:
        if entry is not None and len(each.path) > 1 and compare.attribute(kind, each.path[0]).keyed:
            name, key = each.path[:2]
            last, now = entry.attributes.get(name) or {}, resource.attributes.get(name) or {}
            if key in last and key not in now:
                found[FieldChange((name, key), None, None).dotted()] = None
    return tuple(found)


def undo(kind: Kind, change: Change) -> Change:
    """The change with what is lost when its items go, and when what decides about records moves."""
    lost = [rule.undo_item or LOST for name in change.takes if not (rule := _rule_of(kind, name)).retire]
    if lost:
        return replace(change, undo=lost[0], irreversible=True)
    cut = [loss for each in change.fields if (loss := _narrowed(kind, each))]
    if cut:
        return replace(change, undo=f"no: {cut[0]}", irreversible=True)
    if any(decides(kind, each) for each in change.fields):
        return replace(change, undo="no: what it decides about records until then stays", irreversible=True)
    return change


def _narrowed(kind: Kind, moved: FieldChange) -> str:
    """What records lose where a number of the definition becomes smaller; empty where they lose nothing."""
    numbers = isinstance(moved.before, int | float) and isinstance(moved.after, int | float)
    return compare.attribute(kind, moved.path[0]).narrows if numbers and moved.after < moved.before else ""


def _rule_of(kind: Kind, path: str) -> Attribute:
    return compare.attribute(kind, path.partition(".")[0])


def decides(kind: Kind, moved: FieldChange) -> bool:
    """True where a flag of an item that is there moves which decides what becomes of records."""
    if moved.before is None or len(moved.path) == 2:
        return False
    values = compare.attribute(kind, moved.path[0]).decides.get(".".join(moved.path[2:]))
    return values is not None and (not values or moved.before in values or moved.after in values)


def deciding(resource: Resource, kind: Kind, fields: Iterable[FieldChange]) -> tuple[Diagnostic, ...]:
    """A warning for each flag that moves and decides what becomes of records."""
    return tuple(
        Diagnostic(
            rule="PL010",
            level="warning",
            message=f"The {kind.noun} {resource.title} would change what becomes of records: {_named(kind, each)}"
            f" is {_spoken(each.before)} and becomes {_spoken(each.after)}.",
            source=resource.source,
            hint="see that nobody relies on it, or take the key out of the manifest: then the flag stays as it is",
            address=str(resource.address),
        )
        for each in fields
        if decides(kind, each)
    )


def _named(kind: Kind, moved: FieldChange) -> str:
    if len(moved.path) > 1:
        return f"'{moved.path[2]}' of '{moved.path[1]}'"
    return f"the {compare.attribute(kind, moved.path[0]).title or moved.path[0]}"


def _spoken(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value in (None, "") else f"{value:g}" if isinstance(value, float) else f"'{value}'"


def renames(resource: Resource, kind: Kind, items: Left, fields: Iterable[FieldChange]) -> tuple[Diagnostic, ...]:
    """A note for each new item that looks like one which left: the same label under another value."""
    labels = {
        (name, item["label"]): key
        for name, found in items.staying.items()
        for key, item in found.items()
        if isinstance(item, Mapping) and item.get("label")
    }
    twins = [
        (each.path[1], old)
        for each in fields
        if len(each.path) == 2 and each.before is None and isinstance(each.after, Mapping)
        if (old := labels.get((each.path[0], each.after.get("label"))))
    ]
    return tuple(
        Diagnostic(
            rule="PL005",
            level="note",
            message=f"'{new}' of the {kind.noun} {resource.title} looks like '{old}' under another name.",
            source=resource.source,
            hint=f"if it is, go on to spell it as this system does: in: {{{resource.address.system}: {old}}}; records keep their values",
            address=str(resource.address),
        )
        for new, old in twins
    )
