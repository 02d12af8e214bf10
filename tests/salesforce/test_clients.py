"""The first calls of clients that people use with Salesforce, in the spelling they use: plain HTTP, nothing of ours.

Trailing slashes and parameters are simple_salesforce's; names of multipart parts and the order of calls those of the vendor's
command line and of jsforce.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from mopsctl.emulator import Handle
from tests.salesforce.conftest import V


@pytest.fixture
def client(org: Handle) -> Iterator[httpx.Client]:
    """Signed in as the command line does: a form, and the token in a header of any letter case."""
    settings = org.connection
    with httpx.Client(base_url=settings["url"]) as anonymous:
        answer = anonymous.post(
            "/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": settings["client_id"],
                "client_secret": settings["client_secret"],
            },
            headers={"accept": "application/json"},
        ).json()
    signed = {"AUTHORIZATION": f"Bearer {answer['access_token']}"}
    with httpx.Client(base_url=settings["url"], headers=signed) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/services/data",
        "/services/data/",
        f"{V}",
        f"{V}/",
        f"{V}/sobjects",
        f"{V}/sobjects/",
        f"{V}/sobjects/Lead",
        f"{V}/sobjects/Lead/",
        f"{V}/sobjects/Lead/describe/",
        f"{V}//sobjects/Lead/describe",
        f"{V}/limits/",
        f"{V}/query/?q=SELECT+Id,Name+FROM+Organization",
        f"{V}/query?q=SELECT+Id,Name+FROM+Organization&_HttpMethod=GET",
        f"{V}/query/?q=SELECT+Id+FROM+Lead&columns=true",
        f"{V}/tooling/query/?q=SELECT+Id,DeveloperName+FROM+CustomField",
        "/services/oauth2/userinfo",
    ],
)
def test_trailing_slash_reads_are_answered(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"X-PrettyPrint": "1", "Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json(), dict | list)


def test_trailing_slash_a_row_is_made_changed_and_deleted(client: httpx.Client) -> None:
    """As simple_salesforce spells it, with the charset that jsforce names."""
    headers = {"content-type": "application/json;charset=UTF-8"}
    made = client.post(f"{V}/sobjects/Lead/", json={"LastName": "Marlow", "Company": "Northwind"}, headers=headers)
    assert made.status_code == 201, made.text
    row = made.json()["id"]
    assert client.patch(f"{V}/sobjects/Lead/{row}", json={"Company": "Contoso"}).status_code == 204
    assert client.get(f"{V}/sobjects/Lead/{row}/").json()["Company"] == "Contoso"
    assert client.delete(f"{V}/sobjects/Lead/{row}").status_code == 204


def test_rows_of_a_tooling_query_name_tooling_addresses(client: httpx.Client) -> None:
    found = client.get(f"{V}/tooling/query", params={"q": "SELECT Id, QualifiedApiName FROM EntityDefinition LIMIT 1"})
    assert found.json()["records"][0]["attributes"]["url"].startswith(f"{V}/tooling/sobjects/EntityDefinition/")


def test_a_query_goes_on_where_the_answer_says(client: httpx.Client, org: Handle) -> None:
    org.limit("query_batch", 1)
    first = client.get(f"{V}/tooling/query/", params={"q": "SELECT QualifiedApiName FROM EntityDefinition"}).json()
    assert not first["done"]
    assert len(client.get(first["nextRecordsUrl"]).json()["records"]) == 1
