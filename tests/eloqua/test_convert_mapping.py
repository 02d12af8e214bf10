from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from mopsctl_eloqua import provider

from mopsctl.element import Mapping_, MappingRow, Origin, Side
from mopsctl.provider.contract import Connection
from mopsctl.resource import Resource

HERE = Side("eloqua", (("contact", "C_Region1"),), "choice", (("emea", "EMEA"), ("amer", "AMER")))
THERE = Side(
    "salesforce", (("Lead", "Region__c"), ("Contact", "Region__c")), "choice", (("emea", "Europe"), ("amer", "AMER"))
)


def row(sync: str, **changes: Any) -> MappingRow:
    known: dict[str, Any] = {"origin": Origin(), "key": "region", "label": "Region", "here": HERE, "there": THERE}
    return MappingRow(sync=sync, **(known | changes))


def parts(*rows: MappingRow, scope: str = "") -> dict[str, Resource]:
    mapping = Mapping_(
        origin=Origin("FieldMapping/eloqua-salesforce", owner="revops"),
        name="eloqua-salesforce",
        title="Person sync",
        connector="salesforce-integration-app",
        here="eloqua",
        there="salesforce",
        rows=rows,
        scope=scope,
    )
    made = provider.convert([mapping], Connection("eloqua")).resources
    assert all(each.mode == "manual" and each.why and each.owner == "revops" for each in made)
    return {each.address.name.partition("/")[2]: each for each in made}


@pytest.mark.parametrize(
    ("sync", "on_blank", "expected"),
    [
        ("two-way", "keep", {"import": "If the new value is not blank", "action": "If the new value is not blank"}),
        ("two-way", "clear", {"import": "Always", "action": "Always"}),
        ("salesforce-wins", "keep", {"import": "If the new value is not blank"}),
        ("eloqua-wins", "clear", {"action": "Always"}),
        (
            "salesforce-unless-blank",
            "keep",
            {"import": "If the new value is not blank", "action": "If the existing value is blank"},
        ),
        (
            "eloqua-unless-blank",
            "clear",
            {"import": "If the existing value is blank", "action": "Always"},
        ),
        ("none", "keep", {}),
    ],
)
def test_each_direction_is_set_on_its_page_with_its_rule(sync: str, on_blank: str, expected: dict[str, str]) -> None:
    found = parts(row(sync, on_blank=on_blank))
    assert {part: each.attributes["region"]["rule"] for part, each in found.items()} == expected
    for part, rule in expected.items():
        assert any(f"update '{rule}' (Region)" in step for step in found[part].steps)


def test_steps_name_the_screen_both_sides_and_the_translation() -> None:
    steps = parts(row("two-way"))["import"].steps
    assert "Settings > Platform Extensions > Apps" in steps[0]
    assert "page Imports" in steps[0]
    assert steps[1].startswith("Map salesforce Lead.Region__c and Contact.Region__c to eloqua contact.C_Region1")
    assert "Translate the values of Region: 'Europe' to 'EMEA'." in steps
    assert steps[-1] == "Run the import once for all records of salesforce: no data moves until then."
    assert "Translate the values of Region: 'EMEA' to 'Europe'." in parts(row("two-way"))["action"].steps


def test_a_guard_is_named_where_eloqua_wins() -> None:
    assert any(
        "guard 'salesforce-readonly'" in step
        for step in parts(row("eloqua-wins", guard="salesforce-readonly"))["action"].steps
    )
    assert not any("guard" in step for step in parts(row("salesforce-wins", guard="x"))["import"].steps)


def test_the_opt_out_row_belongs_to_who_locked_it() -> None:
    steps = parts(row("two-way", label="Opt-out", locked_by="connector"))["import"].steps
    assert any(step.startswith("Leave Opt-out as the connector sets it") for step in steps)
    assert not any(step.startswith("Map ") for step in steps)


def test_the_records_are_limited_on_both_ways() -> None:
    scope = parts(row("two-way"), scope="business_unit is emea")["scope"]
    assert scope.capability == "mapping.scope"
    assert all("business_unit is emea" in step for step in scope.steps)


def test_a_row_is_content_so_that_a_changed_row_asks_again() -> None:
    before, after = (
        parts(row("two-way")),
        parts(row("two-way", here=dataclasses.replace(HERE, names=(("contact", "C_B1"),)))),
    )
    assert before["import"].attributes != after["import"].attributes
