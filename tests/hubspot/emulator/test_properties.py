from __future__ import annotations

from typing import Any

import httpx
import pytest
from mopsctl_hubspot.emulator import HubSpotEmulator
from mopsctl_hubspot.emulator.tokens import TOKENS, tokens

from mopsctl.emulator import Handle

TEXT: dict[str, Any] = {
    "name": "wish",
    "label": "Wish",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
}
A = {"label": "A", "value": "a", "displayOrder": 0, "hidden": False}
B = {"label": "B", "value": "b", "displayOrder": 1, "hidden": False}
CHOICE = TEXT | {"name": "tier", "label": "Tier", "type": "enumeration", "fieldType": "select", "options": [A, B]}
NUMBER = TEXT | {"name": "fit_score", "label": "Fit", "type": "number", "fieldType": "number"}
YES_NO = [{**A, "value": "true", "label": "Yes"}, {**B, "value": "false", "label": "No"}]
KEYS = {
    *("updatedAt", "createdAt", "name", "label", "type", "fieldType", "description", "groupName", "options"),
    *("createdUserId", "updatedUserId", "displayOrder", "calculated", "externalOptions", "archived", "hasUniqueValue"),
    *("hidden", "modificationMetadata", "formField", "dataSensitivity"),
}


def create(client: Any, body: dict[str, Any] = TEXT, **changes: Any) -> httpx.Response:
    return client.properties("POST", "/contacts", body | changes)


def read(client: Any, name: str = "wish", query: str = "") -> httpx.Response:
    return client.properties("GET", f"/contacts/{name}{query}")


def patch(client: Any, name: str, /, **body: Any) -> httpx.Response:
    return client.properties("PATCH", f"/contacts/{name}", body)


def names(client: Any, query: str = "", kind: str = "contacts") -> list[str]:
    answer = client.properties("GET", f"/{kind}{query}")
    assert answer.status_code == 200
    assert set(answer.json()) == {"results"}
    return [entry["name"] for entry in answer.json()["results"]]


