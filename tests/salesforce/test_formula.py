"""Conditions as formulas: the emulator's own compiler takes them, and they mean what the condition means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from mopsctl_salesforce import formula
from mopsctl_salesforce.emulator import evaluate
from mopsctl_salesforce.emulator import formula as compiler

from mopsctl.condition import All, AnyOf, Condition, Not
from mopsctl.condition import Test as Asked
from tests.salesforce.conftest import person, values

TODAY = date(2026, 9, 1)
FIELDS = {
    "title": person("Title", "text", key="title"),
    "size": person("Size__c", "decimal", key="size"),
    "band": person("Band__c", "choice", key="band", values=values("1-50", "51-250")),
    "topics": person("Topics__c", "multi_choice", key="topics", values=values("a", "b")),
    "flag": person("Flag__c", "boolean", key="flag"),
    "day": person("Day__c", "date", key="day"),
    "at": person("At__c", "datetime", key="at"),
    "notes": person("Notes__c", "long_text", key="notes"),
    "country": person("CountryCode", "country", key="country"),
    "market": person("Market__c", "country", key="market", values=values("US", "CA")),
    "share": person("Share__c", "percent", key="share"),
    "total": person("Total__c", "decimal", key="total", hints={"type": "Summary"}),
    "hour": person("Hour__c", "text", key="hour", hints={"type": "Time"}),
}
KINDS = {
    "Title": "Text",
    "Size__c": "Number",
    "Band__c": "Picklist",
    "Topics__c": "Multi",
    "Flag__c": "Boolean",
    "Day__c": "Date",
    "At__c": "DateTime",
    "Notes__c": "LongText",
    "CountryCode": "Picklist",
    "Market__c": "Picklist",
    "Share__c": "Percent",
    "Total__c": "Number",
    "Hour__c": "Time",
}


def asks(name: str, operator: Any, *operands: Any) -> Asked:
    return Asked("field", name, operator, operands)


def holds(condition: Condition, record: Mapping[str, Any]) -> bool:
    """What the formula says of a record, after the compiler took it."""
    tree = compiler.parse(formula.condition(condition, FIELDS))
    assert compiler.Checker(KINDS, rule=False).check(tree) == "Boolean"
    return bool(evaluate.evaluate(tree, evaluate.Record(record, KINDS, TODAY)))


@pytest.mark.parametrize(
    ("condition", "record", "expected"),
    [
        (asks("title", "is", "CEO"), {"Title": "CEO"}, True),
        (asks("title", "is", "CEO"), {}, False),
        (asks("title", "is_not", "CEO"), {}, True),
        (asks("title", "in", "CEO", "CFO"), {"Title": "CFO"}, True),
        (asks("title", "not_in", "CEO", "CFO"), {"Title": "CFO"}, False),
        (asks("title", "known"), {"Title": "x"}, True),
        (asks("title", "unknown"), {}, True),
        (asks("title", "contains", "Market"), {"Title": "head of marketing"}, True),
        (asks("title", "has_word", "intern"), {"Title": "International sales"}, False),
        (asks("title", "has_word", "vp"), {"Title": "VP, Sales"}, True),
        (asks("title", "has_word", "vice president"), {"Title": "Senior Vice-President"}, True),
        (asks("title", "has_word", "cto", "ceo"), {"Title": "CEO/founder"}, True),
        (asks("title", "is", 'a "b" \\ c'), {"Title": 'a "b" \\ c'}, True),
        (asks("band", "is", "1-50"), {"Band__c": "1-50"}, True),
        (asks("band", "in", "1-50", "51-250"), {"Band__c": "51-250"}, True),
        (asks("band", "unknown"), {}, True),
        (asks("band", "known"), {}, False),
        (asks("band", "contains", "250"), {"Band__c": "51-250"}, True),
        (asks("topics", "in", "a", "b"), {"Topics__c": "b;c"}, True),
        (asks("topics", "unknown"), {"Topics__c": ""}, True),
        (asks("size", "gte", 10), {"Size__c": 10}, True),
        (asks("size", "lt", 10), {}, False),
        (asks("size", "between", 1, 5.5), {"Size__c": 5.5}, True),
        (asks("size", "is", 0), {}, False),
        (asks("size", "unknown"), {}, True),
        (asks("flag", "is", True), {"Flag__c": True}, True),
        (asks("flag", "is", False), {}, True),
        (asks("day", "before", "2026-01-01"), {"Day__c": "2025-12-31"}, True),
        (asks("day", "after", "2026-01-01"), {"Day__c": "2026-01-01"}, False),
        (asks("day", "within", 30), {"Day__c": "2026-08-15"}, True),
        (asks("day", "within", 30), {"Day__c": "2026-09-15"}, False),
        (asks("at", "after", "2026-01-01"), {"At__c": "2026-01-01T00:00:01"}, True),
        (asks("at", "within", 2), {"At__c": "2026-08-31T10:00:00"}, True),
        (asks("country", "in", "US", "CA"), {"CountryCode": "CA"}, True),
        (asks("market", "in", "US", "CA"), {"Market__c": "CA"}, True),
        (asks("market", "contains", "c"), {"Market__c": "CA"}, True),
        (asks("share", "gte", 80), {"Share__c": 80}, True),
        (asks("share", "gt", 80), {"Share__c": 80}, False),
        (asks("share", "is", 12.5), {"Share__c": 12.5}, True),
        (asks("share", "between", 7, 29), {"Share__c": 29}, True),
        (asks("total", "gte", 3), {"Total__c": 3}, True),
        (Not(asks("title", "contains", "vp")), {"Title": ""}, True),
        (Not(asks("title", "has_word", "vp")), {}, True),
        (asks("title", "contains", " vp"), {"Title": "vp"}, False),
        (asks("title", "contains", " vp"), {"Title": "new vp"}, True),
        (All((asks("flag", "is", True), asks("size", "gt", 1))), {"Flag__c": True, "Size__c": 2}, True),
        (AnyOf((asks("flag", "is", True), asks("size", "gt", 1))), {"Size__c": 1}, False),
        (Not(asks("flag", "is", True)), {}, True),
    ],
)  # fmt: skip
def test_a_condition_holds_where_it_should(condition: Condition, record: dict[str, Any], expected: bool) -> None:
    assert holds(condition, record) is expected


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (Asked("event", "demo", "happened"), "an activity"),
        (Asked("inactive", "", "happened", (90,)), "without activity"),
        (Asked("grade", "", "in", ("A1",)), "a grade"),
        (Asked("record", "opportunity_won", "happened"), "another record"),
        (asks("nowhere", "is", "x"), "not on this object"),
        (asks("notes", "contains", "x"), "long text"),
        (asks("title", "matches", "^x"), "regular expressions"),
        (asks("flag", "unknown"), "never empty"),
        (asks("size", "contains", "1"), "search the words"),
        (asks("title", "gt", "a"), "compare"),
        (asks("day", "before", "soon"), "no date"),
        (asks("title", "within", 3), "no date"),
        (asks("hour", "is", "09:00"), "compare Hour__c"),
    ],
)
def test_what_a_formula_cannot_ask_is_named(condition: Condition, why: str) -> None:
    with pytest.raises(formula.Inexpressible, match=why):
        formula.condition(condition, FIELDS)


def test_a_validation_rule_knows_regular_expressions() -> None:
    assert formula.condition(asks("title", "matches", "x+"), FIELDS, rule=True) == 'REGEX(Title, "x+")'


def test_values_are_spelled_as_on_the_system() -> None:
    from mopsctl.element import Item, ValueList

    spelled = {"band": person("Band__c", "choice", values=ValueList("b", (Item("small", "1-50", "Small"),)))}
    assert formula.condition(asks("band", "is", "small"), spelled) == 'ISPICKVAL(Band__c, "1-50")'


@pytest.mark.parametrize(("score", "label"), [(100, "A"), (70, "A"), (69, "B"), (20, "C"), (0, "D"), (None, "D")])
def test_a_number_falls_into_its_band(score: int | None, label: str) -> None:
    source = formula.banded("Size__c", (("A", 70), ("B", 45), ("C", 20), ("D", 0)))
    tree = compiler.parse(source)
    assert evaluate.evaluate(tree, evaluate.Record({"Size__c": score}, KINDS, TODAY)) == label


# -- any condition, any record: the formula and a plain reading of the condition agree

_TITLES = ("", "CEO", "VP Sales", "Marketing Manager", "intern")
RECORDS = some.fixed_dictionaries(
    {
        "Title": some.sampled_from(_TITLES),
        "Size__c": some.one_of(some.none(), some.integers(-3, 3)),
        "Band__c": some.sampled_from(("", "1-50", "51-250")),
        "Flag__c": some.booleans(),
        "Day__c": some.one_of(some.none(), some.integers(-40, 40).map(lambda days: str(TODAY - timedelta(days=days)))),
    }
)
_WORDS = some.sampled_from(("ceo", "vp", "sales", "manager"))
_NUMBERS = some.integers(-3, 3)
TESTS = some.one_of(
    some.builds(lambda word: asks("title", "has_word", word), _WORDS),
    some.builds(lambda word: asks("title", "contains", word), _WORDS),
    some.builds(lambda title: asks("title", "is_not", title), some.sampled_from(_TITLES[1:])),
    some.builds(lambda operator: asks("title", operator), some.sampled_from(("known", "unknown"))),
    some.builds(
        lambda operator, value: asks("size", operator, value),
        some.sampled_from(("gt", "gte", "lt", "lte", "is")),
        _NUMBERS,
    ),
    some.builds(lambda low, high: asks("size", "between", min(low, high), max(low, high)), _NUMBERS, _NUMBERS),
    some.builds(lambda value: asks("band", "is", value), some.sampled_from(("1-50", "51-250"))),
    some.builds(lambda flag: asks("flag", "is", flag), some.booleans()),
    some.builds(lambda days: asks("day", "within", days), some.integers(1, 40)),
)
CONDITIONS = some.recursive(
    TESTS,
    lambda part: some.one_of(
        some.lists(part, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        some.lists(part, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        part.map(Not),
    ),
    max_leaves=6,
)


def plainly(condition: Condition, record: Mapping[str, Any]) -> bool:
    match condition:
        case All(parts):
            return all(plainly(part, record) for part in parts)
        case AnyOf(parts):
            return any(plainly(part, record) for part in parts)
        case Not(part):
            return not plainly(part, record)
        case Asked():
            return _plain_test(condition, record[FIELDS[condition.name].name])


_PLAINLY: Mapping[str, Callable[[Any, Any], bool]] = {
    "known": lambda value, _: bool(value),
    "unknown": lambda value, _: not value,
    "has_word": lambda value, asked: re.search(rf"\b{asked[0]}\b", str(value), re.IGNORECASE) is not None,
    "contains": lambda value, asked: str(asked[0]) in str(value).lower(),
    "is_not": lambda value, asked: bool(value != asked[0]),
    "is": lambda value, asked: bool(value == asked[0]),
    "between": lambda value, asked: value is not None and bool(asked[0] <= value <= asked[1]),
    "within": lambda value, asked: value is not None and 0 <= (TODAY - date.fromisoformat(value)).days <= asked[0],
    "gt": lambda value, asked: value is not None and bool(value > asked[0]),
    "gte": lambda value, asked: value is not None and bool(value >= asked[0]),
    "lt": lambda value, asked: value is not None and bool(value < asked[0]),
    "lte": lambda value, asked: value is not None and bool(value <= asked[0]),
}


def _plain_test(test: Asked, value: Any) -> bool:
    return _PLAINLY[test.operator](value, test.operands)


@given(CONDITIONS, RECORDS)
def test_formula_and_condition_agree(condition: Condition, record: dict[str, Any]) -> None:
    assert holds(condition, record) is plainly(condition, record)
