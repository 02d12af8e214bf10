"""A whole stack on the emulator: applied once, then nothing is left to do; and what each part does to people's work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from mopsctl_salesforce import names

from mopsctl.condition import Test as Asked
from mopsctl.element import (
    Consent,
    Element,
    Item,
    Lifecycle,
    Mapping_,
    MappingRow,
    Pipeline,
    PipelineStage,
    Purpose,
    Rule,
    RuleGroup,
    Score,
    Side,
    Stage,
    Transition,
    ValueList,
)
from tests.salesforce.conftest import HERE, Account, V, person, token_for, values

STAGES = (
    Stage("inquiry", "Inquiry", "Inquiry"),
    Stage("mql", "MQL", "Qualified"),
    Stage("customer", "Customer", "Customer", outcome="won"),
)
STAGE = person(
    "Stage__c",
    "choice",
    key="stage",
    role="stage",
    owner="hubspot",
    values=ValueList("Lifecycle/person", tuple(Item(stage.key, stage.value, stage.label) for stage in STAGES)),
)
LIFECYCLE = Lifecycle(
    HERE,
    "person",
    "Person",
    "person",
    "Lead",
    "Stage__c",
    STAGES,
    (Transition(("inquiry",), "mql"), Transition(("mql",), "customer")),
    enforce=True,
)
FIT = person("Fit__c", "integer", key="fit", owner="salesforce", role="score")
TITLE = person("Title", "text", key="title")
MODEL = Score(
    HERE,
    "fit",
    "Fit",
    "fit",
    "person",
    "Lead",
    "Fit__c",
    (RuleGroup("role", (Rule("vp", 45, when=Asked("field", "title", "has_word", ("vp",))),)),),
    bands=(("A", 40.0), ("B", 0.0)),
    fields={"title": TITLE},
    settings={"band_field": "Fit_Band__c"},
)
UNIT = person(
    "Unit__c", "choice", key="unit", values=values("core", "emea"), hints={"value_set": "Units"}, pii="personal"
)
HEAT = person("Heat__c", "integer", key="heat", owner="hubspot")
GUARDED = Side("salesforce", (("Lead", "Heat__c"), ("Contact", "Heat__c")), "integer")
SHARED = Side("salesforce", (("Lead", "Unit__c"), ("Contact", "Unit__c")), "choice")
MAPPING = Mapping_(
    HERE,
    "sync",
    "Sync",
    "hubspot-native",
    "salesforce",
    "hubspot",
    (
        MappingRow(HERE, "heat", "Heat", "hubspot-wins", GUARDED, GUARDED, guard="salesforce-readonly"),
        MappingRow(HERE, "unit", "Unit", "two-way", SHARED, SHARED),
    ),
)
POLICY = Consent(
    HERE,
    "marketing",
    "Permission",
    (
        Purpose(HERE, "marketing", "news", "News", service=False, binding="purpose:Product news"),
        Purpose(HERE, "marketing", "events", "Events", service=False, binding="Consent_Events__c"),
    ),
    objects=("Lead", "Contact"),
    bases=("express",),
    channels=("email", "sms"),
    opt_out_all="HasOptedOutOfEmail",
)
DEALS = Pipeline(
    HERE,
    "deals",
    "deal",
    "OpportunityStage",
    "Deals",
    (PipelineStage("q", "Qualify", "Qualify", 0.2), PipelineStage("won", "Closed Won", "Won", 1.0, closed=True)),
)
STATUS = person("Status", "choice", role="lead_status", values=values("New", "Working - Contacted"))
SOURCE = person("LeadSource", "choice", values=values("Web", "Event"))
EVERYTHING: tuple[Element, ...] = (
    STAGE,
    FIT,
    TITLE,
    UNIT,
    replace(UNIT, object="Contact"),
    HEAT,
    replace(HEAT, object="Contact"),
    STATUS,
    SOURCE,
    LIFECYCLE,
    MODEL,
    DEALS,
    MAPPING,
    POLICY,
)


def test_everything_is_applied_once_and_then_nothing_is_left(account: Account) -> None:
    world = account.world()
    lines = account.apply(*EVERYTHING, world=world)
    assert {name: (line.error, line.hint) for name, line in lines.items() if line.outcome != "done"} == {}
    left = world.plan(account.wants(*EVERYTHING)).changes
    assert {change.action for change in left} <= {"manual"}
    assert {str(change.address).partition(":")[2] for change in left} == {"permission-assignment/mopsctl_sync_hubspot"}
    posts = [path for method, path in account.requests() if method == "POST" and path.endswith("deployRequest")]
    assert len(posts) == 1


def test_a_lost_record_adopts_everything_and_makes_nothing_twice(account: Account) -> None:
    account.apply(*EVERYTHING)
    before = account.handle.dump()
    lines = account.apply(*EVERYTHING)
    assert {line.change.action for line in lines.values()} == {"adopt"}
    assert account.handle.dump() == before


def test_the_integration_user_sees_the_new_fields(account: Account) -> None:
    account.apply(*EVERYTHING)
    found = account.see("field/Lead.Fit__c")
    assert found is not None
    assert found.facts is not None
    assert found.facts.visible is True


def test_scores_count_for_every_record_at_once(account: Account) -> None:
    account.apply(*EVERYTHING)
    with client(account) as raw:
        soql = "SELECT Fit__c, Fit_Band__c, COUNT(Id) n FROM Lead GROUP BY Fit__c, Fit_Band__c"
        rows = raw.get(f"{V}/query", params={"q": soql}).json()["records"]
    assert {(row["Fit__c"], row["Fit_Band__c"]): row["n"] for row in rows} == {(45.0, "A"): 4, (0.0, "B"): 16}


def test_the_rule_stops_a_move_that_is_not_listed(account: Account) -> None:
    account.apply(*EVERYTHING)
    lead = account.handle.do("create_record", object_name="Lead", LastName="x", Company="y", Stage__c="Inquiry")
    with client(account) as raw:
        answer = raw.patch(f"{V}/sobjects/Lead/{lead}", json={"Stage__c": "Customer"})
        assert answer.json()[0]["errorCode"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
        assert raw.patch(f"{V}/sobjects/Lead/{lead}", json={"Stage__c": "MQL"}).status_code == 204


def client(account: Account) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token_for(account.handle)}"}
    return httpx.Client(base_url=account.handle.url, headers=headers, verify=False)


# -- guards


def test_a_guard_takes_edit_from_everybody_but_the_connector(account: Account) -> None:
    for name in ("Lead.Heat__c", "Contact.Heat__c"):
        metadata = {"type": "Number", "label": "Heat", "precision": 18, "scale": 0}
        account.handle.do("create_field", name=name, metadata=metadata)
    plan = account.world().plan(account.wants(*EVERYTHING))
    (change,) = [each for each in plan.changes if str(each.address).endswith("field-access/Lead.Heat__c")]
    assert change.fields[0].before == ["profile Integration", "profile Sales User", "profile System Administrator"]
    account.apply(*EVERYTHING)
    assert account.attributes("field-access/Lead.Heat__c")["editors"] == []
    assert account.attributes("permission-set/mopsctl_sync_hubspot")["fields"]["Lead.Heat__c"]["edit"] is True
    rights = [row for row in account.handle.store.list("FieldPermissions") if row["Field"] == "Lead.Heat__c"]
    assert len([row for row in rights if row["PermissionsRead"]]) == 5


def test_profiles_that_cannot_be_read_are_left_to_a_person(account: Account) -> None:
    metadata = {"type": "Number", "label": "Heat", "precision": 18, "scale": 0}
    account.handle.do("create_field", name="Lead.Heat__c", metadata=metadata)
    account.handle.switch("profiles", "hidden")
    plan = account.world().plan(account.wants(*EVERYTHING))
    found = [each for each in plan.changes if str(each.address).endswith("field-access/Lead.Heat__c")]
    (change,) = [each for each in found if each.action == "manual"]
    assert any("Field-Level" in step for step in change.steps)


def test_a_field_without_field_level_security_cannot_be_guarded(account: Account) -> None:
    found = account.see("field-access/Lead.Status")
    assert found is not None
    assert (found.attributes, found.writable) == ({}, frozenset())
    assert "no field-level security" in found.why_not


def test_edit_can_be_given_back_to_a_profile(account: Account) -> None:
    account.set("field-access/Lead.Title", {"editors": []})
    assert account.attributes("field-access/Lead.Title")["editors"] == []
    wanted = ["profile Integration", "profile Sales User"]
    assert account.set("field-access/Lead.Title", {"editors": wanted}).outcome == "done"
    assert account.attributes("field-access/Lead.Title")["editors"] == wanted


def test_an_editor_without_any_right_gets_one(account: Account) -> None:
    account.set("permission-set/own", {"label": "own"})
    assert account.set("field-access/Lead.Title", {"editors": ["own"]}).outcome == "done"
    assert account.attributes("permission-set/own")["fields"] == {"Lead.Title": {"read": True, "edit": True}}


def test_an_unknown_user_is_told(account: Account) -> None:
    account.set("permission-set/own", {"label": "own"})
    result = account.set("permission-assignment/own", {"users": {"nobody@example.com": {"assigned": True}}})
    assert (result.outcome, result.error) == ("failed", "There is no user nobody@example.com.")


def test_an_assignment_is_taken_back(account: Account) -> None:
    account.set("permission-set/own", {"label": "own"})
    wanted = {"users": {"sync@emulated.example": {"assigned": True}, names.SELF: {"assigned": True}}}
    account.set("permission-assignment/own", wanted)
    fewer = {"users": {names.SELF: {"assigned": True}}}
    write = account.write_of("permission-assignment/own", fewer, wanted)
    # the kind keeps who left the manifest; taking them out is what an undo asks for
    target = {**write.target, "users": fewer["users"]}
    assert account.written(replace(write, target=target))["permission-assignment/own"].outcome == "done"
    assert account.attributes("permission-assignment/own")["users"] == fewer["users"]


# -- lead conversion


@pytest.fixture
def convertible(account: Account) -> Account:
    """Fields on lead and contact, one pair of them mapped by somebody."""
    for number in range(3):
        for object_name in ("Lead", "Contact"):
            metadata = {"type": "Text", "label": f"F{number}", "length": 9}
            account.handle.do("create_field", name=f"{object_name}.F{number}__c", metadata=metadata)
    account.handle.do("map_conversion", pairs={"Contact.F0__c": "F0__c"})
    return account


CONVERSION = f"lead-conversion/{names.CONVERSION}"


def pair(number: int) -> dict[str, Any]:
    return {f"Contact.F{number}__c": {"from": f"F{number}__c"}}


@pytest.mark.parametrize("mode", ["replace", "merge"])
def test_a_pair_is_added_and_every_other_pair_stays(convertible: Account, mode: str) -> None:
    convertible.handle.switch("conversion_mode", mode)
    assert convertible.set(CONVERSION, {"pairs": pair(1)}).outcome == "done"
    assert convertible.attributes(CONVERSION)["pairs"] == pair(0) | pair(1)
    stored = convertible.handle.store.get("LeadConvertSettings", "LeadConvertSettings") or {}
    assert stored["opportunityCreationOptions"] == "VisibleOptional"


def test_a_pair_that_leaves_the_manifest_is_taken_out(convertible: Account) -> None:
    both = {"pairs": pair(1) | pair(2)}
    convertible.set(CONVERSION, both)
    write = convertible.write_of(CONVERSION, {"pairs": pair(1)}, both)
    assert convertible.written(write)[CONVERSION].outcome == "done"
    assert convertible.attributes(CONVERSION)["pairs"] == pair(0) | pair(1)


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("Contact.F1__c", "do not match"),
        ("Contact.Nowhere__c", "cannot be mapped"),
        ("Contact.Title", "cannot be mapped"),
    ],
)
def test_a_pair_that_does_not_fit_is_told(convertible: Account, target: str, problem: str) -> None:
    metadata = {"type": "Number", "label": "N", "precision": 5, "scale": 0}
    convertible.handle.do("create_field", name="Lead.N__c", metadata=metadata)
    result = convertible.set(CONVERSION, {"pairs": {target: {"from": "N__c"}}})
    assert result.outcome == "failed"
    assert problem in result.error


def test_a_type_change_of_a_mapped_field_is_refused_by_the_server_too(convertible: Account) -> None:
    result = convertible.set("field/Lead.F0__c", {"type": "Email"})
    assert result.outcome == "failed"
    assert "mapped for lead conversion" in result.error
    assert "Map Lead Fields" in result.hint


# -- value sets of standard fields, under both readings of the sources


@pytest.mark.parametrize("mode", ["doc", "skill"])
def test_a_label_changes_and_a_value_is_deactivated_under_both_readings(account: Account, mode: str) -> None:
    account.handle.switch("standard_value_set_mode", mode)
    listed = {"Web": {"label": "The web", "active": True}, "Other": {"label": "Other", "active": False}}
    assert account.set("standard-value-set/LeadSource", {"values": listed}).outcome == "done"
    found = account.attributes("standard-value-set/LeadSource")
    assert (found["values"]["Web"]["label"], found["values"]["Other"]["active"]) == ("The web", False)
    assert found["values"]["Purchased List"]["active"] is True


def test_a_new_value_is_taken_or_refused_with_words(account: Account) -> None:
    wanted = {"values": {"Event": {"label": "Event", "active": True}}, "order": ["Event"]}
    account.handle.switch("standard_value_set_mode", "skill")
    refused = account.set("standard-value-set/LeadSource", wanted)
    assert (refused.outcome, "Event" in refused.error) == ("failed", True)
    account.handle.switch("standard_value_set_mode", "doc")
    assert account.set("standard-value-set/LeadSource", wanted).outcome == "done"


def test_a_value_that_somebody_added_since_is_not_deactivated(account: Account) -> None:
    wanted = {"values": {"Event": {"label": "Event", "active": True}}, "order": ["Event"]}
    account.set("standard-value-set/LeadSource", wanted)
    account.handle.do("add_value", value_set="LeadSource", value="Reseller")
    account.set("standard-value-set/LeadSource", {"values": {"Event": {"label": "An event", "active": True}}})
    assert account.attributes("standard-value-set/LeadSource")["values"]["Reseller"]["active"] is True


def test_the_last_converted_status_cannot_go(account: Account) -> None:
    gone = {"values": {"Closed - Converted": {"label": "x", "active": False, "converted": True}}}
    result = account.set("standard-value-set/LeadStatus", gone)
    assert "At least one lead status must be converted" in result.error


# -- record types


def test_a_value_that_a_record_type_lacks_is_a_manual_step(account: Account) -> None:
    account.handle.do(
        "create_record_type", object_name="Lead", name="Partner", lists={}, process=["New", "Working - Contacted"]
    )
    account.handle.do(
        "create_record_type", object_name="Lead", name="Direct", lists={}, process=["Working - Contacted"]
    )
    account.apply(STATUS)
    (change,) = account.world().plan(account.wants(STATUS)).changes[-1:]
    assert change.action == "manual"
    assert [(each.dotted(), each.before, each.after) for each in change.fields] == [
        ("values.New.missing_on", ["Direct"], [])
    ]


def test_punctuation_in_offered_values_is_decoded(account: Account) -> None:
    account.handle.do("create_record_type", object_name="Lead", name="P", lists={"Stage__c": ["1/2 (a)"]})
    stage = person("Stage__c", "choice", values=values("1/2 (a)"), role="stage")
    life = replace(LIFECYCLE, stages=(Stage("one", "1/2 (a)", "One"),), transitions=())
    account.apply(stage, life)
    found = account.system.read(account.wants(stage, life), [])
    (offered,) = [item for address, item in found.items.items() if address.kind == "record-type-values"]
    assert offered.attributes["values"] == {"1/2 (a)": {"missing_on": []}}


# -- consent rows


def test_a_row_that_others_refer_to_stays_with_words(account: Account) -> None:
    account.apply(*EVERYTHING)
    result = account.remove("purpose/marketing.news")["purpose/marketing.news"]
    assert (result.outcome, result.code) == ("failed", "DELETE_FAILED")
    assert "can only stay" in result.hint


def test_rows_go_in_reverse(account: Account) -> None:
    account.apply(*EVERYTHING)
    for address in ("subscription-channel/marketing.news.sms", "subscription-channel/marketing.news.email"):
        assert account.remove(address)[address].outcome == "done"
    assert account.remove("subscription/marketing.news")["subscription/marketing.news"].outcome == "done"
    assert account.remove("purpose/marketing.news")["purpose/marketing.news"].outcome == "done"
    assert account.see("purpose/marketing.news") is None


def test_rows_of_one_kind_are_one_call(account: Account) -> None:
    account.apply(*EVERYTHING)
    patches = [path for method, path in account.requests() if method == "PATCH" and "/composite/sobjects/" in path]
    assert sorted(path.rpartition("/composite/sobjects/")[2] for path in patches) == sorted(
        f"{name}/{names.KEY_FIELD}" for name in names.CONSENT_OBJECTS.values()
    )


def test_a_locked_row_fails_for_itself(account: Account) -> None:
    account.apply(*EVERYTHING)
    account.handle.fault("row_locked", path="composite/sobjects")
    result = account.set("purpose/marketing.news", {"name": "Other"})
    assert (result.outcome, result.code) == ("failed", "UNABLE_TO_LOCK_ROW")
    assert result.hint
