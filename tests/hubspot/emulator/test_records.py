"""Counting records, how the lifecycle stage behaves on them, and consent."""

from __future__ import annotations

from typing import Any

import pytest

from mopsctl.emulator import Handle, running

DEFINITIONS = "/communication-preferences/{version}/definitions"


def search(client: Any, *filters: Any, kind: str = "contacts", **rest: Any) -> dict[str, Any]:
    answer = client.crm("POST", "objects", f"/{kind}/search", {"filterGroups": [{"filters": list(filters)}], **rest})
    assert answer.status_code == 200, answer.text
    return answer.json()


def where(name: str, operator: str, **values: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **values}


class TestSearch:
    @pytest.mark.parametrize(
        ("condition", "total"),
        [
            (where("lifecyclestage", "EQ", value="lead"), 9),
            (where("lifecyclestage", "EQ", value="LEAD"), 9),
            (where("lifecyclestage", "NEQ", value="lead"), 15),
            (where("lifecyclestage", "IN", values=["lead", "customer"]), 12),
            (where("lifecyclestage", "NOT_IN", values=["lead", "customer"]), 12),
            (where("lifecyclestage", "HAS_PROPERTY"), 24),
            (where("lifecyclestage", "EQ", value="evangelist"), 0),
            (where("country", "HAS_PROPERTY"), 20),
            (where("country", "NOT_HAS_PROPERTY"), 4),
            (where("country", "NEQ", value="DE"), 19),
            (where("email", "CONTAINS_TOKEN", value="person00*"), 10),
            (where("email", "NOT_CONTAINS_TOKEN", value="person00*"), 14),
            (where("annualrevenue", "GT", value="5"), 1),
            (where("annualrevenue", "LTE", value="10"), 1),
            (where("annualrevenue", "BETWEEN", value="9", highValue="10"), 1),
            (where("annualrevenue", "LT", value="10"), 0),
            (where("email", "LT", value="person001"), 1),
            (where("email", "GTE", value="person020"), 4),
        ],
    )
    def test_operators(self, hubspot: Handle, either: Any, condition: Any, total: int) -> None:
        (record,) = hubspot.store.list("records:0-1")[:1]
        hubspot.do("set_record", object_type="contacts", record=record["id"], annualrevenue="10")
        assert search(either, condition, limit=1)["total"] == total

    def test_filters_in_a_group_all_hold_and_one_group_suffices(self, client: Any) -> None:
        lead, german = where("lifecyclestage", "EQ", value="lead"), where("country", "EQ", value="DE")
        groups = [{"filters": [lead, german]}, {"filters": [where("lifecyclestage", "EQ", value="customer")]}]
        both = search(client, lead, german)["total"]
        assert 0 < both < 9
        answer = client.crm("POST", "objects", "/contacts/search", {"filterGroups": groups}).json()
        assert answer["total"] == both + 3

    def test_pages_and_properties(self, client: Any) -> None:
        first = search(client, properties=["email"], limit=20)
        assert (first["total"], len(first["results"])) == (24, 20)
        assert first["results"][0]["properties"]["email"] == "person000@example.com"
        second = search(client, limit=20, after=first["paging"]["next"]["after"])
        assert (len(second["results"]), "paging" in second) == (4, False)

    @pytest.mark.parametrize(
        "body",
        [
            {"limit": 201},
            {"limit": 0},
            {"limit": "many"},
            {"limit": 10, "after": "9999"},
            {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")]}] * 6},
            {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")] * 7}]},
            {"filterGroups": [{"filters": [where("email", "HAS_PROPERTY")] * 5}] * 4},
            {"filterGroups": [{"filters": [where("no_such_property", "HAS_PROPERTY")]}]},
            {"filterGroups": [{"filters": [where("email", "LIKE", value="x")]}]},
            {"filterGroups": [{"filters": [where("email", "EQ")]}]},
            {"filterGroups": [{"filters": [where("email", "IN", value="x")]}]},
            {"filterGroups": {"filters": []}},
            {"filterGroups": [[]]},
            [],
        ],
    )
    def test_what_is_refused(self, either: Any, body: Any) -> None:
        answer = either.crm("POST", "objects", "/contacts/search", body)
        assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")

    def test_a_search_is_a_read(self, hubspot: Handle, client: Any) -> None:
        search(client)
        assert (hubspot.counters()["reads"], hubspot.counters()["writes"]) == (1, 0)

    def test_a_new_property_has_no_values_until_somebody_fills_it(self, hubspot: Handle, client: Any) -> None:
        body = {"name": "tier", "label": "Tier", "type": "string", "fieldType": "text"}
        client.properties("POST", "/contacts", body | {"groupName": "contactinformation"})
        assert search(client, where("tier", "HAS_PROPERTY"))["total"] == 0
        hubspot.do("add_records", object_type="contacts", count=3, tier="a")
        assert search(client, where("tier", "HAS_PROPERTY"))["total"] == 3

    def test_production_has_more_people(self, hubspot: Handle) -> None:
        with running(type(hubspot.emulator), persona="production") as other:
            assert other.store.count("records:0-1") > hubspot.store.count("records:0-1")


class TestRecords:
    def test_new_people_and_companies_are_leads(self, either: Any) -> None:
        for kind, values in (("contacts", {"email": "new@example.com"}), ("companies", {"name": "New"})):
            answer = either.crm("POST", "objects", f"/{kind}", {"properties": values})
            assert answer.status_code == 201
            query = "?properties=lifecyclestage,hs_pipeline"
            found = either.crm("GET", "objects", f"/{kind}/{answer.json()['id']}{query}").json()["properties"]
            assert (found["lifecyclestage"], found["hs_pipeline"]) == ("lead", f"{kind}-lifecycle-pipeline")

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"no_such_property": "x"}, "PROPERTY_DOESNT_EXIST"),
            ({"hs_marketable_status": "true"}, "READ_ONLY_VALUE"),
            ({"hs_email_optout": "true"}, "READ_ONLY_VALUE"),
            ({"lifecyclestage": "Lead"}, "INVALID_OPTION"),
            ({"email": "nobody"}, "INVALID_EMAIL"),
            ({"numberofemployees": "much"}, "INVALID_LONG"),
        ],
    )
    def test_bad_values(self, either: Any, values: dict[str, str], code: str) -> None:
        answer = either.crm("POST", "objects", "/contacts", {"properties": values})
        body = answer.json()
        assert (answer.status_code, body["category"]) == (400, "VALIDATION_ERROR")
        assert body["message"].startswith("Property values were not valid: [")
        assert (body["errors"][0]["code"], body["errors"][0]["context"]) == (code, {"propertyName": list(values)})

    @pytest.mark.parametrize(
        ("setting", "status", "stage"),
        [("ignored", 200, "customer"), ("accepted", 200, "lead"), ("refused", 400, "customer")],
    )
    def test_moving_backwards(self, hubspot: Handle, client: Any, setting: str, status: int, stage: str) -> None:
        hubspot.switch("lifecycle_backward", setting)
        (record,) = hubspot.do("add_records", object_type="contacts", lifecyclestage="customer")
        path = f"/contacts/{record}"
        answer = client.crm("PATCH", "objects", path, {"properties": {"lifecyclestage": "lead"}})
        assert answer.status_code == status
        found = client.crm("GET", "objects", f"{path}?properties=lifecyclestage").json()
        assert found["properties"]["lifecyclestage"] == stage

    def test_clearing_first_moves_backwards(self, hubspot: Handle, client: Any) -> None:
        (record,) = hubspot.do("add_records", object_type="contacts", lifecyclestage="customer")
        for stage in ("", "lead"):
            client.crm("PATCH", "objects", f"/contacts/{record}", {"properties": {"lifecyclestage": stage}})
        found = client.crm("GET", "objects", f"/contacts/{record}?properties=lifecyclestage").json()
        assert found["properties"]["lifecyclestage"] == "lead"

    def test_moving_forwards(self, client: Any, hubspot: Handle) -> None:
        (record,) = hubspot.do("add_records", object_type="contacts", lifecyclestage="lead")
        body = {"properties": {"lifecyclestage": "customer"}}
        answer = client.crm("PATCH", "objects", f"/contacts/{record}", body)
        assert answer.json()["properties"]["lifecyclestage"] == "customer"

    def test_records_are_paged(self, client: Any) -> None:
        seen = list[str]()
        after = "0"
        while after:
            page = client.crm("GET", "objects", f"/contacts?limit=10&after={after}").json()
            seen += [record["id"] for record in page["results"]]
            after = page.get("paging", {}).get("next", {}).get("after", "")
        assert len(set(seen)) == len(seen) == 24

    @pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "after=x"])
    def test_a_page_that_cannot_be(self, client: Any, query: str) -> None:
        assert client.crm("GET", "objects", f"/contacts?{query}").status_code == 400

    @pytest.mark.parametrize("body", [{}, {"properties": []}, {"properties": None}])
    def test_a_record_without_properties(self, client: Any, body: Any) -> None:
        assert client.crm("POST", "objects", "/contacts", body).status_code == 400

    def test_there_is_no_erasure_here(self, client: Any) -> None:
        assert client.crm("POST", "objects", "/contacts/gdpr-delete", {"objectId": "1"}).status_code in {404, 405}


