"""The emulator's assets: fields, tree, tokens, campaigns, lists, people, exports, custom objects and activities."""

from __future__ import annotations

from typing import Any

import pytest

from tests.marketo.conftest import Raw, code_of

FIELDS = "/rest/v1/leads/schema/fields"
ASSET = "/rest/asset/v1"


def field(**more: Any) -> dict[str, Any]:
    return {"displayName": "Region", "name": "region", "dataType": "string", **more}


class TestFields:
    def test_create_and_read(self, raw: Raw) -> None:
        assert raw.post(f"{FIELDS}.json", {"input": [field()]})["result"] == [{"name": "region", "status": "created"}]
        (doc,) = raw.get(f"{FIELDS}/region.json")["result"]
        assert doc == {
            "displayName": "Region",
            "name": "region",
            "description": "",
            "dataType": "string",
            "length": 255,
            "isHidden": False,
            "isHtmlEncodingInEmail": True,
            "isSensitive": False,
            "isCustom": True,
            "isApiCreated": True,
        }

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": "1st"},
            {"name": "a-b"},
            {"name": "n" * 256},
            {"name": ""},
            {"displayName": ""},
            {"displayName": "Size?"},
            {"displayName": "l" * 256},
            {"dataType": "text"},
            {"dataType": "formula"},
            {"dataType": "enum"},
            {"length": 100},
            {"isHidden": "yes"},
            {"description": "d" * 2001},
        ],
    )
    def test_what_is_refused(self, raw: Raw, wrong: dict[str, Any]) -> None:
        assert code_of(raw.post(f"{FIELDS}.json", {"input": [field(**wrong)]})) in ("1001", "1002", "1003", "701")
        assert code_of(raw.get(f"{FIELDS}/region.json")) == "1006"

    def test_one_refused_field_takes_the_others_along(self, raw: Raw) -> None:
        raw.post(f"{FIELDS}.json", {"input": [field(), field(name="1st", displayName="X")]})
        assert code_of(raw.get(f"{FIELDS}/region.json")) == "1006"

    @pytest.mark.parametrize("body", [{}, {"input": []}, {"input": {}}, {"input": [field()] * 301}])
    def test_a_wrong_input(self, raw: Raw, body: dict[str, Any]) -> None:
        assert code_of(raw.post(f"{FIELDS}.json", body)) in ("1002", "1003")

    @pytest.mark.parametrize("change", [{"dataType": "date"}, {"name": "other"}, {"length": 5}])
    @pytest.mark.parametrize(("switch", "good"), [("refused", False), ("ignored", True)])
    def test_what_never_changes(self, raw: Raw, change: dict[str, Any], switch: str, good: bool) -> None:
        raw.handle.switch("update_with_type", switch)
        raw.post(f"{FIELDS}.json", {"input": [field()]})
        body = raw.post(f"{FIELDS}/region.json", {"input": [{**change, "description": "New."}]})
        assert body["success"] is good
        (doc,) = raw.get(f"{FIELDS}/region.json")["result"]
        assert (doc["name"], doc["dataType"]) == ("region", "string")

    def test_exactly_one_is_updated(self, raw: Raw) -> None:
        raw.post(f"{FIELDS}.json", {"input": [field()]})
        assert code_of(raw.post(f"{FIELDS}/region.json", {"input": [{"isHidden": True}] * 2})) == "1003"

    @pytest.mark.parametrize("change", [{"displayName": "Mail"}, {"isHidden": True}])
    def test_standard_fields_keep_their_name(self, raw: Raw, change: dict[str, Any]) -> None:
        assert code_of(raw.post(f"{FIELDS}/email.json", {"input": [change]})) == "1003"
        assert raw.post(f"{FIELDS}/email.json", {"input": [{"isSensitive": True}]})["success"]

    def test_only_api_made_fields_are_hidden(self, raw: Raw) -> None:
        raw.handle.do("add_field", object_name="person", name="region", label="Region", data_type="string")
        assert code_of(raw.post(f"{FIELDS}/region.json", {"input": [{"isHidden": True}]})) == "1003"

    def test_a_role_sees_what_it_may_write(self, raw: Raw) -> None:
        raw.post(f"{FIELDS}.json", {"input": [field()]})
        raw.handle.do("set_permissions", permissions=["Read-Write Schema Custom Field"])
        assert [doc["name"] for doc in raw.get(f"{FIELDS}.json")["result"]] == ["region"]
        assert code_of(raw.post(f"{FIELDS}/email.json", {"input": [{"isSensitive": True}]})) == "603"

    def test_describe_calls_a_score_an_integer(self, raw: Raw) -> None:
        (description,) = raw.get("/rest/v1/leads/describe2.json")["result"]
        (score,) = [each for each in description["fields"] if each["name"] == "leadScore"]
        assert score["dataType"] == "integer"
        assert ["email"] in description["searchableFields"]
        assert {each["name"]: each["crmManaged"] for each in description["fields"]}["email"] is True
        old = raw.get("/rest/v1/leads/describe.json")["result"]
        assert {"id", "displayName", "dataType", "rest"} <= set(old[0])

    def test_the_other_objects(self, raw: Raw) -> None:
        for path in ("companies", "opportunities", "namedaccounts"):
            assert raw.get(f"/rest/v1/{path}/schema/fields.json")["result"]
        assert raw.get("/rest/v1/programs/members/schema/fields/statusName.json")["result"]


