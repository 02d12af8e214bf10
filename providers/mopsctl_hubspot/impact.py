"""How many records hold what a write would change or take away: one search each, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mopsctl.address import Address
from mopsctl.errors import PermissionError_, VendorError
from mopsctl.resource import Impact, Write
from mopsctl_hubspot.api import HubSpotApi
from mopsctl_hubspot.names import LIFECYCLE_PROPERTY, split

Filter = dict[str, Any]

_STAGE_PROPERTIES = {"deal": "dealstage", "ticket": "hs_pipeline_stage"}
_PIPELINE_PROPERTIES = {"deal": "pipeline", "ticket": "hs_pipeline"}
MOST_VALUES = 100  # of one IN filter


def impact(api: HubSpotApi, writes: Sequence[Write]) -> Mapping[Address, Impact]:
    """The records of every write that takes something away; other writes are not in the answer."""
    found: dict[Address, Impact] = {}
    for write in writes:
        asked = _question(write)
        if asked is not None:
            found[write.address] = _count(api, *asked)
    return found


def _question(write: Write) -> tuple[str, list[Filter]] | None:
    object_name, name = split(write.address.name)
    kind = write.address.kind
    if kind == "lifecycle-stage-list":
        return _values(write.address.name, LIFECYCLE_PROPERTY, _gone(write, "stages"))
    if kind == "pipeline" and write.action == "remove":
        return _values(object_name, _PIPELINE_PROPERTIES.get(object_name, "hs_pipeline"), [name])
    if kind == "pipeline":
        return _values(object_name, _STAGE_PROPERTIES.get(object_name, "hs_pipeline_stage"), _gone(write, "stages"))
    if kind == "property" and write.action == "remove":
        return object_name, [{"propertyName": name, "operator": "HAS_PROPERTY"}]
    if kind == "property":
        return _values(object_name, name, _gone(write, "options"))
    return None


def _gone(write: Write, attribute: str) -> list[str]:
    """Items that are taken out or hidden."""
    found = set()
    for change in write.fields:
        if change.path[0] == attribute and len(change.path) > 1:
            hidden = change.path[2:] == ("hidden",) and change.after is True
            if hidden or (len(change.path) == 2 and change.after is None):
                found.add(change.path[1])
    return sorted(found)


def _values(object_name: str, name: str, values: Sequence[str]) -> tuple[str, list[Filter]] | None:
    if not values:
        return None
    if len(values) == 1:
        return object_name, [{"propertyName": name, "operator": "EQ", "value": values[0]}]
    return object_name, [{"propertyName": name, "operator": "IN", "values": list(values[:MOST_VALUES])}]


def _count(api: HubSpotApi, object_name: str, filters: list[Filter]) -> Impact:
    body = {"filterGroups": [{"filters": filters}], "properties": ["hs_object_id"], "sorts": [], "limit": 1}
    body["after"] = "0"  # the official clients always send it (fact: hubspot-search-after)
    try:
        total = api.ask(api.paths.search(object_name), body).get("total")
    except (PermissionError_, VendorError) as error:
        return Impact(None, reason=f"records cannot be counted: {error.message}")
    if not isinstance(total, int):
        return Impact(None, reason="records cannot be counted: HubSpot's search told no total")
    cut = any(len(one.get("values", ())) == MOST_VALUES for one in filters)
    return Impact(total, at_least=cut)
