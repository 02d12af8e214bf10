"""Fields and groups of the catalogue become properties and property groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mopsctl.element import Field, FieldType, Group, Item, Mode, Role, ValueList
from mopsctl.provider.convert import ROLE_ROWS, described, quoted
from mopsctl.resource import Resource
from mopsctl_hubspot.convert import hints
from mopsctl_hubspot.convert.common import Context
from mopsctl_hubspot.names import LIFECYCLE_PROPERTY, is_standard, singular, titled

_NATIVE: Mapping[FieldType, str] = {
    "integer": "number",
    "decimal": "number",
    "currency": "number",
    "percent": "number",
    "boolean": "bool",
    "date": "date",
    "datetime": "datetime",
    "choice": "enumeration",
    "multi_choice": "enumeration",
    "reference": "enumeration",
}
_DISPLAY: Mapping[FieldType, Mapping[str, str]] = {
    "currency": {"numberDisplayHint": "currency"},
    "percent": {"numberDisplayHint": "percentage"},
    "email": {"textDisplayHint": "email"},
}
_SPECIAL = {"dataSensitivity": "sensitive"}
_CELLS: Mapping[Role, str] = {**ROLE_ROWS, "opt_out": "consent.stop"}


def group(context: Context, element: Group) -> Resource:
    """A property group."""
    object_name = singular(element.object)
    return context.made(
        element.origin,
        "property-group",
        f"{object_name}.{element.name}",
        title=titled(element.label or element.name, object_name),
        attributes={"label": element.label} if element.label else {},
        cell="field.group",
        steps=[f"{_screen(object_name)} The group '{element.name}' is on the tab Groups."],
    )


def field(context: Context, element: Field, groups: Iterable[tuple[str, str]] = ()) -> Resource:
    """A property; `groups` are the (object, name) of the groups that the stack declares."""
    object_name = singular(element.object)
    mode, wanted = _wanted(context, element, object_name)
    needs = [
        context.address("property-group", f"{object_name}.{name}")
        for on, name in groups
        if (on, name) == (object_name, wanted.get("groupName"))
    ]
    return context.made(
        element.origin,
        "property",
        f"{object_name}.{element.name}",
        title=titled(element.label or element.name, object_name),
        attributes=wanted,
        cell=cell_of(element, object_name),
        mode=mode,
        steps=_steps(element, object_name, wanted),
        needs=needs,
    )


def cell_of(element: Field, object_name: str) -> str:
    """The row of the lowering table that a field stands for."""
    if element.role in _CELLS:
        return _CELLS[element.role]
    if is_standard(object_name, element.name) or element.type == "computed":
        return "field.standard"
    return "field.company" if object_name == "company" else "field.new"


def native_types(element: Field) -> tuple[str, str]:
    """HubSpot's type and field type of a field; wrong hints are passed over."""
    allowed = hints.FIELD_TYPES[element.type]
    chosen = str(element.hints.get("field_type", ""))
    if element.type == "country" and element.values:
        allowed = ("select", "radio")
    field_type = chosen if chosen in allowed else next(iter(allowed), "")
    if element.type == "country":
        return ("string" if field_type == "text" else "enumeration"), field_type
    return _NATIVE.get(element.type, "string"), field_type


def options(values: ValueList) -> dict[str, Any]:
    """A value list as options by internal value, and their order."""
    return {"options": {item.value: _option(item) for item in values.items}, "options_order": list(values.values())}


def _wanted(context: Context, element: Field, object_name: str) -> tuple[Mode, dict[str, Any]]:
    type_, field_type = native_types(element)
    shape: dict[str, Any] = {"type": type_}
    if type_ == "enumeration":
        shape["multiple"] = field_type == "checkbox"
    if element.type == "computed":
        return "verify", {"calculated": True}
    if is_standard(object_name, element.name):
        listed = element.values is not None and type_ == "enumeration" and element.name != LIFECYCLE_PROPERTY
        return ("write", {**shape, **options(element.values)}) if listed and element.values else ("verify", shape)
    return "write", {**shape, "fieldType": field_type, **_texts(element), **_more(context, element, type_)}


def _texts(element: Field) -> dict[str, Any]:
    found = {"label": element.label, "description": described(element), "groupName": element.group}
    return {name: text for name, text in found.items() if text}


def _more(context: Context, element: Field, type_: str) -> dict[str, Any]:
    found: dict[str, Any] = dict(_DISPLAY.get(element.type, {}))
    found |= {"hasUniqueValue": True} if element.unique else {}
    found |= _SPECIAL if element.pii == "special" and context.sensitive else {}
    found |= {name: value for name, value in hints.attributes(element).items() if name != "fieldType"}
    if type_ == "enumeration" and element.values is not None:
        found |= options(element.values)
    return found


def _option(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {"label": item.label or item.value, "hidden": item.hidden}
    return {**found, "description": item.description} if item.description else found


def _screen(object_name: str) -> str:
    return f"In HubSpot, open Settings > Data Management > Properties and choose the {object_name} properties."


def _steps(element: Field, object_name: str, wanted: Mapping[str, Any]) -> list[str]:
    steps = [f"{_screen(object_name)} The property's internal name is '{element.name}'."]
    if element.type == "computed":
        return [
            *steps,
            f"HubSpot calculates '{element.name}': make it there as a calculation property if it is missing.",
        ]
    shown = {name: wanted[name] for name in ("label", "type", "fieldType", "groupName") if wanted.get(name)}
    steps.append("It reads " + ", ".join(f"{name} '{value}'" for name, value in shown.items()) + ".")
    if wanted.get("options"):
        steps.append(f"Its options, in this order, have the internal values {quoted(wanted['options_order'])}.")
    return steps
