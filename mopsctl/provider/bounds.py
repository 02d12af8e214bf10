"""How long a call and a read may take, and how long an answer may be.

A time limit of the HTTP library holds for one look at the socket, so that a host that sends a byte a minute never meets it. The
clock here counts a whole call with everything that is tried again, and a whole read of a system.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from mopsctl.errors import MopsctlError
from mopsctl.provider.contract import Connection

MEGABYTE = 1_000_000
_SOON = 0.05  # seconds; a socket's own clock may ring that much early


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one connection: seconds for a call, seconds for a whole read, bytes of an unpacked answer."""

    call_seconds: float = 120.0
    read_seconds: float = 3600.0
    answer_bytes: int = 100 * MEGABYTE

    @classmethod
    def of(cls, connection: Connection) -> Bounds:
        """What the connection's settings say. MopsctlError where one of them is no number above zero."""
        usual = cls()
        return cls(
            _number(connection, "deadline_seconds", usual.call_seconds),
            _number(connection, "read_minutes", usual.read_seconds / 60) * 60,
            int(_number(connection, "answer_megabytes", usual.answer_bytes / MEGABYTE) * MEGABYTE),
        )


def _number(connection: Connection, name: str, usual: float) -> float:
    text = connection.text(name) or str(usual)
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not (math.isfinite(found) and found > 0):
        raise MopsctlError(
            f"The setting {name} of {connection.system} is '{text}'.",
            hint=f"it is a number above zero, such as {usual:g}",
        )
    return found


@dataclass(frozen=True, slots=True)
class Clock:
    """When something must be over; `words` and `setting` say what it is and who decides how long it may take."""

    until: float
    words: str
    setting: str

    def left(self) -> float:
        """Seconds that are left; none or fewer where time is up."""
        return self.until - time.monotonic()

    def over(self) -> bool:
        """Whether time is up."""
        return self.left() < _SOON


class Overdue(Exception):
    """Time is up. It stays inside the HTTP room, which turns it into an error for people."""


class TooLong(Exception):
    """An answer is longer than it may be. It stays inside the HTTP room, too."""


_whole: ContextVar[Clock | None] = ContextVar("whole", default=None)
_call: ContextVar[Clock | None] = ContextVar("call", default=None)


@contextlib.contextmanager
def reading(bounds: Bounds) -> Iterator[None]:
    """While inside, every call of this thread ends when the whole read must be over."""
    words = f"the whole read took longer than {bounds.read_seconds / 60:g} minutes"
    mark = _whole.set(Clock(time.monotonic() + bounds.read_seconds, words, "read_minutes"))
    try:
        yield
    finally:
        _whole.reset(mark)


@contextlib.contextmanager
def calling(bounds: Bounds) -> Iterator[Clock]:
    """While inside, sockets of this thread wait no longer than this call may take."""
    words = f"the call took longer than {bounds.call_seconds:g} seconds"
    own, whole = Clock(time.monotonic() + bounds.call_seconds, words, "deadline_seconds"), _whole.get()
    clock = whole if whole is not None and whole.until < own.until else own
    mark = _call.set(clock)
    try:
        yield clock
    finally:
        _call.reset(mark)


def at_most(seconds: float | None) -> float | None:
    """The time a socket may wait, cut down to what is left of the call. Overdue where nothing is left."""
    clock = _call.get()
    if clock is None:
        return seconds
    left = clock.left()
    if left <= 0:
        raise Overdue
    return left if seconds is None else min(seconds, left)


SETTINGS: Mapping[str, str] = {
    "deadline_seconds": "How long one call may take, with everything that is tried again; 120 if left out.",
    "read_minutes": "How long the whole read of the system may take; 60 if left out.",
    "answer_megabytes": "How long one answer may be once it is unpacked; 100 if left out.",
}
"""Settings that every adapter's connection has."""
