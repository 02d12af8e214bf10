"""What an adapter is, and what it must, may and must not do.

An adapter has two halves. The `Provider` is pure: it knows the vendor's kinds and converts what the stack wants into native
resources. A `System` is one open connection: it reads whole collections, and writes what a plan says.

An adapter must
- say for every row of the lowering table what it does with it (`cells`);
- normalise attributes once, in one place, for what is wanted and for what was seen: equal meaning, equal value;
- read a collection completely or report it as unreadable, never return a part as the whole;
- raise `OutcomeUnknown` where a write was sent and no answer came; it never repeats such a write;
- say a `Step` before each call of an addition that takes several calls, and wherever a list passes through an order that is
  neither the old nor the new one: a run that dies in between is then understood;
- keep every native attribute and list item it was not asked to change;
- use natural keys in addresses, so that a lost state file costs nothing;
- let `write` be called from as many threads at once as its provider says with `concurrent_writes`; nothing is read meanwhile.
An adapter may
- narrow a mode (for one kind, one attribute, one live object), with a sentence that says why;
- write several changes in one call, where its kinds' grain says so;
- return notes for people: something revived, something that counts only for new records.
An adapter must not
- write while it reads, converts or identifies;
- widen a mode, emulate what the vendor does not offer, or skip anything silently;
- print, log secrets, read files or environment variables, or import the engine, the command line or another adapter;
- send credentials to a host that `Connection.hosts` does not have, whoever named it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.element import Element
from mopsctl.provider.capability import Cell, Right
from mopsctl.provider.hosts import Hosts
from mopsctl.resource import FieldFacts, Impact, Json, Observation, Reading, Resource, Result, Write
from mopsctl.secrets import Secret

if TYPE_CHECKING:
    from types import TracebackType

API_VERSION = 1  # of this contract; a provider built for another one is refused by the registry

AttributeMode = Literal["write", "create-only", "fixed", "verify"]
Removal = Literal["archive", "delete", "none"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a kind.

    `mode`: `write` at any time; `create-only` is written when the object is made and refused at plan time afterwards;
    `fixed` is refused like `create-only` but is not written on creation either; `verify` is only read and compared, a
    difference becomes a manual step. `why` says why it is not `write`, `instead` what would have to happen instead.
    `keyed` marks a mapping from natural key to item, whose items are owned one by one; `retire` is what an item becomes
    when it leaves the manifest (None: it is taken out). `order_of` marks a list that holds the order of a keyed attribute.
    `noun` is the vendor's word for one item. `undo_item` is what is lost where an item without `retire` is taken out. `decides` are
    the parts of an item that decide what becomes of records (`""`: the attribute itself), each with the values that do, none for all
    of them: a change of one is set apart. `narrows` says of a number what records lose where it becomes smaller. `needs` says of an item, by key and
    item, what has to be there for it, as kind and name: it waits alone where the thing has other items.
    """

    mode: AttributeMode = "write"
    why: str = ""
    instead: str = ""
    keyed: bool = False
    retire: Mapping[str, Json] | None = None
    order_of: str | None = None
    noun: str = "value"
    title: str = ""
    undo_item: str = ""
    decides: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)
    narrows: str = ""
    needs: Callable[[str, Json], tuple[tuple[str, str], ...]] | None = None


@dataclass(frozen=True, slots=True)
class Grain:
    """What one write call of a kind covers.

    Changes of one grain go together, at most `size` a call, where `actions` allow it. `deploy` marks a grain that sorts out
    dependencies inside itself, so that changes that need each other may share a call, all or nothing.
    """

    name: str
    size: int = 1
    actions: frozenset[str] = frozenset({"add", "change", "remove"})
    deploy: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A native kind of the system, with what may be done to it.

    `noun` is the vendor's word for it; `undo_add`, `undo_change` and `undo_remove` (empty: by the sort of removal) answer "can it be
    undone" on the plan's line ("yes", "yes: …", "no: …"). `irreversible` sets an addition apart: it must be confirmed one by one in a protected environment.
    `readable` is false where no API shows it: such a resource stays a manual step until somebody attests it.
    """

    name: str
    noun: str
    attributes: Mapping[str, Attribute]
    grain: Grain
    removal: Removal = "none"
    creatable: bool = True
    readable: bool = True
    undo_add: str = "yes"
    undo_change: str = "yes"
    undo_remove: str = ""
    irreversible: bool = False
    why: str = ""

    @classmethod
    def shown(cls, name: str, noun: str, attributes: Mapping[str, Attribute], why: str) -> Kind:
        """A kind that the API shows and does not write: it is only compared."""
        compared = {key: replace(each, mode="verify") for key, each in attributes.items()}
        return cls(name, noun, compared, Grain(name), creatable=False, why=why)

    @classmethod
    def on_screens(cls, name: str, noun: str, why: str) -> Kind:
        """A kind that only the vendor's screens hold: no API shows it."""
        return cls(name, noun, {}, Grain(name), creatable=False, readable=False, why=why)


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach one account: settings from the environment document, secrets already resolved.

    `tier` is what the environment claims to be; an adapter refuses an account of the other type. `experimental` names
    switches the user turned on. `hosts` are those that credentials may be sent to; an adapter hands them to its HTTP client.
    """

    system: str
    settings: Mapping[str, Json] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    tier: Literal["sandbox", "production"] = "sandbox"
    emulated: bool = False
    experimental: frozenset[str] = frozenset()
    hosts: Hosts = field(default_factory=Hosts)

    def text(self, name: str, default: str = "") -> str:
        """A setting as text."""
        value = self.settings.get(name, default)
        return value if isinstance(value, str) else str(value)

    def value(self, name: str) -> str:
        """A setting as text, also where it is a secret; empty where it is not set."""
        secret = self.secrets.get(name)
        return secret.reveal() if secret is not None else self.text(name)


@dataclass(frozen=True, slots=True)
class Account:
    """Who answered: `id` is pinned in the environment, `title` is for people, `limits` are lines for the plan."""

    id: str
    sort: Literal["sandbox", "production", "test", "unknown"]
    title: str = ""
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Converted:
    """What a stack becomes on one system: native resources, and findings of what the vendor would refuse."""

    resources: tuple[Resource, ...]
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a write that takes several, said before the call; it is in the journal before the call is sent.

    `leaves` are the written attributes as a read would show them once the call took effect, in the form of an observation's;
    None where the thing is gone for a moment. `ticket` is said after the call: the system's number for work that it goes on
    with by itself, which `System.settle` understands; then `leaves` says nothing.
    """

    address: Address
    leaves: Mapping[str, Json] | None = None
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """What a broken run left open on one system: writes with no known end, and the tickets of work that may still go on."""

    begun: tuple[Address, ...] = ()
    tickets: tuple[str, ...] = ()


