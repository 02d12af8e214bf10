"""Reads value sets, and which values record types offer."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from mopsctl.resource import Json, Observation
from mopsctl_salesforce import names
from mopsctl_salesforce.observe.look import Items, Look, Row, tooling_rows
from mopsctl_salesforce.wire import values

_GLOBAL = "SELECT Id, DeveloperName, MasterLabel, Description, NamespacePrefix FROM GlobalValueSet"
_STANDARD = "SELECT Id, MasterLabel FROM StandardValueSet WHERE MasterLabel IN {list}"
_RECORD_TYPES = (
    "SELECT Id, Name, SobjectType, BusinessProcessId FROM RecordType WHERE IsActive = true AND SobjectType IN {list}"
)
MOST_UNASKED = 100  # global value sets nobody named are read with their values up to so many
_PROCESSED = frozenset({"Lead.Status", "Opportunity.StageName"})


def observe_global(look: Look) -> Items:
    """Every global value set; those that were not asked about show their values where there are not too many."""
    rows = look.session.query(_GLOBAL, tooling=True)
    asked = [row for row in rows if look.has("global-value-set", row["DeveloperName"])]
    detailed = rows if look.whole and len(rows) <= MOST_UNASKED else asked
    full = tooling_rows(look.session, "GlobalValueSet", [row["Id"] for row in detailed])
    metadata = {row["Id"]: found["Metadata"] for row, found in zip(detailed, full, strict=True) if found is not None}
    items: Items = {}
    for row in rows:
        address = look.address("global-value-set", row["DeveloperName"])
        items[address] = _global(look, row, metadata.get(row["Id"]))
        if row["Id"] in metadata:
            look.raw[address] = metadata[row["Id"]]
    return items


def _global(look: Look, row: Row, metadata: Row | None) -> Observation:
    name = row["DeveloperName"]
    attributes: dict[str, Json] = {"label": row["MasterLabel"]}
    if row["Description"]:
        attributes["description"] = row["Description"]
    if metadata is not None:
        attributes |= values.attributes(metadata.get("customValue") or [])
    packaged = bool(row.get("NamespacePrefix"))
    return Observation(
        look.address("global-value-set", name),
        attributes,
        remote_id=row["Id"],
        writable=frozenset() if packaged else None,
        why_not="The value set belongs to an installed package." if packaged else "",
        removable=not packaged,
    )


def observe_standard(look: Look) -> Items:
    """The standard value sets asked about."""
    rows = look.session.query_in(_STANDARD, look.names("standard-value-set"), tooling=True)
    items: Items = {}
    for row, full in zip(
        rows, tooling_rows(look.session, "StandardValueSet", [row["Id"] for row in rows]), strict=True
    ):
        if full is not None:
            address = look.address("standard-value-set", row["MasterLabel"])
            look.raw[address] = full["Metadata"]
            items[address] = _standard(look, row, full["Metadata"])
    return items


def _standard(look: Look, row: Row, metadata: Row) -> Observation:
    name = row["MasterLabel"]
    attributes = values.attributes(metadata.get("standardValue") or [])
    return Observation(look.address("standard-value-set", name), attributes, remote_id=row["Id"], removable=False)


def observe_offers(look: Look) -> Items:
    """For each field asked about: on which active record types each of its values is missing."""
    types = look.session.query_in(_RECORD_TYPES, look.objects("record-type-values"))
    offered = _offered(look, types)
    items: Items = {}
    for field in look.names("record-type-values"):
        object_name, _ = names.split(field)
        own = [row for row in types if row["SobjectType"] == object_name]
        known = {row["Name"]: offered[row["Id"]].get(field, frozenset()) for row in own}
        wanted = look.attributes("record-type-values", field).get("values") or {}
        listed = {value: {"missing_on": sorted(_missing(value, known))} for value in wanted}
        items[look.address("record-type-values", field)] = Observation(
            look.address("record-type-values", field), {"values": listed}, writable=frozenset(), builtin=True
        )
    return items


def _missing(value: str, known: Mapping[str, frozenset[str]]) -> list[str]:
    return [name for name, offered in known.items() if value not in offered]


def _offered(look: Look, types: list[Row]) -> dict[str, dict[str, frozenset[str]]]:
    """What each record type offers, by field: its own picklists, and the values of its lead or sales process."""
    processes = sorted({row["BusinessProcessId"] for row in types if row["BusinessProcessId"]})
    full = dict(zip(processes, tooling_rows(look.session, "BusinessProcess", processes), strict=True))
    found: dict[str, dict[str, frozenset[str]]] = {}
    for row, detail in zip(types, tooling_rows(look.session, "RecordType", [row["Id"] for row in types]), strict=True):
        metadata = (detail or {}).get("Metadata") or {}
        object_name = row["SobjectType"]
        lists = {
            f"{object_name}.{each['picklist']}": _values(each["values"])
            for each in metadata.get("picklistValues") or []
        }
        process = full.get(row["BusinessProcessId"] or "")
        for field in _PROCESSED:
            if process is not None and field.startswith(f"{object_name}."):
                lists[field] = _values((process["Metadata"] or {}).get("values") or [])
        found[row["Id"]] = lists
    return found


def _values(listed: list[Row]) -> frozenset[str]:
    """Names of offered values; record types give punctuation in them URL-encoded."""
    return frozenset(unquote(values.name_of(value)) for value in listed)
