"""A plan's changes gathered by what they mean: the manifest element first, systems second, what several share said once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from mopsctl.engine.plan import Change, Plan
from mopsctl.render import moves, words
from mopsctl.render.values import Style
from mopsctl.subject import NOBODY, Subject, SubjectKind

KINDS: tuple[str, ...] = get_args(SubjectKind)
OTHER = "other"  # what stands for no single element
MOST_IN_FULL = 8  # more that cannot be undone for one reason are gathered by their titles
MOST_LISTS = 3  # value lists that are told of things that come together


@dataclass(frozen=True, slots=True)
class Things:
    """Things of one noun on one system that a bucket is about."""

    system: str
    noun: str
    names: tuple[str, ...]
    irreversible: bool
    first: Change

    def text(self) -> str:
        """The things in words: `Salesforce field Lead.Region__c, Contact.Region__c (cannot be undone)`."""
        return f"{self.system} {self.noun} {self.listed}{' (cannot be undone)' if self.irreversible else ''}"

    @property
    def listed(self) -> str:
        """The names; what stands on several objects alike is named once: `Contact and Lead: Region__c, Tier__c`."""
        if len(self.names) == 1:
            return self.names[0]
        parts = [re.split("[./]", name, maxsplit=1) for name in self.names]
        if any(len(part) == 1 for part in parts):
            return ", ".join(self.names)
        inside: dict[str, list[str]] = {}
        for owner, name in parts:
            inside.setdefault(owner, []).append(name)
        alike: dict[tuple[str, ...], list[str]] = {}
        for owner, names in inside.items():
            alike.setdefault(tuple(names), []).append(owner)
        return "; ".join(f"{' and '.join(owners)}: {', '.join(names)}" for names, owners in alike.items())


@dataclass(frozen=True, slots=True)
class Bucket:
    """Changes of one entry of which the same is said."""

    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The one that speaks for all."""
        return self.changes[0]

    def things(self, plan: Plan) -> tuple[Things, ...]:
        """What it is about, system by system."""
        titles = {report.name: report.title for report in plan.systems}
        found: dict[tuple[str, str, bool], list[Change]] = {}
        for change in self.changes:
            key = (titles[change.address.system], change.noun, change.irreversible and change.writes)
            found.setdefault(key, []).append(change)
        return tuple(
            Things(system, noun, tuple(each.address.name for each in changes), lost, changes[0])
            for (system, noun, lost), changes in found.items()
        )

    @property
    def whys(self) -> tuple[str, ...]:
        """Why they are as they are, each reason once."""
        return tuple(dict.fromkeys(change.why for change in self.changes if change.why))

    def moves(self, style: Style) -> tuple[str, ...]:
        """What moves; of things that come or go their value lists, each said once, and those left out counted."""
        if self.first.action not in ("add", "remove"):
            return moves.lines(self.first, style)
        told: dict[str, str] = {}  # what is in a list, and what it is called first: options here are values there
        for change in self.changes:
            for lead, said in moves.summed_up(change, style):
                if lead.endswith(": "):
                    told.setdefault(said, lead)
        lists = [f"{lead}{said}" for said, lead in told.items()]
        more = len(lists) - MOST_LISTS
        return (*lists[:MOST_LISTS], *([f"and {words.counted(more, 'list')} more: add -v"] if more > 0 else ()))

    @property
    def undo(self) -> tuple[str, ...]:
        """Whether the changes can be undone, each answer once."""
        return tuple(dict.fromkeys(words.undo(change.undo) for change in self.changes))

    @property
    def records(self) -> str:
        """How many records are touched, where any are: the most of what is said of one thing."""
        counted = [change.impact for change in self.changes if change.impact and change.impact.records]
        return words.records(max(counted, key=lambda each: each.records or 0)) if counted else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One manifest element with every change on every system that stands for it."""

    subject: Subject
    changes: tuple[Change, ...]
    shared: bool = False  # true where another element of the kind has the same label

    @property
    def kind(self) -> str:
        """What the element is; `other` where the change stands for no single one."""
        return self.subject.kind or OTHER

    @property
    def label(self) -> str:
        """What people call it, with its document where two are called the same."""
        label = self.subject.label or self.changes[0].title
        return f"{label} ({self.subject.document.partition('/')[2]})" if self.shared else label

    @property
    def place(self) -> str:
        """Where it is declared: the first place of its changes."""
        places = sorted((each.source for each in self.changes if each.source.file), key=lambda at: (at.file, at.line))
        return str(places[0]) if places else ""

    def buckets(self, style: Style) -> tuple[Bucket, ...]:
        """Its changes, those together of which the same is said."""
        found: dict[object, list[Change]] = {}
        for change in self.changes:
            found.setdefault(_said(change, style), []).append(change)
        return tuple(Bucket(tuple(changes)) for changes in found.values())


def _said(change: Change, style: Style) -> object:
    moved = () if change.action in ("add", "remove") else moves.lines(change, style)
    old = str(change.moved_from) if change.moved_from else ""
    return change.action, words.reason(change), old, moved


def entries(changes: Iterable[Change]) -> tuple[Entry, ...]:
    """The changes by element, kind by kind, in the order of the manifests."""
    found: dict[object, list[Change]] = {}
    for change in changes:
        subject = change.subject
        key = (subject.document, subject.kind, subject.key) if subject != NOBODY else change.address
        found.setdefault(key, []).append(change)
    known = Counter((each[0].subject.kind, each[0].subject.label) for each in found.values())
    made = [
        Entry(first, tuple(each), first != NOBODY and known[first.kind, first.label] > 1)
        for each in found.values()
        for first in (each[0].subject,)
    ]
    return tuple(sorted(made, key=_place))


def _place(entry: Entry) -> tuple[int, str, int, str]:
    rank = KINDS.index(entry.kind) if entry.kind in KINDS else len(KINDS)
    first = min((each.source.line for each in entry.changes if each.source.file), default=0)
    return rank, entry.subject.document, first, entry.label


def by_kind(found: Sequence[Entry]) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """The entries under the heading of their kind: `Fields`, `Scoring models`."""
    kinds = dict.fromkeys(each.kind for each in found)
    return tuple((heading(kind), tuple(each for each in found if each.kind == kind)) for kind in kinds)


def heading(kind: str) -> str:
    """What a kind's entries stand under."""
    return "Other" if kind == OTHER else words.plural(kind).capitalize()


def headline(found: Sequence[Entry]) -> str:
    """How many elements of each kind are changed, and on how many systems; empty where none is."""
    kinds = [(kind, sum(each.kind == kind for each in found)) for kind in (*KINDS, OTHER)]
    counts = [f"{many} other" if kind == OTHER else words.counted(many, kind) for kind, many in kinds if many]
    systems = {change.address.system for each in found for change in each.changes}
    return f"{', '.join(counts)} on {words.counted(len(systems), 'system')}" if counts else ""
