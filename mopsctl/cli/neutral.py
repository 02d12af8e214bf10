"""Takes from what is printed whatever a terminal or a CI runner would act on instead of showing it.

A label, an error of a vendor or a line of a damaged file may say `::error::` or `##vso[…]`, and a runner that finds it in the
log obeys. GitHub looks for `::` at the start of a line, blanks before it or not, and for `##[` anywhere; Azure Pipelines for
`##vso[`, TeamCity for `##teamcity[`; GitLab's sections, like all else that moves a cursor, begin with an escape character.

JSON and XML keep their meaning to the letter: there the same characters are only written another way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

JSON: Final = ("json", "sarif")
XML: Final = ("html", "junit")

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b\u200c\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0001-\U000e007f]"
)
_COMMAND: Final = re.compile(r"#(?=#(?:\w+)?\[)")
_AT_START: Final = re.compile(r"^(\s*):(?=:)", re.MULTILINE)
_COLOUR: Final = re.compile(r"(\x1b\[[0-9;]*m)")


def neutral(text: str, form: str = "text", *, colored: bool = False) -> str:
    """The text with nothing in it that acts; `colored` leaves our own colours in."""
    if form in JSON:
        return _COMMAND.sub(r"\\u0023", _HIDDEN.sub(lambda found: _units(found[0], r"\u{:04x}"), text))
    if form in XML:
        spelled = _HIDDEN.sub(_referred, text)
        return _AT_START.sub(r"\1&#58;", _COMMAND.sub("&#35;", spelled))
    return _AT_START.sub(r"\1: ", _COMMAND.sub("# ", _plain(text, colored=colored)))


def _plain(text: str, *, colored: bool) -> str:
    if not colored:
        return _HIDDEN.sub(_spelled, text)
    parts = _COLOUR.split(text)  # every second one is a colour
    return "".join(part if place % 2 else _HIDDEN.sub(_spelled, part) for place, part in enumerate(parts))


def _spelled(found: re.Match[str]) -> str:
    point = ord(found[0])
    form: Callable[[int], str] = (
        r"\x{:02x}" if point < 0x100 else r"\u{:04x}" if point < 0x10000 else r"\U{:08x}"
    ).format
    return form(point)


def _referred(found: re.Match[str]) -> str:
    """A reference, where there is one for such a character."""
    point = ord(found[0])
    return _spelled(found) if point < 0xA0 or 0xD800 <= point <= 0xDFFF else f"&#{point};"


def _units(char: str, form: str) -> str:
    """A character in units of 16 bits, as JSON escapes it."""
    data = char.encode("utf-16-be", "surrogatepass")
    return "".join(form.format(int.from_bytes(data[at : at + 2], "big")) for at in range(0, len(data), 2))
