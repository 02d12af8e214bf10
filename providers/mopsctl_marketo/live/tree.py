"""Folders and programs of one workspace: looked up by name, because an account may hold thousands."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from mopsctl.errors import VendorError
from mopsctl.resource import Observation, Result, Write
from mopsctl_marketo.api import MarketoApi, first, result
from mopsctl_marketo.convert.native import folder_path, program_attributes, tags_json
from mopsctl_marketo.live.collection import Collection, Found, done, failed, refused
from mopsctl_marketo.names import ACTIVITIES_ROOT
from mopsctl_marketo.settings import Settings

_IN_USE = {
    "in use": "delete what uses it first, or take the line `on_delete` back to keep it",
    "not empty": "move or delete what is in the folder first",
}


class Tree:
    """Finds folders and programs, and remembers their numbers for one run."""

    def __init__(self, api: MarketoApi, workspace: str) -> None:
        self._api = api
        self.workspace = workspace
        self._folders: dict[str, int] = {}
        self._programs: dict[str, dict[str, Any] | None] = {}

    def forget(self) -> None:
        """Look everything up again."""
        self._folders.clear()
        self._programs.clear()

    def folder(self, path: str) -> dict[str, Any] | None:
        """The folder at a path below the workspace, or the workspace itself for an empty path."""
        name = path.rpartition("/")[2] or self.workspace
        answer = self._api.get("/rest/asset/v1/folder/byName.json", name=name, type="Folder", workSpace=self.workspace)
        whole = f"/{ACTIVITIES_ROOT}/{self.workspace}" + (f"/{path}" if path else "")
        found = next((doc for doc in result(answer) if doc.get("path") == whole), None)
        if found is not None:
            self._folders[path] = int(found["id"])
        return found

    def folder_id(self, path: str) -> int | None:
        """The number of the folder at a path."""
        if path not in self._folders:
            self.folder(path)
        return self._folders.get(path)

    def path_of(self, folder_id: int) -> str:
        """The path of a folder by its number; empty where it cannot be seen."""
        known = next((path for path, number in self._folders.items() if number == folder_id), None)
        if known is not None:
            return known
        found = first(self._api.get(f"/rest/asset/v1/folder/{folder_id}.json", type="Folder"))
        return folder_path(str(found["path"]), self.workspace) if found else ""

    def program(self, name: str, *, fresh: bool = False) -> dict[str, Any] | None:
        """The program of that name, with its tags."""
        if fresh or self._programs.get(name) is None:
            answer = self._api.get("/rest/asset/v1/program/byName.json", name=name, includeTags="true")
            self._programs[name] = next((doc for doc in result(answer) if doc.get("name") == name), None)
        return self._programs[name]

    def program_id(self, name: str) -> int | None:
        """The number of the program of that name."""
        found = self.program(name)
        return int(found["id"]) if found else None

    def changed(self, name: str) -> None:
        """The program of that name was made, changed or deleted."""
        self._programs.pop(name, None)


class Folders(Collection):
    """Folders of Marketing Activities."""

    kinds = ("folder",)

    def __init__(self, api: MarketoApi, settings: Settings, tree: Tree) -> None:
        super().__init__(api, settings)
        self._tree = tree

    def start_over(self) -> None:
        """Forget which numbers folders have."""
        self._tree.forget()

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """The folders that were asked for."""
        found = {path: self._tree.folder(path) for path in sorted(names)}
        return {
            path: Observation(self.address(kind, path), {}, remote_id=str(doc["id"]), removable=not doc.get("isSystem"))
            for path, doc in found.items()
            if doc is not None
        }

    def write(self, write: Write) -> Result:
        """Make a folder, or delete an empty one."""
        parent, _, name = write.address.name.rpartition("/")
        try:
            if write.action == "remove":
                folder_id = write.observed.remote_id if write.observed else None
                self.api.submit(f"/rest/asset/v1/folder/{folder_id}/delete.json", type="Folder")
                return done(write)
            above = self._tree.folder_id(parent)
            if above is None:
                return failed(
                    write, f"Marketo has no folder '{parent or self.settings.workspace}' to make '{name}' in."
                )
            made = self.api.submit("/rest/asset/v1/folders.json", name=name, parent={"id": above, "type": "Folder"})
        except VendorError as error:
            return refused(write, error, _IN_USE)
        return done(write, (first(made) or {}).get("id"))


class Programs(Collection):
    """Programs, with their tags."""

    kinds = ("program",)

    def __init__(self, api: MarketoApi, settings: Settings, tree: Tree) -> None:
        super().__init__(api, settings)
        self._tree = tree

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """The programs that were asked for."""
        found = {name: self._tree.program(name, fresh=True) for name in sorted(names)}
        return {name: self._observation(name, doc) for name, doc in found.items() if doc is not None}

    def _observation(self, name: str, doc: dict[str, Any]) -> Observation:
        folder = doc.get("folder") or {}
        path = self._tree.path_of(int(folder["id"] if folder.get("value") is None else folder["value"]))
        return Observation(
            self.address("program", name),
            program_attributes(doc, path),
            remote_id=str(doc["id"]),
            writable=frozenset({"description", "tags"}),
            why_not="Marketo's API changes only description and tags of a program.",
        )

    def write(self, write: Write) -> Result:
        """Make, change or delete a program."""
        name = write.address.name
        try:
            if write.action == "add":
                return self._create(name, write)
            if write.action == "remove":
                self.api.submit(f"/rest/asset/v1/program/{_id(write)}/delete.json")
                return done(write)
            return self._change(write)
        except VendorError as error:
            return refused(write, error, _IN_USE)
        finally:
            self._tree.changed(name)

    def _create(self, name: str, write: Write) -> Result:
        target = write.target
        folder_id = self._tree.folder_id(str(target["folder"]))
        if folder_id is None:
            return failed(write, f"Marketo has no folder '{target['folder']}' to make the program '{name}' in.")
        form: dict[str, Any] = {"folder": {"id": folder_id, "type": "Folder"}, "name": name}
        form |= {"type": target["type"], "channel": target["channel"], "description": target.get("description", "")}
        if target.get("tags"):
            form["tags"] = tags_json(target["tags"])
        made = self.api.submit("/rest/asset/v1/programs.json", **form)
        return done(write, (first(made) or {}).get("id"))

    def _change(self, write: Write) -> Result:
        program, touched = f"/rest/asset/v1/program/{_id(write)}", write.touched()
        wanted = write.target.get("tags") or {}
        gone = sorted(set((write.observed.attributes.get("tags") if write.observed else None) or {}) - set(wanted))
        form: dict[str, Any] = {"description": write.target["description"]} if "description" in touched else {}
        if "tags" in touched and wanted:
            form["tags"] = tags_json(wanted)
        if form:
            self.api.submit(f"{program}.json", **form)
        for tag in gone if "tags" in touched else []:
            self.api.submit(f"{program}/tag/{quote(tag, safe='')}/delete.json")
        return done(write)


def _id(write: Write) -> str:
    return (write.observed.remote_id if write.observed else None) or "0"
