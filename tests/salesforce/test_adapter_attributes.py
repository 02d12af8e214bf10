"""Every attribute of every kind: changed, written through the adapter, read again, equal. Nothing else moves."""

from __future__ import annotations

from typing import Any

import pytest
from mopsctl_salesforce import names, provider

from tests.salesforce.conftest import Account

TEXT = {"family": "text", "type": "Text", "label": "X", "length": 80}
NUMBER = {"family": "number", "type": "Number", "label": "X", "precision": 10, "scale": 2}
LONG = {"family": "text", "type": "LongTextArea", "label": "X", "length": 1000, "visible_lines": 3}
PICK = {"family": "Picklist", "type": "Picklist", "label": "X", "restricted": True}
PICK |= {"values": {"a": {"label": "A", "active": True}, "b": {"label": "B", "active": True}}, "order": ["a", "b"]}
FORMULA = {
    "family": "Formula",
    "type": "Formula (Number)",
    "label": "X",
    "formula": "1 + 1",
    "scale": 0,
    "precision": 18,
}
LOOKUP = {"family": "Lookup", "type": "Lookup", "label": "X", "reference_to": "Account", "relationship": "Firm"}
AUTO = {"family": "AutoNumber", "type": "AutoNumber", "label": "X", "display_format": "L-{0000}"}
ROLLUP = {"family": "Summary", "type": "Summary", "label": "X", "summary_operation": "sum"}
ROLLUP |= {"summarized_field": "Opportunity.Amount", "summary_foreign_key": "Opportunity.AccountId"}

