"""The matrix of types says what the table of conversions says, for every pair of types."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from mopsctl.checks.types import Fit, fit
from mopsctl.element import FieldType

COLUMNS: tuple[FieldType, ...] = (
    *("text", "long_text", "email", "phone", "integer", "decimal"),
    *("boolean", "date", "datetime", "choice", "multi_choice"),
)
# Rows are what a value comes from, columns what it goes into, in the order above.
TABLE: dict[FieldType, str] = {
    "text": "len ok fmt fmt - - - - - map -",
    "long_text": "loss len - - - - - - - - -",
    "email": "len ok len - - - - - - - -",
    "phone": "len ok - fmt - - - - - - -",
    "integer": "ok ok - - ok ok - - - - -",
    "decimal": "ok ok - - loss scale - - - - -",
    "boolean": "map map - - map map ok - - map -",
    "date": "ok ok - - - - - ok zone - -",
    "datetime": "ok ok - - - - - loss ok - -",
    "choice": "len ok - - - - map - - map map",
    "multi_choice": "loss loss - - - - - - - - map",
}
PAIRS = [
    (source, target, said) for source, row in TABLE.items() for target, said in zip(COLUMNS, row.split(), strict=True)
]
TYPES = get_args(FieldType)


@pytest.mark.parametrize(("source", "target", "said"), PAIRS, ids=[f"{one}-{other}" for one, other, _ in PAIRS])
def test_a_pair_of_types_fits_as_the_table_says(source: FieldType, target: FieldType, said: Fit) -> None:
    assert fit(source, target) == said


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("url", "text", "len"),
        ("url", "url", "len"),
        ("currency", "integer", "loss"),
        ("percent", "decimal", "scale"),
        ("integer", "currency", "ok"),
        ("country", "text", "map"),
        ("text", "country", "map"),
        ("country", "country", "map"),
        ("country", "choice", "map"),
        ("reference", "text", "len"),
        ("reference", "integer", "-"),
        ("computed", "integer", "ok"),
        ("computed", "text", "ok"),
    ],
)
def test_the_other_types_fit_as_the_type_they_are_a_sort_of(source: FieldType, target: FieldType, said: Fit) -> None:
    assert fit(source, target) == said


def test_there_is_an_answer_for_every_pair() -> None:
    assert {fit(source, target) for source, target in product(TYPES, TYPES)} == set(get_args(Fit))
