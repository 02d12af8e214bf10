"""Permission sets that mopsctl owns: they make new fields visible, and say what a connector may edit."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.address import Address
from mopsctl.element import Origin
from mopsctl.provider.convert import together
from mopsctl.resource import Json
from mopsctl_salesforce import names
from mopsctl_salesforce.convert.mapping import editable, grant, grantable
from mopsctl_salesforce.convert.work import Draft, Work

_WORDS: Mapping[str, str] = {
    names.MANAGED_SET: "Makes the fields that mopsctl manages visible.",
    names.BYPASS: "Lets its holders move records between stages that no transition connects.",
}


def add(work: Work) -> None:
    """Gather every field that may be granted, then make the permission sets."""
    shown = [work.drafts[name] for name in sorted(work.drafts) if grantable(work.drafts[name])]
    for draft in shown:
        grant(work, names.MANAGED_SET, draft, edit=editable(draft) and draft.name not in work.guarded)
    for name in sorted({*work.grants, *work.permissions}):
        _permission_set(work, name, shown)
    if shown:
        _own_assignment(work, shown[0])


def _permission_set(work: Work, name: str, shown: list[Draft]) -> None:
    grants, permissions = work.grants.get(name, {}), sorted(work.permissions.get(name, ()))
    attributes: dict[str, Json] = {"label": name.replace("_", " "), "description": _words(name)}
    needs = set[Address]()  # none of the fields: one that is refused must not keep the others invisible
    if grants:
        attributes["fields"] = {field: grants[field] for field in sorted(grants)}
    if permissions:
        attributes["custom_permissions"] = {each: {"enabled": True} for each in permissions}
        needs |= {work.address("custom-permission", each) for each in permissions}
    row = (
        "lifecycle.transitions"
        if permissions
        else "field.visibility"
        if name == names.MANAGED_SET
        else "mapping.direction"
    )
    origin = together(work.deciders[name]) if name in work.deciders else _origin(shown)
    work.add(work.made(origin, "permission-set", name, name, attributes, cell=row, needs=needs))


def _words(name: str) -> str:
    usual = f"What {name.removeprefix(names.SYNC_SET)} may read and edit; for the user that its connector signs in as."
    return f"{_WORDS.get(name, usual)} Written by mopsctl: what is changed by hand is put back."


def _origin(shown: list[Draft]) -> Origin:
    """Permission sets come from all documents together; the first field's place stands for them."""
    first = shown[0].field.origin if shown else Origin()
    return Origin(document=first.document, source=first.source, owner=first.owner)


def _own_assignment(work: Work, first: Draft) -> None:
    name = names.MANAGED_SET
    attributes = {"users": {names.SELF: {"assigned": True}}}
    needs = (work.address("permission-set", name),)
    row = "field.visibility"
    work.add(work.made(_origin([first]), "permission-assignment", name, name, attributes, cell=row, needs=needs))