class TestTree:
    @pytest.fixture
    def folder(self, raw: Raw) -> int:
        return int(raw.handle.do("add_folder", path="Scoring"))

    def make(self, raw: Raw, number: int, **more: Any) -> dict[str, Any]:
        form = {
            "name": "Points",
            "type": "Default",
            "channel": "Operational",
            "folder": f'{{"id":{number},"type":"folder"}}',
        }
        return raw.submit(f"{ASSET}/programs.json", **{**form, **more})

    def test_folders_have_numbers_of_their_own(self, raw: Raw, folder: int) -> None:
        program = self.make(raw, folder)["result"][0]
        assert raw.get(f"{ASSET}/folder/{folder}.json", type="Folder")["result"][0]["name"] == "Scoring"
        assert raw.get(f"{ASSET}/folder/{program['id']}.json", type="PROGRAM")["result"][0]["name"] == "Points"
        assert "result" not in raw.get(f"{ASSET}/folder/{folder}.json", type="Program")

    @pytest.mark.parametrize(
        ("path", "params", "code"),
        [
            ("folder/3.json", {"type": "Unacceptable"}, "1001"),
            ("folder/3.json", {}, "1001"),
            ("folder/byName.json", {"name": "x", "type": "Unacceptable"}, "1003"),
            ("folder/byName.json", {"name": "x", "workSpace": "Nowhere"}, "611"),
            ("folder/byName.json", {}, "701"),
            ("folder/3/tokens.json", {"folderType": "Nothing"}, "1001"),
        ],
    )
    def test_lookups_that_are_refused(self, raw: Raw, path: str, params: dict[str, str], code: str) -> None:
        assert code_of(raw.get(f"{ASSET}/{path}", **params)) == code

    def test_browsing(self, raw: Raw, folder: int) -> None:
        raw.handle.do("add_folder", path="Scoring/Deep/Deeper")
        root = '{"id":13,"type":"Folder"}'
        names = [doc["name"] for doc in raw.get(f"{ASSET}/folders.json", root=root, maxDepth=2)["result"]]
        assert names == ["Scoring", "Deep"]
        inside = raw.get(f"{ASSET}/folder/{folder}/content.json", type="Folder")["result"]
        assert [each["type"] for each in inside] == ["Folder"]

    @pytest.mark.parametrize(
        ("form", "code"),
        [
            ({"name": "", "parent": '{"id":13,"type":"Folder"}'}, "701"),
            ({"name": "n" * 256, "parent": '{"id":13,"type":"Folder"}'}, "701"),
            ({"name": "x"}, "701"),
            ({"name": "x", "parent": "13"}, "1001"),
            ({"name": "x", "parent": "{'id': 13"}, "1001"),
            ({"name": "x", "parent": '{"id":999,"type":"Folder"}'}, "710"),
            ({"name": "x", "parent": '{"id":3,"type":"Folder"}'}, "711"),
            ({"name": "scoring", "parent": '{"id":13,"type":"Folder"}'}, "709"),
        ],
    )
    def test_folders_that_are_refused(self, raw: Raw, folder: int, form: dict[str, str], code: str) -> None:
        assert code_of(raw.submit(f"{ASSET}/folders.json", **form)) == code

    @pytest.mark.parametrize(
        ("number", "sort", "code"), [(75, "Folder", "702"), (13, "Folder", "709"), (13, "Program", "709")]
    )
    def test_folders_that_stay(self, raw: Raw, number: int, sort: str, code: str) -> None:
        body = raw.submit(f"{ASSET}/folder/{number}/delete.json", type=sort)
        assert code_of(body) == code
        if number == 75:
            assert body["errors"][0]["message"] == "75 Folder not found"

    def test_a_program_names_its_folder_by_value(self, raw: Raw, folder: int) -> None:
        (made,) = self.make(raw, folder)["result"]
        assert made["folder"] == {"type": "Folder", "value": folder, "folderName": "Scoring"}
        assert made["createdAt"].endswith("Z+0000")
        assert made["status"] == ""

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"name": ""}, "701"),
            ({"name": "n" * 256}, "701"),
            ({"channel": ""}, "701"),
            ({"channel": "Nothing"}, "702"),
            ({"channel": "Webinar"}, "709"),
            ({"type": "Nothing"}, "1001"),
            ({"folder": '{"id":999,"type":"Folder"}'}, "710"),
            ({"folder": '{"id":12,"type":"Folder"}'}, "711"),
            ({"folder": '{"id":13,"type":"Program"}'}, "711"),
            ({"tags": '[{"tagType":"Region","tagValue":"Moon"}]'}, "702"),
            ({"tags": "{}"}, "1001"),
        ],
    )
    def test_programs_that_are_refused(self, raw: Raw, folder: int, more: dict[str, str], code: str) -> None:
        assert code_of(self.make(raw, folder, **more)) == code

    def test_names_are_unique_everywhere(self, raw: Raw, folder: int) -> None:
        self.make(raw, folder)
        other = raw.handle.do("add_folder", path="Other")
        assert code_of(self.make(raw, other, name="points")) == "709"

    @pytest.mark.parametrize("name", ["type", "channel", "folder"])
    def test_what_a_program_keeps(self, raw: Raw, folder: int, name: str) -> None:
        (made,) = self.make(raw, folder)["result"]
        assert code_of(raw.submit(f"{ASSET}/program/{made['id']}.json", **{name: "x"})) == "709"

    def test_tags_are_not_in_a_browse(self, raw: Raw, folder: int) -> None:
        (made,) = self.make(raw, folder, tags='[{"tagType":"Region","tagValue":"EMEA"}]')["result"]
        assert "tags" not in raw.get(f"{ASSET}/programs.json")["result"][0]
        assert "tags" not in raw.get(f"{ASSET}/program/byName.json", name="Points")["result"][0]
        tags = raw.get(f"{ASSET}/program/byName.json", name="Points", includeTags="true")["result"][0]["tags"]
        assert tags == [{"tagType": "Region", "tagValue": "EMEA"}]
        assert (
            raw.get(f"{ASSET}/program/byTag.json", tagType="Region", tagValue="EMEA")["result"][0]["id"] == made["id"]
        )

    def test_a_name_with_a_comma_cannot_be_searched(self, raw: Raw, folder: int) -> None:
        self.make(raw, folder, name="A, B")
        assert "result" not in raw.get(f"{ASSET}/program/byName.json", name="A, B")

    def test_a_clone_takes_tokens_and_campaigns_along(self, raw: Raw, folder: int) -> None:
        (made,) = self.make(raw, folder)["result"]
        raw.handle.do("set_token", program=made["id"], name="a", sort="score", value="+1")
        raw.handle.do("build_campaign", program="Points", name="One", triggers=["T"], flow=["F"])
        where = f'{{"id":{folder},"type":"Folder"}}'
        (clone,) = raw.submit(f"{ASSET}/program/{made['id']}/clone.json", name="Copy", folder=where)["result"]
        tokens = raw.get(f"{ASSET}/folder/{clone['id']}/tokens.json", folderType="Program")["result"][0]["tokens"]
        assert [token["name"] for token in tokens] == ["a"]
        listed = raw.get(f"{ASSET}/smartCampaigns.json", folder=f'{{"id":{clone["id"]},"type":"Program"}}')
        assert [each["name"] for each in listed["result"]] == ["One"]
        assert code_of(raw.submit(f"{ASSET}/program/{made['id']}/clone.json", name="Copy", folder=where)) == "709"
        assert code_of(raw.submit(f"{ASSET}/program/{made['id']}/approve.json")) == "709"


