"""Notices names under `leave` that are an attribute of nothing their row became: they leave nothing alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from mopsctl.diagnostics import Diagnostic, Source, did_you_mean
from mopsctl.element import Field
from mopsctl.engine.view import Rules, SystemView
from mopsctl.resource import Resource

Row = tuple[str, Source]
NEUTRAL = frozenset(
    each.name for each in dataclasses.fields(Field)
)  # words every adapter knows, whatever it calls them


def warnings(systems: Sequence[SystemView], rules: Rules) -> list[Diagnostic]:
    """One warning for each such name of a row, whatever the row became on however many systems."""
    known: dict[Row, set[str]] = {}
    named: dict[Row, dict[str, Resource]] = {}
    for system in systems:
        for resource in system.resources:
            row = (resource.document, resource.source)
            known.setdefault(row, set()).update(system.kinds[resource.address.kind].attributes)
            if rules.selection.has(resource.address):
                named.setdefault(row, {}).update(dict.fromkeys(resource.leave, resource))
    return [
        _warning(resource, name, known[row])
        for row in sorted(named)
        for name, resource in sorted(named[row].items())
        if name not in known[row] | NEUTRAL and known[row]
    ]


def _warning(resource: Resource, name: str, known: set[str]) -> Diagnostic:
    return Diagnostic(
        rule="PL006",
        level="warning",
        message=f"'leave' names '{name}', which {resource.title} has on no system.",
        source=resource.source,
        hint=did_you_mean(name, known) or f"it has {', '.join(sorted(known))}",
        address=str(resource.address),
    )
