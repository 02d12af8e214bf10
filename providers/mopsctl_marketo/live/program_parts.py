"""What lies inside a program: My Tokens and smart campaigns, with the rules of their smart lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mopsctl.errors import VendorError
from mopsctl.provider.contract import Step
from mopsctl.resource import Observation, Result, Write
from mopsctl_marketo.api import MarketoApi, first, result
from mopsctl_marketo.convert.native import campaign_attributes, campaign_description, token_attributes, token_text
from mopsctl_marketo.live.collection import Collection, Found, done, failed, refused
from mopsctl_marketo.live.tree import Tree
from mopsctl_marketo.names import inside
from mopsctl_marketo.settings import Settings

_WRITABLE_TOKENS = frozenset({"date", "number", "rich text", "score", "sfdc campaign", "text"})
_NO_FOLDER = frozenset({"702", "710"})
_ACTIVATION = {
    "trigger": "open the campaign: it needs a trigger, at least one flow step, and nothing marked red; then apply again",
    "flow": "open the campaign: it needs a trigger, at least one flow step, and nothing marked red; then apply again",
    "valid": "open the campaign: it needs a trigger, at least one flow step, and nothing marked red; then apply again",
}


class InPrograms(Collection):
    """A collection whose things are read program by program."""

    def __init__(self, api: MarketoApi, settings: Settings, tree: Tree) -> None:
        super().__init__(api, settings)
        self._tree = tree

    def programs(self, names: frozenset[str]) -> Iterator[tuple[str, int]]:
        """The programs that the names lie in, with their numbers; those that are not there hold nothing."""
        for program in sorted({inside(name)[0] for name in names}):
            program_id = self._tree.program_id(program)
            if program_id is not None:
                yield program, program_id


class Tokens(InPrograms):
    """My Tokens of programs. Inherited ones belong to the folder they are defined in."""

    kinds = ("token",)

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """Every token of each program that was asked for."""
        found: Found = {}
        for program, program_id in self.programs(names):
            for doc in self._listed(program_id):
                name = f"{program}/{doc['name']}"
                found[name] = self._observation(kind, name, doc)
        return dict(sorted(found.items()))

    def _listed(self, program_id: int) -> list[dict[str, Any]]:
        try:
            answer = self.api.get(f"/rest/asset/v1/folder/{program_id}/tokens.json", folderType="Program")
        except VendorError as error:
            if error.code in _NO_FOLDER:
                return []
            raise
        return [doc for folder in result(answer) for doc in folder.get("tokens") or []]

    def _observation(self, kind: str, name: str, doc: dict[str, Any]) -> Observation:
        attributes = token_attributes(doc)
        writable = attributes["type"] in _WRITABLE_TOKENS
        return Observation(
            self.address(kind, name),
            attributes,
            remote_id=name,
            writable=None if writable else frozenset(),
            why_not="" if writable else f"Marketo's API only shows tokens of the type {attributes['type']}.",
            removable=writable,
        )

    def write(self, write: Write) -> Result:
        """Write or delete a token; one of another type is deleted first, because a type never changes."""
        program, name = inside(write.address.name)
        program_id = self._tree.program_id(program)
        if program_id is None:
            return failed(write, f"Marketo has no program '{program}' to hold the token '{name}'.")
        path = f"/rest/asset/v1/folder/{program_id}/tokens"
        try:
            if write.action == "remove" or "type" in write.touched():
                # Of another type it is made anew, which works either way (fact: marketo-token-types).
                self._delete(path, name, write)
            if write.action != "remove":
                kind = str(write.target["type"])
                value = token_text(kind, write.target["value"])
                self.api.submit(f"{path}.json", name=name, type=kind, value=value, folderType="Program")
        except VendorError as error:
            return refused(write, error)
        note = "It counts for future events only; points that people have stay." if write.action == "change" else ""
        return done(write, write.address.name, note)

    def _delete(self, path: str, name: str, write: Write) -> None:
        if write.observed is not None:
            self.on_step(Step(write.address, None))
            kind = str(write.observed.attributes["type"])
            self.api.submit(f"{path}/delete.json", name=name, type=kind, folderType="Program")


class Campaigns(InPrograms):
    """Smart campaigns of programs: cloned from a template, described, activated."""

    kinds = ("campaign",)

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """Every smart campaign of each program that was asked for."""
        found: Found = {}
        for program, program_id in self.programs(names):
            for doc in self.listed(program_id):
                name = f"{program}/{doc['name']}"
                found[name] = Observation(self.address(kind, name), campaign_attributes(doc), remote_id=str(doc["id"]))
        return dict(sorted(found.items()))

    def listed(self, program_id: int) -> list[dict[str, Any]]:
        """The smart campaigns of one program, those in its folders included."""
        folder = f'{{"id":{program_id},"type":"Program"}}'
        return self.api.asset_pages("/rest/asset/v1/smartCampaigns.json", folder=folder)

    def write(self, write: Write) -> Result:
        """Clone, describe, switch on or off, or delete a smart campaign."""
        try:
            if write.action == "add":
                return self._clone(write)
            campaign_id = (write.observed.remote_id if write.observed else None) or "0"
            if write.action == "remove":
                self.api.submit(f"/rest/asset/v1/smartCampaign/{campaign_id}/delete.json")
                return done(write)
            if write.touched() & {"description", "template"}:
                words = campaign_description(write.target)
                self.api.submit(f"/rest/asset/v1/smartCampaign/{campaign_id}.json", description=words)
            if "active" in write.touched():
                self._switch(campaign_id, on=bool(write.target["active"]))
            return done(write, campaign_id)
        except VendorError as error:
            return refused(write, error, _ACTIVATION)

    def _clone(self, write: Write) -> Result:
        program, name = inside(write.address.name)
        template_program, template = inside(str(write.target.get("template", "")))
        program_id = self._tree.program_id(program)
        source = self._template(template_program, template)
        if program_id is None or source is None:
            lacking = (
                f"program '{program}'" if program_id is None else f"smart campaign '{template}' in '{template_program}'"
            )
            return failed(
                write,
                f"Marketo has no {lacking}, so '{name}' cannot be cloned.",
                "make it on the screen, then apply again",
            )
        made = self.api.submit(
            f"/rest/asset/v1/smartCampaign/{source}/clone.json",
            name=name,
            folder={"id": program_id, "type": "Program"},
            description=campaign_description(write.target),
        )
        campaign_id = str((first(made) or {}).get("id", ""))
        if not write.target.get("active"):
            return done(write, campaign_id)
        try:
            self._switch(campaign_id, on=True)
        except VendorError as error:
            return refused(write, error, _ACTIVATION)
        return done(write, campaign_id)

    def _template(self, program: str, name: str) -> int | None:
        program_id = self._tree.program_id(program) if program else None
        campaigns = self.listed(program_id) if program_id is not None else []
        return next((int(doc["id"]) for doc in campaigns if doc.get("name") == name), None)

    def _switch(self, campaign_id: str, *, on: bool) -> None:
        self.api.submit(f"/rest/asset/v1/smartCampaign/{campaign_id}/{'activate' if on else 'deactivate'}.json")


class CampaignRules(Campaigns):
    """The triggers of smart campaigns, as far as Marketo's API shows them: one call for each campaign asked for."""

    kinds = ("campaign-rules",)

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """The rules of the smart campaigns that were asked for."""
        found: Found = {}
        for program, program_id in self.programs(names):
            for doc in self.listed(program_id):
                name = f"{program}/{doc['name']}"
                if name in names:
                    found[name] = self._rules(kind, name, int(doc["id"]))
        return dict(sorted(found.items()))

    def _rules(self, kind: str, name: str, campaign_id: int) -> Observation:
        path = f"/rest/asset/v1/smartCampaign/{campaign_id}/smartList.json"
        rules = (first(self.api.get(path, includeRules="true")) or {}).get("rules") or {}
        # Objects with a name, or plain texts (fact: marketo-smart-list-triggers).
        triggers = sorted(str(each["name"] if isinstance(each, dict) else each) for each in rules.get("triggers") or [])
        return Observation(
            self.address(kind, name), {"triggers": triggers}, str(campaign_id), frozenset(), removable=False
        )

    def write(self, write: Write) -> Result:
        """Rules are never written."""
        return Collection.write(self, write)
