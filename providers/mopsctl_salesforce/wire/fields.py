"""Fields: `describe`, `FieldDefinition` and `Metadata` to attributes, and attributes to metadata.

Everything that was seen is first put into the shape of `Metadata`, so that there is one normalisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mopsctl.element import FieldType
from mopsctl.resource import FieldFacts, Json
from mopsctl_salesforce import names
from mopsctl_salesforce.wire import values

Row = dict[str, Any]

_PLAIN: Mapping[str, str] = {
    "label": "label",
    "description": "description",
    "help": "inlineHelpText",
    "length": "length",
    "precision": "precision",
    "scale": "scale",
    "visible_lines": "visibleLines",
    "required": "required",
    "unique": "unique",
    "case_sensitive": "caseSensitive",
    "external_id": "externalId",
    "formula": "formula",
    "blanks": "formulaTreatBlanksAs",
    "sensitivity": "securityClassification",
    "usage": "businessStatus",
    "reference_to": "referenceTo",
    "relationship": "relationshipName",
    "delete_constraint": "deleteConstraint",
    "display_format": "displayFormat",
    "summary_operation": "summaryOperation",
    "summarized_field": "summarizedField",
    "summary_foreign_key": "summaryForeignKey",
}
"""Attribute to the key of `Metadata` that holds it as it is."""
METADATA_ONLY = frozenset(
    {"value_set", "visible_lines", "relationship", "display_format"}
    | {"summary_operation", "summarized_field", "summary_foreign_key"}
)
"""Attributes that `describe` does not show."""
_EMPTY: Mapping[str, Json] = {"required": False, "unique": False, "case_sensitive": False, "external_id": False}
PICKLISTS = ("Picklist", "MultiselectPicklist")
SIZED = ("Text", "LongTextArea", "Html", "EncryptedText")
NUMBERS = ("Number", "Currency", "Percent")

_DESCRIBED: Mapping[str, str] = {
    "string": "Text",
    "textarea": "TextArea",
    "double": "Number",
    "int": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "boolean": "Checkbox",
    "date": "Date",
    "datetime": "DateTime",
    "time": "Time",
    "email": "Email",
    "phone": "Phone",
    "url": "Url",
    "picklist": "Picklist",
    "multipicklist": "MultiselectPicklist",
    "reference": "Lookup",
    "encryptedstring": "EncryptedText",
    "combobox": "Picklist",
}
_NEUTRAL: Mapping[str, FieldType] = {
    "Text": "text",
    "TextArea": "long_text",
    "LongTextArea": "long_text",
    "Html": "long_text",
    "EncryptedText": "text",
    "Email": "email",
    "Phone": "phone",
    "Url": "url",
    "Currency": "currency",
    "Percent": "percent",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Picklist": "choice",
    "MultiselectPicklist": "multi_choice",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "AutoNumber": "text",
}
_HOLDS: Mapping[str, str] = {
    "Checkbox": "yes or no",
    "Date": "date",
    "DateTime": "date and time",
    "Picklist": "choice",
    "MultiselectPicklist": "several choices",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "Number": "number",
    "Currency": "number",
    "Percent": "number",
}
_DEFAULTS: Mapping[str, Row] = {
    "Text": {"length": 255},
    "LongTextArea": {"length": 32_768, "visibleLines": 3},
    "Html": {"length": 32_768, "visibleLines": 25},
    "Number": {"precision": 18, "scale": 2},
    "Currency": {"precision": 18, "scale": 2},
    "Percent": {"precision": 18, "scale": 2},
    "Checkbox": {"defaultValue": "false"},
    "MultiselectPicklist": {"visibleLines": 4},
    "AutoNumber": {"startingNumber": 1},
    "Lookup": {"deleteConstraint": "SetNull"},
    "MasterDetail": {"relationshipOrder": 0},
    "EncryptedText": {"length": 175, "maskChar": "asterisk", "maskType": "all"},
}
"""What a new field of a type is made with where the manifest says nothing."""
_FORBIDDEN: Mapping[str, tuple[str, ...]] = {
    "Checkbox": ("required", "length", "precision", "scale"),
    "Summary": ("precision", "scale", "required", "length"),
    "MasterDetail": ("required", "deleteConstraint", "lookupFilter"),
    "AutoNumber": ("required",),
}
_OF_TYPE = (
    "length",
    "precision",
    "scale",
    "visibleLines",
    "valueSet",
    "displayFormat",
    "startingNumber",
    "caseSensitive",
)

_LENGTHS: Mapping[str, int] = {
    "Email": 80,
    "Phone": 40,
    "Url": 255,
    "TextArea": 255,
    "Picklist": 255,
    "MultiselectPicklist": 4_099,
}
"""Characters that types without a length of their own hold, as `describe` shows them."""
_RANGES: Mapping[str, tuple[int, int]] = {"Text": (1, 255), "LongTextArea": (256, 131_072), "Html": (256, 131_072)}


def seen(described: Row, definition: Mapping[str, Any], metadata: Row | None) -> Row:
    """What is known of a visible field, in the shape of `Metadata`; `metadata` adds only what the other two do not show."""
    shape = _of_describe(described) | {
        "description": definition.get("Description"),
        "securityClassification": definition.get("SecurityClassification"),
        "complianceGroup": definition.get("ComplianceGroup"),
        "businessStatus": definition.get("BusinessStatus"),
    }
    if metadata is not None:
        for attribute in METADATA_ONLY - {"value_set"}:
            shape[_PLAIN[attribute]] = metadata.get(_PLAIN[attribute])
        if shape["type"] in PICKLISTS:
            shape["valueSet"] = _with_described(metadata.get("valueSet") or {}, shape["valueSet"])
        if metadata.get("type") in ("Html", "MasterDetail", "Summary", "LongTextArea"):
            shape["type"] = metadata["type"]
    return shape


def _of_describe(field: Row) -> Row:
    native = _described_type(field)
    shape: Row = {
        "type": native,
        "label": field["label"],
        "inlineHelpText": field["inlineHelpText"],
        "required": not field["nillable"] and native != "Checkbox",
        "unique": field["unique"],
        "caseSensitive": field["caseSensitive"] and field["unique"],
        "externalId": field["externalId"],
        "defaultValue": field["defaultValueFormula"],
    }
    if native in SIZED:
        shape["length"] = field["length"]
    if native in NUMBERS:
        shape |= {"precision": field["precision"], "scale": field["scale"]}
    if field["calculatedFormula"]:
        zero = field["formulaTreatNullNumberAsZero"]
        shape |= {
            "formula": field["calculatedFormula"],
            "formulaTreatBlanksAs": "BlankAsZero" if zero else "BlankAsBlank",
        }
    if native == "Checkbox" and field["defaultValue"] is not None:
        shape["defaultValue"] = "true" if field["defaultValue"] else "false"
    if native in PICKLISTS:
        listed = values.described(field["picklistValues"])
        shape["valueSet"] = {"restricted": field["restrictedPicklist"], "valueSetDefinition": {"value": listed}}
    return shape | (_relation(field) if native == "Lookup" else {})


def _described_type(field: Row) -> str:
    if field["autoNumber"]:
        return "AutoNumber"
    if field["calculated"] and not field["calculatedFormula"]:
        return "Summary"
    if field["htmlFormatted"]:
        return "Html" if field["type"] == "textarea" else _DESCRIBED.get(field["type"], "Text")
    if field["type"] == "textarea" and field["length"] > 255:
        return "LongTextArea"
    return _DESCRIBED.get(field["type"], "Text")


def _relation(field: Row) -> Row:
    rule = "Restrict" if field["restrictedDelete"] else "Cascade" if field["cascadeDelete"] else "SetNull"
    return {"referenceTo": (field["referenceTo"] or [None])[0], "deleteConstraint": rule}


def _with_described(stored: Row, described: Row) -> Row:
    """The stored list; values that only `describe` lists, such as inactive ones, come after."""
    if stored.get("valueSetName"):
        return {**stored, "valueSetDefinition": None}
    listed = list((stored.get("valueSetDefinition") or {}).get("value") or [])
    known = {values.name_of(value) for value in listed}
    extra = [value for value in described["valueSetDefinition"]["value"] if values.name_of(value) not in known]
    return {"restricted": described["restricted"], "valueSetDefinition": {"value": [*listed, *extra]}}


def attributes(metadata: Row) -> dict[str, Json]:
    """A field's attributes from the shape of `Metadata`."""
    formula, native = metadata.get("formula"), str(metadata["type"])
    found: dict[str, Json] = dict(_EMPTY) | {
        name: metadata[key] for name, key in _PLAIN.items() if metadata.get(key) not in (None, "")
    }
    found["type"] = f"Formula ({native})" if formula else native
    found["family"] = "Formula" if formula else names.family(native)
    if isinstance(formula, str):
        found["formula"] = formula.strip()
    if metadata.get("complianceGroup"):
        found["compliance"] = sorted(part for part in str(metadata["complianceGroup"]).split(";") if part)
    found |= _listed(metadata.get("valueSet") or {}) if native in PICKLISTS else {}
    found |= _default(metadata, native)
    return found


