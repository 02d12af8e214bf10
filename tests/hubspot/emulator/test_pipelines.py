from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mopsctl_hubspot.emulator.pipeline_rules import placed

from mopsctl.emulator import Handle, running

OPEN = {"label": "Open", "displayOrder": 0, "metadata": {"probability": "0.5"}}
WON = {"label": "Won", "displayOrder": 1, "metadata": {"probability": 1}}
RENEWALS: dict[str, Any] = {"label": "Renewals", "displayOrder": 1, "stages": [OPEN, WON]}
LIFECYCLE = "/contacts/contacts-lifecycle-pipeline"
STAGE = {"label": "Sales accepted", "displayOrder": 3, "metadata": {"isClosed": "false", "state": "OPEN"}}
EIGHT = [
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"),
    *("opportunity", "customer", "evangelist", "other"),
]


def listed(client: Any, kind: str = "deals", query: str = "") -> list[dict[str, Any]]:
    answer = client.pipelines("GET", f"/{kind}{query}")
    assert answer.status_code == 200
    return answer.json()["results"]


def stages(client: Any, path: str = LIFECYCLE) -> list[dict[str, Any]]:
    return client.pipelines("GET", path).json()["stages"]


def create(client: Any, kind: str = "deals", body: dict[str, Any] = RENEWALS, **changes: Any) -> httpx.Response:
    return client.pipelines("POST", f"/{kind}", body | changes)


