"""Dependent picklists: which values are offered beside which values of another field, as describe or Metadata say it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from mopsctl.resource import Json

Row = dict[str, Any]

_CHECKBOX = ("unchecked", "checked")


def of(described: Row | None, others: Mapping[str, Row], metadata: Row | None) -> dict[str, Json]:
    """The controlling field, and by value the controlling values it is offered beside; nothing where no field controls it."""
    value_set = (metadata or {}).get("valueSet") or {}
    if value_set.get("controllingField"):
        return _ordered(value_set["controllingField"], _of_settings(value_set.get("valueSettings") or []))
    if described is None or not described.get("controllerName"):
        return {}
    controller = str(described["controllerName"])
    listed = [each["value"] for each in (others.get(controller) or {}).get("picklistValues") or []]
    offered = {
        str(each["value"]): _decoded(each.get("validFor"), listed or _CHECKBOX) for each in described["picklistValues"]
    }
    return _ordered(controller, offered)


def _of_settings(settings: list[Row]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in settings:
        beside = each.get("controllingFieldValue") or []
        found.setdefault(str(each.get("valueName")), []).extend([beside] if isinstance(beside, str) else beside)
    return found


def _decoded(text: str | None, listed: list[str] | tuple[str, ...]) -> list[str]:
    """The controlling values whose bits are set."""
    try:
        bits = base64.b64decode(text or "")
    except (binascii.Error, ValueError):
        return []
    # One bit a controlling value, the highest first (fact: salesforce-valid-for).
    return [name for place, name in enumerate(listed[: len(bits) * 8]) if bits[place // 8] & (0x80 >> place % 8)]


def _ordered(controller: str, offered: Mapping[str, list[str]]) -> dict[str, Json]:
    return {"field": controller, "values": {name: sorted(beside) for name, beside in sorted(offered.items()) if beside}}
