from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from mopsctl_eloqua.emulator import access

USER = (f"{access.COMPANY}\\{access.USER}", access.PASSWORD)
FIELD = {
    "name": "Lifecycle Stage",
    "dataType": "text",
    "displayType": "text",
    "updateType": "always",
    "isProtected": "false",
}
OPTIONS = [{"displayName": "MQL", "value": "mql"}, {"displayName": "None"}]


@pytest.fixture
def web(bench: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{bench.handle.url}/API/REST/1.0/", auth=USER, verify=False) as client:
        yield client


def made(web: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    answer = web.post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def field(web: httpx.Client, **changes: Any) -> dict[str, Any]:
    return made(web, "assets/contact/field", **(FIELD | changes))


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    (error,) = answer.json()
    return answer.status_code, error["property"], error["requirement"]["type"]


# -- conventions


def test_everything_of_a_thing_is_text_and_the_envelope_counts_in_numbers(web: httpx.Client) -> None:
    assert all(isinstance(value, str) for value in field(web).values())
    found = web.get("assets/contact/fields", params={"count": 2, "page": 2}).json()
    assert (found["page"], found["pageSize"], found["total"], len(found["elements"])) == (2, 2, 33, 2)


@pytest.mark.parametrize("path", ["/api/rest/1.0/assets/contact/fields", "/API/REST/2.0/Assets/Contact/Fields"])
def test_case_does_not_count_in_paths_and_both_versions_answer(web: httpx.Client, path: str) -> None:
    assert web.get(f"{str(web.base_url).partition('/API')[0]}{path}").status_code == 200


def test_an_unknown_version_is_not_there(bench: Any, web: httpx.Client) -> None:
    assert web.get(f"{bench.handle.url}/API/REST/3.0/assets/contact/fields").status_code == 404


def test_what_has_no_value_is_left_out(web: httpx.Client) -> None:
    assert "description" not in field(web, description="")


@pytest.mark.parametrize(
    ("depth", "has_name", "has_type", "has_elements", "said"),
    [
        ("minimal", True, True, False, "minimal"),
        ("partial", True, True, False, "partial"),
        ("complete", True, True, True, "complete"),
        ("deepest", True, True, False, "minimal"),
        (None, True, True, False, "minimal"),
    ],
)
def test_depth_of_a_list(
    web: httpx.Client, depth: str | None, has_name: bool, has_type: bool, has_elements: bool, said: str
) -> None:
    found = web.get("assets/optionLists", params={"depth": depth} if depth else {}).json()["elements"][0]
    assert ("name" in found, "type" in found, "elements" in found) == (has_name, has_type, has_elements)
    assert found["depth"] == said


def test_one_thing_is_complete_unless_asked_otherwise(web: httpx.Client) -> None:
    key = made(web, "assets/optionList", name="Stages", elements=OPTIONS)["id"]
    assert "elements" in web.get(f"assets/optionList/{key}").json()
    assert "elements" in web.get(f"assets/optionList/{key}", params={"depth": "x"}).json()
    assert "elements" not in web.get(f"assets/optionList/{key}", params={"depth": "minimal"}).json()


@pytest.mark.parametrize("params", [{"page": 0}, {"count": 0}, {"page": "x"}])
def test_pages_begin_at_one(web: httpx.Client, params: dict[str, Any]) -> None:
    answer = web.get("assets/contact/fields", params=params)
    assert answer.status_code == 400
    assert answer.json()[0]["type"] == "EndpointParameterError"


def test_an_id_that_is_a_word(web: httpx.Client) -> None:
    assert web.get("assets/contact/field/abc").json()[0]["parameter"] == "id"
    assert web.get("assets/contact/field/9").status_code == 404


@pytest.mark.parametrize(("status", "body"), [(200, True), (204, False)])
def test_nothing_found_is_an_empty_page_or_no_content(bench: Any, web: httpx.Client, status: int, body: bool) -> None:
    bench.handle.switch("empty_list", status)
    answer = web.get("assets/contact/fields", params={"search": "name='no such'"})
    assert (answer.status_code, bool(answer.content)) == (status, body)


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("name='Stages A'", ["Stages A"]),
        ("name='stages a'", ["Stages A"]),
        ("name='Stages*'", ["Stages A", "Stages B", "Stages*"]),
        ("name=Sta*B", ["Stages B"]),
        ("name!='Stages*'", ["Salutations"]),
        ("name>'Stages A'", ["Stages B", "Stages*"]),
        ("name<='Salutations'", ["Salutations"]),
        ("id>=812", ["Stages B", "Stages*"]),
        ("id<811", ["Salutations"]),
        ("Stages*", ["Stages A", "Stages B", "Stages*"]),
        ("name=''", []),
    ],
)
def test_search(web: httpx.Client, search: str, names: list[str]) -> None:
    for name in ("Stages A", "Stages B", "Stages*"):
        made(web, "assets/optionList", name=name, elements=[])
    found = web.get("assets/optionLists", params={"search": search}).json()["elements"]
    assert [each["name"] for each in found] == names


