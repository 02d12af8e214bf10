"""Tokens, codes and limits: what the client does by itself, and where it stops."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from mopsctl_marketo import quota
from mopsctl_marketo.pace import Pace

from mopsctl.address import Address
from mopsctl.errors import (
    AuthenticationError,
    ConnectionFailed,
    MopsctlError,
    OutcomeUnknown,
    PermissionError_,
    RateLimited,
    VendorError,
    WrongAccount,
)
from mopsctl.resource import Write
from mopsctl.secrets import mask
from tests.marketo.conftest import NOON, Account, Clock, connection_to, one, person_field

FIELD = {"label": "Region", "type": "string", "hidden": False}
NEW_FIELD = "field/person.region"


def adding(name: str = "region", label: str = "Region") -> Write:
    return Write(Address("marketo", "field", f"person.{name}"), "add", (), {**FIELD, "label": label}, None)


def write(account: Account, *writes: Write) -> dict[str, str]:
    return {each.address.name: each.outcome for each in account.system.write(writes)}


class TestToken:
    def test_one_token_serves_the_whole_run(self, account: Account) -> None:
        account.system.identify()
        account.see(NEW_FIELD)
        account.put(NEW_FIELD, FIELD)
        assert sum(entry["path"].startswith("/identity") for entry in account.handle.requests()) == 1

    def test_the_token_travels_in_the_header_only(self, account: Account) -> None:
        account.system.identify()
        assert all("access_token" not in entry["query"] for entry in account.handle.requests())

    def test_the_token_is_never_shown(self, account: Account) -> None:
        account.system.identify()
        ((token, _),) = account.handle.store.items("_tokens")
        assert token not in mask(f"Bearer {token}")

    def test_an_expired_token_is_renewed_once_and_the_write_done(self, account: Account) -> None:
        account.system.identify()
        account.handle.fault("expired_token", kind="write")
        assert account.put(NEW_FIELD, FIELD).outcome == "done"
        assert account.handle.store.count("_tokens") == 2

    def test_a_token_that_ran_out_is_fetched_anew_before_the_call(self, account: Account, clock: Clock) -> None:
        account.system.identify()
        clock.seconds += 3_700
        account.system.identify()
        assert [entry["status"] for entry in account.handle.requests()] == [200] * 4
        assert account.handle.store.count("_tokens") == 2

    @pytest.mark.parametrize("code", ["601", "602"])
    def test_a_token_refused_twice_ends_the_run(self, account: Account, code: str) -> None:
        account.handle.fault("status", path="usage", times=2, code=code)
        with pytest.raises(AuthenticationError, match=f"{code} Access token") as caught:
            account.system.identify()
        assert "LaunchPoint" in caught.value.hint

    @pytest.mark.parametrize(
        ("setting", "said"), [("client_id", "No client with requested id"), ("client_secret", "Bad client credentials")]
    )
    def test_wrong_credentials_say_where_to_look(
        self, connect: Callable[..., Account], setting: str, said: str
    ) -> None:
        wrong = connect(**{setting: "something-else"})
        with pytest.raises(AuthenticationError, match=said) as caught:
            wrong.system.identify()
        assert "LaunchPoint" in caught.value.hint

    def test_a_missing_secret_is_said_before_any_call(self, connect: Callable[..., Account]) -> None:
        with pytest.raises(AuthenticationError, match="no client_secret"):
            connect(client_secret="")

    def test_the_identity_service_may_fail_for_a_moment(self, account: Account) -> None:
        account.handle.fault("status", path="identity", status=503)
        assert account.system.identify().id == "123-ABC-456"


class TestAccount:
    def test_the_munchkin_id_is_the_account(self, account: Account) -> None:
        found = account.system.identify()
        assert (found.id, found.sort) == ("123-ABC-456", "unknown")

    def test_the_days_calls_are_read_before_the_start(self, account: Account) -> None:
        account.handle.do("spend_calls", calls=8_129)
        (line,) = account.system.identify().limits
        assert line == (
            "41,871 of 50,000 API calls left today, shared by all integrations; they come back at midnight US Central time"
            " (2026-09-02 05:00 UTC)"
        )

    def test_an_instance_is_an_account(self) -> None:
        from mopsctl_marketo.settings import Settings

        assert Settings.of(
            connection_to({"instance": "123-ABC-456"})
        ).address == "https://123-abc-456.mktorest.com".replace("abc", "ABC")

    @pytest.mark.parametrize("name", ["", "abc", "123-abc-456", "123-ABC-456.example.com/x"])
    def test_something_that_is_no_munchkin_id_never_becomes_a_host(
        self, connect: Callable[..., Account], name: str
    ) -> None:
        with pytest.raises(MopsctlError, match="names no account") as caught:
            connect(account=name)
        assert "Admin > Munchkin" in caught.value.hint

    def test_two_accounts_are_refused(self, connect: Callable[..., Account]) -> None:
        with pytest.raises(WrongAccount, match="123-ABC-456"):
            connect(instance="987-XYZ-654")

    @pytest.mark.parametrize("value", ["0", "101", "many", "-5"])
    def test_a_budget_that_makes_no_sense(self, connect: Callable[..., Account], value: str) -> None:
        with pytest.raises(MopsctlError, match="calls_in_20_seconds of marketo must be a whole number from 1 to 100"):
            connect(calls_in_20_seconds=value)


class TestPace:
    def test_never_more_than_fifty_calls_in_any_twenty_seconds(self, account: Account, clock: Clock) -> None:
        for number in range(130):
            account.put(f"token/none/{number}", {"type": "score", "value": 1})
            clock.seconds += 0.05
        arrivals = account.handle.emulator.gatekeeper.arrivals()
        assert len(arrivals) > 130
        assert most_in_a_window(arrivals) == 50

    def test_two_connections_to_one_account_count_together(self, connect: Callable[..., Account]) -> None:
        for account in (connect(), connect()):
            for _ in range(30):
                account.see("program/none")
        assert most_in_a_window(account.handle.emulator.gatekeeper.arrivals()) == 50

    def test_the_budget_is_a_setting(self, connect: Callable[..., Account]) -> None:
        small = connect(calls_in_20_seconds=5)
        for _ in range(17):
            small.see("program/none")
        assert most_in_a_window(small.handle.emulator.gatekeeper.arrivals()) == 5

    def test_a_call_waits_until_the_oldest_leaves_the_window(self, clock: Clock) -> None:
        pace = Pace(2)
        for step in (0.0, 3.0, 1.0, 0.0):
            clock.seconds += step
            with pace():
                pass
        assert clock.waits == [16.0, 3.0]

    def test_others_who_use_up_the_window_are_waited_for(self, account: Account, clock: Clock) -> None:
        account.handle.fault("rate_limited", path="usage", times=2)
        account.system.identify()
        assert clock.waits == [20.0, 20.0]

    def test_waiting_has_an_end(self, account: Account) -> None:
        account.handle.fault("rate_limited", path="usage", times=0)
        with pytest.raises(RateLimited, match="606 Max rate limit '100' exceeded with in '20' secs"):
            account.system.identify()


def most_in_a_window(moments: list[float], seconds: float = 20.0) -> int:
    return max(sum(start <= moment < start + seconds for moment in moments) for start in moments)


class TestCodes:
    @pytest.mark.parametrize("code", ["502", "604", "608", "611", "614", "615", "713", "719"])
    def test_a_read_is_tried_again(self, account: Account, clock: Clock, code: str) -> None:
        account.handle.fault("status", path="usage", code=code)
        account.system.identify()
        assert len(account.requests()) == 2
        assert all(0 < wait < 20 for wait in clock.waits)

    def test_a_system_error_is_tried_twice_and_no_more(self, account: Account) -> None:
        account.handle.fault("status", path="usage", times=0, code="611")
        with pytest.raises(VendorError, match="611 System error"):
            account.system.identify()
        assert len(account.requests()) == 2

    @pytest.mark.parametrize("code", ["606", "608", "614", "615", "713", "719"])
    def test_a_write_that_surely_was_not_done_is_tried_again(self, account: Account, code: str) -> None:
        account.handle.fault("status", kind="write", code=code)
        assert account.put(NEW_FIELD, FIELD).outcome == "done"
        assert len(account.requests("write")) == 2

    @pytest.mark.parametrize("code", ["502", "604", "611"])
    def test_a_write_that_was_perhaps_done_is_left_to_the_engine(self, account: Account, code: str) -> None:
        account.handle.fault("status", kind="write", code=code)
        with pytest.raises(OutcomeUnknown):
            write(account, adding())
        assert len(account.requests("write")) == 1

    @pytest.mark.parametrize("fault", ["lost_response", "half_response", "garbage", "html", "html_as_json"])
    def test_a_lost_answer_is_never_followed_by_a_second_write(self, account: Account, fault: str) -> None:
        account.handle.fault(fault, kind="write")
        with pytest.raises(OutcomeUnknown):
            write(account, adding())
        assert len(account.requests("write")) == 1

    def test_one_lost_answer_leaves_one_write_in_doubt(self, account: Account) -> None:
        account.handle.fault("lost_response", kind="write", after=1)
        results = iter(account.system.write([adding(name, name) for name in ("one", "two", "three")]))
        assert [next(results).address.name for _ in range(2)] == ["person.one", "person.three"]
        with pytest.raises(OutcomeUnknown):
            next(results)

    @pytest.mark.parametrize("code", ["605", "609", "610", "612", "613"])
    def test_a_mistake_of_the_client_is_not_tried_again(self, account: Account, code: str) -> None:
        account.handle.fault("status", path="usage", code=code)
        with pytest.raises(VendorError, match=code):
            account.system.identify()
        assert len(account.requests()) == 1

    def test_a_denied_call_names_the_permission(self, account: Account) -> None:
        account.handle.do("set_permissions", permissions=["Read-Only Lead"])
        reading = account.system.reread([Address.parse(f"marketo:{NEW_FIELD}")])
        assert not reading.kinds
        assert "Read-Write Schema Custom Field" in reading.unreadable["field"]
        with pytest.raises(PermissionError_) as caught:
            write(account, adding())
        assert "Read-Write Schema Custom Field" in caught.value.hint

    def test_a_page_of_html_that_calls_itself_json(self, account: Account) -> None:
        account.handle.fault("html_as_json", path="usage")
        with pytest.raises(ConnectionFailed, match="is not the API of marketo: it sent application/json"):
            account.system.identify()

    def test_a_gateway_that_answers_with_html(self, account: Account) -> None:
        account.handle.fault("status", path="usage", times=2, status=502)
        assert account.system.identify().id == "123-ABC-456"


class TestDay:
    def test_a_used_up_day_says_when_it_ends_and_nothing_more_goes_out(self, account: Account) -> None:
        account.handle.do("spend_calls", calls=50_000)
        with pytest.raises(RateLimited, match=r"607 .* midnight US Central time \(2026-09-02 05:00 UTC\)") as caught:
            account.system.identify()
        assert "what is done is recorded" in caught.value.hint
        with pytest.raises(RateLimited):
            account.see(NEW_FIELD)
        assert len(account.requests()) == 1

    def test_a_day_that_ends_in_mid_apply_loses_nothing(
        self, account: Account, connect: Callable[..., Account]
    ) -> None:
        fields = [person_field(f"part{number:02}", label=f"Part {number:02}") for number in range(25)]
        world = account.world()
        plan = world.plan(account.wants(*fields))
        account.handle.limit("calls_a_day", len(account.requests()) + 12)
        lines = world.apply(plan)
        done = [line for line in lines if line.outcome == "done"]
        assert 0 < len(done) < 25
        assert all("607" in line.error for line in lines if line.outcome != "done")
        account.handle.limit("calls_a_day", 50_000)
        tomorrow = connect()
        later = tomorrow.world()
        later.state = world.state
        assert {line.outcome for line in later.resume()} == {"done"}
        made = [key for key, _ in account.handle.store.items("fields") if key.startswith("person.part")]
        assert len(made) == 25

    def test_the_day_ends_at_midnight_in_chicago(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert f"{quota.resets_at():%Y-%m-%d %H:%M}" == "2026-09-02 05:00"
        monkeypatch.setattr(quota, "now", lambda: NOON.replace(month=12))
        assert f"{quota.resets_at():%Y-%m-%d %H:%M}" == "2026-12-02 06:00"

    def test_without_time_zones_the_winter_offset_holds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quota, "ZONE", "No/Where")
        assert f"{quota.resets_at():%Y-%m-%d %H:%M}" == "2026-09-02 06:00"


def test_a_server_that_is_not_there() -> None:
    from mopsctl_marketo import provider

    settings = {"account": "123-ABC-456", "url": "http://127.0.0.1:9", "client_id": "one", "client_secret": "two"}
    with provider.open(connection_to(settings)) as system, pytest.raises(ConnectionFailed, match="does not answer"):
        system.identify()


def test_results_come_one_by_one(account: Account) -> None:
    assert one(account.system.write([adding()])).outcome == "done"