def problem(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    body = answer.json()
    assert body["status"] == "error"
    assert body["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
    assert body["message"]
    return answer.status_code, body.get("category"), body.get("subCategory")


class TestReading:
    @pytest.mark.parametrize("spelling", ["contacts", "contact", "0-1", "CONTACTS", "Contact"])
    def test_an_object_type_has_many_spellings(self, either: Any, spelling: str) -> None:
        assert "email" in names(either, kind=spelling)

    @pytest.mark.parametrize("spelling", ["robots", "2-123", "p48100001_robot"])
    def test_an_unknown_object_type(self, client: Any, spelling: str) -> None:
        answer = client.properties("GET", f"/{spelling}")
        assert problem(answer)[:2] == (400, None)
        assert answer.json()["message"] == f"Unable to infer object type from: {spelling}"

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("contacts", {"email", "jobtitle", "mobilephone", "country", "lifecyclestage", "hs_lead_status"}),
            ("companies", {"name", "domain", "industry", "lifecyclestage", "numberofemployees", "hs_lead_status"}),
            ("deals", {"dealstage", "pipeline", "amount"}),
            ("tickets", {"hs_pipeline_stage", "hs_pipeline"}),
            ("leads", {"hs_lead_name"}),
        ],
    )
    def test_a_fresh_account_has_the_standard_properties(self, client: Any, kind: str, expected: set[str]) -> None:
        assert expected <= set(names(client, kind=kind))

    @pytest.mark.parametrize(
        ("name", "type_", "field_type", "read_only_value", "read_only_options"),
        [
            ("lifecyclestage", "enumeration", "radio", False, None),
            ("hs_lead_status", "enumeration", "radio", False, False),
            ("hs_legal_basis", "enumeration", "checkbox", False, False),
            ("hs_pipeline", "enumeration", "select", False, None),
            ("hs_marketable_status", "enumeration", "booleancheckbox", True, None),
            ("hs_marketable_until_renewal", "enumeration", "booleancheckbox", True, None),
            ("hs_email_optout", "bool", "booleancheckbox", True, None),
            ("hubspotscore", "number", "calculation_score", True, None),
            ("hs_lifecyclestage_lead_date", "datetime", "date", True, None),
            ("hs_v2_date_entered_lead", "datetime", "date", True, None),
        ],
    )
    def test_what_may_be_changed_is_as_recorded(
        self, client: Any, name: str, type_: str, field_type: str, read_only_value: bool, read_only_options: bool | None
    ) -> None:
        found = read(client, name).json()
        assert (found["type"], found["fieldType"], found["hubspotDefined"]) == (type_, field_type, True)
        metadata = {"archivable": True, "readOnlyDefinition": True, "readOnlyValue": read_only_value}
        if read_only_options is not None:
            metadata["readOnlyOptions"] = read_only_options
        assert found["modificationMetadata"] == metadata
        assert found["createdAt"] == "1970-01-01T00:00:00.000Z"

    def test_a_single_read_of_a_standard_property_may_lack_archived(self, client: Any) -> None:
        assert "archived" not in read(client, "email").json()
        listed = client.properties("GET", "/contacts").json()["results"]
        assert all(entry["archived"] is False for entry in listed)

    def test_legal_bases_hold_dashes_that_nobody_types(self, client: Any) -> None:
        values = [option["value"] for option in read(client, "hs_legal_basis").json()["options"]]
        assert values[0] == "Legitimate interest \u2013 prospect/lead"
        assert values[2] == "Legitimate interest - other"

    def test_lead_status_orders_repeat(self, client: Any) -> None:
        options = read(client, "hs_lead_status").json()["options"]
        assert [option["value"] for option in options][:4] == ["NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL"]
        assert [option["displayOrder"] for option in options] == [0, 1, 2, 2, 3, 4, 5, 6]

    def test_lifecycle_options_are_the_stages(self, client: Any) -> None:
        options = read(client, "lifecyclestage").json()["options"]
        stages = client.pipelines("GET", "/contacts").json()["results"][0]["stages"]
        assert [(o["value"], o["label"]) for o in options] == [(s["id"], s["label"]) for s in stages]
        assert [o["value"] for o in options][:2] == ["subscriber", "lead"]

    def test_some_can_be_asked_for(self, client: Any) -> None:
        assert names(client, "?properties=email,country") == ["email", "country"]

    def test_no_order_is_promised(self, hubspot: Handle, client: Any) -> None:
        before = names(client)
        hubspot.switch("list_order", "reversed")
        assert names(client) == before[::-1]

    def test_an_unknown_name(self, either: Any) -> None:
        answer = read(either, "nothing")
        assert problem(answer)[:2] == (404, "OBJECT_NOT_FOUND")
        assert answer.json()["context"] == {"name": ["nothing"]}


