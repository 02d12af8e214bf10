from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest

from mopsctl.emulator import Handle

PREFIX = "/marketing/lead-scoring/{version}/scores"
SCORES = PREFIX.format(version="2026-09-beta")
RULE = {
    "enabled": True,
    "configuration": {
        "calculation": {
            "type": "MATCH",
            "property": "jobtitle",
            "matchRules": [
                {
                    "value": 20,
                    "operation": {
                        "operationType": "MULTISTRING",
                        "operator": "CONTAINS",
                        "values": ["vp", "chief"],
                        "includeObjectsWithNoValueSet": False,
                    },
                }
            ],
        }
    },
}
MATCH: dict[str, Any] = RULE["configuration"]["calculation"]
GROUP = {"groupName": "Seniority", "groupCategory": "FIT", "maxValue": 40, "ruleConfigurations": [RULE]}
SCORE: dict[str, Any] = {
    "name": "MQL fit",
    "objectTypeId": "0-1",
    "allowedGroupTypes": ["FIT"],
    "maxScorePerCategory": 100,
    "groupConfigs": [GROUP],
}
DECAY = {"decayIntervalDays": 30, "percentToDecayPerInterval": 50}


def create(client: Any, **changes: Any) -> httpx.Response:
    return client.post(SCORES, json=SCORE | changes)


def made(client: Any) -> str:
    answer = create(client)
    assert answer.status_code == 201
    return str(answer.json()["id"])


def changed(*path: str | int, value: Any) -> dict[str, Any]:
    """The score with one value of it replaced (or taken out with None)."""
    body = copy.deepcopy(SCORE)
    spot: Any = body
    for step in path[:-1]:
        spot = spot[step]
    if value is None:
        del spot[path[-1]]
    else:
        spot[path[-1]] = value
    return body


CALCULATION = ("groupConfigs", 0, "ruleConfigurations", 0, "configuration", "calculation")


@pytest.mark.parametrize("version", ["2026-09-beta", "2027-03-beta"])
def test_a_score_begins_as_a_draft(client: Any, version: str) -> None:
    prefix = PREFIX.format(version=version)
    answer = client.post(prefix, json=SCORE)
    body = answer.json()
    assert (answer.status_code, body["scoreStatus"], body["scoreType"]) == (201, "draft", "FIT")
    assert answer.headers["Location"].endswith(f"/scores/{body['id']}")
    (group,) = body["groupConfigs"]
    assert group["id"]
    assert group["ruleConfigurations"][0]["id"]
    assert client.get(f"{prefix}/{body['id']}/draft").json() == body
    assert "publishedAt" not in body


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(
            ((name,), None)
            for name in ("name", "objectTypeId", "allowedGroupTypes", "groupConfigs", "maxScorePerCategory")
        ),
        (("allowedGroupTypes",), []),
        (("allowedGroupTypes",), ["LUCK"]),
        (("allowedGroupTypes",), ["INTENT"]),
        (("objectTypeId",), "robots"),
        (("maxScorePerCategory",), "100"),
        (("groupConfigs", 0, "groupName"), None),
        (("groupConfigs", 0, "groupDecay"), DECAY),
        (("groupConfigs", 0, "id"), "4711"),
        (("groupConfigs", 0, "ruleConfigurations", 0, "enabled"), None),
        ((*CALCULATION, "type"), "GUESS"),
        ((*CALCULATION, "matchRules"), None),
        ((*CALCULATION, "property"), "no_such_property"),
        (CALCULATION, {"type": "MULTI"}),
        (CALCULATION, {"type": "MULTI", "calculators": [{"type": "CONSTANT"}]}),
        (CALCULATION, {"type": "MULTI", "calculators": [MATCH | {"property": "no_such_property"}]}),
        ((*CALCULATION, "matchRules", 0, "value"), "20"),
        ((*CALCULATION, "matchRules", 0, "operation", "operationType"), "VIBES"),
        ((*CALCULATION, "matchRules", 0, "operation", "operator"), None),
        (("filterConfiguration",), {"listFilterType": "MAYBE"}),
        (("outputConfiguration",), {"outputs": [{"outputType": "POEM"}]}),
    ],
)
def test_what_is_refused(client: Any, path: tuple[str | int, ...], value: Any) -> None:
    answer = client.post(SCORES, json=changed(*path, value=value))
    assert (answer.status_code, answer.json().get("category", "VALIDATION_ERROR")) == (400, "VALIDATION_ERROR")
    assert client.get(SCORES).json()["results"] == []


@pytest.mark.parametrize("decay", [DECAY | {"percentToDecayPerInterval": 0}, DECAY | {"decayIntervalDays": 0}])
def test_decay(client: Any, decay: dict[str, int]) -> None:
    intent = GROUP | {"groupCategory": "INTENT", "groupDecay": DECAY}
    assert create(client, allowedGroupTypes=["INTENT"], groupConfigs=[intent]).status_code == 201
    wrong = intent | {"groupDecay": decay}
    assert create(client, allowedGroupTypes=["INTENT"], groupConfigs=[wrong]).status_code == 400


def test_calculations_nest(client: Any) -> None:
    parts = {"type": "MULTI", "calculators": [MATCH, {"type": "CONSTANT", "value": 5}]}
    assert client.post(SCORES, json=changed(*CALCULATION, value=parts)).status_code == 201


