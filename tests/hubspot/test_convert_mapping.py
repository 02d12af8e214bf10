"""Mapping rows become steps in the connector's own words, consent policies become checks and steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mopsctl.element import Consent, Field, Mapping_, MappingRow, Origin, Purpose, Side
from mopsctl.provider.contract import Converted
from mopsctl.resource import Resource

Convert = Callable[..., Converted]
ORIGIN = Origin(document="FieldMapping/hubspot-salesforce", owner="revops")


def row(sync: str = "two-way", here: Any = "text", there: Any = None, **more: Any) -> MappingRow:
    values = more.pop("values", ((), ()))
    mine = Side("hubspot", more.pop("names", (("contact", "job_title"),)), here, values[0])
    theirs = Side("salesforce", (("Lead", "Title"), ("Contact", "Title")), there or here, values[1])
    return MappingRow(ORIGIN, "job_title", "Job title", sync, mine, theirs, **more)


def mapping(*rows: MappingRow, connector: str = "hubspot-native", **more: Any) -> Mapping_:
    return Mapping_(ORIGIN, "hubspot-salesforce", "Person sync", connector, "hubspot", "salesforce", rows, **more)


def by_name(found: Converted) -> Mapping[str, Resource]:
    return {f"{resource.address.kind}/{resource.address.name}": resource for resource in found.resources}


NAME = "connector-mapping/salesforce.contact.job_title"


@pytest.mark.parametrize(
    ("unknown", "sync", "said"),
    [
        ("other:a", "hubspot-wins", True),
        ("other:a", "salesforce-wins", False),
        ("block", "hubspot-wins", False),
        ("warn", "two-way", False),
    ],
)
def test_what_becomes_of_unknown_values_is_said(convert: Convert, unknown: str, sync: str, said: bool) -> None:
    spelled = ((("a", "mine"),), (("a", "theirs"),))
    steps = by_name(convert(mapping(row(sync, "choice", values=spelled, unknown_value=unknown))))[NAME].steps
    assert any("sets 'mine' in its place first" in step for step in steps) is said


@pytest.mark.parametrize(
    ("sync", "wording"),
    [
        ("two-way", "Two-way"),
        ("salesforce-wins", "Always use Salesforce"),
        ("salesforce-unless-blank", "Prefer Salesforce unless blank"),
        ("none", "Don't sync"),
        ("hubspot-wins", "Two-way"),
    ],
)
def test_each_direction_has_the_connectors_own_words(convert: Convert, sync: str, wording: str) -> None:
    step = by_name(convert(mapping(row(sync, guard="salesforce-readonly"))))[NAME]
    assert step.mode == "manual"
    assert f"Set its rule to '{wording}'." in step.steps
    assert "'job_title' to 'Contact.Title', 'Lead.Title'" in step.steps[1]


def test_hubspot_can_only_win_behind_a_guard(convert: Convert) -> None:
    step = by_name(convert(mapping(row("hubspot-wins", guard="salesforce-readonly"))))[NAME]
    assert step.capability == "mapping.guard"
    assert "read-only for everybody in Salesforce but the integration user (salesforce-readonly)" in step.steps[3]


def test_every_synced_row_says_that_old_values_wait_for_a_resync(convert: Convert) -> None:
    assert "resync" in by_name(convert(mapping(row())))[NAME].steps[-1]
    assert "resync" not in by_name(convert(mapping(row("none"))))[NAME].steps[-1]


def test_differing_spellings_are_named(convert: Convert) -> None:
    values = ((("web", "web"), ("partner", "partner")), (("web", "web"), ("partner", "Partner Referral")))
    steps = by_name(convert(mapping(row(here="choice", values=values))))[NAME].steps
    assert any("map 'partner' to 'Partner Referral'" in step for step in steps)


def test_values_to_be_kept_are_pointed_out(convert: Convert) -> None:
    kept = by_name(convert(mapping(row(on_blank="keep"))))[NAME].steps
    cleared = by_name(convert(mapping(row(on_blank="clear"))))[NAME].steps
    assert len(kept) == len(cleared) + 1


def test_the_owner_syncs_both_ways_whatever_is_set(convert: Convert) -> None:
    owner = row("salesforce-wins", "reference", names=(("contact", "hubspot_owner_id"),))
    steps = by_name(convert(mapping(owner)))["connector-mapping/salesforce.contact.hubspot_owner_id"].steps
    assert "HubSpot syncs the owner both ways, whatever this rule says." in steps


def test_a_locked_row_is_only_looked_for(convert: Convert) -> None:
    locked = row("two-way", "boolean", names=(("contact", "hs_email_optout"),), locked_by="connector")
    found = by_name(convert(mapping(locked)))
    assert list(found) == ["property/contact.hs_email_optout"]
    assert found["property/contact.hs_email_optout"].capability == "mapping.opt_out"


def test_which_records_sync_is_set_manually(convert: Convert) -> None:
    scoped = mapping(row(), scope="business_unit is core", scope_field=(("contact", "business_unit"),))
    step = by_name(convert(scoped))["connector-mapping/salesforce.scope"]
    assert "where business_unit is core" in step.steps[1]
    assert "'business_unit'" in step.steps[2]


def test_another_products_connector_leaves_only_checks(convert: Convert) -> None:
    found = by_name(convert(mapping(row("hubspot-wins"), connector="marketo-native", scope="x")))
    assert list(found) == ["property/contact.job_title"]
    assert found["property/contact.job_title"].mode == "verify"


def test_a_declared_field_is_not_narrowed_by_its_row(convert: Convert) -> None:
    field = Field(ORIGIN, "person", "contact", "job_title", "job_title", "text", "Job title")
    found = by_name(convert([mapping(row()), field]))["property/contact.job_title"]
    assert (found.mode, found.attributes["label"]) == ("write", "Job title")


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("choice", "choice"),
        ("choice", "reference"),
        ("multi_choice", "multi_choice"),
        ("boolean", "boolean"),
        ("integer", "currency"),
        ("text", "long_text"),
        ("long_text", "long_text"),
        ("date", "datetime"),
        ("datetime", "date"),
        ("email", "email"),
        ("phone", "phone"),
        ("computed", "text"),
        ("text", "computed"),
    ],
)
def test_pairs_of_types_that_the_connector_takes(convert: Convert, here: str, there: str) -> None:
    assert [one for one in convert(mapping(row(here=here, there=there))).findings if one.rule == "HS031"] == []


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("choice", "text"),
        ("text", "choice"),
        ("long_text", "text"),
        ("multi_choice", "choice"),
        ("boolean", "text"),
        ("date", "text"),
    ],
)
def test_pairs_of_types_that_the_connector_does_not_take(convert: Convert, here: str, there: str) -> None:
    (finding,) = convert(mapping(row(here=here, there=there))).findings
    assert (finding.rule, finding.level) == ("HS031", "error")
    assert "map it to" in finding.hint


def test_the_pair_is_judged_by_what_the_property_really_is(convert: Convert) -> None:
    several_lines = Field(ORIGIN, "person", "contact", "job_title", "t", "text", "T", hints={"field_type": "textarea"})
    found = convert([several_lines, mapping(row(here="text", there="text"))]).findings
    assert [one.rule for one in found] == ["HS031"]


def test_a_rule_that_the_connector_lacks_is_an_error(convert: Convert) -> None:
    found = convert(mapping(row("hubspot-unless-blank")))
    assert [(one.rule, one.level) for one in found.findings] == [("HS030", "error")]
    assert NAME not in by_name(found)


# -- consent


def consent(*purposes: Purpose, **more: Any) -> Consent:
    return Consent(ORIGIN, "marketing", "Permission to send", purposes, **more)


def purpose(binding: str | None, *, service: bool = False) -> Purpose:
    return Purpose(ORIGIN, "marketing", "newsletter", "Product news", service, binding, "What is new")


def test_a_subscription_type_is_looked_for_by_name(convert: Convert) -> None:
    found = by_name(convert(consent(purpose("subscription: Product news"))))["subscription-type/Product news"]
    assert (found.mode, found.attributes) == ("verify", {"active": True})
    assert "make or activate 'Product news', with the description 'What is new'" in found.steps[0]
    assert "sandboxes" in found.steps[1]


def test_a_purpose_in_a_property_is_looked_for_on_every_object(convert: Convert) -> None:
    found = by_name(convert(consent(purpose("wants_news"), objects=("contact", "company"))))
    assert sorted(found) == ["property/company.wants_news", "property/contact.wants_news"]
    assert list(by_name(convert(consent(purpose("contact.wants_news"), objects=("company",))))) == [
        "property/contact.wants_news"
    ]


def test_the_way_out_of_everything_is_hubspots_own_property(convert: Convert) -> None:
    found = by_name(convert(consent(opt_out_all="unsubscribe-all")))["property/contact.hs_email_optout"]
    assert (found.mode, found.attributes, found.capability) == ("verify", {"type": "bool"}, "consent.stop")


def test_legal_bases_are_compared_with_the_options_they_mean(convert: Convert) -> None:
    found = convert(consent(bases=("express", "express_confirmed", "existing_customer", "implied_purchase")))
    bases = by_name(found)["legal-basis-list/contact"]
    assert sorted(bases.attributes["bases"]) == [
        "freely given consent from contact",
        "legitimate interest - existing customer",
    ]
    assert [(one.rule, one.level) for one in found.findings] == [("HS051", "note")]
    assert "implied_purchase" in found.findings[0].message


def test_channels_other_than_e_mail_are_manual(convert: Convert) -> None:
    found = by_name(convert(consent(purpose(None, service=True), channels=("email", "sms"))))
    assert list(found) == ["checklist/marketing.channel.sms"]
    assert "e-mail only" in found["checklist/marketing.channel.sms"].steps[0]


def test_account_settings_are_manual(convert: Convert) -> None:
    found = by_name(convert(consent(bases=("express",), double_opt_in=True, preference_topics=("newsletter",))))
    settings = {name for name in found if name.startswith("account-setting/")}
    assert settings == {f"account-setting/{name}" for name in ("data-privacy", "double-opt-in", "preference-page")}
    assert "'newsletter'" in found["account-setting/preference-page"].steps[0]


@pytest.mark.parametrize(("binding", "shown"), [("subscription:News", "'News'"), ("wants_news", "'Product news'")])
def test_the_preference_page_shows_what_people_read(convert: Convert, binding: str, shown: str) -> None:
    found = by_name(convert(consent(purpose(binding), preference_topics=("newsletter",))))
    assert f"show exactly {shown}," in found["account-setting/preference-page"].steps[0]


@pytest.mark.parametrize(
    ("binding", "service", "expected"),
    [
        (None, False, ("HS050", "note")),
        ("list: News!", False, ("HS050", "error")),
    ],
)
def test_purposes_that_nothing_stands_for(convert: Convert, binding: str | None, service: bool, expected: Any) -> None:
    (finding,) = convert(consent(purpose(binding, service=service))).findings
    assert (finding.rule, finding.level) == expected


def test_a_service_purpose_needs_no_binding(convert: Convert) -> None:
    assert convert(consent(purpose(None, service=True))).findings == ()
