"""What a vendor would refuse is said in the plan, in one sentence and without a line that could be applied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import stories
from tests.journeys.conftest import Run, Stack
from tests.journeys.stories import said

pytestmark = pytest.mark.usefixtures("patient")
patient = stories.patient

BOTH = "hubspot: contact, salesforce: [Lead, Contact]"
ON_BOTH = (
    "{key: tier, label: Tier, type: choice, values: tier, owner: salesforce, in: {hubspot: tier, salesforce: Tier__c}}"
)
ON_HUBSPOT = "{key: tier, label: Tier, type: choice, values: tier, owner: hubspot, in: {hubspot: tier}}"
Story = Callable[..., Stack]


@pytest.fixture
def story(tmp_path: Path, run: Callable[..., Run]) -> Story:
    def made(systems: str, values: str, fields: str = ON_BOTH, bind: str = BOTH) -> Stack:
        files = {"catalog/person.yaml": stories.catalog(fields, values=values, bind=bind)}
        return stories.stack(tmp_path / "story", run, systems, files)

    return made


def changed(plan: Any, address: str) -> list[str]:
    return [each["action"] for each in plan["changes"] if each["address"] == address]


def test_a_renamed_value_that_keeps_its_label(story: Story) -> None:
    """HubSpot wants every label once, and the old option stays, hidden, with its label."""
    assert story("hubspot, salesforce", "[{key: gold, label: Gold}, {key: silver, label: Silver}]").apply().code == 0
    after = story("hubspot, salesforce", "[{key: gold_plus, label: Gold}, {key: silver, label: Silver}]")
    plan = after.plan()
    (refused,) = said(plan, "HS003")
    assert "'gold' (labelled Gold" in refused
    assert "'gold_plus' (labelled Gold)" in refused
    assert "{key: gold_plus, in: {hubspot: gold}}" in refused
    assert changed(plan, "hubspot:property/contact.tier") == []
    assert after.apply().code == 3
    assert changed(after.plan(), "salesforce:field/Lead.Tier__c") == ["change", "keep"]


def test_live_values_that_are_the_labels(story: Story) -> None:
    """A property made by hand, as people make them: one finding that pairs all its options, with the lines to write."""
    stack = story("hubspot", "[{key: gold, label: Gold}, {key: silver, label: Silver}]", ON_HUBSPOT, "hubspot: contact")
    stack.plan()
    options = [
        {"label": each, "value": each, "displayOrder": place, "hidden": False}
        for place, each in enumerate(("Gold", "Silver"))
    ]
    with stack.screen("hubspot") as handle:
        handle.do(
            "create_property", object_type="contacts", name="tier", label="Tier", groupName="contactinformation",
            type="enumeration", fieldType="select", options=options,
        )  # fmt: skip
    plan = stack.plan()
    (refused,) = said(plan, "HS003")
    assert "{key: gold, in: {hubspot: Gold}}, {key: silver, in: {hubspot: Silver}}" in refused
    assert changed(plan, "hubspot:property/contact.tier") == []
    spelled = "[{key: gold, label: Gold, in: {hubspot: Gold}}, {key: silver, label: Silver, in: {hubspot: Silver}}]"
    again = story("hubspot", spelled, ON_HUBSPOT, "hubspot: contact")
    assert again.apply().code == 0
    assert said(again.plan(), "HS003") == []


def test_a_value_that_changes_its_letter_case_only(story: Story) -> None:
    """Both systems take the two for one: an error that names the live spelling, and no step that nobody could ever do."""
    assert story("hubspot, salesforce", "[{key: Web, label: Web}, {key: b, label: Second}]").apply().code == 0
    plan = story("hubspot, salesforce", "[{key: web, label: Web}, {key: b, label: Second}]").plan()
    assert all("'Web'" in each for each in said(plan, "HS003") + said(plan, "SF026"))
    assert (len(said(plan, "HS003")), len(said(plan, "SF026"))) == (1, 2)
    assert [each["address"] for each in plan["changes"] if "ier" in each["address"]] == []


PIPELINE = """kind: Lifecycle
metadata: {name: person}
spec:
  catalog: person
  field: tier
  entry: gold
  stamps: {pattern: "{stage}_at", in: {hubspot: "{stage}_at"}}
  stages: [{key: gold, type: inventory, values: {hubspot: gold}}]
  pipelines:
    - {key: deals, object: deal, label: %s, in: {hubspot: %s}, stages: [{key: a, label: A, probability: 0.5}, {key: w, label: W, closed: true, probability: 1}]}
    - {key: tickets, object: ticket, label: Care, in: {hubspot: %s}, stages: [{key: o, label: O}, {key: c, label: C, closed: true}]}
