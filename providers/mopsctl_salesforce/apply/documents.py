"""Writes become the files of one metadata deployment. Whole documents: what is there, with what moves put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mopsctl.address import Address
from mopsctl.resource import Json, Write
from mopsctl_salesforce import names
from mopsctl_salesforce.wire import fields, values, xml

Row = dict[str, Any]

TYPES: Mapping[str, str] = {
    "field": "CustomField",
    "global-value-set": "GlobalValueSet",
    "standard-value-set": "StandardValueSet",
    "permission-set": "PermissionSet",
    "custom-permission": "CustomPermission",
    "validation-rule": "ValidationRule",
    "lead-conversion": names.CONVERSION,
}
"""Kind to the vendor's metadata type."""
_TARGETS = ("Account", "Contact", "Opportunity")


@dataclass
class Package:
    """The files of a deployment, and which write each component comes from."""

    files: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    destroyed: dict[str, set[str]] = field(default_factory=dict)
    owners: dict[tuple[str, str], Address] = field(default_factory=dict)

    def zipped(self, version: str) -> bytes:
        """The zip to send. What is destroyed goes last, so that nothing in the same deployment refers to it any more."""
        files = {**self.files, "package.xml": xml.package(self.members, version)}
        if self.destroyed:
            files["destructiveChangesPost.xml"] = xml.package(self.destroyed, version)
        return xml.zipped(files)


def build(writes: Sequence[Write], current: Mapping[Address, Row], absent: frozenset[str] = frozenset()) -> Package:
    """The deployment for these writes; `current` is the stored metadata of what is there already.

    `absent` are fields that permission sets name and that are neither there nor made here.
    """
    package = Package()
    objects: dict[str, dict[str, list[Row]]] = {}
    ungranted = _without_security(writes) | absent
    for write in sorted(writes, key=lambda each: each.address):
        kind = write.address.kind
        package.owners[TYPES[kind], write.address.name] = write.address
        if write.action == "remove":
            package.destroyed.setdefault(TYPES[kind], set()).add(write.address.name)
            continue
        package.members.setdefault(TYPES[kind], set()).add(write.address.name)
        if kind in ("field", "validation-rule"):
            object_name, name = names.split(write.address.name)
            tag, content = _child(write, current.get(write.address))
            objects.setdefault(object_name, {}).setdefault(tag, []).append({"fullName": name, **content})
        else:
            path, text = _FILES[kind](write, current.get(write.address) or {}, ungranted)
            package.files[path] = text
    for object_name, children in sorted(objects.items()):
        package.files[f"objects/{object_name}.object"] = xml.document("CustomObject", children)
    return package


def _child(write: Write, current: Row | None) -> tuple[str, Row]:
    if write.address.kind == "field":
        touched = write.touched() if write.observed else frozenset(write.target)
        content = fields.metadata(write.target, touched, current if write.observed else None)
        content.setdefault("label", names.developer_name(names.split(write.address.name)[1]).replace("_", " "))
        return "fields", content
    target = write.target
    rule = {
        "active": target.get("active", True),
        "description": target.get("description") or None,
        "errorConditionFormula": target.get("formula"),
        "errorDisplayField": target.get("display_field") or None,
        "errorMessage": target.get("message"),
    }
    return "validationRules", {**(current or {}), **rule}


def _global_set(write: Write, current: Row, _: frozenset[str]) -> tuple[str, str]:
    listed = values.stored(write.target, current.get("customValue") or [])
    content = {
        **current,
        "masterLabel": write.target.get("label", write.address.name),
        "description": write.target.get("description"),
        "sorted": current.get("sorted", False),
        "customValue": listed,
    }
    path = f"globalValueSets/{write.address.name}.globalValueSet"
    return path, xml.document("GlobalValueSet", content)


def _standard_set(write: Write, current: Row, _: frozenset[str]) -> tuple[str, str]:
    name = write.address.name
    listed = values.stored(write.target, current.get("standardValue") or [], name)
    content = {**current, "sorted": current.get("sorted", False), "standardValue": listed}
    return f"standardValueSets/{name}.standardValueSet", xml.document("StandardValueSet", content)


