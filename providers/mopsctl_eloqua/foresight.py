"""What contact fields will be once a plan is carried out."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.address import Address
from mopsctl.resource import FieldFacts, Observation
from mopsctl_eloqua import fieldtypes
from mopsctl_eloqua.names import field_of


def facts(world: Mapping[Address, Observation], written: frozenset[Address]) -> dict[Address, FieldFacts]:
    """The facts of fields that are written, or whose option list is."""
    lists = {address.name: _values(each) for address, each in world.items() if address.kind == "option-list"}
    moved = {address.name for address in written if address.kind == "option-list"}
    return {
        address: _of(each, lists)
        for address, each in sorted(world.items())
        if address.kind == "field"
        and address.name.startswith("contact.")
        and (address in written or each.attributes.get("optionList") in moved)
    }


def _values(thing: Observation) -> tuple[str, ...]:
    offered = thing.attributes.get("options") or {}
    return tuple(value for value in thing.attributes.get("order") or [] if value in offered)


def _of(thing: Observation, lists: Mapping[str, tuple[str, ...]]) -> FieldFacts:
    attributes = thing.attributes
    doc = {
        **attributes,
        "internalName": field_of(thing.address),
        "isRequired": str(bool(attributes.get("isRequired"))).lower(),
        "isReadOnly": str(bool(thing.facts and thing.facts.read_only)).lower(),
    }
    return fieldtypes.facts(doc, lists.get(str(attributes.get("optionList") or "")))
