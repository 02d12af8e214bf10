"""Decides, for one thing on one system, what has to happen: the rules that every kind of every vendor obeys."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from mopsctl.diagnostics import Diagnostic
from mopsctl.engine import compare, diff, items
from mopsctl.engine.plan import Change, Reason
from mopsctl.provider.contract import Kind
from mopsctl.resource import Action, FieldChange, Json, Observation, Resource
from mopsctl.state.model import Entry


@dataclass(frozen=True, slots=True)
class Decision:
    """What one wanted thing leads to: changes and findings; `quiet` counts it as unchanged or verified otherwise."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    quiet: str = ""


def wanted(
    resource: Resource, kind: Kind, seen: Observation | None, entry: Entry | None, *, allow_remove: bool = False
) -> Decision:
    """What a thing in the manifests leads to, given what is there and what was ours."""
    resource = without_left(resource)
    if not kind.readable:
        return Decision(
            (_manual(resource, kind, (), "managed_manually" if resource.mode == "write" else "no_interface"),)
        )
    if seen is None:
        return _absent(resource, kind)
    return _present(resource, kind, seen, entry, items.left(resource, kind, seen, entry, allow_remove=allow_remove))


def without_left(resource: Resource) -> Resource:
    """The resource without the attributes its author leaves alone, so that neither diff nor write can contain them."""
    if not resource.leave:
        return resource
    kept = {name: value for name, value in resource.attributes.items() if name not in resource.leave}
    return replace(resource, attributes=kept)


def _absent(resource: Resource, kind: Kind) -> Decision:
    if resource.mode != "write" or not kind.creatable:
        return Decision((_manual(resource, kind, _new_fields(resource, kind, every=True), "not_on_system"),))
    change = replace(
        line(resource, kind, "add", "not_on_system"),
        fields=_new_fields(resource, kind),
        wanted=_recordable(resource, kind),
        fingerprint=compare.ABSENT,
        undo=kind.undo_add,
        irreversible=kind.irreversible,
    )
    return Decision((change,))


def _new_fields(resource: Resource, kind: Kind, *, every: bool = False) -> tuple[FieldChange, ...]:
    named = resource.attributes if every else _settable(resource, kind)
    return diff.changes(kind, {}, compare.target(kind, named, {}, {}))


def _recordable(resource: Resource, kind: Kind) -> dict[str, Json]:
    """What is on record of a thing once it is as wanted, however it came to be so: not what only people see to."""
    modes = {name: compare.attribute(kind, name).mode for name in resource.attributes}
    return {name: value for name, value in resource.attributes.items() if modes[name] != "verify"}


def _settable(resource: Resource, kind: Kind) -> dict[str, Json]:
    """What can be set when the thing is made."""
    modes = {name: compare.attribute(kind, name).mode for name in resource.attributes}
    return {name: value for name, value in resource.attributes.items() if modes[name] in ("write", "create-only")}


def _present(resource: Resource, kind: Kind, seen: Observation, entry: Entry | None, left: items.Left) -> Decision:
    moved = _moved(resource, kind, seen, left.last)
    if resource.mode != "write":
        reason: Reason = "managed_manually" if resource.mode == "manual" and resource.why == "" else "not_as_declared"
        hand = (_manual(resource, kind, moved, reason),) if moved else ()
        return Decision(hand, quiet="verified")
    writable, manual, refused = _sorted_out(moved, kind, seen)
    if found := tuple(_immutable(resource, kind, each) for each in _telling(_one_per_attribute(refused))):
        return Decision((), found)  # nothing of a thing is offered that cannot become what is declared
    record = items.with_recorded(_record(resource, kind, entry, {each.path[0] for each in manual}), left)
    lines = []
    if writable:
        lines.append(replace(_changed(resource, kind, seen, entry, writable), wanted=record))
    elif recorded := _recorded(resource, kind, seen, entry, record):
        lines.append(replace(recorded, wanted=record))
    if left.staying:
        lines = _with_kept(lines, resource, kind, seen, entry, left)
    if manual:
        lines.append(_manual(_with_steps(resource, kind, seen, manual), kind, manual, "not_as_declared"))
    builtin_only = seen.builtin and entry is None and not writable
    told = (*items.deciding(resource, kind, writable), *items.renames(resource, kind, left, writable))
    return Decision(tuple(lines), told, quiet="verified" if builtin_only else "unchanged")


