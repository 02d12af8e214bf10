from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.element import Field, Item, ValueList
from mopsctl.resource import Resource, Result, Write

Make = Callable[..., Field]
REGION = Address("eloqua", "field", "contact.C_Region1")
WHEN = ("createdAt", "updatedAt")


def writes(bench: Any) -> list[tuple[str, str]]:
    return [(each["method"], each["path"]) for each in bench.handle.requests() if each["kind"] == "write"]


def region(bench: Any) -> dict[str, Any]:
    docs = bench.handle.store.list("contact_fields")
    return next(doc for doc in docs if doc["internalName"] == "C_Region1")


def one(bench: Any, *elements: Any) -> Result:
    """Plan and write one field, whatever comes of it."""
    resources = bench.convert(*elements).resources
    with bench.open() as system:
        (write,) = [each for each in bench.plan(system, resources) if each.address.kind == "field"]
        (result,) = system.write([write])
    assert isinstance(result, Result)
    return result


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "text"},
        {"type": "long_text"},
        {"type": "integer", "default": 0},
        {"type": "decimal", "default": 1.5},
        {"type": "boolean"},
        {"type": "boolean", "default": False, "hints": {"checked_value": "on", "unchecked_value": "off"}},
        {"type": "date"},
        {"type": "datetime", "hints": {"output_format": "2"}},
        {"type": "country"},
        {"values": [("EMEA", "Europe"), ("AMER", "Americas")]},
        {"type": "multi_choice", "values": [("EMEA", "Europe")]},
        {"values": [("EMEA", "Europe")], "hints": {"display_type": "radio", "option_list": "O'Neill's *regions*"}},
        {"description": "Where they are", "required": False},
        {"hints": {"update_type": "newNotBlank"}},
    ],
)
def test_a_new_field_is_made_as_declared(bench: Any, field: Make, changes: dict[str, Any]) -> None:
    results = bench.apply(field(**changes))
    assert all(each.remote_id for each in results)
    assert not any(each.note for each in results)


def test_a_new_field_is_one_call(bench: Any, field: Make) -> None:
    bench.apply(field())
    assert writes(bench) == [("POST", "/api/rest/1.0/assets/contact/field")]
    assert region(bench)["updateType"] == "always"


def test_a_label_that_leads_elsewhere_is_given_after_the_field_was_made(bench: Any, field: Make) -> None:
    bench.apply(field("C_Mql_Date1", label="MQL: first entered", type="datetime"))
    assert [method for method, _ in writes(bench)] == ["POST", "PUT"]
    seen = bench.seen(Address("eloqua", "field", "contact.C_Mql_Date1"))
    assert [each.attributes["name"] for each in seen.values()] == ["MQL: first entered"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"label": "Region"}, {"label": "Sales region"}),
        ({"description": "old"}, {"description": "new"}),
        ({"type": "integer", "default": 0}, {"type": "integer", "default": 5}),
        ({"type": "text", "hints": {"display_type": "text"}}, {"type": "text", "hints": {"display_type": "textArea"}}),
        ({"hints": {"update_type": "always"}}, {"hints": {"update_type": "newNotBlank"}}),
        ({"hints": {"output_format": "1"}}, {"hints": {"output_format": "2"}}),
        ({"type": "boolean", "hints": {"checked_value": "a"}}, {"type": "boolean", "hints": {"checked_value": "b"}}),
        (
            {"type": "boolean", "hints": {"unchecked_value": "a"}},
            {"type": "boolean", "hints": {"unchecked_value": "b"}},
        ),
        (
            {"values": [("A", "A")], "hints": {"option_list": "One"}},
            {"values": [("A", "A")], "hints": {"option_list": "Two"}},
        ),
    ],
)
def test_each_attribute_can_change(bench: Any, field: Make, before: dict[str, Any], after: dict[str, Any]) -> None:
    bench.apply(field(**before))
    bench.handle.reset_counters()
    bench.apply(field(**after))
    assert ("PUT", f"/api/rest/1.0/assets/contact/field/{region(bench)['id']}") in writes(bench)
    assert region(bench)["internalName"] == "C_Region1"


def test_an_update_is_read_merged_and_written_whole(bench: Any, field: Make) -> None:
    bench.apply(field(description="ours"))
    extra = {"isPopulatedInOutlookPlugin": "true", "showTrustedVisitorsOnly": "true", "defaultValue": "theirs"}
    bench.handle.do("set_contact_field", internal="C_Region1", **extra)
    before = region(bench)
    bench.apply(field(description="ours again"))
    after = region(bench)
    assert after == before | {name: after[name] for name in ("description", "updatedAt", "updatedBy")}
    assert after["description"] == "ours again"


