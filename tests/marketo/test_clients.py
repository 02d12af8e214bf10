"""The first calls of clients that people use with Marketo, in the spelling they use: plain HTTP, nothing of ours.

Parameters in the address, `_method=GET` in a form, single quotes in JSON parameters and the charset in a content type are what
widely used Python, Ruby and JavaScript clients send.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from mopsctl.emulator import Handle


@pytest.fixture
def client(marketo: Handle) -> Iterator[httpx.Client]:
    """Signed in by a GET with everything in the address; the token in a header of any letter case."""
    settings = marketo.connection
    query = {
        "grant_type": "client_credentials",
        "client_id": settings["client_id"],
        "client_secret": settings["client_secret"],
    }
    answer = httpx.get(f"{marketo.url}/identity/oauth/token", params=query).json()
    assert answer["token_type"] == "bearer"
    headers = {"AUTHORIZATION": f"Bearer {answer['access_token']}"}
    with httpx.Client(base_url=marketo.url, headers=headers) as client:
        yield client


@pytest.fixture
def campaign(marketo: Handle, client: httpx.Client) -> int:
    """A trigger campaign in a program, and a person."""
    marketo.do("add_smart_list", name="Everyone in EMEA")
    form = {"name": "Kit", "type": "Default", "channel": "Operational", "folder": "{'id': 13, 'type': Folder}"}
    assert client.post("/rest/asset/v1/programs.json", data=form).json()["success"]
    number = int(
        marketo.do(
            "build_campaign", program="Kit", name="Opened", triggers=["Campaign is Requested"], flow=["Send Alert"]
        )
    )
    assert client.post(f"/rest/asset/v1/smartCampaign/{number}/activate.json").json()["success"]
    return number


@pytest.mark.parametrize(
    "path",
    [
        "/rest/v1/leads/describe.json",
        "/rest/v1/leads/describe2.json",
        "/rest/v1/leads/describe.json?unheard_of=1",
        "/rest/v1/leads.json?filterType=email&filterValues=a@example.com&fields=email,firstName&batchSize=300",
        "/rest/v1/activities/types.json",
        "/rest/v1/activities/external/types.json",
        "/rest/v1/campaigns.json",
        "/rest/v1/campaigns.json?isTriggerable=true&batchSize=100",
        "/rest/v1/lists.json",
        "/rest/v1/lists.json?name=Newsletter&workspaceName=Default",
        "/rest/v1/customobjects.json",
        "/rest/v1/companies/describe.json",
        "/rest/v1/opportunities/describe.json",
        "/rest/v1/opportunities/roles/describe.json",
        "/rest/v1/salespersons/describe.json",
        "/rest/v1/namedaccounts/describe.json",
        "/rest/v1/programs/members/describe.json",
        "/rest/v1/leads/partitions.json",
        "/rest/v1/stats/usage.json",
        "/rest/asset/v1/smartLists.json?offset=0&maxReturn=200",
        "/rest/asset/v1/smartCampaigns.json?isActive=True",
        "/rest/asset/v1/staticLists.json",
        "/rest/asset/v1/folders.json?root={'id': 13, 'type': Folder}&maxDepth=2",
        "/rest/asset/v1/programs.json?maxReturn=20",
        "/rest/asset/v1/channels.json",
        "/rest/asset/v1/tagTypes.json",
    ],
)
def test_trailing_slash_reads_are_answered(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"Content-Type": "application/json;charset=UTF-8", "ACCEPT": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"], answer.text


def test_trailing_slash_json_in_a_form_without_its_quotes(client: httpx.Client) -> None:
    """As a widely used Python client writes a folder: the text of a dict, a word in it without quotes."""
    form = {"name": "From a client", "parent": "{'id': 13, 'type': Folder}", "description": "made by hand"}
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    made = client.post("/rest/asset/v1/folders.json", data=form, headers=headers).json()
    assert made["success"], made
    (folder,) = made["result"]
    assert folder["parent"] == {"id": 13, "type": "Folder"}
    token = {"name": "points", "type": "text", "value": "5", "folderType": "Folder"}
    kept = client.post(f"/rest/asset/v1/folder/{folder['folderId']['id']}/tokens.json", data=token).json()
    assert kept["success"], kept


@pytest.mark.parametrize("text", ["{'id': 13", "[13, Folder]", "Folder", "{" * 3000, "13", "!!python/object:os.x {}"])
def test_what_is_no_object_in_any_spelling_is_refused(client: httpx.Client, text: str) -> None:
    made = client.post("/rest/asset/v1/folders.json", data={"name": "x", "parent": text}).json()
    assert (made["success"], made["errors"][0]["code"]) == (False, "1001")


def test_a_person_is_made_found_put_on_a_list_and_deleted(client: httpx.Client) -> None:
    headers = {"Content-type": "application/json; charset=utf-8"}
    body = {
        "action": "createOrUpdate",
        "lookupField": "email",
        "input": [{"email": "ann@example.com", "firstName": "Ann"}],
    }
    (made,) = client.post("/rest/v1/leads.json", json=body, headers=headers).json()["result"]
    long_get = {"filterType": "id", "filterValues": str(made["id"]), "fields": "email"}
    (found,) = client.post("/rest/v1/leads.json?_method=GET", data=long_get).json()["result"]
    assert found["email"] == "ann@example.com"
    form = {"name": "Newsletter", "folder": "{'id': 13, 'type': Folder}"}
    (asset,) = client.post("/rest/asset/v1/staticLists.json", data=form).json()["result"]
    on_it = client.post(f"/rest/v1/lists/{asset['id']}/leads.json?id={made['id']}").json()["result"]
    assert [each["status"] for each in on_it] == ["added"]
    (brief,) = client.get(f"/rest/v1/lists/{asset['id']}.json").json()["result"]
    assert brief["name"] == "Newsletter"
    gone = client.post("/rest/v1/leads/delete.json", json={"input": [{"id": made["id"]}]}).json()
    assert gone["result"][0]["status"] == "deleted"


def test_campaigns_are_seen_requested_and_scheduled(client: httpx.Client, campaign: int) -> None:
    (seen,) = client.get("/rest/v1/campaigns.json", params={"id": campaign}).json()["result"]
    assert (seen["type"], seen["active"], seen["programName"]) == ("trigger", True, "Kit")
    assert client.get(f"/rest/v1/campaigns/{campaign}.json").json()["result"] == [seen]
    (person,) = client.post("/rest/v1/leads.json", json={"input": [{"email": "bo@example.com"}]}).json()["result"]
    body = {"input": {"leads": [{"id": person["id"]}], "tokens": [{"name": "{{my.x}}", "value": "1"}]}}
    asked = client.post(f"/rest/v1/campaigns/{campaign}/trigger.json", json=body).json()
    assert asked["result"] == [{"id": campaign}]
    refused = client.post(f"/rest/v1/campaigns/{campaign}/schedule.json", json={"input": {}}).json()
    assert refused["errors"][0]["code"] == "1003"
    missing = client.post("/rest/v1/campaigns/99/trigger.json", json=body).json()
    assert missing["errors"][0]["code"] == "1013"


def test_a_smart_list_is_shown_with_its_rules_when_asked(client: httpx.Client, campaign: int) -> None:
    (brief,) = client.get("/rest/asset/v1/smartList/byName.json", params={"name": "Everyone in EMEA"}).json()["result"]
    assert "rules" not in brief
    shown = client.get(f"/rest/asset/v1/smartList/{brief['id']}.json", params={"includeRules": "true"}).json()
    assert shown["result"][0]["rules"]["filterMatchType"] == "all"


def test_types_of_custom_objects_are_described_once_approved(client: httpx.Client) -> None:
    base = "/rest/v1/customobjects"
    top = {"apiName": "kitVisit", "displayName": "Visit", "action": "createOnly"}
    assert client.post(f"{base}/schema.json", json=top).json()["success"]
    key = {"name": "visitKey", "displayName": "Key", "dataType": "string", "isDedupeField": True}
    assert client.post(f"{base}/schema/kitVisit/addField.json", json={"input": [key]}).json()["success"]
    assert client.get(f"{base}.json").json()["result"] == []
    assert client.get(f"{base}/kitVisit/describe.json").json()["errors"][0]["code"] == "1013"
    assert client.post(f"{base}/schema/kitVisit/approve.json").json()["success"]
    (described,) = client.get(f"{base}/kitVisit/describe.json").json()["result"]
    assert described["dedupeFields"] == ["visitKey"]
    assert client.get(f"{base}.json", params={"names": "kitVisit"}).json()["result"] == [described]


def test_standard_fields_have_the_types_of_a_recorded_describe(client: httpx.Client) -> None:
    described = client.get("/rest/v1/leads/describe2.json").json()["result"][0]["fields"]
    found = {each["name"]: (each["dataType"], each.get("length")) for each in described}
    assert found["billingStreet"][0] == "text"
    assert found["mainPhone"][0] == "string"
    assert found["unsubscribedReason"] == ("string", 2000)
    assert found["relativeUrgency"][0] == "integer"


def test_tag_types_say_tag_type(client: httpx.Client) -> None:
    (listed,) = client.get("/rest/asset/v1/tagTypes.json").json()["result"]
    (found,) = client.get("/rest/asset/v1/tagType/byName.json", params={"name": "Region"}).json()["result"]
    assert (listed["tagType"], found["tagType"], "name" in found) == ("Region", "Region", False)
    assert found["allowableValues"] == "[EMEA, AMER, APAC]"


def test_campaigns_and_their_smart_lists_say_where_they_are(client: httpx.Client, campaign: int) -> None:
    (found,) = client.get(f"/rest/asset/v1/smartCampaign/{campaign}.json").json()["result"]
    assert "recurrence" in found
    (smart,) = client.get(f"/rest/asset/v1/smartCampaign/{campaign}/smartList.json").json()["result"]
    assert {"description", "folder", "updatedAt", "url", "workspace"} <= smart.keys()
