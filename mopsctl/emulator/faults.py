"""Named faults: what a test tells an emulator to do wrong, and when.

The chassis itself knows, for every vendor:

lost_request     the connection is cut before anything happens
lost_response    the request takes full effect, then the connection is cut without an answer
half_response    the request takes full effect, then the connection is cut in the middle of the answer's body
garbage          the request takes full effect, then half of the JSON is sent as if it were all
status           `params.status` is answered with a body in the vendor's shape; nothing happens
rate_limited     429, or what the vendor answers instead; `params` as the vendor's emulator says; nothing happens
html             a page of HTML with `params.status` (200 if left out), as a proxy would send; nothing happens
expired_token    the token in use expires at that moment; the request then runs into it
lag              the request takes effect, the next `params.reads` reads of what it touched show the state before
schema_moved     somebody else does `params.action` with `params.body` right before the request is handled

A vendor's emulator may add names; its handlers find those in `call.faults`.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mopsctl.emulator.store import Store

BEFORE = frozenset({"lost_request", "status", "rate_limited", "html"})
"""Faults that answer (or do not) in place of the handler."""
AFTER = frozenset({"lost_response", "half_response", "garbage"})
"""Faults that spoil the answer to a request that took effect."""
BESIDE = frozenset({"expired_token", "lag", "schema_moved"})
"""Faults that leave the answer to the handler; they combine with the others."""
CHASSIS_FAULTS = BEFORE | AFTER | BESIDE

_COLLECTION = "_faults"


@dataclass(frozen=True)
class Fault:
    """One fault and the requests that meet it.

    `method` and `kind` (`read`, `write`, `other`) match any request if empty; `path` is a regular expression searched in
    the path. The first `after` matching requests pass unharmed, then `times` requests are hit (0: until removed).
    """

    name: str
    method: str = ""
    path: str = ""
    after: int = 0
    times: int = 1
    params: dict[str, Any] = field(default_factory=dict)
    kind: str = ""
    id: str = ""

    def matches(self, method: str, path: str, kind: str) -> bool:
        """Whether a request is one that this fault looks at."""
        return (
            self.method.upper() in {"", method}
            and self.kind in {"", kind}
            and (not self.path or re.search(self.path, path) is not None)
        )


class FaultBox:
    """The faults that are set on one emulator; they live in its store, so every process that serves it meets them."""

    def __init__(self, store: Store, known: frozenset[str] = CHASSIS_FAULTS) -> None:
        self._store = store
        self.known = known

    def add(self, fault: Fault) -> Fault:
        """Set a fault; the returned one has its id. ValueError if the name or the pattern is wrong."""
        if fault.name not in self.known:
            raise ValueError(f'no fault is called "{fault.name}"; there are {", ".join(sorted(self.known))}')
        try:
            re.compile(fault.path)
        except re.error as error:
            raise ValueError(f'the path "{fault.path}" is not a regular expression: {error}') from None
        with self._store.transaction():
            kept = replace(fault, id=str(self._store.next_id(_COLLECTION)))
            self._store.put(_COLLECTION, kept.id, asdict(kept))
        return kept

    def list(self) -> list[Fault]:
        """The faults that are still to happen, oldest first."""
        return [Fault(**doc) for doc in self._store.list(_COLLECTION)]

    def remove(self, fault_id: str) -> bool:
        """Take a fault back; False if it is not set (any more)."""
        return self._store.delete(_COLLECTION, fault_id)

    def clear(self) -> None:
        """Take all faults back."""
        with self._store.transaction():
            for key, _ in self._store.items(_COLLECTION):
                self._store.delete(_COLLECTION, key)

    def take(self, method: str, path: str, kind: str) -> tuple[Fault, ...]:
        """The faults that hit this request, used up by it; at most one of them answers or spoils the answer."""
        with self._store.transaction():
            hit = list[Fault]()
            for fault in self.list():
                if not fault.matches(method, path, kind):
                    continue
                if fault.after:
                    self._store.put(_COLLECTION, fault.id, asdict(replace(fault, after=fault.after - 1)))
                elif fault.name in BESIDE or not any(_exclusive(other) for other in hit):
                    hit.append(fault)
                    self._use(fault)
            return tuple(hit)

    def _use(self, fault: Fault) -> None:
        if fault.times == 1:
            self._store.delete(_COLLECTION, fault.id)
        elif fault.times > 1:
            self._store.put(_COLLECTION, fault.id, asdict(replace(fault, times=fault.times - 1)))


def _exclusive(fault: Fault) -> bool:
    return fault.name in BEFORE | AFTER