def problem(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    body = answer.json()
    assert body["status"] == "error"
    assert body["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
    return answer.status_code, body.get("category"), body.get("subCategory")


class TestFreshAccount:
    @pytest.mark.parametrize(
        ("kind", "pipeline", "ids"),
        [
            ("contacts", "contacts-lifecycle-pipeline", EIGHT),
            ("companies", "companies-lifecycle-pipeline", EIGHT),
            (
                "deals",
                "default",
                [
                    *("appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin"),
                    *("contractsent", "closedwon", "closedlost"),
                ],
            ),
            ("tickets", "0", ["1", "2", "3", "4"]),
            (
                "0-136",
                "lead-pipeline-id",
                [
                    *("new-stage-id", "attempting-stage-id", "connected-stage-id"),
                    *("qualified-stage-id", "unqualified-stage-id"),
                ],
            ),
        ],
    )
    def test_the_default_pipelines(self, either: Any, kind: str, pipeline: str, ids: list[str]) -> None:
        (found,) = listed(either, kind)
        assert (found["id"], found["createdAt"]) == (pipeline, "1970-01-01T00:00:00.000Z")
        assert [stage["id"] for stage in found["stages"]] == ids
        assert [stage["displayOrder"] for stage in found["stages"]] == list(range(len(ids)))
        single = either.pipelines("GET", f"/{kind}/{pipeline}/stages").json()["results"]
        assert single == found["stages"]

    def test_metadata_is_text_and_closed_is_derived(self, client: Any) -> None:
        metadata = {stage["id"]: stage["metadata"] for stage in stages(client, "/deals/default")}
        assert metadata["appointmentscheduled"] == {"isClosed": "false", "probability": "0.2"}
        assert metadata["closedwon"] == {"isClosed": "true", "probability": "1.0"}
        assert metadata["closedlost"] == {"isClosed": "true", "probability": "0.0"}

    def test_only_dated_paths_tell_write_permissions(self, client: Any) -> None:
        dated = client.get("/crm/pipelines/2026-09/deals/default/stages/closedwon").json()
        assert dated["writePermissions"] == "CRM_PERMISSIONS_ENFORCEMENT"
        assert "writePermissions" not in client.get("/crm/v3/pipelines/deals/default/stages/closedwon").json()


class TestPipelines:
    def test_a_write_echoes_and_a_read_shows_what_is_stored(self, either: Any) -> None:
        answer = create(either, pipelineId="renewals")
        assert answer.status_code == 201
        assert answer.headers["Location"].endswith("/deals/renewals")
        assert [stage["metadata"] for stage in answer.json()["stages"]] == [{"probability": "0.5"}, {"probability": 1}]
        stored = either.pipelines("GET", "/deals/renewals").json()
        assert stored["stages"][1]["metadata"] == {"isClosed": "true", "probability": "1.0"}
        assert stored["archived"] is False

    def test_own_ids_are_kept_and_others_are_given(self, client: Any) -> None:
        made = create(client, pipelineId="renewals", stages=[OPEN | {"stageId": "mine"}, WON]).json()
        assert made["id"] == "renewals"
        assert made["stages"][0]["id"] == "mine"
        assert made["stages"][1]["id"].isdigit()

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"pipelineId": "default"}, (400, "VALIDATION_ERROR", None)),
            ({"label": " sales PIPELINE "}, (400, "VALIDATION_ERROR", None)),
            ({"label": None}, (400, "VALIDATION_ERROR", None)),
            ({"displayOrder": -1}, (400, "VALIDATION_ERROR", None)),
            ({"displayOrder": "1"}, (400, "VALIDATION_ERROR", None)),
            ({"stages": []}, (400, "VALIDATION_ERROR", None)),
            ({"stages": [OPEN | {"metadata": {}}]}, (400, "VALIDATION_ERROR", None)),
            ({"stages": [OPEN | {"metadata": {"probability": "much"}}]}, (400, "VALIDATION_ERROR", None)),
            ({"stages": [OPEN | {"metadata": {"probability": 1.1}}]}, (400, "VALIDATION_ERROR", None)),
            ({"stages": [{"label": "Open"}]}, (400, "VALIDATION_ERROR", None)),
            (
                {"stages": [OPEN, WON | {"label": " open"}]},
                (400, "VALIDATION_ERROR", "PipelineError.STAGE_LABEL_EXISTS"),
            ),
            (
                {"stages": [OPEN | {"stageId": "closedwon"}]},
                (409, "OBJECT_ALREADY_EXISTS", "PipelineError.STAGE_ID_EXISTS_IN_ANOTHER_PIPELINE"),
            ),
            ({"pipelineId": "x" * 37}, (500, None, None)),
            ({"stages": [OPEN | {"stageId": "x" * 101}]}, (500, None, None)),
        ],
    )
    def test_what_is_refused(self, either: Any, changes: Any, expected: Any) -> None:
        assert problem(create(either, **changes)) == expected
        assert len(listed(either)) == 1

    @pytest.mark.parametrize(
        ("metadata", "sub_category"),
        [
            ([{"ticketState": "AJAR"}], "PipelineError.INVALID_PIPELINE_STAGE_METADATA"),
            ([{"ticketState": "OPEN"}], "PipelineError.MISSING_CLOSED_STAGE"),
            ([{}, {}], "PipelineError.MISSING_CLOSED_STAGE"),
        ],
    )
    def test_ticket_pipelines_need_an_end(self, client: Any, metadata: list[Any], sub_category: str) -> None:
        parts = [{"label": str(n), "displayOrder": n, "metadata": entry} for n, entry in enumerate(metadata)]
        answer = create(client, "tickets", {"label": "Returns", "displayOrder": 1, "stages": parts})
        assert problem(answer) == (400, "VALIDATION_ERROR", sub_category)

    def test_unknown_metadata_is_dropped(self, client: Any) -> None:
        parts = [{"label": "Done", "displayOrder": 0, "metadata": {"ticketState": "CLOSED", "colour": "red"}}]
        made = create(client, "tickets", {"label": "Returns", "displayOrder": 1, "stages": parts}).json()
        assert stages(client, f"/tickets/{made['id']}")[0]["metadata"] == {"isClosed": "true", "ticketState": "CLOSED"}

    def test_a_limit(self, hubspot: Handle, client: Any) -> None:
        hubspot.limit("pipelines", 1)
        assert problem(create(client))[0] == 400
        usage = client.crm("GET", "limits", "/pipelines").json()["hubspotDefinedObjectTypes"][0]
        assert (usage["objectTypeId"], usage["limit"], usage["usage"]) == ("0-3", 1, 1)
        assert client.crm("GET", "limits", "/pipelines").json()["customObjectTypes"]["byObjectType"] == []

    def test_patch_merges_and_put_replaces(self, either: Any) -> None:
        create(either, pipelineId="renewals", stages=[OPEN | {"stageId": "a"}, WON | {"stageId": "b"}])
        assert either.pipelines("PATCH", "/deals/renewals", {"label": "Again"}).status_code == 200
        before = either.pipelines("GET", "/deals/renewals").json()
        assert (before["label"], len(before["stages"])) == ("Again", 2)
        replaced = RENEWALS | {"stages": [WON | {"stageId": "b", "displayOrder": 0}]}
        assert either.pipelines("PUT", "/deals/renewals", replaced).status_code == 200
        after = either.pipelines("GET", "/deals/renewals").json()
        assert [stage["id"] for stage in after["stages"]] == ["b"]
        assert after["stages"][0]["createdAt"] == before["stages"][1]["createdAt"]

    def test_a_taken_display_order_renumbers_all(self, client: Any) -> None:
        create(client, pipelineId="one", label="One", displayOrder=5)
        create(client, pipelineId="two", label="Two", displayOrder=5)
        assert {entry["id"]: entry["displayOrder"] for entry in listed(client)} == {"default": 0, "one": 1, "two": 2}

    @pytest.mark.parametrize(
        ("setting", "family", "kept"),
        [
            ("by_version", "/crm/pipelines/2026-09", False),
            ("by_version", "/crm/v3/pipelines", True),
            ("purge", "/crm/v3/pipelines", False),
            ("archive", "/crm/pipelines/2026-09", True),
        ],
    )
    def test_what_becomes_of_a_deleted_pipeline(
        self, hubspot: Handle, client: Any, setting: str, family: str, kept: bool
    ) -> None:
        hubspot.switch("pipeline_delete", setting)
        create(client, pipelineId="renewals")
        assert client.delete(f"{family}/deals/renewals").status_code == 204
        gone = client.get(f"{family}/deals/renewals")
        assert (gone.status_code, gone.content) == (404, b"")
        archived = client.get(f"{family}/deals?archived=true").json()["results"]
        assert [entry["id"] for entry in archived] == ["renewals"] * kept
        restored = client.patch(f"{family}/deals/renewals", json={"archived": False})
        assert restored.status_code == (200 if kept else 400)
        assert (client.get(f"{family}/deals/renewals").status_code == 200) is kept

    def test_a_purged_id_can_be_created_again(self, client: Any) -> None:
        create(client, pipelineId="renewals")
        client.pipelines("DELETE", "/deals/renewals")
        assert create(client, pipelineId="renewals").status_code == 201

    @pytest.mark.parametrize(
        ("setting", "other", "status"),
        [
            ("account", "/tickets", 400),
            ("account", "/deals", 400),
            ("object", "/tickets", 201),
            ("object", "/deals", 400),
        ],
    )
    def test_an_id_is_good_for_one_object_only(
        self, hubspot: Handle, client: Any, setting: str, other: str, status: int
    ) -> None:
        hubspot.switch("pipeline_ids", setting)
        create(client, pipelineId="renewals")
        closed = {"label": "Closed", "displayOrder": 1, "metadata": {"ticketState": "CLOSED"}}
        stage = {
            "label": "Open",
            "displayOrder": 0,
            "metadata": {"ticketState": "OPEN"} if other == "/tickets" else OPEN["metadata"],
        }
        body = {
            "pipelineId": "renewals",
            "label": "Another",
            "displayOrder": 3,
            "stages": [stage, closed] if other == "/tickets" else [stage],
        }
        assert client.pipelines("POST", other, body).status_code == status

    def test_a_pipeline_has_a_hundred_stages_at_most(self, client: Any) -> None:
        stages = [OPEN | {"stageId": f"s{place}", "label": f"S {place}", "displayOrder": place} for place in range(101)]
        assert problem(create(client, pipelineId="long", stages=stages))[0] == 400
        assert create(client, pipelineId="long", stages=stages[:100]).status_code == 201

    @pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
    def test_an_unknown_pipeline(self, either: Any, method: str) -> None:
        body = {"PATCH": {"label": "x"}, "PUT": RENEWALS}.get(method)
        answer = either.pipelines(method, "/deals/nothing", body)
        assert (answer.status_code, answer.content) == (404, b"")

    def test_an_unknown_pipeline_may_be_described(self, hubspot: Handle, client: Any) -> None:
        hubspot.switch("missing_pipeline", "described")
        assert problem(client.pipelines("GET", "/deals/nothing"))[:2] == (404, "OBJECT_NOT_FOUND")

    @pytest.mark.parametrize(("setting", "refused"), [("always", True), ("as_asked", False)])
    def test_a_pipeline_in_use(self, hubspot: Handle, client: Any, setting: str, refused: bool) -> None:
        hubspot.switch("reference_check", setting)
        create(client, pipelineId="renewals", stages=[OPEN | {"stageId": "a"}])
        hubspot.do("add_records", object_type="deals", dealstage="a", pipeline="renewals")
        asked = client.pipelines("DELETE", "/deals/renewals?validateReferencesBeforeDelete=true")
        assert problem(asked) == (400, "VALIDATION_ERROR", "PipelineError.STAGE_ID_IN_USE")
        assert asked.json()["context"]["stageIds"] == ["a"]
        assert len(asked.json()["context"]["objectIds"]) == 1
        no = "validateReferencesBeforeDelete=false&validateDealStageUsagesBeforeDelete=false"
        not_asked = client.pipelines("DELETE", f"/deals/renewals?{no}")
        assert (not_asked.status_code == 400) is refused

    @pytest.mark.parametrize(("version", "status"), [("v3", 204), ("2026-03", 204), ("2026-09", 400)])
    def test_the_newest_version_checks_references_unless_told_not_to(
        self, hubspot: Handle, client: Any, version: str, status: int
    ) -> None:
        hubspot.switch("reference_check", "as_asked")
        create(client, pipelineId="renewals", stages=[OPEN | {"stageId": "a"}])
        hubspot.do("add_records", object_type="deals", dealstage="a", pipeline="renewals")
        path = "/crm/v3/pipelines" if version == "v3" else f"/crm/pipelines/{version}"
        assert client.delete(f"{path}/deals/renewals").status_code == status

    def test_a_stage_of_a_missing_pipeline_is_gone_already(self, client: Any) -> None:
        assert client.pipelines("DELETE", "/deals/nothing/stages/a").status_code == 204

    def test_audit_is_newest_first(self, client: Any) -> None:
        create(client, pipelineId="renewals")
        client.pipelines("PATCH", "/deals/renewals", {"label": "Again"})
        found = client.pipelines("GET", "/deals/renewals/audit").json()["results"]
        assert [entry["action"] for entry in found] == ["UPDATE", "CREATE"]
        assert found[0].items() >= {"portalId": 48100001, "identifier": "renewals", "fromUserId": 1}.items()


