"""Conditions read as a person would say them, and every question of a tree is found."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl import condition
from mopsctl.condition import All, AnyOf, Condition, Not, Operator, Scalar, sentence

Question = condition.Test  # under another name, or pytest would take it for one of its own

COUNTRY = Question("field", "country", "in", ("US", "CA"))
DEMO = Question("event", "demo_requested", "happened")
OPTED_OUT = Question("field", "opt_out", "is", (True,))

SENTENCES: list[tuple[Condition, str]] = [
    (Question("field", "country", "is", ("US",)), "country is US"),
    (Question("field", "country", "is_not", ("US",)), "country is not US"),
    (COUNTRY, "country is one of US, CA"),
    (Question("field", "country", "not_in", ("US", "CA")), "country is none of US, CA"),
    (Question("field", "title", "has_word", ("vp", "head of")), "title has the word vp, head of"),
    (Question("field", "title", "contains", ("chief",)), "title contains chief"),
    (Question("field", "employees", "gt", (10,)), "employees is above 10"),
    (Question("field", "employees", "gte", (10,)), "employees is at least 10"),
    (Question("field", "employees", "lt", (10,)), "employees is below 10"),
    (Question("field", "employees", "lte", (9.5,)), "employees is at most 9.5"),
    (Question("field", "employees", "between", (10, 50)), "employees is between 10 and 50"),
    (Question("field", "email", "known"), "email is filled"),
    (Question("field", "email", "unknown"), "email is empty"),
    (Question("field", "born", "before", ("2000-01-01",)), "born is before 2000-01-01"),
    (Question("field", "born", "after", ("2000-01-01",)), "born is after 2000-01-01"),
    (Question("field", "bought", "within", (30,)), "bought is within the last 30 days"),
    (Question("field", "title", "matches", ("^vp",)), "title matches ^vp"),
    (OPTED_OUT, "opt_out is true"),
    (Question("field", "opt_out", "is_not", (False,)), "opt_out is not false"),
    (DEMO, "demo_requested happened"),
    (Question("event", "demo_requested", "within", (1,)), "demo_requested happened within the last 1 day"),
    (
        Question("event", "page_viewed", "happened", (), (("path", "/pricing"), ("times", 2))),
        "page_viewed happened (path /pricing, times 2)",
    ),
    (
        Question("event", "page_viewed", "within", (7,), (("path", "/pricing"),)),
        "page_viewed happened within the last 7 days (path /pricing)",
    ),
    (Question("record", "opportunity_won", "happened"), "opportunity_won happened"),
    (Question("grade", "", "in", ("A1", "A2")), "the grade is one of A1, A2"),
    (Question("grade", "person-fit", "in", ("A",)), "the grade of person-fit is one of A"),
    (Question("score", "person-fit", "gte", (70,)), "the score person-fit is at least 70"),
    (Question("score", "person-fit", "between", (45, 70)), "the score person-fit is between 45 and 70"),
    (Question("inactive", "", "within", (90,)), "no activity for 90 days"),
    (Question("inactive", "", "within", (1,)), "no activity for 1 day"),
    (Not(OPTED_OUT), "not (opt_out is true)"),
    (All((COUNTRY, DEMO)), "country is one of US, CA and demo_requested happened"),
    (AnyOf((COUNTRY, DEMO)), "country is one of US, CA or demo_requested happened"),
    (
        All((DEMO, AnyOf((COUNTRY, OPTED_OUT)))),
        "demo_requested happened and (country is one of US, CA or opt_out is true)",
    ),
    (
        AnyOf((All((COUNTRY, DEMO)), Not(OPTED_OUT))),
        "(country is one of US, CA and demo_requested happened) or not (opt_out is true)",
    ),
    (Not(All((COUNTRY, DEMO))), "not (country is one of US, CA and demo_requested happened)"),
]


@pytest.mark.parametrize(("tree", "words"), SENTENCES, ids=[words for _, words in SENTENCES])
def test_a_condition_reads_as_a_person_says_it(tree: Condition, words: str) -> None:
    assert sentence(tree) == words


def test_every_operator_is_worded() -> None:
    asked = {test.operator for tree, _ in SENTENCES for test in condition.tests(tree)}
    assert asked == set(get_args(Operator))


scalars: st.SearchStrategy[Scalar] = st.one_of(st.booleans(), st.integers(), st.text("abc", min_size=1))
single = st.builds(
    Question,
    st.just("field"),
    st.text("abc_", min_size=1),
    st.sampled_from(["is", "in", "contains"]),
    st.tuples(scalars),
)


def _deeper(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(parts.map(All), parts.map(AnyOf), inner.map(Not))


trees: st.SearchStrategy[Condition] = st.recursive(single, _deeper, max_leaves=8)


@given(trees)
def test_every_question_is_said_once_and_in_order(tree: Condition) -> None:
    words, at = sentence(tree), 0
    for test in condition.tests(tree):
        at = words.index(sentence(test), at) + len(sentence(test))
    assert words.count("(") == words.count(")")
    joints = words.count(" and ") + words.count(" or ")
    assert joints == sum(1 for _ in condition.tests(tree)) - 1