class TestTokens:
    @pytest.fixture
    def path(self, raw: Raw) -> str:
        folder = raw.handle.do("add_folder", path="Scoring")
        return f"{ASSET}/folder/{raw.handle.do('add_program', name='Points', folder=folder)}/tokens"

    def test_a_folder_unless_said(self, raw: Raw, path: str) -> None:
        assert code_of(raw.get(f"{path}.json")) == "702"
        raw.handle.switch("missing_token_folder", "710")
        assert code_of(raw.get(f"{path}.json")) == "710"
        assert raw.get(f"{path}.json", folderType="Program")["success"]

    def test_written_by_name(self, raw: Raw, path: str) -> None:
        for value in ("+30", "-10"):
            body = raw.submit(f"{path}.json", name="a", type="score", value=value, folderType="Program")
            assert body["result"][0]["tokens"][0]["value"] == value
        (listed,) = raw.get(f"{path}.json", folderType="Program")["result"]
        assert [(token["name"], token["value"]) for token in listed["tokens"]] == [("a", "-10")]

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"name": "n" * 51}, "701"),
            ({"name": "{{my.a}}"}, "709"),
            ({"type": "script block"}, "1001"),
            ({"value": "many"}, "1001"),
            ({"value": "3000000000"}, "1001"),
            ({"value": "=5"}, "1001"),
            ({"type": "text", "value": "x" * 524_289}, "701"),
        ],
    )
    def test_what_is_refused(self, raw: Raw, path: str, more: dict[str, str], code: str) -> None:
        form = {"name": "a", "type": "score", "value": "1", "folderType": "Program", **more}
        assert code_of(raw.submit(f"{path}.json", **form)) == code

    @pytest.mark.parametrize("missing", ["name", "type", "value", "folderType"])
    def test_everything_is_required(self, raw: Raw, path: str, missing: str) -> None:
        form = {"name": "a", "type": "score", "value": "1", "folderType": "Program"}
        del form[missing]
        assert code_of(raw.submit(f"{path}.json", **form)) in ("701", "702")

    def test_deleting_needs_the_type(self, raw: Raw, path: str) -> None:
        raw.submit(f"{path}.json", name="a", type="score", value="1", folderType="Program")
        assert code_of(raw.submit(f"{path}/delete.json", name="a", type="text", folderType="Program")) == "702"
        assert raw.submit(f"{path}/delete.json", name="a", type="score", folderType="Program")["result"][0]["id"]

    def test_inherited_tokens_are_not_listed(self, raw: Raw, path: str) -> None:
        folder = raw.handle.do("add_folder", path="Scoring")
        form = {"name": "above", "type": "text", "value": "x", "folderType": "Folder"}
        raw.submit(f"{ASSET}/folder/{folder}/tokens.json", **form)
        assert raw.get(f"{path}.json", folderType="Program")["result"][0]["tokens"] == []


