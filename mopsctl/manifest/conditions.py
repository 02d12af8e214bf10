"""Conditions of manifests, from checked rows to their types."""

from __future__ import annotations

import datetime
from typing import Any

from mopsctl.condition import All, AnyOf, Condition, Not, Scalar, Subject, Test
from mopsctl.diagnostics import Diagnostic
from mopsctl.manifest.tree import Map, Seq


def condition(node: Map, found: list[Diagnostic]) -> Condition:
    """The condition that a checked row states; a day that no calendar has goes to `found`."""
    if "all" in node:
        return All(tuple(condition(each, found) for each in node["all"]))
    if "any" in node:
        return AnyOf(tuple(condition(each, found) for each in node["any"]))
    if "not" in node:
        return Not(condition(node["not"], found))
    return _test(node, found)


def _test(node: Map, found: list[Diagnostic]) -> Test:
    if "grade" in node:
        return Test("grade", node.get("model", ""), "in", many(node["grade"]))
    if "record" in node:
        return Test("record", node["record"], "happened")
    if "inactive" in node:
        return Test("inactive", "", "within", (_days(node["inactive"]),))
    if "event" in node:
        return _event(node)
    subject: Subject = "field" if "field" in node else "score"
    operator: Any = next(key for key in node if key != subject)
    if operator in ("before", "after"):
        check_day(node, operator, found)
    return Test(subject, node[subject], operator, _operands(operator, node[operator]))


def _event(node: Map) -> Test:
    where = tuple(sorted(node.get("where", {}).items()))
    if "within" in node:
        return Test("event", node["event"], "within", (_days(node["within"]),), where)
    return Test("event", node["event"], "happened", (), where)


def _operands(operator: str, value: Any) -> tuple[Scalar, ...]:
    if operator in ("known", "unknown"):
        return ()
    return (_days(value),) if operator == "within" else many(value)


def _days(node: Map) -> int:
    unit = next(iter(node))
    return int(node[unit]) * (7 if unit == "weeks" else 1)


def many(value: Any) -> tuple[Any, ...]:
    """A list, or a single value as a list of one."""
    return tuple(value) if isinstance(value, Seq) else (value,)


def check_day(node: Map, key: str, found: list[Diagnostic]) -> None:
    """Note a day that no calendar has."""
    try:
        datetime.date.fromisoformat(node[key])
    except ValueError:
        found.append(Diagnostic("MS011", "error", f"There is no day {node[key]}.", node.value_source(key)))
