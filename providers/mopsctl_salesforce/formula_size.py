"""How large a formula becomes when Salesforce compiles it to SQL: an estimate that is never below the server's.

Limits (the vendor's own formula engine): 3,900 characters of source; a compiled size of 5,000 by default and 15,000 at most. A field
is read twice in each line of a CASE and in each comparison, once to see whether it is empty, so that a short table is a long query.
A formula field that is read counts with its own size, each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

LONGEST_SOURCE = 3_900
USUAL_COMPILED = 5_000
LARGEST_COMPILED = 15_000

FIELD = 18  # characters of a column's name
# What a comparison costs beside its field and value (fact: salesforce-compiled-size).
_TWICE = 40  # `WHEN (f IS NOT NULL AND f = v) THEN r`, without f, v and r, rounded up
# Calls that become more than their name: what is around the arguments.
_AROUND: Mapping[str, int] = {
    "IF": 45,
    "AND": 8,
    "OR": 8,
    "NOT": 14,
    "MIN": 20,
    "MAX": 20,
    "ROUND": 14,
    "CONTAINS": 48,
    "SUBSTITUTE": 24,
    "LOWER": 20,
    "TEXT": 40,
    "DATE": 40,
    "DATETIMEVALUE": 60,
    "TODAY": 60,
    "NOW": 60,
}
_USUAL_CALL = 40
_DOUBLED = frozenset(
    {"ISPICKVAL", "INCLUDES", "="}
)  # with a look whether the field is empty; numbers are compared as they are
_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[A-Za-z_$][\w.$]*|\d+(?:\.\d+)?|<=|>=|.)', re.DOTALL)


def compiled_size(source: str, formulas: Mapping[str, int] | None = None) -> int:
    """The estimate for a formula that mopsctl wrote; `formulas` are the sizes of formula fields, by name."""
    return _Reader(source, formulas or {}).size() if source else 0


class _Reader:
    """Adds sizes up while it reads; what it reads is known to be well formed."""

    def __init__(self, source: str, formulas: Mapping[str, int]) -> None:
        self._tokens: Iterator[str] = iter([*_TOKEN.findall(source), ""])
        self._now = next(self._tokens)
        self._formulas = formulas

    def size(self) -> int:
        """One expression, up to what ends it."""
        left = self._part()
        while self._now not in ("", ",", ")"):
            sign = self._take()
            right = self._part()
            left = 2 * left + right + _TWICE if sign in _DOUBLED else left + right + 4
        return left

    def _take(self) -> str:
        found, self._now = self._now, next(self._tokens, "")
        return found

    def _part(self) -> int:
        token = self._take()
        if token == "(":
            inside = self.size()
            self._take()
            return inside + 2
        if token[:1] in ('"', "-") or token[:1].isdigit():
            return len(token) + (self._part() if token == "-" else 0)
        if self._now == "(":
            self._take()
            return self._call(token)
        return self._formulas.get(token, FIELD)

    def _call(self, function: str) -> int:
        sizes = []
        while self._now not in (")", ""):
            sizes.append(self.size())
            if self._now == ",":
                self._take()
        self._take()
        if function == "CASE":
            lines = (len(sizes) - 2) // 2
            return lines * (2 * sizes[0] + _TWICE) + sum(sizes[1:]) + 30
        if function in _DOUBLED:
            return 2 * sizes[0] + sum(sizes[1:]) + _TWICE
        return sum(sizes) + _AROUND.get(function, _USUAL_CALL) * max(
            1, len(sizes) - 1 if function in ("AND", "OR") else 1
        )