# A right that goes is said as not granted, because leaving it out may mean nothing (fact: salesforce-permission-set-merge).
def _permission_set(write: Write, _: Row, ungranted: frozenset[str]) -> tuple[str, str]:
    seen = write.observed.attributes if write.observed else {}
    rights = _with_taken_away(write.target, seen, "fields", {"read": False, "edit": False})
    enabled = _with_taken_away(write.target, seen, "custom_permissions", {"enabled": False})
    content = {
        "label": write.target.get("label", write.address.name),
        "description": write.target.get("description") or None,
        "hasActivationRequired": False,
        "fieldPermissions": [
            {"editable": each["edit"], "field": name, "readable": each["read"]}
            for name, each in sorted(rights.items())
            if name not in ungranted
        ],
        "customPermissions": [{"enabled": each["enabled"], "name": name} for name, each in sorted(enabled.items())],
    }
    return f"permissionsets/{write.address.name}.permissionset", xml.document("PermissionSet", content)


def _with_taken_away(
    target: Mapping[str, Json], seen: Mapping[str, Json], attribute: str, nothing: Mapping[str, bool]
) -> dict[str, Json]:
    """The wanted rights, and those that are to go said as none: a row that is only left out may stay."""
    wanted: Mapping[str, Json] = target.get(attribute) or {}
    gone = {name: dict(nothing) for name in seen.get(attribute) or {} if name not in wanted}
    return {**gone, **wanted}


def newly_granted(writes: Sequence[Write]) -> frozenset[str]:
    """Fields that permission sets are to grant for the first time and that no write of this deployment makes."""
    made = {write.address.name for write in writes if write.address.kind == "field" and write.action == "add"}
    return frozenset(
        name
        for write in writes
        if write.address.kind == "permission-set"
        for name in write.target.get("fields") or {}
        if names.is_custom(name)
        and name not in made
        and name not in ((write.observed.attributes if write.observed else {}).get("fields") or {})
    )


def _without_security(writes: Sequence[Write]) -> frozenset[str]:
    """Fields that have no field-level security after this deployment: those that become required, and those that go."""
    return frozenset(
        write.address.name
        for write in writes
        if write.address.kind == "field" and (write.action == "remove" or write.target.get("required") is True)
    )


def _custom_permission(write: Write, _: Row, __: frozenset[str]) -> tuple[str, str]:
    content = {
        "label": write.target.get("label", write.address.name),
        "description": write.target.get("description") or None,
        "isLicensed": False,
    }
    path = f"customPermissions/{write.address.name}.customPermission"
    return path, xml.document("CustomPermission", content)


# Every pair that is there is sent along, because leaving one out may remove it (fact: salesforce-conversion-whole).
def _conversion(write: Write, current: Row, _: frozenset[str]) -> tuple[str, str]:
    pairs: Mapping[str, Json] = write.target.get("pairs") or {}
    mappings = []
    for target in _TARGETS:
        own = {name: pair for name, pair in pairs.items() if names.split(name)[0] == target}
        listed = [{"inputField": own[name]["from"], "outputField": names.split(name)[1]} for name in sorted(own)]
        if listed:
            mappings.append({"inputObject": "Lead", "mappingFields": listed, "outputObject": target})
    kept = {key: value for key, value in current.items() if key not in ("objectMapping", "fullName")}
    content = {**kept, "objectMapping": mappings}
    path = f"{names.CONVERSION}/{names.CONVERSION}.LeadConvertSetting"
    return path, xml.document(names.CONVERSION, content)


_FILES: Mapping[str, Callable[[Write, Row, frozenset[str]], tuple[str, str]]] = {
    "global-value-set": _global_set,
    "standard-value-set": _standard_set,
    "permission-set": _permission_set,
    "custom-permission": _custom_permission,
    "lead-conversion": _conversion,
}
