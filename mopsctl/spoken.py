"""Conditions and requirements in the words of one system: its labels, its names, its spelling of values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from mopsctl.condition import All, AnyOf, Condition, Not, Scalar, Test, sentence
from mopsctl.element import Field, Lifecycle, Stage

Namer = Callable[[str], str]
_EQUALITY = ("is", "is_not", "in", "not_in")


def named(key: str, fields: Mapping[str, Field]) -> str:
    """A field as people find it on the screen: `Employees (employees)`; the key itself where the system has no such field."""
    field = fields.get(key)
    return f"{field.label} ({field.name})" if field is not None else key


def condition(asked: Condition, fields: Mapping[str, Field], namer: Namer | None = None) -> str:
    """A condition with the names and spellings of the system that the fields are on."""
    return sentence(_translated(asked, fields, namer or (lambda key: named(key, fields))))


def _translated(asked: Condition, fields: Mapping[str, Field], namer: Namer) -> Condition:
    match asked:
        case Test():
            return _test(asked, fields, namer)
        case Not(part):
            return Not(_translated(part, fields, namer))
        case All(parts):
            return All(tuple(_translated(part, fields, namer) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_translated(part, fields, namer) for part in parts))


def _test(asked: Test, fields: Mapping[str, Field], namer: Namer) -> Test:
    if asked.subject != "field":
        return asked
    field = fields.get(asked.name)
    spelled = asked.operands
    if field is not None and asked.operator in _EQUALITY:
        spelled = tuple(value(field, each) for each in asked.operands)
    return replace(asked, name=namer(asked.name), operands=spelled)


def value(field: Field, key: Scalar) -> Scalar:
    """A value of a list as its system spells it; any other value as it is."""
    items = {item.key: item.value for item in field.values.items} if field.values else {}
    return items.get(key, key) if isinstance(key, str) else key


def required(keys: Iterable[str], lifecycle: Lifecycle, namer: Namer | None = None) -> str:
    """What has to be filled, by the names on the screen; `recycled.reason` is the field that holds that stage's reasons."""
    stages = {stage.key: stage for stage in lifecycle.stages}
    name = namer or (lambda key: named(key, lifecycle.fields))
    return ", ".join(name(_field_of(key, stages, lifecycle.fields)) for key in keys)


def _field_of(key: str, stages: Mapping[str, Stage], fields: Mapping[str, Field]) -> str:
    stage_key, dot, word = key.partition(".")
    stage = stages.get(stage_key)
    if not dot or word != "reason" or stage is None or not stage.reasons:
        return key
    holders = (each.key for each in fields.values() if each.values is not None and each.values.name == stage.reasons)
    return next(holders, key)