class TestCampaigns:
    @pytest.fixture
    def where(self, raw: Raw) -> str:
        folder = raw.handle.do("add_folder", path="Scoring")
        return f'{{"id":{raw.handle.do("add_program", name="Points", folder=folder)},"type":"Program"}}'

    def test_a_new_one_is_an_empty_shell(self, raw: Raw, where: str) -> None:
        (made,) = raw.submit(f"{ASSET}/smartCampaigns.json", name="One", folder=where)["result"]
        assert (made["type"], made["status"], made["isActive"]) == ("batch", "Never Run", False)
        assert made["smartListId"]
        assert made["flowId"]
        assert code_of(raw.submit(f"{ASSET}/smartCampaign/{made['id']}/activate.json")) == "709"
        assert code_of(raw.submit(f"{ASSET}/smartCampaigns.json", name="one", folder=where)) == "709"
        assert code_of(raw.submit(f"{ASSET}/smartCampaigns.json", name="", folder=where)) == "701"

    def test_rules_are_shown_when_asked_for_and_flows_never(self, raw: Raw, where: str) -> None:
        number = raw.handle.do(
            "build_campaign", program="Points", name="One", triggers=["Fills Out Form"], flow=["Secret"]
        )
        path = f"{ASSET}/smartCampaign/{number}"
        (rules,) = raw.get(f"{path}/smartList.json", includeRules="true")["result"]
        assert rules["rules"]["triggers"][0]["name"] == "Fills Out Form"
        assert "rules" not in raw.get(f"{path}/smartList.json")["result"][0]
        assert "Secret" not in raw.client.get(f"{path}.json").text

    def test_it_is_switched_on_once(self, raw: Raw, where: str) -> None:
        number = raw.handle.do("build_campaign", program="Points", name="One", triggers=["T"], flow=["F"])
        path = f"{ASSET}/smartCampaign/{number}"
        assert raw.submit(f"{path}/activate.json")["result"] == [{"id": number}]
        assert code_of(raw.submit(f"{path}/activate.json")) == "709"
        assert raw.get(f"{ASSET}/smartCampaigns.json", isActive="true")["result"][0]["status"] == "Active"
        assert code_of(raw.submit(f"{path}/delete.json")) == "709"
        assert raw.submit(f"{path}/deactivate.json")["success"]
        assert code_of(raw.submit(f"{path}/deactivate.json")) == "709"
        assert raw.submit(f"{path}/delete.json")["success"]
        assert code_of(raw.get(f"{path}.json")) == "702"

    def test_a_role_without_activation(self, raw: Raw, where: str) -> None:
        number = raw.handle.do("build_campaign", program="Points", name="One", triggers=["T"], flow=["F"])
        raw.handle.do("set_permissions", permissions=["Read-Write Assets"])
        assert code_of(raw.submit(f"{ASSET}/smartCampaign/{number}/activate.json")) == "603"