@pytest.mark.parametrize("search", ["colour='red'", "name='it's'", "name=two words"])
def test_a_search_that_cannot_be_understood(web: httpx.Client, search: str) -> None:
    assert web.get("assets/optionLists", params={"search": search}).status_code == 400


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"name": "x"}', "text/plain"),
        (b"", "application/json"),
    ],
)
def test_a_body_must_be_a_json_object_and_say_so(web: httpx.Client, content: bytes, kind: str) -> None:
    assert web.post("assets/optionList", content=content, headers={"content-type": kind}).status_code == 400


@pytest.mark.parametrize(("setting", "status"), [("refuse", 400), ("accept", 201)])
def test_values_without_quotes(bench: Any, web: httpx.Client, setting: str, status: int) -> None:
    bench.handle.switch("unquoted_values", setting)
    assert web.post("assets/contact/field", json=FIELD | {"isRequired": False}).status_code == status


def test_a_put_blanks_what_it_leaves_out(bench: Any, web: httpx.Client) -> None:
    old = field(web, description="old", defaultValue="x")
    body = {name: value for name, value in old.items() if name != "description"}
    assert "description" not in web.put(f"assets/contact/field/{old['id']}", json=body).json()
    bench.handle.switch("put_missing", "keep")
    assert (
        web.put(f"assets/contact/field/{old['id']}", json={"id": old["id"], "name": "New"}).json()["defaultValue"]
        == "x"
    )


def test_the_id_of_the_body_is_that_of_the_path(web: httpx.Client) -> None:
    old = field(web)
    assert problem(web.put(f"assets/contact/field/{old['id']}", json=old | {"id": "1"})) == (400, "id", "IdRequirement")


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize("shape", ["array", "object", "text"])
def test_validation_errors_come_in_three_shapes_and_two_statuses(
    bench: Any, web: httpx.Client, status: int, shape: str
) -> None:
    field(web)
    bench.handle.switch("field_names_unique", True)
    bench.handle.switch("validation_status", status)
    bench.handle.switch("validation_shape", shape)
    answer = web.post("assets/contact/field", json=FIELD)
    assert answer.status_code == status
    if shape == "text":
        assert answer.text == "There was a validation error."
        return
    error = answer.json()[0] if shape == "array" else answer.json()
    assert error == {
        "type": "ObjectValidationError",
        "container": {"type": "ObjectKey", "objectType": "ContactField"},
        "property": "name",
        "requirement": {"type": "UniquenessRequirement"},
        "value": "Lifecycle Stage",
    }


def test_a_missing_value_is_shown_as_null(web: httpx.Client) -> None:
    assert web.post("assets/optionList", json={"elements": []}).json()[0]["value"] == "<null>"


def test_429_says_not_how_long(bench: Any, web: httpx.Client) -> None:
    bench.handle.fault("rate_limited")
    answer = web.get("assets/optionLists")
    assert answer.status_code == 429
    assert "retry-after" not in answer.headers


# -- contact fields


def test_a_second_field_of_one_name_is_made_under_another_database_name_or_refused(
    bench: Any, web: httpx.Client
) -> None:
    assert [field(web)["internalName"] for _ in range(2)] == ["C_Lifecycle_Stage1", "C_Lifecycle_Stage11"]
    bench.handle.switch("field_names_unique", True)
    assert problem(web.post("assets/contact/field", json=FIELD)) == (400, "name", "UniquenessRequirement")


