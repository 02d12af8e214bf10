"""Asking before something is written: once for a plan, and once more for each change that cannot be taken back."""

from __future__ import annotations

from mopsctl.cli.terminal import Terminal
from mopsctl.engine.plan import Change, Plan
from mopsctl.errors import ApprovalMissing


def confirm(plan: Plan, terminal: Terminal, *, reviewed: bool, removals: bool = False) -> bool:
    """Ask for what the plan needs, and say whether each removal was asked about. Raises ApprovalMissing.

    A `reviewed` plan (a saved one) is not asked about as a whole; `removals` asks for each removal in any environment, for a
    file alone may not take anything away.
    """
    grave = [each for each in plan.changes if each.writes and _is_grave(plan, each, removals=removals)]
    if reviewed and not grave:
        return False
    if not terminal.interactive:
        raise ApprovalMissing(_nobody(plan, grave, reviewed=reviewed), hint=_hint(plan, reviewed=reviewed))
    if not reviewed:
        wanted = plan.environment if plan.protected else "yes"
        _typed(terminal, f"\nApply this plan to {plan.environment}? Type {wanted} to go on:", wanted)
    for change in grave:
        _typed(terminal, _question(change), change.address.name)
    terminal.say("\n")
    return plan.protected or removals


def _is_grave(plan: Plan, change: Change, *, removals: bool) -> bool:
    """True for what is confirmed one by one: in a protected environment, removals and what cannot be undone."""
    if change.action == "remove":
        return plan.protected or removals
    return plan.protected and change.irreversible


def _question(change: Change) -> str:
    from mopsctl.render import words

    what = f"{words.SYMBOLS[change.action]} {words.WORDS[change.action]} {change.noun} {change.title}"
    return f"\n{what}\n{change.address}\ncan be undone: {words.undo(change.undo)}\nType {change.address.name} to go on:"


def _typed(terminal: Terminal, question: str, wanted: str) -> None:
    answer = terminal.ask(question)
    if answer != wanted:
        raise ApprovalMissing(
            f"Nothing was applied: the answer was not '{wanted}'.",
            hint="to apply, run it again and type the whole word",
        )


def _nobody(plan: Plan, grave: list[Change], *, reviewed: bool) -> str:
    if not reviewed:
        return f"Nobody can be asked whether to apply this plan to {plan.environment}, so nothing was applied."
    many = "1 change" if len(grave) == 1 else f"{len(grave)} changes"
    return f"The plan removes things or cannot be undone in {many} ({grave[0].address}), and nobody can be asked."


def _hint(plan: Plan, *, reviewed: bool) -> str:
    if reviewed:
        more = " --allow-remove" if any(change.removals for change in plan.changes) else ""
        return f"apply it on a terminal, or say yes to all of it with --yes{more}"
    return f"save the plan (mopsctl plan -e {plan.environment} -o plan.json), have it reviewed, and apply the file; or add --yes"
