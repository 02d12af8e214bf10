"""A catalogue of one field, and systems as they were read."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.address import Address
from mopsctl.diagnostics import Source
from mopsctl.engine.view import SystemView
from mopsctl.manifest.base import Metadata
from mopsctl.manifest.catalog import Field, FieldCatalog, Value, ValueSet
from mopsctl.resource import FieldFacts, Observation, Reading

Facts = Mapping[tuple[str, str], FieldFacts]  # by object and name
OBJECTS = {"hub": ("contact",), "crm": ("Lead",)}
PLACE = Source("mappings/hub-crm.yaml", 10, 7)


def view(system: str, facts: Facts | None) -> SystemView:
    """A system with these live fields; None where it could not be read."""

    def address(object_name: str, name: str) -> Address:
        return Address(system, "field", f"{object_name}.{name}")

    items = {address(*key): Observation(address(*key), {}, facts=each) for key, each in (facts or {}).items()}
    reading = Reading(items, frozenset({"field"})) if facts is not None else None
    return SystemView(system, "toy", system, {}, (), reading=reading, field_address=address)


def catalog(field: Field, values: tuple[Value, ...]) -> FieldCatalog:
    """A catalogue of one field with one value set."""
    sets = {"list": ValueSet(name="list", values={each.key: each for each in values})}
    return FieldCatalog(
        metadata=Metadata(name="person"), object="person", bind=OBJECTS, fields={field.key: field}, value_sets=sets
    )
