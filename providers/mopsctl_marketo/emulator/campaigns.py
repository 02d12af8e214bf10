"""Smart campaigns: shells, clones, activation. Nothing here shows or changes a flow."""

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
    json_of,
    json_param,
    lead,
    lead_page,
    params,
    refuse,
)
from mopsctl_marketo.emulator.lists import READ, WRITE

MOST_REQUESTED = 100  # leads, and tokens, of one request
_NO_RULES: dict[str, Any] = {"filterMatchType": "all", "triggers": [], "filters": []}


def new_campaign(area: Area, name: str, folder: dict[str, Any], description: str, **more: Any) -> dict[str, Any]:
    """An empty shell: no trigger, no flow step."""
    number, stamp = area.store.next_id("campaigns", 3000), asset_time(area.now())
    doc = {
        "id": number,
        "name": name,
        "description": description,
        "type": "batch",
        "status": "Never Run",
        "isActive": False,
        "isSystem": False,
        "isRequestable": False,
        "isCommunicationLimitEnabled": False,
        "qualificationRuleType": "once",
        "folder": folder,
        "parentProgramId": folder["id"] if folder["type"] == "Program" else None,
        "smartListId": 4000 + number,
        "flowId": 5000 + number,
        "workspace": "Default",
        "recurrence": {"weekdayOnly": False},
        "computedUrl": f"https://app-ab12.marketo.com/#SC{number}A1",
        "createdAt": stamp,
        "updatedAt": stamp,
        **more,
    }
    area.store.put("campaigns", str(number), doc)
    area.store.put("campaign_logic", str(number), {"rules": _NO_RULES, "flow": []})
    return doc


