"""The typed scoring model: groups of rules, caps, decay and bands."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Annotated, ClassVar, Final, Literal

from mopsctl.condition import Condition, Scalar
from mopsctl.manifest.base import Content, Duration, Located, Number, Range, label
from mopsctl.manifest.conditions import many
from mopsctl.manifest.declare import Key, row
from mopsctl.manifest.shapes import has, mapping, ref, said
from mopsctl.manifest.structure import Context
from mopsctl.manifest.tree import Map

_FULL_RANGE: Final = {
    "type": "object",
    "title": "range",
    "required": ["min", "max"],
    "additionalProperties": False,
    "x-expects": "a range such as {min: 0, max: 100}",
    "properties": {
        "min": said(ref("number"), "The lowest score.", 0),
        "max": said(ref("number"), "The highest score.", 100),
    },
}
_IGNORED_EVENTS: Final = {
    "type": "object",
    "title": "list of ignored events",
    **has("flags"),
    "additionalProperties": False,
    "x-expects": "what to ignore, such as {flags: [bot_click]}",
    "properties": {"flags": said(ref("keys"), "Marks on an event that rule it out.", ["bot_click", "machine_open"])},
}
_OF_EVENTS: Final = ("where", "max_times", "at_least", "per", "in_visit", "within")
RuleForm = Literal["when", "table", "event", "inactive"]


@row(
    "rule",
    expects="a rule such as {key: demo, event: demo_requested, points: 60}",
    schema={
        "allOf": [
            {
                "oneOf": [
                    {"required": ["when"]},
                    {"required": ["field"]},
                    {"required": ["event"]},
                    {"required": ["inactive"]},
                ],
                "x-says": "A rule starts from one thing: exactly one of 'when', 'field', 'event' and 'inactive'.",
            },
            {
                "if": {"required": ["field"]},
                "then": {
                    "title": "rule",
                    "required": ["points_by_value"],
                    "not": {"required": ["points"]},
                    "x-says": "Beside 'field' the points stand in 'points_by_value', not in 'points'.",
                },
                "else": {
                    "title": "rule",
                    "if": {"required": ["share"]},
                    "then": {
                        "required": ["inactive"],
                        "not": {"required": ["points"]},
                        "x-says": "'share' goes with 'inactive', in place of 'points'.",
                    },
                    "else": {"title": "rule", "required": ["points"]},
                    "allOf": [
                        {
                            "not": {"anyOf": [{"required": ["points_by_value"]}, {"required": ["else"]}]},
                            "x-says": "'points_by_value' and 'else' go with 'field', and there is none beside them.",
                        }
                    ],
                },
            },
            {
                "if": {"required": ["event"]},
                "else": {
                    "not": {"anyOf": [{"required": [each]} for each in _OF_EVENTS]},
                    "x-says": "'where', 'max_times', 'at_least', 'per', 'in_visit' and 'within' go with 'event', and there is none beside"
                    " them.",
                },
            },
            {
                "if": {"properties": {"disabled": {"const": True}}, "required": ["disabled"]},
                "then": {"title": "rule", "required": ["reason"]},
            },
        ]
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Located):
    """One rule, in one of four forms: `when`, `field` with `points_by_value`, `event`, or `inactive`.

    Of an event the newest `max_times` hits `within` the time count. A `disabled` rule gives no points and says why.
    """

    key: Annotated[str, Key("What plans and reports call it.", "demo", shape="key")]
    points: Annotated[Number, Key("How many points it gives; below 0 it takes them.", 60)] = 0
    when: Annotated[
        Condition | None, Key("Gives its points while this holds.", {"field": "country", "in": ["US", "CA"]})
    ] = None
    field: Annotated[
        str, Key("The field whose value decides; 'points_by_value' stands beside it.", "employee_band", shape="key")
    ] = ""
    points_by_value: Annotated[
        Mapping[str, Number],
        Key(
            "The points for each value of the field.",
            {"1-50": 5, "51-250": 25},
            shape=mapping("list of points", None, "number", least=1),
        ),
    ] = made_by(default_factory=dict)
    else_: Annotated[Number | None, Key("The points for every other value.", 0)] = None
    event: Annotated[str, Key("Gives its points each time this happens.", "demo_requested", shape="key")] = ""
    where: Annotated[
        Mapping[str, Scalar], Key("Narrows the event by its details.", {"path": "/pricing"}, shape="where")
    ] = made_by(default_factory=dict)
    max_times: Annotated[int | None, Key("How many times it counts at most; the newest count first.", 2, minimum=1)] = (
        None
    )
    per: Annotated[
        Duration | None, Key("'max_times' counts anew after so long. Left out: it counts in all.", {"days": 1})
    ] = None
    at_least: Annotated[
        int | None, Key("Gives its points once it happened so many times, all of them within the time.", 3, minimum=2)
    ] = None
    in_visit: Annotated[bool, Key("True where only what happens in one visit is counted together.", True)] = False
    within: Annotated[Duration | None, Key("Only what happened in this time counts.", {"days": 90})] = None
    inactive: Annotated[Duration | None, Key("Gives its points when nothing was heard for so long.", {"days": 90})] = (
        None
    )
    every: Annotated[
        Duration | None, Key("Gives its points again after each further time of silence.", {"weeks": 1})
    ] = None
    share: Annotated[
        Number | None,
        Key(
            "Takes so many percent of the score there is then, in place of points.", 10, exclusiveMinimum=0, maximum=100
        ),
    ] = None
    purpose: Annotated[str, Key("Why it counts.", "Asks for a talk with sales.")] = ""
    fast_track: Annotated[bool, Key("True where this rule alone may hand a person to sales.", True)] = False
    disabled: Annotated[bool, Key("True where it gives no points for now; the reason stands beside it.", True)] = False
    reason: Annotated[str, Key("Why it is as it is.", "Off until the new form is live.", only="people")] = ""

    @property
    def form(self) -> RuleForm:
        """Which of the four forms the rule has."""
        if self.when is not None:
            return "when"
        return "table" if self.field else "event" if self.event else "inactive"


@row(
    "decay",
    expects="a decay such as {percent: 50, every: {days: 30}}",
    schema={
        "oneOf": [{"required": ["percent"]}, {"required": ["points"]}],
        "x-says": "A decay takes either 'percent' of the first points, or 'points'.",
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Decay(Located):
    """`percent` of the original points, or so many `points`, are lost `every` so often, in a straight line."""

    shape: Annotated[
        Literal["linear"], Key("In a straight line; no other shape is known to every system.", "linear")
    ] = "linear"
    percent: Annotated[
        Number | None,
        Key("How much of the first points is lost each time.", 50, exclusiveMinimum=0, maximum=100),
    ] = None
    points: Annotated[Number | None, Key("How many points are lost each time.", 2, exclusiveMinimum=0)] = None
    every: Annotated[Duration, Key("How often.", {"days": 30})]


@row("group", expects="a group such as {key: role, rules: [...]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGroup(Located):
    """Rules, by key, that share a cap and a decay."""

    key: Annotated[str, Key("What plans and reports call it.", "high_intent", shape="key")]
    label: Annotated[
        str,
        Key("What people see. Left out: the key in plain words.", "Intent", read=label, needed=False, only="people"),
    ]
    cap: Annotated[Range | None, Key("The least and the most that all its rules together can give.", {"max": 70})] = (
        None
    )
    decay: Annotated[Decay | None, Key("How points fade.", {"percent": 50, "every": {"days": 30}})] = None
    rules: Annotated[
        Mapping[str, Rule],
        Key(
            "The rules.",
            [{"key": "demo", "event": "demo_requested", "points": 60}],
            minItems=1,
            expects="a list of rules",
        ),
    ]


@row("list of bands", expects="bands for some, such as {when: {...}, bands: {A: 50, B: 0}}", name="bands_for")
@dataclass(frozen=True, slots=True, kw_only=True)
class BandsFor(Located):
    """Other bands for those to whom a condition applies."""

    when: Annotated[Condition | None, Key("To whom they apply.", {"field": "is_customer", "is": True}, needed=True)] = (
        None
    )
    bands: Annotated[
        Mapping[str, Number],
        Key(
            "Each band and the lowest score in it.",
            {"A": 50, "B": 0},
            shape=mapping("list of bands", {"type": "string", "minLength": 1, "maxLength": 20}, "number", least=1),
            needed=True,
        ),
    ] = made_by(default_factory=dict)


@row("roll-up", expects="a roll-up such as {score: person-fit, by: sum}", name="roll_up")
@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp(Located):
    """The scores of a company's people, made one."""

    score: Annotated[str, Key("The scoring model of the people.", "person-fit", shape="name")]
    by: Annotated[Literal["sum", "max", "count"], Key("Added up, the highest, or how many are above 0.", "max")]


