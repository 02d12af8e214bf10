"""Which envelopes are answers: `success` alone says nothing."""

from __future__ import annotations

from typing import Any

import pytest
from mopsctl_marketo import shapes

FIELDS, PROGRAM = "/rest/v1/leads/schema/fields.json", "/rest/asset/v1/program/byName.json"
NOTHING = {"warnings": ["No assets found for the given search criteria."]}
GOOD = {"id": 1, "name": "Fit", "folder": {"type": "Folder", "value": 7}}


TYPES, TAG = "/rest/v1/customobjects/schema.json", "/rest/asset/v1/tagType/byName.json"
CAR = {"name": "car", "fields": [{"name": "vin"}], "dedupeFields": ["vin"]}


@pytest.mark.parametrize(
    ("path", "answer", "flaw"),
    [
        (FIELDS, {"result": []}, ""),
        (FIELDS, {}, "result is missing"),
        (FIELDS, NOTHING, "result is missing"),
        (FIELDS, {"result": True}, "result is true or false instead of a list"),
        (PROGRAM, NOTHING, ""),
        (PROGRAM, {"warnings": []}, "result is missing"),
        (PROGRAM, {"result": None, **NOTHING}, "result is null instead of a list"),
        (PROGRAM, {"result": [GOOD]}, ""),
        (PROGRAM, {"result": [{**GOOD, "name": ""}]}, "result[0].name is blank"),
        (
            PROGRAM,
            {"result": [{**GOOD, "folder": {"value": None}}]},
            "result[0].folder.id is missing",
        ),
        (TYPES, {"result": [CAR]}, ""),
        (TYPES, {"result": [{"name": "car", "approved": CAR}]}, ""),
        (TYPES, {"result": [{"name": "car", "fields": []}]}, "result[0].dedupeFields is missing"),
        (TYPES, {"result": [{"name": "car", "draft": {"fields": []}}]}, "result[0].draft.dedupeFields is missing"),
        (TYPES, {"result": [{"name": "car", "dedupeFields": []}]}, "result[0].fields is missing"),
        (
            TYPES,
            {"result": [{**CAR, "relationships": [{"field": "owner"}]}]},
            "result[0].relationships[0].relatedTo is missing",
        ),
        (TAG, {"result": [{"tagType": "Region"}]}, ""),
        (TAG, {"result": [{"name": "Region"}]}, "result[0].tagType is missing"),
    ],
)
def test_only_an_asset_search_without_a_hit_leaves_the_result_out(path: str, answer: dict[str, Any], flaw: str) -> None:
    found = shapes.read(path)({"success": True, **answer}, "")
    assert found == flaw
