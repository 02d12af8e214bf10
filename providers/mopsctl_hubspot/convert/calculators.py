"""Scoring rules as calculators of HubSpot's lead scoring beta; None where a rule cannot be said in them.

Only what the beta's description settles is used: MATCH on one property, CONDITIONAL with AND, MULTI_UE on an event.
Dates, time frames, event details, patterns, OR over several properties and silence stay with a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mopsctl.condition import All, AnyOf, Condition, Not, Operator, Scalar, Test
from mopsctl.element import Field, Rule, Score
from mopsctl_hubspot.convert.hints import NUMBERS

Json = dict[str, Any]

_OPPOSITE: Mapping[str, Operator] = {
    "is": "is_not",
    "is_not": "is",
    "in": "not_in",
    "not_in": "in",
    "known": "unknown",
    "unknown": "known",
}
_COMPARISONS = {
    "is": "IS_EQUAL_TO",
    "is_not": "IS_NOT_EQUAL_TO",
    "gt": "IS_GREATER_THAN",
    "gte": "IS_GREATER_THAN_OR_EQUAL_TO",
    "lt": "IS_LESS_THAN",
    "lte": "IS_LESS_THAN_OR_EQUAL_TO",
}
_TEXTS = {
    "is": "IS_EQUAL_TO",
    "in": "IS_EQUAL_TO",
    "is_not": "IS_NOT_EQUAL_TO",
    "not_in": "IS_NOT_EQUAL_TO",
    "contains": "CONTAINS",
    "has_word": "CONTAINS",
}
_LISTS = {"is": "IS_ANY_OF", "in": "IS_ANY_OF", "is_not": "IS_NONE_OF", "not_in": "IS_NONE_OF"}
_DATES = ("date", "datetime")


def rule(score: Score, each: Rule) -> Json | None:
    """A rule as HubSpot wants it in a draft, or None."""
    calculation = _calculation(score, each)
    if calculation is None:
        return None
    made: Json = {"enabled": not each.disabled, "calculation": calculation, "minimumValue": None, "maximumValue": None}
    if each.event and each.max_times:
        limit = each.points * each.max_times
        made["maximumValue" if limit >= 0 else "minimumValue"] = limit
    return made


def _calculation(score: Score, each: Rule) -> Json | None:
    if each.event:
        return _event(score, each)
    if each.field:
        return _table(score, each)
    if each.when is not None:
        return _condition(score, each.when, each.points)
    return None


def _event(score: Score, each: Rule) -> Json | None:
    types = score.settings.get("event_types")
    if each.at_least or each.per_days or each.in_visit:
        return None  # a draft counts in all, and each time
    type_id = types.get(each.event) if isinstance(types, Mapping) else None
    if not type_id or each.where or each.within_days:
        return None
    calculator = {"eventTypeId": str(type_id), "recordCalculation": {"type": "CONSTANT", "value": each.points}}
    return {"type": "MULTI_UE", "eventCalculators": [calculator]}


def _table(score: Score, each: Rule) -> Json | None:
    field = score.fields.get(each.field or "")
    if field is None or field.type == "multi_choice":
        return None
    rules = []
    for value, points in each.points_by_value:
        made = _operation(field, "is", (value,))
        if made is None:
            return None
        rules.append({"operation": made, "value": points})
    found: Json = {"type": "MATCH", "property": field.name, "matchRules": rules}
    return found if each.otherwise is None else {**found, "defaultValue": each.otherwise}


def _condition(score: Score, condition: Condition, points: float) -> Json | None:
    condition = _simple(condition)
    if isinstance(condition, Test):
        single = _single(score, condition)
        if single is None:
            return None
        rules = [{"operation": single["operation"], "value": points}]
        return {"type": "MATCH", "property": single["property"], "matchRules": rules}
    if isinstance(condition, All):
        parts = [_single(score, _simple(part)) for part in condition.parts]
        if not parts or any(part is None for part in parts):
            return None
        where = {"type": "COMPOSITE", "operator": "AND", "conditions": parts}
        return {"type": "CONDITIONAL", "whereCondition": where, "value": points}
    return None


def _simple(condition: Condition) -> Condition:
    """Not and any-of folded into one question, where that keeps the meaning."""
    match condition:
        case Not(Test() as test) if test.operator in _OPPOSITE:
            return Test(test.subject, test.name, _OPPOSITE[test.operator], test.operands)
        case AnyOf(parts):
            tests = [part for part in parts if isinstance(part, Test) and part.operator in ("is", "in")]
            if tests and len(tests) == len(parts) and len({(test.subject, test.name) for test in tests}) == 1:
                operands = tuple(value for test in tests for value in test.operands)
                return Test(tests[0].subject, tests[0].name, "in", operands)
    return condition


def _single(score: Score, condition: Condition) -> Json | None:
    if not isinstance(condition, Test) or condition.subject != "field":
        return None
    field = score.fields.get(condition.name)
    made = _operation(field, condition.operator, condition.operands) if field else None
    return {"type": "SINGLE", "property": field.name, "operation": made} if field and made else None


def _operation(field: Field, operator: str, operands: Sequence[Scalar]) -> Json | None:
    if operator in ("known", "unknown"):
        return {"operationType": "ALL_PROPERTY", "operator": f"IS_{operator.upper()}"}
    if field.type in _DATES:
        return None
    if field.type == "boolean":
        return _compared("BOOL", operator, operands) if operator in ("is", "is_not") else None
    if field.type in NUMBERS:
        return _number(operator, operands)
    if field.values is not None:
        values = [_spelling(field, value) for value in operands]
        return _listed("ENUMERATION", _LISTS.get(operator), operator, values)
    return _listed("MULTISTRING", _TEXTS.get(operator), operator, [str(value) for value in operands])


def _number(operator: str, operands: Sequence[Scalar]) -> Json | None:
    if operator == "between":
        lower, upper = operands
        return {
            "operationType": "NUMBER",
            "operator": "IS_BETWEEN",
            "lowerBound": lower,
            "upperBound": upper,
            "includeObjectsWithNoValueSet": False,
        }
    return _compared("NUMBER", operator, operands)


def _compared(kind: str, operator: str, operands: Sequence[Scalar]) -> Json | None:
    if operator not in _COMPARISONS:
        return None
    return {
        "operationType": kind,
        "operator": _COMPARISONS[operator],
        "value": operands[0],
        "includeObjectsWithNoValueSet": operator == "is_not",
    }


def _listed(kind: str, native: str | None, operator: str, values: list[str]) -> Json | None:
    if native is None:
        return None
    empty = operator in ("is_not", "not_in")
    return {"operationType": kind, "operator": native, "values": values, "includeObjectsWithNoValueSet": empty}


def _spelling(field: Field, value: Scalar) -> str:
    items = field.values.items if field.values else ()
    return next((item.value for item in items if item.key == value), str(value))
