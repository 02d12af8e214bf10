"""What public scoring tables say can be said, and reaches every system: written where it can be, else a step with the words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stories.conftest import Story

Of = Callable[[str], Story]
WORDS = (
    "'click' counts at most 3 times in 1 day",
    "at least 8 times within 1 day",
    "at least 3 times in one visit",
    "again after each further 7 days of silence",
    "a loss of 10 % of the score there is then",
    "'acts' loses 2 points every 7 days",
    "goes back to 0 when",
    "the bands are 1 from 80",
    "0.4 times",
)


@pytest.mark.parametrize("system", ["hubspot", "salesforce", "marketo", "eloqua"])
def test_033_every_word_reaches_every_system(story: Of, system: str) -> None:
    here = story("033-scoring-words")
    here.opened()
    assert here.validate().code == 0, here.validate().out
    plan = here.plan()
    said = " ".join(s for each in plan["changes"] if each["address"].startswith(f"{system}:") for s in each["steps"])
    for word in WORDS:
        assert word in said, (word, said)
    if system in ("hubspot", "salesforce"):
        assert "be the highest of Doing" in said
    assert here.apply().code == 0


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("doing", "reset_on: {field: buyer, is: true}", "reset_on: {field: buyer, is: soon}"),
        ("doing", "- {when: {field: buyer, is: true}", "- {when: {field: nobody, is: true}"),
        ("doing", "decay: {points: 2,", "decay: {points: 2, percent: 3,"),
        ("doing", "inactive: {days: 14}, share: 10", "inactive: {days: 14}, share: 10, points: 3"),
        ("doing", "event: page_viewed, at_least: 8, within: {days: 1}", "field: buyer, at_least: 8"),
        ("total", "fitting: 0.4", "fiting: 0.4"),
        ("heat", "score: doing", "score: dong"),
    ],
)
def test_033_what_cannot_be_is_found(story: Of, file: str, old: str, new: str) -> None:
    here = story("033-scoring-words")
    here.opened()
    here.edit(f"scoring/{file}.yaml", old, new)
    assert here.validate().code == 3


def test_033_a_sum_that_salesforce_owns_is_a_formula_there(story: Of) -> None:
    here = story("033-scoring-words")
    here.opened()
    here.edit(
        "catalog/person.yaml",
        "label: Total, type: integer, owner: marketo",
        "label: Total, type: integer, owner: salesforce",
    )
    (line,) = (each for each in here.plan()["changes"] if each["address"] == "salesforce:field/Lead.Total__c")
    assert "0.4 * BLANKVALUE(Fitting__c, 0) + 0.6 * BLANKVALUE(Doing__c, 0)" in str(line["wanted"])
    assert here.apply().code == 0
    assert [each for each in here.plan()["changes"] if each["action"] != "manual"] == []


@pytest.mark.parametrize("system", ["hubspot", "salesforce", "marketo", "eloqua"])
def test_033_what_holds_of_a_sum_besides_reaches_every_system(story: Of, system: str) -> None:
    here = story("033-scoring-words")
    here.opened()
    here.edit(
        "catalog/person.yaml",
        "label: Total, type: integer, owner: marketo",
        "label: Total, type: integer, owner: salesforce",
    )
    here.edit(
        "scoring/total.yaml",
        "  groups: []",
        "  groups: []\n  exclude: {field: buyer, is: true}\n  reset_on: {field: buyer, is: false}\n  bands: {Hot: 70, Cold: 0}",
    )
    assert here.validate().code == 0, here.validate().out
    changes = [each for each in here.plan()["changes"] if each["address"].startswith(f"{system}:")]
    said = " ".join(step for each in changes for step in each["steps"])
    for word in ("Whoever fits this has 0 instead", "It goes back to 0 when", "Its bands are Hot from 70, Cold from 0"):
        assert word in said, word
    assert not any("BLANKVALUE" in str(each.get("wanted")) for each in changes)  # a sum alone would be half of it
