"""A made-up vendor that lives in a dictionary: small enough to read, strange enough to test the engine with.

Its kinds show every rule the contract knows: groups that fields need, fields with create-only, fixed and verified
attributes, values that are hidden instead of removed, rules that are written in one deploy, and notes nobody can read.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mopsctl.address import Address
from mopsctl.element import Element, Field, Group, Lifecycle
from mopsctl.errors import OutcomeUnknown, SystemError_, VendorError
from mopsctl.provider.capability import ROWS, Cell
from mopsctl.provider.contract import (
    Account,
    Attribute,
    Calls,
    Connection,
    Converted,
    Grain,
    Kind,
    Progress,
    Provider,
    System,
)
from mopsctl.resource import Impact, Observation, Reading, Resource, Result, Write

_ONE = Grain("one")
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "group": Kind("group", "group", {"label": Attribute()}, Grain("one"), removal="delete"),
        "field": Kind(
            "field",
            "field",
            {
                "label": Attribute(),
                "description": Attribute(),
                "group": Attribute(),
                "type": Attribute("create-only", "the type is fixed once the field exists", "declare a new field"),
                "unique": Attribute("create-only", "uniqueness is set when the field is made", "declare a new field"),
                "computed": Attribute("fixed", "the system computes it"),
                "required": Attribute("verify", "it is set on the field's screen"),
                "options": Attribute(keyed=True, retire={"hidden": True}, noun="value"),
                "options_order": Attribute(order_of="options"),
                "tags": Attribute(keyed=True, noun="tag"),
                "extra": Attribute(),
            },
            Grain("fields", size=5, actions=frozenset({"add"})),
            removal="archive",
        ),
        "rule": Kind("rule", "rule", {"text": Attribute()}, Grain("deploy", size=1000, deploy=True), removal="delete"),
        "note": Kind("note", "note", {}, _ONE, readable=False, creatable=False, why="no interface shows notes"),
    }
)


@dataclass(slots=True)
class Store:
    """What the made-up vendor holds, and what tests may do to it.

    `things` maps address to native attributes. `before` is called before each call with its name and addresses, and may
    raise; `after` the same once the call took effect.
    """

    things: dict[Address, dict[str, Any]] = field(default_factory=dict)
    archived: dict[Address, dict[str, Any]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    read_only: dict[Address, frozenset[str]] = field(default_factory=dict)
    builtin: set[Address] = field(default_factory=set)
    records: dict[Address, int] = field(default_factory=dict)
    account: str = "memory-1"
    before: Callable[[str, Sequence[Address]], None] = lambda _call, _addresses: None
    after: Callable[[str, Sequence[Address]], None] = lambda _call, _addresses: None
    reads: int = 0
    writes: int = 0
    turned: bool = False  # the vendor lists things in another order


class MemoryProvider(Provider):
    """The made-up vendor's adapter; each instance has its own store."""

    name = "memory"
    title = "Memory"
    version = "1.0"
    settings = MappingProxyType({"account": "the account's name"})
    secret_settings = frozenset({"token"})

    def __init__(self, store: Store | None = None) -> None:
        self.store = store or Store()

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """See KINDS."""
        return KINDS

    @property
    def cells(self) -> Mapping[str, Cell]:
        """Fields and groups are written, everything else is left to people."""
        written = {"field.new", "field.text", "field.values", "field.group"}
        return {row: Cell(("write",) if row in written else ("manual",), "the made-up vendor says so") for row in ROWS}

    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        """Groups and fields become things; lifecycles become a note."""
        return Converted(tuple(resource for each in elements for resource in _resources(each, connection.system)))

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """`memory:field/object.name`."""
        return Address(system, "field", f"{object_name}.{field_name}")

    def open(self, connection: Connection, progress: Progress | None = None) -> System:
        """The store behind a connection."""
        return MemorySystem(self.store)


