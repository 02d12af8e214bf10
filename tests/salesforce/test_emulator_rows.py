"""The emulator itself: queries, rows, collections, composite requests, and the Tooling interface."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from mopsctl.emulator import Handle
from tests.salesforce.conftest import V


def asked(raw: httpx.Client, soql: str, *, tooling: bool = False) -> Any:
    return raw.get(f"{V}{'/tooling' if tooling else ''}/query", params={"q": soql}).json()


@pytest.mark.parametrize(
    ("soql", "expected"),
    [
        ("SELECT COUNT() FROM Lead", 20),
        ("select count() from lead where status = 'OPEN - not contacted'", 7),
        ("SELECT COUNT() FROM Lead WHERE Status IN ('Working - Contacted') AND IsConverted = false", 7),
        ("SELECT COUNT() FROM Lead WHERE LeadSource = null", 10),
        ("SELECT COUNT() FROM Lead WHERE LeadSource != null OR Title = 'Student'", 12),
        ("SELECT COUNT() FROM Lead WHERE NOT Title LIKE '%market%'", 12),
        ("SELECT COUNT() FROM Lead WHERE (Title = 'Student' OR Title = 'VP Sales') AND LeadSource NOT IN ('Web')", 4),
        ("SELECT COUNT() FROM Opportunity WHERE StageName = 'Closed Won'", 1),
        ("SELECT COUNT() FROM LeadStatus WHERE IsConverted = true", 1),
        ("SELECT COUNT() FROM OpportunityStage WHERE DefaultProbability >= 60", 2),
        ("SELECT COUNT() FROM PermissionSet WHERE IsOwnedByProfile = true AND Profile.Name = 'Sales User'", 1),
    ],
)
def test_records_are_counted(raw: httpx.Client, soql: str, expected: int) -> None:
    answer = asked(raw, soql)
    assert (answer["totalSize"], answer["done"], answer["records"]) == (expected, True, [])


def test_groups_are_aggregates(raw: httpx.Client) -> None:
    records = asked(raw, "SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status")["records"]
    assert records[0] == {"attributes": {"type": "AggregateResult"}, "Status": "Closed - Converted", "n": 6}


def test_rows_follow_relationships_order_and_limit(raw: httpx.Client) -> None:
    soql = (
        "SELECT Field, Parent.Name, Parent.Profile.Name FROM FieldPermissions WHERE Field = 'Lead.Title'"
        " ORDER BY Parent.Profile.Name DESC NULLS LAST LIMIT 2"
    )
    records = asked(raw, soql)["records"]
    assert [record["Parent"]["Profile"]["Name"] for record in records] == ["System Administrator", "Sales User"]
    assert records[0]["attributes"]["type"] == "FieldPermissions"


def test_a_long_answer_comes_in_pages(org: Handle, raw: httpx.Client) -> None:
    org.limit("query_batch", 8)
    first = asked(raw, "SELECT Id FROM Lead")
    assert (first["totalSize"], first["done"], len(first["records"])) == (20, False, 8)
    second = raw.get(first["nextRecordsUrl"]).json()
    third = raw.get(second["nextRecordsUrl"]).json()
    assert (third["done"], len(third["records"])) == (True, 4)
    assert raw.get(f"{V}/query/01gnowhere-8").json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        ("SELECT Id FROM Nowhere", "INVALID_TYPE", "sObject type 'Nowhere' is not supported"),
        ("SELECT Nope FROM Lead", "INVALID_FIELD", "No such column 'Nope' on entity 'Lead'"),
        ("SELECT Id FROM Lead WHERE Nope = 1", "INVALID_FIELD", "No such column"),
        ("SELECT Nope.Name FROM Lead", "INVALID_FIELD", "relationship"),
        ("SELECT FROM Lead", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead WHERE Title", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead WHERE Title = Web", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead LIMIT x", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Lead; DROP", "MALFORMED_QUERY", "unexpected token: ';'"),
        ("SELECT MAX(Id) FROM Lead", "MALFORMED_QUERY", "only counts"),
        ("", "MALFORMED_QUERY", "must be provided"),
    ],
)
def test_a_bad_query_is_refused_in_words(raw: httpx.Client, soql: str, code: str, words: str) -> None:
    (error,) = asked(raw, soql)
    assert error["errorCode"] == code
    assert words in error["message"]


def test_a_bad_field_is_shown_with_a_caret(raw: httpx.Client) -> None:
    message = asked(raw, "SELECT Nope FROM Lead")[0]["message"]
    assert message.split("\n")[1:3] == ["SELECT Nope FROM Lead", "       ^"]
    assert "ERROR at Row:1:Column:8" in message


# -- the Tooling interface


def field(raw: httpx.Client, name: str = "Lead.X__c", **metadata: Any) -> httpx.Response:
    body = {"FullName": name, "Metadata": {"type": "Text", "label": "X", "length": 9, **metadata}}
    return raw.post(f"{V}/tooling/sobjects/CustomField", json=body)


def test_metadata_is_given_for_one_row_only(raw: httpx.Client) -> None:
    field(raw)
    field(raw, "Lead.Y__c")
    one = asked(raw, "SELECT Id, FullName, Metadata FROM CustomField WHERE DeveloperName = 'X'", tooling=True)
    assert one["records"][0]["FullName"] == "Lead.X__c"
    (error,) = asked(raw, "SELECT Id, Metadata FROM CustomField", tooling=True)
    assert error["errorCode"] == "MALFORMED_QUERY"
    assert error["message"].endswith("no more than one row for retrieval. Result size: 2")


def test_a_created_component_comes_with_warnings_and_infos(raw: httpx.Client) -> None:
    answer = field(raw)
    assert answer.status_code == 201
    assert answer.json() == {"id": answer.json()["id"], "success": True, "errors": [], "warnings": [], "infos": []}
    assert field(raw).json()[0]["errorCode"] == "DUPLICATE_DEVELOPER_NAME"


def test_a_changed_component_is_replaced_as_a_whole(raw: httpx.Client) -> None:
    path = f"{V}/tooling/sobjects/CustomField/{field(raw, description='Why.').json()['id']}"
    assert raw.patch(path, json={"Metadata": {"type": "Text", "label": "Y", "length": 9}}).status_code == 204
    assert "description" not in raw.get(path).json()["Metadata"]
    assert raw.patch(path, json={"label": "Z"}).json()[0]["errorCode"] == "JSON_PARSER_ERROR"


@pytest.mark.parametrize(
    ("soql", "words"),
    [
        ("SELECT COUNT() FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead'", "not yet supported"),
        (
            "SELECT QualifiedApiName FROM FieldDefinition WHERE QualifiedApiName != 'Id'",
            "Only equals comparisons permitted",
        ),
        ("SELECT QualifiedApiName FROM FieldDefinition WHERE Label = 'a' OR Label = 'b'", "Disjunctions not supported"),
        (
            "SELECT QualifiedApiName FROM FieldDefinition WHERE ComplianceGroup INCLUDES ('GDPR')",
            "Unsupported filter type",
        ),
    ],
)
def test_virtual_objects_take_less(raw: httpx.Client, soql: str, words: str) -> None:
    assert words in asked(raw, soql, tooling=True)[0]["message"]


def test_virtual_objects_ignore_a_limit(raw: httpx.Client) -> None:
    soql = "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead' LIMIT 2"
    assert asked(raw, soql, tooling=True)["totalSize"] > 2


def test_limits_of_an_object(org: Handle, raw: httpx.Client) -> None:
    org.limit("custom_fields", 2)
    field(raw)
    soql = "SELECT Max, Remaining FROM EntityLimit WHERE EntityDefinition.QualifiedApiName = 'Lead' AND Type = 'CustomFields'"
    (record,) = asked(raw, soql, tooling=True)["records"]
    assert (record["Max"], record["Remaining"]) == (2, 1)


# -- rows


def purpose(raw: httpx.Client, **values: Any) -> httpx.Response:
    return raw.post(f"{V}/sobjects/DataUsePurpose", json=values)


def keyed(org: Handle) -> None:
    metadata = {"type": "Text", "label": "Key", "length": 20, "unique": True, "externalId": True}
    org.do("create_field", name="DataUsePurpose.Key__c", metadata=metadata)


def test_rows_are_created_changed_and_deleted(raw: httpx.Client) -> None:
    created = purpose(raw, Name="News")
    assert (created.status_code, created.json()["success"]) == (201, True)
    path = f"{V}/sobjects/DataUsePurpose/{created.json()['id']}"
    assert raw.patch(path, json={"Description": "x"}).status_code == 204
    assert raw.get(path).json()["Description"] == "x"
    assert raw.delete(path).status_code == 204
    assert raw.delete(path).json()[0]["errorCode"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "REQUIRED_FIELD_MISSING"),
        ({"Name": "x", "Nope": 1}, "INVALID_FIELD"),
        ({"Name": "x" * 256}, "STRING_TOO_LONG"),
    ],
)
def test_rows_are_checked(raw: httpx.Client, values: dict[str, Any], code: str) -> None:
    assert purpose(raw, **values).json()[0]["errorCode"] == code


def test_a_restricted_list_takes_its_values_only(raw: httpx.Client) -> None:
    answer = raw.post(f"{V}/sobjects/EngagementChannelType", json={"Name": "x", "ContactPointType": "Pigeon"})
    assert answer.json()[0]["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


@pytest.mark.parametrize(("status", "answer"), [(200, 200), (204, 204)])
def test_upsert_by_an_external_id(org: Handle, raw: httpx.Client, status: int, answer: int) -> None:
    keyed(org)
    org.switch("upsert_status", status)
    path = f"{V}/sobjects/DataUsePurpose/Key__c/news"
    assert raw.patch(path, json={"Name": "News"}).json()["created"] is True
    changed = raw.patch(path, json={"Name": "Other"})
    assert changed.status_code == answer
    assert raw.patch(f"{V}/sobjects/DataUsePurpose/Nope__c/x", json={"Name": "x"}).json()[0]["errorCode"] == "NOT_FOUND"


def test_several_rows_of_one_external_id_are_listed(org: Handle, raw: httpx.Client) -> None:
    metadata = {"type": "Text", "label": "Key", "length": 20, "externalId": True}
    org.do("create_field", name="DataUsePurpose.Key__c", metadata=metadata)
    ids = [purpose(raw, Name="x", Key__c="k").json()["id"] for _ in range(2)]
    answer = raw.patch(f"{V}/sobjects/DataUsePurpose/Key__c/k", json={"Name": "y"})
    assert (answer.status_code, answer.json()) == (300, [f"{V}/sobjects/DataUsePurpose/{each}" for each in ids])


def test_a_member_status_stays_with_its_campaign(raw: httpx.Client) -> None:
    campaign = raw.post(f"{V}/sobjects/Campaign", json={"Name": "c"}).json()["id"]
    status = raw.post(f"{V}/sobjects/CampaignMemberStatus", json={"CampaignId": campaign, "Label": "Sent"}).json()["id"]
    path = f"{V}/sobjects/CampaignMemberStatus/{status}"
    assert raw.patch(path, json={"CampaignId": campaign}).json()[0]["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert raw.patch(path, json={"Label": "Sent out"}).status_code == 204


def test_an_external_id_is_unique(org: Handle, raw: httpx.Client) -> None:
    keyed(org)
    purpose(raw, Name="a", Key__c="k")
    assert purpose(raw, Name="b", Key__c="k").json()[0]["errorCode"] == "DUPLICATE_VALUE"


def many(count: int, **values: Any) -> dict[str, Any]:
    return {
        "records": [
            {"attributes": {"type": "DataUsePurpose"}, "Name": f"P{number}", **values} for number in range(count)
        ]
    }


def test_a_collection_answers_200_whatever_its_items_say(raw: httpx.Client) -> None:
    body = many(2)
    body["records"][1].pop("Name")
    answer = raw.post(f"{V}/composite/sobjects", json=body)
    assert answer.status_code == 200
    good, bad = answer.json()
    assert good["success"] is True
    assert (bad["success"], bad["errors"][0]["statusCode"]) == (False, "REQUIRED_FIELD_MISSING")


def test_all_or_none_takes_the_good_ones_back(org: Handle, raw: httpx.Client) -> None:
    body = {**many(2), "allOrNone": True}
    body["records"][1].pop("Name")
    codes = [item["errors"][0]["statusCode"] for item in raw.post(f"{V}/composite/sobjects", json=body).json()]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert org.store.count("rows:DataUsePurpose") == 0


def test_a_collection_holds_200_rows_of_known_types(raw: httpx.Client) -> None:
    assert raw.post(f"{V}/composite/sobjects", json=many(200)).status_code == 200
    assert raw.post(f"{V}/composite/sobjects", json=many(201)).status_code == 400
    assert (
        raw.post(f"{V}/composite/sobjects", json={"records": [{"Name": "x"}]}).json()[0]["errorCode"] == "INVALID_INPUT"
    )
    mixed = [{"attributes": {"type": name}} for name in ("FieldPermissions", "DataUsePurpose")]
    assert raw.post(f"{V}/composite/sobjects", json={"records": mixed}).json()[0]["errorCode"] == "MIXED_DML_OPERATION"


def test_rows_are_deleted_together(raw: httpx.Client) -> None:
    ids = [item["id"] for item in raw.post(f"{V}/composite/sobjects", json=many(2)).json()]
    answer = raw.delete(f"{V}/composite/sobjects", params={"ids": ",".join([*ids, "0ZWnowhere"])})
    assert [item["success"] for item in answer.json()] == [True, True, False]


# -- composite requests


def sub(method: str, url: str, reference: str, **body: Any) -> dict[str, Any]:
    part = {"method": method, "url": f"{V}{url}", "referenceId": reference}
    return part | ({"body": body} if body else {})


def composite(raw: httpx.Client, *parts: dict[str, Any], all_or_none: bool = False) -> httpx.Response:
    return raw.post(f"{V}/composite", json={"allOrNone": all_or_none, "compositeRequest": list(parts)})


def test_later_parts_refer_to_earlier_answers(org: Handle, raw: httpx.Client) -> None:
    answer = composite(
        raw,
        sub("POST", "/sobjects/DataUsePurpose", "p", Name="News"),
        sub("POST", "/sobjects/CommSubscription", "s", Name="News", DataUsePurposeId="@{p.id}"),
    )
    assert [part["httpStatusCode"] for part in answer.json()["compositeResponse"]] == [201, 201]
    (row,) = org.store.list("rows:CommSubscription")
    assert row["DataUsePurposeId"] == org.store.list("rows:DataUsePurpose")[0]["Id"]


def test_a_failure_inside_is_200_outside_and_may_halt_the_others(org: Handle, raw: httpx.Client) -> None:
    parts = (sub("POST", "/sobjects/DataUsePurpose", "p", Name="News"), sub("GET", "/sobjects/Lead/00Q1", "l"))
    assert [part["httpStatusCode"] for part in composite(raw, *parts).json()["compositeResponse"]] == [201, 404]
    halted = composite(raw, *parts, all_or_none=True).json()["compositeResponse"]
    assert halted[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert org.store.count("rows:DataUsePurpose") == 1


@pytest.mark.parametrize(
    "parts",
    [
        [sub("GET", "/limits", f"r{number}") for number in range(26)],
        [sub("GET", "/query?q=x", f"r{number}") for number in range(6)],
        [sub("GET", "/limits", "same"), sub("GET", "/limits", "same")],
        [{"method": "GET", "url": "/limits", "referenceId": "r"}],
        [sub("POST", "/sobjects/CommSubscription", "s", Name="@{nowhere.id}")],
    ],
)
def test_a_bad_envelope_runs_nothing(raw: httpx.Client, parts: list[dict[str, Any]]) -> None:
    assert composite(raw, *parts).status_code == 400


def test_a_composite_of_reads_counts_as_one_call_and_writes_nothing(org: Handle, raw: httpx.Client) -> None:
    org.reset_counters()
    composite(raw, *(sub("GET", "/limits", f"r{number}") for number in range(25)))
    assert (org.counters()["reads"], org.counters()["writes"]) == (1, 0)
    composite(raw, sub("POST", "/sobjects/DataUsePurpose", "p", Name="x"))
    assert org.counters()["writes"] == 1


def test_each_part_of_a_batch_counts(raw: httpx.Client) -> None:
    parts = [{"method": "GET", "url": "v66.0/limits"} for _ in range(10)]
    answer = raw.post(f"{V}/composite/batch", json={"batchRequests": parts})
    assert [part["statusCode"] for part in answer.json()["results"]] == [200] * 10
    assert answer.headers["sforce-limit-info"].startswith("api-usage=10/")


def test_record_counts_leave_out_what_is_empty(raw: httpx.Client) -> None:
    answer = raw.get(f"{V}/limits/recordCount", params={"sObjects": "Lead,DataUsePurpose"}).json()
    assert answer == {"sObjects": [{"name": "Lead", "count": 20}]}
