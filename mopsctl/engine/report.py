"""What a run tells while it goes on (events), and what it has to say at the end (the report of an apply)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from mopsctl.address import Address
from mopsctl.engine.plan import Change, DriftField
from mopsctl.resource import Outcome
from mopsctl.secrets import mask

EventKind = Literal["reading", "read", "unreadable", "counting", "writing", "finished", "waiting", "info"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened; `position` of `total` where the length is known, in changes."""

    kind: EventKind
    system: str = ""
    address: Address | None = None
    text: str = ""
    outcome: Outcome | None = None
    position: int = 0
    total: int = 0


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """A listener that does nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one change.

    `because` names the change that stood in its way; `moved` shows, for a refused one, before (as planned), now and wanted.
    `half` tells of a failed one that some of its calls took effect. The words may be a vendor's: no secret stays in them.
    """

    change: Change
    outcome: Outcome
    error: str = ""
    hint: str = ""
    note: str = ""
    because: str = ""
    moved: tuple[DriftField, ...] = ()
    remote_id: str | None = None
    half: bool = False

    def __post_init__(self) -> None:
        for name in ("error", "hint", "note"):
            object.__setattr__(self, name, mask(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Applied:
    """The report of an apply, in heaps; `interrupted` is the signal's name or empty."""

    digest: str
    lines: tuple[Line, ...]
    interrupted: str = ""
    resumed: bool = False
    manual: tuple[Change, ...] = field(default=())

    def heap(self, outcome: Outcome) -> tuple[Line, ...]:
        """The changes with that outcome, in the order of the plan."""
        return tuple(line for line in self.lines if line.outcome == outcome)

    @property
    def complete(self) -> bool:
        """True where every change is done."""
        return all(line.outcome == "done" for line in self.lines)

    @property
    def started(self) -> bool:
        """True where at least one change took, or may have taken, effect."""
        return any(line.outcome in ("done", "unknown") for line in self.lines)
