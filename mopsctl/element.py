"""What a system must hold, in words no vendor owns: the result of lowering a stack for one system.

Elements are resolved: references are followed, names and spellings are those of the one system they are meant for.
Adapters convert them to native resources; `mopsctl.engine.lower` makes them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mopsctl.condition import Condition, Scalar
from mopsctl.diagnostics import NOWHERE, Source
from mopsctl.subject import NOBODY, Subject

Mode = Literal["write", "verify", "manual"]
OnDelete = Literal["keep", "archive", "delete"]
FieldType = Literal[
    "text",
    "long_text",
    "email",
    "phone",
    "url",
    "integer",
    "decimal",
    "currency",
    "percent",
    "boolean",
    "date",
    "datetime",
    "choice",
    "multi_choice",
    "country",
    "reference",
    "computed",
]
Pii = Literal["none", "personal", "identifier", "preference", "special"]
Role = Literal[
    "field", "stage", "stamp", "score", "grade", "band", "reason", "sla", "lead_status", "proof", "opt_out", "purpose"
]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an element was declared and what its author decided about it.

    `document` reads `Kind/name`; `manage` narrows what mopsctl may do; `leave` names attributes that are neither compared
    nor written.
    """

    document: str = ""
    source: Source = NOWHERE
    owner: str = ""
    reason: str = ""
    manage: Mode = "write"
    on_delete: OnDelete = "keep"
    protect: bool = False
    leave: tuple[str, ...] = ()
    subject: Subject = NOBODY


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a value list: `key` is its logical name, `value` its spelling on this system."""

    key: str
    value: str
    label: str
    description: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ValueList:
    """A named, ordered list of values."""

    name: str
    items: tuple[Item, ...]

    def values(self) -> tuple[str, ...]:
        """The spellings on this system, in order."""
        return tuple(item.value for item in self.items)


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the vendor's field screens that fields of `object` are shown in."""

    origin: Origin
    object: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field on one object of one system.

    `object` and `name` are the system's own (`contact`/`business_unit`, `Lead`/`Business_Unit__c`); `key` and `concept`
    (`person`, `company`) are the catalogue's. `max` counts characters. `hints` are settings that only this system knows.
    `values_are_stages` marks the list that carries a lifecycle. `label_is_made` tells that no author chose the label.
    """

    origin: Origin
    concept: str
    object: str
    name: str
    key: str
    type: FieldType
    label: str
    description: str = ""
    label_is_made: bool = False
    role: Role = "field"
    max: int | None = None
    precision: int | None = None
    scale: int | None = None
    values: ValueList | None = None
    required: bool = False
    unique: bool = False
    default: Scalar | None = None
    pii: Pii = "none"
    owner: str = ""
    write_once: bool = False
    group: str | None = None
    describe: bool = False
    hints: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage as this system spells it. Where `converted` is None nobody spoke of it, and the flag stays as it is. `enforce`
    is what the system has to refuse by itself for this stage: other `moves`, or entry without what is `require`d.
    """

    key: str
    value: str
    label: str
    description: str = ""
    outcome: str | None = None
    converted: bool | None = None
    owner: str = ""
    sla: str = ""
    reasons: str | None = None
    require: tuple[str, ...] = ()
    source: Source = NOWHERE
    enforce: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed move between stages, with what triggers it, in data and (`why`) in words."""

    source_keys: tuple[str, ...]
    target: str
    when: Condition | None = None
    unless: Condition | None = None
    by: str = ""
    require: tuple[str, ...] = ()
    wait_days: int | None = None
    source: Source = NOWHERE
    priority: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """A whole lifecycle on one field of one object: stages in order, allowed moves, stamps.

    `stamps` maps a stage key to the name of the date field on this system, or is empty where the system stamps by itself.
    `enforce` is true where the author wants the system to refuse other moves. `default_for` maps a way in to the key of a stage;
    `on_skip` says what becomes of the dates of skipped stages, and is empty where nobody said it. `fields` are those of the object by
    their keys, for conditions in words.
    """

    origin: Origin
    name: str
    title: str
    concept: str
    object: str
    field: str
    stages: tuple[Stage, ...]
    transitions: tuple[Transition, ...]
    stamps: Mapping[str, str] = dataclasses.field(default_factory=dict)
    native_stamps: bool = False
    enforce: bool = False
    default_for: Mapping[str, str] = dataclasses.field(default_factory=dict)
    on_skip: str = ""
    fields: Mapping[str, Field] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PipelineStage:
    """One stage of a deal or ticket pipeline; `probability` runs from 0 to 1. What is None was not said, and stays as it is."""

    key: str
    value: str
    label: str
    probability: float | None = None
    closed: bool | None = None
    forecast: str = ""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A deal or ticket pipeline with its stages in order."""

    origin: Origin
    key: str
    object: str
    name: str
    label: str
    stages: tuple[PipelineStage, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One scoring rule. Either `when` + `points`, or `field` + `points_by_value` (+ `otherwise`), or `event` + `points`, or
    `inactive_days` + `points`.
    """

    key: str
    points: float = 0
    when: Condition | None = None
    field: str | None = None
    points_by_value: tuple[tuple[str, float], ...] = ()
    otherwise: float | None = None
    event: str | None = None
    where: tuple[tuple[str, Scalar], ...] = ()
    max_times: int | None = None
    within_days: int | None = None
    inactive_days: int | None = None
    disabled: bool = False
    fast_track: bool = False
    at_least: int | None = None
    per_days: int | None = None
    in_visit: bool = False
    every_days: int | None = None
    share: float | None = None
    purpose: str = ""
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that share a cap and a decay; `decay` is percent of the original points, or points, lost per `decay_days`."""

    key: str
    rules: tuple[Rule, ...]
    cap_min: float | None = None
    cap_max: float | None = None
    decay_percent: float | None = None
    decay_days: int | None = None
    decay_points: float | None = None
    source: Source = NOWHERE


@dataclass(frozen=True, slots=True)
class Score:
    """A scoring model: what writes which field, by which rules, read in which bands.

    `fields` maps every catalogue key that a rule asks for to the names it has on this system, by object; `bands` are
    (label, lowest score), highest first. `settings` are native settings of this system.
    """

    origin: Origin
    name: str
    title: str
    dimension: Literal["fit", "engagement"]
    concept: str
    object: str
    field: str
    groups: tuple[RuleGroup, ...]
    bands: tuple[tuple[str, float], ...] = ()
    minimum: float = 0
    maximum: float = 100
    default: float = 0
    exclude: Condition | None = None
    reset_on: Condition | None = None
    bands_for: tuple[tuple[Condition, tuple[tuple[str, float], ...]], ...] = ()
    ignore_flags: tuple[str, ...] = ()
    grade_with: str | None = None
    grade_field: str | None = None
    fields: Mapping[str, Field] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a mapping row: the system and the field's names there, by object."""

    system: str
    names: tuple[tuple[str, str], ...]
    type: FieldType
    values: tuple[tuple[str, str], ...] = ()  # (logical key, spelling)


@dataclass(frozen=True, slots=True)
class MappingRow:
    """One mapped field: how it flows between this system and the other."""

    origin: Origin
    key: str
    label: str
    sync: str
    here: Side
    there: Side
    guard: str | None = None
    locked_by: str | None = None
    on_blank: str | None = None
    unknown_value: str = "block"


@dataclass(frozen=True, slots=True)
class Mapping_:
    """A mapping document as seen from one of its two systems; `connector` is the product that moves the data.

    `connector_of` is the end in whose settings it is set up: empty where no adapter knows it, None where nobody looked. `first` is
    true at the end that the manifest names first: one step for both ends stands there.
    """

    origin: Origin
    name: str
    title: str
    connector: str
    here: str
    there: str
    rows: tuple[MappingRow, ...]
    scope: str = ""
    scope_field: tuple[tuple[str, str], ...] = ()
    connector_of: str | None = None
    first: bool = True


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose people can be asked to agree to; `binding` is what holds it on this system, as the manifest words it."""

    origin: Origin
    policy: str
    key: str
    label: str
    service: bool
    binding: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """The consent policy around its purposes: bases, proof, stop-all, channels, what has to be set on screens.

    `objects` are the system's objects that carry people, for purposes that are held in a field.
    """

    origin: Origin
    name: str
    title: str
    purposes: tuple[Purpose, ...]
    objects: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    opt_out_all: str | None = None
    double_opt_in: bool = False
    preference_topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """What people set up on an object where a vendor has no setting for it, in words; a sum of scores names their fields and `weights`."""

    origin: Origin
    name: str
    object: str
    title: str
    steps: tuple[str, ...]
    row: str  # of the lowering table
    target: str = ""
    weights: tuple[tuple[str, float], ...] = ()
    limits: tuple[float, float] = (0, 100)


Element = Group | Field | Lifecycle | Pipeline | Score | Mapping_ | Consent | Agreement
