"""Mapping documents become conversion pairs, the connector's permission set, and fields only it may edit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mopsctl_salesforce import names

from mopsctl.element import Element, Field, Mapping_, MappingRow, Side
from mopsctl.resource import Resource
from tests.salesforce.conftest import HERE, findings_of, person, resources_of

SCORE = person("Fit_Score__c", "integer", key="fit_score", owner="hubspot")
EVERYWHERE = [SCORE, replace(SCORE, object="Contact")]
OWN = "mopsctl_sync_hubspot"


def row(sync: str, *fields: Field, guard: str | None = None) -> MappingRow:
    named = tuple((field.object, field.name) for field in fields)
    return MappingRow(
        HERE,
        "fit_score",
        "Fit",
        sync,
        Side("salesforce", named, "integer"),
        Side("hubspot", (), "integer"),
        guard=guard,
    )


def mapping(*rows: MappingRow) -> Mapping_:
    return Mapping_(HERE, "sync", "HubSpot and Salesforce", "hubspot-native", "salesforce", "hubspot", rows)


def found(*elements: Element, **settings: Any) -> dict[str, Resource]:
    return resources_of(elements, **settings)


def test_a_guarded_field_is_edited_by_the_connector_alone() -> None:
    each = found(*EVERYWHERE, mapping(row("hubspot-wins", *EVERYWHERE, guard="salesforce-readonly")))
    access = each["field-access/Lead.Fit_Score__c"]
    assert access.attributes == {"editors": []}
    assert {str(need) for need in access.needs} == {
        "salesforce:field/Lead.Fit_Score__c",
        f"salesforce:permission-set/{OWN}",
    }
    assert "Field-Level" in access.steps[0]
    assert each[f"permission-set/{names.MANAGED_SET}"].attributes["fields"]["Lead.Fit_Score__c"]["edit"] is False
    assert each[f"permission-set/{OWN}"].attributes["fields"]["Contact.Fit_Score__c"] == {"read": True, "edit": True}


@pytest.mark.parametrize(
    ("sync", "edit"),
    [("two-way", True), ("hubspot-wins", True), ("salesforce-unless-blank", True), ("salesforce-wins", False)],
)
def test_the_direction_says_what_the_connector_may_edit(sync: str, edit: bool) -> None:
    rights = found(SCORE, mapping(row(sync, SCORE)))[f"permission-set/{OWN}"].attributes["fields"]
    assert rights == {"Lead.Fit_Score__c": {"read": True, "edit": edit}}


def test_what_is_not_synced_is_not_granted() -> None:
    assert f"permission-set/{OWN}" not in found(SCORE, mapping(row("none", SCORE)))


def test_another_systems_guard_is_not_ours() -> None:
    assert "field-access/Lead.Fit_Score__c" not in found(
        SCORE, mapping(row("two-way", SCORE, guard="hubspot-readonly"))
    )


def test_shared_custom_fields_are_mapped_for_conversion() -> None:
    plain = person("Title")
    each = found(*EVERYWHERE, plain, mapping(row("two-way", *EVERYWHERE), row("two-way", plain)))
    conversion = each[f"lead-conversion/{names.CONVERSION}"]
    assert conversion.attributes == {"pairs": {"Contact.Fit_Score__c": {"from": "Fit_Score__c"}}}
    assert len(conversion.needs) == 2


def test_two_documents_share_one_conversion_mapping() -> None:
    unit = person("Unit__c")
    there = replace(unit, object="Account")
    other = replace(mapping(row("two-way", unit, there)), name="marketo", there="marketo")
    each = found(*EVERYWHERE, unit, there, mapping(row("two-way", *EVERYWHERE)), other)
    assert sorted(each[f"lead-conversion/{names.CONVERSION}"].attributes["pairs"]) == [
        "Account.Unit__c",
        "Contact.Fit_Score__c",
    ]
    assert "permission-set/mopsctl_sync_marketo" in each


def test_a_formula_is_neither_mapped_nor_written() -> None:
    formula = person("F__c", "computed", hints={"type": "Number", "formula": "1"})
    contact = replace(formula, object="Contact")
    each = found(formula, contact, mapping(row("salesforce-wins", formula, contact)))
    assert f"lead-conversion/{names.CONVERSION}" not in each
    assert each[f"permission-set/{OWN}"].attributes["fields"]["Lead.F__c"]["edit"] is False


@pytest.mark.parametrize(
    "field",
    [person("F__c", required=True), person("F__c", "computed", hints={"type": "Number", "formula": "1"})],
)
def test_a_field_that_cannot_be_guarded_is_refused(field: Field) -> None:
    elements = [field, mapping(row("hubspot-wins", field, guard="salesforce-readonly"))]
    assert ("SF040", "error") in findings_of(elements)


def test_a_required_field_gets_no_field_level_security() -> None:
    field = person("F__c", required=True)
    each = found(field, mapping(row("two-way", field)))
    assert [name for name in each if name.startswith("permission-set/")] == []


def test_connector_users_are_usernames_by_system() -> None:
    elements = [SCORE, mapping(row("two-way", SCORE))]
    assert ("SF042", "error") in findings_of(elements, connector_users="sync@example.com")


def test_the_connectors_user_gets_its_set_where_the_environment_names_it() -> None:
    each = found(SCORE, mapping(row("two-way", SCORE)), connector_users={"hubspot": "sync@example.com"})
    assignment = each[f"permission-assignment/{OWN}"]
    assert (assignment.mode, assignment.attributes) == ("write", {"users": {"sync@example.com": {"assigned": True}}})
    checked = found(SCORE, mapping(row("two-way", SCORE)))[f"permission-assignment/{OWN}"]
    assert (checked.mode, checked.attributes) == ("verify", {"assigned": True})
    assert "hubspot-native" in checked.steps[0]
