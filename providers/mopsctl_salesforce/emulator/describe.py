"""What `describe` says of fields, and how the Tooling API words them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import seed
from mopsctl_salesforce.emulator.access import is_calculated, is_secured

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

TYPES: Mapping[str, str] = {
    "AutoNumber": "string",
    "Checkbox": "boolean",
    "Currency": "currency",
    "Date": "date",
    "DateTime": "datetime",
    "Email": "email",
    "EncryptedText": "encryptedstring",
    "Html": "textarea",
    "Id": "id",
    "LongTextArea": "textarea",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "MultiselectPicklist": "multipicklist",
    "Number": "double",
    "Percent": "percent",
    "Phone": "phone",
    "Picklist": "picklist",
    "Summary": "double",
    "Text": "string",
    "TextArea": "textarea",
    "Time": "time",
    "Url": "url",
}
_LENGTHS: Mapping[str, int] = {
    "Email": 80,
    "Phone": 40,
    "Url": 255,
    "TextArea": 255,
    "Picklist": 255,
    "MultiselectPicklist": 4099,
    "AutoNumber": 30,
    "Id": 18,
    "Lookup": 18,
    "MasterDetail": 18,
}
_WORDS: Mapping[str, str] = {
    "DateTime": "Date/Time",
    "Html": "Rich Text Area",
    "LongTextArea": "Long Text Area",
    "MultiselectPicklist": "Picklist (Multi-Select)",
    "TextArea": "Text Area",
    "Url": "URL",
}
_FORMULA_TYPES: Mapping[str, str] = {
    "Checkbox": "Boolean",
    "Currency": "Number",
    "Percent": "Percent",
    "Time": "Time",
    "Number": "Number",
    "Summary": "Number",
    "Date": "Date",
    "DateTime": "DateTime",
    "Picklist": "Picklist",
    "MultiselectPicklist": "Multi",
    "LongTextArea": "LongText",
    "Html": "LongText",
    "EncryptedText": "LongText",
}


def values_of(org: SalesforceEmulator, field: Doc) -> list[Doc]:
    """The values of a choice field, wherever they are kept; deactivated ones as the org's switch says."""
    listed = stored_values(org, field)
    if hides_inactive(org, field["metadata"]):
        listed = [value for value in listed if value.get("isActive") is not False]
    return listed


def hides_inactive(org: SalesforceEmulator, metadata: Mapping[str, Any]) -> bool:
    """Whether deactivated values of a list are kept to the org: those of an unrestricted list of a custom field are."""
    # Neither Metadata nor describe returns them (fact: salesforce-inactive-values).
    value_set = metadata.get("valueSet") or {}
    unrestricted = bool(value_set.get("valueSetDefinition")) and not value_set.get("restricted")
    return org.switch("inactive_values") == "hidden" or (
        org.switch("inactive_values") == "of-restricted-lists" and unrestricted
    )


def stored_values(org: SalesforceEmulator, field: Doc) -> list[Doc]:
    """Every value of a choice field, deactivated ones too."""
    standard = seed.FIELD_VALUE_SETS.get(f"{field['object']}.{field['name']}")
    if standard and not field["custom"]:
        return list(
            (org.store.get("StandardValueSet", standard) or {"Metadata": {"standardValue": []}})["Metadata"][
                "standardValue"
            ]
        )
    value_set = field["metadata"].get("valueSet") or {}
    if value_set.get("valueSetName"):
        found = org.store.get("GlobalValueSet", value_set["valueSetName"])
        return list(found["Metadata"]["customValue"]) if found else []
    return list((value_set.get("valueSetDefinition") or {}).get("value") or [])


def formula_type(field: Doc) -> str:
    """What formulas take the field for."""
    return _FORMULA_TYPES.get(field["metadata"]["type"], "Text")


def data_type(field: Doc) -> str:
    """The words of FieldDefinition."""
    metadata = field["metadata"]
    word = _WORDS.get(metadata["type"], metadata["type"])
    if metadata.get("formula"):
        return f"Formula ({word})"
    if metadata["type"] in ("Text", "LongTextArea", "Html"):
        return f"{word}({metadata.get('length', 255)})"
    if metadata["type"] in ("Number", "Currency", "Percent"):
        digits = metadata.get("precision", 18) - (metadata.get("scale") or 0)
        return f"{word}({digits}, {metadata.get('scale') or 0})"
    return f"{word}({metadata.get('referenceTo') or 'User'})" if metadata["type"] == "Lookup" else word


