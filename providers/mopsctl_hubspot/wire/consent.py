"""Subscription types and legal bases as HubSpot shows them; there is nothing to send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


def subscription(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A subscription type in the words of `kinds.KINDS["subscription-type"]`."""
    return {"active": bool(definition.get("isActive"))}


def bases(definition: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the legal basis property, by their folded values."""
    options = definition.get("options") or []
    return {"bases": {folded(str(option["value"])): {"hidden": bool(option.get("hidden"))} for option in options}}


def folded(value: str) -> str:
    """A legal basis without the differences that the eye does not see: dashes, blanks, letter case."""
    plain = value.replace("\u2013", "-").replace("\u2014", "-").lower()
    return re.sub(r"\s+", " ", plain).strip()
