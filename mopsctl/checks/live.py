"""Checks that compare what is mapped on both ends, as they will be after the plan: the failures that stop a sync in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.checks.types import fit
from mopsctl.diagnostics import nearest
from mopsctl.element import FieldType
from mopsctl.engine.lower.common import value_list
from mopsctl.engine.lower.fields import stage_list
from mopsctl.engine.view import SystemView
from mopsctl.manifest.model import Field, FieldCatalog, FieldMapping, Row, Stack
from mopsctl.resource import FieldFacts

RULES: list[Rule] = []
_OTHER = "other:"
_TEXTS = ("text", "long_text")
_LISTS = ("choice", "multi_choice", "country")


@dataclass(frozen=True, slots=True)
class End:
    """One end of a mapped field as it was read."""

    system: str
    name: str
    facts: FieldFacts


@dataclass(frozen=True, slots=True)
class Pair:
    """A mapped field with both ends read, once for each pair of objects; data may flow from `source` to `target`."""

    mapping: FieldMapping
    row: Row
    field: Field
    source: End
    target: End
    spelled: tuple[tuple[str, str, str], ...] = ()  # (key, spelling at the source, spelling at the target)


@rule(
    RULES,
    "FM001",
    "error",
    "the types of both ends fit each other",
    why="A text that is sent to a number field stops the record; nobody is told.",
)
def types_fit(stack: Stack, views: Sequence[SystemView]) -> Iterator[Finding]:
    """A flow whose types do not fit cannot work; one that loses something needs somebody who accepts it."""
    for pair in _flows(stack, views):
        source, target = _held(pair), pair.target.facts.type
        how = fit(source, target) if source and target else "ok"
        if how == "-":
            hint = "give both fields types that fit, or set sync: none"
            yield Finding(f"{_types(pair)}: values of {pair.field.label} cannot be moved.", pair.row.source, hint)
        elif how == "loss" and target and fit(pair.field.type, target) == "loss" and not _accepted(pair):
            hint = "give both fields types that fit, or say accept_loss: WHY"
            yield Finding(f"{_types(pair)}: values of {pair.field.label} lose something.", pair.row.source, hint)


@rule(
    RULES,
    "FM002",
    "warning",
    "both ends know the same values",
    why="A value that one end does not know stops the record, or is thrown away without a word.",
)
def values_cover_each_other(stack: Stack, views: Sequence[SystemView]) -> Iterator[Finding]:
    """A live value at the source that has no counterpart at the target. No manifest names it, and whether a record holds it is
    not known here: it never stops an apply.
    """
    for pair in _flows(stack, views):
        live, there = pair.source.facts.values, pair.target.facts.values
        if live is None or there is None:
            continue
        other = pair.row.unknown_value.removeprefix(_OTHER) if pair.row.unknown_value.startswith(_OTHER) else None
        if other is not None and _spelled_there(pair, other) in there:
            continue
        translated = {spelled_here for _, spelled_here, _ in pair.spelled}
        for value in live:
            if value not in there and value not in translated:
                yield _unknown_value(pair, value, there)


@rule(
    RULES,
    "FM004",
    "warning",
    "texts fit into the other end",
    why="A longer text is cut, or the record is refused.",
)
def texts_fit(stack: Stack, views: Sequence[SystemView]) -> Iterator[Finding]:
    """The declared, else the live length of the source against the live length of the target."""
    for pair in _flows(stack, views):
        longest = pair.row.max or pair.field.max or _longest(pair.source.facts)
        room = pair.target.facts.length
        if longest and room and longest > room:
            unit = "bytes" if pair.target.facts.bytes else "characters"
            yield Finding(
                f"{pair.field.label} may have {longest} characters; {pair.target.system} {pair.target.name} takes {room} {unit}.",
                pair.row.source,
                f"set max: {room} for the field, or use a longer field in {pair.target.system}",
            )


@rule(
    RULES,
    "FM010",
    "warning",
    "a required field is filled at the other end too",
    why="A record without the value is refused by the system that requires it.",
)
def required_is_required(stack: Stack, views: Sequence[SystemView]) -> Iterator[Finding]:
    """A target that requires what the source leaves optional."""
    for pair in _flows(stack, views):
        if pair.target.facts.required and not pair.source.facts.required:
            yield Finding(
                f"{pair.target.system} {pair.target.name} is required, {pair.source.system} {pair.source.name} is not: records "
                "without it are refused.",
                pair.row.source,
                f"make it required in {pair.source.system} too, or give it a default in {pair.target.system}",
            )


@rule(
    RULES,
    "FM011",
    "error",
    "nothing writes into a field that computes itself",
    why="The sync reports an error for each record, or nothing at all.",
)
def targets_take_values(stack: Stack, views: Sequence[SystemView]) -> Iterator[Finding]:
    """A target that is computed or read-only, unless the row says that the connector owns it."""
    for pair in _flows(stack, views):
        computed = pair.target.facts.type == "computed" or pair.target.facts.read_only
        if computed and not pair.row.locked_by:
            yield Finding(
                f"{pair.target.system} {pair.target.name} cannot be written, and the row sends {pair.field.label} there.",
                pair.row.source,
                f"let {pair.target.system} win, or set sync: none",
            )


@rule(
    RULES,
    "FM014",
    "error",
    "the integration user sees the field",
    why="A field that the integration user cannot see is not there for the sync.",
)
def fields_are_visible(stack: Stack, views: Sequence[SystemView]) -> Iterator[Finding]:
    """A live field that is hidden from the integration user."""
    seen: set[tuple[str, str]] = set()
    for pair in _flows(stack, views):
        for end in (pair.source, pair.target):
            if end.facts.visible is False and (end.system, end.name) not in seen:
                seen.add((end.system, end.name))
                yield Finding(
                    f"The integration user cannot see {end.system} {end.name}.",
                    pair.row.source,
                    "grant read access to the field, or plan without --only so that mopsctl's permission set grants it",
                )


@rule(
    RULES,
    "FM016",
    "warning",
    "days stay days",
    why="A day that becomes a moment, or a moment that becomes a day, shifts by one where the time zones differ.",
)
def days_do_not_shift(stack: Stack, views: Sequence[SystemView]) -> Iterator[Finding]:
    """A date at one end and a date with a time at the other."""
    for pair in _flows(stack, views):
        if {pair.source.facts.type, pair.target.facts.type} == {"date", "datetime"} and not _accepted(pair):
            yield Finding(
                f"{_types(pair)}: {pair.field.label} may shift by a day.",
                pair.row.source,
                "use one type on both ends, or say accept_loss: WHY",
            )


def _longest(facts: FieldFacts) -> int | None:
    """The longest text to expect: of a list its longest value, else what the field has room for."""
    return max(map(len, facts.values)) if facts.values else facts.length


def _held(pair: Pair) -> FieldType | None:
    """The type of the source; a text that holds a declared list counts as the list, because some systems have no other."""
    live = pair.source.facts.type
    return pair.field.type if live in _TEXTS and pair.field.type in _LISTS else live


def _types(pair: Pair) -> str:
    source, target = pair.source, pair.target
    return f"{source.system} {source.name} is {source.facts.type}, {target.system} {target.name} is {target.facts.type}"


def _accepted(pair: Pair) -> bool:
    return bool(pair.row.accept_loss or pair.field.accept_loss)


def _spelled_there(pair: Pair, key: str) -> str:
    return next((there for each, _, there in pair.spelled if each == key), key)


def _unknown_value(pair: Pair, value: str, there: Sequence[str]) -> Finding:
    near = nearest(value, there)
    hint = f"did you mean '{near}'? Spell it alike on both ends, or translate it in the row" if near else ""
    return Finding(
        f"{pair.source.system} {pair.source.name} has the value '{value}', which {pair.target.system} {pair.target.name} does "
        "not know.",
        pair.row.source,
        hint or "add it to the value set, or retire it at the source",
    )


def _flows(stack: Stack, views: Sequence[SystemView]) -> Iterator[Pair]:
    """Every direction in which a row may move data, where both ends were read."""
    by_name = {view.name: view for view in views}
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        catalog = stack.catalogs.get(mapping.catalog)
        if catalog is None or not set(mapping.between) <= by_name.keys():
            continue
        for row in mapping.rows.values():
            field = catalog.fields.get(row.field)
            if field is not None and row.sync != "none":
                yield from _directions(stack, catalog, mapping, row, by_name)


def _directions(
    stack: Stack, catalog: FieldCatalog, mapping: FieldMapping, row: Row, views: dict[str, SystemView]
) -> Iterator[Pair]:
    one, other = mapping.between
    winner = row.winner
    ways = [(winner, other if winner == one else one)] if winner in mapping.between else [(one, other), (other, one)]
    field = catalog.fields[row.field]
    for source, target in ways:
        for left, right in product(_ends(views[source], field), _ends(views[target], field)):
            yield Pair(mapping, row, field, left, right, _spelled(stack, catalog, field, (source, target)))


def _ends(view: SystemView, field: Field) -> Iterator[End]:
    binding = field.in_.get(view.name)
    for object_name, name in binding.names if binding else ():
        seen = view.field(object_name, name)
        if seen is not None and seen.facts is not None:
            yield End(view.name, f"{object_name}.{name}", seen.facts)


def _spelled(
    stack: Stack, catalog: FieldCatalog, field: Field, systems: tuple[str, str]
) -> tuple[tuple[str, str, str], ...]:
    if field.lifecycle:
        lists = [stage_list(stack.lifecycles[field.lifecycle], system) for system in systems]
    else:
        found = (
            [value_list(stack, catalog, field.values, system, field.key) for system in systems] if field.values else []
        )
        lists = [each for each in found if each is not None]
    if len(lists) != len(systems):
        return ()
    there = {item.key: item.value for item in lists[1].items}
    return tuple((item.key, item.value, there[item.key]) for item in lists[0].items if item.key in there)
