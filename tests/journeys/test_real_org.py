"""Small stacks that a real org once refused or read otherwise than it was meant, planned and applied from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from mopsctl_salesforce.emulator import evaluate, formula

from tests.journeys import stories
from tests.journeys.conftest import Run, Stack
from tests.journeys.stories import said

pytestmark = pytest.mark.usefixtures("patient")
patient = stories.patient
Story = Callable[..., Stack]

SCORING = """\
kind: ScoringModel
metadata: {name: fit, title: Fit, owner: ops}
spec:
  catalog: person
  dimension: fit
  writes: fit_score
  range: {min: 0, max: 100}
  default: 0
  groups:
    - key: a
      label: A
      rules:
        - {key: market, when: {field: market, in: [US, CA]}, points: 15}
        - {key: usage, when: {field: usage, gte: 80}, points: 20}
        - {key: start, field: start, points_by_value: {"2026-01-01": 5}, else: 0}
"""
FIELDS = """{key: market, label: Market, type: country, values: tier, in: {salesforce: Market__c}}
    - {key: usage, label: Usage, type: percent, in: {salesforce: Usage__c}}
    - {key: start, label: Start, type: date, in: {salesforce: Start__c}}
    - {key: fit_score, label: Fit, type: integer, owner: salesforce, in: {salesforce: Fit_Score__c}}"""


@pytest.fixture
def story(tmp_path: Path, run: Callable[..., Run]) -> Story:
    def made(fields: str, bind: str, values: str = "[US, CA]", **more: str) -> Stack:
        files = {"catalog/person.yaml": stories.catalog(fields, values=values, bind=bind)}
        return stories.stack(tmp_path / "story", run, "salesforce", {**files, **more})

    return made


def test_country_picklist_stack(story: Story) -> None:
    """A country with a list is a picklist, a percentage a fraction, and a table over dates has dates in it."""
    stack = story(FIELDS, "salesforce: [Lead]", **{"scoring/fit.yaml": SCORING})
    assert stack.apply().code == 0
    after = stack.plan()
    assert [each["action"] for each in after["changes"] if each["action"] != "manual"] == []
    with stack.screen("salesforce") as handle:
        org = handle.emulator
        source = org.field("Lead.Fit_Score__c")["metadata"]["formula"]  # type: ignore[attr-defined]
    assert 'ISPICKVAL(Market__c, "US")' in source
    kinds = {"Market__c": "Picklist", "Usage__c": "Percent", "Start__c": "Date"}
    tree = formula.parse(source)
    for record, points in (
        ({"Market__c": "CA", "Usage__c": 80, "Start__c": "2026-01-01"}, 40),
        ({"Market__c": "DE", "Usage__c": 79}, 0),
        ({}, 0),
    ):
        assert evaluate.evaluate(tree, evaluate.Record(record, kinds, date(2026, 9, 1))) == points


MAPPING = """\
kind: FieldMapping
metadata: {name: sync, owner: ops}
spec:
  catalog: person
  between: [hubspot, salesforce]
  connector: hubspot-native
  defaults: {sync: salesforce-wins}
  rows:
    - {field: plan}
"""


def test_an_old_conversion_pair_that_does_not_fit_is_named_by_the_plan(tmp_path: Path, run: Callable[..., Run]) -> None:
    field = "{key: plan, label: Plan, type: text, owner: salesforce, in: {hubspot: plan_name, salesforce: Plan__c}}"
    files = {
        "catalog/person.yaml": stories.catalog(field, bind="hubspot: contact, salesforce: [Lead, Contact]"),
        "mappings/sync.yaml": MAPPING,
    }
    stack = stories.stack(tmp_path / "story", run, "hubspot, salesforce", files)
    stack.plan()
    with stack.screen("salesforce") as handle:
        for object_name in ("Lead", "Contact"):
            metadata = {"type": "Text", "label": "Old", "length": 20}
            handle.do("create_field", name=f"{object_name}.Old__c", metadata=metadata)
        handle.do("map_conversion", pairs={"Contact.Old__c": "Old__c"})
        handle.do("change_field", name="Lead.Old__c", length=90)
    plan = stack.plan()
    (refused,) = said(plan, "SF028")
    assert "would put Lead.Old__c (Text(90)) into Contact.Old__c (Text(20))" in refused
    assert "It is an old pair, and it holds up every other one." in refused
    addresses = {each["address"] for each in plan["changes"] if each["action"] in ("add", "change")}
    assert "salesforce:field/Lead.Plan__c" in addresses
    assert not [each for each in addresses if "lead-conversion" in each]
    with stack.screen("salesforce") as handle:
        handle.do("change_field", name="Contact.Old__c", length=255)
    assert said(stack.plan(), "SF028") == []
    assert stack.apply().code == 0
    assert [each for each in stack.plan()["changes"] if each["action"] != "manual"] == []
