"""Reading in bulk: few calls, everything in the collections, and what cannot be read is never taken for absent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mopsctl_salesforce import names, provider
from mopsctl_salesforce.emulator.components import Components

from mopsctl.address import Address
from mopsctl.emulator import Handle
from mopsctl.resource import Observation, Resource, Write
from tests.salesforce.conftest import Account, person, resources_of, values

Connect = Callable[..., Account]


def wanted(kind: str, name: str, **attributes: Any) -> Resource:
    address = Address("salesforce", kind, name)
    return Resource(address, name, attributes)


def grown(org: Handle, count: int = 800, sets: int = 40) -> None:
    """An org with many custom fields on four objects, some of them choices, some on global value sets."""
    emulator = org.emulator
    with org.store.transaction():
        components = Components(emulator)  # type: ignore[arg-type]
        for number in range(sets):
            content = {"masterLabel": f"Set {number}", "customValue": [{"valueName": "a", "label": "A"}]}
            components.take("GlobalValueSet", f"Set_{number}", content)
        for number in range(count):
            name = f"{names.OBJECTS[number % 4]}.F{number:03}__c"
            components.fields.take(name, _metadata(number, sets))


def _metadata(number: int, sets: int) -> dict[str, Any]:
    if number % 8 == 0:
        chosen = {"restricted": True, "valueSetName": f"Set_{number // 8 % sets}"}
        return {"type": "Picklist", "label": f"F{number}", "valueSet": chosen}
    if number % 8 == 1:
        own = {"sorted": False, "value": [{"valueName": "a", "label": "A"}]}
        return {"type": "Picklist", "label": f"F{number}", "valueSet": {"restricted": True, "valueSetDefinition": own}}
    return {"type": "Text", "label": f"F{number}", "length": 80}


def seen_by_the_user(org: Handle) -> None:
    """Make every custom field visible to the profile of the user that signs in."""
    shadow = "0PSEM0000000001AAA"
    with org.store.transaction():
        for field in org.emulator.all_fields():  # type: ignore[attr-defined]
            if field["custom"]:
                name = f"{field['object']}.{field['name']}"
                row = {"Id": f"01k{name}", "ParentId": shadow, "SobjectType": field["object"], "Field": name}
                org.store.put("FieldPermissions", row["Id"], {**row, "PermissionsRead": True, "PermissionsEdit": True})


def test_a_plan_over_800_fields_and_40_value_sets_takes_at_most_30_calls(account: Account) -> None:
    org = account.handle
    org.limit("custom_fields", 900)
    grown(org)
    seen_by_the_user(org)
    resources = [
        wanted("field", f"{names.OBJECTS[number % 4]}.F{number:03}__c", label=f"F{number}") for number in range(800)
    ]
    resources += [wanted("global-value-set", f"Set_{number}", label=f"Set {number}") for number in range(40)]
    resources += [
        wanted("permission-set", names.MANAGED_SET, label="x"),
        wanted("standard-value-set", "LeadSource", order=["Web"]),
    ]
    resources += [
        wanted("permission-assignment", names.MANAGED_SET, users={}),
        wanted("lead-conversion", names.CONVERSION, pairs={}),
    ]
    account.system.identify()
    org.reset_counters()
    reading = account.system.read(resources, [])
    assert reading.unreadable == {}
    assert sum(address.kind == "field" and item.remote_id is not None for address, item in reading.items.items()) == 800
    assert account.handle.counters()["requests"] <= 30
    assert org.counters()["writes"] == 0
    assert account.system.calls.reads <= 35


def test_a_reread_of_a_few_things_takes_a_few_calls(account: Account) -> None:
    grown(account.handle, 60, 4)
    account.system.identify()
    account.handle.reset_counters()
    account.system.reread([Address("salesforce", "field", f"Lead.F{number:03}__c") for number in range(2, 60, 4)])
    assert account.handle.counters()["requests"] == 4


def test_metadata_is_never_asked_for_more_than_one_row(account: Account) -> None:
    grown(account.handle, 60, 4)
    resources = [
        wanted("field", f"{names.OBJECTS[number % 4]}.F{number:03}__c", visible_lines=3) for number in range(60)
    ]
    account.system.read(resources, [])
    queries = [entry["query"] for entry in account.handle.requests() if entry["path"].endswith("/query")]
    assert [query for query in queries if "Metadata" in query] == []


def test_pages_are_followed(account: Account) -> None:
    grown(account.handle, 50, 2)
    account.handle.limit("query_batch", 20)
    reading = account.system.read([wanted("field", "Lead.F002__c", label="x")], [])
    assert reading.items[Address("salesforce", "field", "Lead.F002__c")].attributes["label"] == "F2"
    assert any("query/01g" in path for _, path in account.requests())


def test_everything_of_a_collection_comes_also_what_nobody_asked_for(account: Account) -> None:
    account.handle.do("create_field", name="Lead.Theirs__c", metadata={"type": "Text", "label": "Theirs", "length": 9})
    reading = account.system.read([wanted("field", "Lead.Ours__c", label="x")], [])
    theirs = reading.items[Address("salesforce", "field", "Lead.Theirs__c")]
    assert theirs.attributes["length"] == 9
    assert reading.kinds == {"field"}
    title = reading.items[Address("salesforce", "field", "Lead.Title")]
    assert (title.builtin, title.writable, title.attributes) == (True, frozenset(), {"holds": "text"})


def test_nothing_in_particular_reads_what_an_import_needs(account: Account) -> None:
    account.handle.do("create_value_set", name="Units", values=["a"])
    reading = account.system.read([], [])
    assert {address.kind for address in reading.items} == {"field", "global-value-set"}
    assert reading.items[Address("salesforce", "global-value-set", "Units")].attributes["order"] == ["a"]


@pytest.mark.parametrize(
    ("field", "metadata", "facts"),
    [
        ("Lead.Title", None, {"type": "text", "length": 128, "read_only": False}),
        ("Lead.Email", None, {"type": "email", "length": 80}),
        ("Lead.NumberOfEmployees", None, {"type": "integer"}),
        ("Lead.LeadSource", None, {"type": "choice", "values": ("Web", "Phone Inquiry", "Partner Referral", "Purchased List", "Other")}),
        ("Lead.HasOptedOutOfEmail", None, {"type": "boolean"}),
        ("Lead.Company", None, {"type": "text", "required": True}),
        ("Lead.X__c", {"type": "Number", "precision": 8, "scale": 2}, {"type": "decimal"}),
        ("Lead.X__c", {"type": "Number", "formula": "1", "scale": 0, "precision": 18}, {"type": "integer", "read_only": True}),
        ("Lead.X__c", {"type": "AutoNumber", "displayFormat": "{0}"}, {"type": "text", "read_only": True}),
        ("Lead.X__c", {"type": "Time"}, {"type": None}),
        ("Lead.X__c", {"type": "Lookup", "referenceTo": "Account", "relationshipName": "Xs"}, {"type": "reference"}),
    ],
)  # fmt: skip
def test_a_field_comes_with_neutral_facts(
    account: Account, field: str, metadata: dict[str, Any] | None, facts: dict[str, Any]
) -> None:
    if metadata is not None:
        account.handle.do("create_field", name=field, metadata={"label": "X", **metadata})
    found = account.see(f"field/{field}")
    assert found is not None
    assert {name: getattr(found.facts, name) for name in facts} == facts
    assert found.facts is not None
    assert found.facts.visible is True


@pytest.mark.parametrize(
    ("values_shown", "value_key"), [("shown", "valueName"), ("hidden", "valueName"), ("shown", "fullName")]
)
def test_lists_read_the_same_under_every_reading_of_the_sources(
    account: Account, values_shown: str, value_key: str
) -> None:
    account.handle.switch("inactive_values", values_shown)
    account.handle.switch("value_key", value_key)
    items = {"a": {"label": "A", "active": True}, "b": {"label": "B", "active": True}}
    account.set(
        "field/Lead.X__c",
        {"family": "Picklist", "type": "Picklist", "label": "X", "values": items, "order": ["a", "b"]},
    )
    account.set("field/Lead.X__c", {"values": {"b": {"label": "B", "active": False}}})
    shown = {"a": True, "b": False} if values_shown == "shown" else {"a": True}
    found = account.attributes("field/Lead.X__c")["values"]
    assert {name: item["active"] for name, item in found.items()} == shown
    account.set("field/Lead.X__c", {"values": {"c": {"label": "C", "active": True}}, "order": ["a", "c"]})
    stored = account.handle.store.get("fields:Lead", "Lead.X__c") or {}
    listed = stored["metadata"]["valueSet"]["valueSetDefinition"]["value"]
    assert {value["valueName"]: value["isActive"] for value in listed} == {"a": True, "b": False, "c": True}


# -- what may not be written on a live thing


def narrowed(account: Account, resource: Resource) -> Observation:
    return account.system.read([resource], []).items[resource.address]


def test_a_packages_field_is_left_alone(account: Account) -> None:
    account.handle.do(
        "create_field", name="Lead.pkg__X__c", metadata={"type": "Text", "label": "X", "length": 9}, namespace="pkg"
    )
    found = narrowed(account, wanted("field", "Lead.pkg__X__c", label="Y"))
    assert (found.writable, found.removable) == (frozenset(), False)
    assert "installed package" in found.why_not


def test_a_field_that_is_mapped_for_conversion_keeps_its_type(account: Account) -> None:
    for name in ("Lead.X__c", "Contact.X__c"):
        account.handle.do("create_field", name=name, metadata={"type": "Text", "label": "X", "length": 9})
    account.handle.do("map_conversion", pairs={"Contact.X__c": "X__c"})
    for name in ("Lead.X__c", "Contact.X__c"):
        found = narrowed(account, wanted("field", name, type="Email", family="text"))
        assert found.writable is not None
        assert "type" not in found.writable
        assert "label" in found.writable
        assert "mapped for lead conversion" in found.why_not
    free = narrowed(account, wanted("field", "Lead.X__c", type="Text", family="text"))
    assert free.writable is None


def test_a_lossy_change_of_type_is_an_error_of_the_plan(account: Account) -> None:
    account.handle.do("create_field", name="Lead.X__c", metadata={"type": "Text", "label": "X", "length": 9})
    plan = account.world().plan(account.wants(person("X__c", "integer")))
    errors = [verdict for verdict in plan.verdicts if verdict.level == "error"]
    assert "is 'text' and cannot become 'number'" in errors[0].message
    assert "another name" in errors[0].hint
    assert plan.refused


def test_an_external_id_keeps_a_type_that_can_be_one(account: Account) -> None:
    metadata = {"type": "Text", "label": "X", "length": 9, "externalId": True}
    account.handle.do("create_field", name="Lead.X__c", metadata=metadata)
    found = narrowed(account, wanted("field", "Lead.X__c", type="Url", family="text"))
    assert "external id" in found.why_not


@pytest.mark.parametrize("address", ["field/Lead.X__c", "global-value-set/Units", "standard-value-set/LeadSource"])
def test_a_value_that_differs_only_in_case_is_told_before_anything_is_written(account: Account, address: str) -> None:
    own = {"sorted": False, "value": [{"valueName": "Web", "label": "Web"}]}
    metadata = {"type": "Picklist", "label": "X", "valueSet": {"restricted": True, "valueSetDefinition": own}}
    account.handle.do("create_field", name="Lead.X__c", metadata=metadata)
    account.handle.do("create_value_set", name="Units", values=["Web"])
    kind, _, name = address.partition("/")
    listed = {"values": {"web": {"label": "Web", "active": True}}, "order": ["web"]}
    seen = narrowed(account, wanted(kind, name, **listed))
    target = {**seen.attributes, "values": {**seen.attributes["values"], **listed["values"]}}
    write = Write(seen.address, "change", (), target, seen)
    (refused,) = provider.refused([write], {seen.address: seen})
    assert (refused.rule, refused.level, refused.address) == ("SF026", "error", str(seen.address))
    assert "'Web' is live and 'web' is declared" in refused.message
    assert "{key: web, in: {salesforce: Web}}" in refused.hint


def test_the_server_refuses_a_value_that_differs_only_in_case_too(account: Account) -> None:
    listed = {"values": {"web": {"label": "Web", "active": True}}, "order": ["web"]}
    result = account.set("standard-value-set/LeadSource", listed)
    assert result.outcome == "failed"
    assert "Duplicate value: Web" in result.error
    assert "only in case" in result.hint


def test_own_values_are_not_written_where_a_global_set_rules(account: Account) -> None:
    account.handle.do("create_value_set", name="Units", values=["a"])
    chosen = {"restricted": True, "valueSetName": "Units"}
    account.handle.do("create_field", name="Lead.X__c", metadata={"type": "Picklist", "label": "X", "valueSet": chosen})
    found = narrowed(account, wanted("field", "Lead.X__c", values={}, order=[]))
    assert "value_set: Units" in found.why_not
    assert found.attributes["value_set"] == "Units"


# -- what cannot be read


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/sobjects/Lead/describe", wanted("field", "Lead.X__c", label="x")),
        ("/tooling/query", wanted("global-value-set", "Units", label="x")),
        ("/query", wanted("permission-set", "own", label="x")),
        ("/tooling/composite", wanted("standard-value-set", "LeadStatus", order=[])),
    ],
)
@pytest.mark.parametrize("params", [{"status": 403, "code": "INSUFFICIENT_ACCESS"}, {"status": 500}])
def test_a_collection_that_cannot_be_read_is_said_never_taken_for_empty(
    account: Account, path: str, resource: Resource, params: dict[str, Any]
) -> None:
    account.system.identify()
    account.handle.fault("status", path=f"{path}$", times=0, **params)
    reading = account.system.read([resource], [])
    assert resource.address.kind in reading.unreadable
    assert resource.address.kind not in reading.kinds


def test_consent_rows_need_a_setting_of_the_org(account: Account) -> None:
    account.handle.switch("consent", "off")
    reading = account.system.read([wanted("purpose", "p.x", key="p.x")], [])
    assert "Data Protection and Privacy" in reading.unreadable["purpose"]


def test_soap_does_not_take_tokens_in_the_new_format(connect: Connect, org: Handle) -> None:
    org.switch("token_format", "jwt")
    account = connect()
    reading = account.system.read([wanted("lead-conversion", names.CONVERSION, pairs={})], [])
    assert "JSON Web Token" in reading.unreadable["lead-conversion"]


def test_soap_renews_a_session_too(account: Account) -> None:
    account.system.identify()
    account.handle.do("end_sessions")
    reading = account.system.read([wanted("lead-conversion", names.CONVERSION, pairs={})], [])
    assert reading.unreadable == {}


def test_a_field_the_user_cannot_see_is_there_all_the_same(account: Account) -> None:
    field = {"name": "Lead.X__c", "metadata": {"type": "Text", "label": "X", "length": 9, "description": "Why."}}
    account.handle.do("create_field", visible=False, **field)
    found = account.see("field/Lead.X__c")
    assert found is not None
    assert found.attributes["description"] == "Why."
    assert found.facts is not None
    assert found.facts.visible is False


def test_an_opt_out_field_that_is_hidden_is_told_apart_from_a_missing_one(account: Account) -> None:
    account.handle.do("allow", field="Lead.HasOptedOutOfEmail", profile="Integration", read=False, edit=False)
    found = account.see("field/Lead.HasOptedOutOfEmail")
    assert found is not None
    assert found.attributes == {"holds": "yes or no"}
    assert found.facts is not None
    assert found.facts.visible is False
    assert account.see("field/Lead.NoSuchField") is None


def test_reading_writes_nothing(account: Account) -> None:
    before = account.handle.dump()
    account.system.identify()
    resources = resources_of([person("X__c", "choice", values=values("a"))]).values()
    account.system.read(list(resources), [])
    assert account.handle.dump() == before
    assert account.handle.counters()["writes"] == 0


def test_a_provider_opens_without_a_call(account: Account) -> None:
    assert provider.open(account.connection).calls.reads == 0
    assert account.handle.counters()["requests"] == 0
