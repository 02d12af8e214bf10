from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mopsctl_eloqua import shapes
from mopsctl_eloqua.kinds import KINDS

from mopsctl.address import Address
from mopsctl.element import Field
from mopsctl.errors import AuthenticationError, ConnectionFailed, RateLimited
from mopsctl.resource import FieldFacts, Reading

Make = Callable[..., Field]
EVERYTHING = [Address("eloqua", kind, "x") for kind in KINDS]


def read(bench: Any, *known: Address) -> Reading:
    with bench.open() as system:
        found = system.read([], known or EVERYTHING)
    assert isinstance(found, Reading)
    return found


def at(kind: str, name: str) -> Address:
    return Address("eloqua", kind, name)


def test_every_readable_collection_is_read_whole(bench: Any) -> None:
    reading = read(bench)
    assert reading.kinds == {name for name, kind in KINDS.items() if kind.readable}
    assert reading.unreadable == {}
    assert bench.handle.counters()["writes"] == 0


def test_only_what_is_asked_for_is_read(bench: Any) -> None:
    assert read(bench, at("email-group", "x")).kinds == {"email-group"}
    assert read(bench, at("field", "x")).kinds == read(bench, at("option-list", "x")).kinds == {"field", "option-list"}
    assert read(bench, at("program", "x")).kinds == set()


def test_standard_fields_are_built_in_and_fixed(bench: Any) -> None:
    seen = read(bench).items[at("field", "contact.C_Title")]
    assert (seen.builtin, seen.removable, seen.writable) == (True, False, frozenset())
    assert "standard field" in seen.why_not
    assert seen.remote_id == "100017"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"dataType": "text"}, FieldFacts("text", 100, visible=True)),
        ({"dataType": "largeText", "displayType": "textArea"}, FieldFacts("long_text", 32_000, visible=True)),
        ({"dataType": "numeric"}, FieldFacts("decimal", visible=True)),
        ({"dataType": "number"}, FieldFacts("integer", visible=True)),
        ({"dataType": "date"}, FieldFacts("datetime", visible=True)),
        ({"dataType": "text", "displayType": "checkbox"}, FieldFacts("boolean", visible=True)),
        ({"dataType": "numeric", "displayType": "checkbox"}, FieldFacts("boolean", visible=True)),
        ({"dataType": "never seen"}, FieldFacts(None, visible=True)),
        (
            {"dataType": "text", "isRequired": "true", "isReadOnly": "true"},
            FieldFacts("text", 100, required=True, read_only=True, visible=True),
        ),
    ],
)
def test_live_fields_in_neutral_words(bench: Any, properties: dict[str, str], expected: FieldFacts) -> None:
    bench.handle.do("add_contact_field", name="Probe", **properties)
    assert read(bench).items[at("field", "contact.C_Probe1")].facts == expected


@pytest.mark.parametrize(("display", "type_", "length"), [
    ("singleSelect", "choice", 100), ("radio", "choice", 100), ("multiSelect", "multi_choice", 1000)
])  # fmt: skip
def test_fields_with_a_list_show_its_values(bench: Any, display: str, type_: str, length: int) -> None:
    key = bench.handle.do("add_option_list", name="Regions", options=[["Europe", "EMEA"], ["None", ""]])
    bench.handle.do("add_contact_field", name="Probe", displayType=display, optionListId=key)
    seen = read(bench).items[at("field", "contact.C_Probe1")]
    assert seen.facts == FieldFacts(type_, length, values=("EMEA", ""), visible=True)  # type: ignore[arg-type]
    assert seen.attributes["optionList"] == "Regions"


def test_the_e_mail_address_and_account_fields_have_facts(bench: Any) -> None:
    items = read(bench).items
    assert items[at("field", "contact.C_EmailAddress")].facts == FieldFacts("email", 100, visible=True)
    account = items[at("account-field", "M_Employees1")]
    assert account.facts == FieldFacts("decimal", visible=True)
    assert (account.attributes, account.builtin, account.removable) == ({"dataType": "number"}, False, False)
    assert items[at("account-field", "M_Country")].builtin


