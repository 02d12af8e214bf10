from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mopsctl_eloqua import provider

from mopsctl.element import Field, Group, Item, Origin, Pipeline, ValueList
from mopsctl.provider.contract import Connection, Converted
from mopsctl.resource import Resource

Make = Callable[..., Field]
CONNECTION = Connection("eloqua")


def convert(*elements: Any) -> Converted:
    return provider.convert(elements, CONNECTION)


def only(converted: Converted) -> Resource:
    (resource,) = converted.resources
    return resource


def rules(converted: Converted, level: str = "") -> list[str]:
    return [each.rule for each in converted.findings if level in ("", each.level)]


@pytest.mark.parametrize(
    ("type_", "data_type", "display_type"),
    [
        ("text", "text", "text"),
        ("long_text", "largeText", "textArea"),
        ("email", "text", "text"),
        ("phone", "text", "text"),
        ("url", "text", "text"),
        ("integer", "numeric", "text"),
        ("decimal", "numeric", "text"),
        ("currency", "numeric", "text"),
        ("percent", "numeric", "text"),
        ("boolean", "text", "checkbox"),
        ("date", "date", "text"),
        ("datetime", "date", "text"),
        ("country", "text", "text"),
        ("reference", "text", "text"),
    ],
)
def test_neutral_types_become_data_type_and_field_type(
    field: Make, type_: str, data_type: str, display_type: str
) -> None:
    resource = only(convert(field(type=type_)))
    assert (resource.attributes["dataType"], resource.attributes["displayType"]) == (data_type, display_type)
    assert resource.mode == "write"


def test_only_what_the_manifest_names_is_named(field: Make) -> None:
    named = {"internalName": "C_Region1", "name": "Region", "dataType": "text", "displayType": "text"}
    assert only(convert(field())).attributes == named


def test_everything_else_is_named_where_it_is_declared(field: Make) -> None:
    hints = {"update_type": "newNotBlank", "output_format": "14"}
    made = only(convert(field(type="integer", default=0, description="Where", required=True, hints=hints)))
    assert {name: made.attributes[name] for name in made.attributes if name not in ("internalName", "name")} == {
        "dataType": "numeric",
        "displayType": "text",
        "defaultValue": "0",
        "description": "Where",
        "isRequired": True,
        "updateType": "newNotBlank",
        "outputFormatId": "14",
    }


@pytest.mark.parametrize(("hints", "expected"), [({}, "true"), ({"checked_value": "Yes"}, "Yes")])
def test_a_ticked_box_stores_what_the_hint_says(field: Make, hints: dict[str, str], expected: str) -> None:
    assert only(convert(field(type="boolean", default=True, hints=hints))).attributes["defaultValue"] == expected


def test_owner_and_reason_go_into_the_description_where_asked(field: Make) -> None:
    origin = Origin(document="FieldCatalog/person", owner="marketing-ops", reason="asked by sales")
    made = only(convert(field(origin=origin, describe=True, owner="salesforce", description="Where.")))
    assert made.attributes["description"] == "Where. Owner: marketing-ops. Reason: asked by sales."


def test_a_value_list_becomes_an_option_list_in_order_and_a_link_to_it(field: Make) -> None:
    made = convert(field(values=[("EMEA", "Europe"), ("AMER", "Americas")]))
    listed, linked = sorted(made.resources, key=lambda each: each.address.kind, reverse=True)
    assert listed.address.name == "Regions"
    assert listed.attributes == {
        "options": {"EMEA": {"label": "Europe"}, "AMER": {"label": "Americas"}},
        "order": ["EMEA", "AMER"],
    }
    assert linked.attributes["optionList"] == "Regions"
    assert linked.attributes["displayType"] == "singleSelect"
    assert linked.needs == (listed.address,)


