"""What real orgs refuse, in their words, and what the adapter makes of it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.salesforce.conftest import Account
from tests.salesforce.test_adapter_stack import CONVERSION, pair
from tests.salesforce.test_emulator_deploy import TEXT, deployed, fields, problem, standard

NUMBER = {"type": "Number", "label": "N", "precision": 10, "scale": 2}


def field(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "label": "F", **more}


PICK = field(
    "Picklist", valueSet={"restricted": True, "valueSetDefinition": {"value": [{"valueName": "a", "label": "a"}]}}
)


@pytest.mark.parametrize(
    ("lead", "contact", "fits"),
    [
        (field("Text", length=80), field("Text", length=80), True),
        (field("Text", length=80), field("Text", length=255), True),
        (field("Text", length=80), field("Text", length=40), False),
        (field("Text", length=80), field("LongTextArea", length=1000, visibleLines=3), True),
        (field("LongTextArea", length=1000, visibleLines=3), field("Text", length=255), False),
        (PICK, field("Text", length=255), True),
        (PICK, field("Text", length=40), False),
        (field("Text", length=80), PICK, False),
        (PICK, PICK, True),
        (field("AutoNumber", displayFormat="A-{0000}"), field("Text", length=30), True),
        (NUMBER, NUMBER, True),
        (NUMBER, {**NUMBER, "scale": 0}, False),
        (NUMBER, {**NUMBER, "precision": 8}, False),
        (NUMBER, {**NUMBER, "precision": 18, "scale": 4}, True),
        (NUMBER, {**NUMBER, "type": "Currency"}, False),
        (field("Date"), field("DateTime"), False),
    ],
)
def test_which_lead_fields_convert_into_which(
    account: Account, lead: dict[str, Any], contact: dict[str, Any], fits: bool
) -> None:
    account.handle.do("create_field", name="Lead.F__c", metadata=lead)
    account.handle.do("create_field", name="Contact.F__c", metadata=contact)
    result = account.set(CONVERSION, {"pairs": {"Contact.F__c": {"from": "F__c"}}})
    assert result.outcome == ("done" if fits else "failed"), result.error


@pytest.fixture
def convertible(account: Account) -> Account:
    """Pairs of texts on lead and contact, the first of them mapped by somebody."""
    for number in range(2):
        for object_name in ("Lead", "Contact"):
            account.handle.do("create_field", name=f"{object_name}.F{number}__c", metadata=field("Text", length=9))
    account.handle.do("map_conversion", pairs={"Contact.F0__c": "F0__c"})
    return account


def test_an_old_pair_that_does_not_fit_any_more_holds_up_every_new_one(convertible: Account) -> None:
    convertible.handle.do("change_field", name="Lead.F0__c", length=90)
    result = convertible.set(CONVERSION, {"pairs": pair(1)})
    assert (result.outcome, "Lead.F0__c and Contact.F0__c" in result.error) == ("failed", True)


def test_a_deployment_that_fails_on_tests_alone_says_which(account: Account) -> None:
    account.handle.do("create_field", name="Lead.F__c", metadata=field("Text", length=9))
    account.handle.do("fail_tests", test="LeadTest.routes", message="System.AssertException: Assertion Failed")
    result = account.set("field/Lead.F__c", {"label": "New"})
    assert result.outcome == "failed"
    assert "the test LeadTest.routes fails: System.AssertException: Assertion Failed" in result.error
    assert "nothing was deployed" in result.hint
    assert account.attributes("field/Lead.F__c")["label"] == "F"
    account.handle.do(
        "fail_tests", coverage="Average test coverage across all Apex classes is 62%, at least 75% is required"
    )
    assert "62%" in account.set("field/Lead.F__c", {"label": "New"}).error
    account.handle.do("fail_tests")
    assert account.set("field/Lead.F__c", {"label": "New"}).outcome == "done"


def test_a_packaged_field_refuses_in_the_words_of_an_org(account: Account, raw: httpx.Client) -> None:
    account.handle.do("create_field", name="Lead.acme__Tier__c", metadata=field("Text", length=9), namespace="acme")
    said = problem(raw, fields({**TEXT, "fullName": "acme__Tier__c", "label": "Other"}))
    assert said.startswith("Cannot modify managed object: entity=CustomFieldDefinition, component=00N")


def test_a_field_that_a_class_reads_keeps_its_type(account: Account, raw: httpx.Client) -> None:
    account.handle.do("create_field", name="Lead.X__c", metadata=field("Text", length=9))
    account.handle.do("use_in_apex", name="Lead.X__c")
    result = account.set("field/Lead.X__c", {"type": "Email"})
    assert "referenced in Apex" in result.error
    assert "a class reads the field" in result.hint
    wanted = {"fullName": "Y__c", "label": "Y", "type": "Number", "precision": 5, "scale": 0}
    deployed(raw, fields(wanted))
    assert "to a Lookup, MasterDetail" in problem(
        raw,
        fields(
            {"fullName": "Y__c", "label": "Y", "type": "Lookup", "referenceTo": "Account", "relationshipName": "Ys"}
        ),
    )


def test_a_field_that_another_objects_formula_reads_stays(account: Account) -> None:
    account.handle.do("create_field", name="Account.Tier__c", metadata=field("Text", length=9))
    formula = field("Text", formula="Account.Tier__c")
    account.handle.do("create_field", name="Contact.Tier_Copy__c", metadata=formula)
    result = account.remove("field/Account.Tier__c")["field/Account.Tier__c"]
    assert result.outcome == "failed"
    assert "Contact.Tier_Copy__c" in result.error


def test_a_list_whose_feature_is_off_is_no_picklist(account: Account, raw: httpx.Client) -> None:
    account.handle.do("turn_feature_off", value_set="LeadSource")
    said = problem(raw, standard("LeadSource", {"fullName": "a", "label": "a", "default": False}))
    assert said == "Field: null is not a picklist"


def test_what_a_standard_value_set_leaves_out_stays_active(account: Account, raw: httpx.Client) -> None:
    assert deployed(raw, standard("LeadSource", {"fullName": "Web", "label": "Web", "default": False}))["success"]
    found = account.attributes("standard-value-set/LeadSource")["values"]
    assert found["Purchased List"]["active"] is True


@pytest.mark.parametrize("restricted", [True, False])
def test_deactivated_values_are_shown_of_restricted_lists_only(account: Account, restricted: bool) -> None:
    listed = [{"valueName": each, "label": each, "isActive": each == "a"} for each in ("a", "b")]
    metadata = field("Picklist", valueSet={"restricted": restricted, "valueSetDefinition": {"value": listed}})
    account.handle.do("create_field", name="Lead.P__c", metadata=metadata)
    assert ("b" in account.attributes("field/Lead.P__c")["values"]) == restricted
