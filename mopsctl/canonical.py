"""One text form for data, so that digests and files are the same for the same content."""

from __future__ import annotations

import hashlib
import json
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


def numbers(data: Any) -> Any:
    """The same data with 1.0 as 1, so that a number has one spelling."""
    if isinstance(data, float) and data.is_integer():
        return int(data)
    if isinstance(data, dict):
        return {str(key): numbers(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [numbers(value) for value in data]
    return data
