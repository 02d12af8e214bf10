"""Properties and groups over a real socket: each attribute moves, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mopsctl_hubspot.api import HubSpotApi
from mopsctl_hubspot.wire import properties as wire

from mopsctl.address import Address
from mopsctl.element import Field, Group, Item, Origin, ValueList
from mopsctl.emulator import Handle
from mopsctl.provider.contract import Converted
from mopsctl.resource import FieldChange, Resource, Write

Open = Callable[..., Any]
Convert = Callable[..., Converted]
NAME = "hubspot:property/contact.fit"
TIMES = ("updatedAt", "updatedUserId")


def items(*words: str, **hidden: bool) -> ValueList:
    return ValueList("list", tuple(Item(word, word, word.upper(), hidden=hidden.get(word, False)) for word in words))


def field(name: str = "fit", type_: Any = "text", **more: Any) -> Field:
    given_: dict[str, Any] = {"concept": "person", "object": "contact", "key": name, "label": "Fit"}
    return Field(Origin(), name=name, type=type_, **{**given_, **more})


@pytest.fixture
def property_(convert: Convert) -> Callable[..., Resource]:
    """A property resource from a field."""

    def property__(*parts: Any, **more: Any) -> Resource:
        (resource,) = convert(field(*parts, **more), sensitive_data=True).resources
        return resource

    return property__


PropertyOf = Callable[..., Resource]


def assert_there(account: Any, resource: Resource) -> None:
    """What was wanted is what a fresh look shows; items have what was wanted and what HubSpot adds."""
    seen = account.attributes(str(resource.address))
    for name, value in resource.attributes.items():
        if name == "options":
            assert list(seen[name]) == list(value)
            assert all({**seen[name][key], **item} == seen[name][key] for key, item in value.items())
        else:
            assert seen[name] == value, name


TYPES: list[tuple[str, dict[str, Any]]] = [
    ("text", {}),
    ("long_text", {}),
    ("email", {}),
    ("phone", {}),
    ("url", {"hints": {"text_display_hint": "domain_name"}}),
    ("integer", {}),
    ("currency", {"hints": {"show_currency_symbol": True}}),
    ("percent", {}),
    ("boolean", {}),
    ("date", {}),
    ("datetime", {}),
    ("choice", {"values": items("a", "b")}),
    ("choice", {"values": items("a", "b", b=True), "hints": {"field_type": "radio"}}),
    ("multi_choice", {"values": items("a", "b")}),
    ("country", {}),
    ("reference", {"hints": {"referenced_object": "OWNER"}}),
    (
        "text",
        {
            "unique": True,
            "description": "Why",
            "group": "emailinformation",
            "hints": {"hidden": True, "form_field": True},
        },
    ),
]


@pytest.mark.parametrize(("type_", "more"), TYPES)
@pytest.mark.parametrize("version", ["2026-09", "v3"])
@pytest.mark.parametrize("together", [False, True])
def test_a_new_property_is_as_it_was_wanted(
    open_account: Open, property_: PropertyOf, type_: str, more: dict[str, Any], version: str, together: bool
) -> None:
    account = open_account(api_version=version)
    resources = [property_("fit", type_, **more), property_("fit_2", type_, **more)][: 1 + together]
    assert [result.outcome for result in account.put(*resources)] == ["done"] * len(resources)
    for resource in resources:
        assert_there(account, resource)
    assert len(account.requests("write")) == 1


CHANGES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("label", "text", {}, {"label": "Fitness"}),
    ("description", "text", {}, {"description": "How well they fit."}),
    ("groupName", "text", {"group": "contactinformation"}, {"group": "emailinformation"}),
    ("hidden", "text", {"hints": {"hidden": False}}, {"hints": {"hidden": True}}),
    ("formField", "text", {"hints": {"form_field": False}}, {"hints": {"form_field": True}}),
    ("textDisplayHint", "text", {}, {"hints": {"text_display_hint": "postal_code"}}),
    ("numberDisplayHint", "decimal", {}, {"hints": {"number_display_hint": "percentage"}}),
    ("showCurrencySymbol", "currency", {}, {"hints": {"show_currency_symbol": True}}),
    ("currencyPropertyName", "currency", {}, {"hints": {"currency_property": "deal_currency_code"}}),
    ("fieldType", "text", {}, {"hints": {"field_type": "textarea"}}),
    ("fieldType", "choice", {"values": items("a")}, {"values": items("a"), "hints": {"field_type": "radio"}}),
    ("options", "choice", {"values": items("a", "b")}, {"values": items("a", "b", "c")}),
    (
        "options",
        "choice",
        {"values": items("a", "b")},
        {"values": ValueList("l", (Item("a", "a", "Alpha"), Item("b", "b", "B", "beta")))},
    ),
    ("options", "choice", {"values": items("a", "b")}, {"values": items("a", "b", b=True)}),
    ("options_order", "choice", {"values": items("a", "b", "c")}, {"values": items("c", "a", "b")}),
    ("options", "multi_choice", {"values": items("a", "b")}, {"values": items("x", "a", "b")}),
]


@pytest.mark.parametrize(("attribute", "type_", "before", "after"), CHANGES)
def test_each_attribute_moves_with_one_call_and_alone(
    open_account: Open, emulated: Handle, property_: PropertyOf, attribute: str, type_: str, before: Any, after: Any
) -> None:
    account = open_account()
    account.put(property_("fit", type_, **before))
    frame = emulated.dump(TIMES)
    account.handle.reset_counters()
    resource = property_("fit", type_, **before | after)
    write = account.write_of(resource)
    assert attribute in write.touched()
    (result,) = account.put(resource)
    assert (result.outcome, result.error) == ("done", "")
    assert_there(account, resource)
    assert len(account.requests("write")) == 1
    now = emulated.dump(TIMES)
    touched = frame["properties:0-1"].pop("fit"), now["properties:0-1"].pop("fit")
    assert now == frame, "nothing but this property moved"
    moved = {name for name in touched[0].keys() | touched[1].keys() if touched[0].get(name) != touched[1].get(name)}
    allowed = {
        "options_order": {"options"},
        "currencyPropertyName": {"currencyPropertyName", "showCurrencySymbol"},
        "fieldType": {"fieldType", "type"},
    }
    assert moved <= allowed.get(attribute, {attribute})


def test_every_writable_attribute_has_a_test() -> None:
    from mopsctl_hubspot.kinds import PROPERTY_ATTRIBUTES

    writable = {name for name, rule in PROPERTY_ATTRIBUTES.items() if rule.mode == "write"}
    assert {attribute for attribute, *_ in CHANGES} == writable


def test_text_becomes_a_phone_number(account: Any, property_: PropertyOf, emulated: Handle) -> None:
    account.put(property_("fit", "text"))
    account.put(property_("fit", "phone"))
    stored = emulated.store.get("properties:0-1", "fit")
    assert stored is not None
    assert (stored["type"], stored["fieldType"]) == ("phone_number", "phonenumber")


@pytest.mark.parametrize(
    ("before", "after"),
    [({"type_": "long_text"}, {"type_": "text"}), ({"type_": "phone"}, {"type_": "text"})],
)
def test_other_field_types_are_left_to_a_person(account: Any, property_: PropertyOf, before: Any, after: Any) -> None:
    account.put(property_(**before))
    seen = account.see(NAME)
    assert seen is not None
    assert seen.writable is not None
    assert "fieldType" not in seen.writable
    assert "label" in seen.writable
    account.handle.reset_counters()
    (result,) = account.put(property_(**after))
    assert result.outcome == "refused"
    assert account.requests("write") == []


def test_foreign_options_keep_everything_that_hubspot_knows_about_them(
    account: Any, property_: PropertyOf, emulated: Handle
) -> None:
    raw = [
        {"label": "Theirs", "value": "x", "displayOrder": 7, "hidden": True, "description": "by hand"},
        {"label": "A", "value": "a", "displayOrder": 3, "hidden": False},
        {"label": "Last", "value": "z", "displayOrder": 9, "hidden": False},
    ]
    emulated.do(
        "create_property",
        object_type="contacts",
        name="fit",
        label="Fit",
        type="enumeration",
        fieldType="select",
        groupName="contactinformation",
        options=raw,
    )
    account.put(property_("fit", "choice", values=items("a", "b")))
    stored = emulated.store.get("properties:0-1", "fit")
    assert stored is not None
    options = {option["value"]: option for option in stored["options"]}
    assert options["x"] == raw[0] | {"displayOrder": options["x"]["displayOrder"]}
    assert [option["value"] for option in wire.in_order(stored["options"])] == ["a", "b", "x", "z"]


def test_relabelling_leaves_the_places_of_others_alone(account: Any, property_: PropertyOf, emulated: Handle) -> None:
    account.put(property_("hs_lead_status", "choice", values=ValueList("l", (Item("n", "NEW", "Brand new"),))))
    stored = emulated.store.get("properties:0-1", "hs_lead_status")
    assert stored is not None
    assert [option["displayOrder"] for option in stored["options"]] == [0, 1, 2, 2, 3, 4, 5, 6]
    assert stored["options"][0]["label"] == "Brand new"


def test_an_option_that_leaves_the_manifest_is_hidden(account: Any, property_: PropertyOf) -> None:
    account.put(property_("fit", "choice", values=items("a", "b")))
    account.put(property_("fit", "choice", values=items("a")))
    options = account.attributes(NAME)["options"]
    assert {value: option["hidden"] for value, option in options.items()} == {"a": False, "b": True}


def test_the_lead_status_of_companies_too(account: Any, property_: PropertyOf) -> None:
    values = ValueList("l", (Item("n", "NEW", "New"), Item("p", "PARKED", "Parked")))
    (result,) = account.put(property_("hs_lead_status", "choice", object="company", values=values))
    assert result.outcome == "done"
    assert "PARKED" in account.attributes("hubspot:property/company.hs_lead_status")["options"]


def test_what_hubspot_defines_says_what_may_be_written(account: Any) -> None:
    email = account.see("hubspot:property/contact.email")
    assert email is not None
    assert (email.writable, email.builtin, email.removable) == (frozenset(), True, False)
    assert "HubSpot defines" in email.why_not
    status = account.see("hubspot:property/contact.hs_lead_status")
    assert status is not None
    assert status.writable == frozenset({"options", "options_order"})
    optout = account.see("hubspot:property/contact.hs_email_optout")
    assert optout is not None
    assert optout.facts is not None
    assert optout.facts.read_only is True


@pytest.mark.parametrize("switch", ["refused", "ignored"])
def test_a_read_only_definition_never_counts_as_written(account: Any, emulated: Handle, switch: str) -> None:
    emulated.switch("read_only_definition", switch)
    address = Address.parse("hubspot:property/contact.jobtitle")
    seen = account.see(str(address))
    assert seen is not None
    change = FieldChange(("label",), "Job Title", "Title")
    (result,) = account.system.write([Write(address, "change", (change,), {**seen.attributes, "label": "Title"}, seen)])
    assert result.outcome == "failed"
    assert account.attributes(str(address))["label"] == seen.attributes["label"]


@pytest.mark.parametrize("switch", ["refused", "accepted"])
def test_hubspots_own_prefix_is_never_created(
    account: Any, property_: PropertyOf, emulated: Handle, switch: str
) -> None:
    emulated.switch("reserved_names", switch)
    values = items("a")
    (result,) = account.put(property_("hs_our_status", "choice", values=values))
    assert (result.outcome, result.code) == ("refused", "reserved")
    assert account.requests("write") == []


# -- batches


def test_a_batch_for_two_objects_takes_two_calls(account: Any, property_: PropertyOf) -> None:
    both = [property_(name, object=on) for on in ("contact", "company") for name in ("one", "two")]
    assert [result.outcome for result in account.put(*both)] == ["done"] * 4
    assert [path.rpartition("/properties/2026-09/")[2] for _, path in account.requests("write")] == [
        "companies/batch/create",
        "contacts/batch/create",
    ]


@pytest.mark.parametrize("status", [200, 201])
def test_either_status_of_a_batch_is_good(account: Any, property_: PropertyOf, emulated: Handle, status: int) -> None:
    emulated.switch("dated_batch_create", status)
    assert {result.outcome for result in account.put(property_("one"), property_("two"))} == {"done"}


def test_a_batch_that_half_fails_says_which_half(account: Any, property_: PropertyOf, emulated: Handle) -> None:
    writes = [account.write_of(property_(name)) for name in ("one", "three", "two")]
    emulated.do("create_property", object_type="contacts", **_text("two"))
    results = {result.address.name: result for result in account.system.write(writes)}
    assert results["contact.one"].outcome == results["contact.three"].outcome == "done"
    assert (results["contact.two"].outcome, results["contact.two"].code) == ("failed", "exists")


def test_an_error_that_names_nobody_is_told_to_the_one_that_is_missing(
    account: Any, property_: PropertyOf, emulated: Handle
) -> None:
    emulated.fault("partial_batch", path="batch/create", places=[0])
    results = {result.address.name: result for result in account.put(property_("one"), property_("two"))}
    assert results["contact.two"].outcome == "done"
    assert results["contact.one"].outcome == "failed"
    assert "could not be processed" in results["contact.one"].error


def test_a_batch_that_is_turned_down_is_asked_for_one_by_one(
    account: Any, property_: PropertyOf, emulated: Handle
) -> None:
    emulated.fault("status", path="batch/create", status=400)
    results = account.put(property_("one"), property_("two"))
    assert [result.outcome for result in results] == ["done", "done"]
    assert len(account.requests("write")) == 3


def test_a_single_creation_of_what_exists_is_left_to_reading(
    account: Any, property_: PropertyOf, emulated: Handle
) -> None:
    write = account.write_of(property_("one"))
    emulated.do("create_property", object_type="contacts", **_text("one"))
    (result,) = account.system.write([write])
    assert (result.outcome, result.code) == ("failed", "exists")


def _text(name: str) -> dict[str, str]:
    return {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "contactinformation"}


@pytest.mark.parametrize("status", [400, 404])
def test_a_group_that_is_not_there(account: Any, property_: PropertyOf, emulated: Handle, status: int) -> None:
    emulated.switch("unknown_group", status)
    (result,) = account.put(property_("one", group="nowhere"))
    assert result.outcome == "failed"
    assert "nowhere" in result.error
    assert account.see("hubspot:property/contact.one") is None


# -- archived properties that come back


def _age(emulated: Handle, name: str) -> None:
    (key, doc), *_ = [pair for pair in emulated.store.items("archived_properties:0-1") if pair[1]["name"] == name]
    emulated.store.put("archived_properties:0-1", key, {**doc, "createdAt": "2024-01-02T03:04:05.678Z"})


@pytest.mark.parametrize("together", [False, True])
def test_a_revived_property_is_told_of(account: Any, property_: PropertyOf, emulated: Handle, together: bool) -> None:
    account.put(property_("fit", "choice", values=items("a")))
    assert account.remove(NAME).outcome == "done"
    _age(emulated, "fit")
    others = [property_("other")] if together else []
    results = {one.address.name: one for one in account.put(property_("fit", "text", label="New"), *others)}
    assert results["contact.fit"].outcome == "done"
    assert "brought back an archived property" in results["contact.fit"].note
    assert account.attributes(NAME)["label"] == "New"
    assert all(result.note == "" for name, result in results.items() if name != "contact.fit")


def test_a_revived_property_that_reads_do_not_show_yet(account: Any, property_: PropertyOf, emulated: Handle) -> None:
    account.put(property_("fit"))
    account.remove(NAME)
    _age(emulated, "fit")
    write = account.write_of(property_("fit"))
    emulated.fault("lag", method="POST", path="/properties/", reads=1)
    (result,) = account.system.write([write])
    assert (result.outcome, "brought back" in result.note) == ("done", True)


def test_a_fresh_one_beside_the_archived_one_is_not_called_revived(
    account: Any, property_: PropertyOf, emulated: Handle
) -> None:
    emulated.switch("property_recreate", "fresh")
    account.put(property_("fit"))
    account.remove(NAME)
    _age(emulated, "fit")
    (result,) = account.put(property_("fit"))
    assert (result.outcome, result.note) == ("done", "")


def test_what_comes_back_different_is_brought_into_form(
    account: Any, property_: PropertyOf, emulated: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A creation that answers with another label than the one that was sent."""
    write = account.write_of(property_("fit", label="Wanted"))
    hub: Any = emulated.emulator
    real = hub.properties.add

    def another(kind: Any, body: Any, user: str, **more: Any) -> Any:
        return real(kind, {**body, "label": "Default"}, user, **more)

    monkeypatch.setattr(hub.properties, "add", another)
    (result,) = account.system.write([write])
    assert result.outcome == "done"
    assert [method for method, _ in account.requests("write")] == ["POST", "PATCH"]
    assert account.attributes(NAME)["label"] == "Wanted"