def unheard(_step: Step) -> None:
    """Nobody listens to steps outside an apply."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls made so far on one connection."""

    reads: int = 0
    writes: int = 0


class System(ABC):
    """One open connection to one account."""

    steps_to: Callable[[Step], None] = staticmethod(unheard)
    """Who hears of steps: the journal, while an apply runs."""

    def on_step(self, step: Step) -> None:
        """Say a step of a write under way."""
        self.steps_to(step)

    @abstractmethod
    def identify(self) -> Account:
        """Who is on the other end. Raises AuthenticationError, ConnectionFailed, PermissionError_."""

    @abstractmethod
    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        """Read, completely and once, every collection that `wanted` or `known` touch.

        Everything in those collections is returned, also what nobody asked for: it is counted, shown on import, and never
        touched. A collection that cannot be read goes into `unreadable` with a sentence.
        """

    @abstractmethod
    def reread(self, addresses: Sequence[Address]) -> Reading:
        """Look again at these addresses, as fresh as the vendor allows, in as few calls as possible."""

    @abstractmethod
    def write(self, writes: Sequence[Write]) -> Iterable[Result]:
        """Carry out one grain's worth of writes; one result each, in any order.

        An exception counts for every write of the call that has no result yet.
        """

    def settle(self, pending: Pending) -> None:  # a system that works nothing off by itself has nothing to wait for
        """Wait until what a broken run handed over is worked off, before anything is read. Raises StillRunning."""
        return

    def check(self, writes: Sequence[Write]) -> Iterable[Result]:
        """Ask the server what it would say to these writes, without writing; only where the provider says `server_check`."""
        raise NotImplementedError

    @abstractmethod
    def impact(self, writes: Sequence[Write]) -> Mapping[Address, Impact]:
        """How many records hold what a write would change or take away; only for writes where that is a question."""

    @property
    @abstractmethod
    def calls(self) -> Calls:
        """Calls made so far."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection, and remove helper objects the adapter made on the system."""

    def __enter__(self) -> System:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


Progress = Callable[[str], None]


class Provider(ABC):
    """One vendor. Instances are cheap to make and importing one imports no HTTP library."""

    api_version: ClassVar[int] = API_VERSION
    name: ClassVar[str]
    title: ClassVar[str]
    version: ClassVar[str]
    server_check: ClassVar[bool] = False
    concurrent_writes: ClassVar[int] = 1  # units of independent writes that one account takes side by side
    settings: ClassVar[Mapping[str, str]]  # name of a connection setting -> one sentence
    secret_settings: ClassVar[frozenset[str]]  # which of them are secrets
    hosts: ClassVar[tuple[str, ...]] = ()  # the vendor's, with `*` for parts of the name; see mopsctl.provider.hosts
    connectors: ClassVar[tuple[str, ...]] = ()  # the products that move data and are set up in this vendor's settings
    opt_outs: ClassVar[tuple[str, ...]] = ()  # the vendor's own opt-out fields, with `*` for parts of the name
    rights: ClassVar[tuple[Right, ...]] = ()  # the least that the user or app of a connection needs
    switches: ClassVar[Mapping[str, str]] = {}  # experimental switches -> one sentence

    @property
    @abstractmethod
    def kinds(self) -> Mapping[str, Kind]:
        """The vendor's kinds by name."""

    @property
    @abstractmethod
    def cells(self) -> Mapping[str, Cell]:
        """One cell for every row of `mopsctl.provider.capability.ROWS`."""

    @abstractmethod
    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        """What the elements become on this system. Pure: no network, no clock, same input, same output."""

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """The address of a field, so that mappings and checks can find its observation."""
        raise NotImplementedError

    def foresee(
        self, world: Mapping[Address, Observation], written: frozenset[Address]
    ) -> Mapping[Address, FieldFacts]:
        """The facts that fields will have once these things are written, as a read would bring them; the others keep theirs.

        `world` is what was read, with the attributes of everything `written` as they will be; its facts are those of before.
        Pure. An adapter that foresees nothing leaves findings about its new fields to the plan after the apply.
        """
        return {}

    def refused(self, writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterable[Diagnostic]:
        """What the vendor would refuse of these writes, judged on the world as it will be; each with the address of its write.

        `seen` is everything that was read, things that are not ours included. What is named here is no change of the plan, but an
        error. Pure.
        """
        return ()

    @abstractmethod
    def open(self, connection: Connection, progress: Progress | None = None) -> System:
        """Open a connection. Makes no call yet."""

    def emulator(self) -> object | None:
        """The emulator class of this vendor, imported on demand; None where there is none."""
        return None
