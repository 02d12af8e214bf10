"""Which manual steps and findings of a plan are new, which were there before, and which somebody attested. Pure."""

from __future__ import annotations

from dataclasses import replace

from mopsctl.engine.plan import Change, Plan, StepState, finding_key
from mopsctl.state.worklist import Attestation, WorkList


def marked(plan: Plan, found: WorkList, today: str) -> Plan:
    """The plan with each step's state and the findings that stood before; nothing that would be done depends on it.

    `today` is a day, 2027-03-01, on which attestations with an end may have run out.
    """
    changes = tuple(_step(change, found, today) if change.has_steps else change for change in plan.changes)
    standing = frozenset(key for each in plan.verdicts if (key := finding_key(each)) in found.findings)
    return replace(plan, changes=changes, standing=standing)


def shown(found: WorkList, plan: Plan) -> WorkList:
    """The work list after an apply of the plan: what it listed is no news the next time; a part of a plan adds to what was."""
    steps = {change.id: change.step_fingerprint for change in plan.changes if change.has_steps}
    findings = frozenset(map(finding_key, plan.verdicts))
    if plan.partial:
        return replace(found, shown={**found.shown, **steps}, findings=found.findings | findings)
    return replace(found, shown=steps, findings=findings)


def _step(change: Change, found: WorkList, today: str) -> Change:
    state, why = _state(change, found.attested.get(change.id), today)
    if state == "new" and change.id in found.shown:
        same = found.shown[change.id] == change.step_fingerprint
        state, why = ("standing", "") if same else ("reopened", "what it asks for changed since the last apply")
    return replace(change, step=state, step_why=why)


def _state(change: Change, said: Attestation | None, today: str) -> tuple[StepState, str]:
    if said is None:
        return "new", ""
    if said.fingerprint != change.step_fingerprint:
        return "reopened", f"what it asks for changed since {said.by} attested it on {said.on}"
    if said.until and said.until < today:
        return "reopened", f"what {said.by} attested on {said.on} held until {said.until}"
    return "attested", f"attested by {said.by} on {said.on}{f', until {said.until}' if said.until else ''}: {said.note}"
