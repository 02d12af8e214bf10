"""My Tokens of folders and programs: written by name, typed, never inherited in the listing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import asset, form_of, params, refuse
from mopsctl_marketo.emulator.folders import TYPES
from mopsctl_marketo.emulator.lists import READ, WRITE

CREATABLE = ("date", "number", "rich text", "score", "sfdc campaign", "text")
LONGEST_NAME = 50
LONGEST_TEXT = 524_288
_WHOLE = re.compile(r"[+-]?\d+")


class Tokens(Area):
    """My Tokens."""

    def endpoints(self) -> Iterator[Endpoint]:
        """List, write, delete."""
        yield Endpoint("GET", "/rest/asset/v1/folder/{id:int}/tokens.json", self._list, READ)
        yield Endpoint("POST", "/rest/asset/v1/folder/{id:int}/tokens.json", self._write, WRITE)
        yield Endpoint("POST", "/rest/asset/v1/folder/{id:int}/tokens/delete.json", self._delete, WRITE)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """The My Tokens tab."""
        return {"set_token": self.set_manually}

    def _place(self, call: Call, given: Mapping[str, str]) -> str:
        """`Folder:59` or `Program:1207`; a folder unless said."""
        asked, number = given.get("folderType", "Folder").casefold(), call.params["id"]
        if asked not in TYPES:
            refuse(call, "1001", f"Invalid value '{given.get('folderType')}'. Required of type 'FolderVariantType'")
        collection = "programs" if asked == "program" else "folders"
        self.find(
            call, collection, number, str(self.emulator.switch("missing_token_folder")), f"{number} Folder not found"
        )
        return f"{TYPES[asked]}:{number}"

    def _of(self, place: str) -> list[dict[str, Any]]:
        return [doc for key, doc in self.store.items("tokens") if key.startswith(f"{place}:")]

    def _list(self, call: Call) -> Response:
        place = self._place(call, params(call))
        tokens = [self._shown(doc) for doc in self._of(place)]
        if not tokens and self.emulator.switch("empty_tokens") == "missing":
            return asset(call)
        return asset(call, [self._answer(place, tokens)])

    def _answer(self, place: str, tokens: list[dict[str, Any]]) -> dict[str, Any]:
        sort, _, number = place.partition(":")
        return {"folder": {"type": sort, "value": int(number)}, "tokens": tokens}

    def _shown(self, doc: dict[str, Any]) -> dict[str, Any]:
        value = doc["value"]
        if doc["type"] == "score" and self.emulator.switch("token_sign") == "stripped":
            value = value.removeprefix("+")
        return {**doc, "value": value}

    def _write(self, call: Call) -> Response:
        given = form_of(call)
        place = self._place(call, given)
        for name in ("name", "type", "value", "folderType"):
            if name not in given or (name != "value" and not given[name]):
                refuse(call, "701", f"{name} cannot be blank")
        self._check(call, given)
        known = self.store.get("tokens", f"{place}:{given['name']}")
        if known and known["type"] != given["type"] and self.emulator.switch("token_type_change") == "refused":
            refuse(call, "709", f"Token '{given['name']}' is of the type '{known['type']}'")
        doc = self._doc(place, given["name"], given["type"], given["value"])
        self.store.put("tokens", f"{place}:{given['name']}", doc)
        return asset(call, [self._answer(place, [self._shown(doc)])])

    def _check(self, call: Call, given: Mapping[str, str]) -> None:
        name, sort, value = given["name"], given["type"], given["value"]
        if len(name) > LONGEST_NAME:
            refuse(call, "701", f"name cannot exceed more than {LONGEST_NAME} characters")
        if name.startswith("{{"):
            refuse(call, "709", "name must not have braces")
        if sort not in CREATABLE:
            refuse(call, "1001", f"Invalid value '{sort}'. Required of type 'TokenType'")
        if sort == "score" and not (_WHOLE.fullmatch(value) and -(2**31) <= int(value) < 2**31):
            refuse(call, "1001", f"Invalid value '{value}'. Required of type 'Integer'")
        if len(value) > LONGEST_TEXT:
            refuse(call, "701", f"value cannot exceed more than {LONGEST_TEXT} characters")

    def _doc(self, place: str, name: str, sort: str, value: str) -> dict[str, Any]:
        number = place.partition(":")[2]
        return {
            "name": name,
            "type": sort,
            "value": value,
            "computedUrl": f"https://app-ab12.marketo.com/#PG{number}C3",
        }

    def _delete(self, call: Call) -> Response:
        given = form_of(call)
        place = self._place(call, given)
        known = self.store.get("tokens", f"{place}:{given.get('name', '')}")
        if known is None or known["type"] != given.get("type"):
            refuse(call, "702", f"Token '{given.get('name', '')}' of the type '{given.get('type', '')}' not found")
        self.store.delete("tokens", f"{place}:{given['name']}")
        return asset(call, [{"id": call.params["id"]}])

    def set_manually(self, program: int, name: str, sort: str, value: str) -> None:
        """Any token of a program, also of the types that the API only shows."""
        place = f"Program:{program}"
        self.store.put("tokens", f"{place}:{name}", self._doc(place, name, sort, value))
