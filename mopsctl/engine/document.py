"""The plan as a JSON document, and back: the form that is saved, reviewed and read by other programs (`schemas/plan.json`)."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mopsctl import canonical, outside
from mopsctl.address import Address, Selection
from mopsctl.diagnostics import NOWHERE, Diagnostic, Level, Source
from mopsctl.engine.plan import COUNTED, Change, Drift, DriftField, Inputs, Plan, SystemReport, finding_key
from mopsctl.engine.steps import Step, gathered
from mopsctl.errors import PlanFileError
from mopsctl.outside import Unfit
from mopsctl.resource import FieldChange, Impact
from mopsctl.subject import Subject

FORMAT = "1.0"
_VERSION = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}")
AGAIN = "make it again with 'mopsctl plan -o FILE'"


def digest(plan: Plan) -> str:
    """Covers what would be done and on what it was decided; not record counts, calls, limits, the commit or the work list."""
    return canonical.digest(_decided(plan))


def _decided(plan: Plan) -> dict[str, Any]:
    data = _body(plan)
    data["inputs"].pop("commit")
    data.pop("summary")
    data.pop("steps")
    data["systems"] = [
        {key: system[key] for key in ("name", "provider", "account", "status")} for system in data["systems"]
    ]
    for change in data["changes"]:
        change.pop("impact")
        change.pop("step")
    for verdict in data["verdicts"]:
        verdict.pop("standing")
        if verdict["rule"] in COUNTED:
            verdict.pop("message")
    return data


def to_json(plan: Plan) -> dict[str, Any]:
    """The plan as one JSON document."""
    return {**_body(plan), "digest": digest(plan)}


def _body(plan: Plan) -> dict[str, Any]:
    return {
        "formatVersion": FORMAT,
        "stack": plan.stack,
        "environment": plan.environment,
        "partial": plan.partial,
        "protected": plan.protected,
        "allowRemove": plan.allow_remove,
        "selection": selection_json(plan.selection),
        "inputs": {
            "manifests": plan.inputs.manifests,
            "environment": plan.inputs.environment,
            "commit": plan.inputs.commit,
            "state": {"lineage": plan.inputs.lineage, "serial": plan.inputs.serial},
            "adapters": dict(plan.inputs.adapters),
        },
        "systems": [_system_json(system) for system in plan.systems],
        "changes": [change_json(change) for change in plan.changes],
        "steps": [_gathered_json(step) for step in gathered(plan.changes)],
        "drift": [_drift_json(drift) for drift in plan.drift],
        "verdicts": [
            {**_verdict_json(verdict), "standing": finding_key(verdict) in plan.standing} for verdict in plan.verdicts
        ],
        "summary": plan.summary,
    }


def read(path: Path) -> Plan:
    """The plan in a file. Raises PlanFileError where it is damaged, edited or of a newer format, FileNotFoundError."""
    try:
        data = outside.parsed(outside.text_of(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise PlanFileError(f"The plan {path} cannot be read: {error.strerror or error}.") from error
    except Unfit as error:
        raise PlanFileError(f"The plan {error.of(path)}.", hint=AGAIN) from error
    return from_json(data)


def from_json(data: Any) -> Plan:
    """Read a plan document back. Raises PlanFileError where it is of a newer format, has another shape, or was edited."""
    _check_format(data)
    try:
        plan = _plan_of(outside.checked(data, "plan"))
        found = to_json(plan)
    except Unfit as error:
        raise PlanFileError(f"{error.of('This is not a whole plan')}.", hint=AGAIN) from error
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise PlanFileError(f"This is not a whole plan: {type(error).__name__} at {error}.", hint=AGAIN) from error
    if canonical.dumps(found) != canonical.dumps(data):
        raise PlanFileError("The plan was edited after it was made: its content does not fit its digest.", hint=AGAIN)
    return plan


def _check_format(data: Any) -> None:
    version = data.get("formatVersion") if isinstance(data, dict) else None
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise PlanFileError("This is not a plan of mopsctl.", hint="make one with 'mopsctl plan -o FILE'")
    if [int(part) for part in version.split(".")] > [int(part) for part in FORMAT.split(".")]:
        raise PlanFileError(
            f"The plan has format {version}; this mopsctl reads up to {FORMAT}.",
            hint="use the mopsctl that made it, or newer",
        )


def _plan_of(data: Any) -> Plan:
    inputs = data["inputs"]
    return Plan(
        stack=data["stack"],
        environment=data["environment"],
        partial=data["partial"],
        protected=data["protected"],
        allow_remove=data["allowRemove"],
        selection=Selection(tuple(data["selection"]["only"]), tuple(data["selection"]["except"])),
        inputs=Inputs(
            manifests=inputs["manifests"],
            environment=inputs["environment"],
            commit=inputs["commit"],
            lineage=inputs["state"]["lineage"],
            serial=inputs["state"]["serial"],
            adapters=dict(inputs["adapters"]),
        ),
        systems=tuple(_system_of(each) for each in data["systems"]),
        changes=tuple(_change_of(each) for each in data["changes"]),
        drift=tuple(_drift_of(each) for each in data["drift"]),
        verdicts=tuple(_verdict_of(each) for each in data["verdicts"]),
        standing=frozenset(finding_key(_verdict_of(each)) for each in data["verdicts"] if each["standing"]),
    )


def selection_json(selection: Selection) -> dict[str, Any]:
    """The patterns of `--only` and `--except`."""
    return {"only": list(selection.only), "except": list(selection.but)}


def _system_json(system: SystemReport) -> dict[str, Any]:
    return {
        "name": system.name,
        "provider": system.provider,
        "title": system.title,
        "status": system.status,
        "account": system.account,
        "accountSort": system.account_sort,
        "message": system.message,
        "calls": system.calls,
        "unchanged": system.unchanged,
        "verified": system.verified,
        "unmanaged": system.unmanaged,
        "limits": list(system.limits),
    }


def _system_of(data: Any) -> SystemReport:
    return SystemReport(
        name=data["name"],
        provider=data["provider"],
        title=data["title"],
        status=data["status"],
        account=data["account"],
        account_sort=data["accountSort"],
        message=data["message"],
        calls=data["calls"],
        unchanged=data["unchanged"],
        verified=data["verified"],
        unmanaged=data["unmanaged"],
        limits=tuple(data["limits"]),
    )


def change_json(change: Change) -> dict[str, Any]:
    """One change as the document spells it."""
    return {
        "id": change.id,
        "address": str(change.address),
        "action": change.action,
        "reason": change.reason,
        "title": change.title,
        "noun": change.noun,
        "subject": asdict(change.subject),
        "source": str(change.source) if change.source.file else "",
        "document": change.document,
        "fields": [
            {"path": each.dotted(), "keys": list(each.path), "before": each.before, "after": each.after}
            for each in change.fields
        ],
        "wanted": dict(change.wanted),
        "fingerprint": change.fingerprint,
        "remoteId": change.remote_id,
        "undo": change.undo,
        "irreversible": change.irreversible,
        "archive": change.archive,
        "why": change.why,
        "steps": list(change.steps),
        "check": change.check,
        "needs": [str(each) for each in change.needs],
        "onDelete": change.on_delete,
        "protect": change.protect,
        "staysOurs": change.stays_ours,
        "movedFrom": str(change.moved_from) if change.moved_from else None,
        "owner": change.owner,
        "capability": change.capability,
        "impact": _impact_json(change.impact),
        "takes": list(change.takes),
        "screen": change.screen,
        "step": _step_json(change) if change.has_steps else None,
    }


def _step_json(change: Change) -> dict[str, Any]:
    return {"fingerprint": change.step_fingerprint, "state": change.step, "why": change.step_why}


def _gathered_json(step: Step) -> dict[str, Any]:
    """One step of a person, for readers: what it says is in its rows, which are changes."""
    return {
        "id": step.id,
        "system": step.first.address.system,
        "screen": step.first.screen,
        "owner": step.first.owner,
        "title": step.title,
        "state": step.state,
        "check": step.check,
        "rows": [{"id": row.id, "address": str(row.address)} for row in step.rows],
    }


def _change_of(data: Any) -> Change:
    return Change(
        address=Address.parse(data["address"]),
        action=data["action"],
        reason=data["reason"],
        title=data["title"],
        noun=data["noun"],
        subject=Subject(**data["subject"]),
        source=Source.parse(data["source"]) if data["source"] else NOWHERE,
        document=data["document"],
        fields=tuple(FieldChange(tuple(each["keys"]), each["before"], each["after"]) for each in data["fields"]),
        wanted=data["wanted"],
        fingerprint=data["fingerprint"],
        remote_id=data["remoteId"],
        undo=data["undo"],
        irreversible=data["irreversible"],
        archive=data["archive"],
        why=data["why"],
        steps=tuple(data["steps"]),
        check=data["check"],
        needs=tuple(Address.parse(each) for each in data["needs"]),
        on_delete=data["onDelete"],
        protect=data["protect"],
        stays_ours=data["staysOurs"],
        moved_from=Address.parse(data["movedFrom"]) if data["movedFrom"] else None,
        owner=data["owner"],
        capability=data["capability"],
        impact=_impact_of(data["impact"]),
        takes=tuple(data["takes"]),
        step=data["step"]["state"] if data["step"] else "new",
        step_why=data["step"]["why"] if data["step"] else "",
        screen=data["screen"],
    )


def _impact_json(impact: Impact | None) -> dict[str, Any] | None:
    if impact is None:
        return None
    return {"records": impact.records, "reason": impact.reason, "atLeast": impact.at_least}


def _impact_of(data: Any) -> Impact | None:
    return Impact(data["records"], data["reason"], data["atLeast"]) if data else None


def _drift_json(drift: Drift) -> dict[str, Any]:
    fields = [{"path": each.path, "last": each.last, "now": each.now, "wanted": each.wanted} for each in drift.fields]
    head = {"address": str(drift.address), "title": drift.title, "subject": asdict(drift.subject)}
    return {**head, "who": drift.who, "gone": drift.gone, "fields": fields}


def _drift_of(data: Any) -> Drift:
    fields = tuple(DriftField(each["path"], each["last"], each["now"], each["wanted"]) for each in data["fields"])
    said = Subject(**data["subject"])
    return Drift(Address.parse(data["address"]), data["title"], data["who"], fields, data["gone"], said)


def _verdict_json(verdict: Diagnostic) -> dict[str, Any]:
    return {
        "rule": verdict.rule,
        "level": verdict.level,
        "message": verdict.message,
        "hint": verdict.hint,
        "address": verdict.address,
        "source": str(verdict.source) if verdict.source.file else "",
    }


def _verdict_of(data: Any) -> Diagnostic:
    level: Level = data["level"]
    source = Source.parse(data["source"]) if data["source"] else NOWHERE
    return Diagnostic(data["rule"], level, data["message"], source, data["hint"], data["address"])
