"""Mapping documents become lead conversion pairs, the connector's own permission set, and fields only it may edit."""

from __future__ import annotations

from mopsctl.element import Mapping_, MappingRow
from mopsctl.provider import table
from mopsctl.resource import Json
from mopsctl_salesforce import names
from mopsctl_salesforce.convert.work import Draft, Work

CONVERSION_TARGETS = ("Account", "Contact", "Opportunity")


def add(work: Work, mapping: Mapping_) -> None:
    """Take in one mapping document as seen from Salesforce."""
    own_set = names.SYNC_SET + names.api_name(mapping.there).lower()
    for row in mapping.rows:
        _guard(work, mapping, row, own_set)
        _rights(work, mapping, row, own_set)
        _conversion(work, row)
    if mapping.connector_of == "" and mapping.first:
        work.manual(
            "setting",
            f"mapping.{mapping.name}.table",
            "mapping.direction",
            mapping.origin,
            title=f"{mapping.title}: the whole table",
            steps=tuple(table.steps(mapping)),
        )
    if own_set in work.grants:
        _assignment(work, mapping, own_set)


def is_guarded(mapping: Mapping_, row: MappingRow) -> bool:
    """Whether everybody but the connector may only read the field here."""
    return row.guard in (f"{mapping.here}-readonly", "salesforce-readonly")


def may_edit(mapping: Mapping_, row: MappingRow) -> bool:
    """Whether the connector writes this field here."""
    return row.sync not in ("none", f"{mapping.here}-wins")


def _drafts(work: Work, row: MappingRow) -> list[Draft]:
    found = (work.drafts.get(f"{object_name}.{name}") for object_name, name in row.here.names)
    return [draft for draft in found if draft is not None]


def _guard(work: Work, mapping: Mapping_, row: MappingRow, own_set: str) -> None:
    if not is_guarded(mapping, row):
        return
    for draft in _drafts(work, row):
        problem = _unguardable(draft)
        if problem:
            work.say(
                "SF040",
                "error",
                f"{draft.name} cannot be kept from being edited: {problem}.",
                row.origin.source,
                hint="take the guard away, or change the field",
                address=str(work.field_address(draft.name)),
            )
            continue
        work.guarded.setdefault(draft.name, set()).add(own_set)
        needs = (work.field_address(draft.name), work.address("permission-set", own_set))
        step = (
            f"Setup > Object Manager > {draft.field.object} > Fields & Relationships > {draft.field.name} > Set Field-Level"
            f" Security: take edit away from every profile; only the permission set {own_set} may edit."
        )
        made = work.made(
            row.origin,
            "field-access",
            draft.name,
            draft.title,
            {"editors": []},
            cell="mapping.guard",
            steps=(step,),
            needs=needs,
        )
        work.add(made)


def _unguardable(draft: Draft) -> str:
    if draft.attributes.get("required") is True:
        return "a required field has no field-level security"
    return "it is a formula here, so nothing can write it and nothing wins over it" if draft.formula else ""


def _rights(work: Work, mapping: Mapping_, row: MappingRow, own_set: str) -> None:
    if row.sync == "none":
        return
    for draft in _drafts(work, row):
        if grantable(draft):
            edit = may_edit(mapping, row) and editable(draft)
            grant(work, own_set, draft, edit=edit)


def grantable(draft: Draft) -> bool:
    """Whether field-level security exists for the field, and mopsctl may set it."""
    if not draft.custom or draft.field.origin.manage != "write":
        return False
    return draft.attributes.get("required") is not True and draft.attributes.get("type") != "MasterDetail"


def editable(draft: Draft) -> bool:
    """Whether anybody can be let edit the field."""
    return not draft.formula and draft.attributes.get("type") not in ("Summary", "AutoNumber")


def grant(work: Work, permission_set: str, draft: Draft, *, edit: bool) -> None:
    """Let holders of the permission set read the field, and edit it where asked; the wider right stays."""
    rights = work.grants.setdefault(permission_set, {}).setdefault(draft.name, {"read": True, "edit": False})
    rights["edit"] = rights["edit"] or edit


def _conversion(work: Work, row: MappingRow) -> None:
    by_object = {draft.field.object: draft for draft in _drafts(work, row) if draft.custom and not draft.formula}
    lead = by_object.get("Lead")
    targets = [by_object[name] for name in CONVERSION_TARGETS if name in by_object]
    if lead is None or not targets:
        return
    pairs: dict[str, Json] = {draft.name: {"from": lead.field.name} for draft in targets}
    needs = [work.field_address(draft.name) for draft in (lead, *targets)]
    made = work.made(
        row.origin,
        "lead-conversion",
        names.CONVERSION,
        "lead conversion",
        {"pairs": pairs},
        cell="mapping.conversion",
        needs=needs,
    )
    work.add(made)


def _assignment(work: Work, mapping: Mapping_, own_set: str) -> None:
    users = work.connection.settings.get("connector_users", {})
    if not isinstance(users, dict):
        message = f"The setting connector_users of {work.connection.system} is no list of usernames by system."
        work.say("SF042", "error", message, mapping.origin.source, hint="it reads {hubspot: sync@example.com}")
    user = users.get(mapping.there) if isinstance(users, dict) else None
    attributes: dict[str, Json] = {"users": {str(user): {"assigned": True}}} if user else {"assigned": True}
    step = (
        f"Setup > Permission Sets > {own_set} > Manage Assignments: add the user that {mapping.connector} signs in as, and see to"
        " it that its profile grants no edit on these fields."
    )
    made = work.made(
        mapping.origin,
        "permission-assignment",
        own_set,
        own_set,
        attributes,
        cell="mapping.direction",
        mode="write" if user else "verify",
        steps=(step,),
        needs=(work.address("permission-set", own_set),),
    )
    work.add(made)
