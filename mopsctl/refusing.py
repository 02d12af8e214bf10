"""Why a plan is not carried out as it stands: checks, limits, an unread system, a stale basis, another account."""

from __future__ import annotations

from collections.abc import Sequence

from mopsctl.engine import document, safety
from mopsctl.engine.plan import Change, Inputs, Plan
from mopsctl.errors import ApprovalMissing, Refused, StalePlan, WrongAccount
from mopsctl.state.model import State


def refuse_removals(changes: Sequence[Change]) -> None:
    """A file alone takes nothing away. Raises ApprovalMissing."""
    removals = [change for change in changes if change.removals]
    if removals:
        many = "a thing" if len(removals) == 1 else f"{len(removals)} things"
        raise ApprovalMissing(
            f"The plan removes {many} ({removals[0].address}), and a file alone may not.",
            hint="apply it with --allow-remove",
        )


def refuse(made: Plan, accept: str | None) -> None:
    """Refuse a plan that a check, a limit or an unread system speaks against."""
    accepted = accept is not None and accept == document.digest(made)
    if accept is not None and not accepted:
        raise StalePlan(
            "The digest that was accepted is not the digest of this plan.", hint=f"this plan is {document.digest(made)}"
        )
    against = [each for each in made.refused if not (accepted and each.rule in safety.ACCEPTABLE)]
    if against:
        hint = f"fix it in the manifests and plan again ({len(against)} in all)"
        if all(each.rule in safety.ACCEPTABLE for each in against):
            hint = f"look at each one, then apply with --accept {document.digest(made)}"
        raise Refused(f"{against[0].rule}: {against[0].message}", hint=hint)
    refuse_unread(made)


def refuse_unread(made: Plan) -> None:
    """What could not be read is never taken for absent. Raises Refused."""
    if made.unreadable:
        system = made.unreadable[0]
        raise Refused(
            f"{system.title} could not be read, so nothing is applied: {system.message}",
            hint=f"fix it, or plan without it: --except '{system.name}:*'",
        )


def refuse_stale(made: Plan, now: Inputs, state: State | None, digest: str, *, resumed: bool) -> None:
    """Name the first thing the plan was decided on that is not so any more."""
    if not resumed and state is not None and digest in state.applied:
        raise StalePlan("This plan was applied already.", hint="plan again to see where things stand")
    pairs: list[tuple[str, object, object]] = [
        ("The manifests changed", made.inputs.manifests, now.manifests),
        ("The environment is another one", made.inputs.environment, now.environment),
        ("The adapters changed", dict(made.inputs.adapters), dict(now.adapters)),
    ]
    if not resumed:
        pairs.append(("The state is another one", made.inputs.lineage, now.lineage))
        pairs.append(("Something was applied", made.inputs.serial, now.serial))
    for what, planned, current in pairs:
        if planned != current:
            raise StalePlan(
                f"{what} since the plan was made: {_short(planned)} then, {_short(current)} now.",
                hint="plan again, and have the new plan reviewed",
            )


def refuse_other_account(made: Plan, name: str, account: str) -> None:
    """Raise WrongAccount where the credentials open another account than the one that was read for the plan."""
    planned = next((system for system in made.systems if system.name == name), None)
    if planned is not None and planned.account != account:
        raise WrongAccount(
            f"The plan was made for account {planned.account} of {planned.title}; the credentials open {account}.",
            hint="use the credentials the plan was made with, or plan again",
        )


def _short(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {value[key]}" for key in sorted(value))
    return str(value)[:19] or "none"
