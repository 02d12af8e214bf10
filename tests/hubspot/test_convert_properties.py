"""Fields and groups become properties and property groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.diagnostics import Source
from mopsctl.element import Field, FieldType, Group, Item, Origin, ValueList
from mopsctl.provider.contract import Converted
from mopsctl.resource import Resource

Convert = Callable[..., Converted]
ORIGIN = Origin(document="FieldCatalog/person", source=Source("catalog/person.yaml", 7, 5), owner="marketing-ops")
UNITS = ValueList(
    "units", (Item("core", "core", "Core business"), Item("emea", "emea", "EMEA", "acquired", hidden=True))
)


def field(name: str = "business_unit", type_: FieldType = "text", **more: Any) -> Field:
    given: dict[str, Any] = {
        "origin": ORIGIN,
        "concept": "person",
        "object": "contact",
        "key": name,
        "label": "Business unit",
    }
    return Field(name=name, type=type_, **{**given, **more})


def only(found: Converted) -> Resource:
    (resource,) = found.resources
    return resource


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        ("text", None, {"type": "string", "fieldType": "text"}),
        ("long_text", None, {"type": "string", "fieldType": "textarea"}),
        ("email", None, {"type": "string", "fieldType": "text", "textDisplayHint": "email"}),
        ("phone", None, {"type": "string", "fieldType": "phonenumber"}),
        ("url", None, {"type": "string", "fieldType": "text"}),
        ("integer", None, {"type": "number", "fieldType": "number"}),
        ("decimal", None, {"type": "number", "fieldType": "number"}),
        ("currency", None, {"type": "number", "fieldType": "number", "numberDisplayHint": "currency"}),
        ("percent", None, {"type": "number", "fieldType": "number", "numberDisplayHint": "percentage"}),
        ("boolean", None, {"type": "bool", "fieldType": "booleancheckbox"}),
        ("date", None, {"type": "date", "fieldType": "date"}),
        ("datetime", None, {"type": "datetime", "fieldType": "date"}),
        ("choice", UNITS, {"type": "enumeration", "fieldType": "select", "multiple": False}),
        ("multi_choice", UNITS, {"type": "enumeration", "fieldType": "checkbox", "multiple": True}),
        ("country", None, {"type": "string", "fieldType": "text"}),
        ("country", UNITS, {"type": "enumeration", "fieldType": "select", "multiple": False}),
    ],
)
def test_each_type_has_its_property(
    convert: Convert, type_: FieldType, values: ValueList | None, expected: dict[str, Any]
) -> None:
    attributes = dict(only(convert(field(type_=type_, values=values))).attributes)
    options = {name: attributes.pop(name) for name in ("options", "options_order") if name in attributes}
    assert attributes == {"label": "Business unit", **expected}
    assert bool(options) == (values is not None)


def test_options_are_keyed_by_their_value_and_keep_their_order(convert: Convert) -> None:
    attributes = only(convert(field(type_="choice", values=UNITS))).attributes
    assert attributes["options"] == {
        "core": {"label": "Core business", "hidden": False},
        "emea": {"label": "EMEA", "hidden": True, "description": "acquired"},
    }
    assert attributes["options_order"] == ["core", "emea"]


def test_only_what_the_manifest_names_is_there(convert: Convert) -> None:
    resource = only(convert(field(label="", group=None)))
    assert resource.attributes == {"type": "string", "fieldType": "text"}
    assert resource.title == "business_unit (contacts)"


def test_a_resource_carries_what_its_author_decided(convert: Convert) -> None:
    origin = Origin("FieldCatalog/person", ORIGIN.source, "ops", "asked by sales", "write", "archive", True, ("label",))
    resource = only(convert(field(origin=origin)))
    assert resource.address == Address("hubspot", "property", "contact.business_unit")
    assert (resource.on_delete, resource.protect, resource.leave) == ("archive", True, ("label",))
    assert (resource.source, resource.document, resource.owner) == (ORIGIN.source, "FieldCatalog/person", "ops")
    assert (resource.mode, resource.capability, resource.why) == ("write", "field.new", "")


@pytest.mark.parametrize("manage", ["verify", "manual"])
def test_the_author_may_narrow_the_mode_and_gets_steps(convert: Convert, manage: Any) -> None:
    resource = only(convert(field(origin=Origin(manage=manage), type_="choice", values=UNITS)))
    assert resource.mode == manage
    assert "internal name is 'business_unit'" in resource.steps[0]
    assert resource.steps[-1].endswith("'core', 'emea'.")


def test_owner_and_reason_go_into_the_description_where_asked(convert: Convert) -> None:
    origin = Origin(owner="marketing-ops", reason="routing needs it.")
    told = only(convert(field(origin=origin, description="Which unit.", describe=True))).attributes["description"]
    assert told == "Which unit. Owner: marketing-ops. Reason: routing needs it."
    assert only(convert(field(origin=origin, description="Which unit."))).attributes["description"] == "Which unit."


def test_a_property_waits_for_the_group_that_the_stack_declares(convert: Convert) -> None:
    group = Group(ORIGIN, "contact", "mops", "Marketing ops")
    found = convert([field(group="mops"), group, field("other", group="contactinformation")])
    by_name = {resource.address.name: resource for resource in found.resources}
    assert by_name["contact.mops"].attributes == {"label": "Marketing ops"}
    assert by_name["contact.business_unit"].needs == (Address("hubspot", "property-group", "contact.mops"),)
    assert by_name["contact.business_unit"].attributes["groupName"] == "mops"
    assert by_name["contact.other"].needs == ()


def test_unique_is_named_only_where_it_is_wanted(convert: Convert) -> None:
    assert only(convert(field(unique=True))).attributes["hasUniqueValue"] is True
    assert "hasUniqueValue" not in only(convert(field())).attributes


def test_the_special_class_becomes_a_sensitive_property(convert: Convert) -> None:
    found = convert(field(pii="special"), sensitive_data=True)
    assert only(found).attributes["dataSensitivity"] == "sensitive"
    assert "dataSensitivity" not in only(convert(field(pii="personal"), sensitive_data=True)).attributes


@pytest.mark.parametrize(
    ("type_", "hints", "expected"),
    [
        ("choice", {"field_type": "radio"}, {"fieldType": "radio"}),
        ("text", {"field_type": "html"}, {"fieldType": "html"}),
        ("text", {"hidden": True, "form_field": True}, {"hidden": True, "formField": True}),
        ("decimal", {"number_display_hint": "duration"}, {"numberDisplayHint": "duration"}),
        (
            "currency",
            {"currency_property": "deal_currency"},
            {"currencyPropertyName": "deal_currency", "showCurrencySymbol": True},
        ),
        ("text", {"text_display_hint": "postal_code"}, {"textDisplayHint": "postal_code"}),
        ("text", {"data_sensitivity": "highly_sensitive"}, {"dataSensitivity": "highly_sensitive"}),
        ("reference", {"referenced_object": "OWNER"}, {"referencedObjectType": "OWNER", "type": "enumeration"}),
        ("country", {"field_type": "select"}, {"type": "enumeration", "fieldType": "select"}),
    ],
)
def test_native_settings(convert: Convert, type_: FieldType, hints: dict[str, Any], expected: dict[str, Any]) -> None:
    attributes = only(convert(field(type_=type_, hints=hints), sensitive_data=True)).attributes
    assert {name: attributes[name] for name in expected} == expected


@pytest.mark.parametrize("name", ["email", "jobtitle", "hs_email_optout"])
def test_what_hubspot_defines_is_only_compared(convert: Convert, name: str) -> None:
    resource = only(convert(field(name, label="Another label", description="Ours", group="mops")))
    assert resource.attributes == {"type": "string"}
    assert (resource.mode, resource.capability) == ("verify", "field.standard")
    assert "defines its standard properties itself" in resource.why


def test_the_lead_status_is_written_as_options_only(convert: Convert) -> None:
    resource = only(convert(field("hs_lead_status", "choice", values=UNITS, role="lead_status")))
    assert sorted(resource.attributes) == ["multiple", "options", "options_order", "type"]
    assert (resource.mode, resource.capability) == ("write", "lifecycle.lead_status")


def test_the_stages_of_the_lifecycle_property_are_not_its_options(convert: Convert) -> None:
    resource = only(convert(field("lifecyclestage", "choice", values=UNITS, role="stage")))
    assert (resource.mode, resource.attributes) == ("verify", {"type": "enumeration", "multiple": False})


def test_a_calculated_property_is_only_looked_for(convert: Convert) -> None:
    resource = only(convert(field("days_open", "computed")))
    assert (resource.mode, resource.attributes) == ("verify", {"calculated": True})
    assert "calculation property" in resource.steps[-1]


@pytest.mark.parametrize(
    ("role", "object_name", "row"),
    [
        ("field", "contact", "field.new"),
        ("field", "company", "field.company"),
        ("reason", "contact", "lifecycle.reasons"),
        ("grade", "contact", "scoring.bands"),
        ("proof", "contact", "consent.proof"),
        ("stamp", "contact", "lifecycle.stamps"),
    ],
)
def test_a_field_stands_for_its_row_of_the_table(convert: Convert, role: Any, object_name: str, row: str) -> None:
    assert only(convert(field(role=role, object=object_name))).capability == row


def test_the_same_input_gives_the_same_resources_in_any_order(convert: Convert) -> None:
    elements = [field("b"), Group(ORIGIN, "contact", "mops", "Ops"), field("a", group="mops")]
    assert convert(elements).resources == convert(elements[::-1]).resources
