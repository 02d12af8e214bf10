"""Names of things on systems: `system:kind/name`, for instance `hubspot:property/contact.business_unit`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

_SHAPE = re.compile(r"^(?P<system>[a-z][a-z0-9_-]*):(?P<kind>[a-z][a-z0-9_-]*)/(?P<name>.+)$", re.DOTALL)


@dataclass(frozen=True, order=True, slots=True)
class Address:
    """Where a thing lives and what it is called there.

    `system` is the name the stack gives the system, `kind` one of its adapter's kinds, `name` the natural key: what the
    vendor itself keeps unique, never a generated id, so that a lost state file costs nothing.
    """

    system: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.system}:{self.kind}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `system:kind/name` back; ValueError where the text has another shape."""
        found = _SHAPE.match(text)
        if found is None:
            raise ValueError(f"'{text}' is no address: it reads system:kind/name")
        return cls(found["system"], found["kind"], found["name"])


@dataclass(frozen=True, slots=True)
class Selection:
    """What `--only` and `--except` leave: glob patterns on addresses, `*` over everything."""

    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """True where something may be left out."""
        return bool(self.only or self.but)

    def has(self, address: Address | str) -> bool:
        """True where the address is selected."""
        return (not self.only or _any(address, self.only)) and not _any(address, self.but)

    def may_have_system(self, system: str) -> bool:
        """False only where no address of that system can be selected, so that it need not be read."""
        whole = any(pattern in ("*", f"{system}:*") for pattern in self.but)
        return not whole and (not self.only or any(_could_be_in(system, pattern) for pattern in self.only))


def _any(address: Address | str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(str(address), pattern) for pattern in patterns)


def _could_be_in(system: str, pattern: str) -> bool:
    head = pattern.split(":", 1)[0]
    return fnmatchcase(system, head) or any(sign in head for sign in "*?[")  # which may stand for the colon too