def _listed(value_set: Row) -> dict[str, Json]:
    found: dict[str, Json] = {"restricted": bool(value_set.get("restricted"))}
    if value_set.get("valueSetName"):
        return {"restricted": True, "value_set": value_set["valueSetName"]}
    return found | values.attributes((value_set.get("valueSetDefinition") or {}).get("value") or [])


def _default(metadata: Row, native: str) -> dict[str, Json]:
    if native in PICKLISTS:
        listed = ((metadata.get("valueSet") or {}).get("valueSetDefinition") or {}).get("value") or []
        chosen = [values.name_of(value) for value in listed if value.get("default") is True]
        return {"default": chosen[0]} if chosen else {}
    value = metadata.get("defaultValue")
    if native == "Checkbox" and value is not None and not metadata.get("formula"):
        return {"default": str(value).lower() == "true"}
    return {} if value in (None, "") else {"default": str(value)}


def holds(metadata: Row) -> str:
    """What kind of data a field holds, coarse enough to be compared with any standard field."""
    return _HOLDS.get(str(metadata["type"]), "text")


def facts(metadata: Row, described: Row | None) -> FieldFacts:
    """The field in neutral words; `described` is None where the user that signed in cannot see it."""
    native = str(metadata["type"])
    live = _listed(metadata.get("valueSet") or {}).get("values") if native in PICKLISTS else None
    if described is not None and native in PICKLISTS:
        live = values.items(values.described(described["picklistValues"]))
    return FieldFacts(
        type=_neutral(metadata, native),
        length=_longest(metadata, native, described),
        values=None if live is None else tuple(name for name, item in live.items() if item["active"]),
        restricted=bool((metadata.get("valueSet") or {}).get("restricted")),
        required=bool(metadata.get("required")),
        read_only=bool(metadata.get("formula")) or native in ("Summary", "AutoNumber"),
        visible=described is not None,
    )


