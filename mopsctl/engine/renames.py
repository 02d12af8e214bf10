"""Notices when something that left the manifests and something new look like one thing under another name.

It only ever says so: what was meant is for the author to declare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mopsctl import canonical
from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.engine.plan import Change
from mopsctl.resource import Json
from mopsctl.state.model import Entry


def hints(changes: Sequence[Change], ours: Mapping[Address, Entry]) -> list[Diagnostic]:
    """A note for each addition that equals, attribute by attribute, a thing that left the manifests."""
    gone: dict[tuple[str, str, str], list[Entry]] = {}
    for change in reversed(changes):
        if change.reason.startswith("left_manifest") and change.address in ours:
            entry = ours[change.address]
            gone.setdefault(_looks(entry.address, entry.attributes), []).append(entry)
    added = [change for change in changes if gone and change.action == "add" and change.wanted]
    twins = ((gone.get(_looks(change.address, change.wanted)), change) for change in added)
    return [_hint(entries.pop(), change) for entries, change in twins if entries]


def _looks(address: Address, attributes: Mapping[str, Json]) -> tuple[str, str, str]:
    return (address.system, address.kind, canonical.dumps(attributes))


def _hint(entry: Entry, change: Change) -> Diagnostic:
    return Diagnostic(
        rule="PL005",
        level="note",
        message=f"{change.address} looks like {entry.address} under another name.",
        source=change.source,
        hint=f"if it is, say so in mopsctl.yaml: moved: [{{from: '{entry.address}', to: '{change.address}'}}]",
        address=str(change.address),
    )
