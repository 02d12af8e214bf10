"""Notices when something that left the manifests and something new look like one thing under another name.

It only ever says so: what was meant is for the author to declare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.engine.plan import Change
from mopsctl.state.model import Entry


def hints(changes: Sequence[Change], ours: Mapping[Address, Entry]) -> list[Diagnostic]:
    """A note for each addition that equals, attribute by attribute, a thing that left the manifests."""
    gone = [ours[each.address] for each in changes if each.reason.startswith("left_manifest") and each.address in ours]
    found = []
    for change in changes:
        twin = next((entry for entry in gone if change.action == "add" and _alike(entry, change)), None)
        if twin is not None:
            gone.remove(twin)
            found.append(_hint(twin, change))
    return found


def _alike(entry: Entry, change: Change) -> bool:
    same_kind = (entry.address.system, entry.address.kind) == (change.address.system, change.address.kind)
    return same_kind and bool(change.wanted) and dict(entry.attributes) == dict(change.wanted)


def _hint(entry: Entry, change: Change) -> Diagnostic:
    return Diagnostic(
        rule="PL005",
        level="note",
        message=f"{change.address} looks like {entry.address} under another name.",
        source=change.source,
        hint=f"if it is, say so in mopsctl.yaml: moved: [{{from: '{entry.address}', to: '{change.address}'}}]",
        address=str(change.address),
    )
