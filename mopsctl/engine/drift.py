"""Finds what moved on a system since the last apply, apart from what the manifests want now."""

from __future__ import annotations

from collections.abc import Mapping

from mopsctl.address import Address, Selection
from mopsctl.engine import compare, diff
from mopsctl.engine.plan import Drift, DriftField
from mopsctl.engine.view import SystemView
from mopsctl.provider.contract import Kind
from mopsctl.resource import Observation, Reading
from mopsctl.state.model import Entry


def of_system(system: SystemView, reading: Reading, ours: Mapping[Address, Entry], selection: Selection) -> list[Drift]:
    """What moved on the system since the last apply, apart from what the manifests want now.

    What a broken run left unsettled was not moved by anybody: the plan shows it as it is.
    """
    wanted = {resource.address: resource.attributes for resource in system.resources}
    found = []
    for address in sorted(ours):
        kind = system.kinds.get(address.kind)
        if kind is None or not kind.readable or ours[address].unsettled or not selection.has(address):
            continue
        drift = _drift_of(kind, ours[address], reading.items.get(address), wanted.get(address))
        if drift is not None:
            found.append(drift)
    return found


def _drift_of(kind: Kind, entry: Entry, seen: Observation | None, wanted: compare.Attributes | None) -> Drift | None:
    title = entry.title or entry.address.name
    if seen is None:
        return Drift(entry.address, title, "system", (), gone=True, subject=entry.subject)
    if compare.same(kind, entry.attributes, {}, seen.attributes):
        return None
    last = compare.target(kind, entry.attributes, seen.attributes, entry.attributes)
    moved = diff.changes(kind, last, seen.attributes, frozenset(entry.attributes))
    fields = tuple(
        DriftField(each.dotted(), each.before, each.after, compare.at(wanted, each.path))
        for each in moved
        if wanted is None or compare.at(wanted, each.path) != each.after
    )
    if not fields:
        return None
    both = any(each.wanted != each.last for each in fields) and wanted is not None
    return Drift(entry.address, title, "both" if both else "system", fields, subject=entry.subject)
