"""Rows: records, consent rows, and the few setup objects that are written as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import describe, evaluate, formula, seed
from mopsctl_salesforce.emulator.access import is_calculated, is_secured, permissions, visible_fields
from mopsctl_salesforce.emulator.answers import RowError

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator


class SeveralFound(RowError):
    """An external id that several rows have."""

    def __init__(self, ids: list[str]) -> None:
        super().__init__("DUPLICATE_EXTERNAL_ID", f"The external id is not unique: {len(ids)} rows have it")
        self.ids = ids


_REFERENCES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "DataUseLegalBasis": (("DataUsePurpose", "LegalBasisId"),),
    "DataUsePurpose": (("CommSubscription", "DataUsePurposeId"),),
    "CommSubscription": (("CommSubscriptionChannelType", "CommunicationSubscriptionId"),),
    "EngagementChannelType": (("CommSubscriptionChannelType", "EngagementChannelTypeId"),),
}
"""Object to the columns that refer to it."""


def create(org: SalesforceEmulator, user: str, kind: str, values: Doc) -> str:
    """Create a row; its id."""
    if kind == "FieldPermissions":
        return _create_permission(org, values)
    if kind == "PermissionSetAssignment":
        return _create_assignment(org, values)
    _known(org, kind)
    row: Doc = {"Id": seed.new_id(org.store, kind), "IsDeleted": False}
    _check(org, user, kind, values)
    missing = [field["name"] for field in org.fields(kind) if _is_missing(field, values)]
    if missing:
        raise RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing)
    _unique(org, kind, values, "")
    org.store.put(f"rows:{kind}", row["Id"], row | values)
    return str(row["Id"])


def _known(org: SalesforceEmulator, kind: str) -> None:
    if kind not in seed.OBJECTS or (kind in seed.CONSENT_OBJECTS and org.switch("consent") == "off"):
        raise RowError("INVALID_TYPE", f"sObject type '{kind}' is not supported.")


def _is_missing(field: Doc, values: Mapping[str, Any]) -> bool:
    return (
        bool(field["metadata"].get("required"))
        and not field["metadata"].get("defaultValue")
        and not values.get(field["name"])
    )


_CREATE_ONLY: Mapping[str, frozenset[str]] = {
    "FieldPermissions": frozenset({"Field", "ParentId", "SobjectType"}),
    "CampaignMemberStatus": frozenset({"CampaignId"}),
}
"""Columns that keep the value they were made with."""


def _check_fixed(kind: str, values: Mapping[str, Any]) -> None:
    fixed = sorted(_CREATE_ONLY.get(kind, frozenset()) & values.keys())
    if fixed:
        raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", f"Unable to create/update fields: {', '.join(fixed)}.", fixed)


def update(org: SalesforceEmulator, user: str, kind: str, row_id: str, values: Doc) -> None:
    """Change a row."""
    _check_fixed(kind, values)
    if kind == "FieldPermissions":
        _update_permission(org, row_id, values)
        return
    _known(org, kind)
    row = org.store.get(f"rows:{kind}", row_id)
    if row is None:
        raise RowError("NOT_FOUND", "The requested resource does not exist")
    _check(org, user, kind, values)
    _unique(org, kind, values, row_id)
    _validate(org, user, kind, row | values, row)
    org.store.put(f"rows:{kind}", row_id, row | values)


def upsert(org: SalesforceEmulator, user: str, kind: str, key: str, values: Doc) -> tuple[str, bool]:
    """Create or change the row with this external id; its id, and whether it was created."""
    field = org.field(f"{kind}.{key}")
    seen = {each["name"] for each in visible_fields(org, user, kind)}
    if field is None or key not in seen or not field["metadata"].get("externalId"):
        raise RowError("NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {key}")
    found = [
        row for row in org.store.list(f"rows:{kind}") if str(row.get(key) or "").lower() == str(values.get(key)).lower()
    ]
    if not found:
        return create(org, user, kind, values), True
    if len(found) > 1:
        raise SeveralFound([row["Id"] for row in found])
    update(org, user, kind, found[0]["Id"], {name: value for name, value in values.items() if name != key})
    return str(found[0]["Id"]), False


def delete(org: SalesforceEmulator, row_id: str) -> None:
    """Delete a row; one that others refer to stays."""
    for collection in ("FieldPermissions", "PermissionSetAssignment"):
        if org.store.delete(collection, row_id):
            return
    kind = next(
        (name for name, prefix in seed.PREFIXES.items() if name in seed.OBJECTS and row_id.startswith(prefix)), ""
    )
    for holder, column in _REFERENCES.get(kind, ()):
        if any(row.get(column) == row_id for row in org.store.list(f"rows:{holder}")):
            raise RowError(
                "DELETE_FAILED",
                f"Your attempt to delete the row could not be completed because it is associated with rows of {holder}.",
            )
    if not kind or not org.store.delete(f"rows:{kind}", row_id):
        raise RowError("NOT_FOUND", "The requested resource does not exist")


def _check(org: SalesforceEmulator, user: str, kind: str, values: Mapping[str, Any]) -> None:
    seen = {field["name"]: field for field in visible_fields(org, user, kind)}
    for name, value in values.items():
        field = seen.get(name)
        if field is None:
            raise RowError("INVALID_FIELD", f"No such column '{name}' on sobject of type {kind}", [name])
        if is_calculated(field) or name == "Id":
            raise RowError("INVALID_FIELD_FOR_INSERT_UPDATE", f"Unable to create/update fields: {name}.", [name])
        _check_value(org, field, value)


def _check_value(org: SalesforceEmulator, field: Doc, value: Any) -> None:
    metadata, name = field["metadata"], field["name"]
    if isinstance(value, str) and len(value) > (metadata.get("length") or 131_072):
        raise RowError(
            "STRING_TOO_LONG",
            f"{metadata['label']}: data value too large: {value[:20]} (max length={metadata['length']})",
            [name],
        )
    restricted = metadata["type"] == "Picklist" and (metadata.get("valueSet") or {}).get("restricted")
    active = {each["valueName"] for each in describe.values_of(org, field) if each.get("isActive") is not False}
    if restricted and value is not None and value not in active:
        raise RowError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{metadata['label']}: bad value for restricted picklist field: {value}",
            [name],
        )


def _unique(org: SalesforceEmulator, kind: str, values: Mapping[str, Any], row_id: str) -> None:
    for field in org.fields(kind):
        name = field["name"]
        if field["metadata"].get("unique") and values.get(name):
            clash = [
                row["Id"]
                for row in org.store.list(f"rows:{kind}")
                if row.get(name) == values[name] and row["Id"] != row_id
            ]
            if clash:
                raise RowError(
                    "DUPLICATE_VALUE", f"duplicate value found: {name} duplicates value on record with id: {clash[0]}"
                )


def _validate(org: SalesforceEmulator, user: str, kind: str, after: Doc, before: Doc) -> None:
    kinds = {field["name"]: describe.formula_type(field) for field in org.fields(kind)}
    record = evaluate.Record(after, kinds, datetime.now(UTC).date(), prior=before, permissions=permissions(org, user))
    active = [
        rule for rule in org.store.list("ValidationRule") if rule["EntityDefinitionId"] == kind and rule["Active"]
    ]
    for rule in active:
        if evaluate.evaluate(formula.parse(rule["Metadata"]["errorConditionFormula"]), record):
            raise RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule["ErrorMessage"], [rule["ErrorDisplayField"] or ""])


# -- setup objects


def _create_permission(org: SalesforceEmulator, values: Doc) -> str:
    name = str(values.get("Field"))
    field = org.field(name)
    if field is None or not is_secured(field) or field["object"] != values.get("SobjectType"):
        raise RowError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"Field Name: bad value for restricted picklist field: {name}",
            ["Field"],
        )
    if org.store.get("PermissionSet", str(values.get("ParentId"))) is None:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["ParentId"])
    if any(
        each["Field"] == name and each["ParentId"] == values["ParentId"] for each in org.store.list("FieldPermissions")
    ):
        raise RowError(
            "DUPLICATE_VALUE", "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
        )
    row_id = seed.new_id(org.store, "FieldPermissions")
    _store_permission(org, {"Id": row_id, **values})
    return row_id


def _update_permission(org: SalesforceEmulator, row_id: str, values: Doc) -> None:
    row = org.store.get("FieldPermissions", row_id)
    if row is None:
        raise RowError("NOT_FOUND", "The requested resource does not exist")
    _store_permission(org, row | values)


def _store_permission(org: SalesforceEmulator, row: Doc) -> None:
    """Keep the row; one that grants nothing is not stored at all."""
    field = org.field(row["Field"])
    if row.get("PermissionsEdit") and not row.get("PermissionsRead"):
        raise RowError("FIELD_INTEGRITY_EXCEPTION", "Field permission edit depends on permission(s): read")
    if row.get("PermissionsEdit") and field is not None and is_calculated(field):
        raise RowError("FIELD_INTEGRITY_EXCEPTION", f"You can't edit the field {row['Field']}: it is calculated")
    if row.get("PermissionsRead"):
        org.store.put("FieldPermissions", row["Id"], {"PermissionsEdit": False, **row})
    else:
        org.store.delete("FieldPermissions", row["Id"])


def _create_assignment(org: SalesforceEmulator, values: Doc) -> str:
    user, permission_set = str(values.get("AssigneeId")), str(values.get("PermissionSetId"))
    if org.store.get("User", user) is None or org.store.get("PermissionSet", permission_set) is None:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    for each in org.store.list("PermissionSetAssignment"):
        if each["AssigneeId"] == user and each["PermissionSetId"] == permission_set:
            raise RowError("DUPLICATE_VALUE", "Duplicate PermissionSetAssignment. Assignee: already assigned")
    row_id = seed.new_id(org.store, "PermissionSetAssignment")
    org.store.put(
        "PermissionSetAssignment", row_id, {"Id": row_id, "AssigneeId": user, "PermissionSetId": permission_set}
    )
    return row_id
