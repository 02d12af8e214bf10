"""What every declared element has: a place, and what its author decided about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from mopsctl.diagnostics import NOWHERE, Source
from mopsctl.element import Mode, OnDelete
from mopsctl.manifest.declare import Key, row
from mopsctl.manifest.shapes import written
from mopsctl.manifest.tree import Map

Number = int | float
DurationUnit = Literal["hours", "days", "weeks", "months", "years"]

NO_MARKS: Mapping[str, Source] = {}
_KEY = re.compile(r"[a-z][a-z0-9_]*")


def humanise(key: str) -> str:
    """The label of a key that has none: `no_response` becomes `No response`; what is no key stays as it is."""
    return key.replace("_", " ").capitalize() if _KEY.fullmatch(key) else key


def label(_context: Any, node: Map, key: str) -> str:
    """The label that was written, or the key of the row in plain words."""
    return str(node.get(key) or humanise(str(node["key"])))


Label = Annotated[
    str, Key("What people see. Left out: the key in plain words.", "Business unit", read=label, needed=False)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """An element with its place: `source` is its first key, `marks` hold the place of each of its own keys.

    Two elements that say the same are equal wherever they stand.
    """

    source: Source = field(default=NOWHERE, compare=False)
    marks: Mapping[str, Source] = field(default_factory=lambda: NO_MARKS, compare=False, repr=False)

    def at(self, attribute: str) -> Source:
        """The place of one attribute, by its YAML key; the element's own place where it was not written."""
        return self.marks.get(attribute, self.source)

    def says(self, attribute: str) -> bool:
        """True where the author wrote the attribute (rather than leaving it to a default)."""
        return attribute in self.marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed(Located):
    """An element whose author may narrow what mopsctl does with it.

    `manage` and `on_delete` are settled by the loader: the row's own word, else the document's, else the stack's. `leave`
    names attributes that are neither compared nor written.
    """

    manage: Annotated[
        Mode,
        Key(
            "How far mopsctl goes: it writes, it only compares, or it prints what to do.",
            "verify",
            shape="manage",
            inherited=True,
        ),
    ] = "write"
    on_delete: Annotated[
        OnDelete,
        Key("What becomes of it when this row is taken out.", "archive", shape="on_delete", inherited=True),
    ] = "keep"
    protect: Annotated[bool, Key("True where no run may ever remove it.", True)] = False
    leave: Annotated[
        tuple[str, ...], Key("Attributes that are neither compared nor written.", ["label"], shape="attributes")
    ] = ()
    reason: Annotated[str, Key("Why it is there, or why it is so.", "Asked for by sales in the spring review.")] = ""


@row("metadata block", name="metadata")
@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata(Located):
    """Who a document is, who owns it, who agrees to changes, and until when it holds (`review_by`, an ISO date)."""

    name: Annotated[
        str,
        Key(
            "What other documents call this one. Unique among the documents of its kind; renaming the file changes nothing.",
            "person-fit",
            shape="name",
        ),
    ]
    title: Annotated[str, Key("What people call it.", "Who they are")] = ""
    owner: Annotated[str, Key("The team that answers for it.", "marketing-ops")] = ""
    approvers: Annotated[
        tuple[str, ...], Key("The teams that agree to a change.", ["sales-ops", "legal"], only="people")
    ] = ()
    review_by: Annotated[
        str, Key("The day by which somebody reads it again.", "2026-12-31", shape="date", only="checks")
    ] = ""
    description: Annotated[
        str, Key("What it is for, in a sentence or two.", "Decides who is handed to sales.", only="people")
    ] = ""


@row("silenced check", name="ignore")
@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore(Located):
    """A check that this document silences: until which ISO date, and why."""

    check: Annotated[
        str,
        Key(
            "The id of the check that is silenced in this document.",
            "FM021",
            shape=written("^[A-Z]{2}[0-9]{3}$", "the id of a check, such as FM021"),
            only="checks",
        ),
    ]
    until: Annotated[
        str, Key("The day it speaks up again.", "2026-12-31", shape="date", needed=True, only="checks")
    ] = ""
    reason: Annotated[
        str,
        Key("Why it may be silent until then.", "The field moves in the autumn release.", needed=True, only="people"),
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Located):
    """What the documents of every kind share; `marks` are those of the document's content (what stands below `spec`)."""

    kind: ClassVar[str] = ""

    metadata: Annotated[
        Metadata, Key("Name, owner and approvers; never sent to a system.", {"name": "person"}, shape="metadata")
    ]
    ignore: Annotated[
        tuple[Ignore, ...],
        Key(
            "Checks that are silent for this document.",
            [{"check": "FM021", "until": "2026-12-31", "reason": "The field moves in the autumn release."}],
            shape="ignore",
            only="checks",
        ),
    ] = ()

    @property
    def name(self) -> str:
        """The document's name, unique among its kind."""
        return self.metadata.name

    @property
    def id(self) -> str:
        """The document's name with its kind, `Lifecycle/person`."""
        return f"{self.kind}/{self.metadata.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content(Document):
    """A document that says what systems hold."""

    manage: Annotated[
        Mode,
        Key(
            "How far mopsctl goes with all of this: it writes, it only compares, or it prints what to do.",
            "verify",
            shape="manage",
            inherited=True,
        ),
    ] = "write"
    on_delete: Annotated[
        OnDelete,
        Key(
            "What becomes of a thing that is taken out of this document.", "archive", shape="on_delete", inherited=True
        ),
    ] = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A span of time; months and years count by the calendar."""

    amount: int
    unit: DurationUnit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit if self.amount != 1 else self.unit[:-1]}"


@row("range", expects="a range such as {min: 0, max: 100}", schema={"minProperties": 1})
@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Located):
    """A lowest and a highest number; None where that side is open."""

    min: Annotated[Number | None, Key("The lowest number.", 0)] = None
    max: Annotated[Number | None, Key("The highest number.", 100)] = None