# -- removal


def test_removal_archives(account: Any, property_: PropertyOf, emulated: Handle) -> None:
    account.put(property_("fit"))
    result = account.remove(NAME)
    assert (result.outcome, "90 days" in result.note) == ("done", True)
    assert account.see(NAME) is None
    assert len(emulated.store.list("archived_properties:0-1")) == 1


def test_removing_what_is_gone_is_done(account: Any) -> None:
    assert (account.remove(NAME).outcome, account.remove(NAME).note) == ("done", "it was gone already")


def test_a_property_in_use_says_who_uses_it(account: Any, property_: PropertyOf, emulated: Handle) -> None:
    account.put(property_("fit"))
    emulated.do("use_property", object_type="contacts", name="fit", kind="WORKFLOW", by="Nurture EU")
    result = account.remove(NAME)
    assert result.outcome == "failed"
    assert "workflow 'Nurture EU'" in result.error
    assert result.hint


def test_hubspots_own_are_never_removed(account: Any) -> None:
    assert account.remove("hubspot:property/contact.jobtitle").outcome == "refused"
    assert account.requests("write") == []


# -- sensitive data


def test_sensitive_properties_are_made_and_found_again(
    open_account: Open, emulated: Handle, property_: PropertyOf
) -> None:
    emulated.do("set_sensitive_data", on=True)
    account = open_account(sensitive_data=True)
    resources = [property_("health", pii="special"), property_("plain")]
    assert {result.outcome for result in account.put(*resources)} == {"done"}
    seen = account.system.reread([resource.address for resource in resources])
    assert seen.items[resources[0].address].attributes["dataSensitivity"] == "sensitive"
    assert len(seen.items) == 2
    assert account.see("hubspot:property/contact.health") is not None
    assert resources[0].address in account.system.read(resources, []).items