def field(org: SalesforceEmulator, doc: Doc) -> Doc:
    """One field of a describe answer; every field has the same keys."""
    metadata, native = doc["metadata"], doc["metadata"]["type"]
    number = native in ("Number", "Currency", "Percent", "Summary")
    whole = native == "Number" and not metadata.get("scale") and not doc["custom"]
    controller = (metadata.get("valueSet") or {}).get("controllingField")
    calculated = is_calculated(doc) and native != "AutoNumber"
    return {
        "aggregatable": native not in ("LongTextArea", "Html", "Checkbox"),
        "autoNumber": native == "AutoNumber",
        "byteLength": _length(metadata) * 3,
        "calculated": calculated,
        "calculatedFormula": metadata.get("formula"),
        "cascadeDelete": metadata.get("deleteConstraint") == "Cascade" or native == "MasterDetail",
        "caseSensitive": bool(metadata.get("caseSensitive")),
        "controllerName": controller,
        "createable": not calculated and native not in ("Id", "AutoNumber"),
        "custom": doc["custom"],
        "defaultValue": _default(metadata),
        "defaultValueFormula": metadata.get("defaultValue") if native != "Checkbox" else None,
        "defaultedOnCreate": native == "Checkbox",
        "dependentPicklist": controller is not None,
        "deprecatedAndHidden": False,
        "digits": metadata.get("precision", 0) if whole else 0,
        "encrypted": native == "EncryptedText",
        "externalId": bool(metadata.get("externalId")),
        "extraTypeInfo": "richtextarea" if native == "Html" else None,
        "filterable": native not in ("LongTextArea", "Html", "EncryptedText"),
        "formulaTreatNullNumberAsZero": metadata.get("formulaTreatBlanksAs") == "BlankAsZero",
        "groupable": native not in ("LongTextArea", "Html", "MultiselectPicklist"),
        "htmlFormatted": native == "Html",
        "idLookup": bool(metadata.get("externalId")),
        "inlineHelpText": metadata.get("inlineHelpText"),
        "label": metadata["label"],
        "length": 0 if number or native in ("Checkbox", "Date", "DateTime", "Time") else _length(metadata),
        "mask": metadata.get("maskChar"),
        "maskType": metadata.get("maskType"),
        "name": doc["name"],
        "nameField": doc["name"] == "Name",
        "nillable": not metadata.get("required") and native not in ("Checkbox", "Id", "MasterDetail"),
        "permissionable": is_secured(doc),
        "picklistValues": [_value(value, _valid_for(org, doc, value)) for value in values_of(org, doc)],
        "precision": metadata.get("precision", 18) if number else 0,
        "referenceTo": [metadata.get("referenceTo") or "User"] if native in ("Lookup", "MasterDetail") else [],
        "relationshipName": _relationship(doc) if native in ("Lookup", "MasterDetail") else None,
        "relationshipOrder": metadata.get("relationshipOrder"),
        "restrictedDelete": metadata.get("deleteConstraint") == "Restrict",
        "restrictedPicklist": bool((metadata.get("valueSet") or {}).get("restricted")),
        "scale": (metadata.get("scale") or 0) if number else 0,
        "soapType": "xsd:boolean" if native == "Checkbox" else "xsd:double" if number else "xsd:string",
        "sortable": native not in ("LongTextArea", "Html"),
        "type": "int" if whole else TYPES[native],
        "unique": bool(metadata.get("unique")),
        "updateable": not calculated and native not in ("Id", "AutoNumber"),
        "writeRequiresMasterRead": False,
    }


def _length(metadata: Mapping[str, Any]) -> int:
    if metadata.get("formula") and metadata["type"] == "Text":
        return 1300
    return int(metadata.get("length") or _LENGTHS.get(str(metadata["type"]), 255))


def _default(metadata: Mapping[str, Any]) -> bool | None:
    return str(metadata.get("defaultValue")).lower() == "true" if metadata["type"] == "Checkbox" else None


def _relationship(doc: Doc) -> str:
    name = str(doc["name"])
    return name.removesuffix("__c") + "__r" if doc["custom"] else name.removesuffix("Id")


def _valid_for(org: SalesforceEmulator, doc: Doc, value: Doc) -> str | None:
    """The controlling values beside which a value is offered: one bit each, in the order describe lists them."""
    value_set = doc["metadata"].get("valueSet") or {}
    field = org.field(f"{doc['object']}.{value_set.get('controllingField')}")
    if field is None:
        return None
    listed = [each["valueName"] for each in values_of(org, field)] or ["unchecked", "checked"]
    settings = value_set.get("valueSettings") or []
    offered = {
        one for each in settings if each["valueName"] == value["valueName"] for one in each["controllingFieldValue"]
    }
    bits = bytearray((len(listed) + 7) // 8)
    for place, name in enumerate(listed):
        bits[place // 8] |= (0x80 >> place % 8) if name in offered else 0
    return base64.b64encode(bytes(bits)).decode()


def _value(value: Doc, valid_for: str | None) -> Doc:
    return {
        "active": value.get("isActive") is not False,
        "defaultValue": bool(value.get("default")),
        "label": value["label"],
        "validFor": valid_for,
        "value": value["valueName"],
    }