class TestPeople:
    def test_reading_shows_empty_fields_as_null(self, raw: Raw) -> None:
        (number,) = raw.handle.do("add_people", count=1)
        (person,) = raw.get(f"/rest/v1/lead/{number}.json", fields="email,company")["result"]
        assert person == {"id": number, "email": "person1@example.com", "company": None}

    @pytest.mark.parametrize(
        ("params", "code"),
        [
            ({}, "1003"),
            ({"filterType": "email"}, "1003"),
            ({"filterType": "unsubscribed", "filterValues": "true"}, "1003"),
            ({"filterType": "nothing", "filterValues": "x"}, "1003"),
            ({"filterType": "id", "filterValues": ",".join(map(str, range(301)))}, "1003"),
        ],
    )
    def test_searches_that_are_refused(self, raw: Raw, params: dict[str, str], code: str) -> None:
        assert code_of(raw.get("/rest/v1/leads.json", **params)) == code

    def test_more_than_a_thousand(self, raw: Raw) -> None:
        raw.handle.do("add_people", count=3, leadSource="web")
        raw.handle.limit("filter_matches", 2)
        body = raw.get("/rest/v1/leads.json", filterType="leadSource", filterValues="web")
        assert body["errors"][0] == {"code": "1003", "message": "Too many results match the filter"}

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"action": "createOnly", "input": [{"email": "a@example.com"}]}, "created"),
            ({"input": [{"email": "person1@example.com", "city": ""}]}, "updated"),
            ({"action": "createOnly", "input": [{"email": "person1@example.com"}]}, "skipped"),
            ({"action": "updateOnly", "input": [{"email": "nobody@example.com"}]}, "skipped"),
            ({"action": "createDuplicate", "input": [{"email": "person1@example.com"}]}, "created"),
            ({"input": [{"email": "a@example.com", "nothing": 1}]}, "skipped"),
            ({"input": [{"email": "a@example.com", "unsubscribed": "other"}]}, "skipped"),
            ({"input": [{"email": "a@example.com", "numberOfEmployees": 14.1}]}, "skipped"),
            ({"input": [{"email": "a@example.com", "dateOfBirth": "yesterday"}]}, "skipped"),
            ({"input": [{"email": "a@example.com", "dateOfBirth": "1990-01-31"}]}, "created"),
            ({"action": "updateOnly", "lookupField": "id", "input": [{"id": 1001, "city": "Ulm"}]}, "updated"),
        ],
    )
    def test_writing(self, raw: Raw, body: dict[str, Any], status: str) -> None:
        raw.handle.do("add_people", count=1)
        (record,) = raw.post("/rest/v1/leads.json", body)["result"]
        assert record["status"] == status
        assert "seq" not in record

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"action": "createAll", "input": [{}]}, "1003"),
            ({"lookupField": "id", "input": [{"id": 1}]}, "1003"),
            ({"partitionName": "Mars", "input": [{"email": "a@example.com"}]}, "1010"),
        ],
    )
    def test_writes_that_are_refused(self, raw: Raw, body: dict[str, Any], code: str) -> None:
        assert code_of(raw.post("/rest/v1/leads.json", body)) == code

    def test_several_matches(self, raw: Raw) -> None:
        raw.handle.do("add_people", count=2, email="same@example.com")
        (record,) = raw.post("/rest/v1/leads.json", {"input": [{"email": "same@example.com"}]})["result"]
        assert record["reasons"][0]["code"] == "1007"

    def test_deleting_and_partitions(self, raw: Raw) -> None:
        (number,) = raw.handle.do("add_people", count=1)
        raw.handle.do("add_partition", name="EU")
        move = {"input": [{"id": number, "partitionName": "EU"}, {"id": number, "partitionName": "Mars"}]}
        assert [each["status"] for each in raw.post("/rest/v1/leads/partitions.json", move)["result"]] == [
            "updated",
            "skipped",
        ]
        assert [each["name"] for each in raw.get("/rest/v1/leads/partitions.json")["result"]] == ["Default", "EU"]
        gone = raw.post("/rest/v1/leads/delete.json", {"input": [{"id": number}, {"id": 5}]})["result"]
        assert [each["status"] for each in gone] == ["deleted", "skipped"]

    def test_status_in_a_program(self, raw: Raw) -> None:
        folder = raw.handle.do("add_folder", path="Events")
        number = raw.handle.do("add_program", name="Webinar", folder=folder, sort="Event", channel="Webinar")
        (person,) = raw.handle.do("add_people", count=1)
        path = f"/rest/v1/programs/{number}/members/status.json"

        def move(status: str) -> str:
            body = raw.post(path, {"statusName": status, "input": [{"leadId": person}]})
            return str(body["result"][0]["status"] if body["success"] else code_of(body))

        assert [move(status) for status in ("Registered", "Attended", "Invited", "Nothing")] == [
            "created",
            "updated",
            "skipped",
            "1025",
        ]


class TestLists:
    def test_assets_and_members(self, raw: Raw) -> None:
        one, two = raw.handle.do("add_people", count=2)
        folder = '{"id":11,"type":"Folder"}'
        (made,) = raw.submit(f"{ASSET}/staticLists.json", name="VIP", folder=folder)["result"]
        assert code_of(raw.submit(f"{ASSET}/staticLists.json", name="vip", folder=folder)) == "709"
        path = f"/rest/v1/lists/{made['id']}/leads.json"
        added = raw.post(path, {"input": [{"id": one}, {"id": 5}]})["result"]
        assert [each["status"] for each in added] == ["added", "skipped"]
        assert [each["id"] for each in raw.get(path, fields="id")["result"]] == [one]
        members = raw.get(f"/rest/v1/lists/{made['id']}/leads/ismember.json", id=f"{one},{two}")["result"]
        assert [each["status"] for each in members] == ["memberof", "notmemberof"]
        removed = raw.client.request("DELETE", path, json={"input": [{"id": one}, {"id": two}]}).json()["result"]
        assert [each.get("reasons", [{}])[0].get("code") for each in removed] == [None, "1015"]
        assert raw.submit(f"{ASSET}/staticList/{made['id']}.json", description="x")["result"][0]["description"] == "x"
        assert raw.submit(f"{ASSET}/staticList/{made['id']}/delete.json")["success"]
        assert code_of(raw.get(path)) == "1013"


