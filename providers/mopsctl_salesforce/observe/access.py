"""Reads permission sets, who has them, who may edit guarded fields, and the rules that guard stages."""

from __future__ import annotations

from collections.abc import Iterable

from mopsctl.resource import Json, Observation
from mopsctl_salesforce import names
from mopsctl_salesforce.observe.look import Items, Look, Row, conversion_pairs, tooling_rows

_SETS = "SELECT Id, Name, Label, Description, NamespacePrefix FROM PermissionSet WHERE Name IN {list}"
_FIELDS = (
    "SELECT Id, Parent.Name, Field, PermissionsRead, PermissionsEdit FROM FieldPermissions"
    " WHERE Parent.Name IN {list} ORDER BY Field"
)
_GRANTED = (
    "SELECT Parent.Name, SetupEntityId FROM SetupEntityAccess"
    " WHERE SetupEntityType = 'CustomPermission' AND Parent.Name IN {list}"
)
_PERMISSIONS = "SELECT Id, DeveloperName, MasterLabel, Description FROM CustomPermission"
_ASSIGNED = (
    "SELECT Id, AssigneeId, Assignee.Username, PermissionSet.Name FROM PermissionSetAssignment"
    " WHERE PermissionSet.Name IN {list}"
)
_EDITORS = (
    "SELECT Id, Field, Parent.Name, Parent.IsOwnedByProfile, Parent.Profile.Name FROM FieldPermissions"
    " WHERE PermissionsEdit = true AND Field IN {list}"
)
_SECURED = "SELECT QualifiedApiName, IsFlsEnabled FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = {name}"
_RULES = (
    "SELECT Id, ValidationName, EntityDefinition.QualifiedApiName, Active, ErrorMessage, ErrorDisplayField, Description"
    " FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = {name}"
)
PROFILE = "profile "


def observe_sets(look: Look) -> Items:
    """The permission sets asked about, with their field and custom permissions."""
    asked = look.names("permission-set")
    rows = look.session.query_in(_SETS, asked)
    if not rows:
        return {}
    fields = _by_set(look.session.query_in(_FIELDS, asked))
    granted = _by_set(look.session.query_in(_GRANTED, asked))
    permissions = {row["Id"]: row["DeveloperName"] for row in _custom_permissions(look)} if granted else {}
    items: Items = {}
    for row in rows:
        own = {each["Field"]: _rights(each) for each in fields.get(row["Name"], [])}
        enabled = [permissions.get(each["SetupEntityId"], "") for each in granted.get(row["Name"], [])]
        attributes: dict[str, Json] = {
            "label": row["Label"],
            "description": row["Description"] or "",
            "fields": own,
            "custom_permissions": {name: {"enabled": True} for name in sorted(enabled) if name},
        }
        address = look.address("permission-set", row["Name"])
        items[address] = Observation(address, attributes, remote_id=row["Id"])
    return items


def _by_set(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["Parent"]["Name"], []).append(row)
    return found


def _rights(row: Row) -> dict[str, Json]:
    return {"read": row["PermissionsRead"], "edit": row["PermissionsEdit"]}


def _custom_permissions(look: Look) -> list[Row]:
    return look.session.query(_PERMISSIONS)


def observe_permissions(look: Look) -> Items:
    """Every custom permission."""
    items: Items = {}
    for row in _custom_permissions(look):
        address = look.address("custom-permission", row["DeveloperName"])
        attributes = {"label": row["MasterLabel"], "description": row["Description"] or ""}
        items[address] = Observation(address, attributes, remote_id=row["Id"])
    return items


def observe_assignments(look: Look) -> Items:
    """Who has the permission sets asked about; a set that nobody has is assigned to nobody, and so not there."""
    held: dict[str, list[Row]] = {}
    for row in look.session.query_in(_ASSIGNED, look.names("permission-assignment")):
        held.setdefault(row["PermissionSet"]["Name"], []).append(row)
    items: Items = {}
    for name, rows in sorted(held.items()):
        users: dict[str, Json] = {_holder(look, name, each): {"assigned": True} for each in rows}
        address = look.address("permission-assignment", name)
        items[address] = Observation(address, {"users": users, "assigned": True})
    return items