def test_a_database_name_ends_after_45_characters(web: httpx.Client) -> None:
    """As recorded on three sites: the number is what goes."""
    long = FIELD | {"name": "Integrated Marketing and Sales Funnel Stage"}
    made = [web.post("assets/contact/field", json=long).json()["internalName"] for _ in range(2)]
    assert made[0] == "C_Integrated_Marketing_and_Sales_Funnel_Stage"
    assert made[1] != made[0]
    assert len(made[1]) == 45


@pytest.mark.parametrize("name", ["C_Fax", "C_SFDCLeadID", "C_Territory", "ContactIDExt", "C_EmailDisplayName"])
def test_standard_fields_that_people_name_are_there(web: httpx.Client, name: str) -> None:
    (found,) = web.get("assets/contact/fields", params={"search": f"internalName={name}"}).json()["elements"]
    assert web.get(f"assets/contact/field/{found['id']}").json()["isStandard"] == "true"


def test_a_list_of_parts_is_there_even_if_it_is_empty(web: httpx.Client) -> None:
    made = web.post("assets/optionList", json={"name": "Nothing yet", "elements": []}).json()
    assert made["elements"] == []
    assert web.get(f"assets/optionList/{made['id']}").json()["elements"] == []
    assert "elements" not in web.get(f"assets/optionList/{made['id']}", params={"depth": "minimal"}).json()


def test_lists_come_in_the_order_that_is_asked_for(web: httpx.Client) -> None:
    for name in ("B", "c", "A"):
        web.post("assets/optionList", json={"name": name, "elements": []})

    def listed(order: str) -> list[str]:
        found = web.get("assets/optionLists", params={"orderBy": order, "search": "name!='Salutations'"}).json()
        return [each["name"] for each in found["elements"]]

    assert listed("name") == ["A", "B", "c"]
    assert listed("name DESC") == ["c", "B", "A"]
    assert web.get("assets/optionLists", params={"orderBy": "colour"}).status_code == 400


def test_a_database_name_is_generated_once(web: httpx.Client) -> None:
    first = field(web)
    assert first["internalName"] == "C_Lifecycle_Stage1"
    assert int(first["id"]) > 100_195 - 1
    renamed = web.put(
        f"assets/contact/field/{first['id']}", json=first | {"name": "Stage", "internalName": "C_X1"}
    ).json()
    assert (renamed["name"], renamed["internalName"]) == ("Stage", "C_Lifecycle_Stage1")
    assert field(web)["internalName"] == "C_Lifecycle_Stage11"


@pytest.mark.parametrize(("rule", "expected"), [("drop", "C_MQL_first1"), ("underscore", "C_MQL__first1")])
def test_other_signs_in_a_name(bench: Any, web: httpx.Client, rule: str, expected: str) -> None:
    bench.handle.switch("punctuation", rule)
    assert field(web, name="MQL: first")["internalName"] == expected


@pytest.mark.parametrize(
    ("changes", "name", "requirement"),
    [
        ({"name": ""}, "name", "NotNullRequirement"),
        ({"dataType": "number8"}, "dataType", "EnumRequirement"),
        ({"dataType": "date", "displayType": "singleSelect"}, "displayType", "RelationshipRequirement"),
        ({"displayType": "singleSelect"}, "optionListId", "IdRequirement"),
        ({"displayType": "singleSelect", "optionListId": "9"}, "optionListId", "IdRequirement"),
    ],
)
def test_a_wrong_field_is_refused(web: httpx.Client, changes: dict[str, Any], name: str, requirement: str) -> None:
    body = {key: value for key, value in (FIELD | changes).items() if value is not None}
    assert problem(web.post("assets/contact/field", json=body)) == (400, name, requirement)


def test_a_field_may_have_to_say_whether_it_is_protected(bench: Any, web: httpx.Client) -> None:
    body = {name: value for name, value in FIELD.items() if name != "isProtected"}
    assert web.post("assets/contact/field", json=body).status_code == 201
    bench.handle.switch("fields_need_protected", True)
    answer = web.post("assets/contact/field", json=body | {"name": "Another"})
    assert problem(answer) == (400, "isProtected", "NotNullRequirement")


@pytest.mark.parametrize(("setting", "status"), [("refuse", 400), ("ignore", 200)])
def test_another_data_type_is_refused_or_ignored(bench: Any, web: httpx.Client, setting: str, status: int) -> None:
    bench.handle.switch("data_type_change", setting)
    old = field(web)
    answer = web.put(f"assets/contact/field/{old['id']}", json=old | {"dataType": "largeText"})
    assert answer.status_code == status
    assert web.get(f"assets/contact/field/{old['id']}").json()["dataType"] == "text"


