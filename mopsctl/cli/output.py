"""A plan in the format that was asked for, and the exit code it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mopsctl.cli.terminal import Terminal
from mopsctl.engine.plan import Plan
from mopsctl.render import formats

DONE, FAILED, PENDING, REFUSED = 0, 1, 2, 3


def rendered(
    plan: Plan,
    terminal: Terminal,
    next_steps: Sequence[str] = (),
    base: str = "",
    max_bytes: int = 0,
    by: str = "meaning",
) -> str:
    """The plan in the terminal's format; `base` goes in front of file names in SARIF, `max_bytes` bounds Markdown, `by` orders."""
    wishes = formats.Wishes(terminal.screen(), next_steps, base, max_bytes, by == "system")
    return formats.PLAN[terminal.format](plan, wishes)


def exit_code(plan: Plan, *, detailed: bool) -> int:
    """0, or 1 where a system could not be read; in detail 3 where a finding stops an apply, 2 where changes are pending."""
    if plan.unreadable:
        return FAILED
    if detailed and plan.refused:
        return REFUSED
    return PENDING if detailed and plan.pending else DONE


def base_of(folder: Path) -> str:
    """The folder as seen from the current one, for file names in SARIF; empty where it lies elsewhere."""
    here, there = Path.cwd().resolve(), folder.resolve()
    return there.relative_to(here).as_posix() if there.is_relative_to(here) and there != here else ""
