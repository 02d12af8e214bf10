from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mopsctl_eloqua.emulator import access

USER = (f"{access.COMPANY}\\{access.USER}", access.PASSWORD)
EXPORT = {
    "name": "count",
    "fields": {"Email": "{{Contact.Field(C_EmailAddress)}}"},
    "filter": "'{{Contact.Field(C_Country)}}' = 'BE'",
}


@pytest.fixture
def web(bench: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{bench.handle.url}/API/Bulk/2.0/", auth=USER, verify=False) as client:
        yield client


def test_real_types_and_ids_in_uris(web: httpx.Client) -> None:
    found = web.get("accounts/fields", params={"limit": 2}).json()
    assert found["items"][0]["hasReadOnlyConstraint"] is False
    assert found["items"][0]["uri"] == "/accounts/fields/100080"
    assert {name: found[name] for name in found if name != "items"} == {
        "totalResults": 3,
        "limit": 2,
        "offset": 0,
        "count": 2,
        "hasMore": True,
    }
    assert web.get("accounts/fields", params={"limit": 2, "offset": 2}).json()["hasMore"] is False


def test_contact_fields_show_coarse_types(web: httpx.Client) -> None:
    found = {each["internalName"]: each["dataType"] for each in web.get("contacts/fields").json()["items"]}
    assert (found["C_EmailAddress"], found["C_Title"], found["C_DateCreated"]) == ("emailAddress", "string", "date")


def test_scoring_models_can_only_be_read_and_only_here(bench: Any, web: httpx.Client) -> None:
    found = web.get("contacts/scoring/models").json()["items"][0]
    assert (found["name"], found["status"], found["id"]) == ("Enterprise fit", "Active", 3)
    assert found["fields"][0]["statement"] == "{{Contact.LeadScore.Model[3].Rating}}"
    assert web.get("contacts/scoring/models/3").json() == found
    assert web.get("contacts/scoring/models/9").status_code == 404
    assert web.post("contacts/scoring/models", json={"name": "x"}).status_code == 405
    assert web.delete("contacts/scoring/models/3").status_code == 405
    elsewhere = f"{bench.handle.url}/API/REST/2.0/assets/contact/scoring/models"
    assert web.get(elsewhere).status_code == 404
    bench.handle.switch("scoring_elsewhere", 405)
    assert web.get(elsewhere).status_code == 405


def test_an_export_takes_three_looks(web: httpx.Client) -> None:
    export = web.post("contacts/exports", json=EXPORT)
    assert (export.status_code, export.json()["uri"]) == (201, "/contacts/exports/1")
    sync = web.post("syncs", json={"syncedInstanceUri": "/contacts/exports/1"}).json()
    assert (sync["status"], sync["uri"]) == ("pending", "/syncs/6")
    assert [web.get(sync["uri"].lstrip("/")).json()["status"] for _ in range(3)] == ["active", "success", "success"]
    data = web.get("syncs/6/data", params={"limit": 1}).json()
    assert (data["totalResults"], data["items"]) == (1, [{"Email": "ada@example.com"}])


def test_a_sync_may_end_badly(bench: Any, web: httpx.Client) -> None:
    bench.handle.switch("syncs_end_with", "error")
    web.post("contacts/exports", json=EXPORT)
    web.post("syncs", json={"syncedInstanceUri": "/contacts/exports/1"})
    assert [web.get("syncs/6").json()["status"] for _ in range(2)] == ["active", "error"]


@pytest.mark.parametrize(
    "changes",
    [
        {"filter": "x" * 1001},
        {"filter": "C_Country = BE"},
        {"fields": {}},
        {"fields": {f"f{place}": "{{Contact.Field(C_City)}}" for place in range(251)}},
        {"fields": {"Gone": "{{Contact.Field(C_Gone1)}}"}},
        {"name": ""},
    ],
)
def test_a_wrong_definition_fails_in_bulks_own_words(web: httpx.Client, changes: dict[str, Any]) -> None:
    answer = web.post("contacts/exports", json=EXPORT | changes)
    assert answer.status_code == 400
    assert set(answer.json()["failures"][0]) == {"field", "value", "constraint"}


def test_a_page_is_at_most_a_thousand_long(web: httpx.Client) -> None:
    assert web.get("accounts/fields", params={"limit": 1001}).status_code == 400


def test_definitions_are_found_by_name_and_deleted_by_id(web: httpx.Client) -> None:
    for name in ("mopsctl count A", "nightly"):
        web.post("contacts/exports", json=EXPORT | {"name": name})
    found = web.get("contacts/exports", params={"q": '"name=mopsctl*"'}).json()
    assert [each["uri"] for each in found["items"]] == ["/contacts/exports/1"]
    assert web.delete("contacts/exports/1").status_code == 204
    assert web.delete("contacts/exports/1").status_code == 404


def test_a_sync_needs_its_definition(web: httpx.Client) -> None:
    assert web.post("syncs", json={"syncedInstanceUri": "/contacts/exports/9"}).status_code == 400


@pytest.mark.parametrize(
    ("search", "total"),
    [
        ("C_Country='BE'", 1),
        ("C_Country='be'", 1),
        ("C_Title=''", 1),
        ("C_Title!=''", 1),
        ("C_Country='*'", 2),
        ("C_Country='NL'", 0),
    ],
)
def test_contacts_are_counted_by_a_search_over_database_names(
    bench: Any, web: httpx.Client, search: str, total: int
) -> None:
    path = f"{bench.handle.url}/API/REST/1.0/data/contacts"
    found = web.get(path, params={"count": 1, "depth": "minimal", "search": search}).json()
    assert found["total"] == total
    assert len(found["elements"]) == min(total, 1)


def test_a_contact_shows_its_states(bench: Any, web: httpx.Client) -> None:
    path = f"{bench.handle.url}/API/REST/1.0/data/contacts"
    contact = web.get(path, params={"count": 1, "depth": "complete"}).json()["elements"][0]
    assert (contact["isSubscribed"], contact["isBounceback"]) == ("true", "false")
    assert web.get(path, params={"search": "C_Gone1='x'"}).status_code == 400