@pytest.mark.parametrize(
    ("name", "hints", "expected"),
    [
        ("employee_band", {}, "Employee band"),
        ("Lifecycle/person", {}, "Lifecycle: person"),
        ("employee_band", {"option_list": "Size*"}, "Size*"),
    ],
)
def test_option_lists_have_names_for_people(field: Make, name: str, hints: dict[str, str], expected: str) -> None:
    made = convert(field(values=[("a", "A")], list_name=name, hints=hints))
    assert [each.address.name for each in made.resources if each.address.kind == "option-list"] == [expected]


def test_a_shared_list_is_made_once_and_said(field: Make) -> None:
    values = [("EMEA", "Europe")]
    made = convert(field(values=values), field("C_Territory1", values=values, label="Territory"))
    assert [each.address.kind for each in made.resources] == ["field", "field", "option-list"]
    (note,) = made.findings
    assert (note.rule, note.level) == ("EL008", "note")
    assert "'Region', 'Territory'" in note.message


def test_one_list_with_two_sets_of_values_is_refused(field: Make) -> None:
    made = convert(field(values=[("EMEA", "Europe")]), field("C_Area1", values=[("APAC", "Asia")], label="Area"))
    assert rules(made, "error") == ["EL007"]
    assert [each.address.kind for each in made.resources] == ["field", "field"]


def test_a_hidden_value_is_not_offered_and_said(field: Make) -> None:
    listed = ValueList("regions", (Item("a", "A", "A"), Item("b", "B", "B", hidden=True)))
    made = convert(dataclasses.replace(field(type="choice"), values=listed))
    assert [each.attributes["order"] for each in made.resources if each.address.kind == "option-list"] == [["A"]]
    assert rules(made) == ["EL012"]


def test_a_spelling_that_comes_twice_is_refused(field: Make) -> None:
    assert rules(convert(field(values=[("a", "A"), ("a", "B")])), "error") == ["EL016"]


@pytest.mark.parametrize(
    ("changes", "rule", "level"),
    [
        ({"name": "Region"}, "EL001", "error"),
        ({"name": "business unit"}, "EL001", "error"),
        ({"name": "C_Region"}, "EL002", "warning"),
        ({"type": "computed"}, "EL003", "error"),
        ({"max": 101}, "EL004", "warning"),
        ({"type": "long_text", "max": 32_001}, "EL004", "warning"),
        ({"values": [("x" * 101, "X")]}, "EL004", "error"),
        ({"type": "decimal", "scale": 5}, "EL005", "warning"),
        ({"type": "decimal", "precision": 16}, "EL005", "warning"),
        ({"type": "choice"}, "EL009", "error"),
        ({"type": "multi_choice"}, "EL009", "error"),
        ({"hints": {"display_type": "singleSelct"}}, "EL010", "error"),
        ({"type": "date", "hints": {"display_type": "singleSelect"}}, "EL010", "error"),
        ({"hints": {"option_lst": "x"}}, "EL019", "warning"),
        ({"unique": True}, "EL020", "warning"),
        ({"write_once": True}, "EL021", "note"),
    ],
)
def test_what_eloqua_would_refuse_is_said_at_its_line(
    field: Make, changes: dict[str, Any], rule: str, level: str
) -> None:
    made = convert(field(**changes))
    (found,) = made.findings
    assert (found.rule, found.level) == (rule, level)
    assert str(found.source) == "catalog/person.yaml:7:5"
    assert found.message.endswith(".")
    assert found.hint
    assert (made.resources == ()) == (level == "error" and rule not in ("EL004",))


@pytest.mark.parametrize(
    "changes",
    [
        {"max": 100},
        {"type": "long_text", "max": 32_000},
        {"type": "decimal", "scale": 4, "precision": 15},
        {"values": [("x" * 100, "X")]},
        {"type": "multi_choice", "values": [("x" * 101, "X")]},
        {"name": "C_EmailAddress", "unique": True, "type": "email"},
        {"hints": {"display_type": "hidden"}},
        {"write_once": True, "hints": {"update_type": "ifBlank"}},
    ],
)
def test_what_just_fits_is_fine(field: Make, changes: dict[str, Any]) -> None:
    assert convert(field(**changes)).findings == ()


