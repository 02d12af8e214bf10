"""The `search` parameter: one term, one of six operators, `*` for anything, and case that does not count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mopsctl.emulator import Call, Doc, Refusal
from mopsctl_eloqua.emulator.wire import parameter_error

_TERM = re.compile(r"^(?P<term>\w+)\s*(?P<op>!=|>=|<=|=|>|<)\s*(?P<value>.*)$", re.DOTALL)


def found(call: Call, docs: Sequence[Doc], value_of: Callable[[Doc, str], Any], terms: Iterable[str]) -> list[Doc]:
    """The documents that the request's `search` finds, in its `orderBy` (`name DESC`), else as they were made."""
    text, known = call.query.get("search", "").strip(), set(terms)
    hits = [doc for doc in docs if _matches(text, doc, value_of, known)] if text else list(docs)
    return _in_order(call.query.get("orderBy", "").strip(), hits, value_of, known)


def _in_order(asked: str, docs: list[Doc], value_of: Callable[[Doc, str], Any], terms: set[str]) -> list[Doc]:
    if not asked:
        return docs
    term, _, direction = asked.partition(" ")
    if term not in terms or direction.strip().upper() not in ("", "ASC", "DESC"):
        raise Refusal(parameter_error("orderBy", "SyntaxRequirement", asked))
    backwards = direction.strip().upper() == "DESC"
    return sorted(docs, key=lambda doc: str(value_of(doc, term) or "").lower(), reverse=backwards)


def _matches(text: str, doc: Doc, value_of: Callable[[Doc, str], Any], terms: set[str]) -> bool:
    parts = _TERM.match(text)
    if parts is None:
        return _like(str(doc.get("name", "")), _unquoted(text))
    if parts["term"] not in terms:
        raise Refusal(parameter_error("search", "SyntaxRequirement", parts["term"]))
    value = value_of(doc, parts["term"])
    return _compared("" if value is None else str(value), parts["op"], _unquoted(parts["value"].strip()))


def _unquoted(text: str) -> str:
    if "'" in text.strip("'") or (" " in text and not text.startswith("'")):
        raise Refusal(parameter_error("search", "SyntaxRequirement", text))
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == "'" else text


def _compared(value: str, operator: str, wanted: str) -> bool:
    if operator in ("=", "!="):
        return _like(value, wanted) == (operator == "=")
    left, right = _ordered(value, wanted)
    return bool({">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[operator])


def _like(value: str, wanted: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in wanted.lower().split("*"))
    return re.fullmatch(pattern, value.lower(), re.DOTALL) is not None


def _ordered(value: str, wanted: str) -> tuple[Any, Any]:
    try:
        return float(value), float(wanted)
    except ValueError:
        return value.lower(), wanted.lower()
