"""One text form for data, so that digests and files are the same for the same content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def dumps(data: Any) -> str:
    """Compact JSON with sorted keys; whole numbers are written without a fraction."""
    return json.dumps(numbers(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def pretty(data: Any) -> str:
    """The same order of keys, indented, with a newline at the end: for files people may open."""
    return json.dumps(numbers(data), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def digest(data: Any) -> str:
    """`sha256:` and the hash of the canonical text."""
    return "sha256:" + hashlib.sha256(dumps(data).encode()).hexdigest()


_PLAIN = frozenset({str, int, bool, type(None)})


def numbers(data: Any) -> Any:
    """The same data with 1.0 as 1 and tuples as lists, so that everything has one spelling."""
    kind = type(data)
    if kind in _PLAIN:
        return data
    if kind is float:
        return int(data) if data.is_integer() else data
    if isinstance(data, Mapping):
        return {str(key): value if type(value) in _PLAIN else numbers(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [value if type(value) in _PLAIN else numbers(value) for value in data]
    return data
