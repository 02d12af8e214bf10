"""The first calls of clients that people use with Eloqua, in the spelling they use: plain HTTP, nothing of ours.

Doubled slashes come of joining an address that ends in one with a path that begins with one; filters with blanks and signs, and
fields of every sort in an export, are what widely used Python, C# and JavaScript clients send.
"""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mopsctl_eloqua.emulator import access

USER = (f"{access.COMPANY}\\{access.USER}", access.PASSWORD)


@pytest.fixture
def client(bench: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=bench.handle.url, auth=USER, verify=False) as client:
        yield client


def test_trailing_slash_the_base_address_is_asked_for_by_the_standard_library(bench: Any) -> None:
    """`urllib` writes the names of its headers in a letter case of its own."""
    signed = base64.b64encode(":".join(USER).encode()).decode()
    request = urllib.request.Request(f"{bench.handle.url}/id", headers={"AUTHORIZATION": f"Basic {signed}"})
    with urllib.request.urlopen(request) as answer:
        told = json.load(answer)
    assert told["urls"]["apis"]["rest"]["bulk"].endswith("/API/Bulk/{version}/")


@pytest.mark.parametrize(
    "path",
    [
        "/API/REST/2.0/assets/contact/fields",
        "/API/REST/1.0//assets/contact/fields?depth=complete&count=1000",
        "/api/REST/2.0//data/contacts?search='C_Country=BE'&depth=minimal",
        "/API/REST/2.0/assets/optionLists?depth=complete&page=1&orderBy=name",
        "/API/REST/2.0/assets/customObjects?depth=minimal&unheardOf=1",
        "/API/REST/1.0/assets/email/groups?lastUpdatedAt=1",
        "/API/Bulk/2.0//contacts/fields?limit=1000&offset=0",
        '/API/Bulk/2.0/contacts/fields?q="name=*Email*"',
        "/API/Bulk/2.0/accounts/fields",
        "/API/Bulk/2.0//contacts/scoring/models",
    ],
)
def test_trailing_slash_reads_are_answered(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Content-Type": "application/json; charset=utf-8", "ACCEPT": "application/json"})
    assert answer.status_code == 200, (answer.status_code, answer.text)
    assert answer.json()


@pytest.mark.parametrize("end", ["success", "warning"])
def test_trailing_slash_an_export_from_its_definition_to_its_data(bench: Any, client: httpx.Client, end: str) -> None:
    """With the two slashes that joining makes."""
    bench.handle.switch("syncs_end_with", end)
    bulk = "/API/Bulk/2.0//"
    definition = {
        "name": "From a client",
        "fields": {
            "Email": "{{Contact.Field(C_EmailAddress)}}",
            "Country": "{{Contact.Field(C_Country)}}",
            "Made": "{{Contact.CreatedAt}}",
        },
        "filter": "'{{Contact.Field(C_Country)}}' != '' AND '{{Contact.CreatedAt}}' > '1000000000'",
    }
    headers = {"content-type": "application/json; charset=UTF-8"}
    made = client.post(f"{bulk}contacts/exports", json=definition, headers=headers)
    assert made.status_code == 201, made.text
    uri = made.json()["uri"]
    assert client.get(f"/API/Bulk/2.0{uri}").json() == made.json()
    assert client.get(f"/API/Bulk/2.0/{uri}/data").status_code == 204
    sync = client.post(f"{bulk}syncs", json={"syncedInstanceUri": uri}).json()["uri"]
    assert [client.get(f"/API/Bulk/2.0/{sync}").json()["status"] for _ in range(2)] == ["active", end]
    for path in (f"{sync}/data", f"{uri}/data"):
        rows = client.get(f"/API/Bulk/2.0/{path}", params={"limit": 1000}).json()["items"]
        assert rows
        assert all(set(row) == {"Email", "Country", "Made"} and row["Country"] for row in rows)
    assert client.get(f"/API/Bulk/2.0/{sync}/logs").json()["items"]
    assert client.get(f"/API/Bulk/2.0/{sync}/rejects").json()["items"] == []
    assert client.delete(f"/API/Bulk/2.0/{uri}").status_code == 204


@pytest.mark.parametrize(
    ("asked", "emails"),
    [
        ("'{{Contact.Field(C_Country)}}' = 'BE'", 1),
        ("  '{{Contact.Field(C_Country)}}'='be'  ", 1),
        ("'{{Contact.Field(C_Country)}}' != 'BE'", 2),
        ("'{{Contact.Field(C_Country)}}' = 'BE' OR '{{Contact.Field(C_Country)}}' != 'BE'", 3),
        ("'{{Contact.Field(C_Country)}}' = 'BE' AND '{{Contact.Field(C_Country)}}' != 'BE'", 0),
        ("'{{Contact.Field(C_Country)}}' = 'A AND B'", 0),
        ("EXISTS('{{ContactList[1]}}')", 3),
        ("CreatedAt() > '9999999999'", 0),
    ],
)
def test_filters_choose_contacts(client: httpx.Client, asked: str, emails: int) -> None:
    definition = {"name": "x", "fields": {"Email": "{{Contact.Field(C_EmailAddress)}}"}, "filter": asked}
    uri = client.post("/API/Bulk/2.0/contacts/exports", json=definition).json()["uri"]
    sync = client.post("/API/Bulk/2.0/syncs", json={"syncedInstanceUri": uri}).json()["uri"]
    for _ in range(2):
        client.get(f"/API/Bulk/2.0{sync}")
    everybody = client.get("/API/REST/2.0/data/contacts").json()["total"]
    expected = everybody if emails == 3 else everybody - 1 if emails == 2 else emails
    assert client.get(f"/API/Bulk/2.0{sync}/data").json()["totalResults"] == expected


@pytest.mark.parametrize("asked", ["C_Country = BE", "'{{Contact.Field(C_Country)}}' ~ 'BE'", "AND", "x" * 1001])
def test_what_is_no_filter_is_refused(client: httpx.Client, asked: str) -> None:
    definition = {"name": "x", "fields": {"Email": "{{Contact.Field(C_EmailAddress)}}"}, "filter": asked}
    assert client.post("/API/Bulk/2.0/contacts/exports", json=definition).status_code == 400


def test_the_search_of_definitions_respects_letter_case(client: httpx.Client) -> None:
    definition = {"name": "Nightly", "fields": {"Email": "{{Contact.Field(C_EmailAddress)}}"}}
    client.post("/API/Bulk/2.0/contacts/exports", json=definition)
    for asked, found in (("Night*", 1), ("night*", 0)):
        answer = client.get("/API/Bulk/2.0/contacts/exports", params={"q": f'"name={asked}"'}).json()
        assert answer["totalResults"] == found


def test_a_contact_field_is_made_read_changed_and_deleted(client: httpx.Client) -> None:
    """Without `isProtected`, as recorded; the deletion answers 200."""
    body = {"name": "Lead Source - Most Recent", "dataType": "text", "displayType": "text", "updateType": "always"}
    made = client.post("/API/REST/2.0//assets/contact/field", json=body)
    assert (made.status_code, made.json()["internalName"]) == (201, "C_Lead_Source___Most_Recent1")
    one = f"/API/REST/2.0/assets/contact/field/{made.json()['id']}"
    assert client.put(one, json={**made.json(), "name": "Lead Source"}).status_code == 200
    assert client.get(f"{one}?depth=complete").json()["name"] == "Lead Source"
    assert client.delete(one).status_code == 200


def test_account_fields_are_read_by_the_application_api(client: httpx.Client) -> None:
    listed = client.get("/API/REST/2.0/assets/account/fields", params={"orderBy": "name"}).json()
    assert listed["total"] == len(listed["elements"]) > 0
    first = listed["elements"][0]
    assert client.get(f"/API/REST/2.0/assets/account/field/{first['id']}").json()["name"] == first["name"]


def test_an_import_from_its_definition_to_the_contact(client: httpx.Client) -> None:
    definition = {
        "name": "Nightly",
        "identifierFieldName": "Email",
        "fields": {"Email": "{{Contact.Field(C_EmailAddress)}}", "Country": "{{Contact.Field(C_Country)}}"},
    }
    uri = client.post("/API/Bulk/2.0//contacts/imports", json=definition).json()["uri"]
    rows = [{"Email": "new@example.com", "Country": "BE"}]
    assert client.post(f"/API/Bulk/2.0{uri}/data", json=rows).status_code == 204
    sync = client.post("/API/Bulk/2.0/syncs", json={"syncedInstanceUri": uri}).json()["uri"]
    for _ in range(2):
        status = client.get(f"/API/Bulk/2.0{sync}").json()["status"]
    assert status in ("success", "warning")
    found = client.get("/API/REST/2.0/data/contacts", params={"search": "C_EmailAddress='new@example.com'"}).json()
    assert found["total"] == 1
    assert client.get(f"/API/Bulk/2.0{sync}/rejects").json()["totalResults"] == 0
    assert client.post("/API/Bulk/2.0/contacts/imports", json={"name": "x"}).status_code == 400