def test_an_account_without_sensitive_data_refuses(open_account: Open, emulated: Handle, property_: PropertyOf) -> None:
    emulated.do("set_sensitive_data", on=False)
    (result,) = open_account(sensitive_data=True).put(property_("health", pii="special"))
    assert result.outcome == "failed"
    assert result.code == "PropertyValidationError.PORTAL_NOT_ENABLED_FOR_SENSITIVE_DATA"
    assert "Sensitive Data" in result.hint


# -- groups


def test_groups_come_change_and_go(account: Any, convert: Convert, emulated: Handle) -> None:
    name = "hubspot:property-group/contact.mops"
    for label in ("Ops", "Marketing ops"):
        (resource,) = convert(Group(Origin(), "contact", "mops", label)).resources
        (result,) = account.put(resource)
        assert result.outcome == "done"
        assert account.attributes(name) == {"label": label}
    frame = emulated.dump()
    (again,) = convert(Group(Origin(), "contact", "mops", "Marketing ops")).resources
    assert account.write_of(again).fields == ()
    assert account.remove(name).outcome == "done"
    assert account.see(name) is None
    del frame["groups:0-1"]["mops"]
    assert emulated.dump() == frame


def test_a_group_with_properties_stays(account: Any, convert: Convert) -> None:
    for resource in convert([Group(Origin(), "contact", "mops", "Ops"), field(group="mops")]).resources[::-1]:
        account.put(resource)
    result = account.remove("hubspot:property-group/contact.mops")
    assert (result.outcome, result.code) == ("failed", "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES")
    assert "{" not in result.error
    assert result.hint == "move its properties to another group first"


