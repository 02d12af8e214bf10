"""A collection of assets: list, one, make, replace, delete, with the odd ways the vendor is known for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc, Refusal
from mopsctl_eloqua.emulator import search, wire

if TYPE_CHECKING:
    from mopsctl_eloqua.emulator.app import EloquaEmulator

SERVER_MADE = (
    "type",
    "id",
    "createdAt",
    "createdBy",
    "updatedAt",
    "updatedBy",
    "permissions",
    "currentStatus",
    "depth",
)


class Collection:
    """One collection; subclasses say what is required, what the server makes, and what uses a thing."""

    name: ClassVar[str]
    object_type: ClassVar[str]
    plural: ClassVar[str]
    singular: ClassVar[str]
    versions: ClassVar[str] = "1.0|2.0"
    first_id: ClassVar[int] = 1
    delete_status: ClassVar[int] = 200
    properties: ClassVar[tuple[str, ...]]
    fixed: ClassVar[tuple[str, ...]] = ()

    def __init__(self, emulator: EloquaEmulator) -> None:
        self.emulator = emulator

    @property
    def store(self) -> Any:
        """The account's store."""
        return self.emulator.store

    def routes(self) -> list[Route]:
        """The collection's paths, below every version it is served under."""
        found = []
        for version in self.versions.split("|"):
            base = f"/api/rest/{version}/{self.singular}".lower()
            many = f"/api/rest/{version}/{self.plural}".lower()
            found += [
                Route(many, self.many, methods=["GET"]),
                Route(base, self.create, methods=["POST"]),
                Route(f"{base}/{{id}}", self.one, methods=["GET"]),
                Route(f"{base}/{{id}}", self.replace, methods=["PUT"]),
                Route(f"{base}/{{id}}", self.delete, methods=["DELETE"]),
            ]
        return found

    # -- endpoints

    def many(self, call: Call) -> Response:
        """A page of the collection."""
        terms = {"id", "name", "createdAt", "updatedAt", *self.properties, *self.fixed}
        docs = search.found(call, self.store.list(self.name), lambda doc, name: doc.get(name), terms)
        return wire.page(call, docs, empty_is_204=self.emulator.switch("empty_list") == 204)

    def one(self, call: Call) -> Response:
        """One thing, complete unless asked otherwise."""
        return JSONResponse(wire.shown(self.found(call), wire.depth_of(call, "complete")))

    def create(self, call: Call) -> Response:
        """Make a thing."""
        doc = self._checked(self._body(call), None)
        return JSONResponse(wire.shown(self.put(doc), "complete"), 201)

    def replace(self, call: Call) -> Response:
        """Put a document in place of another: what it leaves out is blank afterwards."""
        old, body = self.found(call), self._body(call)
        if str(body.get("id", "")) != old["id"]:
            raise Refusal(self.refusal("id", "IdRequirement", body.get("id")))
        kept = {name: old[name] for name in (*SERVER_MADE, *self.fixed) if name in old}
        if self.emulator.switch("put_missing") == "keep":
            kept = {**old, **kept}
        doc = kept | {name: body[name] for name in self.properties if name in body}
        doc = self._checked(doc, old) | {"updatedAt": wire.now(), "updatedBy": "7"}
        self.store.put(self.name, old["id"], doc)
        return JSONResponse(wire.shown(doc, "complete"))

    def delete(self, call: Call) -> Response:
        """Delete a thing that nothing uses."""
        doc = self.found(call)
        users = self.users(doc)
        if users:
            return wire.in_use(self.emulator.switch("in_use_status"), self.emulator.switch("in_use_body"), users)
        self.store.delete(self.name, doc["id"])
        return Response(status_code=self.delete_status)

    # -- what subclasses say

    def complete(self, doc: Doc) -> Doc:
        """What the server adds to a new document."""
        return doc

    def check(self, doc: Doc, old: Doc | None) -> Doc:
        """The document as it is stored. Refusal where something is wrong with it."""
        return doc

    def users(self, doc: Doc) -> list[Doc]:
        """What uses a thing and keeps it from being deleted."""
        uses = self.store.list("uses")
        return [each["by"] for each in uses if each["object"] == self.object_type and each["id"] == doc["id"]]

    # -- help

    def put(self, doc: Doc) -> Doc:
        """Store a new document with what the server adds."""
        key = str(self.store.next_id(self.name, self.first_id))
        made = {"type": self.object_type, "id": key, "createdAt": wire.now(), "createdBy": "7", "updatedAt": wire.now()}
        doc = self.complete({**made, "permissions": "fullControl", **doc})
        self.store.put(self.name, key, doc)
        return doc

    def found(self, call: Call) -> Doc:
        """The document of the path. Refusal where there is none."""
        key = str(call.params["id"])
        if not key.lstrip("-").isdigit():
            raise Refusal(wire.parameter_error("id", "IdRequirement", key))
        doc: Doc | None = self.store.get(self.name, key)
        if doc is None:
            raise Refusal(Response(status_code=404))
        return doc

    def refusal(self, name: str, requirement: str, value: Any = None) -> Response:
        """A validation error, in the status and shape that the switches say."""
        return wire.validation_error(
            self.object_type,
            name,
            requirement,
            value,
            status=self.emulator.switch("validation_status"),
            shape=self.emulator.switch("validation_shape"),
        )

    def named(self, name: str) -> Doc | None:
        """The thing with this name; case does not count."""
        return next((doc for doc in self.store.list(self.name) if doc.get("name", "").lower() == name.lower()), None)

    def require_unique(self, doc: Doc, old: Doc | None) -> None:
        """Refusal where another thing has the name."""
        twin = self.named(str(doc.get("name", "")))
        if twin is not None and (old is None or twin["id"] != old["id"]):
            raise Refusal(self.refusal("name", "UniquenessRequirement", doc.get("name")))

    def _body(self, call: Call) -> Doc:
        body = wire.body(call)
        name = wire.unquoted(body)
        if name is not None and self.emulator.switch("unquoted_values") == "refuse":
            raise Refusal(self.refusal(name, "SyntaxRequirement", "not text"))
        return body

    def _checked(self, doc: Doc, old: Doc | None) -> Doc:
        if not str(doc.get("name", "")).strip():
            raise Refusal(self.refusal("name", "NotNullRequirement"))
        if old is None:
            doc = {name: doc[name] for name in self.properties if name in doc}
        return self.check(doc, old)
