"""Native things on systems: what is wanted, what was seen, what has to move. Every room uses these words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mopsctl import canonical
from mopsctl.address import Address
from mopsctl.diagnostics import NOWHERE, Source
from mopsctl.element import FieldType, Mode, OnDelete
from mopsctl.subject import NOBODY, Subject

Json = Any  # what json.loads can return; attribute values are always of this shape
Action = Literal["add", "change", "remove", "keep", "adopt", "forget", "manual"]
Outcome = Literal["done", "failed", "unknown", "skipped", "not-started", "refused"]


@dataclass(frozen=True, slots=True)
class Resource:
    """A native thing the manifests want.

    `attributes` holds only what the manifests name (ownership is per attribute), in canonical form, so that plain equality
    compares it. A keyed attribute is a mapping from
    natural key to item, its order is an attribute of its own. `mode` may be narrower than the kind's; `why` is the
    capability's sentence. `steps` tell a person what to do where mopsctl cannot; they name screen and exact values.
    `screen` names the vendor's screen where a person does so: what has the same one is one step of one visit.
    `needs` are addresses that must be there first. `capability` is the row of the lowering table it stands for.
    """

    address: Address
    title: str
    attributes: Mapping[str, Json]
    source: Source = NOWHERE
    document: str = ""
    mode: Mode = "write"
    why: str = ""
    capability: str = ""
    steps: tuple[str, ...] = ()
    needs: tuple[Address, ...] = ()
    on_delete: OnDelete = "keep"
    protect: bool = False
    leave: tuple[str, ...] = ()
    reason: str = ""
    owner: str = ""
    screen: str = ""
    subject: Subject = NOBODY

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", canonical.numbers(self.attributes))


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What a live field is in neutral words, so that two systems can be compared.

    `length` counts characters (`bytes` says when it counts bytes); `values` are the live active spellings, or None where
    the field has no list or the list cannot be read.
    """

    type: FieldType | None
    length: int | None = None
    bytes: bool = False
    values: tuple[str, ...] | None = None
    restricted: bool = False
    required: bool = False
    read_only: bool = False
    visible: bool | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A native thing that is there.

    `attributes` are normalised by the adapter once, for both sides: equal meaning has equal values. `writable` narrows
    what may be written on this very thing (None: whatever its kind allows); `why_not` says why. `removable` is false where
    the vendor would refuse. `retired` marks a thing that is archived or hidden and still listed: its removal is done.
    """

    address: Address
    attributes: Mapping[str, Json]
    remote_id: str | None = None
    writable: frozenset[str] | None = None
    why_not: str = ""
    removable: bool = True
    facts: FieldFacts | None = None
    builtin: bool = False
    retired: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", canonical.numbers(self.attributes))


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at a system brought.

    `kinds` were read completely (or, after `reread`, for the addresses asked for), so that what is not in `items` is absent.
    `unreadable` says of a kind why it could not be read: never taken for absence. `archived` says, of what is wanted and not
    there, what of the same name lies in the vendor's archive, and what will come back with it: a sentence for the plan.
    """

    items: Mapping[Address, Observation] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    archived: Mapping[Address, str] = field(default_factory=dict)

    def gap(self, kind: str) -> str:
        """Why what is not in `items` of that kind is not known to be absent; empty where it is."""
        return self.unreadable.get(kind) or ("" if kind in self.kinds else f"The adapter did not read the kind {kind}.")


@dataclass(frozen=True, order=True, slots=True)
class FieldChange:
    """One attribute (or one item of a keyed attribute) that moves; `path` is `label` or `options/web/label`."""

    path: tuple[str, ...]
    before: Json = field(compare=False)
    after: Json = field(compare=False)

    def dotted(self) -> str:
        """The path as plans show it; a dot inside a key is escaped with a backslash."""
        return ".".join(part.replace("\\", "\\\\").replace(".", "\\.") for part in self.path)


@dataclass(frozen=True, slots=True)
class Write:
    """One change as an adapter gets it.

    `fields` say what moves; `target` holds all attributes as they will be afterwards, live items that are not ours included;
    `observed` is what was read right before (None: absent). `action` is add, change or remove (`archive` tells how).
    """

    address: Address
    action: Literal["add", "change", "remove"]
    fields: tuple[FieldChange, ...]
    target: Mapping[str, Json]
    observed: Observation | None
    source: Source = NOWHERE
    archive: bool = True

    def touched(self) -> frozenset[str]:
        """Names of the top-level attributes that move."""
        return frozenset(change.path[0] for change in self.fields)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one write; `error` is one sentence, `hint` what to do, `note` something the user should know."""

    address: Address
    outcome: Outcome
    remote_id: str | None = None
    error: str = ""
    hint: str = ""
    note: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """How many records a change touches; None with a `reason` where it cannot be had. `at_least`: the vendor stops counting.

    `refused` says, as a sentence, why the vendor would refuse the change for what records hold.
    """

    records: int | None
    reason: str = ""
    at_least: bool = False
    refused: str = ""
