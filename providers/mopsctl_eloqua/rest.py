"""The conventions of both APIs: pages, depth, search, replacing, counting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mopsctl.errors import VendorError
from mopsctl.provider.answers import Page, Shape, collected
from mopsctl_eloqua import shapes
from mopsctl_eloqua.answers import MISSING
from mopsctl_eloqua.session import BULK, REST, Session

Doc = dict[str, Any]
PAGE = 1000
NO_CONTENT = 204


class Rest:
    """The Application API. Assets live at a plural path (lists) and a singular one (single things)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, version: str, path: str, *, depth: str = "complete", search: str = "") -> list[Doc]:
        """Every element of a collection, as many as it says there are. MalformedAnswer where pages contradict each other."""
        call = self._session.call("GET", REST, version, path)

        def fetch(page: int) -> Page:
            asked = {"page": page, "count": PAGE, "depth": depth, **_searching(search)}
            body = self._page(version, path, asked, depth)
            if body.get("page", page) not in (page, 0):
                raise call.malformed(f"it is page {body['page']} instead of {page}")
            return Page(body["elements"], page + 1 if page * PAGE < body["total"] else None, body["total"])

        found = collected(call, fetch, lambda row: str(row["id"]), 1)
        if not found and not search and path in shapes.NEVER_EMPTY:
            raise call.malformed("it is empty, and an account has standard ones")
        return found

    def named(self, version: str, path: str, name: str, *, depth: str = "minimal") -> list[Doc]:
        """The elements with exactly this name.

        The search is only a first sieve: an asterisk in it is a wildcard and letter case may not count. A name with a
        quote cannot be asked for, so that the whole collection is read.
        """
        search = f"name={literal(name)}" if "'" not in name else ""
        return [each for each in self.all(version, path, depth=depth, search=search) if each.get("name") == name]

    def one(self, version: str, path: str, key: str) -> Doc | None:
        """One thing, complete; None where it is gone."""
        try:
            answer = self._session.send(REST, version, f"{path}/{key}", params={"depth": "complete"})
        except VendorError as error:
            if error.code == MISSING:
                return None
            raise
        found: Doc = self._session.call("GET", REST, version, f"{path}/{key}").checked(answer, shapes.thing(path))
        return found

    def create(self, version: str, path: str, body: Mapping[str, Any]) -> Doc:
        """Make a thing; the answer shows it with what the server added."""
        answer = self._session.send(REST, version, path, method="POST", json=dict(body))
        made: Doc = self._session.call("POST", REST, version, path).written(answer, shapes.thing(path))
        return made

    # The whole document, because the rest may become blank (fact: eloqua-put-replaces).
    def replace(self, version: str, path: str, body: Mapping[str, Any]) -> Doc:
        """Put a whole document in place of what is there: whatever the body leaves out may be taken as blank."""
        own = f"{path}/{body['id']}"
        answer = self._session.send(REST, version, own, method="PUT", json=dict(body))
        kept: Doc = self._session.call("PUT", REST, version, own).written(answer, shapes.thing(path))
        return kept

    def delete(self, version: str, path: str, key: str) -> None:
        """Delete a thing; any 2xx is good."""
        self._session.send(REST, version, f"{path}/{key}", method="DELETE")

    def total(self, version: str, path: str, search: str = "") -> int:
        """How many elements a search finds, for one small page."""
        asked = {"page": 1, "count": 1, "depth": "minimal", **_searching(search)}
        return int(self._page(version, path, asked, "minimal")["total"])

    def first(self, version: str, path: str) -> Doc | None:
        """Any one element, complete."""
        body = self._page(version, path, {"page": 1, "count": 1, "depth": "complete"}, "complete")
        if body["total"] and not body["elements"]:
            raise self._session.call("GET", REST, version, path).malformed(f"it shows none of {body['total']} rows")
        return next(iter(body["elements"]), None)

    def _page(self, version: str, path: str, params: Mapping[str, Any], depth: str) -> Doc:
        """One page; nothing found comes as an empty page, or as an answer whose status says that it has no content."""
        answer = self._session.answer(REST, version, path, params=params)
        if answer.status_code == NO_CONTENT:
            return {"elements": [], "total": 0}
        call = self._session.call("GET", REST, version, path)
        body: Doc = call.checked(self._session.json(answer), shapes.page(path, depth))
        return body


class Bulk:
    """The Bulk API, where ids sit in `uri` and booleans are real."""

    VERSION = "2.0"

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, path: str, *, query: str = "") -> list[Doc]:
        """Every item of a collection, as many as it says there are."""
        call, shape = self._session.call("GET", BULK, self.VERSION, path), shapes.bulk_page(path)

        def fetch(offset: int) -> Page:
            asked = {"limit": PAGE, "offset": offset} | ({"q": query} if query else {})
            body = call.checked(self._session.send(BULK, self.VERSION, path, params=asked), shape)
            items = body.get("items") or []
            return Page(items, offset + len(items) if body["hasMore"] else None, body["totalResults"])

        return collected(call, fetch, lambda row: row["uri"], 0)

    def get(self, path: str, shape: Shape, **params: Any) -> Doc:
        """One document."""
        plain = path.lstrip("/")
        answer = self._session.send(BULK, self.VERSION, plain, params=params)
        found: Doc = self._session.call("GET", BULK, self.VERSION, plain).checked(answer, shape)
        return found

    def post(self, path: str, body: Mapping[str, Any]) -> Doc:
        """Make a definition, or start a sync."""
        answer = self._session.send(BULK, self.VERSION, path, method="POST", json=dict(body))
        made: Doc = self._session.call("POST", BULK, self.VERSION, path).written(answer, shapes.MADE)
        return made

    def delete(self, uri: str) -> None:
        """Delete a definition; one that is gone is good too."""
        try:
            self._session.send(BULK, self.VERSION, uri.lstrip("/"), method="DELETE")
        except VendorError as error:
            if error.code != MISSING and error.status != 410:
                raise


def literal(value: str) -> str:
    """A value in a search, quoted. ValueError where it cannot be quoted: how a quote is escaped is not documented."""
    if "'" in value:
        raise ValueError(value)
    return f"'{value}'"


def exact(value: str) -> str | None:
    """A value in a search that means only itself; None where it would be a wildcard or cannot be quoted."""
    return None if "*" in value or "'" in value else literal(value)


def _searching(search: str) -> dict[str, str]:
    return {"search": search} if search else {}
