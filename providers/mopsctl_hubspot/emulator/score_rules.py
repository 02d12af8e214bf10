"""What the configuration of a score may be. Pure: no store, no request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mopsctl.emulator import Doc
from mopsctl_hubspot.emulator.wire import bad_json, check_types, invalid, object_of

REQUIRED = ("name", "objectTypeId", "allowedGroupTypes", "groupConfigs", "maxScorePerCategory")
CATEGORIES = frozenset({"FIT", "INTENT"})
CALCULATIONS = frozenset(
    {
        "CONSTANT",
        "MATCH",
        "MULTI",
        "CONDITIONAL",
        "MULTI_UE",
        "ASSOCIATIONS",
        "ASSOCIATION_UE",
        "SEGMENT_MEMBERSHIP",
    }
)
OUTPUTS = frozenset({"SCORE", "THRESHOLD", "MATRIX"})
OPERATIONS = frozenset(
    {
        "ALL_PROPERTY",
        "BOOL",
        "CALENDAR_DATE",
        "DATE",
        "DATETIME",
        "ENUMERATION",
        "MULTISTRING",
        "NUMBER",
        "ROLLING_DATE_RANGE",
        "STRING",
    }
)
_NUMBER = (int, float)
_NEEDS = {"CONSTANT": ("value",), "MATCH": ("property", "matchRules"), "MULTI": ("calculators",)}


def check_config(body: Doc) -> None:
    """400 for a configuration whose parts are missing, of the wrong type, or do not fit each other."""
    object_of(body, REQUIRED)
    check_types(body, {"name": str, "allowedGroupTypes": list, "groupConfigs": list, "maxScorePerCategory": _NUMBER})
    allowed = body["allowedGroupTypes"]
    if not allowed or not CATEGORIES.issuperset(allowed):
        raise bad_json(f"allowedGroupTypes holds {' or '.join(sorted(CATEGORIES))}")
    for group in body["groupConfigs"]:
        _check_group(group, allowed)
    filters = body.get("filterConfiguration")
    if filters is not None and object_of(filters, ["listFilterType"])["listFilterType"] not in {"INCLUDES", "EXCLUDES"}:
        raise bad_json("listFilterType is INCLUDES or EXCLUDES")
    for output in (body.get("outputConfiguration") or {}).get("outputs", []):
        if object_of(output, ["outputType"])["outputType"] not in OUTPUTS:
            raise bad_json(f"outputType is one of {', '.join(sorted(OUTPUTS))}")
        if read := {"propertyName", "categories"} & output.keys():
            raise bad_json(f"an output has no {' or '.join(sorted(read))} when it is written")


def _check_group(value: Any, allowed: list[str]) -> None:
    group = object_of(value, ["groupName", "groupCategory", "ruleConfigurations"])
    check_types(group, {"groupName": str, "ruleConfigurations": list, "minValue": _NUMBER, "maxValue": _NUMBER})
    if group["groupCategory"] not in allowed:
        raise invalid(f"the group {group['groupName']} has a category that the score does not allow")
    decay = group.get("groupDecay")
    if decay is not None:
        object_of(decay, ["decayIntervalDays", "percentToDecayPerInterval"])
        if group["groupCategory"] != "INTENT":
            raise invalid("only groups of the category INTENT decay")
        if not 0 < decay["percentToDecayPerInterval"] <= 100 or decay["decayIntervalDays"] < 1:
            raise invalid("a decay takes 1 to 100 percent per interval of at least one day")
    for entry in group["ruleConfigurations"]:
        rule = object_of(entry, ["enabled", "configuration"])
        check_types(rule, {"enabled": bool, "minimumValue": _NUMBER, "maximumValue": _NUMBER})
        _check_calculation(object_of(rule["configuration"], ["calculation"])["calculation"])


def _check_calculation(value: Any) -> None:
    calculation = object_of(value, ["type"])
    kind = calculation["type"]
    if kind not in CALCULATIONS:
        raise bad_json(f"there is no calculation of the type {kind}")
    object_of(calculation, _NEEDS.get(kind, ()))
    for part in calculation.get("calculators", []):
        _check_calculation(part)
    for entry in calculation.get("matchRules", []):
        rule = object_of(entry, ["operation", "value"])
        check_types(rule, {"value": _NUMBER})
        operation = object_of(rule["operation"], ["operationType", "operator"])
        if operation["operationType"] not in OPERATIONS:
            raise bad_json(f"there is no operation of the type {operation['operationType']}")


def properties_in(value: Any) -> Iterator[str]:
    """The names of the properties that a configuration looks at."""
    if isinstance(value, dict):
        if isinstance(value.get("property"), str):
            yield value["property"]
        for part in value.values():
            yield from properties_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from properties_in(part)


def numbered(body: Doc, old: Doc | None, next_id: Callable[[], str]) -> list[Doc]:
    """The groups of a body with the ids that HubSpot gives to groups and rules; 400 for an id that it never gave."""
    groups = {group["id"]: group for group in (old or {}).get("groupConfigs", [])}
    result = list[Doc]()
    for group in body["groupConfigs"]:
        known = _known(group, groups)
        rules = {rule["id"]: rule for rule in known.get("ruleConfigurations", [])}
        entries = [rule | {"id": _known(rule, rules).get("id") or next_id()} for rule in group["ruleConfigurations"]]
        result.append(group | {"id": known.get("id") or next_id(), "ruleConfigurations": entries})
    return result


def _known(entry: Doc, known: dict[str, Doc]) -> Doc:
    given = entry.get("id")
    if given is not None and given not in known:
        raise invalid(f"there is no part with the id {given}")
    return known[given] if given is not None else {}


def score_type(body: Doc) -> str:
    """The word for what a score measures."""
    categories = sorted(set(body["allowedGroupTypes"]))
    return categories[0] if len(categories) == 1 else "COMBINED"
