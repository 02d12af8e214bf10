from __future__ import annotations

import dataclasses
from collections.abc import Callable

from mopsctl_eloqua import provider

from mopsctl.element import Consent, Element, Field, Origin, Purpose
from mopsctl.provider.contract import Connection, Converted
from mopsctl.resource import Resource

Make = Callable[..., Field]
ORIGIN = Origin("ConsentPolicy/marketing", owner="privacy")

NEWS = Purpose(ORIGIN, "marketing", "newsletter", "Product news", service=False, binding="email-group:News*")
POLICY = Consent(ORIGIN, "marketing", "Permission to send", (NEWS,), objects=("contact",), channels=("email",))
PAGES = {"subscription_landing_page": "11", "unsubscription_landing_page": "12"}


def convert(*elements: Element, settings: dict[str, str] | None = None) -> Converted:
    return provider.convert(elements, Connection("eloqua", PAGES if settings is None else settings))


def named(converted: Converted, kind: str) -> dict[str, Resource]:
    return {each.address.name: each for each in converted.resources if each.address.kind == kind}


def test_a_purpose_is_an_e_mail_group_and_its_state_is_compared() -> None:
    made = convert(POLICY)
    group = named(made, "email-group")["News*"]
    assert group.mode == "write"
    assert group.capability == "consent.purpose"
    assert group.attributes == {
        "displayName": "Product news",
        "stateLists": ["subscribed", "unsubscribed"],
        "subscriptionLandingPageId": "11",
        "unsubscriptionLandingPageId": "12",
    }
    assert "Assets > Email Setup > Email Groups" in group.steps[0]
    assert made.findings == ()


def test_landing_pages_are_named_only_where_the_connection_does() -> None:
    made = convert(POLICY, settings={})
    assert "subscriptionLandingPageId" not in named(made, "email-group")["News*"].attributes
    assert [(each.rule, each.level) for each in made.findings] == [("EL018", "note")]


def test_the_states_that_every_sending_honours_are_compared_and_never_written() -> None:
    states = named(convert(POLICY), "contact-state")
    assert set(states) == {"isSubscribed", "isBounceback"}
    assert all(each.mode == "verify" and "never writes" in each.why for each in states.values())
    assert all("tab Preferences" in each.steps[0] for each in states.values())


def test_an_opt_out_field_of_the_catalogue_may_be_the_state(field: Make) -> None:
    opt_out = field("isSubscribed", label="E-mail opt-out", type="boolean", role="opt_out", pii="preference")
    made = convert(opt_out, POLICY)
    assert named(made, "contact-state")["isSubscribed"].title == "E-mail opt-out (contacts)"
    assert made.findings == ()


def test_a_purpose_may_be_a_field(field: Make) -> None:
    purpose = dataclasses.replace(NEWS, binding="C_Consent_News1")
    policy = dataclasses.replace(POLICY, purposes=(purpose,))
    assert named(convert(policy), "email-group") == {}
    assert [each.rule for each in convert(policy).findings] == ["EL015"]
    assert convert(policy, field("C_Consent_News1", type="boolean", role="purpose")).findings == ()


def test_an_unbound_purpose_is_said_unless_it_is_a_service() -> None:
    unbound = dataclasses.replace(NEWS, binding=None)
    (found,) = convert(dataclasses.replace(POLICY, purposes=(unbound,))).findings
    assert (found.rule, found.level) == ("EL015", "note")
    assert "newsletter: {eloqua: 'email-group:Product news'}" in found.hint
    assert convert(dataclasses.replace(POLICY, purposes=(dataclasses.replace(unbound, service=True),))).findings == ()


def test_legal_bases_need_a_field_that_holds_them(field: Make) -> None:
    policy = dataclasses.replace(POLICY, bases=("express", "no_objection"))
    (found,) = convert(policy).findings
    assert (found.rule, found.level) == ("EL015", "note")
    held = field("C_Basis1", values=[("express", "Express"), ("no_objection", "No objection")])
    assert convert(policy, held).findings == ()


def test_what_no_api_reaches_is_done_by_hand() -> None:
    policy = dataclasses.replace(
        POLICY, channels=("email", "sms"), double_opt_in=True, preference_topics=("newsletter", "events")
    )
    found = named(convert(policy), "consent-setting")
    assert {name: each.capability for name, each in found.items()} == {
        "marketing/channel-sms": "consent.channel",
        "marketing/double-opt-in": "consent.settings",
        "marketing/preference-page": "consent.settings",
    }
    assert all(each.mode == "manual" and each.why for each in found.values())
    assert "'News*', 'events'" in found["marketing/preference-page"].steps[0]
    assert "Assets > Forms" in found["marketing/double-opt-in"].steps[0]
    assert "Platform Extensions > Apps, open the app that sends by sms" in found["marketing/channel-sms"].steps[0]


def test_proof_fields_are_contact_fields(field: Make) -> None:
    (resource,) = convert(field("C_Consent_Notice1", role="proof", label="Consent: notice")).resources
    assert (resource.mode, resource.capability) == ("write", "consent.proof")