def test_nobody_elses_field_changes(bench: Any, field: Make) -> None:
    bench.handle.do("add_contact_field", name="Theirs", description="x")
    before = bench.handle.dump()
    bench.apply(field(values=[("EMEA", "Europe")]))
    bench.apply(field(values=[("EMEA", "EMEA")], label="Sales region"))
    after = bench.handle.dump()
    for collection in before:
        assert {key: after[collection].get(key) for key in before[collection]} == before[collection]


def test_another_default_with_other_zeros_is_no_change(bench: Any, field: Make) -> None:
    bench.apply(field(type="integer", default=0))
    bench.handle.do("set_contact_field", internal="C_Region1", defaultValue="0.0000")
    assert bench.apply(field(type="integer", default=0)) == []


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize("shape", ["array", "object", "text"])
def test_a_refusal_is_worded_whatever_its_shape(bench: Any, field: Make, status: int, shape: str) -> None:
    bench.handle.switch("field_names_unique", True)
    bench.handle.switch("validation_status", status)
    bench.handle.switch("validation_shape", shape)
    made = one(bench, field("C_Region1", type="boolean", hints={"output_format": "1"}, label="Region"))
    assert made.outcome == "done"
    bench.handle.fault("schema_moved", method="POST", action="add_contact_field", body={"name": "Area"})
    result = one(bench, field("C_Area1", label="Area"))
    assert result.outcome == "failed"
    assert result.error
    assert result.hint
    if shape != "text":
        assert (result.code, result.error) == ("exists", "eloqua refuses: name is taken ('Area').")
    elif status == 409:
        assert result.code == "in-use"


def test_a_taken_display_name_is_seen_before_anything_is_sent(bench: Any, field: Make) -> None:
    bench.handle.do("add_contact_field", name="Mql Date")
    bench.handle.do("set_contact_field", internal="C_Mql_Date1", internalName="C_Old_Name1")
    result = one(bench, field("C_Mql_Date1", label="MQL: first entered"))
    assert (result.outcome, result.code) == ("failed", "exists")
    assert "'Mql Date'" in result.error
    assert writes(bench) == []


def test_another_number_than_declared_is_said_and_the_field_taken_back(bench: Any, field: Make) -> None:
    before = bench.handle.dump()["contact_fields"]
    result = one(bench, field("C_Region2"))
    assert result.outcome == "failed"
    assert "called it C_Region1 instead of C_Region2; it was taken away again" in result.error
    assert bench.handle.dump()["contact_fields"] == before


def test_a_field_of_another_number_that_cannot_be_taken_back_is_found_later(bench: Any, field: Make) -> None:
    bench.handle.fault("status", method="DELETE", status=403)
    result = one(bench, field("C_Region2"))
    assert "called it C_Region1 instead of C_Region2." in result.error
    assert "write C_Region1 into the manifest" in result.hint
    resources = bench.convert(field("C_Region2")).resources
    with bench.open() as system:
        seen = system.read(resources, []).items[resources[0].address]
    assert seen.attributes["internalName"] == "C_Region1"
    assert bench.apply(field("C_Region1")) == []


@pytest.mark.parametrize("asked", [False, True])
def test_protection_is_said_only_where_eloqua_asks_for_it(bench: Any, field: Make, asked: bool) -> None:
    bench.handle.switch("fields_need_protected", asked)
    assert one(bench, field()).outcome == "done"
    assert len(writes(bench)) == 1 + asked
    assert ("isProtected" in region(bench)) == asked


@pytest.mark.parametrize("setting", ["refuse", "ignore"])
def test_another_data_type_never_goes_through(bench: Any, field: Make, setting: str) -> None:
    """The plan refuses it; should it ever be sent, the answer is not taken at its word."""
    bench.handle.switch("data_type_change", setting)
    bench.apply(field())
    (seen,) = bench.seen(REGION).values()
    target = {**seen.attributes, "dataType": "largeText"}
    moved = dataclasses.replace(bench.write(resource(bench, field(label="New")), seen), target=target)
    change = dataclasses.replace(moved, fields=(dataclasses.replace(moved.fields[0], path=("dataType",)),))
    with bench.open() as system:
        (result,) = system.write([change])
    assert result.outcome == "failed"
    assert ("cannot be changed" in result.error) or ("kept its own value of dataType" in result.error)
    assert region(bench)["dataType"] == "text"


def resource(bench: Any, *elements: Any) -> Resource:
    found: Resource = next(each for each in bench.convert(*elements).resources if each.address.kind == "field")
    return found


