"""Record search: which records a filter finds. Pure: no store, no request."""

from __future__ import annotations

from typing import Any

from mopsctl.emulator import Doc
from mopsctl_hubspot.emulator.wire import bad_json, invalid, object_of

MOST_GROUPS, MOST_FILTERS, MOST_IN_ALL = 5, 6, 18
"""The strictest of the limits that the sources give."""
_UNARY = ("HAS_PROPERTY", "NOT_HAS_PROPERTY")
_LISTS = ("IN", "NOT_IN")
_COMPARISONS = ("LT", "LTE", "GT", "GTE")
OPERATORS = (*_UNARY, *_LISTS, *_COMPARISONS, "EQ", "NEQ", "BETWEEN", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN")


def read_groups(body: Doc) -> list[list[Doc]]:
    """The filters of each group; 400 for a shape or a number that HubSpot refuses."""
    raw = body.get("filterGroups") or []
    if not isinstance(raw, list):
        raise bad_json("filterGroups is a list")
    groups = [_read_filters(object_of(group).get("filters") or []) for group in raw]
    if len(groups) > MOST_GROUPS or sum(map(len, groups)) > MOST_IN_ALL or any(len(g) > MOST_FILTERS for g in groups):
        message = f"at most {MOST_GROUPS} filter groups, {MOST_FILTERS} filters in each and {MOST_IN_ALL} in all"
        raise invalid(message)
    return groups


def _read_filters(raw: list[Any]) -> list[Doc]:
    filters = [object_of(entry, ["propertyName", "operator"]) for entry in raw]
    for entry in filters:
        operator = entry["operator"]
        if operator not in OPERATORS:
            raise bad_json(f"there is no operator {operator}")
        if operator in _LISTS and not isinstance(entry.get("values"), list):
            raise invalid(f"{operator} needs values")
        if operator not in (*_UNARY, *_LISTS) and entry.get("value") is None:
            raise invalid(f"{operator} needs a value")
    return filters


def matches(record: Doc, groups: list[list[Doc]]) -> bool:
    """Whether a record fits one of the groups; without groups every record does."""
    return not groups or any(all(_fits(record, entry) for entry in group) for group in groups)


def _fits(record: Doc, entry: Doc) -> bool:
    operator: str = entry["operator"]
    value: str | None = record["properties"].get(entry["propertyName"]) or None
    if operator in _UNARY:
        return (value is not None) == (operator == "HAS_PROPERTY")
    if value is None:
        return operator in {"NEQ", "NOT_IN", "NOT_CONTAINS_TOKEN"}
    if operator in _LISTS:
        return (value.lower() in {str(other).lower() for other in entry["values"]}) == (operator == "IN")
    if operator in {"EQ", "NEQ"}:
        return (value.lower() == str(entry["value"]).lower()) == (operator == "EQ")
    if operator in {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}:
        return (str(entry["value"]).strip("*").lower() in value.lower()) == (operator == "CONTAINS_TOKEN")
    return _compares(value, operator, entry)


def _compares(value: str, operator: str, entry: Doc) -> bool:
    below = _compared(value, str(entry["value"]))
    if operator == "BETWEEN":
        return below >= 0 and _compared(value, str(entry.get("highValue", ""))) <= 0
    return {"LT": below < 0, "LTE": below <= 0, "GT": below > 0, "GTE": below >= 0}[operator]


def _compared(one: str, other: str) -> int:
    """-1, 0 or 1: as numbers where both are, as text otherwise."""
    try:
        first, second = float(one), float(other)
    except ValueError:
        return (one > other) - (one < other)
    return (first > second) - (first < second)
