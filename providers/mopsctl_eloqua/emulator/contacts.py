"""Contacts, as far as counting them needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc
from mopsctl_eloqua.emulator import search, wire

if TYPE_CHECKING:
    from mopsctl_eloqua.emulator.app import EloquaEmulator


class Contacts:
    """`/data/contacts`, read only."""

    def __init__(self, emulator: EloquaEmulator) -> None:
        self._emulator = emulator

    def routes(self) -> list[Route]:
        """The one list, under both versions."""
        return [Route(f"/api/rest/{version}/data/contacts", self.many, methods=["GET"]) for version in ("1.0", "2.0")]

    def many(self, call: Call) -> Response:
        """A page of contacts; searches go over database names."""
        fields = {doc["internalName"]: doc["id"] for doc in self._emulator.store.list("contact_fields")}
        terms = {*fields, "id", "name", "createdAt", "updatedAt"}
        docs = search.found(call, self._emulator.store.list("contacts"), value_of, terms)
        shown = [_as_shown(doc, fields) for doc in docs]
        return wire.page(call, shown, empty_is_204=self._emulator.switch("empty_list") == 204)


def value_of(doc: Doc, name: str) -> Any:
    """A contact's value of a field or property; several chosen values are one text."""
    return doc["values"].get(name, doc.get(name))


def _as_shown(doc: Doc, fields: dict[str, str]) -> Doc:
    values = [
        {"type": "FieldValue", "id": fields[name], "value": value}
        for name, value in doc["values"].items()
        if name in fields and name != "C_EmailAddress"
    ]
    plain = {name: value for name, value in doc.items() if name != "values"}
    return {**plain, "emailAddress": doc["values"].get("C_EmailAddress", ""), "fieldValues": values}
