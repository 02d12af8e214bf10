"""What HubSpot's own definitions and drafts look like on real accounts, and what the adapter makes of them."""

from __future__ import annotations

from typing import Any

import pytest
from mopsctl_hubspot.emulator.standard import stamped
from mopsctl_hubspot.kinds import KINDS
from mopsctl_hubspot.wire import properties, scores, stages

from mopsctl.emulator import Handle


@pytest.mark.parametrize("name", ["country", "state", "industry", "annualrevenue"])
def test_people_may_change_the_definition_of_some_of_hubspots_own(account: Any, name: str) -> None:
    seen = account.see(f"hubspot:property/contact.{name}")
    assert seen.builtin
    assert seen.writable is None or "label" in seen.writable
    assert seen.facts.type == "text"


def test_the_definition_of_most_is_hubspots(account: Any) -> None:
    assert account.see("hubspot:property/contact.hs_analytics_source").writable == frozenset()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("hs_analytics_source", "choice"),
        ("recent_conversion_event_name", "text"),
        ("num_conversion_events", "decimal"),
        ("hs_email_last_open_date", "datetime"),
        ("notes_last_contacted", "datetime"),
    ],
)
def test_the_properties_people_name_are_there(account: Any, name: str, kind: str) -> None:
    seen = account.see(f"hubspot:property/contact.{name}")
    assert (seen.facts.type, seen.facts.read_only) == (kind, True)
    if kind == "choice":
        assert "ORGANIC_SEARCH" in seen.facts.values


def test_coordinates_have_no_neutral_type() -> None:
    raw = {"name": "where", "type": "object_coordinates", "fieldType": "text"}
    assert properties.facts(raw).type is None


def test_a_truth_value_keeps_its_labels_when_something_else_changes() -> None:
    options = [{"value": "true", "label": "Ja"}, {"value": "false", "label": "Nein"}]
    raw = {"name": "flag", "type": "bool", "fieldType": "booleancheckbox", "label": "Flag", "options": options}
    assert properties.patch_body(["label"], {"label": "New"}, raw) == {"label": "New"}


def test_what_is_read_of_a_draft_is_never_put_back_as_it_is() -> None:
    output = {
        "id": "1",
        "outputType": "SCORE",
        "propertyLabel": "Fit",
        "propertyName": "hs_score_1",
        "categories": ["FIT"],
    }
    draft = {
        "name": "Fit",
        "objectTypeId": "0-1",
        "groupConfigs": [],
        "outputConfiguration": {"outputs": [output], "kept": 1},
    }
    body = scores.draft_body({"groups": {}, "maximum": 100, "categories": ["FIT"]}, draft)
    assert body["outputConfiguration"] == {
        "outputs": [{"id": "1", "outputType": "SCORE", "propertyLabel": "Fit", "internalPropertyName": "hs_score_1"}],
        "kept": 1,
    }


@pytest.mark.parametrize("stage", ["sal", "2444598513", "3f2a-11ec", "Early Access"])
def test_the_date_of_a_stage_is_found_whatever_its_id(stage: str) -> None:
    made = [{"name": f"hs_v2_date_entered_{stamped(stage)}", "type": "datetime"}]
    assert stages.stamp_of(stage) in stages.stamps(made)["stamps"]


def test_a_number_at_the_end_of_a_plain_id_is_part_of_it() -> None:
    found = stages.stamps([{"name": "hs_v2_date_entered_stage_2", "type": "datetime"}])["stamps"]
    assert "hs_v2_date_entered_stage_2" in found


def test_a_choice_may_become_a_text_and_mopsctl_never_makes_it_one(account: Any, emulated: Handle) -> None:
    options = [{"label": "A", "value": "a", "displayOrder": 0, "hidden": False}]
    emulated.do(
        "create_property", object_type="contacts", name="wish", label="Wish", groupName="contactinformation",
        type="enumeration", fieldType="select", options=options,
    )  # fmt: skip
    assert "mopsctl changes the type of no property" in KINDS["property"].attributes["type"].why
    emulated.do("edit_property", object_type="contacts", name="wish", type="string", fieldType="text")
    assert account.see("hubspot:property/contact.wish").attributes["type"] == "string"
