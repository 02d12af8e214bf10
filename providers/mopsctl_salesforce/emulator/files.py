"""Reads the files of a deployment: package.xml, destructive changes, and components out of their folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from mopsctl.emulator import Doc

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_LISTS = frozenset(
    {
        "fields",
        "validationRules",
        "value",
        "customValue",
        "standardValue",
        "fieldPermissions",
        "customPermissions",
        "objectMapping",
    }
    | {"mappingFields", "types", "members", "valueSettings", "controllingFieldValue", "summaryFilterItems"}
)
_NUMBERS = frozenset(
    {"length", "precision", "scale", "visibleLines", "probability", "startingNumber", "relationshipOrder"}
)
_FOLDERS: Mapping[str, tuple[str, str]] = {
    "globalValueSets": ("GlobalValueSet", ".globalValueSet"),
    "standardValueSets": ("StandardValueSet", ".standardValueSet"),
    "permissionsets": ("PermissionSet", ".permissionset"),
    "customPermissions": ("CustomPermission", ".customPermission"),
    "LeadConvertSettings": ("LeadConvertSettings", ".LeadConvertSetting"),
}
_CHILDREN: Mapping[str, str] = {"fields": "CustomField", "validationRules": "ValidationRule"}
_FIELD_ELEMENTS = frozenset(
    {"businessOwnerGroup", "businessOwnerUser", "businessStatus", "caseSensitive", "complianceGroup", "defaultValue"}
    | {"deleteConstraint", "deprecated", "description", "displayFormat", "displayLocationInDecimal", "encryptionScheme"}
    | {
        "escapeMarkup",
        "externalId",
        "formula",
        "formulaTreatBlanksAs",
        "inlineHelpText",
        "isConvertLeadDisabled",
        "label",
    }
    | {
        "length",
        "lookupFilter",
        "maskChar",
        "maskType",
        "precision",
        "referenceTo",
        "relationshipLabel",
        "relationshipName",
    }
    | {"relationshipOrder", "reparentableMasterDetail", "required", "scale", "securityClassification", "startingNumber"}
    | {
        "stripMarkup",
        "summarizedField",
        "summaryFilterItems",
        "summaryForeignKey",
        "summaryOperation",
        "trackFeedHistory",
    }
    | {"trackHistory", "trackTrending", "type", "unique", "valueSet", "visibleLines", "writeRequiresMasterRead"}
)


_SETTING_ELEMENTS = frozenset({"controllingFieldValue", "valueName"})


class PackageError(Exception):
    """The deployment as a whole cannot be read."""

    def __init__(self, message: str, code: str = "UNKNOWN_EXCEPTION") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a deployment."""

    kind: str
    name: str
    file: str
    content: Doc


@dataclass
class Package:
    """A deployment: its components, and what package.xml and the files disagree on."""

    parts: list[Part] = field(default_factory=list)
    unlisted: list[Part] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    destroyed_before: list[tuple[str, str]] = field(default_factory=list)
    destroyed_after: list[tuple[str, str]] = field(default_factory=list)


def read(files: Mapping[str, str]) -> Package:
    """The deployment in these files. Raises PackageError."""
    if "package.xml" not in files:
        raise PackageError("No package.xml found", "INVALID_FIELD")
    listed = set(_members(files["package.xml"], "package.xml"))
    package = Package()
    for path in sorted(files):
        folder, _, _ = path.partition("/")
        if folder == "objects" or folder in _FOLDERS:
            for part in _parts(path, files[path]):
                (package.parts if (part.kind, part.name) in listed else package.unlisted).append(part)
        elif not path.endswith(".xml"):
            raise PackageError(f"Unknown file: {path}")
    package.missing = sorted(listed - {(part.kind, part.name) for part in package.parts})
    for name in ("destructiveChangesPre.xml", "destructiveChanges.xml"):
        package.destroyed_before += _members(files[name], name) if name in files else []
    if "destructiveChangesPost.xml" in files:
        package.destroyed_after = _members(files["destructiveChangesPost.xml"], "destructiveChangesPost.xml")
    return package


def _members(text: str, file: str) -> list[tuple[str, str]]:
    found = []
    for group in _content(_tree(text, file)).get("types", []):
        for member in group.get("members", []):
            if member == "*":
                raise PackageError(f"{file}: the wildcard is not allowed here", "INVALID_CROSS_REFERENCE_KEY")
            found.append((str(group["name"]), str(member)))
    return found


def _tree(text: str, file: str) -> ElementTree.Element:
    try:
        tree = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise PackageError(f"{file}: Error parsing file: {error}") from error
    if not tree.tag.startswith(f"{{{NAMESPACE}}}"):
        raise PackageError(f"{file}: the root element has not the metadata namespace")
    return tree


def _parts(path: str, text: str) -> list[Part]:
    folder, _, file = path.partition("/")
    content = _content(_tree(text, path))
    if folder == "objects":
        object_name = file.removesuffix(".object")
        return [
            Part(kind, f"{object_name}.{each['valueName']}", path, _checked(kind, each, path))
            for tag, kind in _CHILDREN.items()
            for each in content.get(tag, [])
        ]
    kind, ending = _FOLDERS[folder]
    if not file.endswith(ending):
        raise PackageError(f"{path}: the file must end in {ending}")
    return [Part(kind, file.removesuffix(ending), path, content)]


def _checked(kind: str, content: Doc, path: str) -> Doc:
    own = {key: value for key, value in content.items() if key != "valueName"}
    unknown = sorted(own.keys() - _FIELD_ELEMENTS) if kind == "CustomField" else []
    if unknown:
        raise PackageError(f"{path}: Element {{{NAMESPACE}}}{unknown[0]} invalid at this location in type CustomField")
    return own


def _content(element: ElementTree.Element, within: str = "") -> Doc:
    """An element's children; `fullName` is called `valueName`, as the Tooling API does, but not where files say that too."""
    found: dict[str, Any] = {}
    for child in element:
        tag = child.tag.rpartition("}")[2]
        value: Any = _content(child, tag) if len(child) else _scalar(tag, child.text or "")
        if tag == "valueSettings" and set(value) - _SETTING_ELEMENTS:
            wrong = min(set(value) - _SETTING_ELEMENTS)
            raise PackageError(f"Element {{{NAMESPACE}}}{wrong} invalid at this location in type ValueSettings")
        tag = "valueName" if tag == "fullName" and within != "valueSettings" else tag
        if tag in _LISTS:
            found.setdefault(tag, []).append(value)
        else:
            found[tag] = value
    return found


def _scalar(tag: str, text: str) -> str | bool | int:
    if tag in _NUMBERS:
        return int(text)
    return text == "true" if text in ("true", "false") and tag not in ("defaultValue", "fullName", "label") else text
