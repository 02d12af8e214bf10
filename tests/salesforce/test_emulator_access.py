"""The emulator itself: tokens, versions, limits, what a user sees, and rows of permissions."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from mopsctl_salesforce.emulator import SalesforceEmulator, seed

from mopsctl.emulator import Handle, running
from tests.salesforce.conftest import V

TOKEN = "/services/oauth2/token"


def sign_in(org: Handle, **form: str) -> httpx.Response:
    return httpx.post(f"{org.url}{TOKEN}", data=form)


@pytest.mark.parametrize(
    ("form", "error", "description"),
    [
        ({"grant_type": "magic"}, "unsupported_grant_type", "not supported"),
        ({"grant_type": "client_credentials", "client_id": "x"}, "invalid_client_id", "client identifier invalid"),
        ({"grant_type": "client_credentials", "client_id": seed.CLIENT_ID}, "invalid_client", "invalid client credentials"),
        ({"grant_type": "refresh_token", "client_id": seed.CLIENT_ID, "refresh_token": "x"}, "invalid_grant", "expired access/refresh token"),
        ({"grant_type": "password", "username": "x", "password": "y"}, "invalid_grant", "authentication failure"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "x"}, "invalid_grant", "hasn't approved this consumer"),
    ],
)  # fmt: skip
def test_the_token_endpoint_refuses_in_the_vendors_words(
    org: Handle, form: dict[str, str], error: str, description: str
) -> None:
    answer = sign_in(org, **form)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert description in answer.json()["error_description"]


def test_a_token_answer_has_the_vendors_members(org: Handle) -> None:
    pair = base64.b64encode(f"{seed.CLIENT_ID}:{seed.CLIENT_SECRET}".encode()).decode()
    answer = httpx.post(
        f"{org.url}{TOKEN}", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"}
    )
    body = answer.json()
    assert set(body) == {"access_token", "instance_url", "id", "issued_at", "signature", "token_type", "scope"}
    assert body["instance_url"] == org.url
    assert body["id"].endswith(f"/id/00DEM0000000001EAA/{seed.INTEGRATION_USER}")
    assert body["access_token"].startswith("00D")


def test_the_user_behind_a_session(raw: httpx.Client) -> None:
    assert raw.get("/services/oauth2/userinfo").json()["preferred_username"] == "mopsctl@emulated.example"


def test_without_a_session_there_is_nothing(org: Handle) -> None:
    answer = httpx.get(f"{org.url}{V}/limits")
    assert (answer.status_code, answer.json()) == (
        401,
        [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}],
    )


@pytest.mark.parametrize(
    ("version", "status"), [("30.0", 410), ("31.0", 404), ("41.0", 200), ("68.0", 200), ("69.0", 404)]
)
def test_versions_come_and_go(raw: httpx.Client, version: str, status: int) -> None:
    assert raw.get(f"/services/data/v{version}/limits").status_code == status


def test_the_versions_on_offer_need_no_session(org: Handle) -> None:
    listed = httpx.get(f"{org.url}/services/data").json()
    assert listed[-1] == {"label": "v68.0", "url": "/services/data/v68.0", "version": "68.0"}


def test_every_answer_says_how_much_is_used(org: Handle, raw: httpx.Client) -> None:
    assert raw.get(f"{V}/limits").headers["sforce-limit-info"] == "api-usage=1/15000"
    assert raw.get(f"{V}/limits").json()["DailyApiRequests"]["Remaining"] == 14998
    org.limit("daily_calls", 2)
    answer = raw.get(f"{V}/limits")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")


def test_faults_speak_the_vendors_shape_and_there_is_no_429(org: Handle, raw: httpx.Client) -> None:
    org.fault("rate_limited")
    assert raw.get(f"{V}/limits").status_code == 403
    org.fault("status", status=503)
    assert raw.get(f"{V}/limits").json() == [{"message": "emulated fault", "errorCode": "SERVER_UNAVAILABLE"}]
    org.fault("status", status=400, code="UNABLE_TO_LOCK_ROW")
    assert raw.get(f"{V}/limits").json()[0]["errorCode"] == "UNABLE_TO_LOCK_ROW"


def test_paths_and_methods_that_are_not_there(raw: httpx.Client) -> None:
    assert raw.get(f"{V}/nowhere").json()[0]["errorCode"] == "NOT_FOUND"
    assert raw.delete(f"{V}/tooling/sobjects/CustomField/00N1").status_code == 405


@pytest.mark.parametrize("persona", ["sandbox", "production", "developer"])
def test_each_persona_is_an_org_of_its_own(persona: str) -> None:
    with running(SalesforceEmulator, persona=persona) as org:
        assert org.connection["account"] == seed.ORGANIZATIONS[persona]["Id"]
        assert org.store.count("rows:Lead") == 20


# -- field-level security


def described(raw: httpx.Client, name: str = "Lead") -> dict[str, Any]:
    return {field["name"]: field for field in raw.get(f"{V}/sobjects/{name}/describe").json()["fields"]}


def made(raw: httpx.Client, **more: Any) -> str:
    metadata = {"type": "Text", "label": "X", "length": 9, **more}
    answer = raw.post(f"{V}/tooling/sobjects/CustomField", json={"FullName": "Lead.X__c", "Metadata": metadata})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def permission(raw: httpx.Client, **values: Any) -> httpx.Response:
    row = {"ParentId": "0PSEM0000000001AAA", "SobjectType": "Lead", "Field": "Lead.X__c", "PermissionsRead": True}
    return raw.post(f"{V}/sobjects/FieldPermissions", json=row | values)


def test_a_new_field_is_seen_by_nobody_until_somebody_may(raw: httpx.Client) -> None:
    made(raw)
    assert "X__c" not in described(raw)
    query = {"q": "SELECT X__c FROM Lead"}
    assert raw.get(f"{V}/query", params=query).json()[0]["errorCode"] == "INVALID_FIELD"
    assert permission(raw).status_code == 201
    assert described(raw)["X__c"]["permissionable"] is True
    assert raw.get(f"{V}/query", params=query).status_code == 200


def test_a_required_field_is_seen_by_all_and_takes_no_right(raw: httpx.Client) -> None:
    made(raw, required=True)
    assert described(raw)["X__c"]["permissionable"] is False
    assert permission(raw).json()[0]["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"PermissionsRead": False, "PermissionsEdit": True}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"Field": "Lead.Nowhere__c"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"SobjectType": "Contact"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"ParentId": "0PS1"}, "INVALID_CROSS_REFERENCE_KEY"),
    ],
)
def test_rights_are_checked(raw: httpx.Client, values: dict[str, Any], code: str) -> None:
    made(raw)
    assert permission(raw, **values).json()[0]["errorCode"] == code


def test_a_right_keeps_what_it_is_about_and_one_without_read_is_not_kept(raw: httpx.Client) -> None:
    made(raw)
    row = permission(raw).json()["id"]
    path = f"{V}/sobjects/FieldPermissions/{row}"
    assert raw.patch(path, json={"Field": "Lead.Title"}).json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert permission(raw).json()[0]["errorCode"] == "DUPLICATE_VALUE"
    assert raw.patch(path, json={"PermissionsRead": False, "PermissionsEdit": False}).status_code == 204
    assert raw.get(path).status_code == 404


def test_a_formula_may_be_seen_and_never_edited(raw: httpx.Client) -> None:
    body = {"type": "Number", "label": "X", "formula": "1", "precision": 18, "scale": 0}
    raw.post(f"{V}/tooling/sobjects/CustomField", json={"FullName": "Lead.X__c", "Metadata": body})
    assert permission(raw, PermissionsEdit=True).json()[0]["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"
    assert permission(raw).status_code == 201


def test_every_described_field_has_the_same_keys(raw: httpx.Client) -> None:
    shapes = {
        tuple(sorted(field)) for name in ("Lead", "Contact", "Account") for field in described(raw, name).values()
    }
    assert len(shapes) == 1
    assert described(raw)["Status"]["restrictedPicklist"] is False
    assert [value["value"] for value in described(raw)["Rating"]["picklistValues"]] == ["Hot", "Warm", "Cold"]


def test_objects_that_are_not_turned_on_are_not_there(org: Handle, raw: httpx.Client) -> None:
    assert raw.get(f"{V}/sobjects/DataUsePurpose/describe").status_code == 200
    org.switch("consent", "off")
    assert raw.get(f"{V}/sobjects/DataUsePurpose/describe").json()[0]["errorCode"] == "NOT_FOUND"
    assert raw.get(f"{V}/sobjects/Nothing/describe").status_code == 404
