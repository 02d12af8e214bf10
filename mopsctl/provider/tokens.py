"""The access token of a connection: fetched when first needed, renewed once for everybody who saw it refused."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Answer = TypeVar("Answer")


class TokenCache(Generic[T]):
    """One token for all threads. `fetch` gets another and raises where it cannot; `good` is false for one that is too old."""

    def __init__(self, fetch: Callable[[], T], good: Callable[[T], bool] = lambda _: True) -> None:
        self._fetch = fetch
        self._good = good
        self._guard = threading.Lock()
        self._token: T | None = None

    def current(self) -> T:
        """The token in use."""
        with self._guard:
            return self._fetched() if self._token is None or not self._good(self._token) else self._token

    def renew(self, dead: T) -> T:
        """A token that is not `dead`: another thread's new one, or one fetched now."""
        with self._guard:
            return self._fetched() if self._token is None or self._token == dead else self._token

    def used(self, send: Callable[[T], Answer], over: type[Exception] | tuple[type[Exception], ...]) -> Answer:
        """What `send` answers with the token, and, where that raises `over`, with a new one; the second refusal stands.

        `over` must mean that nothing of the request was done.
        """
        token = self.current()
        try:
            return send(token)
        except over:
            return send(self.renew(token))

    def _fetched(self) -> T:
        self._token = self._fetch()
        return self._token