class TestCreating:
    def test_the_answer_is_the_whole_definition(self, either: Any) -> None:
        answer = create(either, CHOICE)
        assert answer.status_code == 201
        assert answer.headers["Location"].endswith("/contacts/tier")
        found = answer.json()
        assert set(found) == KEYS
        assert found | CHOICE == found
        assert found["modificationMetadata"] == {
            "archivable": True,
            "readOnlyDefinition": False,
            "readOnlyValue": False,
        }
        assert (found["displayOrder"], found["description"], found["archived"]) == (-1, "", False)
        assert read(either, "tier").json() == found

    def test_one_store_behind_both_families(self, client: Any) -> None:
        assert client.post("/crm/v3/properties/contacts", json=TEXT).status_code == 201
        for path in ("/crm/v3/properties", "/crm/properties/2026-03", "/crm/properties/2026-09"):
            assert client.get(f"{path}/0-1/wish").json()["label"] == "Wish"

    def test_names_are_per_object_type(self, client: Any) -> None:
        assert create(client).status_code == 201
        body = TEXT | {"groupName": "companyinformation"}
        assert client.properties("POST", "/companies", body).status_code == 201

    @pytest.mark.parametrize("name", ["wish", "email"])
    def test_a_taken_name(self, either: Any, name: str) -> None:
        create(either)
        answer = create(either, name=name, label="Other")
        expected = (409, "OBJECT_ALREADY_EXISTS", "Properties.PROPERTY_WITH_NAME_EXISTS")
        assert problem(answer) == expected
        assert read(either, name).json()["label"] != "Other"

    @pytest.mark.parametrize("missing", ["name", "label", "type", "fieldType", "groupName"])
    def test_a_missing_field_is_named(self, either: Any, missing: str) -> None:
        answer = create(either, {name: value for name, value in TEXT.items() if name != missing})
        assert problem(answer)[:2] == (400, "VALIDATION_ERROR")
        assert answer.json()["message"].startswith("Invalid input JSON on line 1, column ")
        assert answer.json()["message"].endswith(f"Some required fields were not set: [{missing}]")

    @pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff\xfe", b""])
    def test_no_json_object(self, client: Any, body: bytes) -> None:
        answer = client.post("/crm/v3/properties/contacts", content=body)
        assert problem(answer)[:2] == (400, "VALIDATION_ERROR")
        assert answer.json()["message"].startswith("Invalid input JSON on line ")

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "Wish"},
            {"name": "1wish"},
            {"name": "wish list"},
            {"label": "  "},
            {"label": 3},
            {"hidden": "no"},
            {"displayOrder": True},
            {"type": "text"},
            {"fieldType": "dropdown"},
            {"type": "number"},
            {"type": "date", "fieldType": "text"},
            {"type": "enumeration", "fieldType": "select", "options": [A, A]},
            {"type": "enumeration", "fieldType": "select", "options": [A, {**B, "label": "A"}]},
            {"type": "enumeration", "fieldType": "select", "options": [{**A, "value": ""}]},
            {"type": "enumeration", "fieldType": "select", "options": [{"value": "a"}]},
            {"type": "enumeration", "fieldType": "select", "options": ["a"]},
            {"type": "enumeration", "fieldType": "select", "externalOptions": True, "options": [A]},
            {"type": "enumeration", "fieldType": "select", "externalOptions": True},
            {"options": [A]},
            {"fieldType": "calculation_equation"},
            {"dataSensitivity": "secret"},
            {"type": "number", "fieldType": "number", "numberDisplayHint": "roman"},
            {"type": "object_coordinates", "fieldType": "text"},
            {"type": "number", "fieldType": "calculation_score"},
        ],
    )
    def test_what_is_refused(self, client: Any, changes: dict[str, Any]) -> None:
        assert problem(create(client, **changes))[:2] == (400, "VALIDATION_ERROR")
        assert "wish" not in names(client)

    @pytest.mark.parametrize(
        "changes",
        [
            {"type": "bool", "fieldType": "booleancheckbox", "options": YES_NO},
            {"type": "date", "fieldType": "date"},
            {"type": "datetime", "fieldType": "date"},
            {"type": "phone_number", "fieldType": "phonenumber"},
            {"fieldType": "textarea", "hasUniqueValue": True},
            {"type": "enumeration", "fieldType": "checkbox", "options": [A, B]},
            {"type": "enumeration", "fieldType": "select", "options": []},
            {"type": "enumeration", "fieldType": "select", "externalOptions": True, "referencedObjectType": "OWNER"},
            {"type": "number", "fieldType": "number", "numberDisplayHint": "percentage"},
            {"type": "enumeration", "fieldType": "select", "options": [A | {"description": "the best"}]},
        ],
    )
    def test_what_is_accepted(self, client: Any, changes: dict[str, Any]) -> None:
        assert create(client, **changes).status_code == 201
        assert read(client).json().items() >= changes.items()

    @pytest.mark.parametrize("options", [[], [YES_NO[0]], [A, B], [*YES_NO, A]])
    def test_a_bool_has_exactly_two_options(self, client: Any, options: list[Any]) -> None:
        answer = create(client, type="bool", fieldType="booleancheckbox", options=options)
        assert problem(answer)[0] == 400
        assert "INVALID_BOOLEAN_OPTION" in answer.json()["subCategory"]

    def test_option_order_is_required_on_dated_paths_only(self, client: Any) -> None:
        body = CHOICE | {"options": [{"label": "A", "value": "a", "hidden": False}]}
        assert client.post("/crm/properties/2026-09/contacts", json=body).status_code == 400
        assert client.post("/crm/v3/properties/contacts", json=body).status_code == 201

    @pytest.mark.parametrize(("setting", "status"), [("refused", 400), ("accepted", 201)])
    def test_the_reserved_prefix(self, hubspot: Handle, client: Any, setting: str, status: int) -> None:
        hubspot.switch("reserved_names", setting)
        assert create(client, name="hs_wish").status_code == status

    @pytest.mark.parametrize("status", [400, 404])
    def test_an_unknown_group(self, hubspot: Handle, client: Any, status: int) -> None:
        hubspot.switch("unknown_group", status)
        assert problem(create(client, groupName="nowhere"))[0] == status

    @pytest.mark.parametrize(("setting", "order"), [("as_written", [-1]), ("numbered", range(1, 1000))])
    def test_minus_one_may_read_back_as_a_number(self, hubspot: Handle, client: Any, setting: str, order: Any) -> None:
        hubspot.switch("display_order", setting)
        assert create(client, displayOrder=-1).json()["displayOrder"] in order

    def test_a_formula_comes_back_rewritten(self, client: Any) -> None:
        create(client, NUMBER)
        body = NUMBER | {"name": "twice", "fieldType": "calculation_equation", "calculationFormula": "FIT_SCORE * 2"}
        made = create(client, body).json()
        assert (made["calculationFormula"], made["calculated"]) == ("fit_score * 2", True)
        assert made["modificationMetadata"]["readOnlyValue"] is True
        answer = create(client, body | {"name": "thrice", "calculationFormula": "nothing * 3"})
        assert answer.status_code == 404

    def test_a_currency_needs_its_symbol(self, client: Any) -> None:
        answer = create(client, NUMBER, currencyPropertyName="deal_currency_code")
        assert answer.json()["subCategory"].endswith("ONLY_CURRENCY_PROPERTIES_CAN_SPECIFY_CURRENCY")
        assert create(client, NUMBER, showCurrencySymbol=True).status_code == 201
        assert patch(client, "fit_score", showCurrencySymbol=False).status_code == 400

    def test_a_formula_may_change(self, client: Any) -> None:
        create(client, NUMBER)
        create(client, NUMBER, name="twice", fieldType="calculation_equation", calculationFormula="fit_score * 2")
        assert (
            patch(client, "twice", calculationFormula="Fit_Score * 3").json()["calculationFormula"] == "fit_score * 3"
        )
        assert patch(client, "twice", calculationFormula="nothing * 3").status_code == 404

    def test_sensitive_data_needs_the_account_and_the_token(self, hubspot: Handle, client: Any) -> None:
        answer = create(client, dataSensitivity="sensitive")
        off = "PropertyValidationError.PORTAL_NOT_ENABLED_FOR_SENSITIVE_DATA"
        assert problem(answer) == (400, "VALIDATION_ERROR", off)
        full = tokens("sandbox")["full"]
        held = hubspot.store.get(TOKENS, full)
        hubspot.store.put(
            TOKENS, full, held | {"scopes": [each for each in held["scopes"] if ".sensitive." not in each]}
        )
        answer = create(client, dataSensitivity="sensitive")
        assert problem(answer) == (403, None, None)
        assert "sensitive-data-property-create" in answer.json()["message"]
        hubspot.store.put(TOKENS, full, held)
        hubspot.do("set_sensitive_data", on=True)
        assert create(client, dataSensitivity="sensitive").status_code == 201
        assert "wish" not in names(client)
        assert names(client, "?dataSensitivity=sensitive") == ["wish"]
        assert read(client).status_code == 404
        assert read(client, query="?dataSensitivity=sensitive").status_code == 200


