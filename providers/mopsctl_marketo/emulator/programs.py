"""Programs: made with type and channel for good; tags; clones; refused to be deleted while something uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.campaigns import clone_campaign
from mopsctl_marketo.emulator.envelope import asset, asset_page, asset_time, form_of, json_param, params, refuse
from mopsctl_marketo.emulator.lists import READ, WRITE
from mopsctl_marketo.emulator.shown import bracketed
from mopsctl_marketo.names import PROGRAM_TYPES


class Programs(Area):
    """Programs."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Look up, browse, make, change, clone, tag, delete."""
        one = "/rest/asset/v1/program/{id:int}"
        yield Endpoint("GET", "/rest/asset/v1/programs.json", self._browse, READ)
        yield Endpoint("POST", "/rest/asset/v1/programs.json", self._create, WRITE)
        yield Endpoint("GET", "/rest/asset/v1/program/byName.json", self._by_name, READ)
        yield Endpoint("GET", "/rest/asset/v1/program/byTag.json", self._by_tag, READ)
        yield Endpoint("GET", f"{one}.json", self._by_id, READ)
        yield Endpoint("POST", f"{one}.json", self._update, WRITE)
        yield Endpoint("POST", f"{one}/clone.json", self._clone, WRITE)
        yield Endpoint("POST", f"{one}/delete.json", self._delete, WRITE)
        yield Endpoint("POST", f"{one}/approve.json", self._approve, WRITE)
        yield Endpoint("POST", f"{one}/unapprove.json", self._approve, WRITE)
        yield Endpoint("POST", one + "/tag/{tag}.json", self._tag, WRITE)
        yield Endpoint("POST", one + "/tag/{tag}/delete.json", self._untag, WRITE)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What people do with programs on the screen."""
        return {"add_program": self.make, "edit_program": self.edit}

    # -- looking up

    def _found(self, call: Call) -> dict[str, Any]:
        return self.find(call, "programs", call.params["id"], "702", "Program not found")

    def _by_id(self, call: Call) -> Response:
        found = self.store.get("programs", str(call.params["id"]))
        return asset(call, [_shown(found, tags=True)] if found else [])

    def _by_name(self, call: Call) -> Response:
        given = params(call)
        if not given.get("name"):
            refuse(call, "701", "name cannot be blank")
        found = None if "," in given["name"] else self.named("programs", given["name"])
        return asset(call, [_shown(found, tags=given.get("includeTags") == "true")] if found else [])

    def _by_tag(self, call: Call) -> Response:
        given = params(call)
        wanted = {"tagType": given.get("tagType"), "tagValue": given.get("tagValue")}
        found = [doc for doc in self.store.list("programs") if wanted in [_pair(tag) for tag in doc["tags"]]]
        return asset_page(call, [_shown(doc, tags=True) for doc in found])

    def _browse(self, call: Call) -> Response:
        return asset_page(call, [_shown(doc, tags=False) for doc in self.store.list("programs")])

    # -- writing

    def _create(self, call: Call) -> Response:
        given = form_of(call)
        for name in ("name", "type", "channel"):
            if not given.get(name):
                refuse(call, "701", f"{name} cannot be blank")
        folder = self._folder(call, given)
        self._check_name(call, given["name"])
        self._check_channel(call, given["type"], given["channel"])
        tags = self._tags(call, given, given["type"])
        doc = self._put(given["name"], given["type"], given["channel"], folder, given.get("description", ""), tags)
        return asset(call, [_shown(doc, tags=True)])

    def _folder(self, call: Call, given: Mapping[str, str]) -> dict[str, Any]:
        asked = json_param(call, given, "folder")
        if str(asked.get("type", "Folder")).casefold() != "folder":
            refuse(call, "711", "Folder type not supported")
        found = self.find(call, "folders", asked.get("id"), "710", "Parent folder not found")
        if not found["path"].startswith("/Marketing Activities/"):
            refuse(call, "711", "Folder type not supported")
        return found

    def _check_name(self, call: Call, name: str) -> None:
        if len(name) > 255:
            refuse(call, "701", "name cannot exceed more than 255 characters")
        if self.named("programs", name):
            refuse(call, "709", "Program with the same name already exists")

    def _check_channel(self, call: Call, sort: str, channel: str) -> None:
        found = self.named("channels", channel)
        if sort not in PROGRAM_TYPES or found is None:
            refuse(call, "702" if found is None else "1001", f"Channel or type not found: {channel}, {sort}")
        if found["applicableProgramType"] != PROGRAM_TYPES[sort]:
            refuse(call, "709", f"Channel '{channel}' is not applicable to the program type '{sort}'")

    def _tags(self, call: Call, given: Mapping[str, str], sort: str) -> list[dict[str, str]]:
        tags = json_param(call, given, "tags", list) if given.get("tags") else []
        for tag in tags:
            self._check_tag(call, str(tag.get("tagType")), str(tag.get("tagValue")))
        named = {str(tag["tagType"]) for tag in tags}
        for doc in self.store.list("tagtypes"):
            if (
                doc["required"]
                and PROGRAM_TYPES[sort] in bracketed(doc["applicableProgramTypes"])
                and doc["name"] not in named
            ):
                refuse(call, "709", f"Required tag '{doc['name']}' is missing")
        return [_pair(tag) for tag in tags]

    def _check_tag(self, call: Call, name: str, value: str) -> None:
        found = self.named("tagtypes", name)
        if found is None or value not in bracketed(found["allowableValues"]):
            refuse(call, "702", f"Tag '{name}' with the value '{value}' not found")

    def _put(
        self, name: str, sort: str, channel: str, folder: dict[str, Any], description: str, tags: list[dict[str, str]]
    ) -> dict[str, Any]:
        number, stamp = self.store.next_id("programs", 1200), asset_time(self.now())
        doc = {
            "id": number,
            "name": name,
            "description": description,
            "createdAt": stamp,
            "updatedAt": stamp,
            "url": f"https://app-ab12.marketo.com/#PG{number}A1",
            "type": sort,
            "channel": channel,
            "folder": {"type": "Folder", "value": folder["id"], "folderName": folder["name"]},
            "status": {"Engagement": "on", "Email": "unlocked"}.get(sort, ""),
            "workspace": folder["workspace"],
            "tags": tags,
            "costs": None,
        }
        self.store.put("programs", str(number), doc)
        return doc

    def make(self, name: str, folder: int, sort: str = "Default", channel: str = "Operational") -> int:
        """New Program on the screen."""
        found = self.store.get("folders", str(folder))
        if found is None:
            raise ValueError(f"no folder {folder}")
        return int(self._put(name, sort, channel, found, "", [])["id"])

    def edit(self, name: str, **values: Any) -> None:
        """Change anything about a program, as the screen can."""
        found = self.named("programs", name)
        if found is None:
            raise ValueError(f"no program {name}")
        self.store.put("programs", str(found["id"]), {**found, **values})

    def _update(self, call: Call) -> Response:
        doc, given = self._found(call), form_of(call)
        for name in ("type", "channel", "folder"):
            if name in given:
                refuse(call, "709", f"{name} of a program cannot be updated")
        if given.get("name", doc["name"]) != doc["name"]:
            self._check_name(call, given["name"])
        doc |= {key: given[key] for key in ("name", "description") if key in given}
        if "tags" in given:
            fresh = {tag["tagType"]: tag for tag in [*doc["tags"], *self._tags(call, given, doc["type"])]}
            doc["tags"] = list(fresh.values())
        doc["updatedAt"] = asset_time(self.now())
        self.store.put("programs", str(doc["id"]), doc)
        return asset(call, [_shown(doc, tags=True)])

    def _tag(self, call: Call) -> Response:
        doc, value = self._found(call), params(call).get("tagValue", "")
        self._check_tag(call, call.params["tag"], value)
        others = [tag for tag in doc["tags"] if tag["tagType"] != call.params["tag"]]
        doc["tags"] = [*others, {"tagType": call.params["tag"], "tagValue": value}]
        self.store.put("programs", str(doc["id"]), doc)
        return asset(call, [_shown(doc, tags=True)])

    def _untag(self, call: Call) -> Response:
        doc, name = self._found(call), call.params["tag"]
        tag_type = self.named("tagtypes", name)
        if tag_type is None or all(tag["tagType"] != name for tag in doc["tags"]):
            refuse(call, "702", f"Tag '{name}' not found")
        if tag_type["required"]:
            refuse(call, "709", f"Required tag '{name}' cannot be deleted")
        doc["tags"] = [tag for tag in doc["tags"] if tag["tagType"] != name]
        self.store.put("programs", str(doc["id"]), doc)
        return asset(call, [_shown(doc, tags=True)])

    def _clone(self, call: Call) -> Response:
        source, given = self._found(call), form_of(call)
        if not given.get("name"):
            refuse(call, "701", "name cannot be blank")
        folder = self._folder(call, given)
        self._check_name(call, given["name"])
        if folder["workspace"] != source["workspace"]:
            refuse(call, "611", "Unable to clone program")
        description = given.get("description", source["description"])
        doc = self._put(given["name"], source["type"], source["channel"], folder, description, source["tags"])
        for key, token in self.store.items("tokens"):
            if key.startswith(f"Program:{source['id']}:"):
                self.store.put("tokens", f"Program:{doc['id']}:{token['name']}", token)
        for campaign in self.store.list("campaigns"):
            if campaign["folder"] == {"id": source["id"], "type": "Program"}:
                clone_campaign(self, campaign, campaign["name"], {"id": doc["id"], "type": "Program"})
        return asset(call, [_shown(doc, tags=True)])

    def _delete(self, call: Call) -> Response:
        doc = self._found(call)
        own = [each for each in self.store.list("campaigns") if each["parentProgramId"] == doc["id"]]
        if any(campaign["isActive"] for campaign in own):
            refuse(call, "709", "Cannot delete program. The assets are in use elsewhere or not deletable")
        for campaign in own:
            self.store.delete("campaigns", str(campaign["id"]))
        for key, _ in self.store.items("tokens"):
            if key.startswith(f"Program:{doc['id']}:"):
                self.store.delete("tokens", key)
        self.store.delete("programs", str(doc["id"]))
        return asset(call, [{"id": doc["id"]}])

    def _approve(self, call: Call) -> Response:
        doc = self._found(call)
        if doc["type"] != "Email":
            refuse(call, "709", "Only email programs can be approved")
        doc["status"] = "locked" if call.path.endswith("/approve.json") else "unlocked"
        self.store.put("programs", str(doc["id"]), doc)
        return asset(call, [_shown(doc, tags=False)])


def _pair(tag: Mapping[str, Any]) -> dict[str, str]:
    return {"tagType": str(tag.get("tagType")), "tagValue": str(tag.get("tagValue"))}


def _shown(doc: dict[str, Any], *, tags: bool) -> dict[str, Any]:
    """A program as it is answered; a browse leaves its tags out."""
    return {key: value for key, value in doc.items() if key != "tags" or (tags and value)}