def _neutral(metadata: Row, native: str) -> FieldType | None:
    if native in ("Number", "Summary"):
        return "decimal" if metadata.get("scale") else "integer"
    return _NEUTRAL.get(native)


def _longest(metadata: Row, native: str, described: Row | None) -> int | None:
    if described is not None and described["length"]:
        return int(described["length"])
    return metadata.get("length") or _LENGTHS.get(native)


def metadata(target: Mapping[str, Json], touched: frozenset[str], current: Row | None) -> Row:
    """The whole field to write: what is there (None: nothing yet), with every touched attribute put in."""
    native = str(target["type"]).removeprefix("Formula (").removesuffix(")")
    shape = _start(native, current, formula="formula" in target)
    for name in sorted(touched & set(_PLAIN) & target.keys()):
        shape[_PLAIN[name]] = target[name]
    if "compliance" in touched and "compliance" in target:
        shape["complianceGroup"] = ";".join(target["compliance"])
    if native in PICKLISTS:
        shape["valueSet"] = _value_set(target, shape.get("valueSet") or {}, new=current is None)
    elif "default" in touched and "default" in target:
        value = target["default"]
        shape["defaultValue"] = str(value).lower() if isinstance(value, bool) else value
    return {key: value for key, value in shape.items() if value is not None and key not in _FORBIDDEN.get(native, ())}


def _start(native: str, current: Row | None, *, formula: bool) -> Row:
    """What the attributes are put into: the field as it is, or what a new field of the type is made with.

    A field that changes its type within its family keeps what the new type knows too.
    """
    if current and current.get("type") == native:
        return dict(current)
    defaults = {} if formula and native == "Checkbox" else _DEFAULTS.get(native, {})
    kept = {key: value for key, value in (current or {}).items() if key not in _OF_TYPE or key in defaults}
    shape = {**defaults, **kept, "type": native}
    low, high = _RANGES.get(native, (0, 0))
    if native in _RANGES and not low <= shape["length"] <= high:
        shape["length"] = defaults["length"]
    return shape


def _value_set(target: Mapping[str, Json], current: Row, *, new: bool) -> Row:
    if target.get("value_set"):
        return {**current, "restricted": True, "valueSetName": target["value_set"], "valueSetDefinition": None}
    known = (current.get("valueSetDefinition") or {}).get("value") or []
    listed = values.stored(target, known)
    for value in listed:
        value["default"] = values.name_of(value) == target.get("default")
    definition = {**(current.get("valueSetDefinition") or {"sorted": False}), "value": listed}
    restricted = target.get("restricted", new)
    return {**current, "restricted": restricted, "valueSetDefinition": definition, "valueSetName": None}