class TestLimits:
    @pytest.mark.parametrize(
        ("limit", "value", "changes"),
        [
            ("custom_properties", 1, {}),
            ("custom_properties_overall", 1, {}),
            ("unique_properties", 1, {"hasUniqueValue": True}),
            ("options_per_property", 1, {"type": "enumeration", "fieldType": "select", "options": [A, B]}),
            ("characters_per_option", 1, {"type": "enumeration", "fieldType": "select", "options": [A]}),
        ],
    )
    def test_one_too_many(self, hubspot: Handle, client: Any, limit: str, value: int, changes: dict[str, Any]) -> None:
        assert create(client, hasUniqueValue=True).status_code == 201
        hubspot.limit(limit, value)
        assert problem(create(client, name="another", **changes))[:2] == (400, "VALIDATION_ERROR")
        hubspot.limit(limit, 5)
        assert create(client, name="another", **changes).status_code == 201

    def test_the_limits_endpoint_counts(self, either: Any) -> None:
        create(either)
        either.properties("POST", "/contacts", NUMBER)
        found = either.crm("GET", "limits", "/custom-properties").json()
        assert (found["overallLimit"], found["overallUsage"], found["overallPercentage"]) == (10_000, 2, 0.02)
        contacts = found["byObjectType"][0]
        assert contacts == {
            "objectTypeId": "0-1",
            "singularLabel": "Contact",
            "pluralLabel": "Contacts",
            "limit": 1000,
            "usage": 2,
            "percentage": 0.2,
        }


