"""Every word of a manifest changes what some system must hold, or it is named here with the reason why not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from mopsctl import condition
from mopsctl.element import Element
from mopsctl.engine.lower import lower
from mopsctl.manifest.base import Content, Duration
from mopsctl.manifest.model import Stack
from tests.lower import listing

ROOMS = ("catalogs", "lifecycles", "scoring_models", "mappings", "consent_policies")
PEOPLE = "for people and reviews, never sent to a system"
CHECKED = "what the checks ask for; it changes no system"
ELSEWHERE = "decided while the stack is loaded or planned, not here"
COUNTRIES = "rules by country are on no system: they are checked, and told in the handbook"

NOT_LOWERED = {
    "Metadata.approvers": PEOPLE,
    "Metadata.review_by": CHECKED,
    "Metadata.description": PEOPLE,
    "Document.ignore": CHECKED,
    "Field.accept_loss": CHECKED,
    "Row.accept_loss": CHECKED,
    "Row.max": CHECKED,
    "Rule.reason": PEOPLE,
    "Stage.reopen": CHECKED,
    "RowDefaults.sync": ELSEWHERE,
    "RowDefaults.unknown_value": ELSEWHERE,
    "RowDefaults.on_blank": ELSEWHERE,
    "Decay.shape": "there is one shape",
    "Stamps.pattern": "the name that a system's own pattern stands in for; every system names its own",
    "Channel.key": "a copy of its key in the policy",
    "Channel.address": COUNTRIES,
    "Jurisdiction.from_": COUNTRIES,
    "Jurisdiction.if_unknown": COUNTRIES,
    "Jurisdiction.groups": COUNTRIES,
    "Recipients.from_": COUNTRIES,
    "Recipients.if_unknown": COUNTRIES,
    "Binding.system": "a copy of its key in the field",
    "Basis.key": "a copy of its key in the policy",
    "Basis.from_": COUNTRIES,
    "Basis.needs": COUNTRIES,
    "Basis.valid": COUNTRIES,
    "ConsentRule.key": COUNTRIES,
    "ConsentRule.purposes": COUNTRIES,
    "ConsentRule.countries": COUNTRIES,
    "ConsentRule.groups": COUNTRIES,
    "ConsentRule.channels": COUNTRIES,
    "ConsentRule.recipients": COUNTRIES,
    "Jurisdiction.region": COUNTRIES,
    "ConsentRule.reason": PEOPLE,
    "ConsentPolicy.stop_first": COUNTRIES,
    "ConsentPolicy.notice": PEOPLE,
    "ConsentPolicy.sample": CHECKED,
    "ConsentPolicy.defaults_dated": CHECKED,
    "Proof.required": CHECKED,
    "Proof.recommended": CHECKED,
    "PreferencePage.url": PEOPLE,
    "Sender.postal_address": CHECKED,
    "Sender.unsubscribe_works_days": CHECKED,
    "Lifecycle.on_skip": "told to a system where it is written, not where the default holds",
    "Binding.absent": "an object without the field; it is named so that nobody takes it for forgotten",
    "RuleGroup.label": PEOPLE,
    "Purpose.signals": PEOPLE,
}


def test_every_attribute_reaches_a_system_or_is_named_with_the_reason_why_not() -> None:
    reached, lost = set[str](), set[str]()
    for name, other in variants(listing.stack()):
        if name not in reached:
            (reached if changes(other) else lost).add(name)
    assert lost - reached == set(NOT_LOWERED)


def changes(other: Stack) -> bool:
    """True where another stack asks something else of at least one system, or can no longer be lowered at all."""
    try:
        return any(lower(other, system) != before(system) for system in listing.SYSTEMS)
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError):
        return True


@cache
def before(system: str) -> tuple[Element, ...]:
    """What the stack as it stands asks of a system."""
    return lower(listing.stack(), system)


def variants(stack: Stack) -> Iterator[tuple[str, Stack]]:
    """The stack with one attribute of one part changed, for every attribute of every part; the attribute's name."""
    for room in ROOMS:
        documents = getattr(stack, room)
        for key, each in documents.items():
            for name, other in _variants(each):
                changed: dict[str, Any] = {room: {**documents, key: other}}
                yield name, replace(stack, **changed)


def _variants(thing: Any) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(thing):
        if field.name in ("source", "marks"):
            continue
        value = getattr(thing, field.name)
        name = f"{_declared_by(thing, field.name)}.{field.name}"
        for inner, other in _values(value):
            yield inner or name, replace(thing, **{field.name: other})


def _declared_by(thing: Any, attribute: str) -> str:
    if isinstance(thing, Content) and attribute in {field.name for field in dataclasses.fields(Content)}:
        return "Document"
    return type(thing).__name__


def _values(value: Any) -> Iterator[tuple[str, Any]]:
    """Other values; with the name of an attribute further in, where the change is there."""
    if isinstance(value, condition.Test):
        yield "", replace(value, name=f"{value.name}_")
    elif isinstance(value, Duration):
        yield "", replace(value, amount=value.amount + 40)
    elif dataclasses.is_dataclass(value) and hasattr(value, "source"):
        yield from _variants(value)
    elif isinstance(value, Mapping):
        yield from _in_mapping(value)
    elif isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        for index, each in enumerate(value):
            for name, other in _values(each):
                yield name, (*value[:index], other, *value[index + 1 :])
    else:
        yield from (("", other) for other in _leaf(value))


def _in_mapping(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "", {**value, "other": "other"} if not value or isinstance(next(iter(value.values())), str) else {}
    for key, each in value.items():
        for name, other in _values(each):
            yield name, {**value, key: other}


def _leaf(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1]
    if isinstance(value, str):
        return [f"{value}_", *(["verify", "delete", "manual"] if value in ("write", "keep", "archive") else [])]
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return [(*value, "other"), value[:-1]]
    return []
