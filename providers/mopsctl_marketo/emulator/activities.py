"""Custom activity types: as custom objects, but every write answers with the whole type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.custom_objects import TYPES
from mopsctl_marketo.emulator.envelope import json_of, lead, lead_time, params, refuse

READ = ("Read-Only Activity Metadata", "Read-Write Activity Metadata")
WRITE = ("Read-Write Activity Metadata",)
_BASE = "/rest/v1/activities/external"
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,255}")
# Ids and names of the types every account has, as far as they are documented; each with what it is about.
_STANDARD = (
    (1, "Visit Webpage", "Webpage ID", "Webpage URL"),
    (2, "Fill Out Form", "Webform ID", "Webform Fields"),
    (3, "Click Link", "Link ID", "Client IP Address"),
    (6, "Send Email", "Mailing ID", "Campaign Run ID"),
    (7, "Email Delivered", "Mailing ID", "Campaign Run ID"),
    (8, "Email Bounced", "Mailing ID", "Details"),
    (9, "Unsubscribe Email", "Mailing ID", "Campaign Run ID"),
    (10, "Open Email", "Mailing ID", "Platform"),
    (11, "Click Email", "Mailing ID", "Link"),
    (12, "New Lead", "", "Created Date"),
    (13, "Change Data Value", "Attribute Name", "New Value"),
    (22, "Change Score", "Score Name", "Change Value"),
    (24, "Add to List", "List ID", "Source"),
    (104, "Change Status in Progression", "Program ID", "New Status"),
)
_TOP = ("name", "triggerName", "filterName", "description")


class Activities(Area):
    """Custom activity types."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Types, their attributes, and what moves them."""
        one = _BASE + "/type/{name}"
        yield Endpoint("GET", "/rest/v1/activities/types.json", self._types, ("Read-Only Activity", *READ))
        yield Endpoint("GET", f"{_BASE}/types.json", self._list, READ)
        yield Endpoint("POST", f"{_BASE}/type.json", self._create, WRITE)
        yield Endpoint("GET", f"{one}/describe.json", self._describe, READ)
        yield Endpoint("POST", f"{one}.json", self._update, WRITE)
        yield Endpoint("POST", f"{one}/approve.json", self._approve, WRITE)
        yield Endpoint("POST", f"{one}/discardDraft.json", self._discard, WRITE)
        yield Endpoint("POST", f"{one}/delete.json", self._delete, WRITE)
        yield Endpoint("POST", f"{one}/attributes/create.json", self._add_attributes, WRITE)
        yield Endpoint("POST", f"{one}/attributes/update.json", self._update_attributes, WRITE)
        yield Endpoint("POST", f"{one}/attributes/delete.json", self._delete_attributes, WRITE)

    def _found(self, call: Call) -> dict[str, Any]:
        name = call.params["name"]
        return self.find(call, "activitytypes", name, "1013", f"Activity type '{name}' not found")

    def _list(self, call: Call) -> Response:
        return lead(call, [_shown(doc) for doc in self.store.list("activitytypes")])

    def _types(self, call: Call) -> Response:
        """Standard types, and approved ones of the account's own."""
        found = [_type(number, name, primary, [other]) for number, name, primary, other in _STANDARD]
        for doc in self.store.list("activitytypes"):
            if (version := doc["approved"]) is not None:
                others = [str(each["apiName"]) for each in version["attributes"]]
                found.append(_type(doc["id"], version["name"], str(version["primaryAttribute"]["name"]), others))
        return lead(call, found)

    def _describe(self, call: Call) -> Response:
        doc = self._found(call)
        return lead(call, [_shown(doc, draft=params(call).get("draft") == "true")])

    def _create(self, call: Call) -> Response:
        body = json_of(call)
        name = str(body.get("apiName", ""))
        if not _NAME.fullmatch(name):
            refuse(call, "1003", f"Invalid API name '{name}'")
        primary = body.get("primaryAttribute")
        if not all(body.get(key) for key in _TOP[:3]) or not isinstance(primary, dict):
            refuse(call, "1002", "Missing required field")
        if self.store.get("activitytypes", name):
            refuse(call, "1017", f"Activity type '{name}' already exists")
        if self.store.count("activitytypes") >= self.emulator.limit("activity_types"):
            refuse(call, "1027", "Maximum number of custom activity types reached")
        version = {key: body.get(key) for key in _TOP} | {"primaryAttribute": primary, "attributes": []}
        number = self.store.next_id("activitytypes", 100001)
        doc = {"id": number, "apiName": name, "createdAt": lead_time(self.now()), "approved": None, "draft": version}
        return self._kept(call, doc)

    def _kept(self, call: Call, doc: dict[str, Any]) -> Response:
        self.store.put("activitytypes", doc["apiName"], doc)
        return lead(call, [_shown(doc, draft=True)])

    def _draft(self, doc: dict[str, Any]) -> dict[str, Any]:
        return dict(doc["draft"] or doc["approved"])

    def _update(self, call: Call) -> Response:
        doc, body = self._found(call), json_of(call)
        if doc["approved"] and any(body.get(key, doc["approved"][key]) != doc["approved"][key] for key in _TOP[:3]):
            refuse(call, "1003", "Names cannot be changed after approval")
        changes = {key: body[key] for key in (*_TOP, "primaryAttribute") if key in body}
        return self._kept(call, {**doc, "draft": {**self._draft(doc), **changes}})

    def _given(self, call: Call) -> list[dict[str, Any]]:
        found = json_of(call).get("attributes")
        if not isinstance(found, list) or not found:
            refuse(call, "1002", "Missing required parameter 'attributes'")
        return found

    def _add_attributes(self, call: Call) -> Response:
        doc = self._found(call)
        draft = self._draft(doc)
        known = {each["apiName"] for each in draft["attributes"]}
        for each in self._given(call):
            if each.get("apiName") in known or each.get("dataType", "string") not in TYPES:
                refuse(call, "1003", f"Invalid attribute '{each.get('apiName')}'")
            draft["attributes"] = [*draft["attributes"], each]
        if len(draft["attributes"]) > self.emulator.limit("activity_attributes"):
            refuse(call, "1028", "Maximum number of attributes reached")
        return self._kept(call, {**doc, "draft": draft})

    def _update_attributes(self, call: Call) -> Response:
        doc = self._found(call)
        draft, changes = self._draft(doc), {each.get("apiName"): each for each in self._given(call)}
        if not set(changes) <= {each["apiName"] for each in draft["attributes"]}:
            refuse(call, "1006", "Attribute not found")
        draft["attributes"] = [{**each, **changes.get(each["apiName"], {})} for each in draft["attributes"]]
        return self._kept(call, {**doc, "draft": draft})

    def _delete_attributes(self, call: Call) -> Response:
        doc = self._found(call)
        draft, gone = self._draft(doc), {each.get("apiName") for each in self._given(call)}
        if not gone <= {each["apiName"] for each in draft["attributes"]}:
            refuse(call, "1006", "Attribute not found")
        draft["attributes"] = [each for each in draft["attributes"] if each["apiName"] not in gone]
        return self._kept(call, {**doc, "draft": draft})

    def _approve(self, call: Call) -> Response:
        doc = self._found(call)
        if not doc["draft"]:
            refuse(call, "1003", "There is no draft")
        return self._kept(call, {**doc, "approved": doc["draft"], "draft": None})

    def _discard(self, call: Call) -> Response:
        doc = self._found(call)
        if not doc["draft"] or not doc["approved"]:
            refuse(call, "1003", "There is no draft to discard")
        return self._kept(call, {**doc, "draft": None})

    def _delete(self, call: Call) -> Response:
        doc = self._found(call)
        self.store.delete("activitytypes", doc["apiName"])
        return lead(call, [{**_shown(doc), "status": "deleted"}])


def _shown(doc: dict[str, Any], *, draft: bool = False) -> dict[str, Any]:
    version = doc["draft"] if doc["draft"] and (draft or not doc["approved"]) else doc["approved"]
    status = "draft" if not doc["approved"] else "approved with draft" if doc["draft"] else "approved"
    return {"id": doc["id"], "apiName": doc["apiName"], "status": status, "createdAt": doc["createdAt"], **version}


def _type(number: int, name: str, primary: str, others: list[str]) -> dict[str, Any]:
    head = {"primaryAttribute": {"name": primary, "dataType": "string"}} if primary else {}
    attributes = [{"name": each, "dataType": "string"} for each in others]
    return {"id": number, "name": name, "description": name, **head, "attributes": attributes}
