"""Field-level security: what a user sees and may edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mopsctl.emulator import Doc

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator


def is_secured(field: Doc) -> bool:
    """Whether field-level security exists for the field; required fields and master-detail have none."""
    if not field["custom"]:
        return bool(field["permissionable"])
    return not field["metadata"].get("required") and field["metadata"]["type"] != "MasterDetail"


def is_calculated(field: Doc) -> bool:
    """Whether a formula or roll-up gives the value."""
    return bool(field["metadata"].get("formula")) or field["metadata"]["type"] in ("Summary", "AutoNumber")


def sets_of(org: SalesforceEmulator, user: str) -> set[str]:
    """The permission sets a user has, that of the profile included."""
    profile = (org.store.get("User", user) or {}).get("ProfileId")
    own = {each["PermissionSetId"] for each in org.store.list("PermissionSetAssignment") if each["AssigneeId"] == user}
    return own | {
        each["Id"] for each in org.store.list("PermissionSet") if each.get("ProfileId") == profile and profile
    }


def readable(org: SalesforceEmulator, user: str) -> set[str]:
    """The secured fields a user sees, as `Object.Name`."""
    own = sets_of(org, user)
    return {
        each["Field"]
        for each in org.store.list("FieldPermissions")
        if each["ParentId"] in own and each["PermissionsRead"]
    }


def visible_fields(org: SalesforceEmulator, user: str, object_name: str) -> list[Doc]:
    """The fields of an object that a user sees."""
    seen = readable(org, user)
    return [
        field for field in org.fields(object_name) if not is_secured(field) or f"{object_name}.{field['name']}" in seen
    ]


def permissions(org: SalesforceEmulator, user: str) -> frozenset[str]:
    """The custom permissions a user has."""
    own = sets_of(org, user)
    granted = {each["SetupEntityId"] for each in org.store.list("SetupEntityAccess") if each["ParentId"] in own}
    return frozenset(each["DeveloperName"] for each in org.store.list("CustomPermission") if each["Id"] in granted)