def _with_kept(
    lines: Sequence[Change], resource: Resource, kind: Kind, seen: Observation, entry: Entry | None, left: items.Left
) -> list[Change]:
    """The lines with one about the items that stay: beside a change, or in place of a line that only puts on record."""
    others = [each for each in lines if each.action != "adopt"]
    base = lines[0] if lines else _adopted(resource, kind, seen, entry, "already_as_declared")
    return [*others, items.keeping(base, left, alone=not others)]


def _telling(refused: Sequence[FieldChange]) -> Sequence[FieldChange]:
    """Of several attributes that cannot become what is declared, those that the live thing has: that it lacks the others follows."""
    return [each for each in refused if each.before is not None] or refused


def _record(resource: Resource, kind: Kind, entry: Entry | None, manual: Collection[str]) -> dict[str, Json]:
    """What may be recorded as applied: of what waits for a person, what was recorded before, if anything; of what a broken run
    made, what an unbroken one would have recorded.
    """
    last = entry.attributes if entry else {}
    mine = _recordable(resource, kind).keys() | last.keys() if entry and entry.unsettled else resource.attributes.keys()
    done = {name: value for name, value in resource.attributes.items() if name in mine and name not in manual}
    return done | {name: last[name] for name in manual if name in last}


def _moved(resource: Resource, kind: Kind, seen: Observation, last: compare.Attributes) -> tuple[FieldChange, ...]:
    if compare.same(kind, resource.attributes, last, seen.attributes):
        return ()
    after = compare.target(kind, resource.attributes, seen.attributes, last)
    return diff.changes(kind, seen.attributes, after, frozenset(resource.attributes))


def _sorted_out(
    moved: Iterable[FieldChange], kind: Kind, seen: Observation
) -> tuple[tuple[FieldChange, ...], tuple[FieldChange, ...], tuple[FieldChange, ...]]:
    writable, manual, refused = [], [], []
    for each in moved:
        mode = compare.attribute(kind, each.path[0]).mode
        if mode in ("create-only", "fixed"):
            refused.append(each)
        elif mode == "write" and (seen.writable is None or each.path[0] in seen.writable):
            writable.append(each)
        else:
            manual.append(each)
    return tuple(writable), tuple(manual), tuple(refused)


def _changed(
    resource: Resource, kind: Kind, seen: Observation, entry: Entry | None, fields: tuple[FieldChange, ...]
) -> Change:
    reason: Reason = "found_by_name_and_differs" if entry is None else "differs"
    if entry is not None and all(_was_ours_only(resource, entry, each) for each in fields):
        reason = "value_left_manifest"
    change = replace(
        line(resource, kind, "change", reason),
        fields=fields,
        fingerprint=_fingerprint(resource, kind, seen, entry),
        remote_id=seen.remote_id,
        undo=kind.undo_change,
        takes=items.taken(kind, fields, resource, entry),
    )
    return items.undo(kind, change)


def _was_ours_only(resource: Resource, entry: Entry, moved: FieldChange) -> bool:
    name, *rest = moved.path
    last, now = entry.attributes.get(name), resource.attributes.get(name)
    return bool(rest) and isinstance(last, dict) and isinstance(now, dict) and rest[0] in last and rest[0] not in now


