"""Checks of field mappings: the classical failures of a sync, found before it runs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import combinations

from mopsctl.checks.conditions import problems, values_of
from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.checks.vendors import is_opt_out, opt_outs
from mopsctl.diagnostics import did_you_mean
from mopsctl.manifest.model import Field, FieldCatalog, FieldMapping, Row, Stack

RULES: list[Rule] = []


@rule(
    RULES,
    "FM006",
    "error",
    "the system that owns a field wins",
    why="A sync that lets the other side win overwrites good data with old data.",
)
def owners_win(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Rows whose winner is not the owner, where the owner is one of the two."""
    for mapping, row, field in _rows(stack):
        if field.owner in mapping.between and row.winner and row.winner != field.owner:
            yield Finding(
                f"{field.label} is owned by {field.owner}, and the row lets {row.winner} win.",
                row.at("sync"),
                f"set sync: {field.owner}-wins, or change the owner in the catalogue",
            )


@rule(
    RULES,
    "FM009",
    "error",
    "no value runs in a ring",
    why="Two connectors that both write a field both ways pass a change round for ever.",
)
def no_rings(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """A field that is two-way in two mappings that share a system and no scope keeps apart."""
    mappings = [stack.mappings[name] for name in sorted(stack.mappings)]
    for one, other in combinations(mappings, 2):
        shared = sorted(set(one.between) & set(other.between))
        apart = one.scope is not None and other.scope is not None and one.scope != other.scope
        if not shared or one.catalog != other.catalog or apart:
            continue
        for key in sorted(set(one.rows) & set(other.rows)):
            if one.rows[key].sync == other.rows[key].sync == "two-way":
                yield Finding(
                    f"{key} goes both ways in {one.name} and in {other.name}, which meet in {shared[0]}.",
                    other.rows[key].at("sync"),
                    "let one side win in one of them, or give the two mappings a scope each",
                )


@rule(
    RULES,
    "FM012",
    "error",
    "a mapped field has a name on both ends",
    why="A row about a field that one system does not have is never set up.",
)
def both_ends_have_a_name(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Rows whose field is not bound to one of the two systems, or not on all of its objects."""
    for mapping, row, field in _rows(stack):
        for system in mapping.between:
            binding = field.in_.get(system)
            if binding is None:
                yield Finding(
                    f"{field.label} has no name in {system}, and the row maps it there.",
                    row.source,
                    f"add {system}: NAME to the field's 'in', or take the row out",
                )
                continue
            objects = stack.catalogs[mapping.catalog].bind.get(system, ())
            for missing in sorted(set(objects) - {name for name, _ in binding.names} - set(binding.absent)):
                yield Finding(
                    f"{field.label} has no name on {system} {missing}, so it is mapped for the other objects only.",
                    row.source,
                    f"say {missing}: none in the field's names in {system} if that is meant, or add {missing}: NAME",
                    level="note",
                )


@rule(
    RULES,
    "FM013",
    "error",
    "two fields do not share one name",
    why="Two fields of the catalogue in one field of a system overwrite each other.",
)
def names_are_not_shared(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """The second catalogue field, of any catalogue, with a name on one object of a system."""
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for name in sorted(stack.catalogs):
        for field in stack.catalogs[name].fields.values():
            for system, binding in sorted(field.in_.items()):
                for object_name, native in binding.names:
                    first = seen.setdefault((system, object_name, native.casefold()), (name, field.key))
                    if first != (name, field.key):
                        other = first[1] if first[0] == name else f"{first[1]} of the catalogue {first[0]}"
                        yield Finding(
                            f"The fields {other} and {field.key} are both {native} on {system} {object_name}.",
                            field.at(f"in.{system}"),
                            "give each its own field, or take one out",
                        )


@rule(
    RULES,
    "FM017",
    "error",
    "specially protected data is not moved",
    why="What may not be held in a system must not be sent there by a sync either.",
)
def special_data_stays(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Rows that move a field of the class 'special'."""
    for mapping, row, field in _rows(stack):
        if field.pii == "special" and row.sync != "none":
            yield Finding(
                f"{field.label} is specially protected, and {mapping.name} moves it.", row.source, "set sync: none"
            )


@rule(
    RULES,
    "FM018",
    "error",
    "a mapped field has an owner",
    why="Where nobody owns a value, the last writer does.",
)
def fields_have_owners(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Mapped fields without an owner in the catalogue."""
    for _, _, field in _rows(stack):
        if not field.owner:
            yield Finding(
                f"Nobody says which system owns {field.label}.",
                field.source,
                "add owner: SYSTEM, or owner: shared where both may write",
            )


@rule(
    RULES,
    "FM021",
    "warning",
    "a value that is written once is guarded",
    why="The first source is what attribution rests on; a later edit on the other side overwrites it.",
)
def first_values_are_guarded(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Rows of write-once fields without a guard."""
    for mapping, row, field in _rows(stack):
        if field.write == "once" and not row.guard and row.sync != "none":
            yield Finding(
                f"{field.label} is written once, and a later edit still overwrites it through {mapping.name}.",
                row.source,
                "add a guard on the side that receives it",
            )


@rule(
    RULES,
    "FM024",
    "error",
    "an opt-out goes both ways",
    why="Who opted out in one system must not be written to from the other.",
)
def opt_outs_go_both_ways(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Opt-out fields, tagged or known to an adapter, that a mapping leaves out or moves one way only; and mappings of people
    between systems that have such fields, without any.
    """
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        catalog = stack.catalogs.get(mapping.catalog)
        there = [
            field
            for field in (catalog.fields.values() if catalog else ())
            if set(mapping.between) <= set(field.in_) and is_opt_out(stack, field, mapping.between)
        ]
        if not there:
            yield from _nobody_opts_out(stack, mapping, catalog)
        for field in there:
            row = mapping.rows.get(field.key)
            if row is None or (row.sync != "two-way" and not row.locked_by):
                said = "leaves it out" if row is None else f"moves it {row.sync}"
                yield Finding(
                    f"{field.label} must reach both systems, and {mapping.name} {said}.",
                    row.source if row else mapping.source,
                    f"add the row {{field: {field.key}, sync: two-way, locked_by: connector}}; without locked_by where people set its rule",
                )


def _nobody_opts_out(stack: Stack, mapping: FieldMapping, catalog: FieldCatalog | None) -> Iterator[Finding]:
    """A mapping that moves the address of people between two systems with opt-outs, and no opt-out."""
    known = [opt_outs(stack, system) for system in mapping.between]
    moved = [row.field for row in mapping.rows.values() if row.sync != "none"]
    if (
        catalog is None
        or not all(known)
        or not any(catalog.fields[key].type == "email" for key in moved if key in catalog.fields)
    ):
        return
    policies = [each for each in stack.consent_policies.values() if each.catalog == catalog.name]
    asked = any(stop.startswith("opt_out") for each in policies for stop in each.stop_first)
    one, other = (names[0] for names in known)
    yield Finding(
        f"{mapping.name} moves people's addresses, and no opt-out goes with them.",
        mapping.source,
        f"declare {one} of {mapping.between[0]} and {other} of {mapping.between[1]} as one field, and add its row with sync: two-way, locked_by: connector",
        level="error" if asked else "warning",
    )


@rule(
    RULES,
    "FM026",
    "error",
    "a mapping speaks of fields and values that are declared",
    why="A spelling for a value that nobody has, or a scope by a field that nobody has, is lost without a word.",
)
def mappings_know_their_values(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Scopes that ask for what is not declared, and spellings of values that the field does not have."""
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        for what, hint in problems(stack, mapping.catalog, mapping.scope):
            yield Finding(f"The scope of {name} {what}.", mapping.at("scope"), hint)
    for _, row, field in _rows(stack):
        if row.values and field.lifecycle:
            hint = f"spell them under 'values' of the stages in Lifecycle/{field.lifecycle}"
            yield Finding(f"The row spells values of {field.label}, which are stages.", row.at("values"), hint)
    for mapping, row, key, system in _spelled(stack):
        field = stack.catalogs[mapping.catalog].fields[row.field]
        known = values_of(stack, stack.catalogs[mapping.catalog], field)
        if not field.lifecycle and key not in known:
            hint = did_you_mean(key, known) or (
                f"use one of: {', '.join(known)}" if known else "give the field a value set"
            )
            where = row.at(f"values.{system}.{key}")
            yield Finding(f"The row spells the value '{key}', which {field.label} does not have.", where, hint)


@rule(
    RULES,
    "FM027",
    "error",
    "a value is spelled one way on a system",
    why="Two spellings of one value become two values, and each sync knows only its own.",
)
def spellings_agree(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """The second mapping that spells a value of a field on one system in another way than the first."""
    seen: dict[tuple[str, str, str, str], tuple[str, str]] = {}
    for mapping, row, key, system in _spelled(stack):
        spelling = row.values[system][key]
        first = seen.setdefault((mapping.catalog, row.field, key, system), (mapping.name, spelling))
        if first[1] != spelling:
            yield Finding(
                f"{row.field} {key} is '{spelling}' on {system} here and '{first[1]}' in {first[0]}.",
                row.at(f"values.{system}.{key}"),
                "spell it alike, best in the value set of the catalogue",
            )


def _rows(stack: Stack) -> Iterator[tuple[FieldMapping, Row, Field]]:
    for name in sorted(stack.mappings):
        mapping = stack.mappings[name]
        catalog = stack.catalogs.get(mapping.catalog)
        for row in mapping.rows.values() if catalog else ():
            field = catalog.fields.get(row.field) if catalog else None
            if field is not None:
                yield mapping, row, field


def _spelled(stack: Stack) -> Iterator[tuple[FieldMapping, Row, str, str]]:
    """Every value that a row spells: mapping, row, key of the value, system."""
    for mapping, row, _ in _rows(stack):
        for system, spellings in row.values.items():
            for key in spellings:
                yield mapping, row, key, system
