"""Custom object types: draft, approved, approved with draft. Every write answers with an empty result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import json_of, lead, lead_time, params, records, refuse

TYPES = ("string", "boolean", "integer", "float", "link", "email", "currency", "date", "datetime", "phone", "text")
READ = ("Read-Only Custom Object Type", "Read-Write Custom Object Type")
WRITE = ("Read-Write Custom Object Type",)
RECORDS = ("Read-Only Custom Object", "Read-Write Custom Object", *READ)
_BASE = "/rest/v1/customobjects/schema"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
_TOP = ("displayName", "pluralName", "description", "showInLeadDetail")
STANDARD = {"lead": "Lead", "company": "Company"}
_SYSTEM = (
    ("marketoGUID", "Marketo GUID", "string"),
    ("createdAt", "Created At", "datetime"),
    ("updatedAt", "Updated At", "datetime"),
)


class CustomObjects(Area):
    """Custom object types. A document keeps the approved version and the draft beside each other."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Schemas and what moves them."""
        one = _BASE + "/{name}"
        yield Endpoint("GET", f"{_BASE}.json", self._list, READ)
        yield Endpoint("POST", f"{_BASE}.json", self._sync, WRITE)
        yield Endpoint("GET", "/rest/v1/customobjects.json", self._approved, RECORDS)
        yield Endpoint("GET", "/rest/v1/customobjects/{name}/describe.json", self._describe_approved, RECORDS)
        yield Endpoint("GET", f"{_BASE}/fieldDataTypes.json", lambda call: lead(call, TYPES), READ)
        yield Endpoint("GET", f"{_BASE}/linkableObjects.json", self._linkable, READ)
        yield Endpoint("GET", f"{one}/describe.json", self._describe, READ)
        yield Endpoint("GET", f"{one}/dependentAssets.json", self._dependents, READ)
        yield Endpoint("POST", f"{one}/addField.json", self._add_field, WRITE)
        yield Endpoint("POST", f"{one}/deleteField.json", self._delete_field, WRITE)
        yield Endpoint("POST", one + "/{field}/updateField.json", self._update_field, WRITE)
        yield Endpoint("POST", f"{one}/approve.json", self._approve, WRITE)
        yield Endpoint("POST", f"{one}/discardDraft.json", self._discard, WRITE)
        yield Endpoint("POST", f"{one}/delete.json", self._delete, WRITE)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """Entitlement, and assets that use an object."""
        return {"custom_objects_off": self._switch_off, "use_custom_object": self._use}

    def _switch_off(self, off: bool = True) -> None:
        self.store.set_setting("custom_objects_off", off)

    def _use(self, name: str, asset_name: str) -> None:
        doc = self.store.get("customobjects", name)
        if doc is None:
            raise ValueError(f"no custom object {name}")
        self.store.put("customobjects", name, {**doc, "used": [*doc["used"], asset_name]})

    # -- reading

    def _entitled(self, call: Call) -> None:
        if self.store.setting("custom_objects_off", False):
            refuse(call, "616")

    def _found(self, call: Call) -> dict[str, Any]:
        self._entitled(call)
        name = call.params["name"]
        return self.find(call, "customobjects", name, "1013", f"Object '{name}' not found")

    def _list(self, call: Call) -> Response:
        self._entitled(call)
        given = params(call)
        names = [name for name in given.get("names", "").split(",") if name]
        more = self.emulator.switch("custom_object_names") == "more"
        docs = [doc for doc in self.store.list("customobjects") if not names or more or doc["name"] in names]
        state = given.get("state", "")
        return lead(call, [self._shown(doc, state) for doc in docs if not state or _has(doc, state)])

    def _describe(self, call: Call) -> Response:
        doc, state = self._found(call), params(call).get("state", "")
        if state and not _has(doc, state):
            refuse(call, "1013", f"Object '{doc['name']}' has no version in the state '{state}'")
        return lead(call, [self._shown(doc, state)])

    def _approved(self, call: Call) -> Response:
        """The types whose records may be read and written: approved ones only."""
        self._entitled(call)
        names = {name for name in params(call).get("names", "").split(",") if name}
        docs = [doc for doc in self.store.list("customobjects") if doc["approved"]]
        return lead(call, [self._version(doc, doc["approved"]) for doc in docs if not names or doc["name"] in names])

    def _describe_approved(self, call: Call) -> Response:
        doc = self._found(call)
        if not doc["approved"]:
            refuse(call, "1013", f"Object '{doc['name']}' not found")
        return lead(call, [self._version(doc, doc["approved"])])

    def _shown(self, doc: dict[str, Any], state: str) -> dict[str, Any]:
        if self.emulator.switch("custom_object_shape") == "nested":
            versions = {key: self._version(doc, doc[key]) for key in ("approved", "draft") if doc[key]}
            return {"name": doc["name"], "state": state_of(doc), **versions}
        wanted = doc["draft"] if state == "draft" or not doc["approved"] else doc["approved"]
        which = "draft" if wanted is doc["draft"] else "approved"
        return {**self._version(doc, wanted), "state": state_of(doc), "version": which}

    def _version(self, doc: dict[str, Any], version: dict[str, Any]) -> dict[str, Any]:
        """Keys and links stand on the type; fields say neither, nor their descriptions (fact: marketo-custom-object-reads)."""
        keys = [field["name"] for field in version["fields"] if field["isDedupeField"]]
        approved = doc["approved"] is not None
        system = [_field(name, label, sort) for name, label, sort in _SYSTEM]
        return {
            "name": doc["name"],
            **{key: version.get(key) for key in _TOP if key != "showInLeadDetail"},
            "createdAt": doc["createdAt"] if approved else None,
            "updatedAt": doc["createdAt"] if approved else None,
            "idField": "marketoGUID" if approved else None,
            "dedupeFields": keys,
            "searchableFields": [keys],
            "relationships": [_relationship(field) for field in version["fields"] if field.get("relatedTo")],
            "fields": [self._shown_field(field) for field in [*system, *version["fields"]]],
        }

    def _shown_field(self, field: dict[str, Any]) -> dict[str, Any]:
        sort = self._type_of(field["relatedTo"]) if field.get("relatedTo") else field["dataType"]
        own = field["name"] in [name for name, _, _ in _SYSTEM]
        length = {"length": 255} if sort == "string" else {}
        shown = {"name": field["name"], "displayName": field["displayName"], "dataType": sort}
        return {**shown, **length, "updateable": not own, "crmManaged": False}

    def _type_of(self, related: dict[str, str]) -> str:
        """The type of the field that a link leads to."""
        fields = self._linkable_fields(related["name"])
        return next((str(each["dataType"]) for each in fields if each["name"] == related["field"]), "")

    def _linkable_fields(self, name: str) -> list[dict[str, Any]]:
        """The fields that a link may lead to; none of an object that cannot be linked to."""
        if name in STANDARD.values():
            home = {"Lead": "person", "Company": "company"}[name]
            return [doc for key, doc in self.store.items("fields") if key.startswith(f"{home}.")]
        target = self.store.get("customobjects", name)
        return list(target["approved"]["fields"]) if target is not None and _can_be_linked(target) else []

    def _linkable(self, call: Call) -> Response:
        self._entitled(call)
        own = [doc["name"] for doc in self.store.list("customobjects") if _can_be_linked(doc)]
        shown = ("name", "displayName", "dataType")
        return lead(
            call,
            [
                {"name": name, "fields": [{key: each[key] for key in shown} for each in self._linkable_fields(name)]}
                for name in (*STANDARD.values(), *own)
            ],
        )

    def _dependents(self, call: Call) -> Response:
        used = self._found(call)["used"]
        return lead(call, [{"assetType": "Smart Campaign", "assetId": 1, "assetName": name} for name in used])

    # -- writing the draft

    def _sync(self, call: Call) -> Response:
        self._entitled(call)
        body = json_of(call)
        name, action = str(body.get("apiName", "")), body.get("action", "createOrUpdate")
        if not _NAME.fullmatch(name):
            refuse(call, "1003", f"Invalid API name '{name}'")
        if action not in ("createOnly", "updateOnly", "createOrUpdate"):
            refuse(call, "1003", f"Invalid action '{action}'")
        doc = self.store.get("customobjects", name)
        if doc is not None and action == "createOnly":
            refuse(call, "1017", f"Object '{name}' already exists")
        if doc is None and action == "updateOnly":
            refuse(call, "1013", f"Object '{name}' not found")
        if doc is None:
            return self._create(call, name, body)
        if (
            doc["approved"]
            and body.get("displayName", doc["approved"]["displayName"]) != doc["approved"]["displayName"]
        ):
            refuse(call, "1003", "displayName cannot be changed after approval")
        return self._edited(call, doc, {key: body[key] for key in _TOP if key in body})

    def _create(self, call: Call, name: str, body: dict[str, Any]) -> Response:
        if not body.get("displayName"):
            refuse(call, "1002", "Missing required field 'displayName'")
        if self.store.count("customobjects") >= self.emulator.limit("custom_objects"):
            refuse(call, "1003", "Maximum number of custom objects reached")
        top = {key: body.get(key) for key in _TOP} | {"showInLeadDetail": body.get("showInLeadDetail", False)}
        doc: dict[str, Any] = {"name": name, "createdAt": lead_time(self.now()), "approved": None, "used": []}
        doc["draft"] = {**top, "fields": []}
        self.store.put("customobjects", name, doc)
        return lead(call, [])

    def _edited(self, call: Call, doc: dict[str, Any], changes: dict[str, Any]) -> Response:
        draft = {**(doc["draft"] or doc["approved"]), **changes}
        self.store.put("customobjects", doc["name"], {**doc, "draft": draft})
        return lead(call, [])

    def _fields(self, doc: dict[str, Any]) -> list[dict[str, Any]]:
        return list((doc["draft"] or doc["approved"])["fields"])

    def _add_field(self, call: Call) -> Response:
        doc = self._found(call)
        fields = self._fields(doc)
        for record in records(call):
            if any(field["name"].casefold() == str(record.get("name", "")).casefold() for field in fields):
                refuse(call, "1003", f"Field '{record['name']}' already exists")
            fields.append(self._checked(call, doc, record))
        self._check_room(call, doc, fields)
        return self._edited(call, doc, {"fields": fields})

    def _check_room(self, call: Call, doc: dict[str, Any], fields: list[dict[str, Any]]) -> None:
        if len(fields) > self.emulator.limit("custom_object_fields"):
            refuse(call, "1003", "Maximum number of fields reached")
        first = len(doc.get("first") or ()) if doc["approved"] else None
        if first is not None and len(fields) > first + self.emulator.limit("custom_object_later_fields"):
            refuse(call, "1003", "Maximum number of fields after approval reached")

    def _checked(self, call: Call, doc: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
        name = str(record.get("name", ""))
        if not _NAME.fullmatch(name) or name in [each[0] for each in _SYSTEM]:
            refuse(call, "1003", f"Invalid field name '{name}'")
        if not record.get("displayName") or record.get("dataType") not in TYPES:
            refuse(call, "1003", f"Invalid displayName or dataType of the field '{name}'")
        field = _field(name, record["displayName"], record["dataType"], record.get("description", ""))
        field["isDedupeField"] = record.get("isDedupeField") is True
        related = record.get("relatedTo")
        if doc["approved"] and (related or field["isDedupeField"]):
            refuse(call, "1003", "Link and dedupe fields cannot be changed after approval")
        if bool(related) != (record["dataType"] == "link"):
            refuse(call, "1003", f"The field '{name}' is a link without relatedTo, or relatedTo without being one")
        if related:
            field["relatedTo"] = self._link(call, related)
        return field

    def _link(self, call: Call, related: Any) -> dict[str, str]:
        name = str(related.get("name", "")) if isinstance(related, dict) else ""
        name = STANDARD.get(name.lower(), name)
        fields = [str(each["name"]) for each in self._linkable_fields(name)]
        if not fields:
            refuse(call, "1003", f"Object '{name}' cannot be linked to")
        key = str(related.get("field", ""))
        found = next((each for each in fields if each.casefold() == key.casefold()), None)
        return {"name": name, "field": found or refuse(call, "1003", f"Object '{name}' has no field '{key}'")}

    def _update_field(self, call: Call) -> Response:
        doc, name, body = self._found(call), call.params["field"], json_of(call)
        fields = self._fields(doc)
        place = next((number for number, field in enumerate(fields) if field["name"] == name), None)
        if place is None:
            refuse(call, "1006", f"Field '{name}' not found")
        old = fields[place]
        frozen = doc["approved"] and any(field["name"] == name for field in doc["approved"]["fields"])
        moved = body.get("isDedupeField", old["isDedupeField"]) != old["isDedupeField"]
        moved = moved or ("relatedTo" in body and self._link(call, body["relatedTo"]) != old.get("relatedTo"))
        if frozen and (
            moved
            or (
                (old["isDedupeField"] or old.get("relatedTo"))
                and body.get("dataType", old["dataType"]) != old["dataType"]
            )
        ):
            refuse(call, "1003", "Link and dedupe fields cannot be changed after approval")
        if body.get("dataType", old["dataType"]) not in TYPES:
            refuse(call, "1003", f"Invalid dataType '{body['dataType']}'")
        moved_to = {"relatedTo": self._link(call, body["relatedTo"])} if "relatedTo" in body else {}
        fields[place] = {**old, **{key: body[key] for key in body if key in old}, **moved_to}
        return self._edited(call, doc, {"fields": fields})

    def _delete_field(self, call: Call) -> Response:
        doc = self._found(call)
        fields = self._fields(doc)
        for record in records(call):
            found = next((field for field in fields if field["name"] == record.get("name")), None)
            if found is None:
                refuse(call, "1006", f"Field '{record.get('name')}' not found")
            if doc["approved"] and (found["isDedupeField"] or found.get("relatedTo")):
                refuse(call, "1003", "Link and dedupe fields cannot be changed after approval")
            fields.remove(found)
        return self._edited(call, doc, {"fields": fields})

    # -- moving between states

    def _approve(self, call: Call) -> Response:
        doc = self._found(call)
        if not doc["draft"]:
            refuse(call, "1003", f"Object '{doc['name']}' has no draft")
        if not 1 <= sum(field["isDedupeField"] for field in doc["draft"]["fields"]) <= 3:
            refuse(call, "1003", "One to three dedupe fields are required")
        first = doc.get("first") or [field["name"] for field in doc["draft"]["fields"]]
        self.store.put("customobjects", doc["name"], {**doc, "approved": doc["draft"], "draft": None, "first": first})
        return lead(call, [])

    def _discard(self, call: Call) -> Response:
        doc = self._found(call)
        if not doc["draft"] or not doc["approved"]:
            refuse(call, "1048", f"Discard draft failed for the object '{doc['name']}'")
        self.store.put("customobjects", doc["name"], {**doc, "draft": None})
        return lead(call, [])

    def _delete(self, call: Call) -> Response:
        doc = self._found(call)
        if doc["used"]:
            refuse(call, "1022", f"Object '{doc['name']}' is in use")
        self.store.delete("customobjects", doc["name"])
        return lead(call, [])


def _field(name: str, label: str, sort: str, description: str = "") -> dict[str, Any]:
    return {"name": name, "displayName": label, "dataType": sort, "description": description, "isDedupeField": False}


def _relationship(field: dict[str, Any]) -> dict[str, Any]:
    return {"field": field["name"], "type": "parent", "relatedTo": field["relatedTo"]}


def state_of(doc: dict[str, Any]) -> str:
    """`draft`, `approved` or `approvedWithDraft`."""
    if not doc["approved"]:
        return "draft"
    return "approvedWithDraft" if doc["draft"] else "approved"


def _has(doc: dict[str, Any], state: str) -> bool:
    if state == "approvedWithDraft":
        return bool(doc["approved"] and doc["draft"])
    return bool(doc.get(state))


def _can_be_linked(doc: dict[str, Any]) -> bool:
    return bool(doc["approved"]) and not any(field.get("relatedTo") for field in doc["approved"]["fields"])
