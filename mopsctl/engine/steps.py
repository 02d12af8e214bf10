"""Manual steps by screen: what one person does on one visit to one screen is one step. Pure.

A row of a step is a change of the plan. Rows keep their own marks, so that what is read back of one is still verified, and only
the row opens again that asks for something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mopsctl.engine.plan import Change, StepState

NEWS: frozenset[StepState] = frozenset(("new", "reopened"))


@dataclass(frozen=True, slots=True)
class Step:
    """One visit of a person to one screen; `rest` counts its rows that are not asked for, or nothing is to be said of."""

    id: str
    rows: tuple[Change, ...]
    rest: int = 0

    @property
    def first(self) -> Change:
        """The row that the others are gathered under."""
        return self.rows[0]

    @property
    def gathered(self) -> bool:
        """True where it has the name of a screen, and not that of its only row."""
        return bool(self.first.screen)

    @property
    def title(self) -> str:
        """The screen, or what its only row is about."""
        return self.first.screen or self.first.title

    @property
    def state(self) -> StepState:
        """The most urgent one of its rows'."""
        mine = {row.step for row in self.rows}
        return next(state for state in ("reopened", "new", "standing", "attested") if state in mine)

    @property
    def state_why(self) -> str:
        """Why it is open again, or who attested it."""
        return "; ".join(dict.fromkeys(row.step_why for row in self.rows if row.step == self.state and row.step_why))

    @property
    def check(self) -> Literal["", "read", "attest"]:
        """`read` where mopsctl reads back each row that is left."""
        left = {row.check for row in self.rows if row.open_step} or {row.check for row in self.rows}
        return "attest" if "attest" in left else "read" if "read" in left else ""

    @property
    def checks(self) -> tuple[str, ...]:
        """Each way in which what is left of it is verified."""
        return tuple(sorted({row.check for row in self.rows if row.open_step} or {self.check}))

    @property
    def attestable(self) -> tuple[Change, ...]:
        """The open rows that no API shows."""
        return tuple(row for row in self.rows if row.open_step and row.check != "read")

    @property
    def whys(self) -> tuple[str, ...]:
        """Why it is left to a person, each reason once."""
        return tuple(dict.fromkeys(row.why for row in self.rows if row.why))

    @property
    def lead(self) -> tuple[str, ...]:
        """The sentences that all rows begin with; none where there is one row only."""
        if len(self.rows) < 2:
            return ()
        same = 0
        for sentences in zip(*(row.steps for row in self.rows), strict=False):
            if len(set(sentences)) > 1:
                break
            same += 1
        return self.first.steps[:same]

    def own(self, row: Change) -> tuple[str, ...]:
        """What is said of this row alone."""
        return row.steps[len(self.lead) :]

    def mark(self, row: Change) -> str:
        """What sets a row apart from the others of its step: its state and why; empty where all are alike."""
        if all((each.step, each.step_why) == (row.step, row.step_why) for each in self.rows) and not self.rest:
            return ""
        return f"{row.step}: {row.step_why}" if row.step_why else row.step

    def narrowed(self, states: frozenset[StepState]) -> Step | None:
        """The step with its rows in these states only; None where none is."""
        rows = tuple(row for row in self.rows if row.step in states)
        return replace(self, rows=rows, rest=self.rest + len(self.rows) - len(rows)) if rows else None


def gathered(changes: Iterable[Change]) -> tuple[Step, ...]:
    """The manual steps of these changes, in the order of the changes; what is about one thing stands together in a step."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        if change.has_steps:
            found.setdefault(change.step_id, []).append(change)
    return tuple(Step(name, tuple(sorted(rows, key=_thing))) for name, rows in found.items())


def _thing(row: Change) -> tuple[str, str]:
    return row.address.name, row.address.kind
