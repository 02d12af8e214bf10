"""The typed scoring model: groups of rules, caps, decay and bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import ClassVar, Literal

from mopsctl.condition import Condition, Scalar
from mopsctl.manifest.base import Document, Duration, Located, Number, Range

RuleForm = Literal["when", "table", "event", "inactive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Located):
    """One rule, in one of four forms: `when`, `field` with `points_by_value`, `event`, or `inactive`.

    Of an event the newest `max_times` hits `within` the time count. A `disabled` rule gives no points and says why.
    """

    key: str
    points: Number = 0
    when: Condition | None = None
    field: str = ""
    points_by_value: Mapping[str, Number] = made_by(default_factory=dict)
    else_: Number | None = None
    event: str = ""
    where: Mapping[str, Scalar] = made_by(default_factory=dict)
    max_times: int | None = None
    within: Duration | None = None
    inactive: Duration | None = None
    purpose: str = ""
    fast_track: bool = False
    disabled: bool = False
    reason: str = ""

    @property
    def form(self) -> RuleForm:
        """Which of the four forms the rule has."""
        if self.when is not None:
            return "when"
        return "table" if self.field else "event" if self.event else "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay(Located):
    """`percent` of the original points are lost `every` so often, in a straight line."""

    shape: Literal["linear"] = "linear"
    percent: Number
    every: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup(Located):
    """Rules, by key, that share a cap and a decay."""

    key: str
    label: str
    cap: Range | None = None
    decay: Decay | None = None
    rules: Mapping[str, Rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringModel(Document):
    """One score. `bands` map a band to the lowest score in it, in the order written; `grade_with` names the model of the other
    dimension and `grade` the catalogue field that holds both letters; `in_` are native settings per system.
    """

    kind: ClassVar[str] = "ScoringModel"

    catalog: str
    dimension: Literal["fit", "engagement"]
    writes: str
    range: Range
    default: Number = 0
    groups: Mapping[str, RuleGroup]
    bands: Mapping[str, Number] = made_by(default_factory=dict)
    grade_with: str = ""
    grade: str = ""
    ignore_flags: tuple[str, ...] = ()
    exclude: Condition | None = None
    in_: Mapping[str, Mapping[str, object]] = made_by(default_factory=dict)

    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every group, in the order written."""
        return tuple(rule for group in self.groups.values() for rule in group.rules.values())
