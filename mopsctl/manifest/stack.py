"""The typed environment, and what the stack says about itself: systems, defaults, variables, moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from mopsctl.address import Address
from mopsctl.condition import Scalar
from mopsctl.element import Mode, OnDelete
from mopsctl.manifest.base import Document, Located, Number
from mopsctl.secrets import Secret

Tier = Literal["sandbox", "production"]
OnDrift = Literal["warn", "fail", "overwrite"]
VariableType = Literal["string", "integer", "number", "boolean"]
Plain = Scalar | None | list["Plain"] | dict[str, "Plain"]
Revealed = Scalar | Secret | None | list["Revealed"] | dict[str, "Revealed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class System(Located):
    """One system of the stack under the name the stack gives it; `provider` is the adapter that speaks to it."""

    name: str
    provider: str
    role: str = ""
    system_of_record: bool = False
    region: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults(Located):
    """What holds wherever a document or row says nothing else."""

    on_delete: OnDelete = "keep"
    on_drift: OnDrift = "warn"
    manage: Mode = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Located):
    """A typed value that environments may set; without a default every environment has to."""

    name: str
    type: VariableType
    default: Scalar | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Located):
    """A thing that got another name: what is recorded under `from_` belongs to `to` from now on."""

    from_: Address
    to: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(Located):
    """A thing that stays on its system and is no longer watched."""

    address: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze(Located):
    """When nothing is applied: on weekdays (`mon` to `sun`) after or before a time of day (`HH:MM`), or between two ISO
    dates, the last one included.
    """

    weekdays: tuple[str, ...] = ()
    after: str = ""
    before: str = ""
    from_: str = ""
    until: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPolicy(Located):
    """What has to be there before an apply: a saved plan, so many approvals, no freeze."""

    only_saved_plan: bool = False
    approvals: int = 0
    freeze: tuple[Freeze, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Located):
    """How much one run may do, as a count and as percent of what is ours; None where that side is open."""

    count: int | None = None
    percent: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Located):
    """The limits of one run on what it removes and what it changes."""

    remove: Limit | None = None
    change: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Located):
    """How one system is reached in this environment: a free map for its adapter.

    `settings` hold references to environment variables as they were written (`${env:NAME}`); `mopsctl.manifest.environment.
    reveal` turns them into secrets when a connection is really made. `experimental` lists the switches that are on.
    """

    system: str
    settings: Mapping[str, Plain] = field(default_factory=dict)
    experimental: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(Located):
    """Values that differ in this environment: `target` reads `Kind/name`, `set` maps a dotted path to a value."""

    target: str
    set: Mapping[str, Scalar]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Document):
    """Where a stack is applied; nothing of an `emulated` environment leaves this machine."""

    kind: ClassVar[str] = "Environment"

    emulated: bool = False
    tier: Tier = "sandbox"
    protected: bool = False
    apply: ApplyPolicy = field(default_factory=ApplyPolicy)
    limits: Limits = field(default_factory=Limits)
    connections: Mapping[str, Connection] = field(default_factory=dict)
    variables: Mapping[str, Scalar] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
