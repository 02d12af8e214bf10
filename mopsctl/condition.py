"""Conditions as data: a tree that can be listed in plain words, compared, and translated into a vendor's filter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Subject = Literal["field", "event", "grade", "score", "record", "inactive"]
Operator = Literal[
    "is",
    "is_not",
    "in",
    "not_in",
    "has_word",
    "contains",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "known",
    "unknown",
    "before",
    "after",
    "within",
    "matches",
    "happened",
]
Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Test:
    """One question: `subject` names what is asked, `name` which one, `operator` how, `operands` with what.

    `{field: country, in: [US, CA]}` is `Test("field", "country", "in", ("US", "CA"))`; an event or a record that only has to
    have happened has the operator `happened`; `{grade: [A1, A2]}` is `Test("grade", "", "in", ("A1", "A2"))`.
    `within` and `inactive` hold days. `where` narrows an event by its details.
    """

    subject: Subject
    name: str
    operator: Operator
    operands: tuple[Scalar, ...] = ()
    where: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition


Condition = Test | All | AnyOf | Not

_WORDS: dict[str, str] = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "has_word": "has the word",
    "contains": "contains",
    "gt": "is above",
    "gte": "is at least",
    "lt": "is below",
    "lte": "is at most",
    "between": "is between",
    "known": "is filled",
    "unknown": "is empty",
    "before": "is before",
    "after": "is after",
    "within": "is within the last",
    "matches": "matches",
    "happened": "happened",
}


def tests(condition: Condition) -> Iterator[Test]:
    """Every single question of the tree, from left to right."""
    match condition:
        case Test():
            yield condition
        case Not(part):
            yield from tests(part)
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from tests(part)


def sentence(condition: Condition) -> str:
    """The condition in plain words, for plans, handbooks and manual steps."""
    match condition:
        case Test():
            return _test_sentence(condition)
        case Not(part):
            return f"not ({sentence(part)})"
        case All(parts):
            return " and ".join(_bracketed(part) for part in parts)
        case AnyOf(parts):
            return " or ".join(_bracketed(part) for part in parts)


def _bracketed(part: Condition) -> str:
    return sentence(part) if isinstance(part, Test | Not) else f"({sentence(part)})"


def _test_sentence(test: Test) -> str:
    if test.subject == "inactive":
        return f"no activity for {_days(test)}"
    words = [_subject(test), _verb(test), _operands(test)]
    text = " ".join(word for word in words if word)
    details = ", ".join(f"{name} {_plain(value)}" for name, value in test.where)
    return f"{text} ({details})" if details else text


def _subject(test: Test) -> str:
    if test.subject == "grade":
        return f"the grade of {test.name}" if test.name else "the grade"
    return f"the score {test.name}" if test.subject == "score" else test.name


def _verb(test: Test) -> str:
    return "happened within the last" if (test.subject, test.operator) == ("event", "within") else _WORDS[test.operator]


def _operands(test: Test) -> str:
    if test.operator == "within":
        return _days(test)
    return (" and " if test.operator == "between" else ", ").join(_plain(value) for value in test.operands)


def _days(test: Test) -> str:
    return f"{test.operands[0]} {'day' if test.operands[0] == 1 else 'days'}"


def _plain(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