def test_the_limit_is_refused_in_general_words(bench: Any, web: httpx.Client) -> None:
    bench.handle.limit("custom_contact_fields", 2)
    field(web)
    answer = web.post("assets/contact/field", json=FIELD | {"name": "One too many"})
    assert (answer.status_code, answer.text) == (400, "There was a validation error.")


@pytest.mark.parametrize("status", [204, 200])
def test_a_field_that_nothing_uses_goes(bench: Any, web: httpx.Client, status: int) -> None:
    bench.handle.switch("field_delete_status", status)
    key = field(web)["id"]
    assert web.delete(f"assets/contact/field/{key}").status_code == status
    assert web.get(f"assets/contact/field/{key}").status_code == 404


@pytest.mark.parametrize("status", [409, 412])
@pytest.mark.parametrize(("shape", "body"), [
    ("dependencies", {"dependencies": [{"id": "12", "type": "Form"}]}),
    ("array", [{"id": "12", "type": "Form"}]),
    ("empty", None),
])  # fmt: skip
def test_a_used_field_stays(bench: Any, web: httpx.Client, status: int, shape: str, body: Any) -> None:
    bench.handle.switch("in_use_status", status)
    bench.handle.switch("in_use_body", shape)
    key = field(web)["id"]
    bench.handle.do("use", what="ContactField", key=key, by={"id": "12", "type": "Form"})
    answer = web.delete(f"assets/contact/field/{key}")
    assert (answer.status_code, answer.json() if answer.content else None) == (status, body)


def test_a_bulk_definition_uses_the_field_it_names(bench: Any, web: httpx.Client) -> None:
    key = field(web)["id"]
    bench.handle.do("add_export", name="nightly", field="C_Lifecycle_Stage1")
    answer = web.delete(f"assets/contact/field/{key}")
    assert answer.json() == {"dependencies": [{"id": "1", "type": "BulkExport", "name": "nightly"}]}


def test_standard_fields_stay_as_they_are(web: httpx.Client) -> None:
    title = web.get("assets/contact/field/100017").json()
    assert web.put("assets/contact/field/100017", json=title | {"name": "Job"}).status_code == 400
    assert web.delete("assets/contact/field/100017").status_code == 400


# -- option lists


def test_a_put_replaces_all_options(web: httpx.Client) -> None:
    listed = made(web, "assets/optionList", name="Stages", elements=OPTIONS)
    assert listed["elements"] == [{"type": "Option", **OPTIONS[0]}, {"type": "Option", "displayName": "None"}]
    body = listed | {"elements": [{"displayName": "SQL", "value": "sql"}]}
    assert [each["value"] for each in web.put(f"assets/optionList/{listed['id']}", json=body).json()["elements"]] == [
        "sql"
    ]


@pytest.mark.parametrize(("unique", "status"), [(True, 400), (False, 201)])
def test_two_lists_with_one_name(bench: Any, web: httpx.Client, unique: bool, status: int) -> None:
    bench.handle.switch("option_list_names_unique", unique)
    assert web.post("assets/optionList", json={"name": "SALUTATIONS", "elements": []}).status_code == status


@pytest.mark.parametrize("elements", ["x", [1], [{"value": "a"}]])
def test_wrong_options_are_refused(web: httpx.Client, elements: Any) -> None:
    assert web.post("assets/optionList", json={"name": "Stages", "elements": elements}).status_code == 400


@pytest.mark.parametrize(("setting", "status"), [("refuse", 409), ("allow", 200)])
def test_a_used_list(bench: Any, web: httpx.Client, setting: str, status: int) -> None:
    bench.handle.switch("delete_used_option_list", setting)
    listed = made(web, "assets/optionList", name="Stages", elements=OPTIONS)
    field(web, displayType="singleSelect", optionListId=listed["id"])
    assert web.delete(f"assets/optionList/{listed['id']}").status_code == status


# -- e-mail groups


def test_a_group_needs_a_name_and_gets_its_lists(web: httpx.Client) -> None:
    group = made(web, "assets/email/group", name="Newsletter")
    assert group["permissions"] == "fullControl"
    assert (group["isVisibleInPublicSubscriptionList"], group["isVisibleInOutlookPlugin"]) == ("true", "false")
    assert group["subscriptionListId"] != group["unSubscriptionListId"]
    assert web.delete(f"assets/email/group/{group['id']}").status_code == 200


