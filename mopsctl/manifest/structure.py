"""Checked mappings become the types that their rows declare (mopsctl.manifest.declare).

Everything here comes after the schema, so shapes are known; what is still found out is a key that stands twice (RF004) and a
day that no calendar has (MS011).
"""

from __future__ import annotations

from collections import abc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, get_args, get_origin

from mopsctl.address import Address
from mopsctl.condition import Condition
from mopsctl.diagnostics import Diagnostic
from mopsctl.manifest.base import Duration, Located
from mopsctl.manifest.conditions import check_day, condition, many
from mopsctl.manifest.declare import Json, Read, attributes, row_of
from mopsctl.manifest.tree import Map, Places, Seq

T = TypeVar("T")
Convert = Callable[["Context", Json, Map, str], Json]


@dataclass(slots=True)
class Context:
    """What the rows of a document inherit, the document's content, and what was found in it."""

    inherited: Mapping[str, Json] = field(default_factory=dict)
    spec: Map = field(default_factory=Map)
    found: list[Diagnostic] = field(default_factory=list)

    def inner(self, spec: Map) -> Context:
        """The same for a document, which may say otherwise, for itself and as defaults of its rows."""
        said = {key: spec[key] for key in ("manage", "on_delete") if key in spec}
        return Context({**self.inherited, **said, **spec.get("defaults", {})}, spec, self.found)


def document(cls: type[T], outer: Context, root: Map, **more: Json) -> T:
    """A whole document, with what is not written in it; the places of its keys are those of its content."""
    spec: Map = root["spec"]
    context = outer.inner(spec)
    made = {"source": root.source, "marks": Places(spec), **more}
    for step in _plan(cls).steps:
        step.into(made, context, root if step.name == "metadata" else spec)
    return cls(**made)


def structure(cls: type[T], context: Context, node: Map, key: str = "") -> T:
    """One row; `key` is the one it stands under where it stands in a mapping."""
    plan = _plan(cls)
    made: dict[str, Json] = {"source": node.source, "marks": Places(node)} if plan.located else {}
    if plan.named:
        made[plan.named] = key
    for step in plan.steps:
        step.into(made, context, node)
    return cls(**made)


@dataclass(frozen=True, slots=True)
class _Step:
    """How one attribute is made."""

    name: str
    yaml: str
    read: Read | None
    convert: Convert
    inherited: bool

    def into(self, made: dict[str, Json], context: Context, node: Map) -> None:
        """Put the value in, unless nothing was written: then the type's own default holds."""
        if self.read is not None:
            value = self.read(context, node, self.yaml)
            if value is not None:
                made[self.name] = value
        elif self.yaml in node:
            made[self.name] = self.convert(context, node[self.yaml], node, self.yaml)
        elif self.inherited and self.yaml in context.inherited:
            made[self.name] = context.inherited[self.yaml]


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a class is made; `named` is the attribute that takes the key under which a row stands in a mapping."""

    steps: tuple[_Step, ...]
    located: bool
    named: str


_plans: dict[type, _Plan] = {}


def _plan(cls: type) -> _Plan:
    if cls not in _plans:
        _plans[cls] = _planned(cls)
    return _plans[cls]


def _planned(cls: type) -> _Plan:
    steps, named = [], ""
    for each in attributes(cls):
        if each.key is None:
            named = each.name if each.name in _NAMES else named
        else:
            convert = _date if each.key.shape == "date" else _of_type(each.type, each.key.rows)
            steps.append(_Step(each.name, each.yaml, each.key.read, convert, each.key.inherited))
    return _Plan(tuple(steps), issubclass(cls, Located), named)


_NAMES: Final = ("key", "name", "system")


def _of_type(hint: Any, rows_by: str) -> Convert:
    """How a value of this type is made; `Literal`, text, numbers and booleans are as they stand."""
    origin, parts = get_origin(hint), [part for part in get_args(hint) if part is not NoneType]
    if origin is tuple:
        return _tuple(parts[0])
    if origin is abc.Mapping:
        return _mapping(parts[1], rows_by)
    if hint == Condition | None:
        return _condition
    alone = parts[0] if origin is UnionType and len(parts) == 1 else hint
    return _SIMPLE.get(alone) or (_row(alone) if _is_row(alone) else _as_it_is)


def _is_row(hint: Any) -> bool:
    return isinstance(hint, type) and row_of(hint) is not None


def _row(cls: type) -> Convert:
    return lambda context, value, _node, _key: structure(cls, context, value)


def _mapping(inner: Any, rows_by: str) -> Convert:
    """A mapping as it stands, or a list of rows by the key that tells them apart."""
    if _is_row(inner):
        return lambda context, value, _node, _key: keyed(inner, context, value, rows_by)
    if get_origin(inner) is tuple:
        return lambda _context, value, _node, _key: {key: many(each) for key, each in value.items()}
    if get_origin(inner) is abc.Mapping:
        return lambda _context, value, _node, _key: {key: dict(each) for key, each in value.items()}
    return lambda _context, value, _node, _key: dict(value)


def _tuple(inner: Any) -> Convert:
    if _is_row(inner):
        return lambda context, value, _node, _key: tuple(structure(inner, context, each) for each in value)
    return lambda _context, value, _node, _key: many(value)


def keyed(cls: type[T], context: Context, nodes: Json, by: str = "key") -> dict[str, T]:
    """Rows by their key, in their order: of a mapping, or of a list, where a key that stands twice is a finding and its first
    row counts.
    """
    if isinstance(nodes, Map):
        return {key: structure(cls, context, each, key) for key, each in nodes.items()}
    made: dict[str, T] = {}
    first: dict[str, int] = {}
    for node in nodes or ():
        name = str(node[by])
        if name in made:
            context.found.append(_twice(node, by, first[name]))
            continue
        made[name] = structure(cls, context, node)
        first[name] = node.source.line
    return made


def _twice(node: Map, key: str, line: int) -> Diagnostic:
    message = f"'{node[key]}' stands in this list twice; the first is in line {line}."
    return Diagnostic(
        "RF004", "error", message, node.value_source(key), "give one of them another name, or take it out"
    )


def free(value: Json) -> Json:
    """Plain dicts and lists, for adapters that know nothing of places."""
    if isinstance(value, Map):
        return {key: free(each) for key, each in value.items()}
    return [free(each) for each in value] if isinstance(value, Seq) else value


def _as_it_is(_context: Context, value: Json, _node: Map, _key: str) -> Json:
    return value


def _whole(_context: Context, value: Json, _node: Map, _key: str) -> int:
    return int(value)  # `128.0` is a whole number, too


def _address(_context: Context, value: str, _node: Map, _key: str) -> Address:
    return Address.parse(value)


def _date(context: Context, value: str, node: Map, key: str) -> str:
    check_day(node, key, context.found)
    return value


def _span(_context: Context, node: Map, _row: Map, _key: str) -> Duration:
    unit: Json = next(iter(node))
    return Duration(amount=int(node[unit]), unit=unit)


def _condition(context: Context, node: Map, _row: Map, _key: str) -> Condition:
    return condition(node, context.found)


_SIMPLE: Final[Mapping[Any, Convert]] = {Address: _address, Duration: _span, int: _whole}
