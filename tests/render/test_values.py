"""Values as text: visible, unambiguous, shortened without hiding what differs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.render.values import FULL, Style, pair, prose, shortened, shown, visible

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "empty"),
        ("", '""'),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (12.5, "12.5"),
        ("core", "core"),
        ("Business unit", '"Business unit"'),
        (" core", '" core"'),
        ("12", '"12"'),
        ("yes", '"yes"'),
        ("None", '"None"'),
        ("Business_Unit__c", "Business_Unit__c"),
        ([], "none"),
        ({}, "none"),
        (["a", "b c"], 'a, "b c"'),
        ({"fieldType": "select", "hidden": False}, "field type select, hidden no"),
    ],
)
def test_a_value_in_words(value: Any, said: str) -> None:
    assert shown(value) == said


@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
)
def test_two_different_values_never_look_alike(one: Any, other: Any) -> None:
    if (type(one), one) != (type(other), other) and visible(str(one)) != visible(str(other)):
        assert shown(one) != shown(other)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\nb", "a\\nb"),
        ("a\x1b[0m", "a\\x1b[0m"),
        ("a\u00a0b", "a\\u00a0b"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\ud800", "a\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("👩\u200d💻 é 名", "👩\u200d💻 é 名"),
    ],
)
def test_what_would_not_show_is_spelled_out(text: str, said: str) -> None:
    assert visible(text) == said


@given(st.text())
def test_prose_is_one_harmless_line(text: str) -> None:
    said = prose(text)
    assert len(said.splitlines()) <= 1
    assert not set(said) & {"\x1b", "\r", "\n", "\t", "\x07", "\u202e", "\u200b"}
    said.encode()


@given(JSON)
def test_any_value_can_be_shown(value: Any) -> None:
    for style in (FULL, Style(), Style(limit=5, items=1, more="")):
        assert shown(value, style)
        assert shown(value, style).isprintable() or "\u200d" in shown(value, style)


def test_a_text_is_cut_between_words_and_counted() -> None:
    assert (
        shortened("one two three four " * 10, Style(limit=20)) == "one two three four… (190 characters; -v shows all)"
    )


def test_a_text_is_not_cut_where_that_saves_nothing() -> None:
    assert shortened("x" * 60, Style(limit=40)) == "x" * 60


def test_of_two_long_texts_the_difference_is_shown() -> None:
    one = " ".join(f"word{number}" for number in range(100))
    before, after = pair(one, one.replace("word50 ", "WORD50 "), Style())
    assert "word50" in before
    assert "WORD50" in after
    assert len(before) < 150
    assert before[1:].startswith("…") and before[:-1].endswith("…")  # noqa: PT018 - one window


@given(st.text(max_size=300), st.text(max_size=300))
def test_two_different_texts_are_shown_as_different(one: str, other: str) -> None:
    before, after = pair(one, other, Style(limit=40))
    if visible(one) != visible(other) and max(len(one), len(other)) < 60:
        assert before != after


def test_a_difference_in_a_repetition_is_found() -> None:
    before, after = pair("ab" * 100, "ab" * 99, Style(limit=40))
    assert before
    assert after
    assert before != after
