"""Values as text: made visible, quoted where needed, shortened where long.

What systems and manifests hold is shown as data: control characters and look-alike blanks are spelled out, so that no
label can move the cursor, recolour a terminal or hide a difference.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from mopsctl.render.words import number, spelled
from mopsctl.resource import Json

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINER = "\u200d"  # holds the parts of one emoji together
_PLAIN = re.compile(r"[^\W\d][\w.:/@+-]*")
_SHOWS = re.compile(r"[ -~]*")  # most texts: nothing in them has to be looked at more closely
_AMBIGUOUS = {"yes", "no", "empty", "none", "true", "false", "null"}
_CONTEXT = 40  # characters shown on each side of what differs in a long text
_NOTE = 30  # a text is not cut where saying so would take the room it saves


@dataclass(frozen=True, slots=True)
class Style:
    """How values are shown: `limit` is the most characters of one value (0: no limit), `more` says where the rest is."""

    limit: int = 60
    items: int = 12
    more: str = "-v shows all"


FULL = Style(limit=0, items=0, more="")


def shown(value: Json, style: Style = FULL) -> str:
    """A value in words: yes, no, empty, a number, a quoted text, or a list of them."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _quoted(shortened(visible(value), style))
    if isinstance(value, Mapping):
        return _listed([f"{visible(spelled(str(key)))} {shown(value[key], style)}" for key in sorted(value)], style)
    if isinstance(value, list | tuple):
        return _listed([shown(each, style) for each in value], style)
    return "empty" if value is None else f"{value}"


def pair(before: Json, after: Json, style: Style = FULL) -> tuple[str, str]:
    """Two values for one line; of two long texts only the part that differs, with a little around it."""
    if isinstance(before, str) and isinstance(after, str) and style.limit:
        one, other = visible(before), visible(after)
        if max(len(one), len(other)) > style.limit:
            one, other = _contrast(one, other)
            return _quoted(shortened(one, style)), _quoted(shortened(other, style))
    return shown(before, style), shown(after, style)


def visible(text: str) -> str:
    """The text of a value with everything spelled out that would not show: line ends, escapes, odd blanks."""
    if _SHOWS.fullmatch(text):
        return text
    return "".join(_spelled_out(char, blanks=True) for char in text)


def prose(text: str) -> str:
    """A sentence on one line, with nothing in it that could act on a terminal."""
    if _SHOWS.fullmatch(text):
        return text
    flat = re.sub(r"\s*[\r\n\t]+\s*", " ", text)
    return "".join(_spelled_out(char, blanks=False) for char in flat)


def shortened(text: str, style: Style) -> str:
    """The beginning of a long text, with its length and a way to see more."""
    if not style.limit or len(text) <= style.limit + _NOTE:
        return text
    cut = text[: style.limit].rsplit(" ", 1)[0] if " " in text[style.limit // 2 : style.limit] else text[: style.limit]
    return f"{cut.rstrip()}… ({number(len(text))} characters{'; ' + style.more if style.more else ''})"


def _listed(parts: list[str], style: Style) -> str:
    if style.items and len(parts) > style.items:
        left = len(parts) - style.items
        tail = f"and {number(left)} more{' (' + style.more + ')' if style.more else ''}"
        return ", ".join([*parts[: style.items], tail])
    return ", ".join(parts) or "none"


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text.lower() not in _AMBIGUOUS else f'"{text}"'


def _spelled_out(char: str, *, blanks: bool) -> str:
    if char in _NAMED:
        return _NAMED[char]
    sort = unicodedata.category(char)
    if char == _JOINER or not (sort in _HIDDEN or (blanks and sort == "Zs" and char != " ")):
        return char
    code = ord(char)
    return (
        f"\\x{code:02x}" if code < 0x100 and sort == "Cc" else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def _contrast(one: str, other: str) -> tuple[str, str]:
    """The two texts without what they begin and end with alike, cut between words."""
    start = _alike(one, other)
    stop = min(_alike(one[::-1], other[::-1]), min(len(one), len(other)) - start)
    return _around(one, start, len(one) - stop), _around(other, start, len(other) - stop)


def _alike(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _around(text: str, start: int, stop: int) -> str:
    first = text.find(" ", max(0, start - _CONTEXT), start) + 1 if start > _CONTEXT else 0
    first = first or max(0, start - _CONTEXT)
    last = text.rfind(" ", stop, stop + _CONTEXT) if len(text) - stop > _CONTEXT else len(text)
    last = last if last > stop else min(len(text), stop + _CONTEXT)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
