"""What properties will be once a plan is carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mopsctl.address import Address
from mopsctl.resource import FieldFacts, Observation
from mopsctl_hubspot.names import LIFECYCLE_PROPERTY, split
from mopsctl_hubspot.wire import properties


def facts(world: Mapping[Address, Observation], written: frozenset[Address]) -> dict[Address, FieldFacts]:
    """The facts of written properties, and of the stage property where its list is written."""
    found: dict[Address, FieldFacts] = {}
    for address in sorted(written & world.keys()):
        if address.kind == "property":
            found[address] = _of(world[address])
        elif address.kind == "lifecycle-stage-list":
            stages = Address(address.system, "property", f"{address.name}.{LIFECYCLE_PROPERTY}")
            seen = world.get(stages)
            if seen is not None and seen.facts is not None:
                found[stages] = replace(seen.facts, values=tuple(world[address].attributes["stages_order"]))
    return found


def _of(thing: Observation) -> FieldFacts:
    made = properties.facts(properties.create_body(*split(thing.address.name), thing.attributes))
    return replace(made, read_only=thing.facts.read_only) if thing.facts else made
