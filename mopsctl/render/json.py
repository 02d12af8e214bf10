"""JSON documents: one for each thing that a command can say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mopsctl import canonical
from mopsctl.diagnostics import Diagnostic
from mopsctl.engine import document
from mopsctl.engine.plan import Change, DriftField, Plan
from mopsctl.engine.report import Applied, Line
from mopsctl.errors import ManifestError, MopsctlError, SystemError_
from mopsctl.provider.bounds import SETTINGS
from mopsctl.provider.capability import ROWS
from mopsctl.provider.contract import Provider
from mopsctl.render.text.findings import Checked
from mopsctl.state import model
from mopsctl.state.model import Entry, State

FORMAT = "1.0"


def plan(plan: Plan) -> str:
    """The plan document of `schemas/plan.json`, with sorted keys."""
    return canonical.pretty(document.to_json(plan))


def validated(result: Checked) -> str:
    """What a validation found."""
    return canonical.pretty(
        {
            "formatVersion": FORMAT,
            "stack": result.stack,
            "environment": result.environment,
            "files": result.files,
            "documents": result.documents,
            "diagnostics": [_diagnostic(each) for each in result.diagnostics],
        }
    )


def applied(report: Applied) -> str:
    """The report of an apply; `outcome` of a change is done, failed, unknown, refused, skipped or not-started."""
    return canonical.pretty(
        {
            "formatVersion": FORMAT,
            "digest": report.digest,
            "complete": report.complete,
            "interrupted": report.interrupted,
            "resumed": report.resumed,
            "changes": [_line(each) for each in report.lines],
            "manual": [{**_named(each), "steps": list(each.steps)} for each in report.manual],
        }
    )


def drift(plan: Plan) -> str:
    """What moved on the systems since the last apply, as the plan document words it."""
    whole = document.to_json(plan)
    kept = ("stack", "environment", "partial", "systems", "drift")
    return canonical.pretty({"formatVersion": FORMAT, **{name: whole[name] for name in kept}})


def state(state: State, entries: Sequence[Entry]) -> str:
    """The state, or a part of it."""
    whole = model.to_json(state)
    things = {str(each.address): whole["things"][str(each.address)] for each in entries}
    return canonical.pretty({**whole, "things": things})


def failure(error: MopsctlError) -> str:
    """An error: `{"error": {...}}` with its exit code, and the findings it carries."""
    found = error.diagnostics if isinstance(error, ManifestError) else ()
    return canonical.pretty(
        {
            "formatVersion": FORMAT,
            "error": {
                "type": type(error).__name__.rstrip("_"),
                "exitCode": error.exit_code,
                "message": error.message,
                "hint": error.hint,
                "system": error.system if isinstance(error, SystemError_) else "",
                "diagnostics": [_diagnostic(each) for each in found],
            },
        }
    )


def providers(found: list[Provider]) -> str:
    """The installed adapters."""
    rows = [{"name": each.name, "title": each.title, "version": each.version} for each in found]
    return canonical.pretty({"formatVersion": FORMAT, "providers": sorted(rows, key=lambda row: row["name"])})


def rights(found: Provider) -> str:
    """The least rights that the user or app of a connection needs."""
    return canonical.pretty({"formatVersion": FORMAT, "name": found.name, "rights": rights_of(found)})


def rights_of(found: Provider) -> list[dict[str, object]]:
    """Each right with what it is for, when it can be left out, and whether the vendor documents that it is enough."""
    return [
        {"name": each.name, "about": each.about, "use": each.use, "notNeededWhere": each.when, "documented": each.sure}
        for each in found.rights
    ]


def provider(found: Provider) -> str:
    """What one adapter says about itself: its cells, kinds and settings."""
    return canonical.pretty(
        {
            "formatVersion": FORMAT,
            "name": found.name,
            "title": found.title,
            "version": found.version,
            "cells": {
                row: {"modes": list(cell.modes), "why": cell.why, "undo": cell.undo, "title": ROWS.get(row, row)}
                for row, cell in found.cells.items()
            },
            "kinds": {
                name: {
                    "noun": kind.noun,
                    "removal": kind.removal,
                    "creatable": kind.creatable,
                    "readable": kind.readable,
                    "irreversible": kind.irreversible,
                    "why": kind.why,
                    "attributes": {key: {"mode": each.mode, "why": each.why} for key, each in kind.attributes.items()},
                }
                for name, kind in found.kinds.items()
            },
            "settings": {
                name: {"about": said, "secret": name in found.secret_settings}
                for name, said in {**found.settings, **SETTINGS}.items()
            },
            "hosts": list(found.hosts),
            "rights": rights_of(found),
            "switches": dict(found.switches),
        }
    )


def _diagnostic(each: Diagnostic) -> dict[str, Any]:
    return {
        "rule": each.rule,
        "level": each.level,
        "message": each.message,
        "hint": each.hint,
        "address": each.address,
        "source": str(each.source) if each.source.file else "",
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        **_named(line.change),
        "outcome": line.outcome,
        "error": line.error,
        "hint": line.hint,
        "note": line.note,
        "because": line.because,
        "remoteId": line.remote_id,
        "moved": [_moved(each) for each in line.moved],
    }


def _named(change: Change) -> dict[str, Any]:
    return {"id": change.id, "address": str(change.address), "action": change.action, "title": change.title}


def _moved(each: DriftField) -> dict[str, Any]:
    return {"path": each.path, "planned": each.last, "now": each.now, "wanted": each.wanted}
