"""The small change of typing: places, lists, spans of time, conditions, keyed rows.

Everything here comes after the schema, so shapes are known; what is still found out is a key that stands twice (RF004) and a
day that no calendar has (MS011).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mopsctl.condition import All, AnyOf, Condition, Not, Scalar, Subject, Test
from mopsctl.diagnostics import Diagnostic
from mopsctl.element import Mode, OnDelete
from mopsctl.manifest.base import Duration, Ignore, Metadata, Range, humanise
from mopsctl.manifest.tree import Map, Places, Seq

T = TypeVar("T")
Json = Any  # a value as the schema let it through


@dataclass(slots=True)
class Context:
    """What a document's rows inherit, and what was found in it."""

    manage: Mode = "write"
    on_delete: OnDelete = "keep"
    found: list[Diagnostic] = field(default_factory=list)

    def inner(self, spec: Map) -> Context:
        """The same for the rows of a document, which may say otherwise."""
        return Context(spec.get("manage", self.manage), spec.get("on_delete", self.on_delete), self.found)


def located(node: Map) -> dict[str, Json]:
    """The attributes of `Located`."""
    return {"source": node.source, "marks": Places(node)}


def managed(context: Context, node: Map) -> dict[str, Json]:
    """The attributes of `Managed`: the row's own words, else those of its document."""
    return {
        **located(node),
        "manage": node.get("manage", context.manage),
        "on_delete": node.get("on_delete", context.on_delete),
        "protect": node.get("protect", False),
        "leave": many(node.get("leave")),
        "reason": node.get("reason", ""),
    }


def document(context: Context, root: Map) -> dict[str, Json]:
    """The attributes of `Document`; the context is the one inside the document."""
    spec: Map = root["spec"]
    return {
        "source": root.source,
        "marks": Places(spec),
        "metadata": _metadata(context, root["metadata"]),
        "manage": context.manage,
        "on_delete": context.on_delete,
        "ignore": tuple(_ignore(context, each) for each in spec.get("ignore", ())),
    }


def _metadata(context: Context, node: Map) -> Metadata:
    date(context, node, "review_by")
    texts = plain(node, "name", "title", "owner", "review_by", "description")
    return Metadata(**located(node), **texts, approvers=many(node.get("approvers")))


def _ignore(context: Context, node: Map) -> Ignore:
    date(context, node, "until")
    return Ignore(**located(node), **plain(node, "check", "until", "reason"))


def plain(node: Map, *keys: str) -> dict[str, Json]:
    """Those of the keys that were written, with their values."""
    return {key: node[key] for key in keys if key in node}


def whole(node: Map, *keys: str) -> dict[str, Json]:
    """Those of the keys that were written, as whole numbers (`128.0` is one)."""
    return {key: int(node[key]) for key in keys if key in node}


def label(node: Map) -> str:
    """The label that was written, or the key in plain words."""
    return str(node.get("label") or humanise(str(node["key"])))


def many(value: Json) -> tuple[Json, ...]:
    """A list, or a single value as a list of one."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, Seq) else (value,)


def lists(node: Map | None) -> dict[str, tuple[Json, ...]]:
    """A mapping to lists."""
    return {key: many(value) for key, value in (node or {}).items()}


def rows(context: Context, nodes: Seq | None, make: Callable[[Map], T], key: str = "key") -> dict[str, T]:
    """A keyed list as a mapping in its order; a key that stands twice is a finding, and its first row counts."""
    made: dict[str, T] = {}
    first: dict[str, int] = {}
    for node in nodes or ():
        name = str(node[key])
        if name in made:
            context.found.append(_twice(node, key, first[name]))
            continue
        made[name] = make(node)
        first[name] = node.source.line
    return made


def _twice(node: Map, key: str, line: int) -> Diagnostic:
    message = f"'{node[key]}' stands in this list twice; the first is in line {line}."
    return Diagnostic(
        "RF004", "error", message, node.value_source(key), "give one of them another name, or take it out"
    )


def date(context: Context, node: Map, key: str) -> None:
    """Note a day that no calendar has."""
    text = node.get(key)
    if text is None:
        return
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        context.found.append(Diagnostic("MS011", "error", f"There is no day {text}.", node.value_source(key)))


def span(node: Map | None) -> Duration | None:
    """A span of time such as `{days: 30}`."""
    if node is None:
        return None
    unit: Json = next(iter(node))
    return Duration(amount=int(node[unit]), unit=unit)


def limits(node: Map | None) -> Range | None:
    """A range such as `{min: 0, max: 100}`."""
    return None if node is None else Range(**located(node), **plain(node, "min", "max"))


def condition(context: Context, node: Map | None) -> Condition | None:
    """A condition, or None where there is none."""
    return None if node is None else _condition(context, node)


def _condition(context: Context, node: Map) -> Condition:
    if "all" in node:
        return All(tuple(_condition(context, each) for each in node["all"]))
    if "any" in node:
        return AnyOf(tuple(_condition(context, each) for each in node["any"]))
    if "not" in node:
        return Not(_condition(context, node["not"]))
    return _test(context, node)


def _test(context: Context, node: Map) -> Test:
    if "grade" in node:
        return Test("grade", node.get("model", ""), "in", many(node["grade"]))
    if "record" in node:
        return Test("record", node["record"], "happened")
    if "inactive" in node:
        return Test("inactive", "", "within", (_days(node["inactive"]),))
    if "event" in node:
        return _event(node)
    subject: Subject = "field" if "field" in node else "score"
    operator: Json = next(key for key in node if key != subject)
    if operator in ("before", "after"):
        date(context, node, operator)
    return Test(subject, node[subject], operator, _operands(operator, node[operator]))


def _event(node: Map) -> Test:
    where = tuple(sorted(node.get("where", {}).items()))
    if "within" in node:
        return Test("event", node["event"], "within", (_days(node["within"]),), where)
    return Test("event", node["event"], "happened", (), where)


def _operands(operator: str, value: Json) -> tuple[Scalar, ...]:
    if operator in ("known", "unknown"):
        return ()
    return (_days(value),) if operator == "within" else many(value)


def _days(node: Map) -> int:
    duration = span(node)
    return 0 if duration is None else duration.amount * (7 if duration.unit == "weeks" else 1)
