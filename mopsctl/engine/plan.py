"""The plan: one value that is previewed, saved, reviewed and applied.

It holds no callables, no secrets and no clock. Its JSON form (`mopsctl.engine.document`) is what other programs may rely on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from mopsctl import canonical
from mopsctl.address import Address, Selection
from mopsctl.diagnostics import NOWHERE, Diagnostic, Source
from mopsctl.resource import Action, FieldChange, Impact, Json
from mopsctl.subject import NOBODY, Subject

ACTIONS: tuple[Action, ...] = ("add", "change", "remove", "keep", "adopt", "forget", "manual")
SUMMARY_KEYS = {action: "manual" if action == "manual" else action for action in ACTIONS}

Reason = Literal[
    "not_on_system",
    "differs",
    "value_left_manifest",
    "value_stays",
    "value_stays_protected",
    "value_stays_removal_not_allowed",
    "found_by_name",
    "found_by_name_and_differs",
    "already_as_declared",
    "moved",
    "left_manifest",
    "left_manifest_protected",
    "left_manifest_removal_not_allowed",
    "left_manifest_not_removable",
    "left_manifest_already_gone",
    "declared_forgotten",
    "no_interface",
    "not_as_declared",
    "managed_manually",
]
Who = Literal["system", "manifest", "both"]
StepState = Literal["new", "standing", "reopened", "attested"]
COUNTED = ("LC028",)  # rules whose sentence has a number of records in it


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan.

    `fields` say what moves, `wanted` is what is recorded in state afterwards: everything the manifests name but what waits
    for a person; `fingerprint` what was read when this was decided. `undo` answers whether mopsctl can take it back. `stays_ours` tells of a `keep` whether
    the thing remains in state; `moved_from` is the name it is recorded under until now. `check` says of a manual step how it will be verified: by reading, or by attesting.
    `takes` are the paths of items that this change takes out of a list, or retires. `step` says of a manual step whether it was on the
    work list before, and `step_why` why it is open again, or who attested it. `screen` is where a person does it.
    """

    address: Address
    action: Action
    reason: Reason
    title: str
    noun: str
    source: Source = NOWHERE
    document: str = ""
    fields: tuple[FieldChange, ...] = ()
    wanted: Mapping[str, Json] = field(default_factory=dict)
    fingerprint: str = ""
    remote_id: str | None = None
    undo: str = "yes"
    irreversible: bool = False
    archive: bool = True
    why: str = ""
    steps: tuple[str, ...] = ()
    check: Literal["", "read", "attest"] = ""
    needs: tuple[Address, ...] = ()
    on_delete: str = "keep"
    protect: bool = False
    stays_ours: bool = False
    moved_from: Address | None = None
    owner: str = ""
    capability: str = ""
    impact: Impact | None = None
    takes: tuple[str, ...] = ()
    step: StepState = "new"
    step_why: str = ""
    screen: str = ""
    subject: Subject = NOBODY

    @property
    def has_steps(self) -> bool:
        """True where a person has something to do."""
        return self.action == "manual" or bool(self.steps)

    @property
    def open_step(self) -> bool:
        """True where a person has something to do that nobody attested."""
        return self.has_steps and self.step != "attested"

    @property
    def step_fingerprint(self) -> str:
        """Covers the values that a manual step asks for: it closes for these, and opens again for others."""
        return canonical.digest([self.title, list(self.steps)])[7:23]

    @property
    def of_items(self) -> bool:
        """True of a line about items that left a list which stays, and not about the list."""
        return self.action == "keep" and self.reason.startswith("value_stays")

    @property
    def removals(self) -> int:
        """How many things and items of things this takes away."""
        return 1 if self.action == "remove" else len(self.takes)

    @property
    def writes(self) -> bool:
        """True where applying this calls the system."""
        return self.action in ("add", "change", "remove")

    @property
    def id(self) -> str:
        """A short stable name, for what people tick off."""
        return canonical.digest([str(self.address), self.action])[7:15]

    @property
    def step_id(self) -> str:
        """The name of the step it is a row of: what one owner does on one screen of one system."""
        return canonical.digest([self.address.system, self.screen, self.owner])[7:15] if self.screen else self.id


@dataclass(frozen=True, slots=True)
class DriftField:
    """One attribute that moved on the system since the last apply."""

    path: str
    last: Json
    now: Json
    wanted: Json


@dataclass(frozen=True, slots=True)
class Drift:
    """What moved on one thing since the last apply, and who moved it."""

    address: Address
    title: str
    who: Who
    fields: tuple[DriftField, ...]
    gone: bool = False
    subject: Subject = NOBODY


@dataclass(frozen=True, slots=True)
class SystemReport:
    """How reading one system went, and what is there besides the changes."""

    name: str
    provider: str
    title: str
    status: Literal["read", "unreadable"]
    account: str = ""
    account_sort: str = ""
    message: str = ""
    calls: int = 0
    unchanged: int = 0
    verified: int = 0
    unmanaged: int = 0
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the plan was decided on; any difference at apply time makes it stale."""

    manifests: str
    environment: str
    lineage: str
    serial: int
    adapters: Mapping[str, str]
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done to one environment, and on what it was decided.

    `standing` are the keys of findings that were there at the last apply.
    """

    stack: str
    environment: str
    inputs: Inputs
    systems: tuple[SystemReport, ...]
    changes: tuple[Change, ...]
    drift: tuple[Drift, ...] = ()
    verdicts: tuple[Diagnostic, ...] = ()
    partial: bool = False
    protected: bool = False
    allow_remove: bool = False
    selection: Selection = field(default_factory=Selection)
    standing: frozenset[str] = frozenset()

    @property
    def summary(self) -> dict[str, int]:
        """How many lines of each action, of `manual` how many open steps; an item that goes out of a list is a removal, wherever its line stands."""
        lines = {key: sum(change.action == action for change in self.changes) for action, key in SUMMARY_KEYS.items()}
        manual = {each.step_id for each in self.changes if each.action == "manual" and each.open_step}
        return {**lines, "remove": sum(change.removals for change in self.changes), "manual": len(manual)}

    @property
    def pending(self) -> bool:
        """True where applying this would write to a system or to the state."""
        return any(change.action not in ("manual",) and not _waits(change) for change in self.changes)

    @property
    def refused(self) -> tuple[Diagnostic, ...]:
        """The verdicts that stop an apply."""
        return tuple(verdict for verdict in self.verdicts if verdict.level == "error")

    @property
    def unreadable(self) -> tuple[SystemReport, ...]:
        """The systems that could not be read."""
        return tuple(system for system in self.systems if system.status == "unreadable")


def _waits(change: Change) -> bool:
    return change.action == "keep" and change.stays_ours


def with_impact(plan: Plan, impacts: Mapping[Address, Impact]) -> Plan:
    """The same plan with record counts filled in; the digest stays."""
    changes = tuple(replace(change, impact=impacts.get(change.address, change.impact)) for change in plan.changes)
    return replace(plan, changes=changes)


def finding_key(found: Diagnostic) -> str:
    """A finding by what it says of what, wherever its line stands by now; a number of records in it does not count."""
    said = "" if found.rule in COUNTED else found.message
    return canonical.digest([found.rule, found.level, found.address, found.source.file, said])[7:23]
