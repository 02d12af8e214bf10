"""The typed environment, and what the stack says about itself: systems, defaults, variables, moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal

from mopsctl.address import Address
from mopsctl.condition import Scalar
from mopsctl.element import Mode, OnDelete
from mopsctl.manifest.base import Document, Located, Number
from mopsctl.manifest.conditions import many
from mopsctl.manifest.declare import Key, row
from mopsctl.manifest.shapes import listed, mapping, one_of, ref, said, written
from mopsctl.manifest.structure import free
from mopsctl.manifest.tree import Map, Places
from mopsctl.secrets import Secret

Tier = Literal["sandbox", "production"]
OnDrift = Literal["warn", "fail", "overwrite"]
VariableType = Literal["string", "integer", "number", "boolean"]
Plain = Scalar | None | list["Plain"] | dict[str, "Plain"]
Revealed = Scalar | Secret | None | list["Revealed"] | dict[str, "Revealed"]


_TIME: Final = written("^([01][0-9]|2[0-3]):[0-5][0-9]$", "a time of day such as 14:00")
_VARIABLE: Final = written("^[A-Za-z_][A-Za-z0-9_]*$", "the name of an environment variable, such as HS_STAGE_SAL")
_CONNECTION: Final = {
    "type": "object",
    "title": "connection",
    "description": "What the adapter of this system needs, as its page in the documentation says.",
    "properties": {
        "experimental": said(
            ref("texts"),
            "Switches of the adapter that are on here, although what they do is not certain.",
            ["lead_scoring"],
        )
    },
    "x-expects": 'the settings of a connection, such as {account: "48100001"}',
}


@row("system", expects="a system such as {role: crm}")
@dataclass(frozen=True, slots=True, kw_only=True)
class System(Located):
    """One system of the stack under the name the stack gives it; `provider` is the adapter that speaks to it."""

    name: str
    provider: Annotated[
        str, Key("The adapter that speaks to it. Left out: the name of the system itself.", "hubspot", shape="system")
    ] = ""
    role: Annotated[str, Key("What it does in the stack.", "marketing-automation")] = ""
    system_of_record: Annotated[bool, Key("True for the system whose records count where two differ.", True)] = False
    region: Annotated[str, Key("Which part of the business it serves.", "acquired EMEA business unit")] = ""
    description: Annotated[str, Key("Anything else a reader should know.", "Since the merger of 2024.")] = ""

    def __post_init__(self) -> None:
        """The system's own name is its adapter's where none is said."""
        object.__setattr__(self, "provider", self.provider or self.name)


@row("list of defaults", name="defaults")
@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults(Located):
    """What holds wherever a document or row says nothing else."""

    on_delete: Annotated[
        OnDelete,
        Key(
            "What becomes of a thing that is taken out of the manifests: it stays, is archived, or is deleted.",
            "keep",
            shape="on_delete",
        ),
    ] = "keep"
    on_drift: Annotated[
        OnDrift,
        Key(
            "What a plan says when somebody changed a system by hand: a warning, an error that stops the apply until the plan is accepted, or nothing. The plan sets it back in each case.",
            "warn",
        ),
    ] = "warn"
    manage: Annotated[
        Mode,
        Key("How far mopsctl goes: it writes, it only compares, or it prints what to do.", "write", shape="manage"),
    ] = "write"


@row("variable", expects="a variable such as {type: integer, default: 24}")
@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Located):
    """A typed value that environments may set; without a default every environment has to."""

    name: str
    type: Annotated[
        VariableType, Key("What its values are: text, whole numbers, numbers, or true and false.", "integer")
    ]
    default: Annotated[Scalar | None, Key("The value where an environment sets none.", 24)] = None
    description: Annotated[str, Key("What it stands for.", "Hours that sales has to accept or reject.")] = ""


@row("move", name="moved")
@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Located):
    """A thing that got another name: what is recorded under `from_` belongs to `to` from now on."""

    from_: Annotated[Address, Key("The old address.", "hubspot:property/contact.unit", shape="address")]
    to: Annotated[Address, Key("The new address.", "hubspot:property/contact.business_unit", shape="address")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(Located):
    """A thing that stays on its system and is no longer watched."""

    address: Address


@row("freeze", schema={"minProperties": 1, "dependentRequired": {"from": ["until"], "until": ["from"]}})
@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze(Located):
    """When nothing is applied: on weekdays (`mon` to `sun`) after or before a time of day (`HH:MM`), or between two ISO
    dates, the last one included.
    """

    weekdays: Annotated[
        tuple[str, ...],
        Key(
            "On these days of the week.",
            ["fri"],
            shape=listed(
                one_of("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
                least=1,
                once=True,
                expects="a list of weekdays",
            ),
        ),
    ] = ()
    after: Annotated[str, Key("From this time of day.", "14:00", shape=_TIME)] = ""
    before: Annotated[str, Key("Until this time of day.", "08:00", shape=_TIME)] = ""
    from_: Annotated[str, Key("From this day.", "2026-12-18", shape="date")] = ""
    until: Annotated[str, Key("Until this day, which is included.", "2027-01-04", shape="date")] = ""
    reason: Annotated[str, Key("Why.", "Nobody is here at the weekend.")] = ""


@row("list of conditions for an apply", name="apply")
@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPolicy(Located):
    """What has to be there before an apply: a saved plan, so many approvals, no freeze."""

    only_saved_plan: Annotated[bool, Key("True where only a plan that was saved and reviewed is applied.", True)] = (
        False
    )
    approvals: Annotated[
        int,
        Key(
            "How many people have to agree.",
            2,
            shape={"type": "integer", "minimum": 0, "maximum": 20, "x-expects": "a whole number"},
        ),
    ] = 0
    freeze: Annotated[
        tuple[Freeze, ...],
        Key("When nothing is applied.", [{"weekdays": ["fri"], "after": "14:00"}], expects="a list of freezes"),
    ] = ()


@row("limit", expects="a limit such as {count: 5}", schema={"minProperties": 1})
@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Located):
    """How much one run may do, as a count and as percent of what is ours; None where that side is open."""

    count: Annotated[
        int | None,
        Key("At most so many things.", 5, shape={"type": "integer", "minimum": 0, "x-expects": "a whole number"}),
    ] = None
    percent: Annotated[
        Number | None,
        Key(
            "At most so many percent of what the stack owns.",
            30,
            shape={"type": "number", "minimum": 0, "maximum": 100, "x-expects": "a number"},
        ),
    ] = None


@row("list of limits", name="limits")
@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Located):
    """The limits of one run on what it removes and what it changes."""

    remove: Annotated[Limit | None, Key("How much one run may remove.", {"count": 0})] = None
    change: Annotated[Limit | None, Key("How much one run may change.", {"percent": 30})] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Located):
    """How one system is reached in this environment: a free map for its adapter.

    `settings` hold references to environment variables as they were written (`${env:NAME}`); `mopsctl.manifest.environment.
    reveal` turns them into secrets when a connection is really made. `experimental` lists the switches that are on.
    """

    system: str
    settings: Mapping[str, Plain] = field(default_factory=dict)
    experimental: tuple[str, ...] = ()


@row("override")
@dataclass(frozen=True, slots=True, kw_only=True)
class Override(Located):
    """Values that differ in this environment: `target` reads `Kind/name`, `set` maps a dotted path to a value."""

    target: Annotated[
        str,
        Key(
            "The document whose values differ here.",
            "ScoringModel/person-engagement",
            shape=written(
                "^(FieldCatalog|Lifecycle|ScoringModel|FieldMapping|ConsentPolicy)/[a-z][a-z0-9-]*$",
                "a document as Kind/name, such as 'ScoringModel/person-fit'",
            ),
        ),
    ]
    set: Annotated[
        Mapping[str, Scalar],
        Key(
            "The path of each value inside the document and what it is here. Rows are named by their key.",
            {"groups.content.rules.webinar.points": 10},
            shape=mapping("list of values to set", None, "scalar", least=1),
        ),
    ]
    reason: Annotated[str, Key("Why it has to differ.", "The sandbox has little history.")]


@row(
    "declared name", name="plain_name", expects="a name with its reason, such as {reason: HubSpot numbers its stages.}"
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PlainName(Located):
    """An environment variable that is no secret, and may be seen in documents, plans and on systems."""

    name: str
    reason: Annotated[
        str, Key("Why its value is known only outside the stack.", "HubSpot numbers the stages of each account.")
    ]


def read_connections(_context: Any, node: Map, key: str) -> dict[str, Connection]:
    """How each system is reached; what stands in a connection is its adapter's own."""
    return {name: _connection(name, each) for name, each in node.get(key, {}).items()}


