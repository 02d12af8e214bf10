"""What fields will be once a plan is carried out: their types, their values, and whether the user that signed in sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mopsctl.address import Address
from mopsctl.resource import FieldFacts, Json, Observation
from mopsctl_salesforce import names
from mopsctl_salesforce.wire import fields

World = Mapping[Address, Observation]


def facts(world: World, written: frozenset[Address]) -> dict[Address, FieldFacts]:
    """The facts of every field that the plan touches: itself, its list of values, or the permission to see it."""
    granted = _granted(world)
    found: dict[Address, FieldFacts] = {}
    for address, thing in sorted(world.items()):
        if address.kind != "field":
            continue
        now = thing.facts
        made = _of(thing) if address in written else now
        if made is not None:
            made = _with_list(made, address, world, written)
            found[address] = replace(made, visible=_visible(now, address, thing, granted))
    return found


def _of(thing: Observation) -> FieldFacts | None:
    if "type" not in thing.attributes:
        return thing.facts
    shape = fields.metadata(thing.attributes, frozenset(thing.attributes), None)
    return fields.facts(shape, None)


def _with_list(made: FieldFacts, address: Address, world: World, written: frozenset[Address]) -> FieldFacts:
    """The facts with the values of a set that several fields share."""
    shared = world[address].attributes.get("value_set")
    kind, name = ("global-value-set", shared) if shared else ("standard-value-set", _standard_set(address))
    source = Address(address.system, kind, str(name)) if name else address
    if source.kind == "field" or (source not in written and address not in written) or source not in world:
        return made
    return replace(made, values=_active(world[source].attributes))


def _standard_set(address: Address) -> str:
    object_name, name = names.split(address.name)
    return names.VALUE_SETS.get((object_name, name), "")


def _active(attributes: Mapping[str, Json]) -> tuple[str, ...]:
    listed, order = attributes.get("values") or {}, attributes.get("order") or []
    return tuple(
        name for name in dict.fromkeys([*order, *listed]) if listed.get(name, {}).get("active", name in listed)
    )


def _granted(world: World) -> frozenset[str]:
    """Fields that a permission set shows to the user that signed in."""
    mine = {
        address.name
        for address, each in world.items()
        if address.kind == "permission-assignment" and names.SELF in (each.attributes.get("users") or {})
    }
    return frozenset(
        field
        for address, each in world.items()
        if address.kind == "permission-set" and address.name in mine
        for field, rights in (each.attributes.get("fields") or {}).items()
        if rights.get("read")
    )


def _visible(now: FieldFacts | None, address: Address, thing: Observation, granted: frozenset[str]) -> bool | None:
    """What is seen stays so; a required field has no field-level security, so that everybody sees it."""
    if now is not None and now.visible is not False:
        return now.visible
    return address.name in granted or bool(thing.attributes.get("required"))