def test_a_change_of_type_is_a_fixed_attribute(bench: Any, field: Make) -> None:
    from mopsctl_eloqua.kinds import KINDS

    rule = KINDS["field"].attributes["dataType"]
    assert rule.mode == "create-only"
    assert "new field" in rule.instead


# -- changes in the meantime


def change(bench: Any, field: Make) -> Write:
    bench.apply(field(description="old"))
    (seen,) = bench.seen(REGION).values()
    found: Write = bench.write(resource(bench, field(description="new")), seen)
    return found


def test_what_moved_in_the_meantime_is_not_overwritten(bench: Any, field: Make) -> None:
    write = change(bench, field)
    bench.handle.do("set_contact_field", internal="C_Region1", description="theirs")
    with bench.open() as system:
        (result,) = system.write([write])
    assert (result.outcome, region(bench)["description"]) == ("refused", "theirs")
    assert "description" in result.error


def test_what_moved_elsewhere_in_the_field_is_kept(bench: Any, field: Make) -> None:
    write = change(bench, field)
    bench.handle.do("set_contact_field", internal="C_Region1", defaultValue="theirs")
    with bench.open() as system:
        (result,) = system.write([write])
    assert result.outcome == "done"
    assert (region(bench)["description"], region(bench)["defaultValue"]) == ("new", "theirs")


def test_a_field_that_went_is_not_made_again(bench: Any, field: Make) -> None:
    write = change(bench, field)
    bench.handle.do("delete_contact_field", internal="C_Region1")
    with bench.open() as system:
        (result,) = system.write([write])
    assert (result.outcome, result.error) == ("refused", "The contact field is gone.")


def test_what_is_so_already_is_not_written(bench: Any, field: Make) -> None:
    write = change(bench, field)
    same = dataclasses.replace(write, target={**write.target, "description": "old"})
    bench.handle.reset_counters()
    with bench.open() as system:
        (result,) = system.write([same])
    assert (result.outcome, result.note, bench.handle.counters()["writes"]) == ("done", "it was so already", 0)


# -- removal


def removed(bench: Any, address: Address = REGION) -> Result:
    with bench.open() as system:
        (seen,) = system.reread([address]).items.values()
        (result,) = system.write([bench.remove(address, seen)])
    assert isinstance(result, Result)
    return result


@pytest.mark.parametrize("status", [204, 200])
def test_a_field_is_deleted_whatever_the_good_answer(bench: Any, field: Make, status: int) -> None:
    bench.handle.switch("field_delete_status", status)
    bench.apply(field())
    assert removed(bench).outcome == "done"
    assert bench.seen(REGION) == {}


@pytest.mark.parametrize("status", [409, 412])
@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("dependencies", "it is used by Form 12 'Contact us', Segment 3"),
        ("array", "it is used by Form 12 'Contact us', Segment 3"),
        ("empty", "something still uses it"),
    ],
)
def test_a_field_in_use_stays_and_its_users_are_named(
    bench: Any, field: Make, status: int, shape: str, words: str
) -> None:
    bench.handle.switch("in_use_status", status)
    bench.handle.switch("in_use_body", shape)
    bench.apply(field())
    key = region(bench)["id"]
    for user in ({"id": "12", "type": "Form", "name": "Contact us"}, {"id": "3", "type": "Segment"}):
        bench.handle.do("use", what="ContactField", key=key, by=user)
    result = removed(bench)
    assert (result.outcome, result.code) == ("failed", "in-use")
    assert result.error == f"eloqua refuses: {words}."
    assert "take the contact field out of what uses it" in result.hint
    assert REGION in bench.seen(REGION)


def test_what_an_interrupted_run_left_behind_does_not_hold_a_field(bench: Any, field: Make) -> None:
    bench.apply(field())
    bench.handle.do("add_export", name="mopsctl count C_Region1", field="C_Region1")
    assert removed(bench).outcome == "done"
    assert bench.handle.store.list("exports") == []


def test_other_peoples_exports_hold_a_field_and_stay(bench: Any, field: Make) -> None:
    bench.apply(field())
    bench.handle.do("add_export", name="nightly mopsctl count", field="C_Region1")
    result = removed(bench)
    assert "BulkExport 1 'nightly mopsctl count'" in result.error
    assert len(bench.handle.store.list("exports")) == 1


def test_what_is_gone_already_is_good(bench: Any) -> None:
    with bench.open() as system:
        (result,) = system.write([Write(REGION, "remove", (), {}, None, archive=False)])
    assert result.outcome == "done"


# -- the limit


