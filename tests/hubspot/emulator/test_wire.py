"""Authentication, scopes, errors, limits and faults, over every area."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from mopsctl_hubspot.emulator import HubSpotEmulator
from mopsctl_hubspot.emulator import emulator as exported

from mopsctl.emulator import Handle, running

Connect = Callable[[str], Any]
HEADERS = ("Daily", "Daily-Remaining", "Interval-Milliseconds", "Max", "Remaining", "Secondly", "Secondly-Remaining")
PROPERTY = {"name": "wish", "label": "Wish", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
SEARCH = "/crm/v3/objects/contacts/search"


def problem(answer: httpx.Response) -> tuple[int, str | None]:
    body = answer.json()
    assert body["status"] == "error"
    assert body["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
    return answer.status_code, body.get("category")


class TestAuthentication:
    @pytest.mark.parametrize(
        ("token", "category"),
        [
            ("", "INVALID_AUTHENTICATION"),
            ("pat-na1-unknown", "INVALID_AUTHENTICATION"),
            ("not a token at all", "EXPIRED_AUTHENTICATION"),
        ],
    )
    def test_no_valid_token(self, connect: Connect, token: str, category: str) -> None:
        answer = connect(token).get("/crm/v3/properties/contacts")
        assert problem(answer) == (401, category)
        if category == "EXPIRED_AUTHENTICATION":
            assert answer.json()["context"]["expire time"][0].startswith("1970-01-01")

    def test_each_account_has_its_own_tokens(self, hubspot: Handle, connect: Connect) -> None:
        tokens = {persona: hubspot.emulator.credentials(persona)["token"] for persona in hubspot.emulator.personas}
        assert len(set(tokens.values())) == 3
        answer = connect(tokens["production"]).get("/account-info/v3/details")
        assert problem(answer) == (401, "INVALID_AUTHENTICATION")

    def test_a_token_expires_in_mid_run(self, hubspot: Handle, client: Any) -> None:
        hubspot.fault("expired_token", "POST", "/crm/")
        assert client.get("/crm/v3/properties/contacts/email").status_code == 200
        answer = client.post("/crm/v3/properties/contacts", json=PROPERTY)
        assert problem(answer) == (401, "EXPIRED_AUTHENTICATION")
        assert answer.json()["context"]["expire time"][0].endswith("Z")
        assert client.get("/crm/v3/properties/contacts/email").status_code == 401
        assert hubspot.store.get("properties:0-1", "wish") is None

    @pytest.mark.parametrize("version", ["v1", "v3", "2026-03", "2026-09"])
    def test_a_refresh_token_gives_an_access_token(
        self, emulator: HubSpotEmulator, client: Any, connect: Connect, version: str
    ) -> None:
        form = {"grant_type": "refresh_token", **emulator.oauth_client()}
        answer = client.post(f"/oauth/{version}/token", data=form)
        body = answer.json()
        assert (answer.status_code, body["expires_in"], body["token_type"]) == (200, 1800, "bearer")
        assert body["refresh_token"] == form["refresh_token"]
        assert ("hub_id" in body) is (version != "v1")
        assert connect(body["access_token"]).get("/crm/v3/properties/contacts/email").status_code == 200

    @pytest.mark.parametrize(
        ("name", "status"),
        [
            ("refresh_token", "BAD_REFRESH_TOKEN"),
            ("client_id", "BAD_CLIENT_ID"),
            ("client_secret", "BAD_CLIENT_SECRET"),
            ("grant_type", "BAD_GRANT_TYPE"),
        ],
    )
    def test_a_bad_refresh(self, emulator: HubSpotEmulator, client: Any, name: str, status: str) -> None:
        form = {"grant_type": "refresh_token", **emulator.oauth_client(), name: "wrong"}
        answer = client.post("/oauth/v1/token", data=form)
        assert (answer.status_code, answer.json()["status"]) == (400, status)

    def test_an_access_token_expires_and_is_renewed(
        self, hubspot: Handle, emulator: HubSpotEmulator, client: Any, connect: Connect
    ) -> None:
        form = {"grant_type": "refresh_token", **emulator.oauth_client()}
        first = client.post("/oauth/v1/token", data=form).json()["access_token"]
        hubspot.fault("expired_token", path="/crm/")
        assert connect(first).get("/crm/v3/properties/contacts/email").status_code == 401
        second = client.post("/oauth/v1/token", data=form).json()["access_token"]
        assert connect(second).get("/crm/v3/properties/contacts/email").status_code == 200

    def test_asking_for_a_token_is_neither_read_nor_write(
        self, hubspot: Handle, emulator: HubSpotEmulator, client: Any
    ) -> None:
        client.post("/oauth/v1/token", data=emulator.oauth_client())
        counters = hubspot.counters()
        assert (counters["reads"], counters["writes"], counters["others"]) == (0, 0, 1)

    @pytest.mark.parametrize("name", ["full", "read_only", "scopeless"])
    def test_a_token_can_be_asked_what_it_may_do(self, hubspot: Handle, client: Any, name: str) -> None:
        tokens = {"full": hubspot.connection["token"], **hubspot.emulator.other_tokens()}
        answer = client.post("/oauth/v2/private-apps/get/access-token-info", json={"tokenKey": tokens[name]})
        found = answer.json()
        assert found["hubId"] == 48100001
        assert ("crm.schemas.contacts.write" in found["scopes"]) is (name == "full")
        assert ("crm.schemas.contacts.read" in found["scopes"]) is (name != "scopeless")
        assert "oauth" in found["scopes"]

    def test_an_unknown_token_is_not_told_about(self, client: Any) -> None:
        path = "/oauth/v2/private-apps/get/access-token-info"
        assert client.post(path, json={"tokenKey": "pat-na1-x"}).status_code == 400


READS = [
    ("/crm/v3/properties/contacts", ["crm.schemas.contacts.read", "crm.objects.contacts.read"]),
    ("/crm/properties/2026-09/companies/groups", ["crm.schemas.companies.read", "crm.objects.companies.read"]),
    ("/crm/v3/pipelines/deals", ["crm.schemas.deals.read", "crm.objects.deals.read"]),
    ("/crm/v3/pipelines/tickets", ["tickets"]),
    ("/crm/v3/pipelines/0-136", ["crm.objects.leads.read"]),
    ("/crm/v3/objects/contacts", ["crm.objects.contacts.read"]),
    (
        "/communication-preferences/v4/definitions",
        ["communication_preferences.read", "communication_preferences.read_write"],
    ),
    ("/marketing/lead-scoring/2026-09-beta/scores", ["mh-lead-scoring-view"]),
]
WRITES = [
    ("POST", "/crm/v3/properties/contacts", "crm.schemas.contacts.write"),
    ("PATCH", "/crm/properties/2026-09/companies/type", "crm.schemas.companies.write"),
    ("DELETE", "/crm/v3/properties/deals/groups/dealinformation", "crm.schemas.deals.write"),
    ("POST", "/crm/v3/properties/contacts/batch/archive", "crm.schemas.contacts.write"),
    ("POST", "/crm/v3/pipelines/deals", "crm.schemas.deals.write"),
    (
        "POST",
        "/crm/v3/pipelines/contacts/contacts-lifecycle-pipeline/stages",
        "crm.schemas.contacts.write",
    ),
    ("PATCH", "/crm/v3/objects/contacts/1", "crm.objects.contacts.write"),
    ("POST", "/marketing/lead-scoring/2026-09-beta/scores", "mh-lead-scoring-edit"),
]


class TestScopes:
    @pytest.mark.parametrize(("path", "scopes"), READS)
    def test_reading_needs_one_of(self, emulator: HubSpotEmulator, connect: Connect, path: str, scopes: Any) -> None:
        answer = connect(emulator.other_tokens()["scopeless"]).get(path)
        assert problem(answer) == (403, "MISSING_SCOPES")
        assert answer.json()["errors"][0]["context"] == {"requiredGranularScopes": scopes}
        assert "scopes" in answer.json()["links"]

    @pytest.mark.parametrize("path", [path for path, scopes in READS if "tickets" not in scopes])
    def test_a_read_only_token_reads(self, emulator: HubSpotEmulator, connect: Connect, path: str) -> None:
        assert connect(emulator.other_tokens()["read_only"]).get(path).status_code == 200

    @pytest.mark.parametrize(("method", "path", "scope"), WRITES)
    def test_a_read_only_token_does_not_write(
        self, hubspot: Handle, emulator: HubSpotEmulator, connect: Connect, method: str, path: str, scope: str
    ) -> None:
        before = hubspot.dump()
        answer = connect(emulator.other_tokens()["read_only"]).request(method, path, json={})
        assert problem(answer) == (403, "MISSING_SCOPES")
        assert answer.json()["errors"][0]["context"] == {"requiredGranularScopes": [scope]}
        assert hubspot.dump() == before

    @pytest.mark.parametrize("path", ["/crm/v3/properties/contacts", "/crm/v3/pipelines/deals"])
    def test_a_write_only_token_is_not_told_what_it_lacks(
        self, emulator: HubSpotEmulator, connect: Connect, path: str
    ) -> None:
        answer = connect(emulator.other_tokens()["write_only"]).get(path)
        assert problem(answer) == (403, None)
        assert "errors" not in answer.json()

    def test_every_token_may_ask_about_the_account(self, emulator: HubSpotEmulator, connect: Connect) -> None:
        assert connect(emulator.other_tokens()["scopeless"]).get("/account-info/v3/details").status_code == 200

    def test_limits_need_a_record_scope(self, hubspot: Handle, connect: Connect) -> None:
        only_schemas = {"scopes": ["crm.schemas.contacts.read"], "user": "1", "app": 1, "expires": None}
        hubspot.store.put("_tokens", "pat-na1-schemas", only_schemas)
        client = connect("pat-na1-schemas")
        assert client.get("/crm/v3/properties/contacts").status_code == 200
        assert client.get("/crm/v3/limits/custom-properties").status_code == 403


class TestAccount:
    @pytest.mark.parametrize(
        ("persona", "portal", "type_"),
        [
            ("sandbox", 48100001, "SANDBOX"),
            ("production", 2200002, "STANDARD"),
            ("developer_test", 14600003, "DEVELOPER_TEST"),
        ],
    )
    def test_who_it_is(self, persona: str, portal: int, type_: str) -> None:
        with running(HubSpotEmulator, persona=persona) as handle:
            headers = {"Authorization": f"Bearer {handle.connection['token']}"}
            answer = httpx.get(f"{handle.url}/account-info/v3/details", headers=headers).json()
        assert (answer["portalId"], answer["accountType"]) == (portal, type_)
        assert handle.connection["account"] == str(portal)

    def test_only_the_newer_paths_tell_the_name(self, client: Any) -> None:
        assert "portalName" not in client.get("/account-info/v3/details").json()
        assert client.get("/account-info/2026-09/details").json()["portalName"] == "Northwind sandbox"

    def test_usage_counts(self, client: Any) -> None:
        client.get("/account-info/v3/details")
        (usage,) = client.get("/account-info/v3/api-usage/daily/private-apps").json()["results"]
        assert (usage["name"], usage["currentUsage"]) == ("private-apps-api-calls-daily", 2)

    def test_custom_object_limits(self, either: Any) -> None:
        found = either.crm("GET", "limits", "/custom-object-types").json()
        assert found == {"limit": 20, "usage": 0, "percentage": 0.0}


class TestShapes:
    @pytest.mark.parametrize(
        "path", ["/", "/crm/v3/nothing", "/crm/v9/properties/contacts", "/crm/properties/2024-03/x"]
    )
    def test_an_unknown_path_has_no_category(self, client: Any, path: str) -> None:
        assert problem(client.get(path)) == (404, None)

    def test_a_wrong_method(self, client: Any) -> None:
        assert problem(client.put("/crm/v3/properties/contacts", json={})) == (405, None)

    def test_content_type_and_correlation(self, client: Any) -> None:
        answer = client.get("/crm/v3/properties/contacts")
        assert answer.headers["Content-Type"] == "application/json;charset=utf-8"
        assert answer.headers["X-HubSpot-Correlation-Id"]
        other = client.get("/crm/v3/properties/contacts")
        assert other.headers["X-HubSpot-Correlation-Id"] != answer.headers["X-HubSpot-Correlation-Id"]

    @pytest.mark.parametrize("path", ["/crm/v3/properties/contacts", "/crm/v3/properties/contacts/nothing"])
    def test_limit_headers_on_every_answer(self, client: Any, path: str) -> None:
        headers = client.get(path).headers
        values = {name: headers[f"X-HubSpot-RateLimit-{name}"] for name in HEADERS}
        assert values["Daily"] == "1000000"
        assert values["Daily-Remaining"] == "999999"
        assert (values["Max"], values["Remaining"], values["Interval-Milliseconds"]) == ("190", "189", "10000")

    def test_but_not_on_searches(self, client: Any) -> None:
        headers = client.post(SEARCH, json={}).headers
        assert not [name for name in headers if name.startswith("x-hubspot-ratelimit")]


class TestLimits:
    def test_the_daily_limit_stops_everything(self, hubspot: Handle, client: Any) -> None:
        hubspot.limit("daily", 1)
        assert client.get("/crm/v3/properties/contacts").status_code == 200
        answer = client.get("/crm/v3/properties/contacts")
        assert (answer.status_code, answer.json()["policyName"]) == (429, "DAILY")

    @pytest.mark.parametrize(
        ("limit", "method", "path", "policy"),
        [
            ("burst", "GET", "/crm/v3/properties/contacts/email", "TEN_SECONDLY_ROLLING"),
            ("searches_per_second", "POST", SEARCH, None),
        ],
    )
    def test_bursts_are_refused_unless_asked_otherwise(
        self, hubspot: Handle, client: Any, limit: str, method: str, path: str, policy: str | None
    ) -> None:
        hubspot.limit(limit, 0)
        answer = client.request(method, path, json={})
        assert (answer.status_code, answer.json().get("policyName")) == (429, policy)
        assert answer.json()["message"]
        hubspot.switch("rate_limits", "counted")
        assert client.request(method, path, json={}).status_code == 200


class TestFaults:
    @pytest.mark.parametrize("policy", ["TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY"])
    def test_rate_limited(self, hubspot: Handle, client: Any, policy: str) -> None:
        hubspot.fault("rate_limited", policy=policy)
        answer = client.post("/crm/v3/properties/contacts", json=PROPERTY)
        body = answer.json()
        assert (answer.status_code, body["errorType"], body["policyName"]) == (429, "RATE_LIMIT", policy)
        assert "Retry-After" not in answer.headers
        assert "category" not in body
        assert hubspot.store.get("properties:0-1", "wish") is None

    def test_rate_limited_with_a_hint(self, hubspot: Handle, client: Any) -> None:
        hubspot.fault("rate_limited", retry_after=3)
        assert client.get("/crm/v3/properties/contacts").headers["Retry-After"] == "3"

    def test_a_search_is_limited_by_the_second_and_has_no_headers(self, hubspot: Handle, client: Any) -> None:
        hubspot.fault("rate_limited")
        answer = client.post(SEARCH, json={})
        assert answer.json()["policyName"] == "SECONDLY"
        assert "X-HubSpot-RateLimit-Max" not in answer.headers

    @pytest.mark.parametrize("status", [423, 477, 500])
    def test_other_statuses(self, hubspot: Handle, client: Any, status: int) -> None:
        hubspot.fault("status", status=status, retry_after=7)
        answer = client.get("/crm/v3/properties/contacts")
        assert problem(answer)[0] == status
        assert answer.headers.get("Retry-After") == ("7" if status == 477 else None)

    @pytest.mark.parametrize("status", [502, 503, 504, 524])
    def test_a_proxy_answers_in_html(self, hubspot: Handle, client: Any, status: int) -> None:
        hubspot.fault("status", status=status)
        answer = client.get("/crm/v3/properties/contacts")
        assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (status, "text/html")

    def test_a_write_without_an_answer_took_effect(self, hubspot: Handle, client: Any) -> None:
        hubspot.fault("lost_response", kind="write")
        with pytest.raises(httpx.TransportError):
            client.post("/crm/v3/properties/contacts", json=PROPERTY)
        assert client.get("/crm/v3/properties/contacts/wish").status_code == 200

    @pytest.mark.parametrize("reads", [0, 2])
    def test_reads_lag(self, hubspot: Handle, client: Any, reads: int) -> None:
        hubspot.switch("read_lag", reads)
        client.post("/crm/v3/properties/contacts", json=PROPERTY)
        seen = [client.get("/crm/v3/properties/contacts/wish").status_code for _ in range(4)]
        assert seen == [404] * reads + [200] * (4 - reads)

    def test_a_write_sees_what_reads_do_not_yet(self, hubspot: Handle, client: Any) -> None:
        hubspot.switch("read_lag", 5)
        assert client.post("/crm/v3/properties/contacts", json=PROPERTY).status_code == 201
        assert client.get("/crm/v3/properties/contacts/wish").status_code == 404
        assert client.post("/crm/v3/properties/contacts", json=PROPERTY).status_code == 409


class TestRestart:
    def test_data_tokens_and_counts_survive(self, tmp_path: Path) -> None:
        with running(HubSpotEmulator, tmp_path) as first:
            headers = {"Authorization": f"Bearer {first.connection['token']}"}
            httpx.post(f"{first.url}/crm/v3/properties/contacts", json=PROPERTY, headers=headers)
            before = first.dump()
        with running(exported, tmp_path) as second:
            assert second.dump() == before
            answer = httpx.get(f"{second.url}/crm/v3/properties/contacts/wish", headers=headers)
            assert answer.status_code == 200
            assert second.counters()["writes"] == 1

    def test_two_fresh_accounts_are_the_same(self, hubspot: Handle) -> None:
        with running(HubSpotEmulator) as other:
            assert other.dump() == hubspot.dump()

    def test_no_token_is_dumped_or_logged(self, hubspot: Handle, client: Any) -> None:
        client.get("/crm/v3/properties/contacts")
        assert hubspot.connection["token"] not in str(hubspot.dump()) + str(hubspot.requests())
