"""Judges a plan as a whole: does it take away or change more than one run should?

The verdicts are part of the plan. They never stop a preview, only an apply, and only until this very plan is accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from mopsctl.diagnostics import Diagnostic, Level
from mopsctl.engine.plan import Change, Drift
from mopsctl.state.model import State

OnDrift = Literal["warn", "fail", "overwrite"]
ACCEPTABLE = ("SL001", "SL002", "SL003")  # verdicts that `--accept DIGEST` lifts


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that one run may do: a count, and percent of the things that are ours. None: no limit on that side."""

    count: int | None = None
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """An environment's limits. Percentages do not count while fewer than `few` things are ours."""

    remove: Limit = field(default_factory=lambda: Limit(count=10, percent=30))
    change: Limit = field(default_factory=Limit)
    few: int = 10


def verdicts(changes: Sequence[Change], state: State, limits: Limits) -> list[Diagnostic]:
    """What the limits say about these changes."""
    ours = len(state.entries)
    removed = sum(change.removals for change in changes)
    changed = sum(change.action == "change" for change in changes)
    found = [
        _judged(("SL001", "removes"), removed, ours, limits.remove, limits.few),
        _judged(("SL002", "changes"), changed, ours, limits.change, limits.few),
    ]
    return [each for each in found if each is not None]


def about_drift(drift: Sequence[Drift], on_drift: OnDrift) -> list[Diagnostic]:
    """What the stack's author wants to be said about things that somebody changed on a system."""
    if on_drift == "overwrite":
        return []
    level: Level = "error" if on_drift == "fail" else "warning"
    return [
        Diagnostic(
            rule="SL003",
            level=level,
            message=f"{each.title} was changed on the system since the last apply.",
            hint="take it over into the manifest, put it back with this plan, or leave it to others; 'mopsctl drift' shows it",
            address=str(each.address),
        )
        for each in drift
    ]


def _judged(rule: tuple[str, str], number: int, ours: int, limit: Limit, few: int) -> Diagnostic | None:
    share = 100 * number / ours if ours else 0
    too_many = limit.count is not None and number > limit.count
    too_large = limit.percent is not None and ours >= few and share > limit.percent
    if not (too_many or too_large):
        return None
    allowed = f"{limit.count} things" if too_many else f"{limit.percent:g} percent"
    return Diagnostic(
        rule=rule[0],
        level="error",
        message=f"The plan {rule[1]} {number} of {ours} things ({share:.0f} percent); one run may do {allowed}.",
        hint="look at each one; then apply with --accept DIGEST, or raise the limits of the environment",
    )
