"""Properties: HubSpot's definition as attributes, and attributes as bodies of POST and PATCH.

`phone_number` and `string` are one type here: HubSpot changes a string into a phone number in place, and its own phone
properties are strings shown as phone numbers. Which of both is meant is told by `fieldType`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mopsctl.element import FieldType
from mopsctl.resource import FieldFacts
from mopsctl_hubspot.names import DEFAULT_GROUPS, readable

Attributes = Mapping[str, Any]

LONGEST_VALUE = 65_536  # characters of a text value, as HubSpot's property screens say
PLAIN = ("label", "description", "groupName")
FLAGS = ("hidden", "formField", "hasUniqueValue", "showCurrencySymbol")
HINTS = ("numberDisplayHint", "textDisplayHint", "currencyPropertyName", "referencedObjectType")
SENT_ON_CHANGE = (*PLAIN, "hidden", "formField", "showCurrencySymbol", "numberDisplayHint", "textDisplayHint")
WRITABLE = frozenset({*SENT_ON_CHANGE, "currencyPropertyName", "options", "options_order"})

FIELD_TYPE_MOVES = frozenset({("text", "textarea"), ("text", "phonenumber"), ("select", "radio"), ("radio", "select")})
KEEPS_FIELD_TYPE = (
    "HubSpot's API is known to change text into several lines or a phone number, and dropdown into radio buttons or back;"
    " any other field type is changed on the property's screen"
)
KEEPS_DEFINITION = "HubSpot defines this property and lets nobody change that"

_TEXT_TYPES: Mapping[str, FieldType] = {
    "email": "email",
    "phone_number": "phone",
    "domain_name": "url",
    "multi_line": "long_text",
}
_FIELD_TYPES: Mapping[str, FieldType] = {
    "textarea": "long_text",
    "html": "long_text",
    "phonenumber": "phone",
    "checkbox": "multi_choice",
    "booleancheckbox": "boolean",
}
_NUMBER_TYPES: Mapping[str, FieldType] = {"currency": "currency", "percentage": "percent"}
_TYPES: Mapping[str, FieldType] = {
    "string": "text",
    "number": "decimal",
    "bool": "boolean",
    "date": "date",
    "datetime": "datetime",
    "enumeration": "choice",
}


def attributes(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as HubSpot sends it, in the words of `kinds.PROPERTY_ATTRIBUTES`."""
    found: dict[str, Any] = {name: raw.get(name) or "" for name in PLAIN}
    found["type"] = family(str(raw.get("type", "")))
    found["fieldType"] = raw.get("fieldType", "")
    found |= {name: bool(raw.get(name)) for name in FLAGS}
    found |= {name: raw[name] for name in HINTS if raw.get(name)}
    found["dataSensitivity"] = raw.get("dataSensitivity") or "non_sensitive"
    found["calculated"] = is_calculated(raw)
    if found["type"] == "enumeration":
        found["multiple"] = raw.get("fieldType") == "checkbox"
        found["options"] = {option["value"]: _option(option) for option in raw.get("options") or []}
        found["options_order"] = [option["value"] for option in in_order(raw.get("options") or [])]
    return found


def family(native: str) -> str:
    """The type that decides whether values survive: a phone number is a string that HubSpot formats."""
    return "string" if native == "phone_number" else native


def is_calculated(raw: Mapping[str, Any]) -> bool:
    """True where HubSpot itself computes the value."""
    return bool(raw.get("calculated")) or str(raw.get("fieldType", "")).startswith("calculation")


