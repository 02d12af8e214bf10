"""Rows of a mapping become steps for HubSpot's own connector, or checks of HubSpot's side for any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mopsctl.element import Field, FieldType, Mapping_, MappingRow, Side
from mopsctl.provider import table
from mopsctl.provider.convert import quoted
from mopsctl.resource import Resource
from mopsctl_hubspot.convert.common import MOVED, Context
from mopsctl_hubspot.convert.hints import FIELD_TYPES, NUMBERS
from mopsctl_hubspot.convert.properties import native_types
from mopsctl_hubspot.names import singular, titled

TWO_WAY = "Two-way"
ALWAYS = "Always use Salesforce"
PREFER = "Prefer Salesforce unless blank"
NEVER = "Don't sync"
OTHER = "other:"
_LISTS: tuple[FieldType, ...] = ("choice", "reference", "country")
_PAIRS: Mapping[str, tuple[FieldType, ...]] = {
    "text": ("text", "long_text", "email", "phone", "url", "country"),
    "textarea": ("long_text",),
    "html": ("long_text",),
    "phonenumber": ("phone", "text"),
    "number": NUMBERS,
    "booleancheckbox": ("boolean",),
    "date": ("date", "datetime"),
    "select": _LISTS,
    "radio": _LISTS,
    "checkbox": ("multi_choice",),
}
"""What the connector accepts on the other side of a property, by its field type."""
_APP = "In HubSpot, open Settings > Integrations > Connected Apps > Salesforce"


def resources(context: Context, element: Mapping_) -> Iterator[Resource]:
    """What a mapping asks of HubSpot."""
    for row in element.rows:
        yield from _here(context, row)
    if element.connector_of == "" and element.first:
        yield _table(context, element)
    elif is_ours(element):
        for row in element.rows:
            if not row.locked_by:
                yield from _steps_of_row(context, element, row)
        if element.scope:
            yield _scope(context, element)


def is_ours(element: Mapping_) -> bool:
    """True for HubSpot's own Salesforce connector, whose settings live in HubSpot."""
    if element.connector_of is None:
        return element.connector.lower().startswith("hubspot")
    return element.connector_of == element.here


def rule(element: Mapping_, row: MappingRow) -> str | None:
    """The connector's rule for a row, in its own words; None where it has none."""
    here, there = element.here, element.there
    rules = {
        "two-way": TWO_WAY,
        f"{here}-wins": TWO_WAY,
        f"{there}-wins": ALWAYS,
        f"{there}-unless-blank": PREFER,
        "none": NEVER,
    }
    return rules.get(row.sync)


def _here(context: Context, row: MappingRow) -> Iterator[Resource]:
    for object_name, name in row.here.names:
        yield context.made(
            row.origin,
            "property",
            f"{singular(object_name)}.{name}",
            title=titled(row.label or row.key, singular(object_name)),
            attributes={},
            cell="mapping.opt_out" if row.locked_by else "mapping.fields",
            mode="verify",
            steps=[f"The property '{name}' is missing in HubSpot: make it, or declare it in a catalogue."],
        )


def _steps_of_row(context: Context, element: Mapping_, row: MappingRow) -> Iterator[Resource]:
    wording = rule(element, row)
    if wording is None:
        return
    for object_name, name in row.here.names:
        yield context.made(
            row.origin,
            "connector-mapping",
            f"{element.there}.{singular(object_name)}.{name}",
            title=titled(row.label or row.key, singular(object_name)),
            attributes={
                "rule": wording,
                "fields": sorted(f"{on}.{field}" for on, field in row.there.names),
                "guard": row.guard,
            },
            cell="mapping.guard" if row.sync == f"{element.here}-wins" else "mapping.direction",
            mode="manual",
            steps=_row_steps(element, row, singular(object_name), name),
        )


def _row_steps(element: Mapping_, row: MappingRow, object_name: str, name: str) -> Iterator[str]:
    wording, theirs = rule(element, row), _theirs(row.there)
    yield f"{_APP}. {MOVED}"
    yield f"On the tab {object_name.capitalize()} sync, find or add the mapping of '{name}' to {theirs}."
    yield f"Set its rule to '{wording}'."
    if row.sync == f"{element.here}-wins":
        guard = f" ({row.guard})" if row.guard else ""
        yield (
            f"The connector has no rule that lets HubSpot always win: {theirs} has to be read-only for everybody in Salesforce"
            f" but the integration user{guard}."
        )
    if name == "hubspot_owner_id":
        yield "HubSpot syncs the owner both ways, whatever this rule says."
    differing = [
        (key, mine, _of(row.there, key)) for key, mine in row.here.values if _of(row.there, key) not in ("", mine)
    ]
    if differing and wording != NEVER:
        pairs = ", ".join(f"'{mine}' to '{other}'" for _, mine, other in differing)
        yield f"The connector compares internal values, and these differ: map {pairs} there, or give both sides one spelling."
    if row.unknown_value.startswith(OTHER) and wording in (TWO_WAY, PREFER):
        instead = row.unknown_value.removeprefix(OTHER)
        yield (
            "The connector stops a record over a value that Salesforce does not know: build a workflow that sets"
            f" '{_of(row.here, instead) or instead}' in its place first."
        )
    if row.on_blank == "keep" and wording in (TWO_WAY, PREFER):
        yield f"With '{wording}' a value that is emptied in Salesforce is emptied in HubSpot too: agree who may empty it."
    if wording != NEVER:
        yield "A new mapping moves no values that exist already: start a resync afterwards, and expect workflows to run."


def _scope(context: Context, element: Mapping_) -> Resource:
    fields = quoted(name for _, name in element.scope_field)
    steps = [
        f"{_APP}. {MOVED}",
        f"On the tab Sync settings, set the inclusion segment to contacts where {element.scope}.",
    ]
    if fields:
        steps.append(f"The segment asks for the property {fields}.")
    return context.made(
        element.origin,
        "connector-mapping",
        f"{element.there}.scope",
        title=f"{element.title or element.name}: which records",
        attributes={"scope": element.scope},
        cell="mapping.scope",
        mode="manual",
        steps=steps,
    )


def _table(context: Context, element: Mapping_) -> Resource:
    return context.made(
        element.origin,
        "connector-mapping",
        f"{element.there}.{element.name}.table",
        title=f"{element.title}: the whole table",
        attributes={"rows": sorted(row.key for row in element.rows)},
        cell="mapping.direction",
        mode="manual",
        steps=table.steps(element),
    )


def _theirs(side: Side) -> str:
    return quoted(f"{on}.{field}" for on, field in sorted(side.names))


def _of(side: Side, key: str) -> str:
    return dict(side.values).get(key, "")


def fits(row: MappingRow, shown: Field | None) -> bool:
    """Whether the connector accepts the pair of types; `shown` is HubSpot's side where the catalogue declares it.

    A formula on either side takes the type of its result, which no manifest names.
    """
    if "computed" in (row.here.type, row.there.type):
        return True
    return row.there.type in partners(row, shown)


def partners(row: MappingRow, shown: Field | None) -> tuple[FieldType, ...]:
    """The types on the other side that the connector accepts for HubSpot's side of the row."""
    field_type = native_types(shown)[1] if shown is not None else FIELD_TYPES[row.here.type][0]
    if shown is None and row.here.type == "country" and row.here.values:
        field_type = "select"
    return _PAIRS[field_type]