class TestChanging:
    def test_what_is_given_changes_and_the_rest_stays(self, either: Any) -> None:
        before = create(either, CHOICE).json()
        answer = patch(either, "tier", label="Level", hidden=True)
        assert answer.status_code == 200
        after = answer.json()
        assert (after["label"], after["hidden"], after["options"]) == ("Level", True, before["options"])
        assert after["createdAt"] == before["createdAt"]
        assert after["updatedAt"] >= before["updatedAt"]
        assert read(either, "tier").json() == after

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("name", "other"),
            ("hasUniqueValue", True),
            ("dataSensitivity", "sensitive"),
            ("externalOptions", True),
            ("referencedObjectType", "OWNER"),
            ("dateDisplayHint", "absolute"),
            ("label", None),
        ],
    )
    def test_what_cannot_change_is_ignored_with_200(self, client: Any, name: str, value: Any) -> None:
        before = create(client).json()
        answer = patch(client, "wish", **{name: value})
        assert answer.status_code == 200
        ignored = {"updatedAt": answer.json()["updatedAt"]}
        assert answer.json() == before | ignored

    def test_options_replace_the_whole_list(self, hubspot: Handle, client: Any) -> None:
        create(client, CHOICE)
        (record,) = hubspot.do("add_records", object_type="contacts", tier="a")
        c = {"label": "C", "value": "c", "displayOrder": 0, "hidden": True}
        assert patch(client, "tier", options=[B, c]).json()["options"] == [B, c]
        # Records keep a value that is no longer among the options.
        kept = client.crm("GET", "objects", f"/contacts/{record}?properties=tier").json()
        assert kept["properties"]["tier"] == "a"
        assert patch(client, "tier", options=[]).json()["options"] == []

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"fieldType": "textarea"}, 200),
            ({"type": "phone_number", "fieldType": "phonenumber"}, 200),
            ({"type": "number", "fieldType": "number"}, 400),
            ({"type": "enumeration", "fieldType": "select"}, 400),
            ({"type": "phone_number"}, 400),
            ({"groupName": "nowhere"}, 400),
            ({"groupName": "emailinformation"}, 200),
            ({"numberDisplayHint": ""}, 400),
            ({"label": ""}, 400),
            ({"options": [A]}, 400),
        ],
    )
    def test_which_changes_are_taken(self, client: Any, changes: dict[str, Any], status: int) -> None:
        before = create(client).json()
        assert patch(client, "wish", **changes).status_code == status
        after = read(client).json()
        assert (after == before) is (status == 400)

    def test_an_unknown_name(self, either: Any) -> None:
        assert problem(patch(either, "nothing", label="x"))[:2] == (404, "OBJECT_NOT_FOUND")

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            ("email", {"label": "Mail"}),
            ("lifecyclestage", {"options": [A]}),
            ("hs_lead_status", {"label": "State"}),
            ("hs_lead_status", {"options": [A], "label": "State"}),
            ("hs_email_optout", {"hidden": True}),
        ],
    )
    @pytest.mark.parametrize(("setting", "status"), [("refused", 400), ("ignored", 200)])
    def test_a_read_only_definition_stays(
        self, hubspot: Handle, client: Any, name: str, changes: Any, setting: str, status: int
    ) -> None:
        hubspot.switch("read_only_definition", setting)
        before = read(client, name).json()
        assert patch(client, name, **changes).status_code == status
        assert read(client, name).json() == before

    @pytest.mark.parametrize("name", ["hs_lead_status", "hs_legal_basis"])
    def test_options_of_some_standard_properties_change(self, either: Any, name: str) -> None:
        options = [*read(either, name).json()["options"], {**A, "displayOrder": 9}]
        assert patch(either, name, options=options).status_code == 200
        assert read(either, name).json()["options"] == options