def in_order(options: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Options as screens show them: by display order, -1 last; HubSpot's own lists hold the same number twice."""
    return sorted(options, key=lambda option: _place(option) if _place(option) >= 0 else float("inf"))


def _place(option: Mapping[str, Any]) -> int:
    order = option.get("displayOrder")
    return -1 if order is None else int(order)


def writable(raw: Mapping[str, Any]) -> tuple[frozenset[str] | None, str]:
    """Which attributes of this very property may be written (None: all that the kind allows), and why not the others."""
    meta = raw.get("modificationMetadata") or {}
    if meta.get("readOnlyDefinition"):
        options = meta.get("readOnlyOptions") is False
        return frozenset({"options", "options_order"}) if options else frozenset(), KEEPS_DEFINITION
    if any(before == raw.get("fieldType") for before, _ in FIELD_TYPE_MOVES):
        return None, ""
    return WRITABLE, KEEPS_FIELD_TYPE


def facts(raw: Mapping[str, Any]) -> FieldFacts:
    """The definition in neutral words; `values` are None where HubSpot keeps the options elsewhere."""
    kind = _neutral(raw)
    own = not raw.get("externalOptions")
    options = [option for option in in_order(raw.get("options") or []) if not option.get("hidden")]
    has_values = raw.get("type") == "enumeration" and own
    return FieldFacts(
        type=kind,
        length=LONGEST_VALUE if family(str(raw.get("type"))) == "string" else None,
        values=tuple(option["value"] for option in options) if has_values else None,
        restricted=has_values,
        read_only=bool((raw.get("modificationMetadata") or {}).get("readOnlyValue")),
        visible=True,
    )


def twin(object_name: str, raw: Mapping[str, Any]) -> str:
    """What lies in the archive under a name that is to be added, and what becomes of it: a sentence."""
    kind = native_type(str(raw.get("type") or ""), str(raw.get("fieldType") or ""))
    day = re.match(r"\d{4}-\d{2}-\d{2}", str(raw.get("archivedAt") or ""))
    options = f" with {len(raw['options'])} options" if raw.get("options") else ""
    return (
        f"HubSpot keeps an archived {object_name} property {raw['name']}, '{raw.get('label') or raw['name']}', {kind}{options}"
        f"{f', archived on {day[0]}' if day else ''}: adding one of this name may bring it back, with the values that records"
        " held in it."
    )


def create_body(object_name: str, name: str, target: Attributes) -> dict[str, Any]:
    """The body that makes a property; HubSpot wants label, group, type and field type, so defaults stand in for them."""
    field_type = target.get("fieldType", "text")
    body: dict[str, Any] = {
        "name": name,
        "label": target.get("label") or readable(name),
        "type": native_type(str(target.get("type", "string")), field_type),
        "fieldType": field_type,
        "groupName": target.get("groupName") or DEFAULT_GROUPS.get(object_name, f"{object_name}_information"),
    }
    body |= {key: target[key] for key in ("description", *FLAGS, *HINTS, "dataSensitivity") if target.get(key)}
    if body["type"] == "bool":
        body["options"] = [_sent("true", {"label": "Yes"}, 0), _sent("false", {"label": "No"}, 1)]
    elif target.get("referencedObjectType"):
        body["externalOptions"] = True
    elif body["type"] == "enumeration":
        body["options"] = options_body(target, ())
    return body


def patch_body(touched: Iterable[str], target: Attributes, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The body that changes what moved; `raw` is the definition as it was read right before."""
    names = set(touched)
    body: dict[str, Any] = {name: target[name] for name in SENT_ON_CHANGE if name in names}
    if "fieldType" in names:
        body["type"] = native_type(str(target["type"]), target["fieldType"])
        body["fieldType"] = target["fieldType"]
    if "currencyPropertyName" in names:
        body |= {"currencyPropertyName": target["currencyPropertyName"], "showCurrencySymbol": True}
    if names & {"options", "options_order"}:
        body["options"] = options_body(target, raw.get("options") or [])
    return body


def native_type(type_: str, field_type: str) -> str:
    """The type HubSpot wants beside that field type."""
    return "phone_number" if type_ == "string" and field_type == "phonenumber" else type_


# The list is written whole, or options are lost (fact: hubspot-options-replaced).
def options_body(target: Attributes, live: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The whole option list, because HubSpot takes away what a PATCH leaves out.

    Options that do not move keep everything HubSpot sent about them; display orders are only numbered anew where the order
    really moves or a new option stands between old ones.
    """
    known = {str(option["value"]): option for option in live}
    items: Mapping[str, Any] = target.get("options") or {}
    order = [value for value in target.get("options_order") or [] if value in items]
    order += [value for value in items if value not in set(order)]
    places = _places(order, known)
    return [{**known.get(value, {}), **_sent(value, items[value], places[value])} for value in order]


def _places(order: list[str], known: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    before = [str(option["value"]) for option in in_order(known.values())]
    numbers = {value: _place(option) for value, option in known.items()}
    added = order[len(before) :]
    if order[: len(before)] != before or (added and min(numbers.values(), default=0) < 0):
        return {value: number for number, value in enumerate(order)}
    first = max(numbers.values(), default=-1) + 1
    return numbers | {value: first + number for number, value in enumerate(added)}


def differences(touched: Iterable[str], target: Attributes, raw: Mapping[str, Any]) -> list[str]:
    """The touched attributes that HubSpot's answer does not show as they were sent."""
    seen = attributes(raw)
    return sorted(name for name in touched if name in target and seen.get(name) != _expected(name, target))


def _expected(name: str, target: Attributes) -> Any:
    if name != "options":
        return target[name]
    return {value: _option({"value": value, **item}) for value, item in (target.get("options") or {}).items()}


def _option(option: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": option.get("label") or option["value"],
        "description": option.get("description") or "",
        "hidden": bool(option.get("hidden")),
    }


def _sent(value: str, item: Mapping[str, Any], place: int) -> dict[str, Any]:
    return {"value": value, **_option({"value": value, **item}), "displayOrder": place}


def _neutral(raw: Mapping[str, Any]) -> FieldType | None:
    if is_calculated(raw):
        return "computed"
    type_, field_type = family(str(raw.get("type", ""))), str(raw.get("fieldType", ""))
    if raw.get("referencedObjectType"):
        return "reference"
    if type_ == "string" and field_type == "text":
        return _TEXT_TYPES.get(str(raw.get("textDisplayHint")), "text")
    if type_ == "number":
        return _NUMBER_TYPES.get(str(raw.get("numberDisplayHint")), "decimal")
    return _FIELD_TYPES.get(field_type) or _TYPES.get(type_)
