"""The Bulk API: real types, ids in `uri`, definitions that hold fields, syncs that take their time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc, Refusal, Store
from mopsctl_eloqua.emulator import bulk_filter, wire

if TYPE_CHECKING:
    from mopsctl_eloqua.emulator.app import EloquaEmulator

BASE = "/api/bulk/2.0"
MOST_FIELDS, LONGEST_FILTER = 250, 1000
_TYPES = {"text": "string", "largeText": "string", "numeric": "number", "number": "number", "date": "date"}
_STATES = ("pending", "active")
_DONE = ("success", "warning")  # most recorded syncs end with a warning, and have data (fact: eloqua-bulk)


def definitions_with(store: Store, field: str) -> list[Doc]:
    """The Bulk definitions that name a contact field, as a refused deletion shows them."""
    found = []
    for key, doc in store.items("exports"):
        texts = [*doc.get("fields", {}).values(), doc.get("filter", "")]
        if any(field in bulk_filter.names_in(str(text)) for text in texts):
            found.append({"id": key, "type": "BulkExport", "name": doc["name"]})
    return found


class BulkApi:
    """Fields, scoring models, exports and syncs."""

    def __init__(self, emulator: EloquaEmulator) -> None:
        self._emulator = emulator

    def routes(self) -> list[Route]:
        """The paths; scoring models can only be read."""
        exports = f"{BASE}/contacts/exports"
        return [
            Route(f"{BASE}/contacts/fields", self._contact_fields, methods=["GET"]),
            Route(f"{BASE}/accounts/fields", self._account_fields, methods=["GET"]),
            Route(f"{BASE}/contacts/scoring/models", self._models, methods=["GET"]),
            Route(f"{BASE}/contacts/scoring/models/{{id}}", self._model, methods=["GET"]),
            Route(exports, self._exports, methods=["GET"]),
            Route(exports, self._make_export, methods=["POST"]),
            Route(f"{exports}/{{id}}", self._export, methods=["GET"]),
            Route(f"{exports}/{{id}}", self._delete_export, methods=["DELETE"]),
            Route(f"{exports}/{{id}}/data", self._newest_data, methods=["GET"]),
            Route(f"{BASE}/syncs", self._start, methods=["POST"]),
            Route(f"{BASE}/syncs/{{id}}", self._sync, methods=["GET"]),
            Route(f"{BASE}/syncs/{{id}}/data", self._data, methods=["GET"]),
            Route(f"{BASE}/syncs/{{id}}/logs", self._logs, methods=["GET"]),
            Route(f"{BASE}/syncs/{{id}}/rejects", self._rejects, methods=["GET"]),
        ]

    # -- reading

    def _contact_fields(self, call: Call) -> Response:
        return self._page(call, [_contact_field(doc) for doc in self._emulator.store.list("contact_fields")])

    def _account_fields(self, call: Call) -> Response:
        return self._page(call, self._emulator.store.list("account_fields"))

    def _models(self, call: Call) -> Response:
        return self._page(call, self._emulator.store.list("scoring_models"))

    def _model(self, call: Call) -> Response:
        return JSONResponse(self._found("scoring_models", call))

    def _exports(self, call: Call) -> Response:
        return self._page(call, self._emulator.store.list("exports"))

    def _page(self, call: Call, docs: list[Doc]) -> Response:
        limit, offset = wire.number_of(call, "limit", 1000), int(call.query.get("offset", "0"))
        if limit > 1000:
            raise Refusal(_failure("limit", str(limit), "Must be between 1 and 1000"))
        found = [doc for doc in docs if _asked(call, doc)]
        part = found[offset : offset + limit]
        numbers = {"totalResults": len(found), "limit": limit, "offset": offset, "count": len(part)}
        return JSONResponse({"items": part, **numbers, "hasMore": offset + len(part) < len(found)})

    def _found(self, collection: str, call: Call) -> Doc:
        doc = self._emulator.store.get(collection, str(call.params["id"]))
        if doc is None:
            raise Refusal(Response(status_code=404))
        return doc

    # -- definitions and syncs

    def _make_export(self, call: Call) -> Response:
        body = wire.body(call)
        fields, filters = body.get("fields"), str(body.get("filter", ""))
        if not body.get("name") or not isinstance(fields, dict) or not 0 < len(fields) <= MOST_FIELDS:
            raise Refusal(_failure("fields", "", f"Must have 1 to {MOST_FIELDS} fields"))
        if len(filters) > LONGEST_FILTER or (filters and not bulk_filter.is_filter(filters)):
            raise Refusal(_failure("filter", filters, "Must be a valid filter"))
        known = {doc["internalName"] for doc in self._emulator.store.list("contact_fields")}
        for text in (*fields.values(), filters):
            unknown = [name for name in bulk_filter.names_in(str(text)) if name not in known]
            if unknown:
                raise Refusal(_failure("fields", unknown[0], "Must name an existing field"))
        key = str(self._emulator.store.next_id("exports"))
        doc = {
            **body,
            "uri": f"/contacts/exports/{key}",
            "createdBy": "Api.User",
            "createdAt": "2026-01-01T00:00:00.0000000Z",
        }
        self._emulator.store.put("exports", key, doc)
        return JSONResponse(doc, 201)

    def _export(self, call: Call) -> Response:
        return JSONResponse(self._found("exports", call))

    def _delete_export(self, call: Call) -> Response:
        self._found("exports", call)
        self._emulator.store.delete("exports", str(call.params["id"]))
        return Response(status_code=204)

    def _start(self, call: Call) -> Response:
        target = str(wire.body(call).get("syncedInstanceUri", ""))
        export = self._emulator.store.get("exports", target.rpartition("/")[2])
        if (export is None or target != export["uri"]) and not self._emulator.imports.synced(target):
            raise Refusal(_failure("syncedInstanceUri", target, "Must be an existing definition"))
        key = str(self._emulator.store.next_id("syncs", 6))
        sync = {"status": _STATES[0], "uri": f"/syncs/{key}", "syncedInstanceUri": target, "looks": 0}
        self._emulator.store.put("syncs", key, sync)
        return JSONResponse(_without_looks(sync), 201)

    def _sync(self, call: Call) -> Response:
        """Each look finds the sync one state further."""
        sync = self._found("syncs", call)
        sync["looks"] += 1
        last = str(self._emulator.switch("syncs_end_with"))
        sync["status"] = (*_STATES, last)[min(sync["looks"], len(_STATES))]
        self._emulator.store.put("syncs", str(call.params["id"]), sync)
        return JSONResponse(_without_looks(sync))

    def _data(self, call: Call) -> Response:
        sync = self._found("syncs", call)
        if sync["status"] not in _DONE:
            return Response(status_code=204)
        return self._rows(call, self._emulator.store.get("exports", sync["syncedInstanceUri"].rpartition("/")[2]) or {})

    def _newest_data(self, call: Call) -> Response:
        """The data of a definition: what its last finished sync brought."""
        export = self._found("exports", call)
        syncs = self._emulator.store.list("syncs")
        done = any(each["syncedInstanceUri"] == export["uri"] and each["status"] in _DONE for each in syncs)
        return self._rows(call, export) if done else Response(status_code=204)

    def _rows(self, call: Call, export: Doc) -> Response:
        """The fields that the definition names, of the contacts that it asks for."""
        asked, fields = str(export.get("filter") or ""), export.get("fields") or {}
        found = [doc for doc in self._emulator.store.list("contacts") if not asked or bulk_filter.fits(doc, asked)]
        rows = [
            {name: bulk_filter.value(doc, str(statement)) or "" for name, statement in fields.items()} for doc in found
        ]
        return self._page(call, rows)

    def _logs(self, call: Call) -> Response:
        sync = self._found("syncs", call)
        severity = "warning" if sync["status"] == "warning" else "information"
        entry = {"syncUri": sync["uri"], "severity": severity, "statusCode": "ELQ-00101", "message": "Sync processed"}
        return self._page(call, [{**entry, "count": 0, "createdAt": "2026-01-01T00:00:00.0000000Z"}])

    def _rejects(self, call: Call) -> Response:
        """An export rejects nothing."""
        self._found("syncs", call)
        return self._page(call, [])


def _without_looks(sync: Doc) -> Doc:
    return {name: value for name, value in sync.items() if name != "looks"}


def _asked(call: Call, doc: Doc) -> bool:
    """Whether a document fits `q="name=*x*"`; letter case counts."""
    query = call.query.get("q", "").strip('"')
    if not query:
        return True
    term, _, pattern = query.partition("=")
    spelled = ".*".join(re.escape(part) for part in pattern.strip("'").split("*"))
    return re.fullmatch(spelled, str(doc.get(term, ""))) is not None


def _failure(field: str, value: str, constraint: str) -> Response:
    return JSONResponse({"failures": [{"field": field, "value": value, "constraint": constraint}]}, 400)


def _contact_field(doc: Doc) -> Doc:
    name = doc["internalName"]
    return {
        "name": doc["name"],
        "internalName": name,
        "dataType": "emailAddress" if name == "C_EmailAddress" else _TYPES[doc["dataType"]],
        "hasReadOnlyConstraint": doc.get("isReadOnly") == "true",
        "hasNotNullConstraint": doc.get("isRequired") == "true",
        "hasUniquenessConstraint": name == "C_EmailAddress",
        "statement": f"{{{{Contact.Field({name})}}}}",
        "uri": f"/contacts/fields/{doc['id']}",
    }
