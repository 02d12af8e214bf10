"""What fields will be once a plan is carried out."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.address import Address
from mopsctl.resource import FieldFacts, Observation
from mopsctl_marketo.convert.native import field_body, field_facts
from mopsctl_marketo.names import SHELVES

_KINDS = frozenset(shelf.kind for shelf in SHELVES.values())


def facts(world: Mapping[Address, Observation], written: frozenset[Address]) -> dict[Address, FieldFacts]:
    """The facts of new fields; the type of one that is there never changes."""
    new = [address for address in sorted(written & world.keys()) if address.kind in _KINDS and not world[address].facts]
    return {address: field_facts(field_body(world[address].attributes, ("type",))) for address in new}
