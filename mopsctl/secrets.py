"""Values that may live in memory only: never in a file, a log, a plan or on the screen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

MASK = "(secret)"
_SHORTEST = 6  # shorter values would mask ordinary words


class Secret:
    """A value that has no text form: `str`, `repr`, `format` and JSON never show it.

    It is deliberately not a `str`, because a subclass with a masked `repr` still leaks through serialisers.
    """

    __slots__ = ("_value", "name")

    def __init__(self, value: str, name: str = "") -> None:
        self._value = value
        self.name = name
        register(value)

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is never written down")


_known: set[str] = set()
_guard = threading.Lock()


def register(value: str) -> None:
    """From now on `mask` hides this value (a token that was fetched in mid-run, for instance)."""
    if len(value) >= _SHORTEST:
        with _guard:
            _known.add(value)


def mask(text: str) -> str:
    """The text with every known secret replaced; the last gate before anything is printed, logged or stored."""
    with _guard:
        values = sorted(_known, key=len, reverse=True)
    for value in values:
        text = text.replace(value, MASK)
    return text


class MaskingFilter(logging.Filter):
    """A logging filter that masks secrets in the finished message."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the record's message is masked in place."""
        record.msg, record.args = mask(record.getMessage()), ()
        return True


def forget_all(values: Iterable[str] = ()) -> None:
    """Empty the register (or only the given values of it); for tests."""
    with _guard:
        _known.difference_update(list(values) or list(_known))
