"""Static lists: the assets, and who is on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import (
    asset,
    asset_page,
    asset_time,
    form_of,
    json_of,
    json_param,
    lead,
    lead_page,
    params,
    refuse,
)
from mopsctl_marketo.emulator.fields import READ_LEAD
from mopsctl_marketo.emulator.leads import WRITE_LEAD, shown

READ = ("Read-Only Assets", "Read-Write Assets")
WRITE = ("Read-Write Assets",)


class Lists(Area):
    """Static lists."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Assets in one dialect, membership in the other."""
        yield Endpoint("GET", "/rest/asset/v1/staticLists.json", self._browse, READ)
        yield Endpoint("POST", "/rest/asset/v1/staticLists.json", self._create, WRITE)
        yield Endpoint("GET", "/rest/asset/v1/staticList/byName.json", self._by_name, READ)
        yield Endpoint("GET", "/rest/asset/v1/staticList/{id:int}.json", self._by_id, READ)
        yield Endpoint("POST", "/rest/asset/v1/staticList/{id:int}.json", self._update, WRITE)
        yield Endpoint("POST", "/rest/asset/v1/staticList/{id:int}/delete.json", self._delete, WRITE)
        yield Endpoint("GET", "/rest/v1/lists.json", self._every, READ)
        yield Endpoint("GET", "/rest/v1/lists/{id:int}.json", self._one, READ)
        for path in ("/rest/v1/lists/{id:int}/leads.json", "/rest/v1/list/{id:int}/leads.json"):
            yield Endpoint("GET", path, self._members, READ_LEAD)
            yield Endpoint("POST", path, self._add, WRITE_LEAD)
            yield Endpoint("DELETE", path, self._remove, WRITE_LEAD)
        yield Endpoint("GET", "/rest/v1/lists/{id:int}/leads/ismember.json", self._is_member, READ_LEAD)

    def _browse(self, call: Call) -> Response:
        return asset_page(call, self.store.list("staticlists"))

    def _by_name(self, call: Call) -> Response:
        found = self.named("staticlists", params(call).get("name", ""))
        return asset(call, [found] if found else [])

    def _by_id(self, call: Call) -> Response:
        return asset(call, [self._found(call)])

    def _found(self, call: Call) -> dict[str, Any]:
        message = "Static List not found or it has been deleted"
        return self.find(call, "staticlists", call.params["id"], "702", message)

    def _create(self, call: Call) -> Response:
        given = form_of(call)
        name, folder = given.get("name", ""), json_param(call, given, "folder")
        self._check_name(call, name)
        stamp, number = asset_time(self.now()), self.store.next_id("staticlists", 1001)
        doc = {"id": number, "name": name, "description": given.get("description", ""), "createdAt": stamp}
        doc |= {"updatedAt": stamp, "folder": folder, "computedUrl": f"https://app-ab12.marketo.com/#ST{number}A1"}
        doc["workspace"] = "Default"
        self.store.put("staticlists", str(number), doc)
        return asset(call, [doc])

    def _check_name(self, call: Call, name: str) -> None:
        if not name or len(name) > 255:
            refuse(call, "701", "name cannot be blank" if not name else "name cannot exceed more than 255 characters")
        if self.named("staticlists", name):
            refuse(call, "709", "Static List with the same name already exists")

    def _update(self, call: Call) -> Response:
        doc, given = self._found(call), form_of(call)
        if given.get("name", doc["name"]) != doc["name"]:
            self._check_name(call, given["name"])
        doc |= {key: given[key] for key in ("name", "description") if key in given}
        self.store.put("staticlists", str(doc["id"]), doc)
        return asset(call, [doc])

    def _delete(self, call: Call) -> Response:
        doc = self._found(call)
        self.store.delete("staticlists", str(doc["id"]))
        return asset(call, [{"id": doc["id"]}])

    # -- the same lists in the dialect of the lead database

    def _every(self, call: Call) -> Response:
        return lead_page(call, self._asked_for(call, params(call)), token_only=True)

    def _asked_for(self, call: Call, given: Mapping[str, str]) -> list[dict[str, Any]]:
        docs = self.store.list("staticlists")
        for key in ("id", "name"):
            wanted = {each for each in given.get(key, "").split(",") if each}
            docs = [doc for doc in docs if not wanted or str(doc[key]) in wanted]
        return [self._brief(doc) for doc in docs]

    def _one(self, call: Call) -> Response:
        self._list(call)
        return lead(call, [self._brief(self._found(call))])

    def _brief(self, doc: dict[str, Any]) -> dict[str, Any]:
        kept = {key: doc[key] for key in ("id", "name", "createdAt", "updatedAt")}
        return {**kept, "workspaceName": "Default", **self._program(doc)}

    def _program(self, doc: dict[str, Any]) -> dict[str, Any]:
        folder = doc["folder"]
        if str(folder.get("type", "")).casefold() != "program":
            return {}
        program = self.store.get("programs", str(folder.get("id"))) or {}
        return {"programName": program.get("name")}

    # -- membership

    def _members(self, call: Call) -> Response:
        self._list(call)
        given = params(call)
        docs = (self.store.get("leads", number) for number in self._ids(call))
        return lead_page(call, [shown(doc, given) for doc in docs if doc is not None], token_only=True)

    def _list(self, call: Call) -> str:
        number = str(call.params["id"])
        self.find(call, "staticlists", number, "1013", f"List with id {number} not found")
        return number

    def _ids(self, call: Call) -> list[str]:
        return list((self.store.get("list_members", str(call.params["id"])) or {"ids": []})["ids"])

    def _asked(self, call: Call) -> list[str]:
        in_address = [value for name, value in call.query.multi_items() if name == "id"]
        if in_address:
            return [each for value in in_address for each in value.split(",")]
        return [str(each.get("id")) for each in json_of(call).get("input") or []]

    def _add(self, call: Call) -> Response:
        number, ids, done = self._list(call), self._ids(call), []
        for each in self._asked(call)[:300]:
            if self.store.get("leads", each) is None:
                done.append(_record(each, "skipped", "1004", "Lead not found"))
                continue
            done.append(_record(each, "added" if each not in ids else "memberof"))
            ids = [*ids, each] if each not in ids else ids
        self.store.put("list_members", number, {"ids": ids})
        return lead(call, done)

    def _remove(self, call: Call) -> Response:
        number, ids, done = self._list(call), self._ids(call), []
        for each in self._asked(call)[:300]:
            found = each in ids
            done.append(_record(each, "removed") if found else _record(each, "skipped", "1015", "Lead not in list"))
            ids = [one for one in ids if one != each]
        self.store.put("list_members", number, {"ids": ids})
        return lead(call, done)

    def _is_member(self, call: Call) -> Response:
        self._list(call)
        ids = self._ids(call)
        return lead(call, [_record(each, "memberof" if each in ids else "notmemberof") for each in self._asked(call)])


def _record(number: str, status: str, code: str = "", message: str = "") -> dict[str, Any]:
    shown_number = int(number) if number.isdecimal() else number
    reasons = {"reasons": [{"code": code, "message": message}]} if code else {}
    return {"id": shown_number, "status": status, **reasons}