def test_scoring_models_show_status_and_export_fields(bench: Any) -> None:
    items = read(bench).items
    fields = ["EngagementScore", "ProfileScore", "Rating"]
    assert items[at("scoring-model", "Enterprise fit")].attributes == {"status": "active", "fields": fields}
    assert items[at("scoring-model", "Partner fit (draft)")].attributes["status"] == "draft"


def test_of_two_models_with_one_name_the_active_one_counts(bench: Any) -> None:
    bench.handle.do("add_scoring_model", name="Enterprise fit", status="Draft")
    assert read(bench).items[at("scoring-model", "Enterprise fit")].attributes["status"] == "active"


def test_subscription_states_are_seen_on_a_contact_and_nothing_else_of_it(bench: Any) -> None:
    reading = read(bench, at("contact-state", "x"))
    assert {address.name for address in reading.items} == {"isSubscribed", "isBounceback"}
    assert all(seen.attributes == {"kept": True} and seen.builtin for seen in reading.items.values())
    assert "example.com" not in repr(reading)


@pytest.mark.parametrize("empty_list", [200, 204])
def test_an_account_without_contacts_shows_no_states(bench: Any, empty_list: int) -> None:
    bench.handle.switch("empty_list", empty_list)
    bench.handle.do("remove_contacts")
    reading = read(bench, at("contact-state", "x"))
    assert (reading.items, reading.kinds) == ({}, {"contact-state"})


@pytest.mark.parametrize("empty_list", [200, 204])
def test_an_empty_collection_is_read_and_empty(bench: Any, empty_list: int) -> None:
    bench.handle.switch("empty_list", empty_list)
    reading = read(bench, at("custom-object", "x"))
    assert (reading.items, reading.kinds, reading.unreadable) == ({}, {"custom-object"}, {})


def test_a_collection_of_more_than_one_page_is_read_to_its_end(bench: Any) -> None:
    with bench.handle.store.transaction():
        for place in range(1001):
            bench.handle.do("add_option_list", name=f"List {place}", options=[["A", "a"]])
    reading = read(bench, at("option-list", "x"))
    assert sum(address.kind == "option-list" for address in reading.items) == 1002
    pages = [each["query"] for each in bench.handle.requests() if "optionlists" in each["path"]]
    assert ["page=1" in pages[0], "page=2" in pages[1], len(pages)] == [True, True, 2]


@pytest.mark.parametrize(
    ("paths", "unreadable"),
    [
        (["email/group"], {"email-group"}),
        (["customobject"], {"custom-object"}),
        (["scoring"], {"scoring-model"}),
        (["data/contacts"], {"contact-state"}),
        (["contact/field"], {"field"}),
        (["optionlist"], {"option-list", "field"}),
    ],
)
def test_what_the_user_may_not_see_is_unreadable_and_never_absent(
    bench: Any, paths: list[str], unreadable: set[str]
) -> None:
    bench.handle.do("forbid", paths=paths)
    with bench.open() as system:
        system.identify()
        reading = system.read([], EVERYTHING)
    assert set(reading.unreadable) == unreadable
    assert not unreadable & reading.kinds
    assert all("may not do this" in why for why in reading.unreadable.values())
    assert all(address.kind not in unreadable for address in reading.items)


def test_a_collection_that_stays_in_trouble_is_unreadable(bench: Any, waits: list[float]) -> None:
    bench.handle.fault("status", path="email/groups", times=0, status=503)
    reading = read(bench)
    assert set(reading.unreadable) == {"email-group"}
    assert "503" in reading.unreadable["email-group"]
    assert waits == sorted(waits)
    assert len(waits) == 4