class MemorySystem(System):
    """Reads and writes a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def calls(self) -> Calls:
        """Calls made on the store."""
        return Calls(self._store.reads, self._store.writes)

    def identify(self) -> Account:
        """The store's account, always a sandbox."""
        self._call("identify", ())
        return Account(self._store.account, "sandbox", "in memory")

    def read(self, wanted: Sequence[Resource], known: Sequence[Address]) -> Reading:
        """Everything the store holds of readable kinds."""
        self._call("read", ())
        return self._reading(self._store.things)

    def reread(self, addresses: Sequence[Address]) -> Reading:
        """These things again."""
        self._call("reread", addresses)
        return self._reading({key: self._store.things[key] for key in addresses if key in self._store.things})

    def write(self, writes: Sequence[Write]) -> Iterable[Result]:
        """One call for all; all or nothing where the first is a rule."""
        addresses = [write.address for write in writes]
        self._store.writes += 1
        self._store.before("write", addresses)
        results = [_carried_out(self._store, write) for write in writes]
        self._store.after("write", addresses)
        return results

    def impact(self, writes: Sequence[Write]) -> Mapping[Address, Impact]:
        """The records that tests put beside things."""
        return {write.address: Impact(self._store.records.get(write.address, 0)) for write in writes}

    def close(self) -> None:
        """Nothing to let go of."""

    def _call(self, name: str, addresses: Sequence[Address]) -> None:
        self._store.reads += 1
        self._store.before(name, addresses)

    def _reading(self, things: Mapping[Address, Mapping[str, Any]]) -> Reading:
        listed = sorted(things, reverse=self._store.turned)
        items = {
            address: _observed(self._store, address, things[address])
            for address in listed
            if KINDS[address.kind].readable and address.kind not in self._store.unreadable
        }
        kinds = frozenset(kind for kind in KINDS if KINDS[kind].readable) - self._store.unreadable.keys()
        return Reading(items, kinds, dict(self._store.unreadable))


def lost_answer(call: str) -> OutcomeUnknown:
    """The error of a write whose answer never arrived."""
    return OutcomeUnknown(f"memory did not answer a {call}.", system="memory")


def broken(call: str) -> SystemError_:
    """The error of a call that failed and did nothing."""
    return VendorError(f"memory answered 500 to a {call}.", system="memory", status=500)


def _observed(store: Store, address: Address, native: Mapping[str, Any]) -> Observation:
    writable = store.read_only.get(address)
    return Observation(
        address=address,
        attributes=copy.deepcopy({name: value for name, value in native.items() if not name.startswith("_")}),
        remote_id=f"id-{address.name}",
        writable=None if writable is None else frozenset(KINDS[address.kind].attributes) - writable,
        why_not="the vendor keeps it" if writable else "",
        builtin=address in store.builtin,
    )


def _carried_out(store: Store, write: Write) -> Result:
    if write.action == "remove":
        store.archived[write.address] = store.things.pop(write.address)
        return Result(write.address, "done")
    if write.action == "add" and write.address in store.things:
        return Result(write.address, "failed", error="there is one of that name already.", code="exists")
    have = store.things.get(write.address, {"_made_by": "mopsctl"})
    moved = {name: copy.deepcopy(write.target[name]) for name in write.touched()}
    store.things[write.address] = {**have, **moved}
    return Result(write.address, "done", remote_id=f"id-{write.address.name}")


def _resources(element: Element, system: str) -> Iterable[Resource]:
    match element:
        case Group():
            yield _resource(
                element, Address(system, "group", f"{element.object}.{element.name}"), {"label": element.label}
            )
        case Field():
            yield _field(element, system)
        case Lifecycle():
            address = Address(system, "note", f"{element.object}.{element.field}")
            yield Resource(
                address,
                element.title,
                {},
                element.origin.source,
                element.origin.document,
                mode="manual",
                why="no interface shows notes",
                steps=("Write the note on the wall.",),
            )


def _field(element: Field, system: str) -> Resource:
    attributes: dict[str, Any] = {"label": element.label, "type": element.type}
    if element.description:
        attributes["description"] = element.description
    if element.unique:
        attributes["unique"] = True
    if element.group:
        attributes["group"] = element.group
    if element.values:
        attributes["options"] = {
            item.value: {"label": item.label, "hidden": item.hidden} for item in element.values.items
        }
        attributes["options_order"] = list(element.values.values())
    needs = (Address(system, "group", f"{element.object}.{element.group}"),) if element.group else ()
    return _resource(element, Address(system, "field", f"{element.object}.{element.name}"), attributes, needs)


def _resource(
    element: Group | Field, address: Address, attributes: Mapping[str, Any], needs: tuple[Address, ...] = ()
) -> Resource:
    origin = element.origin
    return Resource(
        address=address,
        title=element.label,
        attributes=attributes,
        source=origin.source,
        document=origin.document,
        mode=origin.manage,
        needs=needs,
        on_delete=origin.on_delete,
        protect=origin.protect,
        leave=origin.leave,
        reason=origin.reason,
        owner=origin.owner,
    )