def test_a_strict_account_wants_both_landing_pages(bench: Any, web: httpx.Client) -> None:
    bench.handle.switch("groups_need_landing_pages", True)
    body = {"name": "Newsletter", "subscriptionLandingPageId": "11"}
    answer = problem(web.post("assets/email/group", json=body))
    assert answer == (400, "unsubscriptionLandingPageId", "NotNullRequirement")
    group = made(web, "assets/email/group", **body, unsubscriptionLandingPageId="12")
    bare = {"id": group["id"], "name": "Newsletter"}
    assert web.put(f"assets/email/group/{group['id']}", json=bare).status_code == 400


def test_a_landing_page_must_be_there(web: httpx.Client) -> None:
    body = {"name": "Newsletter", "subscriptionLandingPageId": "99"}
    assert problem(web.post("assets/email/group", json=body))[2] == "IdRequirement"


def test_a_group_with_e_mails_stays(web: httpx.Client) -> None:
    assert web.delete("assets/email/group/1").status_code == 409


# -- custom objects

LEDGER = {
    "name": "Consent ledger",
    "emailAddressFieldId": "-1",
    "uniqueCodeFieldId": "-2",
    "fields": [
        {"type": "CustomObjectField", "id": "-1", "name": "Email", "dataType": "text", "displayType": "text"},
        {"type": "CustomObjectField", "id": "-2", "name": "Renewal date", "dataType": "date", "displayType": "text"},
    ],
}


def ledger(web: httpx.Client, bench: Any) -> tuple[str, dict[str, Any]]:
    path = f"{bench.handle.url}/api/REST/2.0/assets/customObject"
    found = made(web, path, **LEDGER)
    return f"{path}/{found['id']}", found


def test_negative_ids_come_to_mean_the_new_fields(bench: Any, web: httpx.Client) -> None:
    _, found = ledger(web, bench)
    assert [each["internalName"] for each in found["fields"]] == ["Email1", "Renewal_date1"]
    assert (found["emailAddressFieldId"], found["uniqueCodeFieldId"]) == tuple(each["id"] for each in found["fields"])


def test_custom_objects_are_served_by_the_second_version_only(web: httpx.Client) -> None:
    assert web.get("assets/customObjects").status_code == 404


@pytest.mark.parametrize(("setting", "status"), [("refuse", 400), ("accept", 200)])
def test_a_put_that_changes_nothing(bench: Any, web: httpx.Client, setting: str, status: int) -> None:
    bench.handle.switch("custom_object_unchanged_put", setting)
    path, found = ledger(web, bench)
    assert web.put(path, json=found).status_code == status


@pytest.mark.parametrize(("drops", "left"), [(True, ["Email"]), (False, ["Email", "Renewal date"])])
def test_a_put_may_drop_the_fields_it_leaves_out(bench: Any, web: httpx.Client, drops: bool, left: list[str]) -> None:
    bench.handle.switch("custom_object_put_drops_fields", drops)
    path, found = ledger(web, bench)
    body = found | {"fields": found["fields"][:1], "uniqueCodeFieldId": ""}
    assert [each["name"] for each in web.put(path, json=body).json()["fields"]] == left


def test_a_put_without_fields_leaves_them_alone(bench: Any, web: httpx.Client) -> None:
    path, found = ledger(web, bench)
    body = {name: value for name, value in found.items() if name != "fields"} | {"description": "x"}
    assert len(web.put(path, json=body).json()["fields"]) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": [{"id": "-1", "name": "", "dataType": "text", "displayType": "text"}]},
        {"fields": [{"id": "-1", "name": "A", "dataType": "colour", "displayType": "text"}]},
        {"fields": [{"id": str(-each), "name": "A", "dataType": "text", "displayType": "text"} for each in (1, 2)]},
        {"emailAddressFieldId": "-7"},
    ],
)
def test_a_wrong_custom_object_is_refused(bench: Any, web: httpx.Client, changes: dict[str, Any]) -> None:
    path = f"{bench.handle.url}/api/REST/2.0/assets/customObject"
    assert web.post(path, json=LEDGER | changes).status_code == 400
