"""A stand-in for the part of Postbox's API that the adapter calls, for trial and test."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Emulator, Refusal, Store

ACCOUNTS = {"sandbox": ("PB-1001", "Trial"), "production": ("PB-2002", "Live")}
TYPES = ("text", "number", "yes_no", "date", "choice")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class PostboxEmulator(Emulator):
    """One emulated account."""

    name: ClassVar[str] = "postbox"
    title: ClassVar[str] = "Postbox"
    limits: ClassVar[Mapping[str, int]] = {"page": 100}

    def seed(self, store: Store, persona: str) -> None:
        """A fresh account has one field of its own."""
        store.put("fields", "email", _new("email", "E-mail address", "text", builtin=True))

    def credentials(self, persona: str) -> dict[str, str]:
        """The account's number, and a key that opens it."""
        return {"account": ACCOUNTS[persona][0], "api_key": f"postbox-key-{persona}"}

    def routes(self) -> Sequence[Route]:
        """The paths of the API."""
        return [
            Route("/v1/account", self._account),
            Route("/v1/fields", self._list, methods=["GET"]),
            Route("/v1/fields", self._make, methods=["POST"]),
            Route("/v1/fields/{name}", self._show, methods=["GET"]),
            Route("/v1/fields/{name}", self._change, methods=["PATCH"]),
            Route("/v1/fields/{name}", self._remove, methods=["DELETE"]),
            Route("/v1/fields/{name}/filled", self._filled),
        ]

    def gate(self, call: Call) -> Response | None:
        """Nobody gets in without the key."""
        if call.bearer != self.credentials(self.persona)["api_key"]:
            return _no(401, "Unknown key.")
        return None

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What people do on Postbox's screens."""
        return {"fill": self._fill, "add_choice": self._add_choice}

    def _account(self, call: Call) -> Response:
        number, name = ACCOUNTS[self.persona]
        return JSONResponse({"number": number, "name": name, "live": self.persona == "production"})

    def _list(self, call: Call) -> Response:
        after = call.query.get("after", "")
        rest = sorted(
            (doc for doc in self.store.list("fields") if doc["name"] > after), key=lambda doc: str(doc["name"])
        )
        page = rest[: self.limit("page")]
        more = len(rest) > len(page)
        return JSONResponse({"fields": page, "after": page[-1]["name"] if more else None})

    def _show(self, call: Call) -> Response:
        return JSONResponse(self._field(call))

    def _make(self, call: Call) -> Response:
        body = _object(call, {"name", "title", "note", "type", "choices"})
        name, kind = str(body.get("name", "")), body.get("type")
        if not NAME.fullmatch(name):
            raise Refusal(_no(422, "A name is lower-case letters, digits and '_', 40 at most."))
        if kind not in TYPES:
            raise Refusal(_no(422, f"A type is one of {', '.join(TYPES)}."))
        if self.store.get("fields", name):
            raise Refusal(_no(409, f"There is a field {name}."))
        made = _new(name, "", str(kind)) | body
        self._keep(made, old=None)
        return JSONResponse(made, 201)

    def _change(self, call: Call) -> Response:
        old = self._field(call)
        new = old | _object(call, {"title", "note", "choices"})
        if old["builtin"]:
            raise Refusal(_no(422, "This field is Postbox's own."))
        self._keep(new, old)
        return JSONResponse(new)

    def _remove(self, call: Call) -> Response:
        if self._field(call)["builtin"]:
            raise Refusal(_no(422, "This field is Postbox's own."))
        self.store.delete("fields", call.params["name"])
        return Response(status_code=204)

    def _filled(self, call: Call) -> Response:
        people = self.store.get("filled", self._field(call)["name"]) or {"people": 0}
        return JSONResponse(people)

    def _field(self, call: Call) -> dict[str, Any]:
        found = self.store.get("fields", call.params["name"])
        if found is None:
            raise Refusal(_no(404, f"There is no field {call.params['name']}."))
        return found

    def _keep(self, new: dict[str, Any], old: dict[str, Any] | None) -> None:
        """Store a field; a choice can be retired, and never taken out."""
        choices = new["choices"]
        if not new["title"] or bool(choices) != (new["type"] == "choice"):
            raise Refusal(_no(422, "A field has a title, and choices exactly where its type is choice."))
        if any(set(each) != {"value", "title", "retired"} for each in choices):
            raise Refusal(_no(422, "A choice has a value, a title, and whether it is retired."))
        values = [each["value"] for each in choices]
        lost = {each["value"] for each in old["choices"]} - set(values) if old else set()
        if lost or len(set(values)) < len(values):
            raise Refusal(_no(422, "Choices are named once, and those that were there stay."))
        self.store.put("fields", new["name"], new)

    def _fill(self, name: str, people: int) -> None:
        self.store.put("filled", name, {"people": people})

    def _add_choice(self, name: str, value: str, title: str) -> None:
        field = self.store.get("fields", name)
        if field is None:
            raise ValueError(f"there is no field {name}")
        field["choices"].append({"value": value, "title": title, "retired": False})
        self.store.put("fields", name, field)


def _new(name: str, title: str, kind: str, *, builtin: bool = False) -> dict[str, Any]:
    return {"name": name, "title": title, "note": "", "type": kind, "choices": [], "builtin": builtin}


def _object(call: Call, keys: set[str]) -> dict[str, Any]:
    try:
        body = call.json()
    except ValueError:
        raise Refusal(_no(400, "The body is not JSON.")) from None
    if not isinstance(body, dict) or set(body) - keys:
        raise Refusal(_no(422, f"The body is an object of {', '.join(sorted(keys))}."))
    return body


def _no(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)