def test_passing_trouble_is_waited_out(bench: Any, waits: list[float]) -> None:
    bench.handle.fault("status", path="email/groups", times=2, status=502)
    bench.handle.fault("rate_limited", path="optionlists", times=1)
    bench.handle.fault("rate_limited", path="customobjects", times=1, retry_after=9)
    bench.handle.fault("lost_response", path="contact/fields", times=1)
    assert read(bench).unreadable == {}
    assert len(waits) == 5
    assert 9.0 in waits


def test_a_limit_that_does_not_pass_ends_the_read(bench: Any) -> None:
    bench.handle.fault("rate_limited", path="email/groups", times=0)
    with pytest.raises(RateLimited, match="asked too often"):
        read(bench)


@pytest.mark.parametrize("fault", ["html", "garbage"])
def test_an_answer_that_is_not_the_api_stops_the_read(bench: Any, fault: str) -> None:
    bench.handle.fault(fault, path="optionlists", times=0)
    with pytest.raises(ConnectionFailed):
        read(bench)


def test_lost_rights_in_mid_read_stop_it(bench: Any) -> None:
    with bench.open() as system:
        system.identify()
        bench.handle.do("change_password", password="another")
        with pytest.raises(AuthenticationError):
            system.read([], EVERYTHING)


def test_an_option_list_without_options_is_read(bench: Any) -> None:
    bench.handle.do("add_option_list", name="Nothing yet", options=[])
    assert bench.seen(at("option-list", "Nothing yet"))[at("option-list", "Nothing yet")].attributes["options"] == {}


@pytest.mark.parametrize(
    ("path", "answer", "flaw"),
    [
        ("assets/optionLists", {"total": 0}, "elements is missing"),
        ("assets/optionLists", {"elements": None, "total": 0}, "elements is null instead of a list"),
        ("assets/contact/fields", {"page": 1, "total": 0}, "elements is missing"),
        ("assets/optionLists", {"elements": [{"id": "1", "name": "A"}], "total": 1}, "elements[0].elements is missing"),
        ("assets/optionLists", {"elements": [{"id": "1", "name": "A", "elements": []}], "total": 1}, ""),
    ],
)
def test_an_answer_without_its_elements_is_half_an_answer(path: str, answer: dict[str, Any], flaw: str) -> None:
    assert shapes.page(path, "complete")(answer, "") == flaw


def test_a_list_that_grows_while_it_is_read_is_unreadable() -> None:
    import respx
    from mopsctl_eloqua.adapter import EloquaProvider
    from mopsctl_eloqua.system import EloquaSystem

    from mopsctl.provider.contract import Connection
    from mopsctl.provider.hosts import Hosts
    from mopsctl.secrets import Secret

    base = "https://secure.p03.eloqua.com"
    rest = {"standard": f"{base}/API/REST/{{version}}/", "bulk": f"{base}/API/Bulk/{{version}}/"}
    identity = {"site": {"id": 42, "name": "Co"}, "urls": {"base": base, "apis": {"rest": rest}}}
    page = {"elements": [{"id": "1", "name": "A"}], "page": 1, "pageSize": 1000, "total": 2}
    connection = Connection(
        "eloqua",
        {"company": "Co", "user": "u"},
        {"password": Secret("p4ssword")},
        hosts=Hosts(EloquaProvider.hosts),
    )
    with respx.mock() as mocked, EloquaSystem(connection) as system:
        mocked.get("https://login.eloqua.com/id").respond(200, json=identity)
        mocked.get(url__startswith=f"{base}/API/REST/1.0/assets/email/groups").respond(200, json=page)
        reading = system.read([], [at("email-group", "x")])
    assert "shows 1 of 2" in reading.unreadable["email-group"]


def test_a_field_that_goes_by_another_database_name_is_shown_as_wanted(bench: Any, field: Make) -> None:
    bench.handle.do("add_contact_field", name="Region")
    bench.handle.do("add_contact_field", name="Other")
    resources = bench.convert(field("C_Sales_Region1", label="Region")).resources
    with bench.open() as system:
        reading = system.read(resources, [])
    seen = reading.items[at("field", "contact.C_Sales_Region1")]
    assert seen.attributes["internalName"] == "C_Region1"
    assert at("field", "contact.C_Region1") not in reading.items
    assert at("field", "contact.C_Other1") in reading.items


