"""Tests that can never hold: they do not go with the field's type, lie outside its range, or are no test at all."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType

from mopsctl.condition import All, AnyOf, Condition, Not, Operator, Scalar, Test
from mopsctl.element import FieldType
from mopsctl.manifest.model import Field, Range, Stack

Problem = tuple[str, str]  # the end of a sentence, and a hint

_FAMILIES: Mapping[FieldType, str] = MappingProxyType(
    {
        "integer": "number",
        "decimal": "number",
        "currency": "number",
        "percent": "number",
        "boolean": "yes or no",
        "date": "day",
        "datetime": "day",
        "choice": "choice",
        "multi_choice": "choice",
        "computed": "",  # nobody knows what it gives
    }
)
_FIT: Mapping[str, tuple[Operator, ...]] = MappingProxyType(
    {
        "text": ("has_word", "contains", "matches"),
        "choice": ("has_word", "contains", "matches"),
        "number": ("gt", "gte", "lt", "lte", "between"),
        "day": ("before", "after", "within"),
        "yes or no": (),
    }
)
_EQUALITY: tuple[Operator, ...] = ("is", "is_not", "in", "not_in")
_ALWAYS: tuple[Operator, ...] = (*_EQUALITY, "known", "unknown")
_TOO_HIGH: Mapping[Operator, Callable[[float, float], bool]] = MappingProxyType(
    {"gt": lambda asked, most: asked >= most, "gte": lambda asked, most: asked > most}
)
_TOO_LOW: Mapping[Operator, Callable[[float, float], bool]] = MappingProxyType(
    {"lt": lambda asked, least: asked <= least, "lte": lambda asked, least: asked < least}
)


def of_field(stack: Stack, catalog: str, field: Field, test: Test) -> Iterator[Problem]:
    """Why a test of a field can never hold, if it cannot."""
    family = _FAMILIES.get(field.type, "text")
    if not family:
        return
    if test.operator not in (*_ALWAYS, *_FIT[family]):
        yield (
            f"asks {field.key} for '{test.operator}', which does not go with a field of the type {field.type}",
            _hint(family),
        )
        return
    if family in ("number", "day") and test.operator in _EQUALITY:
        yield from _operands(field, family, test)
    if family == "number":
        yield from numbers(field.key, _range(stack, catalog, field), test)
    if family == "text":
        yield from _texts(field, test)
    if test.operator == "matches":
        yield from _pattern(field, test)


def of_score(stack: Stack, test: Test) -> Iterator[Problem]:
    """Why a test of a score can never hold: it lies outside the range of its model."""
    model = stack.scoring_models.get(test.name)
    if model is not None:
        yield from numbers(test.name, model.range, test)


def numbers(what: str, range_: Range | None, test: Test) -> Iterator[Problem]:
    """What is wrong with a test of a number: it is upside down, or beyond what there can be."""
    asked = [each for each in test.operands if isinstance(each, int | float) and not isinstance(each, bool)]
    if test.operator == "between" and len(asked) == 2 and asked[0] > asked[1]:
        yield (
            f"asks whether {what} is between {asked[0]:g} and {asked[1]:g}, which is upside down",
            "put the lower number first",
        )
    elif range_ is not None and asked and _is_beyond(test.operator, asked, range_):
        shown = " and ".join(f"{each:g}" for each in asked)
        limits = f"{_shown(range_.min, 'no lower limit')} to {_shown(range_.max, 'no upper limit')}"
        yield f"asks {what} for '{test.operator}' {shown}, and it runs from {limits}", "ask for a number in that range"


def contradictions(condition: Condition, several: Collection[str]) -> Iterator[Problem]:
    """Parts that all have to hold and cannot hold together; `several` are the fields that hold several values at once."""
    match condition:
        case All(parts):
            yield from _together([part for part in parts if isinstance(part, Test)], several)
            for part in parts:
                yield from contradictions(part, several)
        case AnyOf(parts):
            for part in parts:
                yield from contradictions(part, several)
        case Not(part):
            yield from contradictions(part, several)
        case Test():
            return


def _together(parts: Sequence[Test], several: Collection[str]) -> Iterator[Problem]:
    asked: dict[str, list[Test]] = {}
    for test in parts:
        if test.subject in ("field", "score") and test.name not in several:
            asked.setdefault(test.name, []).append(test)
    for name, found in asked.items():
        if _is_empty(found):
            yield f"asks for several things of {name} that are never true together", "ask with any, or take one out"


def _is_empty(found: Sequence[Test]) -> bool:
    """True where no value passes all of these tests."""
    equal = [{str(each) for each in test.operands} for test in found if test.operator in ("is", "in")]
    allowed = set.intersection(*equal) if equal else None
    barred = {str(each) for test in found if test.operator in ("is_not", "not_in") for each in test.operands}
    words = {test.operator for test in found}
    if allowed is not None and (not allowed - barred or "unknown" in words):
        return True
    if {"known", "unknown"} <= words or ("unknown" in words and words & {"gt", "gte", "lt", "lte", "between"}):
        return True
    least = max(
        (_number(test.operands[0]) for test in found if test.operator in ("gt", "gte", "between")), default=None
    )
    most = min(
        (_number(test.operands[-1]) for test in found if test.operator in ("lt", "lte", "between")), default=None
    )
    return least is not None and most is not None and least > most


def _number(value: Scalar) -> float:
    return float(value) if _is_number(value) else 0.0


def _is_beyond(operator: Operator, asked: list[int | float], range_: Range) -> bool:
    least, most = range_.min, range_.max
    if operator in _TOO_HIGH:
        return most is not None and _TOO_HIGH[operator](asked[0], most)
    if operator in _TOO_LOW:
        return least is not None and _TOO_LOW[operator](asked[0], least)
    if operator == "between":
        return (most is not None and asked[0] > most) or (least is not None and asked[-1] < least)
    outside = [each for each in asked if (most is not None and each > most) or (least is not None and each < least)]
    return operator in ("is", "in") and bool(outside)


def _shown(limit: float | None, otherwise: str) -> str:
    return otherwise if limit is None else f"{limit:g}"


def _range(stack: Stack, catalog: str, field: Field) -> Range | None:
    """The range of a number: of the score that it holds, else what its digits allow."""
    models = (each for each in stack.scoring_models.values() if each.catalog == catalog and each.writes == field.key)
    model = next(models, None)
    if model is not None:
        return model.range
    if field.precision is None:
        return None
    scale = field.scale or 0
    most = 10 ** (field.precision - scale) - 10**-scale
    return Range(source=field.source, min=-most, max=most)


def _operands(field: Field, family: str, test: Test) -> Iterator[Problem]:
    for each in test.operands:
        if family == "number" and not _is_number(each):
            hint = f"write {each} without quotes" if _reads_as_number(each) else "compare it with a number"
            yield f"asks whether {field.key} is '{each}', and it holds numbers", hint
        elif family == "day" and not _is_day(each):
            yield (
                f"asks whether {field.key} is '{each}', and it holds days",
                "write a day such as 2026-03-31, or ask with within",
            )


def _texts(field: Field, test: Test) -> Iterator[Problem]:
    """Texts that are longer than the field may be."""
    for each in test.operands if test.operator in ("is", "in", "contains", "has_word") else ():
        if field.max is not None and len(str(each)) > field.max:
            what = f"asks {field.key} for a text of {len(str(each))} characters, and it holds {field.max}"
            yield what, "shorten it, or raise max"


def _pattern(field: Field, test: Test) -> Iterator[Problem]:
    for each in test.operands:
        try:
            re.compile(str(each))
        except re.error as error:
            yield (
                f"asks whether {field.key} matches '{each}', which is no pattern: {error.msg}",
                "write a regular expression",
            )


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reads_as_number(value: Scalar) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", value) is not None


def _is_day(value: Scalar) -> bool:
    try:
        datetime.datetime.fromisoformat(str(value))
    except ValueError:
        return False
    return isinstance(value, str)


def _hint(family: str) -> str:
    fit = [*_FIT[family], *_ALWAYS]
    return f"ask with one of: {', '.join(fit)}"
