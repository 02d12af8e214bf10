"""Option lists, e-mail groups and custom objects, written and read back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.element import Consent, Field, Origin, Purpose
from mopsctl.resource import Result

Make = Callable[..., Field]
REGIONS = Address("eloqua", "option-list", "Regions")
NEWS = Address("eloqua", "email-group", "News")
LEDGER = Address("eloqua", "custom-object", "Consent ledger")


def writes(bench: Any) -> list[str]:
    return [
        f"{each['method']} {each['path'].rpartition('/assets/')[2]}"
        for each in bench.handle.requests()
        if each["kind"] == "write"
    ]


def options(bench: Any, name: str = "Regions") -> list[tuple[str, str]]:
    doc = next(doc for doc in bench.handle.store.list("option_lists") if doc["name"] == name)
    return [(each.get("value", ""), each["displayName"]) for each in doc["elements"]]


# -- option lists


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([("EMEA", "EMEA"), ("AMER", "Americas")], [("EMEA", "EMEA"), ("AMER", "Americas")]),
        ([("AMER", "Americas"), ("EMEA", "Europe")], [("AMER", "Americas"), ("EMEA", "Europe")]),
        (
            [("EMEA", "Europe"), ("APAC", "Asia"), ("AMER", "Americas")],
            [("EMEA", "Europe"), ("APAC", "Asia"), ("AMER", "Americas")],
        ),
    ],
)
def test_labels_order_and_new_options_are_written_in_one_call(
    bench: Any, field: Make, after: list[tuple[str, str]], expected: list[tuple[str, str]]
) -> None:
    bench.apply(field(values=[("EMEA", "Europe"), ("AMER", "Americas")]))
    bench.handle.reset_counters()
    bench.apply(field(values=after))
    assert options(bench) == expected
    assert len(writes(bench)) == 1


def test_an_option_that_left_the_manifest_is_taken_out_and_theirs_stay(bench: Any, field: Make) -> None:
    bench.apply(field(values=[("EMEA", "Europe"), ("AMER", "Americas")]))
    bench.handle.do("add_option", name="Regions", label="Theirs", value="T")
    last = {"options": {"EMEA": {"label": "Europe"}, "AMER": {"label": "Americas"}}, "order": ["EMEA", "AMER"]}
    resources = bench.convert(field(values=[("EMEA", "EMEA")])).resources
    with bench.open() as system:
        (write,) = bench.plan(system, resources, {REGIONS: last})
        (result,) = system.write([write])
    assert result.outcome == "done"
    assert options(bench) == [("EMEA", "EMEA"), ("T", "Theirs")]


def test_taking_out_and_reordering_at_once_is_no_surprise(bench: Any, field: Make) -> None:
    bench.apply(field(values=[("A", "A"), ("B", "B"), ("C", "C")]))
    last = {"options": {value: {"label": value} for value in "ABC"}, "order": list("ABC")}
    resources = bench.convert(field(values=[("C", "C"), ("A", "A")])).resources
    with bench.open() as system:
        (write,) = bench.plan(system, resources, {REGIONS: last})
        (result,) = system.write([write])
    assert (result.outcome, result.error) == ("done", "")
    assert options(bench) == [("C", "C"), ("A", "A")]


def test_odd_options_of_others_survive_a_write(bench: Any, field: Make) -> None:
    odd = [["Please choose", ""], ["A", "x"], ["B", "x"]]
    bench.handle.do("add_option_list", name="Regions", options=odd)
    bench.apply(field(values=[("EMEA", "Europe")]))
    assert options(bench) == [("EMEA", "Europe"), ("", "Please choose"), ("x", "A"), ("x", "B")]


def test_a_shared_list_says_who_else_offers_it(bench: Any, field: Make) -> None:
    bench.apply(field(values=[("EMEA", "Europe")]))
    key = bench.seen(REGIONS)[REGIONS].remote_id
    bench.handle.do("add_contact_field", name="Theirs", displayType="singleSelect", optionListId=key)
    results = bench.apply(field(values=[("EMEA", "EMEA")]))
    assert [each.note for each in results] == ["It is offered by 2 contact fields: 'Region', 'Theirs'."]


def test_a_list_of_one_field_has_nothing_to_say(bench: Any, field: Make) -> None:
    bench.apply(field(values=[("EMEA", "Europe")]))
    assert [each.note for each in bench.apply(field(values=[("EMEA", "EMEA")]))] == [""]


def removed(bench: Any, address: Address) -> Result:
    with bench.open() as system:
        (seen,) = system.reread([address]).items.values()
        (result,) = system.write([bench.remove(address, seen)])
    assert isinstance(result, Result)
    return result


@pytest.mark.parametrize(("setting", "outcome"), [("refuse", "failed"), ("allow", "done")])
def test_a_used_list_is_refused_with_its_users(bench: Any, field: Make, setting: str, outcome: str) -> None:
    bench.handle.switch("delete_used_option_list", setting)
    bench.apply(field(values=[("EMEA", "Europe")]))
    result = removed(bench, REGIONS)
    assert result.outcome == outcome
    assert ("ContactField" in result.error) == (outcome == "failed")


def test_a_free_list_goes(bench: Any) -> None:
    bench.handle.do("add_option_list", name="Regions", options=[["A", "a"]])
    assert removed(bench, REGIONS).outcome == "done"
    assert bench.seen(REGIONS) == {}


def test_a_list_that_came_in_the_meantime_is_not_made_twice(bench: Any, field: Make) -> None:
    resources = bench.convert(field(values=[("EMEA", "Europe")])).resources
    with bench.open() as system:
        write = next(each for each in bench.plan(system, resources) if each.address == REGIONS)
        bench.handle.do("add_option_list", name="Regions", options=[["A", "a"]])
        system.reread([REGIONS])
        (result,) = system.write([write])
    assert (result.outcome, result.code) == ("failed", "exists")
    assert options(bench) == [("a", "A")]


@pytest.mark.parametrize("unique", [True, False])
def test_a_list_that_comes_at_the_same_moment(bench: Any, field: Make, unique: bool) -> None:
    """Where the vendor does not look for the name, a second list of that name is made, and is then said."""
    bench.handle.switch("option_list_names_unique", unique)
    bench.handle.fault(
        "schema_moved", method="POST", action="add_option_list", body={"name": "Regions", "options": [["A", "a"]]}
    )
    resources = bench.convert(field(values=[("EMEA", "Europe")])).resources
    with bench.open() as system:
        write = next(each for each in bench.plan(system, resources) if each.address == REGIONS)
        (result,) = system.write([write])
    assert result.outcome == ("failed" if unique else "done")
    assert (result.code == "exists") == unique
    assert (bench.seen(REGIONS)[REGIONS].writable is None) == unique


# -- e-mail groups


def policy(binding: str = "email-group:News", label: str = "Product news", description: str = "") -> Consent:
    purpose = Purpose(Origin(), "marketing", "news", label, service=False, binding=binding, description=description)
    return Consent(Origin(), "marketing", "Permission", (purpose,))


def group(bench: Any, name: str = "News") -> dict[str, Any]:
    return next(doc for doc in bench.handle.store.list("email_groups") if doc["name"] == name)


def test_a_group_is_made_and_keeps_who_is_in_and_out(bench: Any) -> None:
    (result,) = bench.apply(policy())
    assert result.remote_id == group(bench)["id"]
    assert bench.seen(NEWS)[NEWS].attributes["stateLists"] == ["subscribed", "unsubscribed"]
    assert writes(bench) == ["POST email/group"]


@pytest.mark.parametrize("changes", [{"label": "All product news"}, {"description": "Once a month"}])
def test_each_attribute_of_a_group_can_change(bench: Any, changes: dict[str, str]) -> None:
    bench.apply(policy())
    before = group(bench)
    bench.apply(policy(**changes))
    after = group(bench)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {"displayName", "description", "updatedAt", "updatedBy"}
    assert changed & {"displayName", "description"}


@pytest.mark.parametrize("strict", [False, True])
def test_landing_pages_come_from_the_connection(bench: Any, strict: bool) -> None:
    bench.handle.switch("groups_need_landing_pages", strict)
    pages = bench.connection(subscription_landing_page="11", unsubscription_landing_page="12")
    bench.apply(policy(), connection=pages)
    assert (group(bench)["subscriptionLandingPageId"], group(bench)["unsubscriptionLandingPageId"]) == ("11", "12")
    swapped = bench.connection(subscription_landing_page="12", unsubscription_landing_page="11")
    bench.apply(policy(label="News"), connection=swapped)
    assert (group(bench)["subscriptionLandingPageId"], group(bench)["unsubscriptionLandingPageId"]) == ("12", "11")


@pytest.mark.parametrize(
    "pages",
    [{}, {"subscription_landing_page": "11"}, {"subscription_landing_page": "99", "unsubscription_landing_page": "12"}],
)
def test_a_strict_account_without_the_pages_says_which_settings_help(bench: Any, pages: dict[str, str]) -> None:
    bench.handle.switch("groups_need_landing_pages", True)
    connection = bench.connection(**pages)
    resources = bench.convert(policy(), connection=connection).resources
    with bench.open(connection) as system:
        (result,) = list(system.write(bench.plan(system, resources)))
    assert result.outcome == "failed"
    assert "set subscription_landing_page and unsubscription_landing_page" in result.hint


@pytest.mark.parametrize("name", ["Newsletter*", "It's news", "News: weekly"])
def test_groups_with_odd_names(bench: Any, name: str) -> None:
    bench.handle.do("add_email_group", name="Newsletter of others")
    bench.apply(policy(binding=f"email-group:{name}"))
    assert group(bench, name)["displayName"] == "Product news"
    assert group(bench, "Newsletter of others").get("displayName") is None


def test_a_group_that_no_e_mail_uses_goes(bench: Any) -> None:
    bench.apply(policy())
    assert removed(bench, NEWS).outcome == "done"
    assert bench.seen(NEWS) == {}


def test_nobodys_subscription_is_ever_written(bench: Any) -> None:
    bench.apply(policy())
    bench.apply(policy(label="Other"))
    assert all("data/" not in each["path"] for each in bench.handle.requests() if each["kind"] == "write")


# -- custom objects


def evidence(field: Make, *more: str, **changes: Any) -> list[Field]:
    fields = [
        field("E-mail", object="Consent ledger", label="E-mail", type="email", role="proof"),
        field("Key", object="Consent ledger", label="Key", unique=True, role="proof"),
        field("Captured at", object="Consent ledger", label="Captured at", type="datetime", role="proof"),
    ]
    fields += [field(name, object="Consent ledger", label=name, role="proof") for name in more]
    return [dataclasses.replace(each, **changes) if changes and each.name == "Key" else each for each in fields]


def ledger(bench: Any) -> dict[str, Any]:
    return next(doc for doc in bench.handle.store.list("custom_objects") if doc["name"] == "Consent ledger")


def test_a_custom_object_is_made_with_its_links(bench: Any, field: Make) -> None:
    bench.apply(*evidence(field))
    ids = {each["name"]: each["id"] for each in ledger(bench)["fields"]}
    assert set(ids) == {"E-mail", "Key", "Captured at"}
    parts = ("emailAddressFieldId", "uniqueCodeFieldId", "displayNameFieldId")
    assert [ledger(bench)[part] for part in parts] == [ids["E-mail"], ids["Key"], ids["Key"]]
    assert writes(bench) == ["POST customobject"]


@pytest.mark.parametrize("drops", [True, False])
def test_new_fields_join_and_no_field_is_ever_left_out(bench: Any, field: Make, drops: bool) -> None:
    bench.handle.switch("custom_object_put_drops_fields", drops)
    bench.apply(*evidence(field))
    doc = ledger(bench)
    theirs = {
        "type": "CustomObjectField",
        "id": "900",
        "name": "Theirs",
        "dataType": "text",
        "displayType": "text",
        "internalName": "Theirs1",
    }
    bench.handle.store.put("custom_objects", doc["id"], {**doc, "fields": [theirs, *doc["fields"]]})
    bench.apply(*evidence(field, "Notice", "Source"))
    found = ledger(bench)["fields"]
    assert found[0] == theirs
    assert [each["name"] for each in found[1:]] == ["Captured at", "E-mail", "Key", "Notice", "Source"]
    assert len({each["id"] for each in found}) == 6


def test_a_field_that_left_the_manifest_stays(bench: Any, field: Make) -> None:
    bench.apply(*evidence(field, "Notice"))
    last = dict(bench.convert(*evidence(field, "Notice")).resources[0].attributes)
    resources = bench.convert(*evidence(field)).resources
    with bench.open() as system:
        assert bench.plan(system, resources, {LEDGER: last}) == []
    assert "Notice" in {each["name"] for each in ledger(bench)["fields"]}


def test_a_field_of_another_type_is_refused_before_it_is_sent(bench: Any, field: Make) -> None:
    bench.apply(*evidence(field))
    resources = bench.convert(*evidence(field, type="integer")).resources
    bench.handle.reset_counters()
    with bench.open() as system:
        planned = bench.plan(system, resources)
        (verdict,) = system.check(planned)
        (result,) = system.write(planned)
    assert verdict.outcome == result.outcome == "failed"
    assert verdict.error == result.error == "The field 'Key' is text and cannot become numeric."
    assert bench.handle.counters()["writes"] == 0


def test_how_a_field_is_shown_and_what_it_is_for_can_change(bench: Any, field: Make) -> None:
    bench.apply(*evidence(field))
    bench.apply(*evidence(field, hints={"display_type": "textArea"}))
    doc = ledger(bench)
    bench.handle.store.put("custom_objects", doc["id"], {**doc, "uniqueCodeFieldId": ""})
    bench.apply(*evidence(field, hints={"display_type": "textArea"}))
    assert {each["name"]: each["displayType"] for each in ledger(bench)["fields"]}["Key"] == "textArea"
    assert ledger(bench)["uniqueCodeFieldId"]


def test_custom_objects_are_never_removed(bench: Any, field: Make) -> None:
    bench.apply(*evidence(field))
    seen = bench.seen(LEDGER)[LEDGER]
    assert not seen.removable
    assert "evidence of consent" in seen.why_not
