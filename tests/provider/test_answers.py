"""Shapes of answers, and pages that must add up."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.emulator import Handle
from mopsctl.errors import ConnectionFailed, MalformedAnswer, OutcomeUnknown
from mopsctl.provider import answers
from mopsctl.provider.answers import Call, Page, Shape, collected, parsed
from mopsctl.provider.http import Api

CALL = Call("toy", "GET", "/things")
ROW = answers.record(
    {"name": answers.name, "label?": answers.text, "options?": answers.many(answers.record({"value": answers.key}))}
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "label", "options", "value"]), inner)
    ),
    max_leaves=12,
)


def rows(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": number} for number in numbers]


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        ({"name": "a"}, ""),
        ({"name": "a", "label": None, "options": [{"value": 7}], "more": [{}]}, ""),
        (None, "it is null instead of an object"),
        ([], "it is a list instead of an object"),
        ({}, "name is missing"),
        ({"name": None}, "name is null instead of text"),
        ({"name": " "}, "name is blank"),
        ({"name": "a", "label": 1}, "label is a number instead of text"),
        ({"name": "a", "options": {}}, "options is an object instead of a list"),
        ({"name": "a", "options": [{"value": "b"}, {"value": True}]}, "options[1].value is true or false instead of a whole number"),
    ],
)  # fmt: skip
def test_a_flaw_is_named_with_its_place(value: Any, flaw: str) -> None:
    assert ROW(value, "") == flaw


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        (answers.whole, [0, -1], [True, 1.0, "1", 2**63, 10**300]),
        (answers.count, [0, 7], [-1, None]),
        (answers.number, [1, 0.5], [True, "1", 1e300]),
        (answers.switch, [True, False], [0, "true"]),
        (answers.scalar, ["", 1, 0.5, True], [None, [], {}, 2**70]),
        (answers.key, ["a", 1], ["", True, 1.5]),
        (answers.mapped(answers.text), [{}, {"a": "b"}], [[], {"a": 1}]),
        (answers.either(answers.text, answers.switch), ["", False], [None, 1]),
        (answers.maybe(answers.text), [None, "a"], [1]),
        (answers.distinct("id", answers.record({"id": answers.key})), [[], rows(1, 2)], [rows(1, 2, 1), [{}], None]),
    ],
)
def test_plain_shapes(shape: Shape, good: list[Any], bad: list[Any]) -> None:
    assert [each for each in good if shape(each, "")] == []
    assert [each for each in bad if not shape(each, "")] == []


@given(JSON)
def test_what_has_the_shape_can_be_used_as_the_shape_says(value: Any) -> None:
    if not ROW(value, ""):
        assert value["name"].strip()
        assert all(str(each["value"]).strip() for each in value.get("options") or [])


def test_the_error_names_system_call_and_flaw() -> None:
    with pytest.raises(MalformedAnswer) as failed:
        CALL.checked({"things": None}, answers.record({"things": answers.many(ROW)}))
    assert str(failed.value) == "toy answered GET /things with half an answer: things is null instead of a list."
    assert (failed.value.system, failed.value.code) == ("toy", "malformed")


def test_half_an_answer_to_a_write_leaves_it_in_doubt() -> None:
    with pytest.raises(
        OutcomeUnknown, match=r"^toy answered POST /things, a write, with half an answer: id is missing\.$"
    ):
        Call("toy", "POST", "/things").written({}, answers.record({"id": answers.key}))


def read(*pages: Page) -> list[dict[str, Any]]:
    """The pages by cursor 0, 1, 2 …"""
    return collected(CALL, lambda cursor: pages[cursor], key=lambda row: row["id"], start=0)


class TestPages:
    def test_whole_pages_are_a_collection(self) -> None:
        assert read(Page(rows(1, 2), 1, 3), Page(rows(3), None, 3)) == rows(1, 2, 3)
        assert read(Page(rows(), None)) == []

    def test_a_key_may_be_anything(self) -> None:
        """Where no shape says what tells rows apart, a row may hold whatever it likes there."""
        odd: list[dict[str, Any]] = [{"id": [None]}, {"id": {}}]
        assert collected(CALL, lambda _cursor: Page(odd), key=lambda row: row["id"]) == odd

    def test_a_page_in_between_may_be_empty(self) -> None:
        assert read(Page(rows(1), 1), Page(rows(), 2), Page(rows(2), None)) == rows(1, 2)

    def test_empty_pages_without_end_are_none(self) -> None:
        with pytest.raises(MalformedAnswer, match="101 empty pages in a row say that there is more"):
            collected(CALL, lambda cursor: Page([], cursor + 1), start=0)

    def test_every_page_is_fetched_once_in_order(self, api: Api, toy: Handle) -> None:
        for _ in range(7):
            api.send("POST", "/things", json={})

        def fetch(cursor: int | None) -> Page:
            page = api.get("/things", {"start": cursor or 0, "size": 3})
            return Page(page["things"], page["next"])

        assert [each["number"] for each in collected(CALL, fetch, lambda row: row["number"])] == [1, 2, 3, 4, 5, 6, 7]
        assert api.calls.reads == 3

    def test_a_page_that_fails_is_no_end(self) -> None:
        def fetch(cursor: int | None) -> Page:
            if cursor:
                raise ConnectionFailed("toy does not answer.")
            return Page(rows(1), 1)

        with pytest.raises(ConnectionFailed):
            collected(CALL, fetch)

    @pytest.mark.parametrize(
        ("pages", "flaw"),
        [
            ([Page(rows(), None, 100)], "it shows 0 of 100 rows"),
            ([Page(rows(1, 2), 1, 3), Page(rows(), None, 3)], "it shows 2 of 3 rows"),
            ([Page(rows(1, 2), None, 1)], "it shows 2 of 1 rows"),
            ([Page(rows(1), 1, 2), Page(rows(2), None, 3)], "its pages name different totals, 2 and 3"),
            ([Page(rows(1), 1, 2), Page(rows(2), None)], "its pages name different totals, 2 and None"),
            ([Page(rows(1), 0)], "after a page it names a page that was read before ('0')"),
            ([Page(rows(1), 1), Page(rows(2), 1)], "after a page it names a page that was read before ('1')"),
            ([Page(rows(1), 1), Page(rows(1), 2)], "'1' comes twice"),
            ([Page(rows(1, 1), None)], "'1' comes twice"),
        ],
    )
    def test_pages_that_contradict_each_other_are_none(self, pages: list[Page], flaw: str) -> None:
        with pytest.raises(MalformedAnswer) as failed:
            read(*pages)
        assert f"half an answer: {flaw}." in str(failed.value)


class TestParsing:
    @pytest.mark.parametrize(
        "content", ['{"a": [1, 2.5, "é"]}'.encode(), b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16")]
    )
    def test_json_is_read(self, content: bytes) -> None:
        assert isinstance(parsed(content), dict)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<html></html>",
            b'{"a": NaN}',
            b'{"a": -Infinity}',
            b'{"a": 1e999}',
            b'{"a": ' + b"9" * 5000 + b"}",
            b'{"a": "\\ud800"}',
            b'{"\\uDC00": 1}',
            b'{"a": "\xe9"}',
            b"[" * 101 + b"]" * 101,
            b"[" * 100_000 + b"]" * 100_000,
        ],
    )
    def test_what_could_not_be_used_is_no_json(self, content: bytes) -> None:
        with pytest.raises(ValueError, match=r"(?s)."):
            parsed(content)

    def test_a_whole_character_from_two_halves_is_one(self) -> None:
        assert parsed(b'["\\ud83d\\ude00"]') == ["\U0001f600"]
