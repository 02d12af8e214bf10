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

Looks = Mapping[Address, tuple[compare.Attributes | None, ...]]  # ways a thing may look without anybody having moved it


def of_system(
    system: SystemView, reading: Reading, ours: Mapping[Address, Entry], selection: Selection, unsettled: Looks
) -> list[Drift]:
    """What moved on the system since the last apply, apart from what the manifests want now.

    `unsettled` things are those that a broken run may have changed or not.
    """
    wanted = {resource.address: resource.attributes for resource in system.resources}
    found = []
    for address in sorted(ours):
        kind = system.kinds.get(address.kind)
        if kind is None or not kind.readable or not selection.has(address):
            continue
        seen = reading.items.get(address)
        drift = _drift_of(kind, ours[address], seen, wanted.get(address))
        if drift is not None and not any(_is_so(kind, look, seen) for look in unsettled.get(address, ())):
            found.append(drift)
    return found


def _is_so(kind: Kind, look: compare.Attributes | None, seen: Observation | None) -> bool:
    if look is None or seen is None:
        return look is None and seen is None
    return compare.same(kind, look, {}, seen.attributes)


def _drift_of(kind: Kind, entry: Entry, seen: Observation | None, wanted: compare.Attributes | None) -> Drift | None:
    title = entry.title or entry.address.name
    if seen is None:
        return Drift(entry.address, title, "system", (), gone=True)
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
    return Drift(entry.address, title, "both" if both else "system", fields)
