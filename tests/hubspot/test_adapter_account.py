"""Who answers, with which rights, within which limits; and what every failure looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mopsctl_hubspot import provider
from mopsctl_hubspot.emulator import HubSpotEmulator

from mopsctl import secrets
from mopsctl.address import Address
from mopsctl.element import Field, Group, Item, Origin, Pipeline, PipelineStage, ValueList
from mopsctl.emulator import Handle, running
from mopsctl.errors import (
    AuthenticationError,
    ConnectionFailed,
    MopsctlError,
    OutcomeUnknown,
    PermissionError_,
    RateLimited,
)
from mopsctl.provider.contract import Connection, Converted
from mopsctl.resource import Resource
from mopsctl.secrets import Secret

Open = Callable[..., Any]
Convert = Callable[..., Converted]
PROPERTY = Address("hubspot", "property", "contact.fit")
EVERY_KIND = [
    Address("hubspot", kind, name)
    for kind, name in (
        ("property", "contact.fit"),
        ("property", "company.fit"),
        ("property-group", "contact.mops"),
        ("property-group", "company.mops"),
        ("pipeline", "deal.renewals"),
        ("pipeline", "ticket.renewals"),
        ("lifecycle-stage-list", "contact"),
        ("lifecycle-stage-list", "company"),
        ("legal-basis-list", "contact"),
        ("subscription-type", "Product news"),
    )
]


def oauth(emulated: Handle) -> dict[str, str]:
    assert isinstance(emulated.emulator, HubSpotEmulator)
    return emulated.emulator.oauth_client()


def token(emulated: Handle, name: str) -> str:
    assert isinstance(emulated.emulator, HubSpotEmulator)
    return emulated.emulator.other_tokens()[name]


def read(account: Any, *addresses: Address) -> Any:
    return account.system.read([], list(addresses))


# -- identity


@pytest.mark.parametrize("version", ["2026-09", "2026-03", "v3"])
def test_the_account_says_who_it_is(open_account: Open, emulated: Handle, version: str) -> None:
    found = open_account(api_version=version).system.identify()
    assert found.id == emulated.connection["account"]
    assert found.sort == "sandbox"
    assert found.id in found.title
    assert found.limits == ("1,000,000 API calls a day for all keys together", "190 API calls in 10 seconds")


def test_a_standard_account_is_production() -> None:
    with running(HubSpotEmulator, persona="production") as handle:
        connection = Connection("hubspot", {"url": handle.url}, {"token": Secret(handle.connection["token"])})
        with provider.open(connection) as system:
            assert system.identify().sort == "production"


def test_few_calls_left_are_told(open_account: Open, emulated: Handle) -> None:
    emulated.limit("daily", 10)
    account = open_account()
    for _ in range(9):
        account.system.identify()
    assert account.system.identify().limits[0].endswith("only 0 left today")


# -- credentials


def test_a_refresh_token_gets_an_access_token_that_is_masked(open_account: Open, emulated: Handle) -> None:
    account = open_account(**oauth(emulated))
    account.system.identify()
    account.system.identify()
    paths = [path for _, path in account.requests()]
    assert [path.startswith("/oauth/") for path in paths] == [True, False, False]
    issued = [key for key, _ in emulated.store.items("_tokens") if key.startswith("CE")]
    assert secrets.mask(f"Bearer {issued[0]}") == "Bearer (secret)"


def test_an_expired_access_token_is_renewed_once(open_account: Open, emulated: Handle) -> None:
    account = open_account(**oauth(emulated))
    account.system.identify()
    emulated.fault("expired_token", path="account-info")
    assert account.system.identify().id == emulated.connection["account"]
    emulated.fault("expired_token", path="account-info", times=2)
    with pytest.raises(AuthenticationError, match="expired"):
        account.system.identify()


def test_a_token_that_expires_in_the_middle_of_a_write_writes_once(
    open_account: Open, emulated: Handle, convert: Convert
) -> None:
    account = open_account(**oauth(emulated))
    emulated.fault("expired_token", method="POST", path="/properties/")
    (result,) = account.put(*convert(Field(Origin(), "person", "contact", "fit", "fit", "text", "Fit")).resources)
    assert result.outcome == "done"
    assert _statuses(emulated, "POST", "contacts") == [401, 201]


def _statuses(emulated: Handle, method: str, ending: str) -> list[int]:
    return [one["status"] for one in emulated.requests() if one["method"] == method and one["path"].endswith(ending)]


def test_an_expired_key_is_said_with_what_to_do(open_account: Open, emulated: Handle) -> None:
    emulated.fault("expired_token")
    with pytest.raises(AuthenticationError, match="expired") as caught:
        open_account().system.identify()
    assert "client_id" in caught.value.hint


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"token": "pat-na1-not-a-key"}, "does not know this token"),
        ({"client_id": "x", "client_secret": "secret-x", "refresh_token": "refresh-x"}, "refuses the refresh token"),
        ({"token": ""}, "has no credentials"),
        ({"client_id": "x", "refresh_token": "refresh-x"}, "has no credentials"),
    ],
)
def test_wrong_credentials(open_account: Open, settings: dict[str, str], words: str) -> None:
    with pytest.raises(AuthenticationError, match=words) as caught:
        open_account(**settings).system.identify()
    assert caught.value.hint
    assert "pat-na1-not-a-key" not in str(caught.value)


def test_a_token_never_travels_unencrypted() -> None:
    for url in ("http://api.example", "http://10.0.0.1:8080"):
        with pytest.raises(MopsctlError, match="not encrypted"):
            provider.open(Connection("hubspot", {"url": url}, {"token": Secret("pat-na1-123456")}))


def test_an_unknown_version_is_refused() -> None:
    connection = Connection("hubspot", {"api_version": "v4"}, {"token": Secret("pat-na1-123456")})
    with pytest.raises(MopsctlError, match="api_version 'v4'"):
        provider.open(connection)


# -- rights


def test_what_the_token_may_not_read_is_unreadable_and_names_the_scopes(open_account: Open, emulated: Handle) -> None:
    account = open_account(token=token(emulated, "scopeless"))
    assert account.system.identify().id == emulated.connection["account"]
    reading = read(account, *EVERY_KIND)
    assert reading.items == {}
    assert reading.kinds == frozenset()
    assert set(reading.unreadable) == {address.kind for address in EVERY_KIND}
    for scope in ("crm.schemas.contacts.read", "crm.schemas.companies.read"):
        assert scope in reading.unreadable["property"], "what is missing for each object is said at once"
    assert reading.unreadable["property"].endswith("Add the scope to the service key or app.")


def test_one_refused_collection_leaves_the_others(open_account: Open, emulated: Handle) -> None:
    emulated.fault("status", path="/communication-preferences/", status=403, times=0)
    reading = read(open_account(), *EVERY_KIND)
    assert set(reading.unreadable) == {"subscription-type"}
    assert "subscription-type" not in reading.kinds
    assert "property" in reading.kinds


def test_a_refusal_that_names_no_scope_still_says_something(open_account: Open, emulated: Handle) -> None:
    account = open_account(token=token(emulated, "write_only"))
    assert "does not permit this" in read(account, PROPERTY).unreadable["property"]


def test_writes_without_the_scope_fail_one_by_one(open_account: Open, emulated: Handle, convert: Convert) -> None:
    account = open_account(token=token(emulated, "read_only"))
    fields = [Field(Origin(), "person", "contact", name, name, "text", name) for name in ("fit", "other")]
    results = account.put(*convert(fields).resources)
    assert [result.outcome for result in results] == ["failed", "failed"]
    assert all("lacks the scope" in result.error for result in results)


def test_no_rights_at_all_to_the_account(open_account: Open, emulated: Handle) -> None:
    emulated.fault("status", status=403, category="BANNED")
    with pytest.raises(PermissionError_):
        open_account().system.identify()


# -- failures of the line and of the server


@pytest.mark.parametrize("status", [500, 502, 503, 524])
def test_reads_survive_a_stumbling_server(
    open_account: Open, emulated: Handle, pauses: list[float], status: int
) -> None:
    emulated.fault("status", status=status, times=2)
    assert open_account().system.identify().id == emulated.connection["account"]
    assert len(pauses) == 2


def test_a_collection_that_keeps_failing_is_unreadable(open_account: Open, emulated: Handle) -> None:
    emulated.fault("status", path="/properties/", status=500, times=0)
    reading = read(open_account(), PROPERTY, EVERY_KIND[-1])
    assert "answered 500" in reading.unreadable["property"]
    assert reading.kinds == frozenset({"subscription-type"})


def test_a_collection_is_not_asked_for_again_by_the_next_kind(open_account: Open, emulated: Handle) -> None:
    emulated.fault("status", path="/properties/", status=403, times=0)
    account = open_account()
    reading = read(account, PROPERTY, Address("hubspot", "lifecycle-stage-list", "contact"))
    assert set(reading.unreadable) == {"property", "lifecycle-stage-list"}
    assert sum("/properties/" in path for _, path in account.requests()) == 1


@pytest.mark.parametrize("fault", ["html", "garbage"])
def test_what_is_not_the_api_is_never_taken_for_an_empty_account(
    open_account: Open, emulated: Handle, fault: str
) -> None:
    emulated.fault(fault, path="/properties/", times=0)
    with pytest.raises(ConnectionFailed, match="not the API"):
        read(open_account(), PROPERTY)


def test_a_server_that_cuts_every_line(open_account: Open, emulated: Handle) -> None:
    emulated.fault("lost_request", times=0)
    with pytest.raises(ConnectionFailed):
        read(open_account(), PROPERTY)


@pytest.mark.parametrize("fault", ["lost_response", "half_response", "garbage"])
def test_a_write_whose_answer_is_lost_is_not_repeated(
    open_account: Open, emulated: Handle, convert: Convert, pauses: list[float], fault: str
) -> None:
    account = open_account()
    resources = convert(Field(Origin(), "person", "contact", "fit", "fit", "text", "Fit")).resources
    emulated.fault(fault, method="POST", path="/properties/")
    with pytest.raises(OutcomeUnknown):
        account.put(*resources)
    assert len(account.requests("write")) == 1
    assert pauses == []
    assert account.attributes("hubspot:property/contact.fit")["label"] == "Fit"
    assert pauses == [1.0], "reading waits until it surely shows the write"


def test_a_server_error_on_a_write_leaves_its_outcome_unknown(
    open_account: Open, emulated: Handle, convert: Convert
) -> None:
    account = open_account()
    emulated.fault("status", method="POST", path="/properties/", status=502)
    with pytest.raises(OutcomeUnknown):
        account.put(*convert(Field(Origin(), "person", "contact", "fit", "fit", "text", "Fit")).resources)
    assert len(account.requests("write")) == 1


# -- limits


@pytest.mark.parametrize(
    ("params", "waits"),
    [
        ({"policy": "TEN_SECONDLY_ROLLING"}, [10.0]),
        ({"policy": "SECONDLY"}, [1.0]),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_too_many_calls_are_waited_for_by_policy(
    open_account: Open,
    emulated: Handle,
    convert: Convert,
    pauses: list[float],
    params: dict[str, str],
    waits: list[float],
    method: str,
) -> None:
    account = open_account()
    emulated.fault("rate_limited", method=method, **params)
    (result,) = account.put(*convert(Field(Origin(), "person", "contact", "fit", "fit", "text", "Fit")).resources)
    assert result.outcome == "done"
    assert pauses == waits


def test_a_used_up_day_is_not_waited_for(open_account: Open, emulated: Handle, pauses: list[float]) -> None:
    emulated.fault("rate_limited", policy="DAILY")
    with pytest.raises(RateLimited, match="used up"):
        open_account().system.identify()
    assert pauses == []


def test_a_limit_that_stays_is_given_up(open_account: Open, emulated: Handle, pauses: list[float]) -> None:
    emulated.fault("rate_limited", policy="SECONDLY", times=0)
    with pytest.raises(RateLimited, match="several waits"):
        open_account().system.identify()
    assert pauses == [1.0] * 4


def test_a_locked_account_is_waited_for(open_account: Open, emulated: Handle, pauses: list[float]) -> None:
    emulated.fault("status", status=423)
    open_account().system.identify()
    assert pauses == [2.0]


def test_an_account_on_the_move_is_waited_for_a_little(
    open_account: Open, emulated: Handle, pauses: list[float]
) -> None:
    emulated.fault("status", status=477, retry_after=30)
    open_account().system.identify()
    assert pauses == [30.0]
    emulated.fault("status", path="/properties/", status=477, retry_after=7200, times=0)
    reading = read(open_account(), PROPERTY)
    assert "come back in 2.0 hours" in reading.unreadable["property"]
    assert pauses == [30.0]


# -- numbers


def many(count: int) -> list[Field | Group | Pipeline]:
    values = ValueList("v", (Item("a", "a", "A"), Item("b", "b", "B")))
    fields: list[Field | Group | Pipeline] = [
        Field(Origin(), "x", on, f"mops_{number}", f"{on}_{number}", "choice", f"Field {number}", values=values)
        for on in ("contact", "company")
        for number in range(count // 2)
    ]
    stages = (PipelineStage("o", "o", "Open", 0.5), PipelineStage("w", "w", "Won", 1, True))
    return [
        *fields,
        Group(Origin(), "contact", "mops", "Mops"),
        Pipeline(Origin(), "r", "deal", "renewals", "R", stages),
    ]


def test_two_thousand_properties_are_read_in_few_calls(open_account: Open, convert: Convert) -> None:
    account = open_account(sensitive_data=True)
    wanted: list[Resource] = list(convert(many(2000), sensitive_data=True).resources)
    account.system.identify()
    reading = account.system.read(wanted, EVERY_KIND)
    assert reading.unreadable == {}
    calls = account.system.calls
    assert calls.reads <= 12 + 2 + 2, (
        "two more sorts of sensitivity on each of two objects, two pipelines, and two archives besides"
    )
    assert calls.writes == 0


def test_without_sensitive_data_it_takes_twelve_calls(open_account: Open, convert: Convert, emulated: Handle) -> None:
    account = open_account()
    account.system.identify()
    account.system.read(list(convert(many(2000)).resources), EVERY_KIND)
    assert account.system.calls.reads == emulated.counters()["reads"] <= 12
    assert emulated.counters()["writes"] == 0


def test_a_hundred_properties_are_made_in_one_call(open_account: Open, convert: Convert, emulated: Handle) -> None:
    emulated.limit("custom_properties", 5000)
    emulated.switch("rate_limits", "counted")  # each of them is read by itself before
    account = open_account()
    resources = [one for one in convert(many(200)).resources if one.address.kind == "property"]
    for start in range(0, len(resources), 100):
        results = account.put(*resources[start : start + 100])
        assert {result.outcome for result in results} == {"done"}
    assert emulated.counters()["writes"] == 2


def test_reading_writes_nothing(open_account: Open, emulated: Handle) -> None:
    before = emulated.dump()
    account = open_account()
    account.system.identify()
    read(account, *EVERY_KIND, Address("hubspot", "lead-score", "contact.x"))
    account.system.reread(EVERY_KIND)
    assert emulated.dump() == before
    assert emulated.counters()["writes"] == 0


@pytest.mark.parametrize("order", ["stored", "reversed"])
def test_the_order_of_lists_changes_nothing(open_account: Open, emulated: Handle, order: str) -> None:
    expected = read(open_account(), *EVERY_KIND)
    emulated.switch("list_order", order)
    found = read(open_account(), *EVERY_KIND)
    assert list(found.items) == list(expected.items)
    assert found == expected
