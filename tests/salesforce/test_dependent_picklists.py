"""Picklists whose values are offered beside the values of another field: kept whatever moves, and told before they break."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from mopsctl_salesforce import provider

from mopsctl.address import Address
from mopsctl.emulator import Handle
from mopsctl.resource import Write
from tests.salesforce.conftest import SYSTEM, Account, V
from tests.salesforce.test_emulator_deploy import fields, problem

CONTROLLER, DEPENDENT = "field/Lead.Region__c", "field/Lead.Office__c"
SETTINGS = [
    {"controllingFieldValue": ["EMEA"], "valueName": "Berlin"},
    {"controllingFieldValue": ["AMER", "EMEA"], "valueName": "Remote"},
]


def picklist(*names: str, **more: Any) -> dict[str, Any]:
    listed = [{"valueName": name, "label": name, "default": False} for name in names]
    definition = {"sorted": False, "value": listed}
    return {
        "type": "Picklist",
        "label": "X",
        "valueSet": {"restricted": True, "valueSetDefinition": definition, **more},
    }


@pytest.fixture
def dependent(org: Handle) -> None:
    """A region, and an office that depends on it."""
    org.do("create_field", name="Lead.Region__c", metadata=picklist("AMER", "EMEA"))
    office = picklist("Berlin", "Remote", controllingField="Region__c", valueSettings=SETTINGS)
    org.do("create_field", name="Lead.Office__c", metadata=office)


def settings_of(org: Handle) -> Any:
    value_set = (org.store.get("fields:Lead", "Lead.Office__c") or {})["metadata"]["valueSet"]
    return value_set.get("controllingField"), value_set.get("valueSettings")


@pytest.mark.usefixtures("dependent")
@pytest.mark.parametrize(
    "moved",
    [
        {"label": "Office"},
        {"description": "Where."},
        {"help": "Where."},
        {"default": "Berlin"},
        {"restricted": False},
        {"order": ["Remote", "Berlin"]},
        {"values": {"Paris": {"label": "Paris", "active": True}}, "order": ["Paris", "Berlin", "Remote"]},
        {"values": {"Berlin": {"label": "BER", "active": True}}},
        {"values": {"Berlin": {"label": "Berlin", "active": False}}},
        {"sensitivity": "Confidential"},
        {"required": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("key", ["valueName", "fullName"])
def test_whatever_moves_the_dependency_stays(account: Account, org: Handle, moved: dict[str, Any], key: str) -> None:
    org.switch("value_key", key)
    result = account.set(DEPENDENT, {"family": "Picklist", "type": "Picklist", **moved})
    assert (result.outcome, result.error) == ("done", "")
    assert settings_of(org) == ("Region__c", SETTINGS)


def test_only_values_of_a_definition_have_a_full_name(raw: httpx.Client) -> None:
    """The emulator refuses what an org refuses."""
    region = {"fullName": "Region__c", **picklist("EMEA")}
    wrong = [{"controllingFieldValue": ["EMEA"], "fullName": "Berlin"}]
    office = {"fullName": "Office__c", **picklist("Berlin", controllingField="Region__c", valueSettings=wrong)}
    assert "fullName invalid at this location in type ValueSettings" in problem(raw, fields(region, office))


def test_a_setting_for_what_is_no_value_is_refused(org: Handle, raw: httpx.Client) -> None:
    org.do("create_field", name="Lead.Region__c", metadata=picklist("EMEA"))
    wrong = [{"controllingFieldValue": ["APAC"], "valueName": "Berlin"}]
    office = {"fullName": "Office__c", **picklist("Berlin", controllingField="Region__c", valueSettings=wrong)}
    assert "Picklist value: APAC in picklist: Region__c not found" in problem(raw, fields(office))


@pytest.mark.usefixtures("dependent")
def test_describe_says_it_in_bits(raw: httpx.Client) -> None:
    listed = raw.get(f"{V}/sobjects/Lead/describe").json()["fields"]
    (office,) = [each for each in listed if each["name"] == "Office__c"]
    assert (office["controllerName"], office["dependentPicklist"]) == ("Region__c", True)
    assert {each["value"]: each["validFor"] for each in office["picklistValues"]} == {
        "Berlin": "QA==",
        "Remote": "wA==",
    }


@pytest.mark.usefixtures("dependent")
@pytest.mark.parametrize("visible", [True, False])
def test_the_dependency_is_read_either_way(account: Account, org: Handle, visible: bool) -> None:
    if not visible:
        org.do("allow", field="Lead.Office__c", profile="Integration", read=False)
    assert account.attributes(DEPENDENT)["controlled_by"] == {
        "field": "Region__c",
        "values": {"Berlin": ["EMEA"], "Remote": ["AMER", "EMEA"]},
    }


def refusals(account: Account, write: Write) -> list[tuple[str, str]]:
    looked = [Address.parse(f"{SYSTEM}:{text}") for text in (CONTROLLER, DEPENDENT)]
    seen = account.system.reread(looked).items
    return [(found.rule, found.message) for found in provider.refused([write], seen)]


@pytest.mark.usefixtures("dependent")
def test_a_value_that_others_depend_on_is_told_before_it_goes(account: Account) -> None:
    gone = {"values": {"EMEA": {"label": "EMEA", "active": False}}}
    write = account.write_of(CONTROLLER, {"family": "Picklist", "type": "Picklist", **gone})
    assert refusals(account, write) == [
        ("SF027", "The picklist Lead.Office__c depends on the values 'EMEA' of Lead.Region__c, which would go.")
    ]
    renamed = {"values": {"EMEA": {"label": "Europe", "active": True}}}
    assert refusals(account, account.write_of(CONTROLLER, {"family": "Picklist", "type": "Picklist", **renamed})) == []


@pytest.mark.usefixtures("dependent")
def test_a_field_that_others_depend_on_is_told_before_it_goes(account: Account) -> None:
    def removal(text: str) -> Write:
        return Write(Address.parse(f"{SYSTEM}:{text}"), "remove", (), {}, account.see(text))

    assert [rule for rule, _ in refusals(account, removal(CONTROLLER))] == ["SF027"]
    assert refusals(account, removal(DEPENDENT)) == []


def test_values_of_a_standard_set_are_watched_too(account: Account, org: Handle) -> None:
    beside = [{"controllingFieldValue": ["Web"], "valueName": "Site"}]
    org.do(
        "create_field",
        name="Lead.Office__c",
        metadata=picklist("Site", controllingField="LeadSource", valueSettings=beside),
    )
    gone = {"values": {"Web": {"label": "Web", "active": False}}}
    write = account.write_of("standard-value-set/LeadSource", gone)
    assert [rule for rule, _ in refusals(account, write)] == ["SF027"]