class TestStages:
    path = "/deals/default/stages"

    def test_the_life_of_a_stage(self, either: Any) -> None:
        answer = either.pipelines("POST", self.path, OPEN | {"stageId": "mine", "displayOrder": 9})
        assert answer.status_code == 201
        assert answer.json()["metadata"] == {"probability": "0.5"}
        one = f"{self.path}/mine"
        assert either.pipelines("GET", one).json()["metadata"] == {"isClosed": "false", "probability": "0.5"}
        assert either.pipelines("PATCH", one, {"label": "Mine", "metadata": {}}).status_code == 200
        assert either.pipelines("GET", one).json()["metadata"]["probability"] == "0.5"
        body = {"label": "Yours", "displayOrder": 9, "metadata": {"probability": 0.25}}
        assert either.pipelines("PUT", one, body).status_code == 200
        found = either.pipelines("GET", one).json()
        assert (found["label"], found["metadata"]["probability"]) == ("Yours", "0.25")
        assert [either.pipelines("DELETE", one).status_code for _ in range(2)] == [204, 204]
        assert problem(either.pipelines("GET", one))[:2] == (404, "OBJECT_NOT_FOUND")

    @pytest.mark.parametrize(
        ("method", "rest", "body", "expected"),
        [
            ("POST", "", OPEN | {"stageId": "closedwon"}, (400, None, None)),
            ("POST", "", OPEN | {"label": "closed won"}, (400, "VALIDATION_ERROR", "PipelineError.STAGE_LABEL_EXISTS")),
            ("POST", "", {"label": "x", "displayOrder": 1}, (400, "VALIDATION_ERROR", None)),
            ("POST", "", OPEN | {"metadata": {"probability": -1}}, (400, "VALIDATION_ERROR", None)),
            ("PATCH", "/closedwon", {"label": "x"}, (400, "VALIDATION_ERROR", None)),
            ("PATCH", "/closedwon", {"archived": True, "metadata": {}}, (400, "VALIDATION_ERROR", None)),
            ("PATCH", "/nothing", {"metadata": {}}, (404, "OBJECT_NOT_FOUND", None)),
            ("PUT", "/closedwon", {"label": "x"}, (400, "VALIDATION_ERROR", None)),
            ("DELETE", "/appointmentscheduled", None, (400, "VALIDATION_ERROR", "PipelineError.STAGE_ID_IN_USE")),
        ],
    )
    def test_what_is_refused(self, either: Any, method: str, rest: str, body: Any, expected: Any) -> None:
        before = stages(either, "/deals/default")
        assert problem(either.pipelines(method, self.path + rest, body)) == expected
        assert stages(either, "/deals/default") == before

    def test_the_last_stage_stays(self, client: Any) -> None:
        create(client, pipelineId="renewals", stages=[OPEN | {"stageId": "a"}])
        assert problem(client.pipelines("DELETE", "/deals/renewals/stages/a"))[0] == 400

    def test_the_last_closed_ticket_stage_stays(self, hubspot: Handle, client: Any) -> None:
        for key, record in hubspot.store.items("records:0-5"):
            hubspot.store.put("records:0-5", key, record | {"properties": {}})
        answer = client.pipelines("DELETE", "/tickets/0/stages/4")
        assert problem(answer) == (400, "VALIDATION_ERROR", "PipelineError.MISSING_CLOSED_STAGE")

    def test_a_taken_place_is_behind_its_holder(self, client: Any) -> None:
        client.pipelines("POST", self.path, OPEN | {"stageId": "mine", "displayOrder": 1})
        found = stages(client, "/deals/default")
        assert [stage["id"] for stage in found][:3] == ["appointmentscheduled", "qualifiedtobuy", "mine"]
        assert [stage["displayOrder"] for stage in found] == list(range(8))


