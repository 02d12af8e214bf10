"""Custom permissions and permission sets with what they grant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import seed
from mopsctl_salesforce.emulator.access import is_calculated, is_secured
from mopsctl_salesforce.emulator.refusals import ComponentError, Taken

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator


class Rights:
    """Takes permissions into an org."""

    def __init__(self, org: SalesforceEmulator) -> None:
        self._org = org
        self._store = org.store

    def custom_permission(self, name: str, content: Doc) -> Taken:
        """Create or replace a custom permission."""
        if not content.get("label"):
            raise ComponentError("Required field is missing: label", "REQUIRED_FIELD_MISSING")
        known = self._store.get("CustomPermission", name)
        row_id = known["Id"] if known else seed.new_id(self._store, "CustomPermission")
        row = {
            "Id": row_id,
            "DeveloperName": name,
            "MasterLabel": content["label"],
            "Description": content.get("description"),
            "NamespacePrefix": None,
        }
        self._store.put("CustomPermission", name, row)
        return Taken(row_id, created=known is None, changed=known != row)

    def permission_set(self, name: str, content: Doc) -> Taken:
        """Create or change a permission set with its field and custom permissions."""
        if not content.get("label"):
            raise ComponentError("Required field is missing: label", "REQUIRED_FIELD_MISSING")
        known = next((each for each in self._store.list("PermissionSet") if each["Name"] == name), None)
        row_id = known["Id"] if known else seed.new_id(self._store, "PermissionSet")
        row = {
            "Id": row_id,
            "Name": name,
            "Label": content["label"],
            "Description": content.get("description"),
            "IsOwnedByProfile": False,
            "ProfileId": None,
            "NamespacePrefix": None,
        }
        self._store.put("PermissionSet", row_id, row)
        self._grant_fields(row_id, content.get("fieldPermissions") or [])
        self._grant_permissions(row_id, content.get("customPermissions") or [])
        return Taken(row_id, created=known is None)

    def _grant_fields(self, parent: str, wanted: Sequence[Doc]) -> None:
        own = {each["Field"]: each for each in self._store.list("FieldPermissions") if each["ParentId"] == parent}
        named = set()
        for each in wanted:
            name = each["field"]
            self._check_right(name, each)
            named.add(name)
            row_id = own[name]["Id"] if name in own else seed.new_id(self._store, "FieldPermissions")
            if each.get("readable"):
                row = {
                    "Id": row_id,
                    "ParentId": parent,
                    "SobjectType": name.partition(".")[0],
                    "Field": name,
                    "PermissionsRead": True,
                    "PermissionsEdit": bool(each.get("editable")),
                }
                self._store.put("FieldPermissions", row_id, row)
            else:
                self._store.delete("FieldPermissions", row_id)
        if self._org.switch("permission_set_mode") == "replace":
            for name in own.keys() - named:
                self._store.delete("FieldPermissions", own[name]["Id"])

    def _check_right(self, name: str, right: Doc) -> None:
        field = self._org.field(name)
        if field is None:
            raise ComponentError(f"In field: field - no CustomField named {name} found", "INVALID_CROSS_REFERENCE_KEY")
        if not is_secured(field):
            raise ComponentError(f"You cannot deploy to a required field: {name}")
        if right.get("editable") and (is_calculated(field) or not right.get("readable")):
            raise ComponentError(f"Field {name} is not editable")

    def _grant_permissions(self, parent: str, wanted: Sequence[Doc]) -> None:
        known = {each["DeveloperName"]: each["Id"] for each in self._store.list("CustomPermission")}
        own = {
            each["SetupEntityId"]: each["Id"]
            for each in self._store.list("SetupEntityAccess")
            if each["ParentId"] == parent
        }
        for each in wanted:
            if each["name"] not in known:
                raise ComponentError(
                    f"In field: name - no CustomPermission named {each['name']} found", "INVALID_CROSS_REFERENCE_KEY"
                )
            entity = known[each["name"]]
            if each.get("enabled") and entity not in own:
                row_id = seed.new_id(self._store, "SetupEntityAccess")
                self._store.put(
                    "SetupEntityAccess",
                    row_id,
                    {"Id": row_id, "ParentId": parent, "SetupEntityId": entity, "SetupEntityType": "CustomPermission"},
                )
            elif not each.get("enabled") and entity in own:
                self._store.delete("SetupEntityAccess", own[entity])

    def destroy(self, name: str, warning: str) -> Taken:
        """Delete a permission set that nobody has; one that is not there is a warning."""
        known = next((each for each in self._store.list("PermissionSet") if each["Name"] == name), None)
        if known is None:
            return Taken("", changed=False, warning=warning)
        if any(each["PermissionSetId"] == known["Id"] for each in self._store.list("PermissionSetAssignment")):
            raise ComponentError(f"The permission set {name} is assigned to users", "DEPENDENCY_EXISTS")
        for collection in ("FieldPermissions", "SetupEntityAccess"):
            for row in self._store.list(collection):
                if row["ParentId"] == known["Id"]:
                    self._store.delete(collection, row["Id"])
        self._store.delete("PermissionSet", known["Id"])
        return Taken(known["Id"])
