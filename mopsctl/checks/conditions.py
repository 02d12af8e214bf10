"""What a condition asks for that nobody declares, or that can never hold: shared by the checks of every kind that holds conditions."""

from __future__ import annotations

from collections.abc import Iterator

from mopsctl.checks import never
from mopsctl.condition import Condition, Test, tests
from mopsctl.diagnostics import did_you_mean
from mopsctl.manifest.model import Field, FieldCatalog, Stack

Problem = tuple[str, str]  # the end of a sentence, and a hint

_EQUALITY = ("is", "is_not", "in", "not_in")


def problems(stack: Stack, catalog: str, condition: Condition | None) -> Iterator[Problem]:
    """What is asked for and cannot be had, as the end of a sentence that begins with who asks."""
    found = stack.catalogs.get(catalog)
    if condition is None or found is None:
        return
    several = {key for key, field in found.fields.items() if field.type == "multi_choice"}
    yield from never.contradictions(condition, several)
    for test in tests(condition):
        if test.subject == "field":
            yield from _field(stack, found, test)
        elif test.name and test.subject in ("grade", "score") and test.name not in stack.scoring_models:
            hint = did_you_mean(test.name, stack.scoring_models) or "name a ScoringModel of this stack"
            yield f"asks for the {test.subject} of '{test.name}', which is no scoring model", hint
        elif test.subject == "score":
            yield from never.of_score(stack, test)


def values_of(stack: Stack, catalog: FieldCatalog, field: Field) -> tuple[str, ...]:
    """The keys of the values a field chooses from; none where it is free."""
    if field.lifecycle:
        lifecycle = stack.lifecycles.get(field.lifecycle)
        return tuple(lifecycle.stages) if lifecycle else ()
    found = catalog.value_sets.get(field.values)
    return tuple(found.values) if found else ()


def _field(stack: Stack, catalog: FieldCatalog, test: Test) -> Iterator[Problem]:
    field = catalog.fields.get(test.name)
    if field is None:
        hint = did_you_mean(test.name, catalog.fields) or f"declare it in {catalog.source.file}"
        yield f"asks for the field '{test.name}', which the catalogue {catalog.name} does not have", hint
        return
    yield from never.of_field(stack, catalog.name, field, test)
    if test.operator in _EQUALITY:
        yield from _values(stack, catalog, field, test)


def _values(stack: Stack, catalog: FieldCatalog, field: Field, test: Test) -> Iterator[Problem]:
    known = values_of(stack, catalog, field)
    for operand in test.operands:
        if field.type == "boolean" and not isinstance(operand, bool):
            yield f"asks whether {field.key} is '{operand}', and it can only be true or false", "write true or false"
        elif known and str(operand) not in known:
            hint = did_you_mean(str(operand), known) or f"use one of: {', '.join(known)}"
            yield f"asks whether {field.key} is '{operand}', which is none of its values", hint
