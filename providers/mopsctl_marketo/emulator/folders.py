"""Folders: a tree with three roots and a workspace in each; programs are nodes of it with numbers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import (
    asset,
    asset_page,
    asset_time,
    form_of,
    json_param,
    number_param,
    params,
    refuse,
)
from mopsctl_marketo.emulator.lists import READ, WRITE

TYPES = {"folder": "Folder", "program": "Program"}


class Folders(Area):
    """Folders."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Look up, browse, make, change, delete."""
        yield Endpoint("GET", "/rest/asset/v1/folders.json", self._browse, READ)
        yield Endpoint("POST", "/rest/asset/v1/folders.json", self._create, WRITE)
        yield Endpoint("GET", "/rest/asset/v1/folder/byName.json", self._by_name, READ)
        yield Endpoint("GET", "/rest/asset/v1/folder/{id:int}.json", self._by_id, READ)
        yield Endpoint("POST", "/rest/asset/v1/folder/{id:int}.json", self._update, WRITE)
        yield Endpoint("GET", "/rest/asset/v1/folder/{id:int}/content.json", self._content, READ)
        yield Endpoint("POST", "/rest/asset/v1/folder/{id:int}/delete.json", self._delete, WRITE)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What people do with folders on the screen."""
        return {"add_folder": self.make, "move_folder": self.move}

    # -- looking up

    def _sort(self, call: Call, given: Mapping[str, str], *, needed: bool = True) -> str:
        text = given.get("type", "")
        if not text and not needed:
            return ""
        if text.casefold() not in TYPES:
            refuse(call, "1001", f"Invalid value '{text}'. Required of type 'FolderVariantType'")
        return TYPES[text.casefold()]

    def _by_id(self, call: Call) -> Response:
        number = call.params["id"]
        if self._sort(call, params(call)) == "Program":
            program = self.store.get("programs", str(number))
            return asset(call, [self._program_node(program)] if program else [])
        found = self.store.get("folders", str(number))
        return asset(call, [found] if found else [])

    def _by_name(self, call: Call) -> Response:
        given = params(call)
        name, sort = given.get("name", ""), given.get("type", "Folder").casefold()
        if not name:
            refuse(call, "701", "name cannot be blank")
        if sort not in TYPES:
            refuse(call, "1003", "Invalid request. Please check and try again.")
        self._check_workspace(call, given)
        if "," in name:
            return asset(call)
        if sort == "program":
            program = self.named("programs", name)
            return asset(call, [self._program_node(program)] if program else [])
        workspace = given.get("workSpace")
        found = [
            doc
            for doc in self.store.list("folders")
            if doc["name"].casefold() == name.casefold() and (workspace is None or doc["workspace"] == workspace)
        ]
        return asset(call, found)

    def _check_workspace(self, call: Call, given: Mapping[str, str]) -> None:
        if "workSpace" in given and self.store.get("workspaces", given["workSpace"]) is None:
            refuse(call, "611", "Unable to get folder")

    def _browse(self, call: Call) -> Response:
        given = params(call)
        self._check_workspace(call, given)
        depth = number_param(call, given, "maxDepth", 2, 100)
        if "root" not in given:
            return asset_page(call, self.store.list("folders"))
        root = json_param(call, given, "root")
        return asset_page(call, self._below(str(root.get("type", "Folder")).casefold(), root.get("id"), depth))

    def _below(self, sort: str, number: Any, depth: int) -> list[dict[str, Any]]:
        if depth <= 0:
            return []
        found = []
        for doc in self.store.list("folders"):
            parent = doc["parent"] or {}
            if parent.get("id") == number and str(parent.get("type", "")).casefold() == sort:
                found += [doc, *self._below("folder", doc["id"], depth - 1)]
        return found

    def _content(self, call: Call) -> Response:
        sort, number = self._sort(call, params(call)).casefold(), call.params["id"]
        inside = [{"id": doc["id"], "type": "Folder"} for doc in self._below(sort, number, 1)]
        if sort == "folder":
            programs = (doc for doc in self.store.list("programs") if doc["folder"]["value"] == number)
            inside += [{"id": doc["id"], "type": "Program"} for doc in programs]
        return asset_page(call, inside)

    def _program_node(self, program: dict[str, Any]) -> dict[str, Any]:
        parent = self.store.get("folders", str(program["folder"]["value"])) or {}
        return {
            "name": program["name"],
            "description": program["description"],
            "folderId": {"id": program["id"], "type": "Program"},
            "folderType": "Marketing Program",
            "parent": {"id": parent.get("id"), "type": "Folder"},
            "path": f"{parent.get('path', '')}/{program['name']}",
            "isArchive": False,
            "isSystem": False,
            "workspace": program["workspace"],
            "id": program["id"],
        }

    # -- writing

    def _create(self, call: Call) -> Response:
        given = form_of(call)
        name, parent = given.get("name", ""), json_param(call, given, "parent")
        if not name or len(name) > 255:
            refuse(call, "701", "name cannot be blank" if not name else "name cannot exceed more than 255 characters")
        if len(given.get("description", "")) > 2000:
            refuse(call, "701", "description cannot exceed more than 2000 characters")
        sort = str(parent.get("type", "")).casefold()
        above = self.store.get("programs" if sort == "program" else "folders", str(parent.get("id")))
        if above is None:
            refuse(call, "710", "Parent folder not found")
        if sort not in TYPES or above.get("folderType") == "Root":
            refuse(call, "711", "Folder type not supported")
        node = self._program_node(above) if sort == "program" else above
        if any(doc["path"].casefold() == f"{node['path']}/{name}".casefold() for doc in self.store.list("folders")):
            refuse(call, "709", "Folder with the same name already exists")
        return asset(call, [self._put(name, node, TYPES[sort], given.get("description", ""))])

    def _put(self, name: str, parent: dict[str, Any], sort: str, description: str) -> dict[str, Any]:
        number, stamp = self.store.next_id("folders", 50), asset_time(self.now())
        doc = {
            "name": name,
            "description": description,
            "createdAt": stamp,
            "updatedAt": stamp,
            "url": f"https://app-ab12.marketo.com/#MF{number}A1",
            "folderId": {"id": number, "type": "Folder"},
            "folderType": "Marketing Folder",
            "parent": {"id": parent["id"], "type": sort},
            "path": f"{parent['path']}/{name}",
            "isArchive": False,
            "isSystem": False,
            "accessZoneId": 1,
            "workspace": parent["workspace"],
            "id": number,
        }
        self.store.put("folders", str(number), doc)
        return doc

    def make(self, path: str, workspace: str = "Default") -> int:
        """Make a folder and those above it, by its path below the workspace."""
        whole = f"/Marketing Activities/{workspace}"
        for name in path.split("/"):
            parent = next(doc for doc in self.store.list("folders") if doc["path"] == whole)
            whole = f"{whole}/{name}"
            if not any(doc["path"] == whole for doc in self.store.list("folders")):
                self._put(name, parent, "Folder", "")
        return int(next(doc["id"] for doc in self.store.list("folders") if doc["path"] == whole))

    def move(self, path: str, to: str) -> None:
        """Drag a folder into another one: its number stays."""
        self.make(to)
        found = next(doc for doc in self.store.list("folders") if doc["path"].endswith(f"/{path}"))
        above = next(doc for doc in self.store.list("folders") if doc["path"].endswith(f"/{to}"))
        moved = {**found, "path": f"{above['path']}/{found['name']}", "parent": {"id": above["id"], "type": "Folder"}}
        self.store.put("folders", str(found["id"]), moved)

    def _update(self, call: Call) -> Response:
        given, number = form_of(call), call.params["id"]
        self._sort(call, given)
        doc = self.find(call, "folders", number, "702", f"{number} Folder not found")
        if doc["isSystem"]:
            refuse(call, "709", "System folder cannot be changed")
        doc |= {key: given[key] for key in ("name", "description") if key in given}
        if "isArchive" in given:
            doc["isArchive"] = given["isArchive"] == "true"
        self.store.put("folders", str(number), doc)
        return asset(call, [doc])

    def _delete(self, call: Call) -> Response:
        number = call.params["id"]
        if self._sort(call, form_of(call)) == "Program":
            refuse(call, "709", "Program Programs cant be deleted with Folder API")
        doc = self.find(call, "folders", number, "702", f"{number} Folder not found")
        full = self._below("folder", number, 1) or any(
            program["folder"]["value"] == number for program in self.store.list("programs")
        )
        if doc["isSystem"] or full:
            refuse(call, "709", "System folder cannot be deleted" if doc["isSystem"] else "Folder is not empty")
        self.store.delete("folders", str(number))
        return asset(call, [{"id": number}])
