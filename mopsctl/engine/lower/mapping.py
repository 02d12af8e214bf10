"""Lowers mapping documents: each of the two systems gets the rows as seen from its side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mopsctl import element, spoken
from mopsctl.condition import tests
from mopsctl.engine.lower.common import ValueLists, origin
from mopsctl.engine.lower.fields import Fields
from mopsctl.manifest.model import Field, FieldCatalog, FieldMapping, Row, Stack


def mappings(stack: Stack, system: str, lists: ValueLists, fields: Fields) -> Iterator[element.Mapping_]:
    """Every mapping document that has this system on one of its ends."""
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        catalog = stack.catalogs.get(mapping.catalog)
        if system in mapping.between and catalog is not None:
            yield replace(_mapping(lists, mapping, catalog, system), scope=_scope(mapping, catalog, system, fields))


def _scope(mapping: FieldMapping, catalog: FieldCatalog, system: str, fields: Fields) -> str:
    """Which records flow, in this system's words: the first object that has all the fields asked for speaks."""
    if mapping.scope is None:
        return ""
    known = [fields.by_key(catalog.object, name) for name in catalog.bind.get(system, ())]
    asked = {test.name for test in tests(mapping.scope) if test.subject == "field"}
    return spoken.condition(mapping.scope, next((each for each in known if asked <= each.keys()), {}))


def _mapping(lists: ValueLists, mapping: FieldMapping, catalog: FieldCatalog, system: str) -> element.Mapping_:
    there = next(each for each in mapping.between if each != system)
    asked = next((test.name for test in tests(mapping.scope) if test.subject == "field"), "") if mapping.scope else ""
    scope = catalog.fields.get(asked)
    rows = (_row(lists, mapping, catalog, row, (system, there)) for row in mapping.rows.values())
    return element.Mapping_(
        origin=origin(mapping),
        name=mapping.name,
        title=mapping.metadata.title or mapping.name,
        connector=mapping.connector,
        here=system,
        there=there,
        rows=tuple(row for row in rows if row is not None),
        first=mapping.between[0] == system,
        scope_field=scope.in_[system].names if scope and system in scope.in_ else (),
    )


def _row(
    lists: ValueLists, mapping: FieldMapping, catalog: FieldCatalog, row: Row, pair: tuple[str, str]
) -> element.MappingRow | None:
    field = catalog.fields.get(row.field)
    if field is None:
        return None
    here, there = (_side(lists, catalog, field, system) for system in pair)
    return element.MappingRow(
        origin=origin(mapping, row),
        key=row.field,
        label=field.label,
        sync=row.sync,
        here=here,
        there=there,
        guard=row.guard or None,
        locked_by=row.locked_by or None,
        on_blank=row.on_blank,
        unknown_value=row.unknown_value,
    )


def _side(lists: ValueLists, catalog: FieldCatalog, field: Field, system: str) -> element.Side:
    binding = field.in_.get(system)
    values = lists.of_field(catalog, field, system)
    spelled = tuple((item.key, item.value) for item in values.items) if values else ()
    return element.Side(system, binding.names if binding else (), field.type, spelled)
