"""Renamed and respelled values, lists that are there already, types that clash, findings that must not come a day late."""

from __future__ import annotations

from collections.abc import Callable

from tests.stories.conftest import Story, lines

Of = Callable[[str], Story]
PROPERTY = "hubspot:property/contact.plan"


def test_001_a_renamed_value_that_keeps_its_label(story: Of) -> None:
    here = story("001-renamed-value")
    here.turned()
    plan = here.plan()
    (refused,) = here.findings("HS003", plan)
    assert "{key: entry, in: {hubspot: basic}}" in refused
    assert lines(plan, PROPERTY) == []
    renamed = here.findings("PL005", plan)
    assert len(renamed) == 2  # Salesforce takes both; that it looks like a rename is said for leads and contacts
    assert all("'entry'" in each and "in: {salesforce: basic}" in each for each in renamed)
    assert here.apply().code == 3
    here.edit("catalog/person.yaml", "{key: entry,", "{key: entry, in: {hubspot: basic, salesforce: basic},")
    assert here.apply().code == 0
    assert [each for each in here.plan()["changes"] if each["action"] != "manual"] == []


def test_003_live_values_that_are_their_labels_are_paired_in_one_finding(story: Of) -> None:
    here = story("003-values-are-labels")
    here.opened()
    (found,) = here.findings("HS003")
    assert "{key: basic, in: {hubspot: Basic}}, {key: full, in: {hubspot: Full}}" in found
    assert here.apply().code == 3
    here.edit("catalog/person.yaml", "{key: basic, label: Basic}, {key: full, label: Full}",
              "{key: basic, label: Basic, in: {hubspot: Basic}}, {key: full, label: Full, in: {hubspot: Full}}")  # fmt: skip
    assert here.apply().code == 0


def test_004_a_value_in_another_letter_case_is_an_error_and_no_step(story: Of) -> None:
    here = story("004-letter-case")
    here.turned()
    plan = here.plan()
    assert plan["changes"] == []
    assert all("'Basic'" in each for each in (*here.findings("HS003", plan), *here.findings("SF026", plan)))
    assert here.apply().code == 3


def test_014_a_finding_that_stands_after_the_apply_stands_before_it(story: Of) -> None:
    here = story("014-one-apply-late")
    here.opened()
    first = here.plan()
    before = here.findings("FM002", first)
    assert before
    assert [each for each in first["verdicts"] if each["level"] == "error"] == []
    assert here.apply().code == 0
    assert here.findings("FM002") == before
    assert here.apply().code == 0


def test_020_a_property_of_another_type_is_one_sentence_and_no_change(story: Of) -> None:
    here = story("020-another-type")
    here.opened()
    plan = here.plan()
    (found,) = here.findings("PL001", plan)
    assert "'string'" in found
    assert "'enumeration'" in found
    assert plan["changes"] == []
    assert here.apply().code == 3
