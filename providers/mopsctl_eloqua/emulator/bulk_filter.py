"""Filters of Bulk definitions: comparisons of a statement with a text, joined by AND or OR, as far as clients use them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from mopsctl.emulator import Doc
from mopsctl_eloqua.emulator.contacts import value_of

STATEMENT = re.compile(r"\{\{Contact\.(?:Field\((?P<field>\w+)\)|(?P<own>Id|CreatedAt|UpdatedAt)(?:\(\))?)\}\}")
_COMPARED = re.compile(
    r"\s*'?(?P<left>\{\{[^}]*\}\}|CreatedAt\(\)|UpdatedAt\(\))'?\s*(?P<sign>!=|>=|<=|=|>|<)\s*'(?P<value>[^']*)'\s*"
)
_EXISTS = re.compile(r"\s*EXISTS\(\s*'[^']*'\s*\)\s*", re.IGNORECASE)
_JOINED = re.compile(r"\s+(AND|OR)\s+(?=(?:[^']*'[^']*')*[^']*$)", re.IGNORECASE)
_SIGNS: Mapping[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_OWN = {"Id": "id", "CreatedAt": "createdAt", "UpdatedAt": "updatedAt"}


def names_in(text: str) -> list[str]:
    """The database names that a statement or a filter mentions."""
    return [found["field"] for found in STATEMENT.finditer(text) if found["field"]]


def is_filter(text: str) -> bool:
    """Whether Bulk takes a text for a filter."""
    return all(_COMPARED.fullmatch(part) or _EXISTS.fullmatch(part) for part in _JOINED.split(text)[::2])


def value(doc: Doc, statement: str) -> Any:
    """What a contact has where a statement points; nothing where it points nowhere."""
    found = STATEMENT.search(statement)
    if found is None:
        own = statement.removesuffix("()")
        return doc.get(_OWN.get(own, own))
    return value_of(doc, found["field"] or _OWN[found["own"]])


def fits(doc: Doc, text: str) -> bool:
    """Whether a contact passes a filter; AND and OR from left to right."""
    parts = _JOINED.split(text)
    passed = _passes(doc, parts[0])
    for joint, part in zip(parts[1::2], parts[2::2], strict=True):
        passes = _passes(doc, part)
        passed = passed and passes if joint.upper() == "AND" else passed or passes
    return passed


def _passes(doc: Doc, part: str) -> bool:
    found = _COMPARED.fullmatch(part)
    if found is None:
        return True  # EXISTS asks for membership of a list or a segment; no list is emulated, so everybody is taken
    seen = str(value(doc, found["left"]) or "")
    return _SIGNS[found["sign"]](seen.lower(), found["value"].lower())
