"""The typed lifecycle: stages, allowed moves, stamps, and the two axes beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Annotated, ClassVar, Final, Literal

from mopsctl.condition import Condition
from mopsctl.manifest.base import Content, Duration, Label, Located, Managed
from mopsctl.manifest.declare import Key, row
from mopsctl.manifest.shapes import listed, mapping, one_of, written

StageType = Literal["inventory", "gate", "sla", "detour"]
Enforced = Literal["moves", "require"]
NATIVE = "native"
NOT_CARRIED = "none"  # the value of a stage on a system that does not carry it
_ENFORCE: Final = mapping(
    "list by system",
    "system",
    listed(one_of("moves", "require"), least=1, once=True, expects="a list of 'moves' and 'require'"),
    least=1,
    expects="a list for each system, such as {salesforce: [moves]}",
)


@row("breach", expects="what happens then, such as {then: recycled}", name="on_breach", schema={"minProperties": 1})
@dataclass(frozen=True, slots=True, kw_only=True)
class OnBreach(Located):
    """What happens when the clock of a stage runs out: who hears of it, where the person goes, with which reason."""

    escalate: Annotated[str, Key("The role that hears of it.", "sdr-manager")] = ""
    then: Annotated[str, Key("The stage the person goes to.", "recycled", shape="key")] = ""
    reason: Annotated[str, Key("The reason that is recorded, from the reasons of that stage.", "no_response")] = ""


@row(
    "clock",
    expects="a clock such as {hours: 24}",
    name="sla",
    schema={
        "oneOf": [{"required": ["hours"]}, {"required": ["days"]}],
        "x-says": "A clock counts either 'hours' or 'days'.",
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Sla(Located):
    """How long somebody may stay in a stage, in hours or in days, counted on a calendar (`always` where none is named)."""

    hours: Annotated[int | None, Key("So many hours.", 24, minimum=1)] = None
    days: Annotated[int | None, Key("So many days.", 14, minimum=1)] = None
    calendar: Annotated[str, Key("The business hours it counts. Left out: every hour counts.", "business-hours-us")] = (
        ""
    )
    on_breach: Annotated[
        OnBreach | None,
        Key(
            "What happens when the time is over.",
            {"escalate": "sdr-manager", "then": "recycled", "reason": "no_response"},
        ),
    ] = None

    @property
    def duration(self) -> Duration:
        """The allowed time."""
        if self.hours is not None:
            return Duration(amount=self.hours, unit="hours")
        return Duration(amount=self.days or 0, unit="days")


@row("stage", expects="a stage such as {key: mql, type: gate}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Managed):
    """One stage. `reasons` names a value set, `require` fields to be filled on entry, `values` the spelling per system,
    `enforce` what each system has to refuse by itself.
    """

    key: Annotated[str, Key("What moves and reports call it.", "mql", shape="key")]
    label: Label
    type: Annotated[
        StageType,
        Key(
            "May wait for ever, passes a yes or no test, runs against a clock, or leaves the main path.",
            "sla",
            only="checks",
        ),
    ]
    description: Annotated[str, Key("The sentence everybody agreed on.", "Fits us, and has shown interest.")] = ""
    owner: Annotated[str, Key("The role that answers for the person while in this stage.", "sdr")] = ""
    sla: Annotated[
        Sla | None,
        Key(
            "How long somebody may stay, and what happens then.",
            {"hours": 24, "on_breach": {"then": "recycled", "reason": "no_response"}},
        ),
    ] = None
    outcome: Annotated[Literal["", "won", "lost"], Key("How it ended, where it did.", "won")] = ""
    converted: Annotated[
        bool | None,
        Key(
            "True where a lead of this stage counts as converted, false where not. Left out: the flag stays as it is.",
            True,
        ),
    ] = None
    terminal: Annotated[bool, Key("True where no move leads out.", True, only="checks")] = False
    reopen: Annotated[
        bool, Key("True where moves may lead out of a terminal stage all the same.", True, only="checks")
    ] = False
    reasons: Annotated[str, Key("The value set that says why somebody came here.", "recycle_reason", shape="key")] = ""
    require: Annotated[
        tuple[str, ...], Key("Fields that have to be filled to enter.", ["job_title", "country"], shape="keys")
    ] = ()
    values: Annotated[
        Mapping[str, str],
        Key(
            "The exact value on each system, or none where a system does not carry the stage. ${env:NAME} is allowed.",
            {"hubspot": "marketingqualifiedlead"},
            {"hubspot": "customer", "salesforce": "none"},
        ),
    ] = made_by(default_factory=dict)
    enforce: Annotated[
        Mapping[str, tuple[Enforced, ...]],
        Key("What each system has to refuse by itself for this stage.", {"salesforce": ["require"]}, shape=_ENFORCE),
    ] = made_by(default_factory=dict)


@row("move", expects="a move such as {from: mql, to: sal}", name="transition")
@dataclass(frozen=True, slots=True, kw_only=True)
class Transition(Located):
    """One allowed move. `require` names fields, or the reason of a stage as `recycled.reason`; the lowest `priority` number
    goes first where two moves are possible at once.
    """

    from_: Annotated[
        tuple[str, ...],
        Key(
            "Where it starts.",
            "mql",
            ["mql", "sal"],
            shape={
                "anyOf": [
                    {"$ref": "common.json#/$defs/key"},
                    {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"$ref": "common.json#/$defs/key"}},
                ],
                "x-expects": "a stage or a list of stages",
            },
        ),
    ]
    to: Annotated[str, Key("Where it leads.", "sal", shape="key")]
    when: Annotated[
        Condition | None, Key("What has to hold for it to happen by itself.", {"event": "demo_requested"})
    ] = None
    unless: Annotated[
        Condition | None, Key("What keeps it from happening.", {"field": "email_opt_out", "is": True})
    ] = None
    by: Annotated[str, Key("The role that makes it by hand.", "sdr")] = ""
    require: Annotated[
        tuple[str, ...],
        Key(
            "Fields that have to be filled first, or the reason of a stage.",
            ["country", "recycled.reason"],
            shape=listed(
                written("^[a-z][a-z0-9_]*(\\.reason)?$", "a field, or the reason of a stage such as 'recycled.reason'"),
                once=True,
                expects="a list of fields",
            ),
        ),
    ] = ()
    wait: Annotated[Duration | None, Key("How long somebody has to have been in the old stage.", {"days": 30})] = None
    priority: Annotated[
        int | None, Key("The lowest goes first where two moves are possible at once.", 1, minimum=1)
    ] = None
    reason: Annotated[
        str, Key("Why it is allowed, or the reason that is recorded.", "A request for a demo is a fast track.")
    ] = ""


@row("set of stamps", expects='stamps such as {pattern: "{stage}_at"}', name="stamps")
@dataclass(frozen=True, slots=True, kw_only=True)
class Stamps(Located):
    """The date fields that record when a stage was entered; `in_` is `native` or a name pattern per system."""

    pattern: Annotated[
        str,
        Key(
            "The name of each date field; {stage} and {Stage} stand for the stage, {keep} for first or latest.",
            "{stage}_at",
            shape=written(
                "^([^{}]|\\{(keep|Keep)\\})*\\{(stage|Stage)\\}([^{}]|\\{(stage|Stage|keep|Keep)\\})*$",
                "a name with {stage} in it, such as '{stage}_at'",
            ),
        ),
    ]
    keep: Annotated[
        tuple[Literal["first", "latest"], ...],
        Key(
            "Which entry is kept.",
            ["first", "latest"],
            shape=listed(one_of("first", "latest"), least=1, once=True, expects="a list of 'first' and 'latest'"),
        ),
    ] = ("first",)
    in_: Annotated[
        Mapping[str, str],
        Key(
            "'native' where the system stamps by itself, else its own pattern.",
            {"hubspot": "native", "salesforce": "{Stage}_Date__c"},
            shape=mapping(
                "list by system",
                "system",
                written(
                    "^(native|([^{}]|\\{(keep|Keep)\\})*\\{(stage|Stage)\\}([^{}]|\\{(stage|Stage|keep|Keep)\\})*)$",
                    "'native', or a name with {stage} in it",
                ),
            ),
        ),
    ] = made_by(default_factory=dict)


@row(
    "lead status",
    expects="a lead status such as {field: lead_status, values: lead_status, in: {hubspot: hs_lead_status}}",
)
@dataclass(frozen=True, slots=True, kw_only=True)
class LeadStatus(Managed):
    """The second axis: what sales is doing now. `field` is a catalogue key, `values` a value set, `in_` the name per system."""

    field: Annotated[str, Key("The field of the catalogue that holds it.", "lead_status", shape="key")]
    values: Annotated[str, Key("The value set of the catalogue it chooses from.", "lead_status", shape="key")]
    in_: Annotated[
        Mapping[str, str], Key("What each system calls it.", {"hubspot": "hs_lead_status", "salesforce": "Lead.Status"})
    ]


@row("pipeline stage", expects="a stage such as {key: won, closed: true}")
@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineStage(Located):
    """One stage of a deal or ticket pipeline; `probability` runs from 0 to 1."""

    key: Annotated[str, Key("What this stack calls it.", "contract_sent", shape="key")]
    label: Label
    probability: Annotated[float | None, Key("How likely it is to be won, from 0 to 1.", 0.6, minimum=0, maximum=1)] = (
        None
    )
    closed: Annotated[
        bool | None, Key("True where it ends here, false where not. Left out: the flag stays as it is.", True)
    ] = None
    forecast: Annotated[str, Key("The forecast category it counts in.", "commit")] = ""
    values: Annotated[
        Mapping[str, str], Key("Its id or value on each system. ${env:NAME} is allowed.", {"hubspot": "contractsent"})
    ] = made_by(default_factory=dict)


@row("pipeline", expects="a pipeline such as {key: sales, object: deal, stages: [...]}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Managed):
    """The third axis: a deal or ticket pipeline; `in_` is its id per system."""

    key: Annotated[str, Key("What this stack calls it.", "new_business", shape="key")]
    label: Label
    object: Annotated[Literal["deal", "ticket"], Key("What moves through it.", "deal")]
    in_: Annotated[Mapping[str, str], Key("Its id on each system. ${env:NAME} is allowed.", {"hubspot": "default"})] = (
        made_by(default_factory=dict)
    )
    stages: Annotated[
        Mapping[str, PipelineStage],
        Key(
            "Its stages, in order.",
            [{"key": "won", "closed": True, "probability": 1}],
            minItems=1,
            expects="a list of stages",
            needed=True,
        ),
    ] = made_by(default_factory=dict)


@row(
    "lifecycle",
    name="spec",
    about="The stages of the relationship, who owns each, and which moves are allowed.",
    example={
        "catalog": "person",
        "field": "stage",
        "entry": "inquiry",
        "stages": [{"key": "inquiry", "type": "inventory"}],
    },
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle(Content):
    """Stages in order on one field of one catalogue. `default_for` maps a way in (form, import, manual, api) to a stage;
    `enforce` lists per system what it has to refuse by itself.
    """

    kind: ClassVar[str] = "Lifecycle"

    catalog: Annotated[str, Key("The field catalogue it belongs to.", "person", shape="name")]
    field: Annotated[str, Key("The field of the catalogue that holds the stage.", "stage", shape="key")]
    entry: Annotated[str, Key("The stage where people start.", "inquiry", shape="key", only="checks")]
    on_skip: Annotated[
        Literal["stamp", "leave_blank"], Key("What happens to the dates of stages that were skipped.", "stamp")
    ] = "stamp"
    stages: Annotated[
        Mapping[str, Stage],
        Key(
            "The stages, in order.",
            [{"key": "inquiry", "type": "inventory", "values": {"hubspot": "lead"}}],
            minItems=1,
            expects="a list of stages",
        ),
    ]
    transitions: Annotated[
        tuple[Transition, ...],
        Key(
            "The moves that are allowed; no other is.",
            [{"from": "mql", "to": "sal", "by": "sdr"}],
            expects="a list of moves",
        ),
    ] = ()
    stamps: Annotated[
        Stamps | None,
        Key(
            "The date fields that record when a stage was entered.",
            {"pattern": "{stage}_at", "in": {"hubspot": "native"}},
        ),
    ] = None
    default_for: Annotated[
        Mapping[str, str],
        Key(
            "The stage of new records, by the way they come in.",
            {"form": "inquiry", "import": "inquiry"},
            shape=mapping("list of ways in", one_of("form", "import", "manual", "api"), "key"),
        ),
    ] = made_by(default_factory=dict)
    enforce: Annotated[
        Mapping[str, tuple[Enforced, ...]],
        Key(
            "What each system has to refuse by itself: other moves, or entry without the required fields.",
            {"salesforce": ["moves"]},
            shape=_ENFORCE,
        ),
    ] = made_by(default_factory=dict)
    lead_status: Annotated[
        LeadStatus | None,
        Key(
            "The second axis: what sales is doing with the person now.",
            {"field": "lead_status", "values": "lead_status", "in": {"hubspot": "hs_lead_status"}},
        ),
    ] = None
    pipelines: Annotated[
        Mapping[str, Pipeline],
        Key(
            "The third axis: deal and ticket pipelines.",
            [{"key": "sales", "object": "deal", "stages": [{"key": "won", "closed": True, "probability": 1}]}],
            expects="a list of pipelines",
        ),
    ] = made_by(default_factory=dict)
