"""Every operator, of every type and hint, of a value, another and none: what formulas ask, and what they mean."""

from __future__ import annotations

import pytest
from mopsctl_salesforce import formula_size
from mopsctl_salesforce.emulator import formula as compiler

from tests.salesforce import operators

# What each operator says of a value that fits, of another one, and of none.
MEANING = {
    "is": "ynn", "is_not": "nyy", "in": "ynn", "not_in": "nyy", "has_word": "ynn", "contains": "ynn", "known": "yyn",
    "unknown": "nny", "between": "ynn", "within": "ynn",
}  # fmt: skip
# Numbers grow from 5 to 50; the other day lies before the one that is asked about.
GROWING = {"gt": "nyn", "gte": "yyn", "lt": "nnn", "lte": "ynn", "before": "nnn", "after": "nyn"}
SHRINKING = {"gt": "nnn", "gte": "ynn", "lt": "nyn", "lte": "yyn", "before": "nyn", "after": "nnn"}
ROWS = list(operators.rows())


def test_the_table_is_whole_and_as_it_was_read() -> None:
    kinds = {name for name, *_ in ROWS}
    assert len(ROWS) == len(kinds) * len(operators.OPERATORS)
    assert all(said.strip() and source.strip() for _, _, said, source in ROWS)
    assert operators.page() == operators.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({name for name, *_ in ROWS}))
def test_a_formula_means_what_its_operator_means(name: str) -> None:
    asked = {operator: said for each, operator, said, _ in ROWS if each == name and said.strip() != "-"}
    order = SHRINKING if "date" in name.lower() else GROWING
    assert asked == {operator: {**MEANING, **order}[operator] for operator in asked}


def test_the_estimated_size_is_never_below_that_of_the_compiler() -> None:
    for _, _, said, source in ROWS:
        if said.strip() != "-":
            whole = f"IF({source}, 10, 0)"
            real = compiler.compiled_size(compiler.parse(whole), lambda _: formula_size.FIELD)
            assert formula_size.compiled_size(whole) >= real, whole


@pytest.mark.parametrize(("lines", "measured"), [(70, 5_431), (200, 15_441)])
def test_a_table_is_as_large_as_the_vendors_engine_makes_it(lines: int, measured: int) -> None:
    """Measured with the vendor's open-source engine: a CASE over a picklist with values of two letters."""
    letters = [f"{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(lines)]
    source = f"CASE(F__c, {', '.join(f'{chr(34)}{each}{chr(34)}, 1' for each in letters)}, 0)"
    assert measured <= formula_size.compiled_size(source) <= 1.1 * measured


@pytest.mark.parametrize(
    ("one", "measured"),
    [
        ('IF(CONTAINS(LOWER(Title), "vp"), 1, 0)', 7_993),
        ("IF(Flag__c, 5, 0)", 7_526),
        ('IF(Title = "abc", 5, 0)', 6_932),
    ],
)
def test_a_chain_of_questions_is_no_smaller_than_the_vendors_engine_makes_it(one: str, measured: int) -> None:
    """The longest chain that the limit on the source lets through."""
    source = " + ".join([one] * (formula_size.LONGEST_SOURCE // (len(one) + 3)))
    assert formula_size.compiled_size(source) >= measured


def test_a_formula_that_is_read_counts_each_time() -> None:
    source = 'IF(Score__c >= 60, "A", IF(Score__c >= 30, "B", "C"))'
    assert formula_size.compiled_size(source, {"Score__c": 1_000}) > formula_size.compiled_size(source) + 1_900
    assert formula_size.compiled_size("") == 0
