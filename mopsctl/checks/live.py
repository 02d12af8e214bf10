"""Checks that compare what is mapped on both ends, as they will be after the plan: the failures that stop a sync in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.checks.types import fit
from mopsctl.diagnostics import nearest
from mopsctl.element import FieldType
from mopsctl.engine.lower.common import ValueLists
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
class Flow:
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
def types_fit(flows: Sequence[Flow]) -> Iterator[Finding]:
    """A flow whose types do not fit cannot work; one that loses something needs somebody who accepts it."""
    for flow in flows:
        source, target = _held(flow), flow.target.facts.type
        how = fit(source, target) if source and target else "ok"
        if how == "-":
            hint = "give both fields types that fit, or set sync: none"
            yield Finding(f"{_types(flow)}: values of {flow.field.label} cannot be moved.", flow.row.source, hint)
        elif how == "loss" and target and fit(flow.field.type, target) == "loss" and not _accepted(flow):
            hint = "give both fields types that fit, or say accept_loss: WHY"
            yield Finding(f"{_types(flow)}: values of {flow.field.label} lose something.", flow.row.source, hint)


@rule(
    RULES,
    "FM002",
    "warning",
    "both ends know the same values",
    why="A value that one end does not know stops the record, or is thrown away without a word.",
)
def values_cover_each_other(flows: Sequence[Flow]) -> Iterator[Finding]:
    """A live value at the source that has no counterpart at the target. No manifest names it, and whether a record holds it is
    not known here: it never stops an apply.
    """
    for flow in flows:
        live, there = flow.source.facts.values, flow.target.facts.values
        if live is None or there is None:
            continue
        other = flow.row.unknown_value.removeprefix(_OTHER) if flow.row.unknown_value.startswith(_OTHER) else None
        if other is not None and _spelled_there(flow, other) in there:
            continue
        translated = {spelled_here for _, spelled_here, _ in flow.spelled}
        for value in live:
            if value not in there and value not in translated:
                yield _unknown_value(flow, value, there)


@rule(
    RULES,
    "FM004",
    "warning",
    "texts fit into the other end",
    why="A longer text is cut, or the record is refused.",
)
def texts_fit(flows: Sequence[Flow]) -> Iterator[Finding]:
    """The declared, else the live length of the source against the live length of the target."""
    for flow in flows:
        longest = flow.row.max or flow.field.max or _longest(flow.source.facts)
        room = flow.target.facts.length
        if longest and room and longest > room:
            unit = "bytes" if flow.target.facts.bytes else "characters"
            yield Finding(
                f"{flow.field.label} may have {longest} characters; {flow.target.system} {flow.target.name} takes {room} {unit}.",
                flow.row.source,
                f"set max: {room} for the field, or use a longer field in {flow.target.system}",
            )


@rule(
    RULES,
    "FM010",
    "warning",
    "a required field is filled at the other end too",
    why="A record without the value is refused by the system that requires it.",
)
def required_is_required(flows: Sequence[Flow]) -> Iterator[Finding]:
    """A target that requires what the source leaves optional."""
    for flow in flows:
        if flow.target.facts.required and not flow.source.facts.required:
            yield Finding(
                f"{flow.target.system} {flow.target.name} is required, {flow.source.system} {flow.source.name} is not: records "
                "without it are refused.",
                flow.row.source,
                f"make it required in {flow.source.system} too, or give it a default in {flow.target.system}",
            )


@rule(
    RULES,
    "FM011",
    "error",
    "nothing writes into a field that computes itself",
    why="The sync reports an error for each record, or nothing at all.",
)
def targets_take_values(flows: Sequence[Flow]) -> Iterator[Finding]:
    """A target that is computed or read-only, unless the row says that the connector owns it."""
    for flow in flows:
        computed = flow.target.facts.type == "computed" or flow.target.facts.read_only
        if computed and not flow.row.locked_by:
            yield Finding(
                f"{flow.target.system} {flow.target.name} cannot be written, and the row sends {flow.field.label} there.",
                flow.row.source,
                f"let {flow.target.system} win, or set sync: none",
            )


@rule(
    RULES,
    "FM014",
    "error",
    "the integration user sees the field",
    why="A field that the integration user cannot see is not there for the sync.",
)
def fields_are_visible(flows: Sequence[Flow]) -> Iterator[Finding]:
    """A live field that is hidden from the integration user."""
    seen: set[tuple[str, str]] = set()
    for flow in flows:
        for end in (flow.source, flow.target):
            if end.facts.visible is False and (end.system, end.name) not in seen:
                seen.add((end.system, end.name))
                yield Finding(
                    f"The integration user cannot see {end.system} {end.name}.",
                    flow.row.source,
                    "grant read access to the field, or plan without --only so that mopsctl's permission set grants it",
                )


@rule(
    RULES,
    "FM016",
    "warning",
    "days stay days",
    why="A day that becomes a moment, or a moment that becomes a day, shifts by one where the time zones differ.",
)
def days_do_not_shift(flows: Sequence[Flow]) -> Iterator[Finding]:
    """A date at one end and a date with a time at the other."""
    for flow in flows:
        if {flow.source.facts.type, flow.target.facts.type} == {"date", "datetime"} and not _accepted(flow):
            yield Finding(
                f"{_types(flow)}: {flow.field.label} may shift by a day.",
                flow.row.source,
                "use one type on both ends, or say accept_loss: WHY",
            )


def _longest(facts: FieldFacts) -> int | None:
    """The longest text to expect: of a list its longest value, else what the field has room for."""
    return max(map(len, facts.values)) if facts.values else facts.length


def _held(flow: Flow) -> FieldType | None:
    """The type of the source; a text that holds a declared list counts as the list, because some systems have no other."""
    live = flow.source.facts.type
    return flow.field.type if live in _TEXTS and flow.field.type in _LISTS else live


def _types(flow: Flow) -> str:
    source, target = flow.source, flow.target
    return f"{source.system} {source.name} is {source.facts.type}, {target.system} {target.name} is {target.facts.type}"


def _accepted(flow: Flow) -> bool:
    return bool(flow.row.accept_loss or flow.field.accept_loss)


def _spelled_there(flow: Flow, key: str) -> str:
    return next((there for each, _, there in flow.spelled if each == key), key)


def _unknown_value(flow: Flow, value: str, there: Sequence[str]) -> Finding:
    near = nearest(value, there)
    hint = f"did you mean '{near}'? Spell it alike on both ends, or translate it in the row" if near else ""
    return Finding(
        f"{flow.source.system} {flow.source.name} has the value '{value}', which {flow.target.system} {flow.target.name} does "
        "not know.",
        flow.row.source,
        hint or "add it to the value set, or retire it at the source",
    )


def flows_of(stack: Stack, views: Sequence[SystemView]) -> tuple[Flow, ...]:
    """Every direction in which a row may move data, where both ends were read; made once for all rules."""
    by_name, lists = {view.name: view for view in views}, ValueLists(stack)
    found: list[Flow] = []
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        catalog = stack.catalogs.get(mapping.catalog)
        if catalog is None or not set(mapping.between) <= by_name.keys():
            continue
        for row in mapping.rows.values():
            if row.field in catalog.fields and row.sync != "none":
                found += _directions(lists, catalog, mapping, row, by_name)
    return tuple(found)


def _directions(
    lists: ValueLists, catalog: FieldCatalog, mapping: FieldMapping, row: Row, views: dict[str, SystemView]
) -> Iterator[Flow]:
    one, other = mapping.between
    winner = row.winner
    ways = [(winner, other if winner == one else one)] if winner in mapping.between else [(one, other), (other, one)]
    field = catalog.fields[row.field]
    ends = {system: tuple(_ends(views[system], field)) for system in mapping.between}
    for source, target in ways:
        spelled = _spelled(lists, catalog, field, (source, target)) if ends[source] and ends[target] else ()
        for left, right in product(ends[source], ends[target]):
            yield Flow(mapping, row, field, left, right, spelled)


def _ends(view: SystemView, field: Field) -> Iterator[End]:
    binding = field.in_.get(view.name)
    for object_name, name in binding.names if binding else ():
        seen = view.field(object_name, name)
        if seen is not None and seen.facts is not None:
            yield End(view.name, f"{object_name}.{name}", seen.facts)


def _spelled(
    lists: ValueLists, catalog: FieldCatalog, field: Field, systems: tuple[str, str]
) -> tuple[tuple[str, str, str], ...]:
    here, there = (lists.of_field(catalog, field, system) for system in systems)
    if here is None or there is None:
        return ()
    spelled = {item.key: item.value for item in there.items}
    return tuple((item.key, item.value, spelled[item.key]) for item in here.items if item.key in spelled)
