"""The typed lifecycle: stages, allowed moves, stamps, and the two axes beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import ClassVar, Literal

from mopsctl.condition import Condition
from mopsctl.manifest.base import Document, Duration, Located, Managed

StageType = Literal["inventory", "gate", "sla", "detour"]
Enforced = Literal["moves", "require"]
NATIVE = "native"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnBreach(Located):
    """What happens when the clock of a stage runs out: who hears of it, where the person goes, with which reason."""

    escalate: str = ""
    then: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sla(Located):
    """How long somebody may stay in a stage, in hours or in days, counted on a calendar (`always` where none is named)."""

    hours: int | None = None
    days: int | None = None
    calendar: str = ""
    on_breach: OnBreach | None = None

    @property
    def duration(self) -> Duration:
        """The allowed time."""
        if self.hours is not None:
            return Duration(amount=self.hours, unit="hours")
        return Duration(amount=self.days or 0, unit="days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Managed):
    """One stage. `reasons` names a value set, `require` fields to be filled on entry, `values` the spelling per system,
    `enforce` what each system shall refuse by itself.
    """

    key: str
    label: str
    type: StageType
    description: str = ""
    owner: str = ""
    sla: Sla | None = None
    outcome: Literal["", "won", "lost"] = ""
    terminal: bool = False
    reopen: bool = False
    reasons: str = ""
    require: tuple[str, ...] = ()
    values: Mapping[str, str] = made_by(default_factory=dict)
    enforce: Mapping[str, tuple[Enforced, ...]] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Located):
    """One allowed move. `require` names fields, or the reason of a stage as `recycled.reason`; the lowest `priority` number
    goes first where two moves are possible at once.
    """

    from_: tuple[str, ...]
    to: str
    when: Condition | None = None
    unless: Condition | None = None
    by: str = ""
    require: tuple[str, ...] = ()
    wait: Duration | None = None
    priority: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps(Located):
    """The date fields that record when a stage was entered; `in_` is `native` or a name pattern per system."""

    pattern: str
    keep: tuple[Literal["first", "latest"], ...] = ("first",)
    in_: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadStatus(Managed):
    """The second axis: what sales is doing now. `field` is a catalogue key, `values` a value set, `in_` the name per system."""

    field: str
    values: str
    in_: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineStage(Located):
    """One stage of a deal or ticket pipeline; `probability` runs from 0 to 1."""

    key: str
    label: str
    probability: float | None = None
    closed: bool = False
    forecast: str = ""
    values: Mapping[str, str] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Managed):
    """The third axis: a deal or ticket pipeline; `in_` is its id per system."""

    key: str
    label: str
    object: Literal["deal", "ticket"]
    in_: Mapping[str, str] = made_by(default_factory=dict)
    stages: Mapping[str, PipelineStage] = made_by(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle(Document):
    """Stages in order on one field of one catalogue. `default_for` maps a way in (form, import, manual, api) to a stage;
    `enforce` lists per system what it shall refuse by itself.
    """

    kind: ClassVar[str] = "Lifecycle"

    catalog: str
    field: str
    entry: str
    on_skip: Literal["stamp", "leave_blank"] = "stamp"
    stages: Mapping[str, Stage]
    transitions: tuple[Transition, ...] = ()
    stamps: Stamps | None = None
    default_for: Mapping[str, str] = made_by(default_factory=dict)
    enforce: Mapping[str, tuple[Enforced, ...]] = made_by(default_factory=dict)
    lead_status: LeadStatus | None = None
    pipelines: Mapping[str, Pipeline] = made_by(default_factory=dict)
