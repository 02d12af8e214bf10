"""Tells whether a thing is where a broken run left it: then it is our own work, and is finished instead of refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mopsctl import canonical
from mopsctl.engine import compare
from mopsctl.engine.plan import Change
from mopsctl.provider.contract import Kind, Step
from mopsctl.resource import FieldChange, Json, Observation


def is_ours(
    kind: Kind, change: Change, last: compare.Attributes, seen: Observation | None, steps: Sequence[Step]
) -> bool:
    """True where what is there is what the broken run made of it, and nothing that anybody else did since.

    `steps` are what the adapter said before its calls. Without one that fits, each part must be as it was before or as it is
    wanted, and everything else that is owned as it was.
    """
    if any(_fits(kind, change, last, seen, step.leaves) for step in steps if not step.ticket):
        return True
    if seen is None:
        return False
    return _begun(kind, change, seen) if change.action == "add" else _in_parts(kind, change, last, seen)


def _fits(
    kind: Kind, change: Change, last: compare.Attributes, seen: Observation | None, leaves: compare.Attributes | None
) -> bool:
    if seen is None or leaves is None:
        return seen is None and leaves is None
    wanted = _written(kind, change, seen)
    there = compare.owned(kind, wanted, last, canonical.numbers(leaves))
    return canonical.digest(there) == canonical.digest(compare.owned(kind, wanted, last, seen.attributes))


def _written(kind: Kind, change: Change, seen: Observation) -> dict[str, Json]:
    """What calls of the change may have put in place; what the system itself fixes is no sign of them."""
    wanted = compare.movable(kind, change.wanted, seen)
    return {name: value for name, value in wanted.items() if compare.attribute(kind, name).mode != "fixed"}


def _begun(kind: Kind, change: Change, seen: Observation) -> bool:
    """True where everything owned of a new thing is empty or as it is wanted."""
    wanted = _written(kind, change, seen)
    there = compare.owned(kind, wanted, {}, seen.attributes)
    ordered = {name for name in wanted if compare.attribute(kind, name).order_of}
    return all(_between(there.get(name), None, value, order=name in ordered) for name, value in wanted.items())


def _in_parts(kind: Kind, change: Change, last: compare.Attributes, seen: Observation) -> bool:
    """True where taking back the parts that the change moved brings back what it was decided on."""
    before: Json = seen.attributes
    for moved in change.fields:
        order = bool(compare.attribute(kind, moved.path[0]).order_of)
        if _between(compare.at(before, moved.path), moved.before, moved.after, order=order):
            before = _with(before, moved)
    wanted = compare.movable(kind, change.wanted, seen)
    return compare.fingerprint(kind, wanted, last, before) == change.fingerprint


def _between(now: Json, before: Json, after: Json, *, order: bool) -> bool:
    """True where a value is on its way from one to the other; of an order that is no wonder, so that steps have to say it."""
    if now == after or (now or None) == (before or None):
        return True
    if isinstance(now, Mapping) and isinstance(after, Mapping):
        had = before if isinstance(before, Mapping) else {}
        return all(_between(now.get(key), had.get(key), after.get(key), order=order) for key in {*now, *had, *after})
    if isinstance(now, list) and isinstance(after, list) and not order:
        return _mixed(now, before if isinstance(before, list) else [], after)
    return False


def _mixed(now: list[Json], before: list[Json], after: list[Json]) -> bool:
    """True where a list holds what both have, and nothing that neither has."""
    return all(each in before or each in after for each in now) and all(each in now for each in before if each in after)


def _with(attributes: compare.Attributes, moved: FieldChange) -> dict[str, Json]:
    """The attributes with one part as it was before; a part that was not there is taken out."""
    name, *rest = moved.path
    inner = attributes.get(name)
    if rest and isinstance(inner, Mapping):
        return {**attributes, name: _with(inner, FieldChange(tuple(rest), moved.before, moved.after))}
    kept = {key: value for key, value in attributes.items() if key != name}
    return kept if moved.before is None else {**kept, name: moved.before}
