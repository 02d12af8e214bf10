"""The table of what formulas ask: every operator, of every type and hint, of a value that fits, another one, and none.

    python -m tests.salesforce.operators        writes operators.txt

`holds` is what the emulator's own formula engine says of the three records; a cell without a formula has the reason why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

from mopsctl_salesforce import formula
from mopsctl_salesforce.emulator import evaluate
from mopsctl_salesforce.emulator import formula as compiler

from mopsctl.condition import Operator
from mopsctl.condition import Test as Asked
from mopsctl.element import Field, FieldType
from tests.salesforce.conftest import person, values

PAGE = Path(__file__).with_name("operators.txt")
TODAY = date(2026, 9, 1)
OPERATORS: tuple[Operator, ...] = tuple(each for each in get_args(Operator) if each != "happened")
LIST = values("One", "Two", "Three")


@dataclass(frozen=True)
class Sort:
    """What a record holds of a kind of field: a value that questions are asked about, and another one."""

    kind: str
    fits: Any
    other: Any
    asked: Any


TEXT = Sort("Text", "One", "Two", "One")
LONG = Sort("LongText", "One", "Two", "One")
PICK = Sort("Picklist", "One", "Two", "One")
MULTI = Sort("Multi", "One;Three", "Two", "One")
NUMBER = Sort("Number", 5, 50, 5)
PERCENT = Sort("Percent", 5, 50, 5)
FLAG = Sort("Boolean", True, False, True)
DAY = Sort("Date", "2026-08-20", "2025-01-01", "2026-08-20")
MOMENT = Sort("DateTime", "2026-08-20T00:00:00", "2025-01-01T00:00:00", "2026-08-20")
TIME = Sort("Time", "10:00:00", "11:00:00", "10:00:00")
LOOKUP = Sort("Text", "One", "Two", "One")

TYPES: dict[str, Sort] = {
    "text": TEXT, "long_text": LONG, "integer": NUMBER, "decimal": NUMBER, "currency": NUMBER, "percent": PERCENT,
    "boolean": FLAG, "date": DAY, "datetime": MOMENT, "choice": PICK, "multi_choice": MULTI, "email": TEXT, "phone": TEXT,
    "url": TEXT, "country": PICK, "reference": LOOKUP, "computed": TEXT,
}  # fmt: skip
HINTS: dict[str, Sort] = {
    "AutoNumber": TEXT, "Checkbox": FLAG, "Currency": NUMBER, "Date": DAY, "DateTime": MOMENT, "Email": TEXT,
    "EncryptedText": LONG, "Html": LONG, "LongTextArea": LONG, "Lookup": LOOKUP, "MasterDetail": LOOKUP,
    "MultiselectPicklist": MULTI, "Number": NUMBER, "Percent": PERCENT, "Phone": TEXT, "Picklist": PICK, "Summary": NUMBER,
    "Text": TEXT, "TextArea": TEXT, "Time": TIME, "Url": TEXT,
}  # fmt: skip


def fields() -> Iterator[tuple[str, Field, Sort]]:
    """Every type of the catalogue, every type that a hint may say, and country fields without a list."""
    for kind in get_args(FieldType):
        listed = LIST if kind in ("choice", "multi_choice", "country") else None
        yield kind, person("F__c", kind, key="f", values=listed), TYPES[kind]
    yield "country, no list", person("F__c", "country", key="f"), TEXT
    yield "country, standard", person("Country", "country", key="f", values=LIST), TEXT
    yield "country, code", person("CountryCode", "country", key="f", values=LIST), PICK
    for native, sort in HINTS.items():
        yield f"hint {native}", person("F__c", "text", key="f", values=LIST, hints={"type": native}), sort


def operands(operator: Operator, asked: Any) -> tuple[Any, ...]:
    """What an operator is asked with; dates and numbers where the operator wants them."""
    match operator:
        case "known" | "unknown":
            return ()
        case "within":
            return (30,)
        case "between":
            return (asked, asked)
        case "in" | "not_in":
            return (asked, asked)
    return (asked,)


def cell(field: Field, sort: Sort, operator: Operator) -> tuple[str, str]:
    """Whether it holds of a fitting value, of another and of none; and the formula, or why there is none."""
    test = Asked("field", "f", operator, operands(operator, sort.asked))
    try:
        source = formula.condition(test, {"f": field})
    except formula.Inexpressible as error:
        return "  -", str(error)
    kinds = {field.name: sort.kind}
    tree = compiler.parse(source)
    assert compiler.Checker(kinds, rule=False).check(tree) == "Boolean", source
    said = [
        evaluate.evaluate(tree, evaluate.Record({field.name: value}, kinds, TODAY))
        for value in (sort.fits, sort.other, None)
    ]
    return "".join({True: "y", False: "n", None: "?"}[each] for each in said), source


def rows() -> Iterator[tuple[str, Operator, str, str]]:
    """Every cell of the table."""
    for name, field, sort in fields():
        for operator in OPERATORS:
            yield name, operator, *cell(field, sort, operator)


def page() -> str:
    """The table as it is kept."""
    head = "holds of: a value that fits, another value, no value (y yes, n no, ? null, - not to be asked)\n\n"
    return head + "".join(f"{name:22} {operator:9} {said:4} {source}\n" for name, operator, said, source in rows())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
