"""The lowering table's rows, and what an adapter must say about each of them.

One source, four uses: the adapter's own decisions, `mopsctl providers NAME`, the documentation page and the conformance kit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

CellMode = Literal["write", "verify", "manual", "experimental", "none"]

ROWS: Mapping[str, str] = {
    "field.new": "new field",
    "field.standard": "existing standard field",
    "field.text": "label, description, help text",
    "field.type": "type or length change",
    "field.constraint": "required, unique",
    "field.values": "value list",
    "field.group": "group, folder, section",
    "field.default": "default",
    "field.pii": "class of personal data",
    "field.reason": "owner and reason",
    "field.visibility": "visible to the integration user",
    "field.company": "company object",
    "lifecycle.stages": "stage list on its field",
    "lifecycle.labels": "stage label and order",
    "lifecycle.removed": "stage removed while records hold it",
    "lifecycle.outcome": "won, lost, converted",
    "lifecycle.transitions": "allowed moves",
    "lifecycle.criteria": "entry criteria, unless, wait",
    "lifecycle.stamps": "stage dates",
    "lifecycle.reasons": "reasons",
    "lifecycle.sla": "owner, time limit, breach",
    "lifecycle.lead_status": "lead status",
    "lifecycle.pipelines": "deal and ticket pipelines",
    "scoring.field": "score field with default",
    "scoring.fit": "fit rules",
    "scoring.engagement": "engagement rules, decay, caps",
    "scoring.bands": "bands and grade",
    "scoring.points": "points of a rule changed",
    "scoring.exclusions": "exclusions",
    "scoring.disabled": "rule disabled",
    "mapping.fields": "both fields exist and fit",
    "mapping.direction": "direction and rule",
    "mapping.guard": "a winner the connector does not offer",
    "mapping.values": "value translation",
    "mapping.scope": "which records",
    "mapping.conversion": "lead conversion",
    "mapping.opt_out": "opt-out pair",
    "mapping.resync": "resync needed",
    "consent.purpose": "purpose",
    "consent.bases": "legal bases",
    "consent.proof": "proof fields",
    "consent.stop": "stop all, hard bounce, suppression",
    "consent.channel": "channel",
    "consent.settings": "double opt-in, preference page",
    "consent.rules": "rules by country",
    "consent.removed": "purpose removed or renamed",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one system does with one row of the table.

    `modes` lists every way that occurs in this cell, the best first; `why` is the sentence a plan prints; `undo` says
    whether mopsctl itself can take it back ("yes", "no", or how).
    """

    modes: tuple[CellMode, ...]
    why: str
    undo: str = ""


@dataclass(frozen=True, slots=True)
class Right:
    """A right that the user or app of a connection needs, by the vendor's own name for it, and what mopsctl does with it.

    `use` is `plan` (also for `drift`) or `apply`, which needs those of `plan` too. `when` says when it can be left out. `sure` is
    false where the vendor does not document that this right is enough.
    """

    name: str
    about: str
    use: Literal["plan", "apply"] = "plan"
    when: str = ""
    sure: bool = True


def missing_rows(table: Mapping[str, Cell]) -> list[str]:
    """Rows of the lowering table that an adapter's capability table says nothing about, and rows nobody knows."""
    return sorted(set(ROWS) ^ set(table))