def test_a_field_that_is_wanted_itself_is_nobody_elses(bench: Any, field: Make) -> None:
    bench.handle.do("add_contact_field", name="Region")
    wanted = (field("C_Region1", label="Area"), field("C_Sales_Region1", label="Region"))
    with bench.open() as system:
        reading = system.read(bench.convert(*wanted).resources, [])
    assert at("field", "contact.C_Region1") in reading.items
    assert at("field", "contact.C_Sales_Region1") not in reading.items


def test_two_things_with_one_name_are_both_kept_apart_and_not_written(bench: Any) -> None:
    first = bench.handle.do("add_option_list", name="Regions", options=[["A", "a"]])
    second = bench.handle.do("add_option_list", name="Regions", options=[["B", "b"]])
    items = read(bench, at("option-list", "x")).items
    assert items[at("option-list", "Regions")].remote_id == first
    assert items[at("option-list", f"Regions (id {second})")].remote_id == second
    assert {items[at("option-list", "Regions")].writable} == {frozenset()}
    assert "cannot be told" in items[at("option-list", "Regions")].why_not


def test_options_with_one_value_are_all_there(bench: Any) -> None:
    options = [["A", "x"], ["B", "x"], ["C", "x (no. 2)"], ["D", ""], ["E", ""]]
    bench.handle.do("add_option_list", name="Odd", options=options)
    seen = read(bench, at("option-list", "x")).items[at("option-list", "Odd")]
    assert [seen.attributes["options"][key]["label"] for key in seen.attributes["order"]] == ["A", "B", "C", "D", "E"]


def test_a_group_with_e_mails_is_not_removable(bench: Any) -> None:
    bench.handle.do("add_email_group", name="Free")
    items = read(bench, at("email-group", "x")).items
    assert not items[at("email-group", "Service notices")].removable
    assert items[at("email-group", "Service notices")].why_not == "E-mails are in the group."
    assert items[at("email-group", "Free")].removable


def test_a_reread_looks_at_single_things_by_their_ids(bench: Any) -> None:
    group = at("email-group", "Service notices")
    with bench.open() as system:
        system.read([], [group])
        bench.handle.reset_counters()
        assert set(system.reread([group]).items) == {group}
        assert [each["path"] for each in bench.handle.requests()] == ["/api/rest/1.0/assets/email/group/1"]


def test_a_reread_of_what_is_gone_or_was_never_there_shows_nothing(bench: Any) -> None:
    key = bench.handle.do("add_email_group", name="Passing")
    passing, never = at("email-group", "Passing"), at("email-group", "Never")
    with bench.open() as system:
        system.read([], [passing])
        bench.handle.store.delete("email_groups", key)
        for asked in ([passing], [never], [passing, never]):
            reading = system.reread(asked)
            assert (reading.items, reading.kinds) == ({}, {"email-group"})


def test_a_renamed_thing_is_not_the_one_that_was_asked_for(bench: Any) -> None:
    key = bench.handle.do("add_email_group", name="Passing")
    passing = at("email-group", "Passing")
    with bench.open() as system:
        system.read([], [passing])
        doc = bench.handle.store.get("email_groups", key)
        bench.handle.store.put("email_groups", key, {**doc, "name": "Renamed"})
        assert system.reread([passing]).items == {}


def test_a_reread_is_fresh(bench: Any) -> None:
    title, form = at("field", "contact.C_Title"), at("field", "contact.C_Form_of_Address1")
    with bench.open() as system:
        system.identify()
        system.read([], [form])
        bench.handle.do("set_contact_field", internal="C_Form_of_Address1", description="new")
        assert system.reread([form]).items[form].attributes["description"] == "new"
        bench.handle.do("set_contact_field", internal="C_Form_of_Address1", description="newer")
        assert system.reread([form, title]).items[form].attributes["description"] == "newer"
