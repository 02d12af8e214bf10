"""Compares the owned attributes of one thing: what is wanted, what is there, what was ours last time.

Ownership is per attribute, and per item inside a keyed attribute: what nobody named is carried along untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mopsctl import canonical
from mopsctl.provider.contract import Attribute, Kind
from mopsctl.resource import FieldChange, Json, Observation

PLAIN = Attribute()
ABSENT = canonical.digest("absent")

Attributes = Mapping[str, Json]


def attribute(kind: Kind, name: str) -> Attribute:
    """What the kind says about an attribute; a plain writable one where it says nothing."""
    return kind.attributes.get(name, PLAIN)


def retired(rule: Attribute, item: Mapping[str, Json]) -> bool:
    """True where an item of a list is out of use the way its attribute retires items."""
    return bool(rule.retire) and all(item.get(part) == value for part, value in (rule.retire or {}).items())


def misfit(kind: Kind, attributes: Attributes) -> str:
    """The first attribute whose value is of a sort that its kind never has, with what it has to be; empty where all fit."""
    for name in sorted(attributes):
        rule, value = attribute(kind, name), attributes[name]
        if rule.keyed and not isinstance(value, dict):
            return f"{name} has to be an object"
        if rule.order_of and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            return f"{name} has to be a list of texts"
    return ""


def target(kind: Kind, wanted: Attributes, seen: Attributes, last: Attributes) -> dict[str, Json]:
    """All attributes as they will be afterwards: what was seen, with every owned part put in place.

    `last` are the attributes recorded in state; an item of a keyed attribute that is in `last` and no longer in `wanted` is
    retired the way the kind says.
    """
    after = dict(seen)
    for name, value in wanted.items():
        rule = attribute(kind, name)
        if rule.keyed:
            after[name] = _items(rule, value, seen.get(name) or {}, last.get(name) or {})
        elif rule.order_of:
            after[name] = merged_order(value, seen.get(name) or [])
        else:
            after[name] = value
    return after


def going(fields: Iterable[FieldChange], last: Attributes) -> dict[str, Json]:
    """What was recorded, with only those items of keyed attributes that these changes act on: the others stay as they are."""
    acted = {each.path[:2] for each in fields}
    return {
        name: {key: item for key, item in value.items() if (name, key) in acted} if isinstance(value, dict) else value
        for name, value in last.items()
    }


def owned(kind: Kind, wanted: Attributes, last: Attributes, seen: Attributes) -> dict[str, Json]:
    """The part of `seen` that a fingerprint covers: the named attributes, and inside keyed ones the items that are ours."""
    part: dict[str, Json] = {}
    for name, value in wanted.items():
        rule = attribute(kind, name)
        have = seen.get(name)
        if rule.keyed:
            keys = set(value) | set(last.get(name) or {})
            part[name] = {key: _named(item, value.get(key)) for key, item in (have or {}).items() if key in keys}
        elif rule.order_of:
            mine = set(value)
            part[name] = [key for key in have or [] if key in mine]
        else:
            part[name] = have
    return part


def _named(item: Json, wanted: Json) -> Json:
    """The parts of an item that the manifests name; all of it where they name no parts."""
    if not (isinstance(item, Mapping) and isinstance(wanted, Mapping)):
        return item
    return {part: value for part, value in item.items() if part in wanted}


def same(kind: Kind, wanted: Attributes, last: Attributes, seen: Attributes) -> bool:
    """True where everything owned is there exactly so: the quick answer for the many things nobody touched."""
    for name, value in wanted.items():
        have = seen.get(name)
        if have == value:
            continue
        if not attribute(kind, name).keyed or not isinstance(have, dict) or not value.keys() <= have.keys():
            return False
        if any(not _holds(have[key], item) for key, item in value.items()):
            return False
    return all(_gone(kind, name, value, wanted, seen) for name, value in last.items() if name in wanted)


def _holds(have: Json, item: Json) -> bool:
    if isinstance(have, dict) and isinstance(item, dict):
        return all(part in have and have[part] == value for part, value in item.items())
    return bool(have == item)


def _gone(kind: Kind, name: str, last: Json, wanted: Attributes, seen: Attributes) -> bool:
    """True where no item that left the manifests is still there."""
    if not attribute(kind, name).keyed or not isinstance(last, dict):
        return True
    return not (last.keys() - wanted[name].keys()) & (seen.get(name) or {}).keys()


def fingerprint(kind: Kind, wanted: Attributes, last: Attributes, seen: Attributes | None) -> str:
    """A digest of what a change was decided on; of absence where nothing was there."""
    return ABSENT if seen is None else canonical.digest(owned(kind, wanted, last, seen))


def movable(kind: Kind, wanted: Attributes, seen: Observation | None) -> dict[str, Json]:
    """The part of `wanted` that a change is decided on: what is only verified, or not writable on this very thing, is for
    people to do, before the change or after it.
    """
    return {name: value for name, value in wanted.items() if not for_people(kind, name, seen)}


def for_people(kind: Kind, name: str, seen: Observation | None) -> bool:
    """True where people have to set the attribute, if anybody can."""
    mode = attribute(kind, name).mode
    narrowed = seen is not None and seen.writable is not None and name not in seen.writable
    return mode == "verify" or (mode == "write" and narrowed)


def merged_order(wanted: Sequence[str], seen: Sequence[str]) -> list[str]:
    """The wanted keys in the wanted order, with everybody else's keys where they were; each key once."""
    present, wanted = dict.fromkeys(seen), list(dict.fromkeys(wanted))
    queue = [key for key in wanted if key in present]
    mine = set(queue)
    refill = iter(queue)
    merged = [next(refill) if key in mine else key for key in present]
    for position, key in enumerate(wanted):
        if key not in present:
            before = wanted[position - 1] if position else None
            merged.insert(merged.index(before) + 1 if before is not None else 0, key)
    return merged


def _items(rule: Attribute, wanted: Attributes, seen: Attributes, last: Attributes) -> dict[str, Json]:
    after = {key: item for key, item in seen.items() if not _leaves(rule, key, wanted, last)}
    for key in last:
        if key in seen and key not in wanted and rule.retire is not None:
            after[key] = {**seen[key], **rule.retire}
    for key, item in wanted.items():
        have = seen.get(key)
        after[key] = {**have, **item} if isinstance(have, Mapping) and isinstance(item, Mapping) else item
    return after


def _leaves(rule: Attribute, key: str, wanted: Attributes, last: Attributes) -> bool:
    return key in last and key not in wanted and rule.retire is None


def at(attributes: Attributes | None, path: Sequence[str]) -> Json:
    """The value at a path inside attributes, None where there is none."""
    value: Any = attributes
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
