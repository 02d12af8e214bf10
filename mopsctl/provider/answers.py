"""What an answer must look like before anything in it is believed: half an answer is no answer.

A shape is a function that finds the flaw of a value, in words; an adapter says for each call which shape its answer has. A
collection is taken only whole: its pages must agree with each other and with the total the vendor names. Everything else is a
`MalformedAnswer`, which makes what was asked for unreadable, never absent.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mopsctl.errors import MalformedAnswer, OutcomeUnknown

Row = dict[str, Any]
Shape = Callable[[Any, str], str]
"""Finds what is wrong with a value that stands at a place; an empty text where nothing is."""

DEEPEST = 100
MOST_EMPTY = 100  # pages in a row; some vendors filter a page after they have cut it
_LARGEST = 2**63
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")
_AGAIN = (
    "nothing was taken for absent: try again; if it stays, a proxy may be in between, or the vendor's API has changed"
)


@dataclass(frozen=True, slots=True)
class Call:
    """The call whose answer is looked at."""

    system: str
    method: str
    path: str

    def malformed(self, what: str, hint: str = _AGAIN) -> MalformedAnswer:
        """The error for an answer that cannot be right; `what` is a clause."""
        return MalformedAnswer(
            f"{self.system} answered {self.method} {self.path} with half an answer: {what}.",
            hint=hint,
            system=self.system,
            status=200,
            code="malformed",
        )

    def checked(self, body: Any, shape: Shape) -> Any:
        """The body, if it has the shape. Raises MalformedAnswer."""
        flaw = shape(body, "")
        if flaw:
            raise self.malformed(flaw)
        return body

    def written(self, body: Any, shape: Shape) -> Any:
        """The answer to a write, if it has the shape; whether the write took effect is unknown where it has not."""
        flaw = shape(body, "")
        if flaw:
            raise OutcomeUnknown(
                f"{self.system} answered {self.method} {self.path}, a write, with half an answer: {flaw}.",
                hint="mopsctl reads it again to find out whether it took effect",
                system=self.system,
            )
        return body


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its rows, the cursor of the next page (None: it is the last), and how many rows there are on all pages."""

    rows: Sequence[Row]
    following: Hashable | None = None
    total: int | None = None


def collected(
    call: Call, fetch: Callable[[Any], Page], key: Callable[[Row], Hashable] | None = None, start: Any = None
) -> list[Row]:
    """Every row of a paged collection, in order. Raises MalformedAnswer where its pages contradict each other.

    `fetch` takes a cursor. A cursor that comes back, a row whose `key` comes twice, a total that changes or that the rows do
    not add up to: each means that a part was lost, or would be read for ever.
    """
    rows: list[Row] = []
    seen: set[Hashable] = {start}
    totals: set[int | None] = set()
    cursor, empty = start, 0
    while True:
        page = fetch(cursor)
        rows += page.rows
        totals.add(page.total)
        if page.following is None:
            break
        cursor = page.following
        if cursor in seen:
            raise call.malformed(f"after a page it names a page that was read before ('{cursor}')")
        seen.add(cursor)
        empty = 0 if page.rows else empty + 1
        if empty > MOST_EMPTY:
            raise call.malformed(f"{empty} empty pages in a row say that there is more")
        _refuse_twins(call, rows, key)
    _refuse_twins(call, rows, key)
    _refuse_another_total(call, len(rows), totals)
    return rows


def _refuse_twins(call: Call, rows: Sequence[Row], key: Callable[[Row], Any] | None) -> None:
    times = Counter(str(key(row)) for row in rows) if key is not None else Counter()
    for twin in (each for each in times if times[each] > 1):
        raise call.malformed(f"'{twin}' comes twice", "it may have changed while it was read: plan again")


def _refuse_another_total(call: Call, found: int, totals: set[int | None]) -> None:
    if len(totals) > 1:
        said = " and ".join(sorted(str(total) for total in totals))
        raise call.malformed(
            f"its pages name different totals, {said}", "it may have changed while it was read: plan again"
        )
    (total,) = totals
    if total is not None and total != found:
        raise call.malformed(
            f"it shows {found} of {total} rows", "it may have changed while it was read, or a part was lost: plan again"
        )


