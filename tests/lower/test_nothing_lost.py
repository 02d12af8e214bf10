"""Every word of a manifest changes what some system must hold, or it is named here with the reason why not."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, get_args

from mopsctl import condition
from mopsctl.element import Element
from mopsctl.engine.lower import lower
from mopsctl.manifest.base import Content, Duration
from mopsctl.manifest.declare import Key, attributes, row_of
from mopsctl.manifest.loader import load_stack
from mopsctl.manifest.model import ConsentPolicy, FieldCatalog, FieldMapping, Lifecycle, ScoringModel, Stack
from tests.lower import listing

ROOMS = ("catalogs", "lifecycles", "scoring_models", "mappings", "consent_policies")
ROOT = listing.HERE.parents[1]
STORIES = (
    ROOT / "stacks/example",
    *(
        ROOT / "tests/stories" / name / "stack"
        for name in ("025-every-key", "031-consent-classes", "033-scoring-words")
    ),
)
PEOPLE = "for people and reviews, never sent to a system"
CHECKED = "what the checks ask for; it changes no system"
ELSEWHERE = "decided while the stack is loaded or planned, not here"
COUNTRIES = "rules by country are on no system: they are checked"

NOT_LOWERED = {
    "Metadata.approvers": PEOPLE,
    "Metadata.review_by": CHECKED,
    "Metadata.description": PEOPLE,
    "Document.ignore": CHECKED,
    "Ignore.check": CHECKED,
    "Ignore.until": CHECKED,
    "Ignore.reason": PEOPLE,
    "Field.accept_loss": CHECKED,
    "Row.accept_loss": CHECKED,
    "Row.max": CHECKED,
    "Rule.reason": PEOPLE,
    "Stage.reopen": CHECKED,
    "Stage.type": CHECKED,
    "Stage.terminal": CHECKED,
    "Lifecycle.entry": CHECKED,
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
    "ConsentRule.when": COUNTRIES,
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
    "Binding.absent": "an object without the field; it is named so that nobody takes it for forgotten",
    "RuleGroup.label": PEOPLE,
    "Purpose.signals": PEOPLE,
}


def test_every_attribute_reaches_a_system_or_is_named_with_the_reason_why_not() -> None:
    reached, lost = walked()
    assert lost - reached == set(NOT_LOWERED)


def test_no_key_of_the_language_is_left_out_of_the_walk() -> None:
    reached, lost = walked()
    assert declared().keys() - reached - lost == set()


def test_a_key_that_no_system_is_set_up_by_says_so_in_its_schema() -> None:
    keys = declared()
    said = {name: key.only for name, key in keys.items() if key.only}
    named = {PEOPLE: "people", CHECKED: "checks", COUNTRIES: "checks"}
    assert said == {name: named[why] for name, why in NOT_LOWERED.items() if why in named and name in keys}
    assert all(keys[name].told.endswith("no system is set up by it.") for name in said)


@cache
def walked() -> tuple[set[str], set[str]]:
    """The attributes that change what a system is asked for, and those whose change changed nothing at least once."""
    reached, lost = set[str](), set[str]()
    for stack in stacks():
        before = {system: lower(stack, system) for system in stack.systems}
        for name, other in variants(stack):
            if name not in reached:
                (reached if changes(other, before) else lost).add(name)
    return reached, lost


def stacks() -> Iterator[Stack]:
    """The stack of the golden listings, and stories that say what it does not."""
    yield listing.stack()
    for folder in STORIES:
        loaded = load_stack(folder, environ={})
        assert loaded.stack is not None, loaded.diagnostics
        yield loaded.stack


def declared() -> dict[str, Key]:
    """Every key of the documents that are lowered, by the class it stands in; a key for a whole row is that row's keys."""
    found: dict[str, Key] = {}
    seen, open_ = set[type](), [FieldCatalog, Lifecycle, ScoringModel, FieldMapping, ConsentPolicy]
    while open_:
        cls = open_.pop()
        seen.add(cls)
        for each in attributes(cls):
            rows = [part for part in _parts(each.type) if row_of(part) is not None]
            open_ += [part for part in rows if part not in seen]
            if each.key is not None and not rows:
                found[f"{_declaring(cls, each.name)}.{each.name}"] = each.key
    return found


def _parts(hint: Any) -> Iterator[type]:
    """The classes that a type is made of."""
    if isinstance(hint, type) and not get_args(hint):
        yield hint
    for each in get_args(hint):
        yield from _parts(each)


def changes(other: Stack, before: Mapping[str, tuple[Element, ...]]) -> bool:
    """True where another stack asks something else of at least one system, or can no longer be lowered at all."""
    try:
        return any(lower(other, system) != before[system] for system in before)
    except (AttributeError, KeyError, RuntimeError, StopIteration, TypeError, ValueError):
        return True


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
        if value is None and isinstance(example := _example(type(thing), field.name), bool | int | float | str):
            yield name, replace(thing, **{field.name: example})
        for inner, other in _values(value):
            yield inner or name, replace(thing, **{field.name: other})


def _example(cls: type, attribute: str) -> Any:
    """What the language gives as an example of a key."""
    keys = [each.key for each in attributes(cls) if each.name == attribute and each.key is not None]
    return keys[0].examples[0] if row_of(cls) is not None and keys and keys[0].examples else None


def _declared_by(thing: Any, attribute: str) -> str:
    return _declaring(type(thing), attribute)


def _declaring(cls: type, attribute: str) -> str:
    if issubclass(cls, Content) and attribute in {field.name for field in dataclasses.fields(Content)}:
        return "Document"
    return cls.__name__


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