def test_a_hint_helps_with_a_name_that_is_no_database_name(field: Make) -> None:
    (found,) = convert(field(name="businessUnit", label="Business Unit")).findings
    assert "C_Business_Unit1" in found.hint


@pytest.mark.parametrize(("count", "expected"), [(250, []), (251, ["EL006"])])
def test_more_custom_fields_than_an_account_takes_are_refused(field: Make, count: int, expected: list[str]) -> None:
    fields = [field(f"C_Field_{place}_1", label=f"Field {place} ") for place in range(count)]
    standard = [field("C_Title", label="Title"), field("C_Address1", label="Address")]
    assert rules(convert(*fields, *standard)) == expected


def test_a_standard_field_is_compared_by_type_and_list_only(field: Make) -> None:
    made = convert(field("C_Country", label="Land", values=[("BE", "Belgium")], hints={"option_list": "Countries"}))
    resource = next(each for each in made.resources if each.address.kind == "field")
    assert resource.mode == "verify"
    assert resource.why
    assert resource.attributes == {"dataType": "text", "optionList": "Countries"}
    assert resource.capability == "field.standard"
    assert "Settings > Database Setup > Fields & Views" in resource.steps[0]
    assert "picklist 'Countries'" in resource.steps[0]


def test_an_account_field_is_compared(field: Make) -> None:
    resource = only(convert(field("M_Employees1", object="account", type="integer", label="Employees")))
    assert (resource.mode, resource.attributes) == ("verify", {"dataType": "number"})
    assert "Add Account Field" in resource.steps[0]
    assert "'Employees'" in resource.steps[0]


def test_a_wrong_account_field_is_refused(field: Make) -> None:
    assert rules(convert(field("Employees", object="account")), "error") == ["EL001"]


def test_two_declarations_of_one_field_are_refused(field: Make) -> None:
    made = convert(field(), field(label="Territory", key="territory"))
    assert rules(made, "error") == ["EL016"]
    assert len(made.resources) == 1


@pytest.mark.parametrize(("manage", "mode"), [("write", "write"), ("verify", "verify"), ("manual", "manual")])
def test_the_author_may_narrow_the_mode(field: Make, manage: str, mode: str) -> None:
    resource = only(convert(field(origin=Origin(manage=manage))))  # type: ignore[arg-type]
    assert resource.mode == mode
    assert resource.steps


def test_the_author_cannot_widen_the_mode(field: Make) -> None:
    assert only(convert(field("C_Title", origin=Origin(manage="write")))).mode == "verify"
    assert only(convert(field("C_Title", origin=Origin(manage="manual")))).mode == "manual"


def test_what_the_author_decided_about_a_field_is_passed_on(field: Make) -> None:
    origin = Origin(
        "FieldCatalog/person", owner="ops", on_delete="delete", protect=True, leave=("description",), reason="r"
    )
    made = only(convert(field(origin=origin)))
    assert (made.document, made.owner, made.on_delete, made.protect, made.leave, made.reason) == (
        "FieldCatalog/person",
        "ops",
        "delete",
        True,
        ("description",),
        "r",
    )


def test_what_has_no_place_on_eloqua_is_said() -> None:
    group = Group(Origin(), "contact", "score", "Scores")
    pipeline = Pipeline(Origin(), "sales", "deal", "sales", "Sales", ())
    made = convert(group, dataclasses.replace(group, name="more"), pipeline)
    assert [(each.rule, each.level) for each in made.findings] == [("EL011", "note")] * 2
    assert made.resources == ()


@given(st.permutations(range(6)))
def test_the_order_of_the_elements_changes_nothing(order: list[int]) -> None:
    fields = [
        Field(Origin(), "person", "contact", f"C_F{place}_1", f"f{place}", "choice", f"F{place}", values=listed)
        for place in range(6)
        for listed in [ValueList(f"list {place % 2}", (Item("a", "a", f"A{place % 2}"),))]
    ]
    assert convert(*(fields[place] for place in order)) == convert(*fields)
