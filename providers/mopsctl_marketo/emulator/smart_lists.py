"""Smart lists: the ones people made are seen with their rules; nothing makes or changes one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import asset, asset_page, asset_time, params
from mopsctl_marketo.emulator.lists import READ, WRITE


class SmartLists(Area):
    """Smart lists."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Browse, look up, delete."""
        one = "/rest/asset/v1/smartList/{id:int}"
        yield Endpoint("GET", "/rest/asset/v1/smartLists.json", self._browse, READ)
        yield Endpoint("GET", "/rest/asset/v1/smartList/byName.json", self._by_name, READ)
        yield Endpoint("GET", f"{one}.json", self._by_id, READ)
        yield Endpoint("POST", f"{one}/delete.json", self._delete, WRITE)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """New Smart List."""
        return {"add_smart_list": self.add}

    def _found(self, call: Call) -> dict[str, Any]:
        return self.find(call, "smartlists", call.params["id"], "702", "Smart List not found")

    def _browse(self, call: Call) -> Response:
        return asset_page(call, [_without_rules(doc) for doc in self.store.list("smartlists")])

    def _by_name(self, call: Call) -> Response:
        found = self.named("smartlists", params(call).get("name", ""))
        return asset(call, [_without_rules(found)] if found else [])

    def _by_id(self, call: Call) -> Response:
        doc = self._found(call)
        return asset(call, [doc if params(call).get("includeRules") == "true" else _without_rules(doc)])

    def _delete(self, call: Call) -> Response:
        doc = self._found(call)
        self.store.delete("smartlists", str(doc["id"]))
        return asset(call, [{"id": doc["id"]}])

    def add(self, name: str, filters: list[dict[str, Any]] | None = None) -> int:
        """Make one on the screen, in the database of people."""
        number, stamp = self.store.next_id("smartlists", 7001), asset_time(self.now())
        rules = {"filterMatchType": "all", "triggers": [], "filters": list(filters or [])}
        doc = {"id": number, "name": name, "description": "", "createdAt": stamp, "updatedAt": stamp, "rules": rules}
        doc |= {"folder": {"id": 11, "type": "Folder"}, "workspace": "Default"}
        doc |= {"url": f"https://app-ab12.marketo.com/#SL{number}A1"}
        self.store.put("smartlists", str(number), doc)
        return number


def _without_rules(doc: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in doc.items() if key != "rules"}
