"""Custom objects: a change is a draft that is approved as a whole, or discarded.

Whatever call a run dies at, Marketo keeps the old approved version until the last call, which swaps in the new one. A draft
that a dead run left behind is taken up again, if it holds nothing but what is wanted; anybody else's is left alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mopsctl.errors import SystemError_, VendorError
from mopsctl.resource import Observation, Result, Write
from mopsctl_marketo.api import MarketoApi, first, result
from mopsctl_marketo.convert.custom_native import (
    FIXED,
    field_json,
    field_update,
    fixed_parts,
    object_attributes,
    object_body,
    state_of,
    versions,
)
from mopsctl_marketo.live.collection import Collection, Found, done, failed, refused

SCHEMA = "/rest/v1/customobjects/schema"
_PLAIN = ("label", "plural", "description")
_HINTS = {
    "in use": "the object's dependent assets use it: take it out there first",
    "1022": "the object's dependent assets use it: take it out there first",
}
Attributes = Mapping[str, Any]


class CustomObjects(Collection):
    """Custom object types."""

    kinds = ("custom-object",)

    def observe(self, kind: str, names: frozenset[str]) -> Found:
        """Every custom object, in its approved version where it has one."""
        docs = {str(doc.get("name") or doc.get("apiName")): doc for doc in result(self.api.get(f"{SCHEMA}.json"))}
        return {name: self._observation(name, docs[name]) for name in sorted(docs)}

    def _observation(self, name: str, doc: Mapping[str, Any]) -> Observation:
        shown = versions(doc)
        state = "draft" if "approved" not in shown else "approved"
        return Observation(
            self.address("custom-object", name),
            object_attributes(shown.get("approved", shown.get("draft", {})), state),
            name,
        )

    def write(self, write: Write) -> Result:
        """Make, change or delete one custom object."""
        name = write.address.name
        try:
            if write.action == "remove":
                self.api.post(f"{SCHEMA}/{name}/delete.json")
                return done(write, note="A custom object is deleted for good, with its records.")
            standing = _Standing.of(self.api, name) if write.observed else _Standing()
        except VendorError as error:
            return refused(write, error, _HINTS)
        problem = _fixed(standing, write.target) or _foreign_draft(standing, write.target)
        if problem:
            return failed(write, problem, "settle it by hand through the API, or change the manifest", "draft")
        return self._transaction(write, standing)

    def _transaction(self, write: Write, standing: _Standing) -> Result:
        name = write.address.name
        try:
            for path, body in _edits(name, standing, write.target):
                self.api.post(f"{SCHEMA}{path}.json", body)
            self.api.post(f"{SCHEMA}/{name}/approve.json")
        except VendorError as error:
            found = refused(write, error, _HINTS)
            left = "" if found.code == "exists" else self._take_back(name, standing)
            return failed(write, found.error, " ".join(part for part in (found.hint, left) if part), found.code)
        return done(write, name)

    def _take_back(self, name: str, standing: _Standing) -> str:
        """After a refusal: discard the draft, or the whole object where it was never approved; how that went."""
        call = "discardDraft" if standing.approved is not None else "delete"
        with contextlib.suppress(SystemError_):
            self.api.post(f"{SCHEMA}/{name}/{call}.json")
            return "Marketo has what it had before." if standing.approved is not None else "Nothing of it is left."
        return "A draft is left; the next apply takes it up again."


@dataclass(frozen=True, slots=True)
class _Standing:
    """The versions that an object has right now."""

    approved: Attributes | None = None
    draft: Attributes | None = None

    @classmethod
    def of(cls, api: MarketoApi, name: str) -> _Standing:
        doc = first(api.get(f"{SCHEMA}/{name}/describe.json")) or {}
        shown = dict(versions(doc))
        if state_of(doc) == "approvedWithDraft" and "draft" not in shown:
            shown["draft"] = first(api.get(f"{SCHEMA}/{name}/describe.json", state="draft")) or {}
        return cls(**{which: object_attributes(each, which) for which, each in shown.items()})

    @property
    def base(self) -> Attributes:
        """What the next edit starts from."""
        return self.draft or self.approved or {}


def _edits(name: str, standing: _Standing, target: Attributes) -> list[tuple[str, Any]]:
    """The calls that lead from what stands there to what is wanted, without the approval."""
    base, wanted = standing.base, target.get("fields") or {}
    have = base.get("fields") or {}
    calls: list[tuple[str, Any]] = []
    if not base or any(base.get(key) != target[key] for key in _PLAIN if key in target):
        action = "updateOnly" if base else "createOnly"
        calls.append(("", {"action": action, **object_body(name, target)}))
    gone = [{"name": key} for key in sorted(have) if key not in wanted]
    if gone:  # first, because Marketo counts fields
        calls.append((f"/{name}/deleteField", {"input": gone}))
    added = [field_json(key, wanted[key]) for key in sorted(wanted) if key not in have]
    if added:
        calls.append((f"/{name}/addField", {"input": added}))
    changed = [key for key in sorted(wanted) if key in have and wanted[key] != have[key]]
    calls += [(f"/{name}/{key}/updateField", field_update(have[key], wanted[key])) for key in changed]
    return calls


def _fixed(standing: _Standing, target: Attributes) -> str:
    found = fixed_parts(standing.approved or {}, target)
    return f"{FIXED}: {', '.join(found)} cannot change." if found else ""


def _foreign_draft(standing: _Standing, target: Attributes) -> str:
    """A draft that holds something that is neither the approved version nor wanted: somebody else's work."""
    if standing.draft is None or standing.approved is None:
        return ""
    parts = [key for key in _PLAIN if standing.draft.get(key) not in (standing.approved.get(key), target.get(key))]
    drafted, approved = standing.draft.get("fields") or {}, standing.approved.get("fields") or {}
    wanted = target.get("fields") or {}
    parts += [
        key for key in sorted({*drafted, *approved}) if drafted.get(key) not in (approved.get(key), wanted.get(key))
    ]
    return (
        f"The object has a draft that is not of this plan ({', '.join(parts)}): approve or discard it first."
        if parts
        else ""
    )