class TestArchiving:
    def test_archived_is_not_active_and_not_gone(self, either: Any) -> None:
        create(either)
        assert either.properties("DELETE", "/contacts/wish").status_code == 204
        assert "wish" not in names(either)
        assert problem(read(either))[:2] == (404, "OBJECT_NOT_FOUND")
        assert names(either, "?archived=true") == ["wish"]
        tombstone = read(either, query="?archived=true").json()
        assert tombstone["archived"] is True
        assert tombstone["archivedAt"] >= tombstone["createdAt"]

    @pytest.mark.parametrize("times", [0, 1])
    def test_what_is_not_there_cannot_be_archived(self, client: Any, times: int) -> None:
        create(client)
        for _ in range(times):
            client.properties("DELETE", "/contacts/wish")
        name = "wish" if times else "nothing"
        assert problem(client.properties("DELETE", f"/contacts/{name}"))[:2] == (404, "OBJECT_NOT_FOUND")

    def test_a_standard_property_stays_although_it_says_archivable(self, client: Any) -> None:
        assert read(client, "jobtitle").json()["modificationMetadata"]["archivable"] is True
        assert problem(client.properties("DELETE", "/contacts/jobtitle"))[0] == 400

    def test_a_property_in_use_stays(self, hubspot: Handle, client: Any) -> None:
        create(client, NUMBER)
        formula = {"name": "twice", "fieldType": "calculation_equation", "calculationFormula": "fit_score * 2"}
        create(client, NUMBER, **formula)
        hubspot.do("use_property", object_type="contacts", name="fit_score", kind="LIST", by="Everybody fit")
        answer = client.properties("DELETE", "/contacts/fit_score")
        expected = (400, "VALIDATION_ERROR", "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE")
        assert problem(answer) == expected
        assert answer.json()["context"] == {"usageCount": ["2"]}
        assert {error["subCategory"] for error in answer.json()["errors"]} == {"PropertyValidationError.PROPERTY_USAGE"}
        assert [error["context"] for error in answer.json()["errors"]] == [
            {"parentType": ["LIST"], "parentName": ["Everybody fit"]},
            {"parentType": ["CALCULATED_PROPERTY"], "parentName": ["twice"]},
        ]

    def test_recreating_restores(self, hubspot: Handle, client: Any) -> None:
        hubspot.switch("property_recreate", "restore")
        made = create(client, description="old", type="string", fieldType="textarea").json()
        (record,) = hubspot.do("add_records", object_type="contacts", wish="peace")
        client.properties("DELETE", "/contacts/wish")
        again = create(client, label="New wish").json()
        assert again["createdAt"] == made["createdAt"]
        assert (again["label"], again["description"], again["fieldType"]) == ("New wish", "", "text")
        assert read(client, query="?archived=true").status_code == 404
        assert hubspot.store.get("records:0-1", record)["properties"]["wish"] == "peace"

    def test_recreating_makes_anew(self, hubspot: Handle, client: Any) -> None:
        hubspot.switch("property_recreate", "fresh")
        create(client)
        (record,) = hubspot.do("add_records", object_type="contacts", wish="peace")
        client.properties("DELETE", "/contacts/wish")
        assert create(client).status_code == 201
        assert names(client, "?archived=true") == ["wish"]
        assert "wish" not in hubspot.store.get("records:0-1", record)["properties"]
        client.properties("DELETE", "/contacts/wish")
        assert names(client, "?archived=true") == ["wish", "wish"]

    def test_the_screen_restores_as_it_was(self, hubspot: Handle, client: Any) -> None:
        made = create(client, description="old").json()
        client.properties("DELETE", "/contacts/wish")
        hubspot.do("restore_property", object_type="contacts", name="wish")
        assert read(client).json() == made
        assert names(client, "?archived=true") == []


