"""Keeps calls below the instance's shared limits: so many in any 20 seconds, and few at once."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mopsctl.provider import http

WINDOW_SECONDS = 20.0
AT_ONCE = 5  # of the 10 that all integrations of an instance share

clock: Callable[[], float] = time.monotonic  # looked up at call time, so that tests can stand in for it


_shared: dict[tuple[str, int], Pace] = {}


def shared(address: str, calls: int) -> Pace:
    """The one window of this process for an account: a plan and the apply after it count together."""
    return _shared.setdefault((address, calls), Pace(calls))


def start_over() -> None:
    """Forget every window; for tests, whose clocks start again."""
    _shared.clear()


class Pace:
    """A sliding window. A call that would be one too many waits until the oldest one leaves the window."""

    def __init__(self, calls: int, seconds: float = WINDOW_SECONDS) -> None:
        self._seconds = seconds
        self._starts: deque[float] = deque(maxlen=calls)
        self._guard = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Enter around one call."""
        with self._places:
            wait = self._place()
            if wait > 0:
                http.sleep(wait)
            yield

    def _place(self) -> float:
        """Take the next free place; how long to wait for it, in seconds."""
        with self._guard:
            now = clock()
            full = len(self._starts) == self._starts.maxlen
            start = max(now, self._starts[0] + self._seconds) if full else now
            self._starts.append(start)
            return start - now
