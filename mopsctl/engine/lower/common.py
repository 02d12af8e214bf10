"""What lowering shares: origins, value lists, durations."""

from __future__ import annotations

from collections.abc import Iterator

from mopsctl.element import Item, Origin, ValueList
from mopsctl.manifest.model import Content, Duration, FieldCatalog, Managed, Stack, ValueSet

_DAYS = {"hours": 1 / 24, "days": 1, "weeks": 7, "months": 30, "years": 365}


def origin(document: Content, element: Managed | None = None) -> Origin:
    """Where an element was declared; a document speaks for elements that have no word of their own."""
    if element is None:
        source = document.source
        return Origin(document.id, source, document.metadata.owner, "", document.manage, document.on_delete)
    return Origin(
        document=document.id,
        source=element.source,
        owner=document.metadata.owner,
        reason=element.reason,
        manage=element.manage,
        on_delete=element.on_delete,
        protect=element.protect,
        leave=element.leave,
    )


def days(duration: Duration | None) -> int | None:
    """A duration in whole days, months and years by their usual length; None stays None."""
    return None if duration is None else max(1, round(duration.amount * _DAYS[duration.unit]))


def names_on(objects: tuple[str, ...], name: str) -> tuple[tuple[str, str], ...]:
    """Object and field: `Lead.Status` is on one object, a name alone on every object."""
    object_name, _, field_name = name.partition(".")
    if field_name and object_name in objects:
        return ((object_name, field_name),)
    return tuple((each, name) for each in objects)


def value_list(stack: Stack, catalog: FieldCatalog, name: str, system: str, field_key: str = "") -> ValueList | None:
    """A value set as one system spells it; a mapping row's own spelling of that field's values goes before the set's."""
    found = catalog.value_sets.get(name) or _elsewhere(stack, name)
    if found is None:
        return None
    spelled = dict(_row_spellings(stack, catalog, field_key, system))
    items = tuple(
        Item(value.key, spelled.get(value.key, value.on(system)), value.label, value.description, value.hidden)
        for value in found.values.values()
    )
    return ValueList(found.name, items)


def _elsewhere(stack: Stack, name: str) -> ValueSet | None:
    for catalog in stack.catalogs.values():
        if name in catalog.value_sets:
            return catalog.value_sets[name]
    return None


def _row_spellings(stack: Stack, catalog: FieldCatalog, field_key: str, system: str) -> Iterator[tuple[str, str]]:
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        row = mapping.rows.get(field_key)
        if row is not None and mapping.catalog == catalog.name:
            yield from row.values.get(system, {}).items()