class TestExports:
    PATH = "/bulk/v1/leads/export"
    SPAN = {"createdAt": {"startAt": "2026-08-20T00:00:00Z", "endAt": "2026-09-10T00:00:00Z"}}

    def job(self, raw: Raw, asked: dict[str, Any] | None = None) -> str:
        body = raw.post(f"{self.PATH}/create.json", {"fields": ["id"], "filter": asked or self.SPAN})
        return str(body["result"][0]["exportId"])

    def test_the_life_of_a_job(self, raw: Raw) -> None:
        raw.handle.do("add_people", count=3)
        job = self.job(raw)
        assert raw.client.get(f"{self.PATH}/{job}/file.json").status_code == 404
        assert raw.post(f"{self.PATH}/{job}/enqueue.json")["result"][0]["status"] == "Queued"
        seen = [raw.get(f"{self.PATH}/{job}/status.json")["result"][0]["status"] for _ in range(3)]
        assert seen == ["Processing", "Completed", "Completed"]
        assert raw.get(f"{self.PATH}/{job}/status.json")["result"][0]["numberOfRecords"] == 3
        assert raw.client.get(f"{self.PATH}/{job}/file.json").text == "id\n1001\n1002\n1003\n"

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ({}, "1003"),
            ({"nothing": 1}, "1003"),
            ({"smartListId": 1}, "1035"),
            ({"updatedAt": {}}, "1035"),
            ({"createdAt": {"startAt": "2026-01-01", "endAt": "2026-03-01"}}, "1003"),
            ({"createdAt": {"startAt": "x"}}, "1003"),
        ],
    )
    def test_filters_that_are_refused(self, raw: Raw, asked: dict[str, Any], code: str) -> None:
        assert code_of(raw.post(f"{self.PATH}/create.json", {"filter": asked})) == code

    def test_some_subscriptions_export_smart_lists(self, raw: Raw) -> None:
        raw.handle.switch("bulk_smart_lists", True)
        assert self.job(raw, {"smartListId": 7})

    def test_the_queue_is_short(self, raw: Raw) -> None:
        raw.handle.limit("exports_queued", 1)
        raw.post(f"{self.PATH}/{self.job(raw)}/enqueue.json")
        assert code_of(raw.post(f"{self.PATH}/{self.job(raw)}/enqueue.json")) == "1029"

    def test_a_job_can_be_cancelled(self, raw: Raw) -> None:
        job = self.job(raw)
        assert raw.post(f"{self.PATH}/{job}/cancel.json")["result"][0]["status"] == "Cancelled"
        assert code_of(raw.post(f"{self.PATH}/{job}/enqueue.json")) == "1003"
        assert [each["status"] for each in raw.get(f"{self.PATH}.json")["result"]] == ["Cancelled"]