def _recorded(
    resource: Resource, kind: Kind, seen: Observation, entry: Entry | None, record: compare.Attributes
) -> Change | None:
    """A line for the state where nothing has to be written to the system."""
    if entry is None:
        return None if seen.builtin else _adopted(resource, kind, seen, entry, "found_by_name")
    # what is only verified is no reason for a line: it is so already, whether that is on record or not
    known = {
        name: value
        for name, value in record.items()
        if name in entry.attributes or compare.attribute(kind, name).mode in ("write", "create-only")
    }
    same = entry.attributes == known and not entry.unsettled
    if same and entry.protect == resource.protect and entry.on_delete == resource.on_delete:
        return None
    return _adopted(resource, kind, seen, entry, "already_as_declared")


def _adopted(resource: Resource, kind: Kind, seen: Observation, entry: Entry | None, reason: Reason) -> Change:
    fingerprint = _fingerprint(resource, kind, seen, entry)
    return replace(
        line(resource, kind, "adopt", reason), fingerprint=fingerprint, remote_id=seen.remote_id, undo="yes: forget it"
    )


def _fingerprint(resource: Resource, kind: Kind, seen: Observation, entry: Entry | None) -> str:
    wanted = compare.movable(kind, resource.attributes, seen)
    return compare.fingerprint(kind, wanted, entry.attributes if entry else {}, seen.attributes)


def line(resource: Resource, kind: Kind, action: Action, reason: Reason) -> Change:
    """A plan's line about a wanted thing, with everything that does not depend on what was seen."""
    return Change(
        address=resource.address,
        action=action,
        reason=reason,
        title=resource.title,
        noun=kind.noun,
        source=resource.source,
        document=resource.document,
        wanted=resource.attributes,
        why=resource.why,
        needs=tuple(sorted(resource.needs)),
        on_delete=resource.on_delete,
        protect=resource.protect,
        owner=resource.owner,
        screen=resource.screen,
        capability=resource.capability,
        subject=resource.subject,
    )


def _manual(resource: Resource, kind: Kind, fields: tuple[FieldChange, ...], reason: Reason) -> Change:
    return replace(
        line(resource, kind, "manual", reason),
        fields=fields,
        steps=resource.steps,
        check="read" if kind.readable else "attest",
    )


def _with_steps(resource: Resource, kind: Kind, seen: Observation, fields: tuple[FieldChange, ...]) -> Resource:
    why = " ".join(sorted({_why_not(kind, seen, each) for each in fields}))
    steps = tuple(
        f"Set {_name(kind, each)} of the {kind.noun} {resource.title} to {_spoken(each.after)}." for each in fields
    )
    return replace(resource, steps=(*steps, *resource.steps), why=why)


def _why_not(kind: Kind, seen: Observation, moved: FieldChange) -> str:
    return compare.attribute(kind, moved.path[0]).why or seen.why_not


def _name(kind: Kind, moved: FieldChange) -> str:
    rule = compare.attribute(kind, moved.path[0])
    title = rule.title or moved.path[0].replace("_", " ")
    return title if len(moved.path) == 1 else f"{' '.join(moved.path[1:])} in {title}"


def _spoken(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} '{value[key]}'" for key in sorted(value))
    if isinstance(value, list):
        return ", ".join(f"'{each}'" for each in value)
    return "empty" if value in (None, "") else f"'{value}'"


def _immutable(resource: Resource, kind: Kind, moved: FieldChange) -> Diagnostic:
    rule = compare.attribute(kind, moved.path[0])
    why = f": {rule.why}" if rule.why else ""
    return Diagnostic(
        rule="PL001",
        level="error",
        message=f"The {_name(kind, moved)} of the {kind.noun} {resource.title} is {_spoken(moved.before)} and cannot become"
        f" {_spoken(moved.after)}{why}.",
        source=resource.source,
        hint=rule.instead or "take the change back, or declare a new one under another name",
        address=str(resource.address),
    )


def _one_per_attribute(fields: Iterable[FieldChange]) -> list[FieldChange]:
    first: dict[str, FieldChange] = {}
    for each in fields:
        first.setdefault(each.path[0], each)
    return [first[name] for name in sorted(first)]
