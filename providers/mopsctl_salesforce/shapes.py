"""What each of Salesforce's answers must look like: rows as their query asked for them, and the documents of single things."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mopsctl.provider.answers import Shape, count, many, mapped, maybe, name, record, scalar, switch, text, whole
from mopsctl.provider.answers import either as one_of

_KEYS = frozenset(
    {
        "AssigneeId",
        "DeveloperName",
        "Field",
        "Id",
        "MasterLabel",
        "Name",
        "QualifiedApiName",
        "SetupEntityId",
        "SobjectType",
    }
    | {"TableEnumOrId", "Username", "ValidationName", "DataType", "OrganizationType"}
)
"""Columns that are never empty."""
_FLAG = re.compile(r"^(Is[A-Z]\w*|Permissions[A-Z]\w*|Active)$")
_MAY_LACK = frozenset({"Profile"})  # rows that another row may do without

Tree = dict[str, Any]


def page(soql: str) -> Shape:
    """One page of a query: the columns that were asked for are in every row, empty or not."""
    parts: dict[str, Shape] = {"totalSize": count, "done": switch, "records": many(_rows(soql))}

    def flaw(value: Any, at: str) -> str:
        more = isinstance(value, dict) and value.get("done") is False
        return record(parts | ({"nextRecordsUrl": name} if more else {}))(value, at)

    return flaw


def _rows(soql: str) -> Shape:
    found = re.match(r"\s*SELECT\s+(.+?)\s+FROM\s", soql, re.DOTALL)
    columns = found[1].split(",") if found else []
    tree: Tree = {}
    for column in (each.strip() for each in columns if "(" not in each):
        *above, last = column.split(".")
        place = tree
        for part in above:
            place = place.setdefault(part, {})
        place[last] = _column(last)
    return _of_tree(tree)


def _of_tree(tree: Tree) -> Shape:
    parts = {part: _of_tree(each) if isinstance(each, dict) else each for part, each in tree.items()}
    return record({part: maybe(shape) if part in _MAY_LACK else shape for part, shape in parts.items()})


def _column(title: str) -> Shape:
    if title in _KEYS:
        return name
    return switch if _FLAG.match(title) else maybe(scalar)


_FLAGS_OF_FIELDS = (
    "autoNumber",
    "calculated",
    "cascadeDelete",
    "caseSensitive",
    "externalId",
    "formulaTreatNullNumberAsZero",
    "htmlFormatted",
    "nillable",
    "restrictedDelete",
    "restrictedPicklist",
    "unique",
)
_CHOICE = record(
    {"value": text, "label": maybe(text), "active": switch, "defaultValue": switch, "validFor?": maybe(text)}
)
_FIELD = record(
    {"name": name, "label": text, "type": name, "length": whole, "precision": whole, "scale": whole}
    | {
        "controllerName?": maybe(text),
        "inlineHelpText": maybe(text),
        "defaultValueFormula": maybe(text),
        "calculatedFormula": maybe(text),
    }
    | {"defaultValue": maybe(scalar), "picklistValues": many(_CHOICE), "referenceTo": many(text)}
    | {
        each: switch if each not in ("restrictedDelete", "cascadeDelete") else maybe(switch)
        for each in _FLAGS_OF_FIELDS
    }
)
DESCRIBE = record({"fields": many(_FIELD)})


def _value(value: Any, at: str) -> str:
    """One value of a list, under either of its names."""
    flags = {f"{each}?": switch for each in ("isActive", "default", "converted", "closed", "won")}
    flaw = record({"valueName?": text, "fullName?": text, "label?": text, "probability?": scalar, **flags})(value, at)
    if flaw or value.get("valueName") or value.get("fullName"):
        return flaw
    return f"{at} has no name"


def _field_metadata(value: Any, at: str) -> str:
    listed = record({"value?": many(_value), "sorted?": switch})
    # A value set with dependencies (fact: salesforce-value-settings).
    setting = record({"valueName": text, "controllingFieldValue": one_of(text, many(text))})
    dependent: dict[str, Shape] = {"controllingField?": maybe(text), "valueSettings?": maybe(many(setting))}
    value_set = record({"restricted?": switch, "valueSetName?": text, "valueSetDefinition?": listed, **dependent})
    plain = {f"{each}?": scalar for each in _PLAIN_METADATA}
    flaw = record({"type?": text, "valueSet?": value_set, "formula?": text, "complianceGroup?": text, **plain})(
        value, at
    )
    if flaw or value.get("type") not in ("Picklist", "MultiselectPicklist") or value.get("formula"):
        return flaw
    stored = value.get("valueSet") or {}
    there = stored.get("valueSetName") or (stored.get("valueSetDefinition") or {}).get("value") is not None
    return "" if there else f"{at}.valueSet is missing"


_PLAIN_METADATA = (
    "label",
    "description",
    "inlineHelpText",
    "length",
    "precision",
    "scale",
    "visibleLines",
    "required",
    "unique",
    "caseSensitive",
    "externalId",
    "formulaTreatBlanksAs",
    "securityClassification",
    "businessStatus",
    "referenceTo",
    "relationshipName",
    "deleteConstraint",
    "displayFormat",
    "summaryOperation",
    "summarizedField",
    "summaryForeignKey",
    "defaultValue",
)
_METADATA: Mapping[str, Shape] = {
    "CustomField": _field_metadata,
    "GlobalValueSet": record({"customValue": many(_value)}),
    "StandardValueSet": record({"standardValue": many(_value)}),
    "ValidationRule": record({"errorConditionFormula": text}),
    "RecordType": record({"picklistValues?": many(record({"picklist": name, "values": many(_value)}))}),
    "BusinessProcess": record({"values?": many(_value)}),
}


def thing(path: str) -> Shape:
    """A single row of a Tooling object with its `Metadata`, which hidden ones lack."""
    kind = path.removeprefix("/sobjects/").partition("/")[0]
    shape = _METADATA.get(kind)
    return record({"Metadata": shape}) if shape is not None else mapped()


VERSIONS = many(record({"version": text}))
COMPOSITE = record({"compositeResponse": many(record({"referenceId": name, "httpStatusCode": whole}))})
ERRORS = many(record({"statusCode?": text, "message?": text}))
CONVERSION = record(
    {
        "objectMapping?": many(
            record(
                {
                    "outputObject": name,
                    "mappingFields?": many(record({"outputField": name, "inputField": name})),
                }
            )
        )
    }
)
STARTED = record({"id": name})
DEPLOYED = record(
    {
        "deployResult": record(
            {"done": one_of(switch, text), "status": text, "success?": one_of(switch, text)}
            | {"numberComponentsDeployed?": scalar, "numberComponentsTotal?": scalar}
            | {
                "details?": record(
                    {
                        f"{each}?": one_of(mapped(), many(mapped()))
                        for each in ("componentFailures", "componentSuccesses")
                    }
                )
            }
        )
    }
)


def outcomes(number: int) -> Shape:
    """What became of each of so many rows."""

    def flaw(value: Any, at: str) -> str:
        found = many(record({"success": switch, "id?": text, "errors?": ERRORS}))(value, at)
        return found or ("" if len(value) == number else f"it tells of {len(value)} of {number} rows")

    return flaw