def _holder(look: Look, name: str, row: Row) -> str:
    """The username; the user that signed in is called so unless the manifests name it."""
    username = str(row["Assignee"]["Username"])
    own = same_id(row["AssigneeId"], look.session.token.user_id)
    wanted = look.attributes("permission-assignment", name).get("users") or {}
    return names.SELF if own and username not in wanted else username


def same_id(one: str, other: str) -> bool:
    """Whether two ids are the same; the last three of 18 characters only carry the case of the first 15."""
    return bool(one) and one[:15] == other[:15]


def observe_editors(look: Look) -> Items:
    """Which profiles and permission sets may edit the guarded fields; what mopsctl's own grant is theirs to say."""
    asked = look.names("field-access")
    rows = look.session.query_in(_EDITORS, asked)
    unsecured = _unsecured(look)
    items: Items = {}
    for field in asked:
        own = [row for row in rows if row["Field"] == field and not is_own(row)]
        address = look.address("field-access", field)
        editors = [editor(row) for row in own]
        why_not = _why_closed(field in unsecured, None in editors)
        items[address] = Observation(
            address,
            {} if why_not else {"editors": sorted({name for name in editors if name})},
            writable=frozenset() if why_not else None,
            why_not=why_not,
            removable=False,
            builtin=True,
        )
    return items


def _unsecured(look: Look) -> frozenset[str]:
    """Fields of the objects asked about that have no field-level security, such as required ones."""
    return frozenset(
        f"{name}.{row['QualifiedApiName']}"
        for name in look.objects("field-access")
        for row in look.session.query(_SECURED.format(name=names.quoted(name)), tooling=True)
        if not row["IsFlsEnabled"]
    )


def _why_closed(unsecured: bool, hidden: bool) -> str:
    if unsecured:
        return "Salesforce has no field-level security for the field, so everybody who may edit the record edits it."
    return "The profiles that may edit the field cannot be read by this user." if hidden else ""


def is_own(row: Row) -> bool:
    """Whether a right belongs to one of mopsctl's own permission sets."""
    return not row["Parent"]["IsOwnedByProfile"] and str(row["Parent"]["Name"]).startswith(names.OWN)


def editor(row: Row) -> str | None:
    """Who a field permission belongs to, in words; None where it is a profile whose name is not shown."""
    parent = row["Parent"]
    if not parent["IsOwnedByProfile"]:
        return str(parent["Name"])
    profile = parent.get("Profile")
    return f"{PROFILE}{profile['Name']}" if profile else None


def observe_rules(look: Look) -> Items:
    """Every validation rule of the objects asked about; formulas of those that were asked about by name."""
    rows = [
        row
        for name in look.objects("validation-rule") or list(names.OBJECTS)
        for row in look.session.query(_RULES.format(name=names.quoted(name)), tooling=True)
    ]
    asked = [row for row in rows if look.has("validation-rule", _rule_name(row))]
    full = tooling_rows(look.session, "ValidationRule", [row["Id"] for row in asked])
    metadata = {row["Id"]: found["Metadata"] for row, found in zip(asked, full, strict=True) if found is not None}
    items: Items = {}
    for row in rows:
        address = look.address("validation-rule", _rule_name(row))
        items[address] = Observation(address, _rule(row, metadata.get(row["Id"])), remote_id=row["Id"])
        if row["Id"] in metadata:
            look.raw[address] = metadata[row["Id"]]
    return items


def _rule_name(row: Row) -> str:
    return f"{row['EntityDefinition']['QualifiedApiName']}.{row['ValidationName']}"


def _rule(row: Row, metadata: Row | None) -> dict[str, Json]:
    found = {
        "message": row["ErrorMessage"],
        "display_field": row["ErrorDisplayField"] or "",
        "active": row["Active"],
        "description": row["Description"] or "",
    }
    return found | ({"formula": metadata["errorConditionFormula"].strip()} if metadata else {})


def observe_conversion(look: Look) -> Items:
    """The lead conversion mapping."""
    address = look.address("lead-conversion", names.CONVERSION)
    look.raw[address] = look.conversion
    return {address: Observation(address, {"pairs": conversion_pairs(look.conversion)}, removable=False)}
