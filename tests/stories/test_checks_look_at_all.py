"""Checks look at the whole: at tests that can never hold, and at opt-outs that nobody tagged."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.stories.conftest import Story

Of = Callable[[str], Story]
GOOD = "{field: partner, is: true}"
NEVER = [
    "{field: title, gte: 5}",
    "{field: partner, contains: yes}",
    "{field: title, before: 2026-01-01}",
    "{field: staff, within: {days: 30}}",
    "{field: staff, has_word: [many]}",
    "{field: sector, gt: 3}",
    "{field: signed, gte: 3}",
    '{field: staff, is: "500"}',
    "{field: staff, in: [few, many]}",
    "{field: signed, is: soon}",
    "{field: staff, between: [500, 50]}",
    '{field: title, matches: "(("}',
    "{field: staff, gte: 100000}",
    "{field: fit, gt: 100}",
    "{score: fit, gte: 150}",
    '{field: title, is: "a title of more than forty characters, which never fits"}',
    "{all: [{field: sector, is: public}, {field: sector, is: private}]}",
    "{all: [{field: staff, gt: 50}, {field: staff, lt: 5}]}",
]


@pytest.mark.parametrize("test", NEVER)
def test_023_a_test_that_never_holds_is_an_error_in_a_score_and_in_a_lifecycle(story: Of, test: str) -> None:
    here = story("023-never-true")
    here.opened()
    assert here.validate().code == 0
    here.edit("scoring/fit.yaml", f"when: {GOOD}", f"when: {test}")
    here.edit("lifecycle/person.yaml", f"when: {GOOD}", f"when: {test}")
    said = here.validate()
    assert said.code == 3
    places = set(re.findall(r"^(?:error +|.*at: )(\S+?\.yaml):", said.out, flags=re.MULTILINE))
    assert places == {"scoring/fit.yaml", "lifecycle/person.yaml"}


@pytest.mark.parametrize(
    "test",
    [
        "{field: title, has_word: [chief]}",
        "{field: staff, between: [50, 500]}",
        "{field: signed, within: {days: 30}}",
        "{field: signed, is: 2026-03-31}",
        "{score: fit, gte: 50}",
        "{any: [{field: sector, is: public}, {field: sector, is: private}]}",
        "{all: [{field: staff, gte: 5}, {field: staff, lt: 50}]}",
        "{field: staff, is: 500}",
    ],
)
def test_023_a_test_that_may_hold_is_fine(story: Of, test: str) -> None:
    here = story("023-never-true")
    here.opened()
    here.edit("lifecycle/person.yaml", f"when: {GOOD}", f"when: {test}")
    assert here.validate().code == 0


def test_026_an_untagged_opt_out_is_known_by_its_name(story: Of) -> None:
    here = story("012-other-connector")
    here.opened()
    here.edit("catalog/person.yaml", "type: boolean, pii: preference, ", "type: boolean, ")
    assert "FM024" not in here.validate().out
    here.edit("mappings/sync.yaml", "    - {field: opt_out, sync: two-way}\n", "")
    said = here.validate()
    assert said.code == 3
    assert "FM024" in said.out
    assert here.apply().code == 3


def test_026_a_mapping_of_people_without_any_opt_out(story: Of) -> None:
    here = story("015-lead-only")
    here.opened()
    said = here.validate()
    assert said.code == 0
    assert "warning" in said.out
    assert "FM024" in said.out
    assert "hs_email_optout of hubspot and HasOptedOutOfEmail of salesforce" in " ".join(said.out.split())