class TestCustomObjects:
    PATH = "/rest/v1/customobjects/schema"

    def draft(self, raw: Raw, name: str = "car") -> None:
        raw.post(f"{self.PATH}.json", {"apiName": name, "displayName": name.title()})
        key = {"name": "vin", "displayName": "VIN", "dataType": "string", "isDedupeField": True}
        assert raw.post(f"{self.PATH}/{name}/addField.json", {"input": [key]})["result"] == []

    def state(self, raw: Raw) -> str:
        return str(raw.get(f"{self.PATH}/car/describe.json")["result"][0]["state"])

    def test_states(self, raw: Raw) -> None:
        self.draft(raw)
        (fresh,) = raw.get(f"{self.PATH}/car/describe.json")["result"]
        assert (fresh["state"], fresh["idField"], fresh["createdAt"]) == ("draft", None, None)
        assert code_of(raw.post(f"{self.PATH}/car/discardDraft.json")) == "1048"
        body = raw.post(f"{self.PATH}/car/approve.json")
        assert (body["result"], body["success"]) == ([], True)
        raw.post(f"{self.PATH}.json", {"apiName": "car", "description": "New."})
        assert self.state(raw) == "approvedWithDraft"
        drafts = raw.get(f"{self.PATH}.json", state="draft")["result"]
        assert [each["description"] for each in drafts] == ["New."]
        raw.post(f"{self.PATH}/car/discardDraft.json")
        assert self.state(raw) == "approved"
        assert code_of(raw.post(f"{self.PATH}/car/approve.json")) == "1003"

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("", {"apiName": "car", "displayName": "Other"}),
            ("/car/deleteField", {"input": [{"name": "vin"}]}),
            ("/car/vin/updateField", {"isDedupeField": False, "dataType": "string"}),
            (
                "/car/addField",
                {"input": [{"name": "k", "displayName": "K", "dataType": "string", "isDedupeField": True}]},
            ),
            (
                "/car/addField",
                {"input": [{"name": "l", "displayName": "L", "dataType": "link", "relatedTo": {"name": "lead"}}]},
            ),
        ],
    )
    def test_what_the_first_approval_fixes(self, raw: Raw, path: str, body: dict[str, Any]) -> None:
        self.draft(raw)
        raw.post(f"{self.PATH}/car/approve.json")
        assert code_of(raw.post(f"{self.PATH}{path}.json", body)) == "1003"

    def test_limits(self, raw: Raw) -> None:
        raw.handle.limit("custom_objects", 1)
        self.draft(raw)
        assert code_of(raw.post(f"{self.PATH}.json", {"apiName": "trip", "displayName": "Trip"})) == "1003"
        raw.post(f"{self.PATH}/car/approve.json")
        raw.handle.limit("custom_object_later_fields", 1)
        more = [{"name": f"f{number}", "displayName": f"F{number}", "dataType": "string"} for number in range(2)]
        assert code_of(raw.post(f"{self.PATH}/car/addField.json", {"input": more})) == "1003"
        assert raw.post(f"{self.PATH}/car/addField.json", {"input": more[:1]})["success"]

    def test_only_approved_objects_without_links_are_linked_to(self, raw: Raw) -> None:
        self.draft(raw)
        raw.post(f"{self.PATH}.json", {"apiName": "trip", "displayName": "Trip"})
        link = {"name": "car", "displayName": "Car", "dataType": "link", "relatedTo": {"name": "car", "field": "vin"}}
        assert code_of(raw.post(f"{self.PATH}/trip/addField.json", {"input": [link]})) == "1003"
        raw.post(f"{self.PATH}/car/approve.json")
        assert raw.post(f"{self.PATH}/trip/addField.json", {"input": [link]})["success"]
        assert [each["name"] for each in raw.get(f"{self.PATH}/linkableObjects.json")["result"]] == [
            "Lead",
            "Company",
            "car",
        ]

    @pytest.mark.parametrize(
        ("sort", "related"),
        [
            ("link", None),
            ("string", {"name": "lead", "field": "id"}),
            ("link", {"name": "lead"}),
            ("link", {"name": "lead", "field": "shoeSize"}),
            ("link", {"name": "opportunity", "field": "id"}),
            ("link", "lead"),
        ],
    )
    def test_a_link_is_what_leads_to_a_field_that_is_there(self, raw: Raw, sort: str, related: Any) -> None:
        self.draft(raw)
        field = {"name": "owner", "displayName": "Owner", "dataType": sort, "relatedTo": related}
        assert code_of(raw.post(f"{self.PATH}/car/addField.json", {"input": [field]})) == "1003"

    @pytest.mark.parametrize(
        ("field", "shown", "sort"), [("ID", "id", "integer"), ("unsubscribed", "unsubscribed", "boolean")]
    )
    def test_a_link_reads_back_with_the_type_of_its_target(self, raw: Raw, field: str, shown: str, sort: str) -> None:
        self.draft(raw)
        related = {"name": "lead", "field": field}
        made = {"name": "owner", "displayName": "Owner", "dataType": "link", "relatedTo": related}
        assert raw.post(f"{self.PATH}/car/addField.json", {"input": [made]})["success"]
        (found,) = raw.get(f"{self.PATH}/car/describe.json")["result"]
        related = {"name": "Lead", "field": shown}
        assert found["relationships"] == [{"field": "owner", "type": "parent", "relatedTo": related}]
        assert found["fields"][-1]["dataType"] == sort
        linkable = raw.get(f"{self.PATH}/linkableObjects.json")["result"][0]["fields"]
        assert {"name": shown, "dataType": sort} in [
            {key: each[key] for key in ("name", "dataType")} for each in linkable
        ]

    def test_approval_needs_a_key(self, raw: Raw) -> None:
        raw.post(f"{self.PATH}.json", {"apiName": "car", "displayName": "Car"})
        assert code_of(raw.post(f"{self.PATH}/car/approve.json")) == "1003"

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"apiName": "1", "displayName": "x"}, "1003"),
            ({"apiName": "x"}, "1002"),
            ({"apiName": "x", "action": "updateOnly"}, "1013"),
            ({"apiName": "x", "action": "replace"}, "1003"),
        ],
    )
    def test_what_is_refused(self, raw: Raw, body: dict[str, Any], code: str) -> None:
        assert code_of(raw.post(f"{self.PATH}.json", body)) == code

    def test_use_and_entitlement(self, raw: Raw) -> None:
        self.draft(raw)
        raw.handle.do("use_custom_object", name="car", asset_name="Renewals")
        assert raw.get(f"{self.PATH}/car/dependentAssets.json")["result"][0]["assetName"] == "Renewals"
        assert code_of(raw.post(f"{self.PATH}/car/delete.json")) == "1022"
        assert "link" in raw.get(f"{self.PATH}/fieldDataTypes.json")["result"]
        raw.handle.do("custom_objects_off")
        assert code_of(raw.get(f"{self.PATH}.json")) == "616"

    @pytest.mark.parametrize(("switch", "count"), [("exact", 1), ("more", 2)])
    def test_names_may_bring_more(self, raw: Raw, switch: str, count: int) -> None:
        self.draft(raw)
        self.draft(raw, "trip")
        raw.handle.switch("custom_object_names", switch)
        assert len(raw.get(f"{self.PATH}.json", names="car")["result"]) == count


