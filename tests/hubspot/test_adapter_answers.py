"""Answers that no server of ours gives: what the adapter makes of them must never be an empty account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import respx
from mopsctl_hubspot import provider
from mopsctl_hubspot.answers import Judge, Limits, Problem

from mopsctl.address import Address
from mopsctl.errors import AuthenticationError, MalformedAnswer, OutcomeUnknown
from mopsctl.provider.contract import Connection, System
from mopsctl.provider.hosts import Hosts
from mopsctl.resource import Write
from mopsctl.secrets import Secret

BASE = "https://api.hubapi.com"
HOSTS = Hosts(provider.hosts)
PROPERTY = Address("hubspot", "property", "contact.fit")


@pytest.fixture
def system() -> Iterator[System]:
    with provider.open(
        Connection("hubspot", {"url": BASE}, {"token": Secret("pat-na1-abcdef")}, hosts=HOSTS)
    ) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE, assert_all_called=False) as router:
        yield router


@pytest.mark.parametrize("body", [[], {}, None, {"results": None}, {"results": {}}, "text"])
def test_a_list_without_results_is_not_an_empty_list(system: System, server: respx.MockRouter, body: Any) -> None:
    server.get(path__startswith="/crm/properties").respond(200, json=body)
    reading = system.read([], [PROPERTY])
    assert (reading.items, reading.kinds) == ({}, frozenset())
    assert "hubspot answered GET /crm/properties/2026-09/contacts with half an answer" in reading.unreadable["property"]


@pytest.mark.parametrize("body", [[], {}, None, {"portalId": None}])
def test_an_account_without_an_id_is_no_account(system: System, server: respx.MockRouter, body: Any) -> None:
    server.get(path__startswith="/account-info").respond(200, json=body)
    with pytest.raises(MalformedAnswer):
        system.identify()


def test_every_page_is_read_where_there_are_pages(system: System, server: respx.MockRouter) -> None:
    def page(request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after", "")
        more = {"paging": {"next": {"after": "b"}}} if after != "b" else {}
        return httpx.Response(200, json={"results": [{"name": f"page_{after}", "type": "string"}], **more})

    server.get(path__startswith="/crm/properties").mock(side_effect=page)
    found = system.read([], [PROPERTY]).items
    assert sorted(address.name for address in found) == ["contact.page_", "contact.page_b"]


@pytest.mark.parametrize("answer", [{"text": ""}, {"json": []}, {"text": "<html>"}])
def test_a_write_with_an_unreadable_answer_is_unknown(system: System, server: respx.MockRouter, answer: Any) -> None:
    route = server.post(path__startswith="/crm/properties").respond(200, **answer)
    with pytest.raises(OutcomeUnknown):
        list(system.write([Write(PROPERTY, "add", (), {"label": "Fit", "type": "string", "fieldType": "text"}, None)]))
    assert route.call_count == 1


def test_a_batch_that_does_not_mention_a_property_leaves_it_open(system: System, server: respx.MockRouter) -> None:
    made = {"name": "fit", "label": "Fit", "type": "string", "fieldType": "text"}
    server.post(path__startswith="/crm/properties").respond(201, json={"status": "COMPLETE", "results": [made]})
    target = {"label": "Fit", "type": "string", "fieldType": "text"}
    other = Address("hubspot", "property", "contact.other")
    results = {
        result.address: result
        for result in system.write([Write(one, "add", (), target, None) for one in (PROPERTY, other)])
    }
    assert results[PROPERTY].outcome == "done"
    assert results[other].outcome == "unknown"


@pytest.mark.parametrize("status", [200, 400, 404])
def test_however_a_batch_reads_missing_names_the_others_are_found(
    system: System, server: respx.MockRouter, status: int
) -> None:
    listed = [{"name": name, "type": "string"} for name in ("fit", "unasked")]
    server.post(path__regex=".*/batch/read").respond(
        status, json={"results": listed[:1], "category": "OBJECT_NOT_FOUND"}
    )
    server.get(path__regex="/crm/properties/2026-09/contacts$").respond(200, json={"results": listed})
    reading = system.reread([PROPERTY, Address("hubspot", "property", "contact.missing")])
    assert PROPERTY in reading.items
    assert not any(address.name == "contact.missing" for address in reading.items)
    assert reading.kinds == frozenset({"property"})


def test_an_address_that_does_not_exist_is_not_a_property_that_is_absent(
    system: System, server: respx.MockRouter
) -> None:
    server.get(path__startswith="/crm/properties").respond(
        404, json={"status": "error", "message": "resource not found"}
    )
    reading = system.reread([PROPERTY])
    assert "answered 404" in reading.unreadable["property"]


def test_a_token_endpoint_without_a_token() -> None:
    secrets = {"client_secret": Secret("secret-1"), "refresh_token": Secret("refresh-1")}
    with respx.mock(base_url=BASE) as server:
        server.post(path__startswith="/oauth").respond(200, json={})
        with (
            provider.open(Connection("hubspot", {"url": BASE, "client_id": "x"}, secrets, hosts=HOSTS)) as system,
            pytest.raises(AuthenticationError, match="without an access token"),
        ):
            system.identify()


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"context": []},
        {"context": "x", "errors": "y"},
        {"errors": [None, {"context": {"requiredGranularScopes": "one"}}]},
        {"message": "{not json"},
        {"message": "[]"},
        {"message": None, "category": None},
    ],
)
def test_any_error_body_can_be_read(body: Any) -> None:
    problem = Problem.of(body)
    assert isinstance(problem.message, str)
    assert isinstance(problem.scopes(), list)


def test_scopes_are_found_wherever_they_stand() -> None:
    inside = {"context": {"requiredGranularScopes": ["b", "a"]}}
    assert Problem.of({"errors": [inside]}).scopes() == ["a", "b"]
    assert Problem.of(inside).scopes() == ["a", "b"]


@pytest.mark.parametrize("headers", [{}, {"X-HubSpot-RateLimit-Daily": "many"}])
def test_limits_that_are_not_told_are_not_shown(headers: dict[str, str]) -> None:
    limits = Limits()
    limits.note(headers)
    assert limits.lines() == ()


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404])
def test_a_page_of_a_proxy_is_named_as_what_it_is(status: int) -> None:
    verdict = Judge("hubspot", Limits())(httpx.Response(status, text="<html>Sign in</html>"))
    assert (verdict.kind, verdict.error) == ("fail", None)


@pytest.mark.parametrize(
    ("text", "wait"), [("30", 30.0), ("Wed, 21 Oct 2026 07:28:40 GMT", 40.0), ("", 30.0), ("soon", 30.0), ("5", 5.0)]
)
def test_the_wait_of_an_account_on_the_move(text: str, wait: float) -> None:
    verdict = Judge("hubspot", Limits())(
        httpx.Response(477, headers={"Date": "Wed, 21 Oct 2026 07:28:00 GMT", "Retry-After": text})
    )
    assert (verdict.kind, verdict.wait) == ("retry", wait)


def test_pipeline_not_yet_there_is_decided_on_the_status_alone() -> None:
    """A missing pipeline answers 404 without a body; a page of somebody else's is no answer of HubSpot's."""
    judge = Judge("hubspot", Limits())
    bare = judge(httpx.Response(404, content=b""))
    assert (bare.kind, getattr(bare.error, "status", None)) == ("fail", 404)
    assert judge(httpx.Response(404, content=b"<html>not here</html>")).error is None


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        ({"message": "You have reached your secondly limit."}, 1.0),
        ({"message": "You have reached your ten_secondly_rolling limit.", "policyName": "TEN_SECONDLY_ROLLING"}, 10.0),
        ({"message": "You have reached your ten_secondly_rolling limit."}, 10.0),
        ({"policyName": "SECONDLY"}, 1.0),
        ({}, 10.0),
    ],
)
def test_a_search_that_comes_too_soon_waits_a_second(body: dict[str, str], wait: float) -> None:
    assert Judge("hubspot", Limits())(httpx.Response(429, json=body)).wait == wait