class TestBatches:
    def test_create(self, either: Any) -> None:
        answer = either.properties("POST", "/contacts/batch/create", {"inputs": [TEXT, NUMBER]})
        assert (answer.status_code, answer.json()["status"]) == (201, "COMPLETE")
        assert [entry["name"] for entry in answer.json()["results"]] == ["wish", "fit_score"]
        assert {"startedAt", "completedAt"} <= set(answer.json())
        assert "errors" not in answer.json()

    def test_the_status_on_dated_paths_is_disputed(self, hubspot: Handle, client: Any) -> None:
        hubspot.switch("dated_batch_create", 200)
        assert client.properties("POST", "/contacts/batch/create", {"inputs": [TEXT]}).status_code == 200
        body = {"inputs": [NUMBER]}
        assert client.post("/crm/v3/properties/contacts/batch/create", json=body).status_code == 201

    def test_a_part_of_a_create_fails(self, either: Any) -> None:
        inputs = [TEXT, TEXT | {"name": "email"}, NUMBER | {"type": "string"}]
        answer = either.properties("POST", "/contacts/batch/create", {"inputs": inputs})
        body = answer.json()
        assert (answer.status_code, body["status"], body["numErrors"]) == (207, "COMPLETE", 2)
        assert [entry["name"] for entry in body["results"]] == ["wish"]
        assert [error["category"] for error in body["errors"]] == ["OBJECT_ALREADY_EXISTS", "VALIDATION_ERROR"]
        assert set(body["errors"][1]) >= {"status", "category", "message", "context", "errors", "links"}

    def test_the_fault_partial_batch(self, hubspot: Handle, client: Any) -> None:
        hubspot.fault("partial_batch", "POST", "batch/create", places=[0])
        answer = client.properties("POST", "/contacts/batch/create", {"inputs": [TEXT, NUMBER]})
        assert answer.status_code == 207
        assert "wish" not in names(client)
        assert "fit_score" in names(client)

    def test_read(self, either: Any) -> None:
        body = {"archived": False, "dataSensitivity": "non_sensitive", "inputs": [{"name": "email"}]}
        answer = either.properties("POST", "/contacts/batch/read", body)
        assert (answer.status_code, answer.json()["results"][0]["name"]) == (200, "email")
        body["inputs"].append({"name": "nothing"})
        answer = either.properties("POST", "/contacts/batch/read", body)
        assert (answer.status_code, answer.json()["numErrors"]) == (207, 1)
        assert answer.json()["errors"][0]["category"] == "OBJECT_NOT_FOUND"

    def test_trailing_slash_a_read_needs_no_sensitivity(self, client: Any) -> None:
        """The official client cannot send one."""
        answer = client.properties("POST", "/contacts/batch/read", {"archived": False, "inputs": [{"name": "email"}]})
        assert [each["name"] for each in answer.json()["results"]] == ["email"]

    @pytest.mark.parametrize("setting", ["left_out", "told"])
    def test_a_batch_does_not_tell_when_things_were_made(self, hubspot: Handle, client: Any, setting: str) -> None:
        hubspot.switch("batch_dates", setting)
        made = client.properties("POST", "/contacts/batch/create", {"inputs": [TEXT]}).json()["results"][0]
        assert ({"createdAt", "updatedAt"} <= made.keys()) is (setting == "told")
        assert read(client, TEXT["name"]).json()["createdAt"]

    @pytest.mark.parametrize("missing", ["archived", "inputs"])
    def test_read_requires_the_rest(self, client: Any, missing: str) -> None:
        body = {"archived": False, "dataSensitivity": "non_sensitive", "inputs": []}
        del body[missing]
        assert problem(client.properties("POST", "/contacts/batch/read", body))[0] == 400

    def test_a_batch_read_is_no_write(self, hubspot: Handle, client: Any) -> None:
        body = {"archived": False, "dataSensitivity": "non_sensitive", "inputs": [{"name": "email"}]}
        client.properties("POST", "/contacts/batch/read", body)
        assert (hubspot.counters()["reads"], hubspot.counters()["writes"]) == (1, 0)

    def test_archive_answers_204_whatever_happened(self, hubspot: Handle, either: Any) -> None:
        create(either)
        create(either, NUMBER)
        hubspot.do("use_property", object_type="contacts", name="fit_score")
        inputs = [{"name": name} for name in ("wish", "nothing", "email", "fit_score")]
        assert either.properties("POST", "/contacts/batch/archive", {"inputs": inputs}).status_code == 204
        left = names(either)
        assert ("wish" in left, "email" in left, "fit_score" in left) == (False, True, True)

    @pytest.mark.parametrize("path", ["create", "read", "archive"])
    def test_at_most_a_hundred(self, client: Any, path: str) -> None:
        inputs = [{"name": "email"}] * 101
        body = {"archived": False, "dataSensitivity": "non_sensitive", "inputs": inputs}
        assert client.properties("POST", f"/contacts/batch/{path}", body).status_code == 400


