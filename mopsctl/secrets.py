"""Values that may live in memory only: never in a file, a log, a plan or on the screen."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import threading
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

from mopsctl.errors import Refused

MASK = "(secret)"
SHORTEST = 6  # shorter values would mask ordinary words


class Secret:
    """A value that has no text form: `str`, `repr`, `format` and JSON never show it.

    It is deliberately not a `str`, because a subclass with a masked `repr` still leaks through serialisers.
    """

    __slots__ = ("_reveal", "name")

    def __init__(self, value: str, name: str = "") -> None:
        self._reveal: Callable[[], str] = lambda: value  # libraries that look into slots find a function, not the value
        self.name = name
        register(value, name)

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self._reveal()

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is never written down")


_known: dict[str, str] = {}  # each spelling of each secret -> what the secret is called
_guard = threading.Lock()


def register(value: str, name: str = "") -> None:
    """From now on `mask` hides this value (a token that was fetched in mid-run, for instance), also as addresses and JSON
    spell it, and no file is written with it.
    """
    if len(value) >= SHORTEST:
        with _guard:
            _known.update(dict.fromkeys(_spellings(value), name or "a token"))


def _spellings(value: str) -> set[str]:
    whole = value.encode("utf-8", "surrogatepass")
    json_texts = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    quoted = {quote(whole), quote(whole, safe=""), quote_plus(whole)}
    lower = {re.sub("%[0-9A-F]{2}", lambda each: each[0].lower(), text) for text in quoted}
    packed = {base64.b64encode(whole).decode(), base64.urlsafe_b64encode(whole).decode()}
    return {value, html.escape(value), html.escape(value, quote=False), *quoted, *lower, *packed, *json_texts}


def mask(text: str) -> str:
    """The text with every known secret replaced; the last gate before anything is printed, logged or stored."""
    with _guard:
        values = sorted(_known, key=len, reverse=True)
    for value in values:
        text = text.replace(value, MASK)
    return text


def refuse_in(text: str, what: str) -> None:
    """Raise Refused where a text that is about to become a file holds a known secret in any spelling.

    No secret gets that far, whatever a manifest says; this is for the mistake that nobody has thought of.
    """
    with _guard:
        names = sorted({name for spelling, name in _known.items() if spelling in text})
    if names:
        raise Refused(
            f"{what} would hold a secret ({names[0]}) that anybody could read there, so it is not written.",
            hint="see where the manifests or a system repeat it, take it out there, and renew the secret",
        )


class MaskingFilter(logging.Filter):
    """A logging filter that masks secrets in the finished message."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the record's message is masked in place."""
        record.msg, record.args = mask(record.getMessage()), ()
        return True


def forget_all(values: Iterable[str] = ()) -> None:
    """Empty the register (or only the given values of it); for tests."""
    with _guard:
        for spelling in [each for value in values for each in _spellings(value)] or list(_known):
            _known.pop(spelling, None)