def test_a_group_that_somebody_just_made(account: Any, convert: Convert, emulated: Handle) -> None:
    (resource,) = convert(Group(Origin(), "contact", "mops", "Ops")).resources
    write = account.write_of(resource)
    emulated.do("create_group", object_type="contacts", name="mops", label="Theirs")
    (result,) = account.system.write([write])
    assert (result.outcome, result.code) == ("failed", "exists")


# -- records


def test_records_are_counted_before_something_is_taken_away(
    account: Any, property_: PropertyOf, emulated: Handle
) -> None:
    account.put(property_("fit", "choice", values=items("a", "b", "c")), property_("free"))
    for value, count in (("a", 2), ("b", 3), ("c", 4)):
        emulated.do("add_records", object_type="contacts", count=count, fit=value)
    fewer = account.write_of(property_("fit", "choice", values=items("a")))
    relabel = account.write_of(property_("free", label="Other"))
    seen = account.see(NAME)
    gone = Write(Address.parse(NAME), "remove", (), {}, seen)
    assert account.system.impact([fewer])[fewer.address].records == 7
    assert account.system.impact([gone])[gone.address].records == 9
    assert account.system.impact([relabel]) == {}


def test_without_the_right_to_records_nothing_is_guessed(
    open_account: Open, emulated: Handle, property_: PropertyOf
) -> None:
    account = open_account()
    account.put(property_("fit"))
    emulated.fault("status", path="/search", status=403)
    gone = Write(Address.parse(NAME), "remove", (), {}, account.see(NAME))
    found = account.system.impact([gone])[gone.address]
    assert found.records is None
    assert found.reason.startswith("records cannot be counted: ")