class TestActivities:
    PATH = "/rest/v1/activities/external"
    TYPE = {
        "apiName": "visit",
        "name": "Visit",
        "triggerName": "Visits",
        "filterName": "Visited",
        "primaryAttribute": {"apiName": "place", "name": "Place"},
    }

    def test_every_write_answers_with_the_type(self, raw: Raw) -> None:
        one = f"{self.PATH}/type/visit"
        (made,) = raw.post(f"{self.PATH}/type.json", self.TYPE)["result"]
        assert (made["status"], made["apiName"]) == ("draft", "visit")
        attribute = {"attributes": [{"apiName": "length", "name": "Length", "dataType": "integer"}]}
        assert (
            raw.post(f"{one}/attributes/create.json", attribute)["result"][0]["attributes"] == attribute["attributes"]
        )
        assert raw.post(f"{one}/approve.json")["result"][0]["status"] == "approved"
        assert raw.post(f"{one}.json", {"description": "New."})["result"][0]["status"] == "approved with draft"
        assert raw.get(f"{one}/describe.json")["result"][0]["description"] is None
        assert raw.get(f"{one}/describe.json", draft="true")["result"][0]["description"] == "New."
        assert raw.post(f"{one}/discardDraft.json")["result"][0]["status"] == "approved"
        assert code_of(raw.post(f"{one}.json", {"name": "Other"})) == "1003"
        assert raw.post(f"{one}/delete.json")["result"][0]["status"] == "deleted"

    def test_attributes(self, raw: Raw) -> None:
        raw.post(f"{self.PATH}/type.json", self.TYPE)
        path = f"{self.PATH}/type/visit/attributes"
        known = {"attributes": [{"apiName": "a", "name": "A"}]}
        raw.post(f"{path}/create.json", known)
        assert code_of(raw.post(f"{path}/create.json", known)) == "1003"
        assert code_of(raw.post(f"{path}/update.json", {"attributes": [{"apiName": "b"}]})) == "1006"
        renamed = raw.post(f"{path}/update.json", {"attributes": [{"apiName": "a", "name": "B"}]})
        assert renamed["result"][0]["attributes"] == [{"apiName": "a", "name": "B"}]
        assert raw.post(f"{path}/delete.json", known)["result"][0]["attributes"] == []

    def test_limits_and_names(self, raw: Raw) -> None:
        raw.handle.limit("activity_types", 1)
        raw.handle.limit("activity_attributes", 0)
        assert code_of(raw.post(f"{self.PATH}/type.json", {**self.TYPE, "apiName": "12"})) == "1003"
        raw.post(f"{self.PATH}/type.json", self.TYPE)
        assert code_of(raw.post(f"{self.PATH}/type.json", self.TYPE)) == "1017"
        assert code_of(raw.post(f"{self.PATH}/type.json", {**self.TYPE, "apiName": "other"})) == "1027"
        attribute = {"attributes": [{"apiName": "a", "name": "A"}]}
        assert code_of(raw.post(f"{self.PATH}/type/visit/attributes/create.json", attribute)) == "1028"


class TestShown:
    def test_lists_in_brackets(self, raw: Raw) -> None:
        (listed,) = raw.get(f"{ASSET}/tagTypes.json")["result"]
        assert listed["applicableProgramTypes"] == "[program, event]"
        assert "allowableValues" not in listed
        assert (
            raw.get(f"{ASSET}/tagType/byName.json", name="Region")["result"][0]["allowableValues"]
            == "[EMEA, AMER, APAC]"
        )

    def test_not_in_program_is_a_status(self, raw: Raw) -> None:
        (channel,) = raw.get(f"{ASSET}/channel/byName.json", Name="Operational")["result"]
        assert [(status["name"], status["step"]) for status in channel["progressionStatuses"]] == [
            ("Not in Program", 0),
            ("Member", 1),
        ]

    def test_segmentations_have_no_rules(self, raw: Raw) -> None:
        raw.handle.do("add_segmentation", name="Country", segments=["DACH"])
        (found,) = raw.get(f"{ASSET}/segmentation.json", status="approved")["result"]
        assert not {key for key in found if "rule" in key.lower() or key.startswith("_")}
        segments = raw.get(f"{ASSET}/segmentation/{found['id']}/segments.json")["result"]
        assert [segment["name"] for segment in segments] == ["DACH", "Default"]
