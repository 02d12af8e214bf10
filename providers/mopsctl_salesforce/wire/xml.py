"""Metadata as XML: one writer for every type, because Tooling JSON and metadata files name the same elements."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_VALUE_NAME = "valueName"  # the Tooling API's word for what files call fullName
_SETTINGS = "valueSettings"  # the one place where files say valueName, too
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def document(root: str, content: Mapping[str, Any]) -> str:
    """A whole metadata file."""
    return f'{_HEAD}<{root} xmlns="{NAMESPACE}">\n{_children(content, 1)}</{root}>\n'


def _children(content: Mapping[str, Any], depth: int, within: str = "") -> str:
    # Only values of a definition have a fullName (fact: salesforce-value-settings).
    value_name = _VALUE_NAME if within == _SETTINGS else "fullName"
    return "".join(
        _element(value_name if key == _VALUE_NAME else key, content[key], depth) for key in _in_order(content)
    )


def _in_order(content: Mapping[str, Any]) -> list[str]:
    """Names first, so that files read well; the rest by name, so that the same content gives the same bytes."""
    return sorted(content, key=lambda key: (key not in ("fullName", _VALUE_NAME), key))


def _element(tag: str, value: Any, depth: int) -> str:
    pad = "    " * depth
    match value:
        case None:
            return ""
        case list():
            return "".join(_element(tag, each, depth) for each in value)
        case dict():
            return f"{pad}<{tag}>\n{_children(value, depth + 1, tag)}{pad}</{tag}>\n"
        case bool():
            return f"{pad}<{tag}>{str(value).lower()}</{tag}>\n"
        case _:
            return f"{pad}<{tag}>{escape(str(value))}</{tag}>\n"


def package(members: Mapping[str, Iterable[str]], version: str) -> str:
    """A package.xml (or destructiveChanges.xml): the names of each type, sorted."""
    types = [{"members": sorted(names), "name": kind} for kind, names in sorted(members.items()) if names]
    return document("Package", {"types": types, "version": version})


def zipped(files: Mapping[str, str]) -> bytes:
    """The files as one package, `package.xml` at the top; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            # An org looks for the package.xml of a single package at the top only (fact: salesforce-single-package).
            archive.writestr(zipfile.ZipInfo(path, _ZIP_EPOCH), files[path].encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
