"""The typed consent policy: purposes, bases, proof, and the rules that decide by place and channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from mopsctl.manifest.base import Document, Duration, Located, Managed


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose(Managed):
    """What people are written to about; `signals` are the web and ads consent signals it stands for, per framework."""

    key: str
    class_: Literal["marketing", "service"]
    label: str
    description: str = ""
    signals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Located):
    """A way to reach people; `address` is the catalogue field that holds where."""

    key: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction(Located):
    """How the place is found: a catalogue field, what holds where it is empty, and named groups of countries."""

    from_: str
    if_unknown: str = "strictest"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients(Located):
    """How the class of recipient is found: a catalogue field, and the class where it is empty."""

    from_: str
    if_unknown: str = "individual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof(Located):
    """What must, and what should, be on record for a consent to count."""

    required: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis(Located):
    """What allows writing: counted from which date field, for how long, and which proof it needs besides."""

    key: str
    from_: str = ""
    valid: Duration | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRule(Located):
    """One row of the policy; the first row that fits decides. What is empty fits everything."""

    key: str
    purposes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencePage(Located):
    """The page where people choose: its address and the purposes on it."""

    url: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender(Located):
    """What every message carries: a postal address, and a link to leave that works so many days."""

    postal_address: str = ""
    unsubscribe_works_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPolicy(Document):
    """Who may be written to, about what, where, on which proof.

    `bind` maps a purpose (or `opt_out_all`) to what holds it per system; `proof_fields` maps, per system, a proof key to a
    field. `notice` names a file in `notices/`. `sample` says that nobody has made the rules their own yet;
    `defaults_dated` is the ISO date of the pack of defaults they came from.
    """

    kind: ClassVar[str] = "ConsentPolicy"

    catalog: str
    purposes: Mapping[str, Purpose]
    channels: Mapping[str, Channel]
    jurisdiction: Jurisdiction
    recipients: Recipients | None = None
    stop_first: tuple[str, ...] = ()
    proof: Proof | None = None
    bases: Mapping[str, Basis]
    rules: Mapping[str, ConsentRule]
    bind: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    proof_fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    preference_page: PreferencePage | None = None
    sender: Sender | None = None
    notice: str = ""
    sample: bool = False
    defaults_dated: str = ""