FIELD = "field/Account.X__c"
ITEMS = {"values": {"a": {"label": "A", "active": True}}, "order": ["a"]}
SET = "permission-set/own"
CASES: list[tuple[str, dict[str, Any] | None, dict[str, Any]]] = [
    (FIELD, TEXT, {"type": "LongTextArea", "length": 300}),
    (FIELD, TEXT, {"type": "Email"}),
    (FIELD, LONG, {"type": "Text", "length": 255}),
    (FIELD, NUMBER, {"type": "Currency"}),
    (FIELD, TEXT, {"label": "Another ä, & <b>"}),
    (FIELD, TEXT, {"description": "What it is: \"x\" & 'y' < z."}),
    (FIELD, TEXT, {"help": "Ask sales."}),
    (FIELD, TEXT, {"length": 200}),
    (FIELD, NUMBER, {"precision": 12}),
    (FIELD, NUMBER, {"scale": 4}),
    (FIELD, LONG, {"visible_lines": 7}),
    (FIELD, TEXT, {"required": True}),
    (FIELD, TEXT, {"unique": True}),
    (FIELD, TEXT, {"unique": True, "case_sensitive": True}),
    (FIELD, TEXT, {"external_id": True}),
    (FIELD, TEXT, {"default": '"none"'}),
    (FIELD, {"family": "Checkbox", "type": "Checkbox", "label": "X"}, {"default": True}),
    (FIELD, PICK, {"default": "b"}),
    (FIELD, PICK, {"values": {"a": {"label": "Ay", "active": True}}}),
    (FIELD, PICK, {"values": {"c": {"label": "C", "active": True}}, "order": ["c", "a", "b"]}),
    (FIELD, PICK, {"values": {"b": {"label": "B", "active": False}}}),
    (FIELD, PICK, {"order": ["b", "a"]}),
    (FIELD, PICK, {"restricted": False}),
    (FIELD, FORMULA, {"formula": 'IF(ISBLANK(Name), 1, 2) + LEN("<&>")'}),
    (FIELD, FORMULA, {"blanks": "BlankAsBlank"}),
    (FIELD, TEXT, {"sensitivity": "Confidential"}),
    (FIELD, TEXT, {"compliance": ["GDPR", "PII"]}),
    (FIELD, TEXT, {"usage": "DeprecateCandidate"}),
    (FIELD, LOOKUP, {"delete_constraint": "Restrict"}),
    (FIELD, AUTO, {"display_format": "M-{00000}"}),
    (FIELD, ROLLUP, {"summary_operation": "max"}),
    (FIELD, ROLLUP, {"summarized_field": "Opportunity.Probability"}),
    (FIELD, ROLLUP, {"summary_foreign_key": "Opportunity.X__c"}),
    ("global-value-set/Units", {"label": "Units", **ITEMS}, {"label": "Business units"}),
    ("global-value-set/Units", {"label": "Units", **ITEMS}, {"description": "Who sells."}),
    ("global-value-set/Units", {"label": "Units", **ITEMS}, {"values": {"b": {"label": "B", "active": True}}, "order": ["a", "b"]}),
    ("global-value-set/Units", {"label": "Units", **ITEMS}, {"values": {"a": {"label": "A", "active": False}}}),
    ("standard-value-set/LeadSource", None, {"values": {"Event": {"label": "Event", "active": True}}, "order": ["Event", "Web"]}),
    ("standard-value-set/LeadSource", None, {"values": {"Web": {"label": "The web", "active": True}}}),
    ("standard-value-set/LeadSource", None, {"order": ["Other", "Web"]}),
    ("standard-value-set/LeadStatus", None, {"values": {"Customer": {"label": "Customer", "active": True, "converted": True}}, "order": ["Customer"]}),
    ("standard-value-set/OpportunityStage", None, {"values": {"Commit": {"label": "Commit", "active": True, "closed": False, "won": False, "probability": 90, "forecast": "Forecast"}}, "order": ["Commit"]}),
    (SET, {"label": "own"}, {"label": "Other"}),
    (SET, {"label": "own"}, {"description": "What it grants."}),
    (SET, {"label": "own"}, {"fields": {"Lead.Title": {"read": True, "edit": False}}}),
    (SET, {"label": "own", "fields": {"Lead.Title": {"read": True, "edit": False}}}, {"fields": {"Lead.Title": {"read": True, "edit": True}}}),
    ("custom-permission/pass", {"label": "Pass", "description": ""}, {"label": "May pass"}),
    ("custom-permission/pass", {"label": "Pass", "description": ""}, {"description": "Passes."}),
    ("validation-rule/Lead.rule", {"formula": "ISNEW()", "message": "No.", "active": True}, {"formula": 'Title = "<x>"'}),
    ("validation-rule/Lead.rule", {"formula": "ISNEW()", "message": "No.", "active": True}, {"message": "Never."}),
    ("validation-rule/Lead.rule", {"formula": "ISNEW()", "message": "No.", "active": True}, {"active": False}),
    ("validation-rule/Lead.rule", {"formula": "ISNEW()", "message": "No.", "active": True}, {"description": "Why."}),
    ("validation-rule/Lead.rule", {"formula": "ISNEW()", "message": "No.", "active": True}, {"display_field": "Title"}),
    (f"permission-assignment/{names.MANAGED_SET}", None, {"users": {names.SELF: {"assigned": True}}}),
    (f"permission-assignment/{names.MANAGED_SET}", None, {"users": {"sync@emulated.example": {"assigned": True}}}),
    ("field-access/Lead.Title", None, {"editors": ["profile Integration"]}),
    ("legal-basis/p.express", {"key": "p.express", "name": "Express"}, {"name": "Express consent"}),
    ("legal-basis/p.express", {"key": "p.express", "name": "Express"}, {"description": "Given."}),
    ("purpose/p.news", {"key": "p.news", "name": "News", "can_opt_out": True}, {"name": "Product news"}),
    ("purpose/p.news", {"key": "p.news", "name": "News", "can_opt_out": True}, {"description": "Monthly."}),
    ("purpose/p.news", {"key": "p.news", "name": "News", "can_opt_out": True}, {"can_opt_out": False}),
    ("engagement-channel/p.sms", {"key": "p.sms", "name": "Sms", "contact_point": "Email"}, {"name": "SMS"}),
    ("engagement-channel/p.sms", {"key": "p.sms", "name": "Sms", "contact_point": "Email"}, {"contact_point": "Phone"}),
    ("subscription/p.news", {"key": "p.news", "name": "News", "purpose": "p.one"}, {"name": "Product news"}),
    ("subscription/p.news", {"key": "p.news", "name": "News", "purpose": "p.one"}, {"purpose": "p.two"}),
    ("subscription-channel/p.x", {"key": "p.x", "name": "X", "subscription": "p.s1", "channel": "p.c1"}, {"name": "Y"}),
    ("subscription-channel/p.x", {"key": "p.x", "name": "X", "subscription": "p.s1", "channel": "p.c1"}, {"subscription": "p.s2"}),
    ("subscription-channel/p.x", {"key": "p.x", "name": "X", "subscription": "p.s1", "channel": "p.c1"}, {"channel": "p.c2"}),
]  # fmt: skip
ROWS = ("legal-basis", "purpose", "engagement-channel", "subscription", "subscription-channel")
ELSEWHERE = {
    ("field", "order"): "with the values",
    ("lead-conversion", "pairs"): "test_adapter_conversion.py",
    ("permission-set", "custom_permissions"): "below",
    **{(kind, "key"): "below: rows found by their name" for kind in ROWS},
}