"""
STAGES = "{key: tier, label: Tier, type: choice, values: Lifecycle/person, owner: hubspot, in: {hubspot: my_stage}}"


@pytest.mark.parametrize(
    ("label", "deal", "ticket", "words"),
    [
        ("Mine", "one", "one", "The pipeline id 'one' is taken by a"),
        ("sales pipeline ", "two", "three", "would have one label"),
    ],
)
def test_pipelines_that_get_in_each_others_way(
    tmp_path: Path, run: Callable[..., Run], label: str, deal: str, ticket: str, words: str
) -> None:
    """An id of two objects; a label that a pipeline nobody declared has already."""
    files = {
        "catalog/person.yaml": stories.catalog(STAGES),
        "lifecycle/person.yaml": PIPELINE % (f"'{label}'", deal, ticket),
    }
    plan = stories.stack(tmp_path / "story", run, "hubspot", files).plan()
    assert any(words in each for each in said(plan, "HS020")), plan["verdicts"]
    assert changed(plan, f"hubspot:pipeline/deal.{deal}") == []


def test_a_property_of_another_type(story: Story) -> None:
    """One sentence that names both types, and no change that could never be made."""
    stack = story("hubspot", "[{key: gold, label: Gold}]", ON_HUBSPOT, "hubspot: contact")
    stack.plan()
    with stack.screen("hubspot") as handle:
        handle.do(
            "create_property", object_type="contacts", name="tier", label="Tier", groupName="contactinformation",
            type="string", fieldType="text",
        )  # fmt: skip
    plan = stack.plan()
    (refused,) = said(plan, "PL001")
    assert "'string' and cannot become 'enumeration'" in refused
    assert changed(plan, "hubspot:property/contact.tier") == []


def test_a_second_eloqua_field_of_one_name(story: Story) -> None:
    """Eloqua would make it under another database name; a twin inside the manifests is told as well."""
    fields = "{key: tier, label: Tier, type: text, in: {eloqua: C_Tier1}}"
    other = "\n    - {key: rank, label: Tier, type: text, in: {eloqua: C_Tier2}}"
    stack = story("eloqua", "[a]", fields, "eloqua: contact")
    stack.plan()
    with stack.screen("eloqua") as handle:
        handle.do("add_contact_field", name="Tier")
        handle.do("set_contact_field", internal="C_Tier1", internalName="C_Old_Tier1")
    plan = stack.plan()
    (refused,) = said(plan, "PL001")
    assert "is 'C_Old_Tier1' and cannot become 'C_Tier1'" in refused
    assert changed(plan, "eloqua:field/contact.C_Tier1") == []
    assert stack.apply().code == 3
    with stack.screen("eloqua") as handle:
        handle.do("set_contact_field", internal="C_Old_Tier1", name="Old tier")
    assert changed(stack.plan(), "eloqua:field/contact.C_Tier1") == ["add"]
    twice = story("eloqua", "[a]", fields + other, "eloqua: contact")
    (refused,) = said(twice.plan(), "EL022")
    assert "would not make C_Tier2: the contact field C_Tier1 is called 'Tier' already" in refused