def read_ignored_flags(_context: Context, node: Map, key: str) -> tuple[str, ...] | None:
    """The marks on events that count for nothing."""
    return many(node[key]["flags"]) if key in node else None


@row(
    "scoring model",
    name="spec",
    about="One score: who they are, or what they do, and which band a score falls in.",
    example={
        "catalog": "person",
        "dimension": "fit",
        "writes": "fit_score",
        "range": {"min": 0, "max": 100},
        "groups": [],
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringModel(Content):
    """One score. `bands` map a band to the lowest score in it, in the order written; `grade_with` names the model of the other
    dimension and `grade` the catalogue field that holds both letters; `in_` are native settings per system.
    """

    kind: ClassVar[str] = "ScoringModel"

    catalog: Annotated[str, Key("The field catalogue it belongs to.", "person", shape="name")]
    dimension: Annotated[Literal["fit", "engagement"], Key("Who they are, or what they do.", "fit")]
    writes: Annotated[str, Key("The field of the catalogue that holds the score.", "fit_score", shape="key")]
    range: Annotated[Range, Key("The lowest and the highest score.", {"min": 0, "max": 100}, shape=_FULL_RANGE)]
    default: Annotated[Number, Key("The score of somebody nothing is known about.", 0)] = 0
    groups: Annotated[
        Mapping[str, RuleGroup],
        Key(
            "Rules that share a cap and a decay.",
            [
                {
                    "key": "role",
                    "rules": [
                        {"key": "manager", "when": {"field": "job_title", "has_word": ["manager"]}, "points": 20}
                    ],
                }
            ],
            expects="a list of groups",
        ),
    ]
    bands: Annotated[
        Mapping[str, Number],
        Key(
            "Each band and the lowest score in it.",
            {"A": 70, "B": 45, "C": 20, "D": 0},
            shape=mapping("list of bands", {"type": "string", "minLength": 1, "maxLength": 20}, "number", least=1),
        ),
    ] = made_by(default_factory=dict)
    bands_for: Annotated[
        tuple[BandsFor, ...],
        Key(
            "Other bands for some; the first that applies counts.",
            [{"when": {"field": "is_customer", "is": True}, "bands": {"A": 50}}],
            expects="a list of bands",
        ),
    ] = ()
    reset_on: Annotated[
        Condition | None,
        Key("When this comes true, the score is back at its default.", {"field": "stage", "is": "recycled"}),
    ] = None
    combine: Annotated[
        Mapping[str, Number],
        Key(
            "Scores that this one is the sum of, each with its weight; then there are no groups.",
            {"person-fit": 0.4, "person-engagement": 0.6},
            shape=mapping("list of weights", "name", "number", least=1),
        ),
    ] = made_by(default_factory=dict)
    roll_up: Annotated[
        RollUp | None, Key("The scores of the people of a company, made one.", {"score": "person-fit", "by": "max"})
    ] = None
    grade_with: Annotated[
        str,
        Key(
            "The model of the other dimension, whose band stands before this one's in the grade.",
            "person-fit",
            shape="name",
        ),
    ] = ""
    grade: Annotated[str, Key("The field of the catalogue that holds the grade.", "grade", shape="key")] = ""
    ignore_flags: Annotated[
        tuple[str, ...],
        Key(
            "Events that count for nothing.",
            {"flags": ["bot_click", "machine_open"]},
            shape=_IGNORED_EVENTS,
            yaml="ignore_events",
            read=read_ignored_flags,
        ),
    ] = ()
    exclude: Annotated[Condition | None, Key("Who gets no score at all.", {"field": "is_competitor", "is": True})] = (
        None
    )
    in_: Annotated[
        Mapping[str, Mapping[str, object]],
        Key(
            "Settings that only one system knows. ${env:NAME} is allowed.",
            {"marketo": {"program": "Scoring", "template": "Score change"}},
            shape=mapping(
                "list by system",
                "system",
                {"type": "object", "title": "settings", "x-expects": "settings such as {program: Scoring}"},
            ),
        ),
    ] = made_by(default_factory=dict)

    @property
    def is_derived(self) -> bool:
        """True where it is made of other scores, and has no rules of its own."""
        return bool(self.combine) or self.roll_up is not None

    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every group, in the order written."""
        return tuple(rule for group in self.groups.values() for rule in group.rules.values())