def prepare(account: Account, address: str) -> None:
    """What has to be there before."""
    kind = address.partition("/")[0]
    if kind == "field":
        other = {"Opportunity": {"family": "Lookup", "type": "Lookup", "reference_to": "Account", "relationship": "Y"}}
        account.set("field/Opportunity.X__c", {"label": "X", **other["Opportunity"]})
    if kind == "permission-assignment":
        account.set(f"permission-set/{names.MANAGED_SET}", {"label": "own"})
    if kind in ROWS:
        with_keys(account)
    if kind == "subscription":
        for key in ("p.one", "p.two"):
            account.set(f"purpose/{key}", {"key": key, "name": key, "can_opt_out": True})
    if kind == "subscription-channel":
        account.set("purpose/p.one", {"key": "p.one", "name": "One", "can_opt_out": True})
        for key in ("p.s1", "p.s2"):
            account.set(f"subscription/{key}", {"key": key, "name": key, "purpose": "p.one"})
        for key in ("p.c1", "p.c2"):
            account.set(f"engagement-channel/{key}", {"key": key, "name": key, "contact_point": "Email"})


def with_keys(account: Account) -> None:
    """The key field on every consent object, visible to the user that signed in."""
    fields = [f"{object_name}.{names.KEY_FIELD}" for object_name in names.CONSENT_OBJECTS.values()]
    key = {**TEXT, "label": "Key", "length": 100, "unique": True, "external_id": True}
    rights = {"label": "own", "fields": {field: {"read": True, "edit": True} for field in fields}}
    account.put(**{f"field/{field}": key for field in fields}, **{f"permission-set/{names.MANAGED_SET}": rights})
    account.set(f"permission-assignment/{names.MANAGED_SET}", {"users": {names.SELF: {"assigned": True}}})


@pytest.mark.parametrize(("address", "start", "change"), CASES)
def test_an_attribute_is_written_and_read_back(
    account: Account, address: str, start: dict[str, Any] | None, change: dict[str, Any]
) -> None:
    prepare(account, address)
    if start is not None:
        assert account.set(address, start).outcome == "done"
    seen = account.see(address)
    before = dict(seen.attributes) if seen else {}
    result = account.set(address, change)
    assert (result.outcome, result.error) == ("done", "")
    after = account.attributes(address)
    for name, value in change.items():
        if name in ("values", "fields", "users"):
            assert {key: after[name][key] for key in value} == value
            assert {key: item for key, item in after[name].items() if key not in value} == {
                key: item for key, item in before.get(name, {}).items() if key not in value
            }
        elif name == "order":
            assert [key for key in after[name] if key in value] == value
        else:
            assert after[name] == value
    moving = {*change, "type", "length", "values", "order"} if "type" in change else {*change, "order"}
    assert {name: after[name] for name in before if name not in moving and name in after} == {
        name: value for name, value in before.items() if name not in moving and name in after
    }


def test_every_writable_attribute_has_a_case() -> None:
    tried = {(address.partition("/")[0], name) for address, _, change in CASES for name in change}
    writable = {
        (kind.name, name)
        for kind in provider.kinds.values()
        for name, attribute in kind.attributes.items()
        if attribute.mode == "write"
    }
    assert writable - tried - ELSEWHERE.keys() == set()


@pytest.mark.parametrize(
    ("start", "name", "value"),
    [
        (TEXT, "family", "text"),
        (LOOKUP, "reference_to", "Account"),
        (LOOKUP, "relationship", "Firm"),
        ({**PICK, "value_set": "Units"}, "value_set", "Units"),
    ],
)
def test_what_is_decided_at_creation_reads_back(account: Account, start: dict[str, Any], name: str, value: str) -> None:
    account.set("global-value-set/Units", {"label": "Units", **ITEMS})
    wanted = {key: each for key, each in start.items() if name != "value_set" or key not in ("values", "order")}
    assert account.set(FIELD, wanted).outcome == "done"
    assert account.attributes(FIELD)[name] == value


