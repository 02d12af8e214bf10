"""Records: search and counts, and as much of writing as shows how the lifecycle stage behaves."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc
from mopsctl_hubspot.emulator.area import Area, both_families
from mopsctl_hubspot.emulator.batch import run_batch
from mopsctl_hubspot.emulator.filters import matches, read_groups
from mopsctl_hubspot.emulator.objects import ObjectType, object_type
from mopsctl_hubspot.emulator.seed import put_record
from mopsctl_hubspot.emulator.tokens import record_scopes
from mopsctl_hubspot.emulator.wire import Json, Problem, bad_json, body_of, invalid, now, page, unknown

LAST_RESULT = 10_000
"""Search results behind this place cannot be read."""
_SHOWN = ("createdate", "hs_lastmodifieddate", "hs_object_id")


class Records(Area):
    """The records of every object type."""

    def routes(self) -> list[Route]:
        """The paths below `/{objectType}` in both families."""
        one = "/{objectType}/{id}"
        return both_families(
            "objects",
            [
                ("POST", "/{objectType}/search", self._search),
                ("POST", "/{objectType}/batch/read", self._batch_read),
                ("POST", "/{objectType}/batch/create", self._batch_create),
                ("GET", "/{objectType}", self._list),
                ("POST", "/{objectType}", self._create),
                ("GET", one, self._read),
                ("PATCH", one, self._change),
                ("DELETE", one, self._archive),
            ],
        )

    def find(self, kind: ObjectType, record_id: str) -> Doc:
        """A record; 404 otherwise."""
        record = self.store.get(f"records:{kind.id}", record_id)
        if record is None:
            raise unknown(f"there is no record {record_id}", id=record_id)
        return record

    def save(self, kind: ObjectType, record: Doc, values: dict[str, str]) -> Doc:
        """Store values on a record; an empty text clears the value."""
        at = now()
        merged = record["properties"] | values | {"hs_lastmodifieddate": at}
        kept = {name: value for name, value in merged.items() if value != ""}
        changed = record | {"properties": kept, "updatedAt": at}
        self.store.put(f"records:{kind.id}", record["id"], changed)
        return changed

    def forget_values(self, kind: ObjectType, name: str) -> None:
        """Take the values of a property off all records."""
        for key, record in self.store.items(f"records:{kind.id}"):
            if name in record["properties"]:
                kept = {entry: value for entry, value in record["properties"].items() if entry != name}
                self.store.put(f"records:{kind.id}", key, record | {"properties": kept})

    # -- requests

    def _kind(self, call: Call, access: str) -> ObjectType:
        kind = object_type(call.params["objectType"])
        self.hub.tokens.need(call, record_scopes(kind, access), access)
        return kind

    def _search(self, call: Call) -> Response:
        kind, body = self._kind(call, "read"), body_of(call)
        groups = read_groups(body)
        for name in sorted({entry["propertyName"] for group in groups for entry in group}):
            if self.store.get(f"properties:{kind.id}", name) is None:
                raise invalid(f"{kind.plural} have no property {name}")
        limit, start = _window(body)
        found = [record for record in self.store.list(f"records:{kind.id}") if matches(record, groups)]
        wanted = [str(name) for name in body.get("properties") or []]
        answer: Doc = {
            "total": len(found),
            "results": [_shown(record, wanted) for record in found[start : start + limit]],
        }
        if start + limit < len(found):
            answer["paging"] = {"next": {"after": str(start + limit)}}
        return Json(answer)

    def _list(self, call: Call) -> Response:
        kind = self._kind(call, "read")
        wanted = list(filter(None, call.query.get("properties", "").split(",")))
        return Json(page([_shown(record, wanted) for record in self.store.list(f"records:{kind.id}")], call, 10, 100))

    def _read(self, call: Call) -> Response:
        kind = self._kind(call, "read")
        wanted = list(filter(None, call.query.get("properties", "").split(",")))
        return Json(_shown(self.find(kind, call.params["id"]), wanted))

    def _batch_read(self, call: Call) -> Response:
        kind, body = self._kind(call, "read"), body_of(call, ["inputs"])
        wanted, key = [str(name) for name in body.get("properties") or []], body.get("idProperty")

        def one(entry: Any) -> Doc:
            if not isinstance(entry, dict) or "id" not in entry:
                raise bad_json("each input has an id")
            number = str(entry["id"])
            return _shown(self._with(kind, number, str(key)) if key else self.find(kind, number), wanted)

        return run_batch(self.store, call, one, 200)

    def _with(self, kind: ObjectType, value: str, key: str) -> Doc:
        """The record that has this value in a property, `email` for instance."""
        for record in self.store.list(f"records:{kind.id}"):
            if record["properties"].get(key) == value:
                return record
        raise unknown(f"there is no record whose {key} is {value}", id=value)

    def _batch_create(self, call: Call) -> Response:
        kind = self._kind(call, "write")

        def one(entry: Any) -> Doc:
            if not isinstance(entry, dict) or "properties" not in entry:
                raise bad_json("each input has properties")
            values = self._values(kind, entry["properties"])
            return _shown(put_record(self.store, self.hub.portal, kind, values, now()), list(values))

        return run_batch(self.store, call, one, 201)

    def _archive(self, call: Call) -> Response:
        """204, also where there is none of that id."""
        kind = self._kind(call, "write")
        self.store.delete(f"records:{kind.id}", call.params["id"])
        return Response(status_code=204)

    def _create(self, call: Call) -> Response:
        kind = self._kind(call, "write")
        values = self._values(kind, body_of(call, ["properties"])["properties"])
        record = put_record(self.store, self.hub.portal, kind, values, now())
        location = f"{self.hub.base(call)}{call.path}/{record['id']}"
        return Json(_shown(record, list(values)), 201, headers={"Location": location})

    def _change(self, call: Call) -> Response:
        kind = self._kind(call, "write")
        record = self.find(kind, call.params["id"])
        values = self._values(kind, body_of(call, ["properties"])["properties"])
        values = self._lifecycle(kind, record, values)
        return Json(_shown(self.save(kind, record, values), list(values)))

    # -- rules

    def _values(self, kind: ObjectType, given: Doc) -> dict[str, str]:
        if not isinstance(given, dict):
            raise bad_json("properties is an object")
        values = {name: "" if value is None else str(value) for name, value in given.items()}
        errors = [problem for name, value in values.items() if (problem := self._problem(kind, name, value))]
        if errors:
            raise Problem(400, f"Property values were not valid: {json.dumps(errors)}", errors=errors)
        return values

    def _problem(self, kind: ObjectType, name: str, value: str) -> Doc | None:
        definition = self.hub.properties.find(kind, name)
        if definition is None:
            return _wrong("PROPERTY_DOESNT_EXIST", name, f"there is no property {name}")
        if definition["modificationMetadata"]["readOnlyValue"]:
            return _wrong("READ_ONLY_VALUE", name, f"{name} is read-only")
        return _problem_of_value(definition, value) if value else None

    def _lifecycle(self, kind: ObjectType, record: Doc, values: dict[str, str]) -> dict[str, str]:
        """What becomes of a stage that lies behind the present one: the sources disagree."""
        wanted, present = values.get("lifecyclestage", ""), record["properties"].get("lifecyclestage", "")
        if not kind.lifecycle_pipeline or not wanted or not present:
            return values
        order = {option["value"]: option["displayOrder"] for option in self.hub.pipelines.lifecycle_options(kind)}
        if order[wanted] >= order.get(present, -1) or self.hub.switch("lifecycle_backward") == "accepted":
            return values
        if self.hub.switch("lifecycle_backward") == "refused":
            raise invalid("the lifecycle stage cannot move backwards")
        return {name: value for name, value in values.items() if name != "lifecyclestage"}


def _window(body: Doc) -> tuple[int, int]:
    try:
        limit, start = int(body.get("limit", 10)), int(body.get("after") or 0)
    except (TypeError, ValueError):
        raise invalid("limit and after must be numbers") from None
    if not 0 < limit <= 200 or start + limit > LAST_RESULT:
        raise invalid(f"limit is at most 200, and results end at {LAST_RESULT}")
    return limit, start


def _wrong(code: str, name: str, message: str) -> Doc:
    return {"message": message, "code": code, "context": {"propertyName": [name]}}


def _shown(record: Doc, wanted: list[str]) -> Doc:
    names = [*_SHOWN, *wanted]
    return record | {"properties": {name: record["properties"].get(name) for name in names}}


def _problem_of_value(definition: Doc, value: str) -> Doc | None:
    name, options = definition["name"], {option["value"] for option in definition["options"]}
    if options and not options.issuperset(value.split(";")):
        return _wrong("INVALID_OPTION", name, f"{value} is not one of the options {sorted(options)}")
    if definition["type"] == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        return _wrong("INVALID_LONG", name, f"{value} is not a number")
    if name == "email" and "@" not in value:
        return _wrong("INVALID_EMAIL", name, f"{value} is not an e-mail address")
    return None