def test_searches_wait_for_their_own_limit(
    account: Any, property_: PropertyOf, emulated: Handle, pauses: list[float]
) -> None:
    account.put(property_("fit"))
    emulated.fault("rate_limited", path="/search")
    gone = Write(Address.parse(NAME), "remove", (), {}, account.see(NAME))
    assert account.system.impact([gone])[gone.address].records == 0
    assert pauses == [1.0]


def test_searches_say_where_they_begin(account: Any, property_: PropertyOf, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    real = HubSpotApi.ask

    def noting(api: HubSpotApi, path: str, body: dict[str, Any]) -> Any:
        asked.append(body)
        return real(api, path, body)

    account.put(property_("fit"))
    monkeypatch.setattr(HubSpotApi, "ask", noting)
    account.system.impact([Write(Address.parse(NAME), "remove", (), {}, account.see(NAME))])
    assert [body["after"] for body in asked if "filterGroups" in body] == ["0"]


# -- option lists, for every list


OPTION = st.fixed_dictionaries(
    {"label": st.text(min_size=1, max_size=4), "hidden": st.booleans(), "displayOrder": st.integers(-1, 6)},
    optional={"description": st.text(max_size=3), "readOnly": st.booleans()},
)
LISTS = st.dictionaries(st.sampled_from("abcdefgh"), OPTION, max_size=6).map(
    lambda found: [{"value": value, **option} for value, option in found.items()]
)


@given(live=LISTS, order=st.permutations("abcdefgh"), added=st.sets(st.sampled_from("wxyz")))
def test_a_written_list_reads_back_as_it_was_wanted(live: list[Any], order: list[str], added: set[str]) -> None:
    seen = wire.attributes({"type": "enumeration", "options": live})
    target = {
        "options": {**seen["options"], **{value: {"label": value} for value in sorted(added)}},
        "options_order": [*(value for value in order if value in seen["options"]), *sorted(added)],
    }
    body = wire.options_body(target, live)
    again = wire.attributes({"type": "enumeration", "options": body})
    assert again["options_order"] == target["options_order"]
    assert {value: again["options"][value] for value in seen["options"]} == seen["options"]
    assert all(option.keys() >= {"label", "value", "displayOrder", "hidden"} for option in body)
    kept = {option["value"]: option.get("readOnly") for option in live}
    assert all(option.get("readOnly") == kept.get(option["value"]) for option in body)


@given(live=LISTS)
def test_writing_what_is_there_changes_no_place(live: list[Any]) -> None:
    seen = wire.attributes({"type": "enumeration", "options": live})
    body = wire.options_body(seen, live)
    before = {option["value"]: option["displayOrder"] for option in live}
    assert {option["value"]: option["displayOrder"] for option in body} == before
