"""What moves inside a change, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mopsctl.engine.plan import Change, DriftField
from mopsctl.render import moves
from mopsctl.render.values import FULL, Style
from mopsctl.resource import FieldChange
from tests.render.samples import ADD_PROPERTY, CHANGE_VALUES, REMOVE, moved


def told(*fields: FieldChange, change: Change = CHANGE_VALUES) -> list[str]:
    return list(moves.lines(replace(change, fields=fields), FULL))


@pytest.mark.parametrize(
    ("field", "line"),
    [
        (moved("label", "Old", "New"), "~ label: Old → New"),
        (moved("label", None, "New"), "+ label: New"),
        (moved("label", "Old", None), "- label: Old"),
        (moved("required", False, True), "~ required: no → yes"),
        (moved("fieldType", "text", "select"), "~ field type: text → select"),
        (moved("isPII", 1, 2), "~ is PII: 1 → 2"),
        (moved("options/web", None, {"label": "Web"}), "+ option web Web"),
        (moved("options/web", None, {"label": "web"}), "+ option web"),
        (moved("options/web", {"label": "Web"}, None), "- option web Web"),
        (moved("options/web/label", "Web", "Site"), "~ option web label: Web → Site"),
        (moved("options/web/hidden", False, True), "- option web hidden from now on; records keep it"),
        (moved("options/web/hidden", None, True), "- option web hidden from now on; records keep it"),
        (moved("options/web/hidden", True, False), "+ option web shown again"),
        (moved("values/web/active", True, False), "- value web inactive from now on; records keep it"),
        (moved("values/web/active", False, True), "+ value web active again"),
        (moved("values/web", None, {"label": "Web", "active": True}), "+ value web Web"),
        (moved("values/web", None, {"label": "Web", "active": False}), "+ value web Web (active no)"),
        (moved("stages/won/probability", 0.4, 0.6), "~ stage won probability: 0.4 → 0.6"),
        (moved("entries/x", None, {"label": "X"}), "+ entry x X"),
        (moved("values/two words", None, "Two"), '+ value "two words" Two'),
    ],
)
def test_one_move(field: FieldChange, line: str) -> None:
    assert told(field) == [line]


def test_an_item_that_moves_as_a_whole_is_told_part_by_part() -> None:
    assert told(moved("options/web", {"label": "Web", "hidden": False}, {"label": "Site", "hidden": True})) == [
        "- option web hidden from now on; records keep it",
        "~ option web label: Web → Site",
    ]


def test_a_whole_list_is_told_value_by_value() -> None:
    before: Any = {"a": {"label": "A"}, "b": {"label": "B"}}
    assert told(moved("options", before, {"b": {"label": "B"}, "c": {"label": "C"}})) == [
        "- option a A",
        "+ option c C",
    ]


def test_members_of_a_plain_list_are_named_one_by_one() -> None:
    assert told(moved("objects", ["Lead"], ["Lead", "Contact"])) == ["+ object Contact"]
    assert told(moved("trackedBy", ["a", "b"], ["a"])) == ["- tracked by b"]


def test_a_plain_list_that_only_changes_its_order_says_so() -> None:
    assert told(moved("objects", ["a", "b"], ["b", "a"])) == ["~ order of objects: a, b → b, a"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["a", "b"], ["a", "b", "c"]),
        (["a", "b", "c"], ["a", "c"]),
        (["a", "b"], ["b", "c"]),
        (None, ["a"]),
    ],
)
def test_an_order_that_only_follows_its_values_is_not_told(before: Any, after: Any) -> None:
    label = moved("label", "Old", "New")
    assert told(label, moved("options_order", before, after)) == ["~ label: Old → New"]


@pytest.mark.parametrize(("before", "after"), [(["a", "b"], ["b", "a"]), (["a", "b"], ["a", "c", "b"])])
def test_an_order_that_moves_is_told(before: list[str], after: list[str]) -> None:
    (line,) = told(moved("options_order", before, after))
    assert line == f"~ order of options: {', '.join(before)} → {', '.join(after)}"


def test_an_order_is_told_where_nothing_else_would_be() -> None:
    assert told(moved("options_order", ["a"], ["a", "b"])) == ["~ order of options: a → a, b"]


def test_values_are_told_in_the_order_people_will_see() -> None:
    fields = [moved(f"options/{key}", None, {"label": key.upper()}) for key in "abc"]
    assert told(*fields, moved("options_order", None, ["c", "a", "b"])) == [
        "+ option c C",
        "+ option a A",
        "+ option b B",
    ]


def test_an_addition_is_one_paragraph_and_one_for_each_list() -> None:
    assert told(*ADD_PROPERTY.fields[:2], moved("options/a", None, {"label": "A"}), change=ADD_PROPERTY) == [
        'field type select; description "The part of the company that looks after this person."',
        "options: a A",
    ]


def test_a_removal_says_what_was() -> None:
    assert told(moved("label", "Old", None), moved("options", {"a": {"label": "A"}}, None), change=REMOVE) == [
        "was label Old",
        "was options: a A",
    ]


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("label", "label"),
        ("options.web.label", "option web label"),
        ("options.a\\.b", "option a.b"),
        ("options.a\\\\b", 'option "a\\b"'),
        ("fieldType", "field type"),
    ],
)
def test_a_drifted_path_in_words(path: str, what: str) -> None:
    assert moves.drifted(DriftField(path, 1, 2, 3), Style()) == (what, "1", "2", "3")


def test_a_drifted_path_is_read_the_way_plans_write_it() -> None:
    written = FieldChange(("options", "a.b\\c", "label"), 1, 2).dotted()
    assert moves.drifted(DriftField(written, 1, 2, 3), FULL)[0] == 'option "a.b\\c" label'


def test_drift_has_words_for_nothing() -> None:
    assert moves.drifted(DriftField("values.x", None, None, None), FULL)[1:] == ("not there", "gone", "not named")
    assert moves.drifted(DriftField("values.x", None, {"label": "X"}, ""), FULL)[1:] == ("not there", "X", '""')
