"""What to type next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from mopsctl.engine.plan import Plan
from mopsctl.engine.report import Applied


def after_validation(folder: Path, environment: str | None, *, errors: bool) -> list[str]:
    """After `validate`."""
    if errors:
        return ["fix the errors, then validate again"]
    return [shlex.join(["mopsctl", "plan", *_named(folder), "-e", environment or "ENV"])]


def after_plan(
    plan: Plan, folder: Path | None, saved: Path | None, again: Sequence[str] = (), trust: Sequence[str] = ()
) -> list[str]:
    """After `plan` and `show`; `saved` is the plan's file, `folder` its stack where that is known.

    `again` are the options that another plan needs to be the same one, `trust` those that every command has to repeat.
    """
    if plan.unreadable:
        names = ", ".join(report.title for report in plan.unreadable)
        return [f"fix the connection to {names}, then plan again"]
    if plan.refused:
        return ["an apply refuses this plan: see the errors under Checks"]
    if not plan.pending:
        return []
    if saved is not None:
        more = ["--allow-remove"] if plan.summary["remove"] else []
        return [shlex.join(["mopsctl", "apply", str(saved), *_where(folder, saved), *more, *trust])]
    return [shlex.join(["mopsctl", "apply", *_named(folder), "-e", plan.environment, *again, *trust])]


def after_apply(report: Applied, plan: Plan, folder: Path) -> list[str]:
    """After `apply`."""
    again = shlex.join(["mopsctl", "plan", *_named(folder), "-e", plan.environment])
    if report.complete:
        return [f"{again}  # once the manual steps are done"] if report.manual else []
    open_ = [line for line in report.lines if line.outcome in ("unknown", "skipped", "not-started", "failed")]
    if open_:
        more = ["--allow-remove"] if any(line.change.removals for line in open_) else []
        resume = shlex.join(["mopsctl", "apply", *_named(folder), "-e", plan.environment, "--resume", *more])
        return [f"{resume}  # goes on with this plan", f"{again}  # starts afresh"]
    return [f"{again}  # to see what moved"]


def after_drift(plan: Plan, folder: Path) -> list[str]:
    """After `drift`."""
    if not plan.drift:
        return []
    return [
        f"{shlex.join(['mopsctl', 'plan', *_named(folder), '-e', plan.environment])}  # what putting it back would do"
    ]


def _named(folder: Path | None) -> list[str]:
    return [str(folder)] if folder is not None and folder != Path() else []


def _where(folder: Path | None, saved: Path) -> list[str]:
    """`--stack`, where apply would not find the stack by itself."""
    from mopsctl.cli.stacks import nearest_above

    if folder is None or folder.resolve() == Path.cwd().resolve() or nearest_above(saved) == folder.resolve():
        return []
    return ["--stack", str(folder)]
