"""What a person does in Setup and on records, for tests and trials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import rows, seed
from mopsctl_salesforce.emulator.access import is_calculated
from mopsctl_salesforce.emulator.components import Components

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator


def actions(org: SalesforceEmulator) -> Mapping[str, Callable[..., Any]]:
    """Every action by name."""
    screens = _Screens(org)
    return {
        "create_field": screens.create_field,
        "change_field": screens.change_field,
        "delete_field": screens.delete_field,
        "add_value": screens.add_value,
        "create_value_set": screens.create_value_set,
        "allow": screens.allow,
        "create_record": screens.create_record,
        "create_record_type": screens.create_record_type,
        "map_conversion": screens.map_conversion,
        "lock_org": screens.lock_org,
        "use_in_apex": screens.use_in_apex,
        "turn_feature_off": screens.turn_feature_off,
        "fail_tests": screens.fail_tests,
        "register_certificate": screens.register_certificate,
        "end_sessions": screens.end_sessions,
        "set_organization": screens.set_organization,
    }


class _Screens:
    def __init__(self, org: SalesforceEmulator) -> None:
        self._org = org
        self._store = org.store

    def create_field(
        self, name: str, metadata: dict[str, Any], visible: bool = True, namespace: str | None = None
    ) -> str:
        """Make a custom field; on the screens a new field is made visible right away."""
        number = (
            Components(self._org).fields.take(name.replace(f".{namespace}__", ".") if namespace else name, metadata).id
        )
        if namespace:
            self._package(name, namespace)
        if visible:
            for profile in seed.PROFILES:
                self.allow(name, profile["Name"])
        return number

    def _package(self, name: str, namespace: str) -> None:
        plain = name.replace(f".{namespace}__", ".")
        field = self._org.field(plain) or {}
        self._org.drop_field(plain)
        self._org.put_field({**field, "name": name.partition(".")[2], "namespace": namespace})

    def change_field(self, name: str, **changes: Any) -> None:
        """Change metadata of a custom field."""
        field = self._org.field(name)
        if field is None:
            raise ValueError(f"there is no field {name}")
        Components(self._org).fields.take(name, {**field["metadata"], **changes})

    def delete_field(self, name: str) -> None:
        """Delete a custom field."""
        Components(self._org).destroy("CustomField", name)

    def add_value(self, value_set: str, value: str, **flags: Any) -> None:
        """Add a value to a standard value set."""
        row = self._store.get("StandardValueSet", value_set)
        if row is None:
            raise ValueError(f"there is no value set {value_set}")
        new = {"valueName": value, "label": value, "default": False, "isActive": True, **flags}
        row["Metadata"]["standardValue"].append(new)
        self._store.put("StandardValueSet", value_set, row)

    def create_value_set(self, name: str, values: list[str]) -> None:
        """Make a global value set."""
        listed = [{"valueName": value, "label": value} for value in values]
        Components(self._org).take("GlobalValueSet", name, {"masterLabel": name, "customValue": listed})

    def allow(self, field: str, profile: str, edit: bool = True, read: bool = True) -> None:
        """Set the field-level security of a profile; a field that is calculated is only shown."""
        profile_id = next(each["Id"] for each in seed.PROFILES if each["Name"] == profile)
        shadow = next(each["Id"] for each in self._store.list("PermissionSet") if each["ProfileId"] == profile_id)
        for row in self._store.list("FieldPermissions"):
            if row["ParentId"] == shadow and row["Field"] == field:
                self._store.delete("FieldPermissions", row["Id"])
        found = self._org.field(field) or {"metadata": {}}
        calculated = bool(found["metadata"]) and is_calculated(found)
        if read and not found["metadata"].get("required"):
            object_name = field.partition(".")[0]
            values = {"ParentId": shadow, "SobjectType": object_name, "Field": field}
            rights = {"PermissionsRead": True, "PermissionsEdit": edit and not calculated}
            rows.create(self._org, "", "FieldPermissions", {**values, **rights})

    def create_record(self, object_name: str, **values: Any) -> str:
        """Make a record, with values no rule looks at."""
        row_id = seed.new_id(self._store, object_name)
        self._store.put(f"rows:{object_name}", row_id, {"Id": row_id, "IsDeleted": False, **values})
        return row_id

    def create_record_type(
        self, object_name: str, name: str, lists: dict[str, list[str]], process: list[str] | None = None
    ) -> None:
        """Make a record type that offers these values, and these of the process picklist; punctuation is stored encoded."""
        process_id = self._process(object_name, name, process) if process is not None else None
        offered = [
            {"picklist": field, "values": [{"valueName": _encoded(value), "default": False} for value in values]}
            for field, values in lists.items()
        ]
        row_id = seed.new_id(self._store, "RecordType")
        record_type: Doc = {
            "Id": row_id,
            "Name": name,
            "DeveloperName": name.replace(" ", "_"),
            "SobjectType": object_name,
            "IsActive": True,
            "BusinessProcessId": process_id,
            "FullName": f"{object_name}.{name}",
            "Metadata": {"active": True, "label": name, "picklistValues": offered},
        }
        self._store.put("RecordType", row_id, record_type)

    def _process(self, object_name: str, name: str, values: list[str]) -> str:
        row_id = seed.new_id(self._store, "BusinessProcess")
        listed = [{"fullName": _encoded(value), "default": False} for value in values]
        metadata = {"isActive": True, "values": listed}
        row: Doc = {"Id": row_id, "Name": name, "FullName": f"{object_name}.{name}", "Metadata": metadata}
        self._store.put("BusinessProcess", row_id, row)
        return row_id

    def map_conversion(self, pairs: dict[str, str]) -> None:
        """Map lead fields to fields of other objects, `{"Contact.X__c": "X__c"}`."""
        mappings = [
            {
                "inputObject": "Lead",
                "outputObject": target,
                "mappingFields": [
                    {"inputField": lead, "outputField": name.partition(".")[2]}
                    for name, lead in sorted(pairs.items())
                    if name.startswith(f"{target}.")
                ],
            }
            for target in sorted({name.partition(".")[0] for name in pairs})
        ]
        Components(self._org).conversion("LeadConvertSettings", {"objectMapping": mappings})

    def use_in_apex(self, name: str) -> None:
        """Somebody writes a class that reads the field."""
        self._store.put("_apex", name, {"name": name})

    def turn_feature_off(self, value_set: str) -> None:
        """The feature that a standard value set belongs to is turned off."""
        self._store.put("_features_off", value_set, {"name": value_set})

    def fail_tests(self, test: str = "", message: str = "", coverage: str = "") -> None:
        """From now on deployments fail on a test of the org, or on its coverage; nothing said ends that."""
        self._store.set_setting("tests", {"test": test, "message": message, "coverage": coverage})

    def lock_org(self, locked: bool = True) -> None:
        """Somebody else changes the org's setup, or is done with it."""
        self._store.set_setting("org_locked", locked)

    def register_certificate(self, public_key: str) -> None:
        """Upload the certificate of the app."""
        self._store.set_setting("certificate", public_key)

    def end_sessions(self) -> None:
        """End every session."""
        for token, _ in self._store.items("_tokens"):
            self._store.delete("_tokens", token)

    def set_organization(self, **values: Any) -> None:
        """Change what the org says of itself."""
        self._store.put("Organization", "org", {**(self._store.get("Organization", "org") or {}), **values})


def _encoded(value: str) -> str:
    return "".join(char if char.isalnum() or char == " " else f"%{ord(char):02X}" for char in value)