def _connection(name: str, node: Map) -> Connection:
    return Connection(
        source=node.source,
        marks=Places(node),
        system=name,
        settings={key: free(value) for key, value in node.items() if key != "experimental"},
        experimental=many(node["experimental"]) if "experimental" in node else (),
    )


def read_tier(_context: Any, node: Map, key: str) -> Tier:
    """What sort of accounts these are: as written, else what the protection suggests."""
    said_so: Tier = node.get(key, "production" if node.get("protected") else "sandbox")
    return said_so


@row(
    "environment",
    name="spec",
    about="Where a stack is applied: the accounts, what differs there, and what has to be there before an apply.",
    example={"emulated": True},
)
@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Document):
    """Where a stack is applied; nothing of an `emulated` environment leaves this machine."""

    kind: ClassVar[str] = "Environment"

    emulated: Annotated[
        bool, Key("True where stand-ins on this machine take the place of the systems: no account is needed.", True)
    ] = False
    tier: Annotated[
        Tier,
        Key(
            "What sort of accounts these are. Left out: production where the environment is protected, else sandbox.",
            "sandbox",
            read=read_tier,
        ),
    ] = "sandbox"
    protected: Annotated[bool, Key("True where nothing may be applied by accident.", True)] = False
    apply: Annotated[
        ApplyPolicy, Key("What has to be there before an apply.", {"only_saved_plan": True, "approvals": 2})
    ] = field(default_factory=ApplyPolicy)
    limits: Annotated[Limits, Key("How much one run may remove and change.", {"remove": {"count": 0}})] = field(
        default_factory=Limits
    )
    connections: Annotated[
        Mapping[str, Connection],
        Key(
            "How each system is reached. Secrets are named, never written: ${env:NAME}.",
            {"hubspot": {"account": "48100001", "token": "${env:HUBSPOT_SANDBOX_TOKEN}"}},
            shape=mapping("list of connections", "system", _CONNECTION),
            read=read_connections,
        ),
    ] = field(default_factory=dict)
    env: Annotated[
        Mapping[str, PlainName],
        Key(
            "Environment variables that are no secrets and may be used as ${env:NAME}, each with its reason. A secret setting of a connection needs no entry.",
            {"HS_STAGE_SAL": {"reason": "HubSpot numbers the stages of each account."}},
            shape=mapping("list of environment variables", _VARIABLE, PlainName),
        ),
    ] = field(default_factory=dict)
    variables: Annotated[
        Mapping[str, Scalar],
        Key(
            "Values of the stack's variables here; ${env:NAME} is allowed for names declared under 'env'.",
            {"review_hours": 1},
            shape=mapping("list of variables", "key", "scalar"),
        ),
    ] = field(default_factory=dict)
    overrides: Annotated[
        tuple[Override, ...],
        Key(
            "Single values that differ here, each with its reason.",
            [
                {
                    "target": "ScoringModel/person-engagement",
                    "set": {"bands.2": 25},
                    "reason": "The sandbox has little history.",
                }
            ],
            expects="a list of overrides",
        ),
    ] = ()
