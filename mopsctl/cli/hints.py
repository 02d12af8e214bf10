"""What to type next."""

from __future__ import annotations

import shlex
from pathlib import Path

from mopsctl.engine.plan import Plan
from mopsctl.engine.report import Applied


def after_validation(folder: Path, environment: str | None, *, errors: bool) -> list[str]:
    """After `validate`."""
    if errors:
        return ["mend the errors, then validate again"]
    return [f"mopsctl plan{_stack(folder)} -e {shlex.quote(environment or 'ENV')}"]


def after_plan(plan: Plan, folder: Path | None, saved: Path | None) -> list[str]:
    """After `plan` and `show`; `saved` is the plan's file, `folder` its stack where that is known."""
    if plan.unreadable:
        names = ", ".join(report.title for report in plan.unreadable)
        return [f"mend the connection to {names}, then plan again"]
    if plan.refused:
        return ["an apply refuses this plan: see the errors under Checks"]
    if not plan.pending:
        return []
    if saved is not None:
        return [f"mopsctl apply {shlex.quote(str(saved))}{_where(folder, saved)}"]
    return [f"mopsctl apply{_stack(folder)} -e {shlex.quote(plan.environment)}"]


def after_apply(report: Applied, plan: Plan, folder: Path) -> list[str]:
    """After `apply`."""
    again = f"mopsctl plan{_stack(folder)} -e {shlex.quote(plan.environment)}"
    if report.complete:
        return [f"{again}, once the steps by hand are done"] if report.by_hand else []
    open_ = [line for line in report.lines if line.outcome in ("unknown", "skipped", "not-started", "failed")]
    if open_:
        resume = f"mopsctl apply{_stack(folder)} -e {shlex.quote(plan.environment)} --resume"
        return [f"{resume}   goes on with this plan", f"{again}   starts afresh"]
    return [f"{again}   to see what moved"]


def _stack(folder: Path | None) -> str:
    return f" {shlex.quote(str(folder))}" if folder is not None and folder != Path() else ""


def _where(folder: Path | None, saved: Path) -> str:
    """`--stack`, where apply would not find the stack by itself."""
    from mopsctl.cli.stacks import nearest_above

    if folder is None or folder.resolve() == Path.cwd().resolve() or nearest_above(saved) == folder.resolve():
        return ""
    return f" --stack {shlex.quote(str(folder))}"
