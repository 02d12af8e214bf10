"""Converts mapping documents: each row is verified in Marketo's picture of the CRM sync; rules are set by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mopsctl.element import Mapping_, MappingRow
from mopsctl.provider import table
from mopsctl.provider.convert import quoted
from mopsctl.resource import Resource
from mopsctl_marketo.convert.common import FIELD_SCREEN, Context, titled
from mopsctl_marketo.convert.fields import blocked, setting
from mopsctl_marketo.names import BUILTIN_FLAGS, SHELVES, STANDARD, TYPES

# Marketo shows a field of another object of the CRM sync only in the schema of that object.
_SHOWN_IN_SYNC = "person"


def of_mapping(context: Context, mapping: Mapping_) -> Iterator[Resource]:
    """Rows to verify, then by hand: direction, guards, values, scope, and what a newly synced field needs."""
    if mapping.connector_of not in (context.system, None):
        yield from _foreign(context, mapping)
        return
    for row in mapping.rows:
        if row.sync != "none":
            yield from _synced(context, mapping, row)
    yield from _directions(context, mapping)
    for row in mapping.rows:
        yield from _guard(context, row)
        if row.sync != "none":
            yield from _values(context, mapping, row)
    if mapping.scope:
        yield _scope(context, mapping)


def _foreign(context: Context, mapping: Mapping_) -> Iterator[Resource]:
    """What another product moves: what only Marketo can guard, and the whole table where nobody knows the product."""
    for row in mapping.rows:
        yield from _guard(context, row)
    if mapping.connector_of == "" and mapping.first:
        yield setting(
            context,
            mapping.origin,
            f"sync.{mapping.name}.table",
            f"{mapping.title}: the whole table",
            cell="mapping.direction",
            steps=table.steps(mapping),
            attributes={"fields": sorted(row.key for row in mapping.rows)},
        )


def synced(mappings: Iterable[Mapping_]) -> frozenset[tuple[str, str]]:
    """The (object, name) pairs of the fields that the CRM sync manages, or is to manage."""
    return frozenset(
        pair
        for mapping in mappings
        if mapping.connector_of in (mapping.here, None)
        for row in mapping.rows
        if row.sync != "none"
        for pair in row.here.names
    )


def _synced(context: Context, mapping: Mapping_, row: MappingRow) -> Iterator[Resource]:
    for object_name, name in row.here.names:
        if object_name != _SHOWN_IN_SYNC:
            continue
        yield context.made(
            row.origin,
            "crm-field",
            f"{object_name}.{name}",
            titled(row.label, object_name),
            {"synced": True} | ({} if name in STANDARD else {"type": TYPES[row.here.type]}),
            cell="mapping.opt_out" if name in BUILTIN_FLAGS else "mapping.fields",
            mode="verify",
            steps=_join_steps(mapping, row, name),
            needs=(context.address(SHELVES[object_name].kind, f"{object_name}.{name}"),),
        )


def _join_steps(mapping: Mapping_, row: MappingRow, name: str) -> tuple[str, ...]:
    there = quoted(f"{object_name}.{field}" for object_name, field in row.there.names)
    return (
        (
            f"In {mapping.there}, open Setup > Permission Sets or Setup > Profiles, and give the Marketo sync user field-level"
            f" security 'Visible' for {there}: the field then joins the sync by itself, under an API name that Marketo makes."
        ),
        (
            f"Where Marketo has '{name}' as a field of its own, ask Marketo Support to map it to {there}: a mapping cannot be"
            " changed on a screen after the first sync."
        ),
        (
            "A field that newly joins the sync moves no existing values: afterwards, change the records in the CRM (an update of"
            " any field is enough) to send them all once."
        ),
    )


def _directions(context: Context, mapping: Mapping_) -> Iterator[Resource]:
    for rule in sorted({row.sync for row in mapping.rows} - {"two-way"}):
        rows = [row for row in mapping.rows if row.sync == rule]
        yield setting(
            context,
            mapping.origin,
            f"sync.{mapping.name}.{rule}",
            f"{mapping.title}: {rule}",
            cell="mapping.direction",
            steps=_direction_steps(context, mapping, rule, rows),
            attributes={"fields": sorted(row.key for row in rows)},
        )


def _direction_steps(context: Context, mapping: Mapping_, rule: str, rows: list[MappingRow]) -> tuple[str, ...]:
    there = quoted(f"{object_name}.{field}" for row in rows for object_name, field in row.there.names)
    here = quoted(context.label(*pair) for row in rows for pair in row.here.names)
    screen = f"In {mapping.there}, open Setup > Permission Sets or Setup > Profiles, and "
    if rule == "none":
        return (f"{screen}take field-level security for the Marketo sync user away from {there}.",)
    if rule == f"{mapping.there}-wins":
        return (f"{screen}set field-level security for the Marketo sync user to 'Read-Only' for {there}.",)
    if rule == f"{context.system}-wins":
        return (
            (
                f"In {FIELD_SCREEN}, choose Field Actions > Block Field Updates for {here} and tick the source '{mapping.there}':"
                " the value that came first stays."
            ),
        )
    return (
        (
            f"The sync has no rule '{rule}'; two-way is what it does for {here}. Agree with the owner of {mapping.there} on"
            " field-level security 'Read-Only' for the Marketo sync user, or change the rule in the manifest."
        ),
    )


def _guard(context: Context, row: MappingRow) -> Iterator[Resource]:
    if row.guard is None or not row.guard.startswith(context.system):
        return
    for pair in row.here.names:
        yield blocked(context, row.origin, pair, f"every source but '{row.there.system}'")


def _values(context: Context, mapping: Mapping_, row: MappingRow) -> Iterator[Resource]:
    """Values that are spelled differently on the two sides; the sync cannot translate them."""
    here, there = dict(row.here.values), dict(row.there.values)
    apart = [f"'{here[key]}' here is '{there[key]}' there" for key in here if key in there and here[key] != there[key]]
    if not apart:
        return
    fields = quoted(context.label(*pair) for pair in row.here.names)
    yield setting(
        context,
        row.origin,
        f"sync.{mapping.name}.{row.key}.values",
        f"{row.label}: values of both lists",
        cell="mapping.values",
        steps=(
            (
                f"In {FIELD_SCREEN}, select {fields}, choose Field Actions > Manage Picklist, and agree with the owner of"
                f" {mapping.there} on one spelling, because the sync passes values on unchanged: {'; '.join(apart)}."
            ),
        ),
        attributes={"values": sorted(here.values())},
    )


def _scope(context: Context, mapping: Mapping_) -> Resource:
    fields = quoted(f"{object_name}.{name}" for object_name, name in mapping.scope_field)
    where = f" ({fields} in Marketo)" if fields else ""
    return setting(
        context,
        mapping.origin,
        f"sync.{mapping.name}.scope",
        f"{mapping.title}: which records",
        cell="mapping.scope",
        steps=(
            (
                f"In {mapping.there}, open Setup > Sharing Settings, and let the Marketo sync user see only records where:"
                f" {mapping.scope}{where}; where sharing cannot say it, ask Marketo Support for a custom sync filter with these words."
            ),
        ),
        attributes={"scope": mapping.scope},
    )