@pytest.mark.parametrize(
    "attributes",
    [
        TEXT,
        {"family": "text", "type": "TextArea", "label": "X"},
        LONG,
        {"family": "Html", "type": "Html", "label": "X", "length": 5000},
        NUMBER,
        {"family": "number", "type": "Currency", "label": "X", "precision": 16, "scale": 2},
        {"family": "number", "type": "Percent", "label": "X", "precision": 5, "scale": 1},
        {"family": "Checkbox", "type": "Checkbox", "label": "X", "default": False},
        {"family": "Date", "type": "Date", "label": "X"},
        {"family": "DateTime", "type": "DateTime", "label": "X"},
        {"family": "Time", "type": "Time", "label": "X"},
        {"family": "text", "type": "Email", "label": "X", "unique": True},
        {"family": "text", "type": "Phone", "label": "X"},
        {"family": "text", "type": "Url", "label": "X"},
        PICK,
        {**PICK, "family": "MultiselectPicklist", "type": "MultiselectPicklist", "visible_lines": 5},
        AUTO,
        LOOKUP,
        {
            "family": "MasterDetail",
            "type": "MasterDetail",
            "label": "X",
            "reference_to": "Account",
            "relationship": "Xs",
        },
        FORMULA,
        {"family": "Formula", "type": "Formula (Text)", "label": "X", "formula": '"a" & Name'},
        {"family": "Formula", "type": "Formula (Checkbox)", "label": "X", "formula": "ISBLANK(Name)"},
        {"family": "EncryptedText", "type": "EncryptedText", "label": "X", "length": 100},
        ROLLUP,
    ],
    ids=lambda attributes: str(attributes["type"]),
)
def test_a_field_of_every_type_reads_back_as_it_was_declared(account: Account, attributes: dict[str, Any]) -> None:
    result = account.set(FIELD, attributes)
    assert (result.outcome, result.error) == ("done", "")
    after = account.attributes(FIELD)
    assert {name: after[name] for name in attributes} == attributes


@pytest.mark.parametrize("visible", [True, False])
def test_it_reads_the_same_whether_the_user_sees_the_field_or_not(account: Account, visible: bool) -> None:
    account.set(FIELD, {**PICK, "description": "What.", "compliance": ["GDPR"], "default": "b"})
    if visible:
        account.handle.do("allow", field="Account.X__c", profile="Integration")
    found = account.see(FIELD)
    assert found is not None
    assert found.facts is not None
    assert found.facts.visible is visible
    assert found.attributes["default"] == "b"
    assert found.attributes["order"] == ["a", "b"]
    assert found.attributes["compliance"] == ["GDPR"]
    assert found.facts.values == ("a", "b")


def test_custom_permissions_are_granted_and_taken_back(account: Account) -> None:
    permission = {"label": "Pass", "description": ""}
    wanted = {"label": "own", "custom_permissions": {"pass": {"enabled": True}}}
    done = account.put(**{"custom-permission/pass": permission, SET: wanted})
    assert {result.outcome for result in done.values()} == {"done"}
    assert account.attributes(SET)["custom_permissions"] == {"pass": {"enabled": True}}
    gone = account.write_of(SET, {"label": "own", "custom_permissions": {}}, wanted)
    assert account.written(gone)[SET].outcome == "done"
    assert account.attributes(SET)["custom_permissions"] == {}


@pytest.mark.parametrize("mode", ["merge", "replace"])
def test_a_right_that_leaves_is_taken_back_under_both_readings(account: Account, mode: str) -> None:
    account.handle.switch("permission_set_mode", mode)
    rights = {name: {"read": True, "edit": True} for name in ("Lead.Title", "Lead.Email")}
    wanted = {"label": "own", "fields": rights}
    account.set(SET, wanted)
    fewer = {"label": "own", "fields": {"Lead.Email": rights["Lead.Email"]}}
    assert account.written(account.write_of(SET, fewer, wanted))[SET].outcome == "done"
    assert account.attributes(SET)["fields"] == {"Lead.Email": {"read": True, "edit": True}}


@pytest.mark.parametrize("kind", ROWS[:3])
def test_a_row_found_by_its_name_gets_its_key(account: Account, kind: str) -> None:
    with_keys(account)
    columns = {"ContactPointType": "Email"} if kind == "engagement-channel" else {}
    row_id = account.handle.do("create_record", object_name=names.CONSENT_OBJECTS[kind], Name="Known", **columns)
    resource = account_resource(account, f"{kind}/p.known", {"key": "p.known", "name": "Known"})
    reading = account.system.read([resource], [])
    seen = reading.items[resource.address]
    assert (seen.remote_id, seen.attributes["key"]) == (row_id, None)
    assert account.set(f"{kind}/p.known", {"key": "p.known", "name": "Known"}).outcome == "done"
    assert account.attributes(f"{kind}/p.known")["key"] == "p.known"
    assert account.handle.store.count(f"rows:{names.CONSENT_OBJECTS[kind]}") == 1


def account_resource(account: Account, text: str, attributes: dict[str, Any]) -> Any:
    from mopsctl.address import Address
    from mopsctl.resource import Resource

    address = Address.parse(f"salesforce:{text}")
    return Resource(address, address.name, attributes)
