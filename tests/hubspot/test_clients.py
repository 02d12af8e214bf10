"""The first calls of clients that people use with HubSpot, in the spelling they use: plain HTTP, nothing of ours.

The vendor's own clients ask for owners with a slash at the end, read batches without a sensitivity, send `after` with a search and
name a charset; older ones have headers in letter cases of their own.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

import httpx
import pytest
from mopsctl_hubspot.emulator import HubSpotEmulator

from mopsctl.emulator import Handle, running


@pytest.fixture
def account() -> Iterator[Handle]:
    with running(HubSpotEmulator) as handle:
        yield handle


@pytest.fixture
def client(account: Handle) -> Iterator[httpx.Client]:
    headers = {"AUTHORIZATION": f"Bearer {account.connection['token']}", "Accept": "application/json, */*;q=0.8"}
    with httpx.Client(base_url=account.url, headers=headers, verify=False) as client:
        yield client


def test_trailing_slash_a_list_is_read_by_the_standard_library(account: Handle) -> None:
    headers = {"authorization": f"Bearer {account.connection['token']}", "Content-type": "application/json"}
    request = urllib.request.Request(f"{account.url}/crm/v3/properties/contacts?archived=false", headers=headers)
    with urllib.request.urlopen(request) as answer:
        assert any(each["name"] == "email" for each in json.load(answer)["results"])


@pytest.mark.parametrize(
    "path",
    [
        "/account-info/v3/details",
        "/crm/v3/owners/",
        "/crm/v3/owners?limit=100&archived=false",
        "/crm/v3/properties/contacts/",
        "/crm/v3/properties/contact?archived=false",
        "/crm/v3/properties/0-1/email?archived=false",
        "/crm/v3/properties/contacts/groups",
        "/crm/v3/pipelines/deals",
        "/crm/v3/pipelines/deals/default/stages",
        "/crm/v3/objects/contacts?limit=10&archived=false&unheard_of=1",
        "/crm/v3/objects/companies/?properties=name,domain",
        "/crm/properties/2026-09/contacts",
    ],
)
def test_trailing_slash_reads_are_answered(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Content-Type": "application/json;charset=utf-8"})
    assert answer.status_code == 200, answer.text
    assert answer.json()


def test_trailing_slash_a_batch_is_read_without_a_sensitivity(client: httpx.Client) -> None:
    body = {"inputs": [{"name": "email"}, {"name": "lifecyclestage"}], "archived": False}
    answer = client.post("/crm/v3/properties/contacts/batch/read", json=body)
    assert [each["name"] for each in answer.json()["results"]] == ["email", "lifecyclestage"]


def test_a_property_is_made_read_changed_and_archived(client: httpx.Client) -> None:
    body = {
        "name": "plan_tier",
        "label": "Plan tier",
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "contactinformation",
        "options": [{"label": "Gold", "value": "gold", "displayOrder": 0, "hidden": False}],
    }
    headers = {"content-type": "application/json; charset=UTF-8"}
    made = client.post("/crm/v3/properties/contacts", json=body, headers=headers)
    assert made.status_code == 201, made.text
    one = "/crm/v3/properties/contacts/plan_tier"
    assert client.patch(one, json={"label": "Tier"}).json()["label"] == "Tier"
    assert client.get(one).json()["options"][0]["value"] == "gold"
    assert client.delete(one).status_code == 204
    assert client.get(one).status_code == 404
    assert client.get(one, params={"archived": "true"}).json()["archived"] is True


def test_a_record_is_made_searched_changed_and_archived(client: httpx.Client) -> None:
    body = {"properties": {"email": "ann@example.com", "firstname": "Ann"}}
    made = client.post("/crm/v3/objects/contacts", json=body)
    assert made.status_code == 201, made.text
    search = {
        "filterGroups": [{"filters": [{"propertyName": "email", "operator": "EQ", "value": "ann@example.com"}]}],
        "sorts": [],
        "query": "",
        "properties": ["firstname"],
        "limit": 10,
        "after": 0,
    }
    found = client.post("/crm/v3/objects/contacts/search", json=search).json()
    assert (found["total"], found["results"][0]["properties"]["firstname"]) == (1, "Ann")
    number = found["results"][0]["id"]
    batch = {"properties": ["email"], "idProperty": "email", "inputs": [{"id": "ann@example.com"}]}
    (read,) = client.post("/crm/v3/objects/contacts/batch/read?archived=false", json=batch).json()["results"]
    assert read["id"] == number
    assert client.patch(f"/crm/v3/objects/contacts/{number}", json={"properties": {"firstname": "Anna"}}).is_success
    assert client.delete(f"/crm/v3/objects/contacts/{number}").status_code == 204
    assert client.get(f"/crm/v3/objects/contacts/{number}").status_code == 404


def test_a_batch_of_records_says_which_of_them_failed(client: httpx.Client) -> None:
    good, bad = {"properties": {"email": "a@example.com"}}, {"properties": {"no_such": "x"}}
    made = client.post("/crm/v3/objects/contacts/batch/create", json={"inputs": [good]})
    assert (made.status_code, len(made.json()["results"])) == (201, 1)
    part = client.post("/crm/v3/objects/contacts/batch/create", json={"inputs": [good, bad, "no object"]})
    assert (part.status_code, part.json()["numErrors"]) == (207, 2)
    gone = client.post("/crm/v3/objects/contacts/batch/read", json={"inputs": [{"id": "999999"}]})
    assert gone.json()["numErrors"] == 1


def test_an_owner_is_found_by_id_and_by_user(client: httpx.Client) -> None:
    (first, *_) = client.get("/crm/v3/owners/", params={"limit": 1}).json()["results"]
    assert client.get(f"/crm/v3/owners/{first['id']}").json() == first
    assert client.get(f"/crm/v3/owners/{first['userId']}", params={"idProperty": "userId"}).json() == first
    assert client.get("/crm/v3/owners/1").status_code == 404
    assert client.get("/crm/v3/owners", params={"email": first["email"]}).json()["results"] == [first]
