"""The emulator's front door: tokens, limits, envelopes, paging, unknown paths."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mopsctl.emulator import Handle
from tests.marketo.conftest import Clock, Raw, code_of, token_for

USAGE = "/rest/v1/stats/usage.json"
FIELDS = "/rest/v1/leads/schema/fields.json"


def ask(handle: Handle, method: str, path: str, **more: Any) -> httpx.Response:
    with httpx.Client(base_url=handle.url, verify=False) as client:
        return client.request(method, path, **more)


class TestIdentity:
    def test_the_same_token_until_it_expires(self, marketo: Handle, clock: Clock) -> None:
        given = marketo.connection
        query = {
            "grant_type": "client_credentials",
            "client_id": given["client_id"],
            "client_secret": given["client_secret"],
        }
        first = ask(marketo, "GET", "/identity/oauth/token", params=query)
        clock.seconds += 100
        second = ask(marketo, "POST", "/identity/oauth/token", params=query).json()
        assert second["access_token"] == first.json()["access_token"]
        assert (first.json()["expires_in"], second["expires_in"]) == (3599, 3499)
        assert set(second) == {"access_token", "token_type", "expires_in", "scope"}
        assert first.headers["cache-control"] == "no-store"
        clock.seconds += 3_600
        third = ask(marketo, "GET", "/identity/oauth/token", params=query).json()
        assert third["access_token"] != second["access_token"]

    @pytest.mark.parametrize(
        ("wrong", "status", "error"),
        [
            ({"client_id": "x"}, 401, "unauthorized"),
            ({"client_secret": "x"}, 401, "invalid_client"),
            ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ],
    )
    def test_errors_are_those_of_oauth(self, marketo: Handle, wrong: dict[str, str], status: int, error: str) -> None:
        given = marketo.connection
        query = {
            "grant_type": "client_credentials",
            "client_id": given["client_id"],
            "client_secret": given["client_secret"],
        }
        answer = ask(marketo, "GET", "/identity/oauth/token", params={**query, **wrong})
        assert (answer.status_code, answer.json()["error"]) == (status, error)

    def test_no_secret_is_in_the_log(self, marketo: Handle) -> None:
        token = token_for(marketo)
        ask(marketo, "GET", USAGE, headers={"Authorization": f"Bearer {token}"})
        assert marketo.connection["client_secret"] not in str(marketo.requests())
        assert token not in str(marketo.requests())

    def test_the_other_persona_has_other_credentials(self, marketo: Handle) -> None:
        emulator = marketo.emulator
        assert emulator.credentials("production") != emulator.credentials("sandbox")
        assert emulator.credentials("production")["account"] == "987-XYZ-654"


class TestToken:
    @pytest.mark.parametrize("code", ["603", "600"])
    def test_without_one(self, marketo: Handle, code: str) -> None:
        marketo.switch("no_token_code", code)
        answer = ask(marketo, "GET", USAGE)
        assert (answer.status_code, code_of(answer.json())) == (200, code)

    def test_an_unknown_one(self, marketo: Handle) -> None:
        assert code_of(ask(marketo, "GET", USAGE, headers={"Authorization": "Bearer x"}).json()) == "601"

    def test_an_expired_one_says_so_once(self, marketo: Handle, clock: Clock) -> None:
        headers = {"Authorization": f"Bearer {token_for(marketo)}"}
        clock.seconds += 3_600
        codes = [code_of(ask(marketo, "GET", USAGE, headers=headers).json()) for _ in range(3)]
        assert codes == ["602", "601", "601"]

    @pytest.mark.parametrize(("switch", "good"), [(False, False), (True, True)])
    def test_in_the_address(self, marketo: Handle, switch: bool, good: bool) -> None:
        marketo.switch("query_token", switch)
        answer = ask(marketo, "GET", USAGE, params={"access_token": token_for(marketo)}).json()
        assert answer["success"] is good

    def test_a_missing_permission(self, raw: Raw) -> None:
        raw.handle.do("set_permissions", permissions=[])
        assert code_of(raw.get(FIELDS)) == "603"
        assert raw.get(USAGE)["success"] is True


class TestLimits:
    def test_a_hundred_calls_in_twenty_seconds(self, raw: Raw, clock: Clock) -> None:
        raw.handle.limit("calls_in_20_seconds", 3)
        for _ in range(3):
            assert raw.get(USAGE)["success"]
            clock.seconds += 5
        body = raw.get(USAGE)
        assert body["errors"][0]["message"] == "Max rate limit '3' exceeded with in '20' secs"
        clock.seconds += 15  # the refused call counts too
        assert raw.get(USAGE)["success"]

    def test_a_clock_that_started_again_does_not_close_the_window(self, raw: Raw, clock: Clock) -> None:
        raw.handle.limit("calls_in_20_seconds", 3)
        for _ in range(3):
            assert raw.get(FIELDS)["success"] is True
        clock.seconds -= 900  # the machine was started anew; the store is on disk
        assert raw.get(FIELDS)["success"] is True

    def test_a_days_calls(self, raw: Raw) -> None:
        raw.handle.limit("calls_a_day", 2)
        assert [raw.get(USAGE)["success"] for _ in range(3)] == [True, True, False]
        raw.handle.limit("calls_a_day", 50)
        (day,) = raw.get("/rest/v1/stats/errors.json")["result"]
        assert day["errors"] == [{"errorCode": "607", "count": 1}]

    def test_some_errors_are_free(self, raw: Raw) -> None:
        raw.handle.fault("status", path="fields", code="608")
        raw.get(FIELDS)
        assert raw.client.put(USAGE).json()["errors"][0]["code"] == "605"
        (day,) = raw.get(USAGE)["result"]
        assert day["total"] == 0

    def test_usage_by_user(self, raw: Raw) -> None:
        raw.get(FIELDS)
        raw.handle.do("spend_calls", calls=7)
        (day,) = raw.get(USAGE)["result"]
        assert day == {
            "date": "2026-09-01",
            "total": 8,
            "users": [
                {"userId": "another-integration@example.com", "count": 7},
                {"userId": "mopsctl-sandbox@example.com", "count": 1},
            ],
        }
        assert len(raw.get("/rest/v1/stats/usage/last7days.json")["result"]) == 7
        assert len(raw.get("/rest/v1/stats/errors/last7days.json")["result"]) == 7

    def test_sizes(self, raw: Raw) -> None:
        assert raw.client.post(FIELDS, content=b"x" * 1_000_001).status_code == 413
        assert raw.client.get(FIELDS, params={"names": "x" * 8_200}).status_code == 414

    @pytest.mark.parametrize("code", ["502", "604", "608", "611", "615", "713", "719"])
    def test_codes_can_be_made_to_come(self, raw: Raw, code: str) -> None:
        raw.handle.fault("status", path="usage", code=code)
        body = raw.get(USAGE)
        assert code_of(body) == code
        assert body["errors"][0]["message"]


class TestEnvelopes:
    def test_the_lead_database(self, raw: Raw) -> None:
        assert set(raw.get("/rest/v1/lead/999.json")) == {"requestId", "result", "success"}
        assert raw.get("/rest/v1/lead/999.json")["result"] == []
        assert "#" in raw.get(USAGE)["requestId"]

    def test_assets(self, raw: Raw) -> None:
        good = raw.get("/rest/asset/v1/channels.json")
        assert set(good) == {"requestId", "result", "success", "errors", "warnings"}
        empty = raw.get("/rest/asset/v1/program/byName.json", name="Nothing")
        assert set(empty) == {"requestId", "success", "errors", "warnings"}
        assert empty["warnings"] == ["No assets found for the given search criteria."]

    def test_errors_are_text_codes_in_both(self, raw: Raw) -> None:
        one = raw.get("/rest/asset/v1/staticList/5.json")
        other = raw.get("/rest/v1/leads/schema/fields/nothing.json")
        assert (code_of(one), code_of(other)) == ("702", "1006")
        assert one["errors"][0]["message"] == "Static List not found or it has been deleted"
        assert "warnings" in one
        assert "warnings" not in other

    @pytest.mark.parametrize("status", [200, 404])
    def test_an_unknown_path(self, raw: Raw, status: int) -> None:
        raw.handle.switch("unknown_path_status", status)
        answer = raw.client.get("/rest/v1/nothing.json")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, "610")

    def test_a_wrong_method(self, raw: Raw) -> None:
        assert raw.client.delete(FIELDS).json()["errors"][0]["code"] == "605"
        assert code_of(raw.post("/rest/v1/companies/schema/fields.json", {"input": [{}]})) == "605"

    def test_a_wrong_body(self, raw: Raw) -> None:
        assert raw.client.post(FIELDS, data={"a": "b"}).json()["errors"][0]["code"] == "612"
        headers = {"content-type": "application/json"}
        assert raw.client.post(FIELDS, content=b"{", headers=headers).json()["errors"][0]["code"] == "609"
        assert raw.client.post(FIELDS, content=b"[]", headers=headers).json()["errors"][0]["code"] == "609"
        assert code_of(raw.post("/rest/asset/v1/folders.json", {"name": "x"})) == "612"

    def test_a_long_get_is_a_post(self, raw: Raw) -> None:
        raw.handle.do("add_people", count=1, leadSource="web")
        form = {"filterType": "leadSource", "filterValues": "web", "_method": "GET"}
        (person,) = raw.submit("/rest/v1/leads.json", **form)["result"]
        assert person["id"] == 1001
        assert raw.handle.counters()["writes"] == 0


class TestPaging:
    def test_the_lead_database_gives_a_token(self, raw: Raw) -> None:
        first = raw.get(FIELDS, batchSize=50)
        assert (len(first["result"]), first["moreResult"]) == (50, True)
        seen, token = list(first["result"]), first["nextPageToken"]
        while token:
            page = raw.get(FIELDS, batchSize=50, nextPageToken=token)
            seen += page["result"]
            token = page.get("nextPageToken")
        assert page["moreResult"] is False
        assert len({doc["name"] for doc in seen}) == len(seen) == len(raw.get(FIELDS)["result"])

    @pytest.mark.parametrize("params", [{"batchSize": 301}, {"nextPageToken": "x"}, {"batchSize": "many"}])
    def test_a_wrong_page(self, raw: Raw, params: dict[str, Any]) -> None:
        assert code_of(raw.get(FIELDS, **params)) in ("1001", "1003")

    def test_assets_have_an_offset_and_no_word_of_more(self, raw: Raw) -> None:
        for number in range(25):
            raw.handle.do("add_channel", name=f"Channel {number}")
        path = "/rest/asset/v1/channels.json"
        assert len(raw.get(path)["result"]) == 20
        assert len(raw.get(path, offset=20)["result"]) == 10
        assert "result" not in raw.get(path, offset=40)
        assert len(raw.get(path, maxReturn=200)["result"]) == 30
        assert code_of(raw.get(path, maxReturn=201)) == "1003"