class TestLifecycle:
    def test_a_new_stage_has_a_numeric_id_and_is_an_option_at_once(self, either: Any) -> None:
        answer = either.pipelines("POST", f"{LIFECYCLE}/stages", STAGE | {"stageId": "sal"})
        stage = answer.json()["id"]
        assert answer.status_code == 201
        assert stage.isdigit()
        options = either.properties("GET", "/contacts/lifecyclestage").json()["options"]
        assert stage in [option["value"] for option in options]
        assert either.properties("GET", f"/contacts/hs_v2_date_entered_{stage}").status_code == 200

    def test_renaming_keeps_the_id(self, either: Any) -> None:
        body = {"label": "Inquiry", "metadata": {"state": "OPEN"}}
        assert either.pipelines("PATCH", f"{LIFECYCLE}/stages/lead", body).status_code == 200
        options = either.properties("GET", "/contacts/lifecyclestage").json()["options"]
        assert {option["value"]: option["label"] for option in options}["lead"] == "Inquiry"

    def test_deleting_takes_the_dates_along(self, client: Any) -> None:
        stage = client.pipelines("POST", f"{LIFECYCLE}/stages", STAGE).json()["id"]
        assert client.pipelines("DELETE", f"{LIFECYCLE}/stages/{stage}").status_code == 204
        assert client.properties("GET", f"/contacts/hs_v2_date_entered_{stage}").status_code == 404
        assert client.pipelines("DELETE", f"{LIFECYCLE}/stages/evangelist").status_code == 204
        assert client.properties("GET", "/contacts/hs_v2_date_entered_evangelist").status_code == 404

    def test_a_stage_that_records_use_stays(self, client: Any) -> None:
        answer = client.pipelines("DELETE", f"{LIFECYCLE}/stages/customer")
        assert problem(answer) == (400, "VALIDATION_ERROR", "PipelineError.STAGE_ID_IN_USE")

    @pytest.mark.parametrize(("setting", "shared"), [("separate", False), ("shared", True)])
    def test_whether_companies_follow_is_disputed(
        self, hubspot: Handle, client: Any, setting: str, shared: bool
    ) -> None:
        hubspot.switch("lifecycle_stages", setting)
        stage = client.pipelines("POST", f"{LIFECYCLE}/stages", STAGE).json()["id"]
        companies = "/companies/companies-lifecycle-pipeline"
        assert (stage in [entry["id"] for entry in stages(client, companies)]) is shared
        client.pipelines("DELETE", f"{LIFECYCLE}/stages/{stage}")
        assert stage not in [entry["id"] for entry in stages(client, companies)]

    @pytest.mark.parametrize(
        ("method", "rest", "body"),
        [
            ("POST", "/stages", STAGE),
            ("PATCH", "/stages/lead", {"label": "x", "metadata": {}}),
            ("PUT", "/stages/lead", STAGE),
            ("DELETE", "/stages/evangelist", None),
        ],
    )
    def test_writing_may_be_forbidden(self, hubspot: Handle, either: Any, method: str, rest: str, body: Any) -> None:
        hubspot.switch("lifecycle_stage_writes", "forbidden")
        before = stages(either)
        assert problem(either.pipelines(method, LIFECYCLE + rest, body))[0] == 403
        assert stages(either) == before

    @pytest.mark.parametrize(("method", "rest"), [("POST", "/contacts"), ("PUT", LIFECYCLE), ("DELETE", LIFECYCLE)])
    def test_the_pipeline_itself_is_hubspots(self, client: Any, method: str, rest: str) -> None:
        assert problem(client.pipelines(method, rest, RENEWALS))[0] == 400

    def test_people_do_it_on_the_screen(self, hubspot: Handle, client: Any) -> None:
        hubspot.switch("lifecycle_stage_writes", "forbidden")
        stage = hubspot.do("add_stage", object_type="contacts", label="Recycled")["id"]
        hubspot.do("rename_stage", object_type="contacts", stage="lead", label="Inquiry")
        hubspot.do("delete_stage", object_type="contacts", stage="evangelist")
        found = {entry["id"]: entry["label"] for entry in stages(client)}
        assert (found[stage], found["lead"], "evangelist" in found) == ("Recycled", "Inquiry", False)
        with pytest.raises(ValueError, match="STAGE_ID_IN_USE"):
            hubspot.do("delete_stage", object_type="contacts", stage="customer")
        with pytest.raises(ValueError, match="OBJECT_NOT_FOUND"):
            hubspot.do("rename_stage", object_type="contacts", stage="nothing", label="x")

    def test_stage_ids_differ_from_account_to_account(self, hubspot: Handle, client: Any) -> None:
        with running(type(hubspot.emulator), persona="production") as other:
            theirs = other.do("add_stage", object_type="contacts", label="Recycled")["id"]
        assert hubspot.do("add_stage", object_type="contacts", label="Recycled")["id"] != theirs

    def test_stages_have_an_audit_too(self, hubspot: Handle, client: Any) -> None:
        stage = client.pipelines("POST", f"{LIFECYCLE}/stages", STAGE).json()["id"]
        hubspot.do("rename_stage", object_type="contacts", stage=stage, label="SAL")
        found = client.pipelines("GET", f"{LIFECYCLE}/stages/{stage}/audit").json()["results"]
        assert [(entry["action"], entry["fromUserId"]) for entry in found] == [("UPDATE", 2), ("CREATE", 1)]


@pytest.mark.parametrize(
    "body",
    [OPEN | {"label": "  "}, OPEN | {"metadata": {"probability": {"much": 1}}}, OPEN | {"metadata": [1]}, [OPEN], None],
)
def test_malformed_stages(client: Any, body: Any) -> None:
    assert problem(client.pipelines("POST", "/deals/default/stages", body))[0] == 400


ENTRIES = st.lists(st.integers(0, 9), unique=True, max_size=6)


@given(ENTRIES, st.integers(0, 9))
def test_a_placed_entry_stands_alone_and_moves_nobody(orders: list[int], order: int) -> None:
    others = [{"id": str(number), "displayOrder": number} for number in orders]
    result = placed(others, {"id": "new", "displayOrder": order})
    assert len({entry["displayOrder"] for entry in result}) == len(orders) + 1
    ids = [entry["id"] for entry in result]
    assert [entry for entry in ids if entry != "new"] == [str(number) for number in sorted(orders)]
    assert ids.index("new") == sum(number <= order for number in orders)
    assert (order in orders) or result[ids.index("new")]["displayOrder"] == order
