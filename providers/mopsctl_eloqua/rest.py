"""The conventions of both APIs: pages, depth, search, replacing, counting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mopsctl.errors import VendorError
from mopsctl_eloqua.answers import MISSING
from mopsctl_eloqua.session import BULK, REST, Session

Doc = dict[str, Any]
PAGE = 1000
_MOST_PAGES = 200


class Rest:
    """The Application API. Assets live at a plural path (lists) and a singular one (single things)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, version: str, path: str, *, depth: str = "complete", search: str = "") -> list[Doc]:
        """Every element of a collection, once each. VendorError where pages contradict each other."""
        found: dict[str, Doc] = {}
        page = total = 1
        while (page - 1) * PAGE < total and page <= _MOST_PAGES:
            body = self._page(version, path, {"page": page, "count": PAGE, "depth": depth, **_searching(search)})
            elements = body.get("elements") or []
            found |= {str(each["id"]): each for each in elements}
            total = int(body.get("total", len(found) + (len(elements) == PAGE)))
            page += 1
        if len(found) < total:
            raise VendorError(
                f"{self._session.system} shows {len(found)} of {total} at {path}: it changed while it was read.",
                hint="plan again",
                system=self._session.system,
            )
        return list(found.values())

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
            found: Doc = self._session.send(REST, version, f"{path}/{key}", params={"depth": "complete"})
        except VendorError as error:
            if error.code == MISSING:
                return None
            raise
        return found

    def create(self, version: str, path: str, body: Mapping[str, Any]) -> Doc:
        """Make a thing; the answer shows it with what the server added."""
        return self._session.send(REST, version, path, method="POST", json=dict(body)) or {}

    def replace(self, version: str, path: str, body: Mapping[str, Any]) -> Doc:
        """Put a whole document in the place of what is there: whatever the body leaves out may be taken as blank."""
        return self._session.send(REST, version, f"{path}/{body['id']}", method="PUT", json=dict(body)) or {}

    def delete(self, version: str, path: str, key: str) -> None:
        """Delete a thing; any 2xx is good."""
        self._session.send(REST, version, f"{path}/{key}", method="DELETE")

    def total(self, version: str, path: str, search: str = "") -> int:
        """How many elements a search finds, for one small page."""
        body = self._page(version, path, {"page": 1, "count": 1, "depth": "minimal", **_searching(search)})
        return int(body.get("total", 0))

    def first(self, version: str, path: str) -> Doc | None:
        """Any one element, complete."""
        body = self._page(version, path, {"page": 1, "count": 1, "depth": "complete"})
        return next(iter(body.get("elements") or []), None)

    def _page(self, version: str, path: str, params: Mapping[str, Any]) -> Doc:
        """One page; nothing found comes as an empty page or as no content at all."""
        body: Doc | None = self._session.send(REST, version, path, params=params)
        return {"elements": [], "total": 0} if body is None else body


class Bulk:
    """The Bulk API, where ids sit in `uri` and booleans are real."""

    VERSION = "2.0"

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, path: str, *, query: str = "") -> list[Doc]:
        """Every item of a collection, once each."""
        found: dict[str, Doc] = {}
        offset, more = 0, True
        while more and offset < PAGE * _MOST_PAGES:
            asked = {"limit": PAGE, "offset": offset} | ({"q": query} if query else {})
            body = self._session.send(BULK, self.VERSION, path, params=asked) or {}
            items = body.get("items") or []
            found |= {str(each.get("uri")): each for each in items}
            more, offset = bool(body.get("hasMore")) and bool(items), offset + len(items)
        return list(found.values())

    def get(self, path: str, **params: Any) -> Doc:
        """One document."""
        return self._session.send(BULK, self.VERSION, path.lstrip("/"), params=params) or {}

    def post(self, path: str, body: Mapping[str, Any]) -> Doc:
        """Make a definition, or start a sync."""
        return self._session.send(BULK, self.VERSION, path, method="POST", json=dict(body)) or {}

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
