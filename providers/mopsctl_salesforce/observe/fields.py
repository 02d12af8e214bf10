"""Reads fields: one describe and one FieldDefinition query an object, one list of ids, and `Metadata` only where needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mopsctl.resource import Json, Observation
from mopsctl_salesforce import names, shapes
from mopsctl_salesforce.kinds import FIELD_ATTRIBUTES
from mopsctl_salesforce.observe.look import Items, Look, Row, tooling_rows
from mopsctl_salesforce.wire import dependencies, fields

_DEFINITION = (
    "SELECT QualifiedApiName, Label, DataType, Description, SecurityClassification, ComplianceGroup, BusinessStatus"
    " FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = {name}"
)
_IDS = "SELECT Id, DeveloperName, NamespacePrefix, TableEnumOrId FROM CustomField WHERE TableEnumOrId IN {list}"
_WITH_TYPE = frozenset(
    {"type", "length", "precision", "scale", "visible_lines", "values", "order", "restricted", "formula", "blanks"}
    | {"unique", "case_sensitive", "external_id", "default", "required", "delete_constraint", "display_format"}
)
"""Attributes that mean nothing while the type is another one."""
_DATA_TYPES: Mapping[str, str] = {
    "Checkbox": "Checkbox",
    "Currency": "Currency",
    "Date": "Date",
    "Date/Time": "DateTime",
    "Email": "Email",
    "Lookup": "Lookup",
    "Number": "Number",
    "Percent": "Percent",
    "Phone": "Phone",
    "Picklist": "Picklist",
    "URL": "Url",
}
"""The words of FieldDefinition for the data types of fields that the user cannot see."""


def observe(look: Look) -> Items:
    """Every field of every object asked about.

    The ids come last, so that a field that is made in between is absent, and never taken for one of Salesforce's own.
    """
    objects = look.objects("field") or list(names.OBJECTS)
    described = {name: _described(look, name) for name in objects}
    definitions = {
        name: look.session.query(_DEFINITION.format(name=names.quoted(name)), tooling=True) for name in objects
    }
    ids = _custom_ids(look, objects)
    metadata = _metadata(look, ids, described)
    items: Items = {}
    for object_name in objects:
        for definition in definitions[object_name]:
            field = f"{object_name}.{definition['QualifiedApiName']}"
            row = described[object_name].get(definition["QualifiedApiName"])
            found = _Field(
                look,
                field,
                row=ids.get(field),
                described=row,
                definition=definition,
                metadata=metadata.get(field),
                dependency=dependencies.of(row, described[object_name], metadata.get(field)),
            )
            items[look.address("field", field)] = found.observation()
    return items


def _described(look: Look, object_name: str) -> dict[str, Row]:
    answer = look.session.get(f"/sobjects/{object_name}/describe", shape=shapes.DESCRIBE)
    return {field["name"]: field for field in answer["fields"]}


def custom_fields(look: Look) -> frozenset[str]:
    """The names of all custom fields of the objects asked about."""
    return frozenset(_custom_ids(look, look.objects("field")))


def _custom_ids(look: Look, objects: list[str]) -> dict[str, Row]:
    rows = look.session.query_in(_IDS, objects, tooling=True)
    return {f"{row['TableEnumOrId']}.{_full_name(row)}": row for row in rows}


def _full_name(row: Row) -> str:
    prefix = f"{row['NamespacePrefix']}__" if row.get("NamespacePrefix") else ""
    return f"{prefix}{row['DeveloperName']}__c"


def _metadata(look: Look, ids: Mapping[str, Row], described: Mapping[str, Mapping[str, Row]]) -> dict[str, Row]:
    """`Metadata` of the fields asked about by name that cannot be known without it."""
    wanted = [name for name in look.names("field") if name in ids and _needs_metadata(look, name, described)]
    rows = tooling_rows(look.session, "CustomField", [ids[name]["Id"] for name in wanted])
    found = {name: row["Metadata"] for name, row in zip(wanted, rows, strict=True) if row is not None}
    look.raw |= {look.address("field", name): metadata for name, metadata in found.items()}
    return found


def _needs_metadata(look: Look, name: str, described: Mapping[str, Mapping[str, Row]]) -> bool:
    object_name, field = names.split(name)
    row = described[object_name].get(field)
    if not look.whole or row is None:
        return True
    return row["type"] in ("picklist", "multipicklist") or bool(
        fields.METADATA_ONLY & look.attributes("field", name).keys()
    )


class _Field:
    """One live field."""

    def __init__(
        self,
        look: Look,
        name: str,
        *,
        row: Row | None,
        described: Row | None,
        definition: Row,
        metadata: Row | None,
        dependency: Mapping[str, Json],
    ) -> None:
        self._look = look
        self._name = name
        self._row = row
        self._described = described
        self._shape = self._in_shape(definition, metadata)
        self._custom = row is not None
        self._dependency = dependency

    def _in_shape(self, definition: Row, metadata: Row | None) -> Row:
        if self._described is not None:
            return fields.seen(self._described, definition, metadata)
        if metadata is not None:
            return metadata
        kind = str(definition["DataType"]).partition("(")[0].strip()
        return {"type": _DATA_TYPES.get(kind, "Text"), "label": definition["Label"]}

    def observation(self) -> Observation:
        """The field as the engine sees it."""
        own = fields.attributes(self._shape) if self._custom else {"holds": fields.holds(self._shape)}
        attributes: dict[str, Json] = dict(own)
        if self._dependency:
            attributes["controlled_by"] = dict(self._dependency)
        writable, why_not = self._narrowed(attributes)
        return Observation(
            address=self._look.address("field", self._name),
            attributes=attributes,
            remote_id=self._row["Id"] if self._row else None,
            writable=writable,
            why_not=why_not,
            removable=self._custom and not self._packaged,
            facts=fields.facts(self._shape, self._described),
            builtin=not self._custom,
        )

    @property
    def _packaged(self) -> bool:
        return bool(self._row and self._row.get("NamespacePrefix"))

    def _narrowed(self, live: Mapping[str, Json]) -> tuple[frozenset[str] | None, str]:
        if not self._custom:
            return frozenset(), "Salesforce defines its standard fields itself."
        if self._packaged:
            return frozenset(), "The field belongs to an installed package."
        wanted = self._look.attributes("field", self._name)
        closed: set[str] = set()
        reasons: list[str] = []
        for attributes, reason in (self._closed_type(wanted, live), self._closed_values(wanted, live)):
            closed |= attributes
            reasons += [reason] if reason else []
        return (frozenset(FIELD_ATTRIBUTES) - closed if closed else None), " ".join(reasons)

    def _closed_type(self, wanted: Mapping[str, Any], live: Mapping[str, Json]) -> tuple[frozenset[str], str]:
        if wanted.get("type", live["type"]) == live["type"]:
            return frozenset(), ""
        if self._name in self._look.converted_fields:
            return (
                _WITH_TYPE,
                "The field is mapped for lead conversion, and such a field keeps its type: unmap it first.",
            )
        if wanted.get("family") != live["family"]:
            return _WITH_TYPE, f"Salesforce would lose the values of a {live['type']} field."
        if live.get("external_id") and str(wanted["type"]) not in names.KEYED_TYPES:
            return _WITH_TYPE, f"The field is an external id, which a field of the type {wanted['type']} cannot be."
        return frozenset(), ""

    def _closed_values(self, wanted: Mapping[str, Any], live: Mapping[str, Json]) -> tuple[frozenset[str], str]:
        lists = frozenset({"values", "order", "default", "restricted"})
        if "values" in wanted and live.get("value_set"):
            name = live["value_set"]
            return lists, f"The field takes its values from the global value set {name}: declare value_set: {name}."
        return frozenset(), ""
