"""Catalogue fields become custom fields, value sets, or standard fields that are only checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from mopsctl_salesforce import names

from mopsctl.element import Group, Item, ValueList
from tests.salesforce.conftest import HERE, findings_of, person, resources_of, values


def field_of(*args: Any, **more: Any) -> dict[str, Any]:
    """The attributes of one field on Lead."""
    field = person(*args, **more)
    return dict(resources_of([field])[f"field/Lead.{field.name}"].attributes)


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("text", {}, {"type": "Text", "family": "text"}),
        ("text", {"max": 80}, {"type": "Text", "length": 80}),
        ("text", {"max": 256}, {"type": "LongTextArea", "length": 256, "family": "text"}),
        ("long_text", {"max": 4000}, {"type": "LongTextArea", "length": 4000}),
        ("email", {}, {"type": "Email", "family": "text"}),
        ("phone", {}, {"type": "Phone"}),
        ("url", {}, {"type": "Url"}),
        ("integer", {}, {"type": "Number", "scale": 0, "family": "number"}),
        ("integer", {"precision": 4}, {"type": "Number", "precision": 4, "scale": 0}),
        ("decimal", {"precision": 10, "scale": 3}, {"type": "Number", "precision": 10, "scale": 3}),
        ("currency", {}, {"type": "Currency"}),
        ("percent", {"scale": 1}, {"type": "Percent", "scale": 1}),
        ("boolean", {"default": True}, {"type": "Checkbox", "default": True}),
        ("date", {}, {"type": "Date", "family": "Date"}),
        ("datetime", {}, {"type": "DateTime"}),
        ("reference", {"hints": {"reference_to": "Account", "relationship": "Firm"}}, {"type": "Lookup", "reference_to": "Account"}),
        ("country", {}, {"type": "Text"}),
        ("computed", {"hints": {"type": "Number", "formula": "1 + 1"}}, {"type": "Formula (Number)", "formula": "1 + 1", "family": "Formula"}),
        ("text", {"hints": {"type": "AutoNumber", "display_format": "L-{0000}"}}, {"type": "AutoNumber", "display_format": "L-{0000}"}),
        ("long_text", {"hints": {"type": "Html", "visible_lines": 20}}, {"type": "Html", "visible_lines": 20}),
        ("text", {"default": "it's \"x\""}, {"default": '"it\'s \\"x\\""'}),
        ("integer", {"default": 1000000}, {"default": "1000000"}),
        ("date", {"default": "2026-01-09"}, {"default": "DATE(2026, 1, 9)"}),
        ("datetime", {"default": "2026-01-09"}, {"default": 'DATETIMEVALUE("2026-01-09 00:00:00")'}),
        ("datetime", {"default": "2026-01-09T08:30:00Z"}, {"default": 'DATETIMEVALUE("2026-01-09 08:30:00")'}),
        ("percent", {"default": 25}, {"default": "0.25"}),
        ("percent", {"default": 12.5}, {"default": "0.125"}),
        ("text", {"required": True, "unique": True}, {"required": True, "unique": True}),
        ("text", {"pii": "special"}, {"sensitivity": "Restricted", "compliance": ["GDPR", "PII"]}),
        ("text", {"pii": "preference", "hints": {"compliance": "CCPA; GDPR"}}, {"sensitivity": "Internal", "compliance": ["CCPA", "GDPR"]}),
        ("text", {"hints": {"help": "Ask sales.", "external_id": True}}, {"help": "Ask sales.", "external_id": True}),
    ],
)  # fmt: skip
def test_a_field_becomes(kind: str, more: dict[str, Any], expected: dict[str, Any]) -> None:
    found = field_of("X__c", kind, **more)
    assert {name: found[name] for name in expected} == expected


def test_only_what_the_manifest_names_becomes_an_attribute() -> None:
    assert field_of("X__c") == {"type": "Text", "family": "text", "label": "X"}


def test_a_choice_brings_its_list_in_order_and_hides_what_is_hidden() -> None:
    listed = ValueList("band", (Item("b", "B", "Bee"), Item("a", "A", "Ay", hidden=True)))
    found = field_of("Band__c", "choice", values=listed)
    assert found["values"] == {"B": {"label": "Bee", "active": True}, "A": {"label": "Ay", "active": False}}
    assert found["order"] == ["B", "A"]
    assert "restricted" not in found


def test_the_list_of_a_stage_is_restricted() -> None:
    assert field_of("Stage__c", "choice", values=values("MQL"), role="stage")["restricted"] is True


def test_the_default_of_a_choice_is_spelled_as_on_the_system() -> None:
    listed = ValueList("band", (Item("core", "Core", "Core business"),))
    assert field_of("Band__c", "choice", values=listed, default="core")["default"] == "Core"


@pytest.mark.parametrize(("hint", "name"), [("global", "Business_unit"), ("Units", "Units")])
def test_a_value_set_may_be_shared(hint: str, name: str) -> None:
    listed = ValueList("Business unit", (Item("core", "Core", "Core"),))
    field = person("Unit__c", "choice", values=listed, hints={"value_set": hint})
    found = resources_of([field, replace(field, object="Contact")])
    assert found["field/Lead.Unit__c"].attributes["value_set"] == name
    assert "values" not in found["field/Lead.Unit__c"].attributes
    assert [str(each) for each in found["field/Contact.Unit__c"].needs] == [f"salesforce:global-value-set/{name}"]
    assert found[f"global-value-set/{name}"].attributes["order"] == ["Core"]


def test_a_standard_field_is_checked_and_its_values_go_to_their_value_set() -> None:
    field = person("LeadSource", "choice", values=values("Web", "Event"))
    found = resources_of([field, replace(field, object="Contact")])
    assert found["field/Lead.LeadSource"].mode == "verify"
    assert found["field/Lead.LeadSource"].attributes == {"holds": "choice"}
    assert found["field/Lead.LeadSource"].steps
    assert list(found["standard-value-set/LeadSource"].attributes["values"]) == ["Web", "Event"]
    assert "standard-value-set/LeadStatus" not in found


def test_lead_status_is_a_matter_of_leads() -> None:
    status = person("Status", "choice", role="lead_status", values=values("New"))
    found = resources_of([status, replace(status, object="Contact")])
    assert "field/Contact.Status" not in found
    assert "field/Lead.Status" in found


@pytest.mark.parametrize(("object_name", "row"), [("Lead", "field.new"), ("Account", "field.company")])
def test_a_field_says_which_row_of_the_table_it_is(object_name: str, row: str) -> None:
    assert resources_of([person("X__c", object_name=object_name)])[f"field/{object_name}.X__c"].capability == row


def test_owner_and_reason_are_described_where_the_catalogue_asks() -> None:
    origin = replace(HERE, reason="Sales asked.")
    field = replace(person("X__c", description="What."), origin=origin)
    assert resources_of([field])["field/Lead.X__c"].attributes["description"] == "What."
    described = resources_of([replace(field, describe=True)])["field/Lead.X__c"].attributes["description"]
    assert described == "What. Owner: marketing-ops. Reason: Sales asked."


def test_what_its_author_decided_reaches_the_resource() -> None:
    origin = replace(HERE, manage="manual", on_delete="delete", protect=True, leave=("label",))
    found = resources_of([replace(person("X__c"), origin=origin)])["field/Lead.X__c"]
    assert (found.mode, found.on_delete, found.protect, found.leave) == ("manual", "delete", True, ("label",))
    assert "Object Manager > Lead" in found.steps[0]


def test_one_permission_set_makes_every_new_field_visible() -> None:
    fields = [
        person("Plain__c"),
        person("Needed__c", required=True),
        person("Sum__c", "computed", hints={"type": "Number", "formula": "1"}),
        person("Title"),
    ]
    found = resources_of(fields)
    assert found[f"permission-set/{names.MANAGED_SET}"].attributes["fields"] == {
        "Lead.Plain__c": {"read": True, "edit": True},
        "Lead.Sum__c": {"read": True, "edit": False},
    }
    assert found[f"permission-assignment/{names.MANAGED_SET}"].attributes["users"] == {names.SELF: {"assigned": True}}


def test_there_is_no_permission_set_without_a_custom_field() -> None:
    assert [name for name in resources_of([person("Title")]) if "permission" in name] == []


def test_a_group_is_said_to_have_no_place() -> None:
    assert findings_of([Group(HERE, "Lead", "marketing", "Marketing")]) == [("SF011", "note")]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("Field__c__c", {}, "SF001"),
    ("Two__Words__c", {}, "SF001"),
    ("9lives__c", {}, "SF001"),
    ("Ends___c", {}, "SF001"),
    (f"{'x' * 41}__c", {}, "SF001"),
    ("X__c", {"object_name": "Invoice__c"}, "SF002"),
    ("X__c", {"hints": {"helptext": "x"}}, "SF003"),
    ("X__c", {"hints": {"external_id": "yes"}}, "SF003"),
    ("X__c", {"label": "x" * 41}, "SF004"),
    ("X__c", {"description": "x" * 1001}, "SF004"),
    ("X__c", {"hints": {"help": "x" * 511}}, "SF004"),
    ("X__c", {"hints": {"type": "Txet"}}, "SF005"),
    ("X__c", {"kind": "long_text", "max": 131_073}, "SF005"),
    ("X__c", {"kind": "decimal", "precision": 19}, "SF005"),
    ("X__c", {"kind": "decimal", "precision": 3, "scale": 4}, "SF005"),
    ("X__c", {"kind": "reference"}, "SF006"),
    ("X__c", {"kind": "computed"}, "SF006"),
    ("X__c", {"kind": "choice"}, "SF006"),
    ("X__c", {"hints": {"type": "AutoNumber"}}, "SF006"),
    ("X__c", {"kind": "boolean", "required": True}, "SF007"),
    ("X__c", {"kind": "date", "unique": True}, "SF007"),
    ("X__c", {"kind": "phone", "hints": {"external_id": True}}, "SF007"),
    ("X__c", {"kind": "boolean", "default": "yes"}, "SF008"),
    ("X__c", {"kind": "choice", "values": values("a"), "default": "b"}, "SF008"),
    ("X__c", {"kind": "long_text", "default": "x"}, "SF008"),
    ("X__c", {"kind": "computed", "hints": {"type": "Picklist", "formula": "1"}}, "SF009"),
    ("X__c", {"kind": "computed", "hints": {"type": "Number", "formula": "1" * 3901}}, "SF009"),
    ("X__c", {"kind": "choice", "values": values("web", "Web")}, "SF013"),
    ("X__c", {"kind": "choice", "values": values(*map(str, range(1001)))}, "SF012"),
    ("X__c", {"kind": "choice", "values": values("x" * 256)}, "SF012"),
    ("LeadSource", {"kind": "choice", "values": values("web", "WEB")}, "SF013"),
    ("X__c", {"kind": "choice", "values": values("a"), "hints": {"value_set": "Units__gvs"}}, "SF001"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "more", "rule"), BAD)
def test_what_salesforce_would_refuse_is_said_at_the_manifests_line(name: str, more: dict[str, Any], rule: str) -> None:
    more = dict(more)
    field = person(name, more.pop("kind", "text"), **more)
    assert (rule, "error") in findings_of([field])


GOOD: list[tuple[str, dict[str, Any]]] = [
    ("Two_Words__c", {}),
    (f"{'x' * 40}__c", {}),
    ("X__c", {"label": "x" * 40, "description": "x" * 1000, "hints": {"help": "x" * 510, "external_id": True}}),
    ("X__c", {"kind": "long_text", "max": 131_072}),
    ("X__c", {"kind": "decimal", "precision": 18, "scale": 18}),
    ("X__c", {"kind": "choice", "values": values(*map(str, range(1000)))}),
    ("X__c", {"kind": "choice", "values": values("x" * 255)}),
    ("X__c", {"kind": "computed", "hints": {"type": "Number", "formula": "1" + " " * 3899}}),
    ("X__c", {"kind": "email", "unique": True}),
]


@pytest.mark.parametrize(("name", "more"), GOOD)
def test_what_salesforce_takes_is_not_held_against_it(name: str, more: dict[str, Any]) -> None:
    more = dict(more)
    assert findings_of([person(name, more.pop("kind", "text"), **more)]) == []


def test_a_standard_choice_without_a_known_value_set_is_said() -> None:
    assert findings_of([person("Gender", "choice", values=values("a"))]) == [("SF010", "warning")]


def test_a_finding_names_the_line_and_what_to_do() -> None:
    from mopsctl_salesforce import provider

    from mopsctl.provider.contract import Connection

    (found,) = provider.convert([person("Field__c__c")], Connection("salesforce")).findings
    assert str(found.source) == "catalog/person.yaml:7:7"
    assert found.address == "salesforce:field/Lead.Field__c__c"
    assert "twice" in found.message
    assert found.hint


def test_conversion_does_not_depend_on_the_order_of_its_input() -> None:
    fields = [person(f"F{number}__c") for number in range(5)]
    assert list(resources_of(fields)) == list(resources_of(fields[::-1]))
