"""Lists of values: attributes to what Salesforce stores, and back.

The Tooling API names a value `valueName`, metadata files name it `fullName`; older answers use either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mopsctl.resource import Json

Row = dict[str, Any]

_FLAGS: Mapping[str, str] = {
    "converted": "converted",
    "closed": "closed",
    "won": "won",
    "probability": "probability",
    "forecast": "forecastCategory",
}
"""Attribute of an item to the name Salesforce has for it."""
_NEW: Mapping[str, Row] = {
    "LeadStatus": {"converted": False},
    "OpportunityStage": {"closed": False, "won": False, "probability": 0, "forecastCategory": "Pipeline"},
}
"""What Salesforce asks for on every value of some sets."""


def name_of(value: Mapping[str, Any]) -> str:
    """The API name of one value."""
    return str(value.get("valueName") or value.get("fullName") or "")


def items(values: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """Stored values as items by API name."""
    return {name_of(value): _item(value) for value in values}


def _item(value: Mapping[str, Any]) -> Row:
    item: Row = {"label": value.get("label") or name_of(value), "active": value.get("isActive") is not False}
    return item | {name: value[native] for name, native in _FLAGS.items() if value.get(native) is not None}


def attributes(values: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """Stored values as the attributes `values` and `order`."""
    known = items(values)
    return {"values": known, "order": list(known)}


def described(values: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Values as `describe` lists them, in the stored shape."""
    return [
        {
            "valueName": each["value"],
            "label": each["label"],
            "isActive": each["active"],
            "default": each["defaultValue"],
        }
        for each in values
    ]


def stored(target: Mapping[str, Json], current: Iterable[Mapping[str, Any]], value_set: str = "") -> list[Row]:
    """The complete list to write: every wanted value in order, with what Salesforce knows of it beyond the attributes.

    `value_set` names a standard value set, whose values carry flags.
    """
    known = {name_of(value): value for value in current}
    wanted: Mapping[str, Row] = target.get("values") or {}
    order = [name for name in target.get("order") or [] if name in wanted]
    order += [name for name in wanted if name not in order]
    return [_stored(name, wanted[name], known.get(name), value_set) for name in order]


def _stored(name: str, item: Row, known: Mapping[str, Any] | None, value_set: str) -> Row:
    base = dict(known) if known else {"default": False, **_NEW.get(value_set, {})}
    base |= {"valueName": name, "label": item.get("label", name), "isActive": item.get("active", True)}
    base.pop("fullName", None)
    return base | {native: item[attribute] for attribute, native in _FLAGS.items() if attribute in item}


def same_but_case(wanted: Iterable[str], live: Iterable[str]) -> list[tuple[str, str]]:
    """Wanted values that are not in the live list, though one that differs only in case is: Salesforce takes them for one."""
    known = set(live)
    folded = {name.casefold(): name for name in sorted(known)}
    return [(name, folded[name.casefold()]) for name in wanted if name not in known and name.casefold() in folded]
