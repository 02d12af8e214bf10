"""Formulas as real orgs hold them: what people wrote on the screen, read by the emulator's own compiler."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from mopsctl_salesforce.emulator import evaluate, formula

KINDS = {
    "Title": "Text", "AccountId": "Text", "OwnerId": "Text", "Region__c": "Text", "Day__c": "Date", "At__c": "DateTime",
    "Size__c": "Number", "Share__c": "Percent", "Band__c": "Picklist",
}  # fmt: skip
RECORD = {
    "Title": "VP of Sales",
    "Day__c": "2026-01-31",
    "At__c": "2026-08-31T10:00:00",
    "Size__c": 7.5,
    "Share__c": 12,
}


def value(source: str, **record: Any) -> Any:
    tree = formula.parse(source)
    formula.Checker(KINDS, rule=False).check(tree)
    return evaluate.evaluate(tree, evaluate.Record({**RECORD, **record}, KINDS, date(2026, 9, 1)))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("LEFT(Title, 2)", "VP"),
        ("RIGHT(Title, 5)", "Sales"),
        ("MID(Title, 4, 2)", "of"),
        ("VALUE('12.5')", 12.5),
        ("MOD(7, 3)", 1),
        ("FLOOR(Size__c) + CEILING(Size__c)", 15),
        ("FLOOR(-2.5)", -2),
        ("CEILING(-2.5)", -3),
        ("MONTH(Day__c) + YEAR(Day__c) + DAY(Day__c)", 2058),
        ("WEEKDAY(Day__c)", 7),
        ("ADDMONTHS(Day__c, 1)", date(2026, 2, 28)),
        ("ADDMONTHS(DATE(2026, 2, 28), 1)", date(2026, 3, 31)),
        ("DATEVALUE(At__c)", date(2026, 8, 31)),
        ("CASESAFEID('001D000000IRt53')", "001D000000IRt53IAD"),
        ("BLANKVALUE(Region__c, 'none')", "none"),
        ("NULLVALUE(Size__c, 0)", 7.5),
        ("IF(Title = 'VP of Sales', \"it's\", 'no')", "it's"),
        ("'a\\'b' & BR() & \"c\"", "a'b\nc"),
        ("HYPERLINK('/' & Title, 'open')", '<a href="/VP of Sales">open</a>'),
        ("IMAGE('/img/flag.gif', 'flag')", '<img src="/img/flag.gif" alt="flag">'),
        ("Share__c * 100", 12),
        ("BLANKVALUE(Account.Industry, 'unknown')", "unknown"),
        ("ISBLANK(Owner:User.Email)", True),
    ],
)
def test_what_people_write_is_read(source: str, expected: Any) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Parent__r.Name", "Field Parent__r does not exist"),
        ("LEFT(Title)", "Expected 2, received 1"),
        ("MONTH(Title)", "Expected Date, received Text"),
        ("VALUE(Size__c)", "Expected Text, received Number"),
        ("HYPERLINK('/')", "Expected 2, received 1"),
        ("BLANKVALUE(Size__c, 'x')", "Expected Number, received Text"),
        ("CASE(Day__c, '2026-01-01', 1, 0)", "Expected Date, received Text"),
        ("'open", "Syntax error"),
    ],
)
def test_what_the_compiler_refuses(source: str, said: str) -> None:
    with pytest.raises(formula.FormulaError, match=said):
        value(source)