class TestConsent:
    @pytest.mark.parametrize("version", ["v4", "2026-03", "2026-09"])
    def test_the_types_of_a_fresh_account(self, client: Any, version: str) -> None:
        old = client.get(DEFINITIONS.format(version="v3")).json()
        new = client.get(DEFINITIONS.format(version=version)).json()
        assert set(old) == {"subscriptionDefinitions"}
        assert set(new) == {"status", "results", "startedAt", "completedAt"}
        assert new["status"] == "COMPLETE"
        assert old["subscriptionDefinitions"] == new["results"]
        found = {entry["name"]: entry["isInternal"] for entry in new["results"]}
        assert found == {"Marketing Information": False, "Customer Service Communication": False, "One to One": True}

    @pytest.mark.parametrize("version", ["v3", "v4", "2026-09"])
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_no_api_writes_a_type(self, hubspot: Handle, client: Any, version: str, method: str) -> None:
        before = hubspot.dump()
        assert client.request(method, DEFINITIONS.format(version=version), json={"name": "News"}).status_code == 405
        assert hubspot.dump() == before

    def test_people_make_types_on_the_screen(self, hubspot: Handle, client: Any) -> None:
        made = hubspot.do("create_subscription_type", name="Product news", description="Monthly.")
        found = client.get(DEFINITIONS.format(version="v3")).json()["subscriptionDefinitions"][-1]
        assert found == made
        assert set(found) >= {"id", "name", "description", "isActive", "isDefault", "isInternal", "createdAt"}
        assert client.properties("GET", f"/contacts/hs_email_optout_{made['id']}").json()["type"] == "bool"
        hubspot.do("edit_subscription_type", subscription=made["id"], isActive=False, name="News")
        found = client.get(DEFINITIONS.format(version="v3")).json()["subscriptionDefinitions"][-1]
        assert (found["name"], found["isActive"]) == ("News", False)
        with pytest.raises(ValueError, match="no subscription type"):
            hubspot.do("edit_subscription_type", subscription="1", name="x")

    def test_statuses_are_read(self, hubspot: Handle, client: Any) -> None:
        first = hubspot.store.list("subscriptions")[0]["id"]
        hubspot.do("set_subscription_status", email="A@example.com", subscription=first, status="SUBSCRIBED")
        old = client.get("/communication-preferences/v3/status/email/a@example.com").json()
        assert [entry["status"] for entry in old["subscriptionStatuses"]] == ["SUBSCRIBED", *["NOT_SUBSCRIBED"] * 2]
        assert old["subscriptionStatuses"][0]["id"] == first
        path = "/communication-preferences/v4/statuses/a@example.com"
        new = client.get(path, params={"channel": "EMAIL"}).json()["results"]
        assert [entry["status"] for entry in new] == ["SUBSCRIBED", *["NOT_SPECIFIED"] * 2]
        assert new[0]["subscriptionId"] == int(first)
        assert client.get(path).status_code == 400

    def test_statuses_are_read_in_a_batch(self, hubspot: Handle, client: Any) -> None:
        path = "/communication-preferences/2026-09/statuses/batch/read?channel=EMAIL"
        answer = client.post(path, json={"inputs": ["a@example.com", "b@example.com"]}).json()
        assert [len(entry["statuses"]) for entry in answer["results"]] == [3, 3]
        assert hubspot.counters()["writes"] == 0

    def test_nothing_tells_whether_data_privacy_is_on(self, hubspot: Handle, client: Any) -> None:
        paths = ["/account-info/2026-09/details", DEFINITIONS.format(version="v3"), "/crm/v3/properties/contacts"]
        before = [client.get(path).json() for path in paths]
        hubspot.do("set_data_privacy", on=True)
        assert [client.get(path).json() for path in paths] == before

    @pytest.mark.parametrize(("subscription", "status"), [("1", "SUBSCRIBED"), ("", "MAYBE")])
    def test_a_wrong_status(self, hubspot: Handle, subscription: str, status: str) -> None:
        subscription = subscription or hubspot.store.list("subscriptions")[0]["id"]
        with pytest.raises(ValueError, match="no status"):
            hubspot.do("set_subscription_status", email="a@b.c", subscription=subscription, status=status)