class TestGroups:
    def test_the_life_of_a_group(self, either: Any) -> None:
        answer = either.properties("POST", "/contacts/groups", {"name": "mops", "label": "Mops", "displayOrder": 3})
        assert answer.status_code == 201
        assert answer.json() == {"name": "mops", "label": "Mops", "displayOrder": 3, "archived": False}
        assert either.properties("PATCH", "/contacts/groups/mops", {"label": "MOPs", "name": "x"}).status_code == 200
        assert either.properties("GET", "/contacts/groups/mops").json()["label"] == "MOPs"
        assert either.properties("DELETE", "/contacts/groups/mops").status_code == 204
        for method in ("GET", "PATCH", "DELETE"):
            answer = either.properties(method, "/contacts/groups/mops", {} if method == "PATCH" else None)
            assert problem(answer)[:2] == (404, "OBJECT_NOT_FOUND")

    def test_a_fresh_account_has_groups(self, client: Any) -> None:
        for kind, group in (("contacts", "contactinformation"), ("companies", "companyinformation")):
            found = [entry["name"] for entry in client.properties("GET", f"/{kind}/groups").json()["results"]]
            assert {group, "sales_properties"} <= set(found)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"name": "contactinformation", "label": "x"}, 409),
            ({"name": "mops"}, 400),
            ({"label": "x"}, 400),
            ({"name": "mops", "label": 1}, 400),
        ],
    )
    def test_what_is_refused(self, client: Any, body: Any, status: int) -> None:
        assert problem(client.properties("POST", "/contacts/groups", body))[0] == status

    def test_a_group_with_properties_stays_and_says_so_in_json_text(self, client: Any) -> None:
        client.properties("POST", "/contacts/groups", {"name": "mops", "label": "Mops"})
        create(client, groupName="mops")
        answer = client.properties("DELETE", "/contacts/groups/mops")
        assert problem(answer) == (400, None, None)
        inner = httpx.Response(200, text=answer.json()["message"]).json()
        expected = ("VALIDATION_ERROR", "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES")
        assert (inner["category"], inner["subCategory"]) == expected
        client.properties("DELETE", "/contacts/wish")
        assert client.properties("DELETE", "/contacts/groups/mops").status_code == 204


class TestScreens:
    def test_somebody_else_edits(self, hubspot: Handle, client: Any) -> None:
        mine = create(client).json()
        hubspot.do("edit_property", object_type="contacts", name="wish", label="Theirs")
        assert read(client).json()["label"] == "Theirs"
        assert read(client).json()["updatedUserId"] != mine["updatedUserId"]

    def test_somebody_else_creates_and_deletes(self, hubspot: Handle, client: Any) -> None:
        hubspot.do("create_group", object_type="contacts", name="theirs", label="Theirs")
        hubspot.do("create_property", object_type="contacts", **TEXT | {"groupName": "theirs"})
        assert read(client).json()["createdUserId"] == "2"
        hubspot.do("delete_property", object_type="contacts", name="wish")
        hubspot.do("delete_group", object_type="contacts", name="theirs")
        assert read(client).status_code == 404

    @pytest.mark.parametrize(
        ("action", "body"),
        [
            ("edit_property", {"object_type": "contacts", "name": "nothing", "label": "x"}),
            ("edit_property", {"object_type": "robots", "name": "wish"}),
            ("create_property", {"object_type": "contacts", "name": "x"}),
            ("delete_property", {"object_type": "contacts", "name": "email"}),
            ("restore_property", {"object_type": "contacts", "name": "email"}),
        ],
    )
    def test_a_refusal_is_a_value_error(self, hubspot: Handle, action: str, body: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="message"):
            hubspot.do(action, **body)

    def test_a_schema_moves_right_before_a_write(self, hubspot: Handle, client: Any) -> None:
        create(client)
        body = {"object_type": "contacts", "name": "wish", "label": "Theirs"}
        hubspot.fault("schema_moved", "PATCH", action="edit_property", body=body)
        assert patch(client, "wish", description="mine").json()["label"] == "Theirs"


def test_every_switch_says_what_is_disputed(emulator: HubSpotEmulator) -> None:
    for name, switch in emulator.switches.items():
        assert switch.accepts(switch.default), name
        assert len(switch.why) > 20, name