def test_a_draft_is_replaced_and_published(client: Any) -> None:
    score = made(client)
    assert client.post(f"{SCORES}/{score}/draft/publish").json()["scoreStatus"] == "published"
    draft = client.get(f"{SCORES}/{score}/draft").json()
    draft["groupConfigs"][0]["maxValue"] = 60
    draft["groupConfigs"].append(GROUP | {"groupName": "Size"})
    assert (
        client.put(f"{SCORES}/{score}/draft", json=draft).status_code == 400
    )  # an output reads otherwise than it is written
    (output,) = draft["outputConfiguration"]["outputs"]
    assert output.pop("categories") == ["FIT"]
    output["internalPropertyName"] = output.pop("propertyName")
    answer = client.put(f"{SCORES}/{score}/draft", json=draft)
    assert answer.status_code == 200
    assert answer.json()["groupConfigs"][0] == draft["groupConfigs"][0]
    assert answer.json()["groupConfigs"][1]["id"] not in {None, draft["groupConfigs"][0]["id"]}
    assert client.get(f"{SCORES}/{score}").json()["groupConfigs"][0]["maxValue"] == 40
    client.post(f"{SCORES}/{score}/draft/publish")
    assert client.get(f"{SCORES}/{score}").json()["groupConfigs"][0]["maxValue"] == 60


def test_a_draft_is_discarded(client: Any) -> None:
    score = made(client)
    assert client.post(f"{SCORES}/{score}/draft/reset").status_code == 400
    client.post(f"{SCORES}/{score}/draft/publish")
    client.put(f"{SCORES}/{score}/draft", json=SCORE | {"name": "Other"})
    assert client.post(f"{SCORES}/{score}/draft/reset").status_code == 204
    assert client.get(f"{SCORES}/{score}/draft").json()["name"] == "MQL fit"


def test_publishing_makes_the_output_property_and_deleting_takes_it(client: Any) -> None:
    score = made(client)
    output = client.get(f"{SCORES}/{score}/draft").json()["outputConfiguration"]["outputs"][0]
    path = f"/contacts/{output['propertyName']}"
    assert client.properties("GET", path).status_code == 404
    client.post(f"{SCORES}/{score}/draft/publish")
    found = client.properties("GET", path).json()
    assert (found["type"], found["modificationMetadata"]["readOnlyValue"]) == ("number", True)
    assert client.delete(f"{SCORES}/{score}").status_code == 204
    assert client.properties("GET", path).status_code == 404
    assert client.get(f"{SCORES}/{score}").status_code == 404


def test_deactivating_and_cloning(client: Any) -> None:
    score = made(client)
    client.post(f"{SCORES}/{score}/draft/publish")
    assert client.post(f"{SCORES}/{score}/deactivate").json()["scoreStatus"] == "deactivated"
    answer = client.post(f"{SCORES}/{score}/clone", json={"scoreName": "Copy"})
    assert (answer.status_code, answer.json()["scoreStatus"], answer.json()["name"]) == (201, "draft", "Copy")
    assert answer.json()["id"] != score


def test_the_list_is_paged(client: Any) -> None:
    ids = [made(client) for _ in range(12)]
    first = client.get(SCORES).json()
    assert [entry["id"] for entry in first["results"]] == ids[:10]
    assert set(first["results"][0]) == {
        *("id", "name", "scoreType", "scoredObjectTypeId", "lastConfigurationChangeTimestamp"),
    }
    second = client.get(SCORES, params={"after": first["paging"]["next"]["after"]}).json()
    assert [entry["id"] for entry in second["results"]] == ids[10:]
    assert "paging" not in second


def test_names_are_not_unique(client: Any) -> None:
    assert made(client) != made(client)


def test_a_limit(hubspot: Handle, client: Any) -> None:
    hubspot.limit("scores", 1)
    score = made(client)
    assert create(client).status_code == 400
    assert client.post(f"{SCORES}/{score}/clone", json={"scoreName": "Copy"}).status_code == 400


def test_the_object_type_stays(client: Any) -> None:
    score = made(client)
    body = changed(*CALCULATION, "property", value="name") | {"objectTypeId": "0-2"}
    assert client.put(f"{SCORES}/{score}/draft", json=body).status_code == 400


@pytest.mark.parametrize(("setting", "status"), [("draft", 200), ("missing", 404)])
def test_reading_what_was_never_published_is_disputed(hubspot: Handle, client: Any, setting: str, status: int) -> None:
    hubspot.switch("unpublished_score", setting)
    score = made(client)
    assert client.get(f"{SCORES}/{score}").status_code == status
    client.post(f"{SCORES}/{score}/draft/publish")
    assert client.get(f"{SCORES}/{score}").status_code == 200


@pytest.mark.parametrize(("setting", "status"), [("on", 200), ("missing", 404), ("forbidden", 403)])
def test_an_account_may_lack_the_beta(hubspot: Handle, client: Any, setting: str, status: int) -> None:
    hubspot.switch("lead_scoring", setting)
    answer = client.get(SCORES)
    assert answer.status_code == status
    assert "category" not in answer.json()
    assert (create(client).status_code == 201) is (setting == "on")


@pytest.mark.parametrize("path", ["", "/draft"])
def test_an_unknown_score(client: Any, path: str) -> None:
    answer = client.get(f"{SCORES}/1{path}")
    assert (answer.status_code, answer.json()["category"]) == (404, "OBJECT_NOT_FOUND")