def parsed(content: bytes) -> Any:
    """The JSON in a body. ValueError where there is none, or none that could be written down again.

    Refused are also what Python's reader takes and JSON does not have (NaN), numbers beyond all measure, nesting without end,
    and halves of characters.
    """
    try:
        body = json.loads(content, parse_constant=_refused, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if content.count(b"[") + content.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
        raise ValueError("nested too deep")
    if _HALF_CHARACTER.search(content):
        json.dumps(body, ensure_ascii=False).encode()  # a UnicodeEncodeError is a ValueError
    return body


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond all measure")
    return number


def _depth(body: Any) -> int:
    depth, level = 0, [body]
    while level and depth <= DEEPEST:
        depth += 1
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth


# -- shapes


def anything(_value: Any, _at: str) -> str:
    """Whatever it is."""
    return ""


def text(value: Any, at: str) -> str:
    """Text, also an empty one."""
    return "" if isinstance(value, str) else _other(value, at, "text")


def name(value: Any, at: str) -> str:
    """Text by which something is known, so that it must not be blank."""
    if isinstance(value, str) and not value.strip():
        return f"{at or 'it'} is blank"
    return text(value, at)


def switch(value: Any, at: str) -> str:
    """True or false."""
    return "" if isinstance(value, bool) else _other(value, at, "true or false")


def whole(value: Any, at: str) -> str:
    """A whole number that a computer would count to."""
    right = isinstance(value, int) and not isinstance(value, bool)
    return _bounded(value, at) if right else _other(value, at, "a whole number")


def count(value: Any, at: str) -> str:
    """How many there are."""
    return whole(value, at) or (f"{at or 'it'} is below zero" if value < 0 else "")


def number(value: Any, at: str) -> str:
    """A number."""
    right = isinstance(value, int | float) and not isinstance(value, bool)
    return _bounded(value, at) if right else _other(value, at, "a number")


def key(value: Any, at: str) -> str:
    """An id: text that is not blank, or a whole number."""
    return name(value, at) if isinstance(value, str) else whole(value, at)


def scalar(value: Any, at: str) -> str:
    """Text, a number, or true or false."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, at)
    return "" if isinstance(value, str | bool) else _other(value, at, "a plain value")


def maybe(shape: Shape) -> Shape:
    """The shape, or null."""
    return lambda value, at: "" if value is None else shape(value, at)


def either(one: Shape, other: Shape) -> Shape:
    """One shape or the other."""
    return lambda value, at: other(value, at) and one(value, at)


def many(shape: Shape = anything) -> Shape:
    """A list of that shape."""

    def flaw(value: Any, at: str) -> str:
        if not isinstance(value, list):
            return _other(value, at, "a list")
        return next((found for place, each in enumerate(value) if (found := shape(each, f"{at}[{place}]"))), "")

    return flaw


def distinct(part: str, shape: Shape) -> Shape:
    """A list of objects of that shape, told apart by one of their parts."""
    listed = many(shape)

    def flaw(value: Any, at: str) -> str:
        found = listed(value, at)
        if found:
            return found
        times = Counter(each[part] for each in value)
        return next((f"{at or 'it'} has the {part} '{each}' twice" for each in times if times[each] > 1), "")

    return flaw


def mapped(shape: Shape = anything) -> Shape:
    """An object whose keys are names, with values of that shape."""

    def flaw(value: Any, at: str) -> str:
        if not isinstance(value, dict):
            return _other(value, at, "an object")
        return next((found for each in value if (found := shape(value[each], _below(at, each)))), "")

    return flaw


def record(parts: Mapping[str, Shape]) -> Shape:
    """An object with these parts. One whose name ends in `?` may be missing or null; parts that are not named are not looked at."""
    named = [(part.removesuffix("?"), part.endswith("?"), shape) for part, shape in parts.items()]

    def flaw(value: Any, at: str) -> str:
        if not isinstance(value, dict):
            return _other(value, at, "an object")
        return next((found for each in named if (found := _flaw_of(value, at, *each))), "")

    return flaw


def _flaw_of(value: Row, at: str, part: str, optional: bool, shape: Shape) -> str:
    if part not in value:
        return "" if optional else f"{_below(at, part)} is missing"
    return "" if optional and value[part] is None else shape(value[part], _below(at, part))


def _below(at: str, part: str) -> str:
    return f"{at}.{part}" if at else part


def _bounded(value: float, at: str) -> str:
    return "" if abs(value) < _LARGEST else f"{at or 'it'} is a number beyond all measure"


def _other(value: Any, at: str, wanted: str) -> str:
    words: Mapping[type, str] = {str: "text", bool: "true or false", list: "a list", dict: "an object"}
    said = "null" if value is None else words.get(type(value), "a number")
    return f"{at or 'it'} is {said} instead of {wanted}"