def clone_campaign(
    area: Area, source: dict[str, Any], name: str, folder: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A copy with smart list and flow, switched off."""
    kept = {key: source[key] for key in ("type", "qualificationRuleType", "isRequestable")}
    doc = new_campaign(area, name, folder, source["description"], **kept, **more)
    logic = area.store.get("campaign_logic", str(source["id"])) or {}
    area.store.put("campaign_logic", str(doc["id"]), logic)
    return doc


class Campaigns(Area):
    """Smart campaigns."""

    def endpoints(self) -> Iterator[Endpoint]:
        """Look up, browse, make, change, clone, switch, delete."""
        one = "/rest/asset/v1/smartCampaign/{id:int}"
        yield Endpoint("GET", "/rest/asset/v1/smartCampaigns.json", self._browse, READ)
        yield Endpoint("POST", "/rest/asset/v1/smartCampaigns.json", self._create, WRITE)
        yield Endpoint("GET", "/rest/asset/v1/smartCampaign/byName.json", self._by_name, READ)
        yield Endpoint("GET", f"{one}.json", self._by_id, READ)
        yield Endpoint("POST", f"{one}.json", self._update, WRITE)
        yield Endpoint("GET", f"{one}/smartList.json", self._smart_list, READ)
        yield Endpoint("POST", f"{one}/clone.json", self._clone, WRITE)
        yield Endpoint("POST", f"{one}/delete.json", self._delete, WRITE)
        yield Endpoint("POST", f"{one}/activate.json", self._activate, ("Activate Campaign",))
        yield Endpoint("POST", f"{one}/deactivate.json", self._deactivate, ("Deactivate Campaign",))
        run = "/rest/v1/campaigns/{id:int}"
        yield Endpoint("GET", "/rest/v1/campaigns.json", self._every, READ)
        yield Endpoint("GET", f"{run}.json", self._one, READ)
        yield Endpoint("POST", f"{run}/schedule.json", self._schedule, ("Execute Campaign",))
        yield Endpoint("POST", f"{run}/trigger.json", self._request, ("Execute Campaign",))

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What people build on the screen."""
        return {"build_campaign": self.build}

    def _found(self, call: Call) -> dict[str, Any]:
        return self.find(call, "campaigns", call.params["id"], "702", "Smart Campaign not found")

    def _by_id(self, call: Call) -> Response:
        return asset(call, [self._found(call)])

    def _by_name(self, call: Call) -> Response:
        found = self.named("campaigns", params(call).get("name", ""))
        return asset(call, [found] if found else [])

    def _browse(self, call: Call) -> Response:
        given = params(call)
        docs = self.store.list("campaigns")
        if "folder" in given:
            asked = json_param(call, given, "folder")
            sort = str(asked.get("type", "")).casefold()
            docs = [doc for doc in docs if self._lies_in(doc, asked.get("id"), sort)]
        if "isActive" in given:
            docs = [doc for doc in docs if doc["isActive"] == (given["isActive"] == "true")]
        return asset_page(call, docs)

    def _lies_in(self, doc: dict[str, Any], number: Any, sort: str) -> bool:
        if sort == "program":
            return bool(doc["parentProgramId"] == number)
        return bool(doc["folder"]["id"] == number and doc["folder"]["type"] == "Folder")

    def _smart_list(self, call: Call) -> Response:
        doc = self._found(call)
        logic = self.store.get("campaign_logic", str(doc["id"])) or {"rules": _NO_RULES}
        answer = {"id": doc["smartListId"], "name": f"{doc['name']} smart list", "description": None}
        answer |= {key: doc[key] for key in ("createdAt", "updatedAt", "folder", "workspace") if key in doc}
        answer["url"] = f"https://app-ab00.marketo.com/#SL{doc['smartListId']}A1"
        rules = {"rules": self._rules(logic["rules"])} if params(call).get("includeRules") == "true" else {}
        return asset(call, [{**answer, **rules}])

    def _rules(self, rules: dict[str, Any]) -> dict[str, Any]:
        """The triggers as objects, or as texts where the switch says so (fact: marketo-smart-list-triggers)."""
        if self.emulator.switch("trigger_shape") == "object":
            return rules
        return {**rules, "triggers": [each["name"] for each in rules["triggers"]]}

    # -- writing

    def _create(self, call: Call) -> Response:
        given = form_of(call)
        folder = self._folder(call, given)
        self._check_name(call, given.get("name", ""), folder)
        return asset(call, [new_campaign(self, given["name"], folder, given.get("description", ""))])

    def _folder(self, call: Call, given: Mapping[str, str]) -> dict[str, Any]:
        asked = json_param(call, given, "folder")
        sort = "Program" if str(asked.get("type", "")).casefold() == "program" else "Folder"
        collection = "programs" if sort == "Program" else "folders"
        found = self.find(call, collection, asked.get("id"), "710", "Parent folder not found")
        return {"id": found["id"], "type": sort}

    def _check_name(self, call: Call, name: str, folder: dict[str, Any]) -> None:
        if not name or len(name) > 255:
            refuse(call, "701", "name cannot be blank" if not name else "name cannot exceed more than 255 characters")
        if any(
            doc["name"].casefold() == name.casefold() and doc["folder"] == folder
            for doc in self.store.list("campaigns")
        ):
            refuse(call, "709", "Smart Campaign with the same name already exists")

    def _update(self, call: Call) -> Response:
        doc, given = self._found(call), form_of(call)
        if given.get("name", doc["name"]) != doc["name"]:
            self._check_name(call, given["name"], doc["folder"])
        doc |= {key: given[key] for key in ("name", "description") if key in given}
        return self._kept(call, doc)

    def _kept(self, call: Call, doc: dict[str, Any]) -> Response:
        doc["updatedAt"] = asset_time(self.now())
        self.store.put("campaigns", str(doc["id"]), doc)
        return asset(call, [doc])

    def _clone(self, call: Call) -> Response:
        source, given = self._found(call), form_of(call)
        folder = self._folder(call, given)
        self._check_name(call, given.get("name", ""), folder)
        doc = clone_campaign(self, source, given["name"], folder)
        doc["description"] = given.get("description", doc["description"])
        return self._kept(call, doc)

    def _delete(self, call: Call) -> Response:
        doc = self._found(call)
        if doc["isActive"]:
            refuse(call, "709", "Smart Campaign is active and cannot be deleted")
        self.store.delete("campaigns", str(doc["id"]))
        self.store.delete("campaign_logic", str(doc["id"]))
        return asset(call, [{"id": doc["id"]}])

    def _activate(self, call: Call) -> Response:
        doc = self._found(call)
        logic = self.store.get("campaign_logic", str(doc["id"])) or {"rules": _NO_RULES, "flow": []}
        if doc["isActive"]:
            refuse(call, "709", "Smart Campaign is already active")
        if not logic["rules"]["triggers"]:
            refuse(call, "709", "Smart Campaign has no trigger")
        if not logic["flow"]:
            refuse(call, "709", "Smart Campaign has no flow step")
        if not all(self._resolves(doc, step) for step in logic["flow"]):
            refuse(call, "709", "Smart Campaign is not valid: a flow step has an error")
        self.store.put("campaigns", str(doc["id"]), {**doc, "isActive": True, "status": "Active"})
        return asset(call, [{"id": doc["id"]}])

    def _resolves(self, doc: dict[str, Any], step: str) -> bool:
        """Whether the token in a flow step, if there is one, is there."""
        if "{{my." not in step:
            return True
        name = step.partition("{{my.")[2].partition("}}")[0]
        return self.store.get("tokens", f"Program:{doc['parentProgramId']}:{name}") is not None

    def _deactivate(self, call: Call) -> Response:
        doc = self._found(call)
        if not doc["isActive"]:
            refuse(call, "709", "Smart Campaign is not active")
        self.store.put("campaigns", str(doc["id"]), {**doc, "isActive": False, "status": "Inactive"})
        return asset(call, [{"id": doc["id"]}])

    # -- the same campaigns in the dialect of the lead database: seen, and run

    def _every(self, call: Call) -> Response:
        given = params(call)
        docs = self.store.list("campaigns")
        for key in ("id", "name"):
            wanted = {each for each in given.get(key, "").split(",") if each}
            docs = [doc for doc in docs if not wanted or str(doc[key]) in wanted]
        if "isTriggerable" in given:
            docs = [doc for doc in docs if str(doc["type"] == "trigger").casefold() == given["isTriggerable"]]
        return lead_page(call, [self._brief(doc) for doc in docs], token_only=True)

    def _one(self, call: Call) -> Response:
        return lead(call, [self._brief(self._runnable(call))])

    def _runnable(self, call: Call) -> dict[str, Any]:
        number = call.params["id"]
        return self.find(call, "campaigns", number, "1013", f"Campaign with id {number} not found")

    def _brief(self, doc: dict[str, Any]) -> dict[str, Any]:
        program = self.store.get("programs", str(doc["parentProgramId"])) or {}
        inside = {"programId": program["id"], "programName": program["name"]} if program else {}
        kept = {key: doc[key] for key in ("id", "name", "description", "type", "createdAt", "updatedAt")}
        return {**kept, "workspaceName": "Default", **inside, "active": doc["isActive"]}

    def _schedule(self, call: Call) -> Response:
        doc = self._runnable(call)
        if doc["type"] != "batch":
            refuse(call, "1003", f"Campaign {doc['id']} is not a batch campaign")
        self._given(call, {})
        return lead(call, [{"id": doc["id"]}])

    def _request(self, call: Call) -> Response:
        doc = self._runnable(call)
        people = self._given(call, {"leads": []})["leads"]
        if doc["type"] != "trigger" or not doc["isActive"]:
            refuse(call, "1003", f"Campaign {doc['id']} is not an active trigger campaign")
        if not isinstance(people, list) or not people or len(people) > MOST_REQUESTED:
            refuse(call, "1003", f"Between 1 and {MOST_REQUESTED} leads are required")
        for each in people:
            number = each.get("id") if isinstance(each, dict) else each
            self.find(call, "leads", number, "1004", f"Lead '{number}' not found")
        return lead(call, [{"id": doc["id"]}])

    def _given(self, call: Call, default: dict[str, Any]) -> dict[str, Any]:
        """What stands under `input`; a schedule may say nothing at all."""
        found = json_of(call).get("input", {}) if call.body else {}
        if not isinstance(found, dict) or len(found.get("tokens") or []) > MOST_REQUESTED:
            refuse(call, "1003", "Invalid value for input")
        return {**default, **found}

    def build(self, program: str, name: str, triggers: list[str], flow: list[str]) -> int:
        """Make a campaign in a program if it is not there, and give it triggers and a flow, as a person does."""
        parent = self.named("programs", program)
        if parent is None:
            raise ValueError(f"no program {program}")
        folder = {"id": parent["id"], "type": "Program"}
        own = (doc for doc in self.store.list("campaigns") if doc["folder"] == folder and doc["name"] == name)
        doc = next(own, None) or new_campaign(self, name, folder, "")
        rules = {**_NO_RULES, "triggers": [_rule(number, each) for number, each in enumerate(triggers, start=1)]}
        self.store.put("campaign_logic", str(doc["id"]), {"rules": rules, "flow": flow})
        self.store.put("campaigns", str(doc["id"]), {**doc, "type": "trigger" if triggers else "batch"})
        return int(doc["id"])


def _rule(number: int, name: str) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "ruleTypeId": 100 + number,
        "ruleType": "Trigger",
        "operator": "is",
        "conditions": [],
    }
