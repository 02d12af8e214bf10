"""Findings as SARIF 2.1.0, so that code hosts show them on the line they are about.

The format is the OASIS standard "Static Analysis Results Interchange Format", version 2.1.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from mopsctl import __version__, canonical
from mopsctl.diagnostics import Diagnostic
from mopsctl.render.values import prose

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NAMELESS = "mopsctl"  # the rule of a finding that has none


def findings(found: Sequence[Diagnostic], base: str = "") -> str:
    """One run with all findings; `base` is put in front of file names (the stack's folder, seen from the repository)."""
    rules = sorted({each.rule or _NAMELESS for each in found})
    run = {
        "tool": {"driver": {"name": "mopsctl", "version": __version__, "rules": [{"id": rule} for rule in rules]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, rules, base) for each in found],
    }
    return canonical.pretty({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _result(each: Diagnostic, rules: Sequence[str], base: str) -> dict[str, Any]:
    rule = each.rule or _NAMELESS
    said = prose(f"{each.message} {each.hint}".strip())
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": each.level,
        "message": {"text": said},
        "partialFingerprints": {"mopsctl/v1": canonical.digest([rule, each.address, each.source.file, each.message])},
    }
    location = _location(each, base)
    return {**result, "locations": [location]} if location else result


def _location(each: Diagnostic, base: str) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if each.source.file:
        place = {"startLine": max(1, each.source.line), "startColumn": max(1, each.source.column)}
        uri = quote(str(PurePosixPath(base or ".") / each.source.file))
        location["physicalLocation"] = {"artifactLocation": {"uri": uri}, "region": place}
    if each.address:
        location["logicalLocations"] = [{"fullyQualifiedName": each.address}]
    return location