def test_the_limit_is_a_line_a_verdict_and_a_hint(bench: Any, field: Make) -> None:
    bench.handle.limit("custom_contact_fields", 250)
    with bench.handle.store.transaction():
        for place in range(249):
            bench.handle.do("add_contact_field", name=f"Filler {place}x")
    resources = bench.convert(field("C_Region1"), field("C_Area1", label="Area")).resources
    with bench.open() as system:
        assert system.identify().limits == ("250 of 250 custom contact fields",)
        planned = bench.plan(system, resources)
        bench.handle.reset_counters()
        verdicts = list(system.check(planned))
        assert bench.handle.counters()["requests"] == 0
        (first, second) = system.write(planned)
    assert [each.outcome for each in verdicts] == ["failed", "failed"]
    assert "number 251; an account takes 250" in verdicts[0].error
    assert (first.outcome, second.outcome) == ("failed", "failed")
    assert first.error.endswith("There was a validation error.")
    assert first.hint == "the account has 250 custom contact fields of 250: let one go first"


def test_a_check_foresees_taken_names_and_writes_nothing(bench: Any, field: Make) -> None:
    bench.handle.do("add_contact_field", name="Mql Date")
    bench.handle.do("set_contact_field", internal="C_Mql_Date1", internalName="C_Old_Name1")
    resources = bench.convert(field("C_Mql_Date1", label="MQL: first"), field(values=[("a", "A")])).resources
    with bench.open() as system:
        found = {each.address.name: each.outcome for each in system.check(bench.plan(system, resources))}
    assert found == {"contact.C_Mql_Date1": "failed", "contact.C_Region1": "done", "Regions": "done"}
    assert bench.handle.counters()["writes"] == 0


# -- lists behind fields


def test_a_field_is_linked_to_a_list_whose_name_is_a_wildcard(bench: Any, field: Make) -> None:
    other = bench.handle.do("add_option_list", name="Regions of the world", options=[["A", "a"]])
    bench.apply(field(values=[("EMEA", "Europe")], hints={"option_list": "Regions*"}))
    listed = next(doc for doc in bench.handle.store.list("option_lists") if doc["name"] == "Regions*")
    assert region(bench)["optionListId"] == listed["id"] != other


def test_a_list_is_found_by_its_exact_name_where_the_search_finds_more(bench: Any, field: Make) -> None:
    """Right after a start, nothing is known of the lists, and the search takes the asterisk for a wildcard."""
    bench.apply(field())
    bench.handle.do("add_option_list", name="Regions of the world", options=[["A", "a"]])
    wanted = bench.handle.do("add_option_list", name="Regions*", options=[["A", "a"]])
    (seen,) = bench.seen(REGION).values()
    listed = dataclasses.replace(
        field(hints={"option_list": "Regions*"}), values=ValueList("x", (Item("a", "a", "A"),))
    )
    write = bench.write(resource(bench, listed), seen)
    bench.handle.reset_counters()
    with bench.open() as system:
        (result,) = system.write([write])
    assert result.outcome == "done"
    assert region(bench)["optionListId"] == wanted
    searches = [each["query"] for each in bench.handle.requests() if each["path"].endswith("optionlists")]
    assert searches
    assert "search=name%3D%27Regions%2A%27" in searches[0]


def test_a_list_that_is_not_there_or_twice_there_is_not_guessed(bench: Any, field: Make) -> None:
    bench.apply(field())
    (seen,) = bench.seen(REGION).values()
    wanted = resource(bench, field(values=[("a", "A")]))
    with bench.open() as system:
        (missing,) = system.write([bench.write(wanted, seen)])
    bench.handle.switch("option_list_names_unique", False)
    for _ in range(2):
        bench.handle.do("add_option_list", name="Regions", options=[["A", "a"]])
    with bench.open() as system:
        (double,) = system.write([bench.write(wanted, seen)])
    assert (missing.outcome, missing.error) == ("failed", "There is no option list 'Regions'.")
    assert (double.outcome, "2 option lists are called 'Regions'" in double.error) == ("failed", True)


@pytest.mark.parametrize("name", ["It's ours", "a*b", "*", "=<>", '"quoted"', "Région", "with 'both*'"])
def test_names_with_odd_signs_are_found_again(bench: Any, field: Make, name: str) -> None:
    bench.apply(field(values=[("a", "A")], hints={"option_list": name}, label=f"Label {name}"))
    assert bench.apply(field(values=[("a", "A")], hints={"option_list": name}, label=f"Label {name}")) == []


def test_no_right_to_write_is_a_failure_of_each_write(bench: Any, field: Make) -> None:
    bench.handle.fault("status", method="POST", path="contact/field", status=403)
    result = one(bench, field())
    assert (result.outcome, result.code) == ("failed", "forbidden")
    assert "Settings > Users and Security" in result.hint
