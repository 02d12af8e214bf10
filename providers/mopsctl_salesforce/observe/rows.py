"""Reads consent rows: by mopsctl's key, or by name where a row has no key yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mopsctl.errors import VendorError
from mopsctl.resource import Json, Observation
from mopsctl_salesforce import names
from mopsctl_salesforce.observe.look import Items, Look, Row


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of row is stored: attribute to column, and attribute to (column, kind) of the row it refers to."""

    columns: Mapping[str, str]
    references: Mapping[str, tuple[str, str]]


SHAPES: Mapping[str, Shape] = {
    "legal-basis": Shape({"name": "Name", "description": "Description"}, {}),
    "purpose": Shape({"name": "Name", "description": "Description", "can_opt_out": "CanDataSubjectOptOut"}, {}),
    "engagement-channel": Shape({"name": "Name", "contact_point": "ContactPointType"}, {}),
    "subscription": Shape({"name": "Name"}, {"purpose": ("DataUsePurposeId", "purpose")}),
    "subscription-channel": Shape(
        {"name": "Name"},
        {
            "subscription": ("CommunicationSubscriptionId", "subscription"),
            "channel": ("EngagementChannelTypeId", "engagement-channel"),
        },
    ),
}
"""Consent kinds by name."""


def observe(look: Look, kind: str) -> Items:
    """Every row of one consent kind; the rows they refer to are read along, each table once in a look."""
    for table in (kind, *(referred for _, referred in SHAPES[kind].references.values())):
        if table not in look.tables:
            look.tables[table] = _rows(look, table)
    return _of_kind(look, kind, look.tables)


def _rows(look: Look, kind: str) -> list[Row]:
    """All rows; without their key where the key field is not there, or not visible, yet."""
    shape = SHAPES[kind]
    columns = ["Id", *shape.columns.values(), *(column for column, _ in shape.references.values())]
    soql = f"SELECT {', '.join(columns)}, {names.KEY_FIELD} FROM {names.CONSENT_OBJECTS[kind]}"
    try:
        return look.session.query(soql)
    except VendorError as error:
        if error.code != "INVALID_FIELD":
            raise
        return look.session.query(soql.replace(f", {names.KEY_FIELD}", ""))


def _of_kind(look: Look, kind: str, tables: Mapping[str, list[Row]]) -> Items:
    keys = {table: {row["Id"]: row.get(names.KEY_FIELD) for row in rows} for table, rows in tables.items()}
    by_key = {row[names.KEY_FIELD]: row for row in tables[kind] if row.get(names.KEY_FIELD)}
    items = {look.address(kind, key): _observation(look, kind, key, row, keys) for key, row in by_key.items()}
    free = {row["Name"]: row for row in reversed(tables[kind]) if not row.get(names.KEY_FIELD)}
    for name in look.names(kind):
        wanted = look.attributes(kind, name).get("name")
        if name not in by_key and wanted in free:
            items[look.address(kind, name)] = _observation(look, kind, name, free[wanted], keys)
    return items


def _observation(
    look: Look, kind: str, name: str, row: Row, keys: Mapping[str, Mapping[str, str | None]]
) -> Observation:
    shape = SHAPES[kind]
    attributes: dict[str, Json] = {"key": row.get(names.KEY_FIELD)}
    attributes |= {attribute: row[column] for attribute, column in shape.columns.items() if row[column] is not None}
    for attribute, (column, table) in shape.references.items():
        attributes[attribute] = keys[table].get(row[column] or "") or ""
    return Observation(look.address(kind, name), attributes, remote_id=row["Id"])
