"""What every declared element has: a place, and what its author decided about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from mopsctl.diagnostics import NOWHERE, Source
from mopsctl.element import Mode, OnDelete

Number = int | float
DurationUnit = Literal["hours", "days", "weeks", "months", "years"]

NO_MARKS: Mapping[str, Source] = {}
_KEY = re.compile(r"[a-z][a-z0-9_]*")


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

    manage: Mode = "write"
    on_delete: OnDelete = "keep"
    protect: bool = False
    leave: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata(Located):
    """Who a document is, who owns it, who agrees to changes, and until when it holds (`review_by`, an ISO date)."""

    name: str
    title: str = ""
    owner: str = ""
    approvers: tuple[str, ...] = ()
    review_by: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore(Located):
    """A check that this document silences: until which ISO date, and why."""

    check: str
    until: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Located):
    """What the documents of every kind share; `marks` are those of the document's content (what stands below `spec`)."""

    kind: ClassVar[str] = ""

    metadata: Metadata
    manage: Mode = "write"
    on_delete: OnDelete = "keep"
    ignore: tuple[Ignore, ...] = ()

    @property
    def name(self) -> str:
        """The document's name, unique among its kind."""
        return self.metadata.name

    @property
    def id(self) -> str:
        """The document's name with its kind, `Lifecycle/person`."""
        return f"{self.kind}/{self.metadata.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A span of time; months and years count by the calendar."""

    amount: int
    unit: DurationUnit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit if self.amount != 1 else self.unit[:-1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Located):
    """A lowest and a highest number; None where that side is open."""

    min: Number | None = None
    max: Number | None = None


def humanise(key: str) -> str:
    """The label of a key that has none: `no_response` becomes `No response`; what is no key stays as it is."""
    return key.replace("_", " ").capitalize() if _KEY.fullmatch(key) else key
