"""Consent policies become checked opt-out fields, and fields or rows, as each purpose is bound."""

from __future__ import annotations

from typing import Any

from mopsctl_salesforce import names

from mopsctl.element import Consent, Purpose
from mopsctl.resource import Resource
from tests.salesforce.conftest import HERE, findings_of, resources_of

SERVICE = Purpose(HERE, "marketing", "service", "Service notices", service=True)
NEWS = Purpose(HERE, "marketing", "news", "Product news", service=False, description="Once a month.")


def policy(*purposes: Purpose, **more: Any) -> Consent:
    usual: dict[str, Any] = {
        "bases": ("express", "no_objection"),
        "channels": ("email", "sms"),
        "objects": ("Lead", "Contact"),
    }
    return Consent(HERE, "marketing", "Permission to send", purposes, **(usual | more))


def bound(purpose: Purpose, binding: str) -> Purpose:
    from dataclasses import replace

    return replace(purpose, binding=binding)


def found(*purposes: Purpose, **more: Any) -> dict[str, Resource]:
    return resources_of([policy(*purposes, **more)])


def test_the_stop_fields_are_checked_on_every_object_of_people() -> None:
    each = found(NEWS, opt_out_all="HasOptedOutOfEmail")
    for object_name in ("Lead", "Contact"):
        stop = each[f"field/{object_name}.HasOptedOutOfEmail"]
        assert (stop.mode, stop.attributes, stop.capability) == ("verify", {"holds": "yes or no"}, "consent.stop")
        assert each[f"field/{object_name}.EmailBouncedDate"].attributes == {"holds": "date and time"}


def test_a_purpose_bound_to_a_field_becomes_one_on_each_object() -> None:
    each = found(bound(NEWS, "Consent_News__c"))
    field = each["field/Contact.Consent_News__c"]
    assert field.attributes["type"] == "Checkbox"
    assert field.attributes["default"] is False
    assert field.attributes["description"] == "Once a month."
    assert field.attributes["sensitivity"] == "Internal"
    assert "Lead.Consent_News__c" in each[f"permission-set/{names.MANAGED_SET}"].attributes["fields"]
    assert [name for name in each if name.startswith(("purpose/", "legal-basis/"))] == []
    assert ("SF050", "note") in findings_of([policy(bound(NEWS, "Consent_News__c"))])


def test_a_purpose_bound_to_a_row_brings_the_consent_model() -> None:
    each = found(bound(NEWS, "purpose:Product news"), bound(SERVICE, "purpose:"))
    assert each["purpose/marketing.news"].attributes == {
        "key": "marketing.news",
        "name": "Product news",
        "can_opt_out": True,
        "description": "Once a month.",
    }
    assert each["purpose/marketing.service"].attributes["can_opt_out"] is False
    assert each["purpose/marketing.service"].attributes["name"] == "Service notices"
    assert each["legal-basis/marketing.no_objection"].attributes["name"] == "No objection"
    assert each["engagement-channel/marketing.sms"].attributes["contact_point"] == "Phone"
    assert each["subscription/marketing.news"].attributes["purpose"] == "marketing.news"
    assert each["subscription-channel/marketing.news.sms"].attributes == {
        "key": "marketing.news.sms",
        "name": "Product news by sms",
        "subscription": "marketing.news",
        "channel": "marketing.sms",
    }
    assert "subscription/marketing.service" not in each
    assert each["field/Individual.ShouldForget"].mode == "verify"


def test_rows_need_their_key_field_and_that_it_is_visible() -> None:
    each = found(bound(NEWS, "purpose:"))
    key = each[f"field/DataUsePurpose.{names.KEY_FIELD}"]
    assert (key.attributes["external_id"], key.attributes["unique"], key.attributes["length"]) == (True, True, 100)
    assert {str(need) for need in each["subscription/marketing.news"].needs} == {
        f"salesforce:field/CommSubscription.{names.KEY_FIELD}",
        f"salesforce:permission-assignment/{names.MANAGED_SET}",
        "salesforce:purpose/marketing.news",
    }
    assert findings_of([policy(bound(NEWS, "purpose:"))]) == []


def test_a_purpose_that_is_not_bound_here_leaves_no_trace() -> None:
    assert [name for name in found(NEWS) if not name.startswith("field/")] == []


def test_what_is_built_on_screens_comes_as_steps() -> None:
    each = found(bound(NEWS, "Consent_News__c"), double_opt_in=True, preference_topics=("news",))
    assert each["setting/marketing.double-opt-in"].mode == "manual"
    assert each["setting/marketing.double-opt-in"].steps[0].startswith("Setup > Flows > New Flow: ")
    assert each["setting/marketing.preferences"].steps == (
        "Setup > Preference Manager: build the preference page with exactly: Product news.",
    )
    assert [name for name in found(NEWS, double_opt_in=True) if name.startswith("setting/")] == []
