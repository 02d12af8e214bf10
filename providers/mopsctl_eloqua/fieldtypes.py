"""Neutral field types and Eloqua's data types and field types, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mopsctl.element import Field, FieldType
from mopsctl.resource import FieldFacts
from mopsctl_eloqua.names import EMAIL

TEXT, LARGE_TEXT, MULTI = 100, 32_000, 1_000  # characters on contacts and accounts
CUSTOM_OBJECT_TEXT = 250  # characters in a custom object's text field
DIGITS, DECIMALS = 15, 4
CHECKED, UNCHECKED = "true", "false"

_NATIVE: Mapping[FieldType, tuple[str, str]] = {
    "text": ("text", "text"),
    "long_text": ("largeText", "textArea"),
    "email": ("text", "text"),
    "phone": ("text", "text"),
    "url": ("text", "text"),
    "integer": ("numeric", "text"),
    "decimal": ("numeric", "text"),
    "currency": ("numeric", "text"),
    "percent": ("numeric", "text"),
    "boolean": ("text", "checkbox"),
    "date": ("date", "text"),
    "datetime": ("date", "text"),
    "choice": ("text", "singleSelect"),
    "multi_choice": ("text", "multiSelect"),
    "country": ("text", "text"),
    "reference": ("text", "text"),
}
_LISTS = {"singleSelect", "multiSelect", "radio"}
_FITTING = {
    "text": {"text", "textArea", "singleSelect", "multiSelect", "checkbox", "radio", "hidden"},
    "largeText": {"text", "textArea", "hidden"},
    "numeric": {"text", "checkbox", "hidden"},
    "number": {"text", "checkbox", "hidden"},
    "date": {"text", "checkbox", "hidden"},
}
_BULK: Mapping[str, FieldType] = {
    "string": "text",
    "number": "decimal",
    "boolean": "boolean",
    "date": "datetime",
    "emailAddress": "email",
}


def native(field: Field) -> tuple[str, str] | None:
    """Data type and field type for a declared field; None where Eloqua cannot hold it."""
    found = _NATIVE.get(field.type)
    if found is None:
        return None
    data_type, display_type = found
    if field.values and not takes_list(display_type):
        display_type = "singleSelect" if data_type == "text" else display_type
    return data_type, str(field.hints.get("display_type", display_type))


def takes_list(display_type: str) -> bool:
    """Whether a field type offers the options of a list."""
    return display_type in _LISTS


def fit(data_type: str, display_type: str) -> bool:
    """Whether Eloqua takes this field type for this data type."""
    return display_type in _FITTING.get(data_type, set())


def display_types() -> list[str]:
    """Every field type there is."""
    return sorted(_FITTING["text"])


def default_text(field: Field) -> str:
    """A default value as Eloqua stores it: always text."""
    if isinstance(field.default, bool):
        return checked(field) if field.default else unchecked(field)
    return plain_number(str(field.default)) if field.type in ("integer", "decimal") else str(field.default)


def checked(field: Field) -> str:
    """What a ticked box stores."""
    return str(field.hints.get("checked_value", CHECKED))


def unchecked(field: Field) -> str:
    """What an empty box stores."""
    return str(field.hints.get("unchecked_value", UNCHECKED))


def plain_number(text: str) -> str:
    """A number without needless zeros: `0.0000` and `0` are one value; other text stays."""
    whole, point, decimals = text.partition(".")
    if not point or not (whole.lstrip("-") + decimals).isdigit():
        return text
    return f"{whole}.{decimals}".rstrip("0").rstrip(".")


def facts(doc: Mapping[str, Any], values: tuple[str, ...] | None) -> FieldFacts:
    """A contact field of the Application API in neutral words; a date field of Eloqua holds date and time."""
    data_type, display_type = str(doc.get("dataType", "")), str(doc.get("displayType", ""))
    kind, length = _neutral(data_type, display_type)
    if doc.get("internalName") == EMAIL:
        kind = "email"
    return FieldFacts(
        type=kind,
        length=length,
        values=values if takes_list(display_type) else None,
        required=doc.get("isRequired") == "true",
        read_only=doc.get("isReadOnly") == "true",
        visible=True,
    )


def _neutral(data_type: str, display_type: str) -> tuple[FieldType | None, int | None]:
    if display_type == "checkbox":
        return "boolean", None
    if data_type == "text":
        if display_type == "multiSelect":
            return "multi_choice", MULTI
        return ("choice" if takes_list(display_type) else "text"), TEXT
    others: Mapping[str, tuple[FieldType, int | None]] = {
        "largeText": ("long_text", LARGE_TEXT),
        "numeric": ("decimal", None),
        "number": ("integer", None),
        "date": ("datetime", None),
    }
    return others.get(data_type, (None, None))


def bulk_facts(doc: Mapping[str, Any]) -> FieldFacts:
    """A field of the Bulk API in neutral words; it shows five coarse types and no length."""
    return FieldFacts(
        type=_BULK.get(str(doc.get("dataType", ""))),
        required=doc.get("hasNotNullConstraint") is True,
        read_only=doc.get("hasReadOnlyConstraint") is True,
        visible=True,
    )


def bulk_type(field_type: FieldType) -> str:
    """The Bulk API's word for a neutral type."""
    words: Mapping[FieldType, str] = {
        "integer": "number",
        "decimal": "number",
        "currency": "number",
        "percent": "number",
        "date": "date",
        "datetime": "date",
    }
    return words.get(field_type, "string")
