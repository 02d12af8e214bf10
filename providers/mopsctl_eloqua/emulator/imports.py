"""Bulk imports of contacts: a definition, its data, and what a sync makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc, Refusal
from mopsctl_eloqua.emulator import bulk_filter, seed, wire

if TYPE_CHECKING:
    from mopsctl_eloqua.emulator.app import EloquaEmulator

PATH = "/api/bulk/2.0/contacts/imports"
MOST_ROWS = 10_000


class Imports:
    """`/contacts/imports`. Contacts are made or changed when a sync of the definition starts."""

    def __init__(self, emulator: EloquaEmulator) -> None:
        self._emulator = emulator

    def routes(self) -> list[Route]:
        """Definitions and their data."""
        return [
            Route(PATH, self._many, methods=["GET"]),
            Route(PATH, self._make, methods=["POST"]),
            Route(f"{PATH}/{{id}}", self._one, methods=["GET"]),
            Route(f"{PATH}/{{id}}", self._delete, methods=["DELETE"]),
            Route(f"{PATH}/{{id}}/data", self._put_data, methods=["POST"]),
            Route(f"{PATH}/{{id}}/data", self._drop_data, methods=["DELETE"]),
        ]

    def synced(self, uri: str) -> bool:
        """Whether this is a definition; what was handed in for it is taken over now."""
        doc = self._emulator.store.get("imports", uri.rpartition("/")[2])
        if doc is None or doc["uri"] != uri:
            return False
        for row in doc["_rows"]:
            self._take(doc, row)
        self._emulator.store.put("imports", doc["uri"].rpartition("/")[2], {**doc, "_rows": []})
        return True

    def _take(self, doc: Doc, row: dict[str, Any]) -> None:
        names = {key: bulk_filter.names_in(str(statement))[0] for key, statement in doc["fields"].items()}
        values = {names[key]: str(value) for key, value in row.items() if key in names}
        identity = names[doc["identifierFieldName"]]
        for contact in self._emulator.store.list("contacts"):
            if str(contact["values"].get(identity, "")).lower() == values.get(identity, "").lower():
                self._emulator.store.put(
                    "contacts", contact["id"], {**contact, "values": {**contact["values"], **values}}
                )
                return
        seed.contact(self._emulator, values)

    def _many(self, call: Call) -> Response:
        docs = [_shown(doc) for doc in self._emulator.store.list("imports")]
        numbers = {"totalResults": len(docs), "limit": 1000, "offset": 0, "count": len(docs), "hasMore": False}
        return JSONResponse({"items": docs, **numbers})

    def _make(self, call: Call) -> Response:
        body = wire.body(call)
        fields, identifier = body.get("fields"), body.get("identifierFieldName")
        if not body.get("name") or not isinstance(fields, dict) or not fields or identifier not in fields:
            raise Refusal(_failure("identifierFieldName", str(identifier or ""), "Must be one of the fields"))
        known = {doc["internalName"] for doc in self._emulator.store.list("contact_fields")}
        for statement in fields.values():
            names = bulk_filter.names_in(str(statement))
            if not names or names[0] not in known:
                raise Refusal(_failure("fields", str(statement), "Must name an existing field"))
        key = str(self._emulator.store.next_id("imports"))
        doc = {**body, "uri": f"/contacts/imports/{key}", "createdBy": "Api.User", "_rows": []}
        doc["createdAt"] = "2026-01-01T00:00:00.0000000Z"
        self._emulator.store.put("imports", key, doc)
        return JSONResponse(_shown(doc), 201)

    def _found(self, call: Call) -> Doc:
        doc: Doc | None = self._emulator.store.get("imports", str(call.params["id"]))
        if doc is None:
            raise Refusal(Response(status_code=404))
        return doc

    def _one(self, call: Call) -> Response:
        return JSONResponse(_shown(self._found(call)))

    def _delete(self, call: Call) -> Response:
        self._found(call)
        self._emulator.store.delete("imports", str(call.params["id"]))
        return Response(status_code=204)

    def _put_data(self, call: Call) -> Response:
        doc, rows = self._found(call), wire.parsed(call)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or len(rows) > MOST_ROWS:
            raise Refusal(_failure("data", "", f"Must be a list of up to {MOST_ROWS} objects"))
        self._emulator.store.put("imports", str(call.params["id"]), {**doc, "_rows": [*doc["_rows"], *rows]})
        return Response(status_code=204)

    def _drop_data(self, call: Call) -> Response:
        doc = self._found(call)
        self._emulator.store.put("imports", str(call.params["id"]), {**doc, "_rows": []})
        return Response(status_code=204)


def _shown(doc: Doc) -> Doc:
    return {name: value for name, value in doc.items() if not name.startswith("_")}


def _failure(field: str, value: str, constraint: str) -> Response:
    return JSONResponse({"failures": [{"field": field, "value": value, "constraint": constraint}]}, 400)
