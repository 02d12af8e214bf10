"""Native settings of a field that only HubSpot knows (`in: {hubspot: {name: …, form_field: true}}`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mopsctl.diagnostics import Diagnostic, did_you_mean
from mopsctl.element import Field, FieldType
from mopsctl.provider.convert import finding, quoted

NUMBERS: tuple[FieldType, ...] = ("integer", "decimal", "currency", "percent")
FIELD_TYPES: Mapping[FieldType, tuple[str, ...]] = {
    "text": ("text", "textarea", "html"),
    "long_text": ("textarea", "html"),
    "email": ("text",),
    "phone": ("phonenumber", "text"),
    "url": ("text",),
    "integer": ("number",),
    "decimal": ("number",),
    "currency": ("number",),
    "percent": ("number",),
    "boolean": ("booleancheckbox",),
    "date": ("date",),
    "datetime": ("date",),
    "choice": ("select", "radio"),
    "multi_choice": ("checkbox",),
    "country": ("text", "select", "radio"),
    "reference": ("select",),
    "computed": (),
}
"""What a field of a type may be shown as; the first is the default."""

NUMBER_HINTS = ("unformatted", "formatted", "currency", "percentage", "duration", "probability")
TEXT_HINTS = (
    "unformatted_single_line",
    "multi_line",
    "email",
    "phone_number",
    "domain_name",
    "ip_address",
    "physical_address",
    "postal_code",
)
SENSITIVITIES = ("non_sensitive", "sensitive", "highly_sensitive")

_CHOICES: Mapping[str, tuple[Any, ...]] = {
    "field_type": (),
    "hidden": (True, False),
    "form_field": (True, False),
    "number_display_hint": NUMBER_HINTS,
    "text_display_hint": TEXT_HINTS,
    "show_currency_symbol": (True, False),
    "currency_property": (),
    "data_sensitivity": SENSITIVITIES,
    "referenced_object": ("OWNER",),
}
_ATTRIBUTES: Mapping[str, str] = {
    "field_type": "fieldType",
    "hidden": "hidden",
    "form_field": "formField",
    "number_display_hint": "numberDisplayHint",
    "text_display_hint": "textDisplayHint",
    "show_currency_symbol": "showCurrencySymbol",
    "currency_property": "currencyPropertyName",
    "data_sensitivity": "dataSensitivity",
    "referenced_object": "referencedObjectType",
}
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "number_display_hint": NUMBERS,
    "show_currency_symbol": NUMBERS,
    "currency_property": NUMBERS,
    "text_display_hint": ("text", "long_text", "email", "phone", "url", "country"),
    "referenced_object": ("reference",),
}


def attributes(field: Field) -> dict[str, Any]:
    """The hints as attributes; wrong ones are left out, `findings` says so."""
    known = {name: value for name, value in field.hints.items() if not _wrong(field, name, value)}
    found = {_ATTRIBUTES[name]: value for name, value in known.items()}
    if "currencyPropertyName" in found:
        found["showCurrencySymbol"] = True
    return found


def findings(field: Field) -> Iterator[Diagnostic]:
    """What is wrong with the hints of a field."""
    for name in sorted(field.hints):
        wrong = _wrong(field, name, field.hints[name])
        if wrong:
            message = f"The field '{field.key}' cannot have the HubSpot setting {name}: {wrong[0]}."
            yield finding("HS005", "error", message, field.origin.source, hint=wrong[1])


def _wrong(field: Field, name: str, value: Any) -> tuple[str, str] | None:
    if name not in _CHOICES:
        return "HubSpot properties have no such setting", did_you_mean(
            name, _CHOICES
        ) or f"known: {', '.join(_CHOICES)}"
    if field.type not in _ONLY_FOR.get(name, (field.type,)):
        return f"a {field.type} field has none", "take it out"
    choices = FIELD_TYPES[field.type] if name == "field_type" else _CHOICES[name]
    if choices and value not in choices:
        return f"it cannot be '{value}'", f"choose {quoted(str(choice) for choice in choices)}"
    return None
