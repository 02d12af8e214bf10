"""Metadata as files: what a retrieval packs into its zip, and what readMetadata and listMetadata show."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from mopsctl.emulator import Doc
from mopsctl_salesforce.emulator import seed, tables
from mopsctl_salesforce.emulator.files import NAMESPACE

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
FOLDERS: Mapping[str, tuple[str, str]] = {
    "CustomObject": ("objects", "object"),
    "GlobalValueSet": ("globalValueSets", "globalValueSet"),
    "StandardValueSet": ("standardValueSets", "standardValueSet"),
    "LeadConvertSettings": ("LeadConvertSettings", "LeadConvertSetting"),
    "CustomPermission": ("customPermissions", "customPermission"),
}
TYPES = (*FOLDERS, "CustomField", "ValidationRule")


def names(org: SalesforceEmulator, kind: str) -> list[str]:
    """The full names of every component of a type."""
    match kind:
        case "CustomObject":
            return list(seed.OBJECTS)
        case "CustomField":
            return [f"{each['object']}.{each['name']}" for each in org.all_fields() if each["custom"]]
        case "ValidationRule":
            return [each["FullName"] for each in org.store.list("ValidationRule")]
        case "CustomPermission":
            return [each["DeveloperName"] for each in org.store.list("CustomPermission")]
        case "LeadConvertSettings":
            return ["LeadConvertSettings"]
    return [key for key, _ in org.store.items(kind)] if kind in FOLDERS else []


def content(org: SalesforceEmulator, kind: str, name: str) -> Doc | None:
    """One component's content as files have it; None where there is none of that name."""
    match kind:
        case "CustomField":
            field = org.field(name)
            return tables.metadata_of(org, field["metadata"]) if field is not None and field["custom"] else None
        case "ValidationRule":
            rule = org.store.get("ValidationRule", name)
            return dict(rule["Metadata"]) if rule else None
        case "CustomObject":
            return _object(org, name) if name in seed.OBJECTS else None
        case "CustomPermission":
            row = org.store.get("CustomPermission", name)
            return {"label": row["MasterLabel"], "description": row["Description"]} if row else None
        case "LeadConvertSettings":
            return org.store.get("LeadConvertSettings", name)
    row = org.store.get(kind, name) if kind in FOLDERS else None
    return tables.metadata_of(org, row["Metadata"]) if row else None


def _object(org: SalesforceEmulator, name: str) -> Doc:
    own = [each for each in org.fields(name) if each["custom"]]
    rules = [each for each in org.store.list("ValidationRule") if each["EntityDefinitionId"] == name]
    return {
        "fields": [{"fullName": each["name"], **tables.metadata_of(org, each["metadata"])} for each in own],
        "validationRules": [{"fullName": each["ValidationName"], **each["Metadata"]} for each in rules],
    }


def packed(org: SalesforceEmulator, asked: Sequence[tuple[str, str]], version: str, *, single: bool) -> bytes:
    """The zip of a retrieval: package.xml at its top, or in the folder `unpackaged`."""
    found = {pair: each for pair in asked if (each := content(org, *pair)) is not None}
    files = {"package.xml": _package(found, version), **dict(_files(found))}
    folder = "" if single else "unpackaged/"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(folder + path, files[path])
    return buffer.getvalue()


def _files(found: Mapping[tuple[str, str], Doc]) -> Iterator[tuple[str, str]]:
    children: dict[str, dict[str, list[Doc]]] = {}
    for (kind, name), each in found.items():
        if kind in FOLDERS and kind != "CustomObject":
            folder, ending = FOLDERS[kind]
            yield f"{folder}/{name}.{ending}", document(kind, each)
        elif kind == "CustomObject":
            children.setdefault(name, {}).update({key: list(parts) for key, parts in each.items()})
        else:
            object_name, _, bare = name.partition(".")
            tag = "fields" if kind == "CustomField" else "validationRules"
            children.setdefault(object_name, {}).setdefault(tag, []).append({"fullName": bare, **each})
    for object_name, parts in children.items():
        yield f"objects/{object_name}.object", document("CustomObject", parts)


def _package(found: Mapping[tuple[str, str], Doc], version: str) -> str:
    kinds = sorted({kind for kind, _ in found})
    types = [{"members": sorted(name for kind, name in found if kind == each), "name": each} for each in kinds]
    return document("Package", {"types": types, "version": version})


def document(root: str, body: Mapping[str, Any]) -> str:
    """A whole metadata file."""
    return f'{_HEAD}<{root} xmlns="{NAMESPACE}">{elements(body)}</{root}>\n'


def elements(body: Mapping[str, Any], within: str = "") -> str:
    """Elements by name, a list as one after the other; a value's name is `fullName`, but in settings of dependent lists."""
    return "".join(
        f"<{_tag(key, within)}>{_text(each, key)}</{_tag(key, within)}>"
        for key, value in body.items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    )


def _tag(key: str, within: str) -> str:
    return "fullName" if key == "valueName" and within != "valueSettings" else key


def _text(value: Any, within: str) -> str:
    if isinstance(value, dict):
        return elements(value, within)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))
