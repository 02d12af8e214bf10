"""An emulated Eloqua account, and the shortest way from declared elements to writes on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from mopsctl_eloqua import provider
from mopsctl_eloqua.emulator import EloquaEmulator
from mopsctl_eloqua.system import EloquaSystem

from mopsctl.address import Address
from mopsctl.diagnostics import Source
from mopsctl.element import Element, Field, Item, Origin, ValueList
from mopsctl.emulator import Handle, running
from mopsctl.engine import compare, diff
from mopsctl.provider import http
from mopsctl.provider.contract import Connection, Converted
from mopsctl.resource import Observation, Resource, Result, Write
from mopsctl.secrets import Secret

SYSTEM = "eloqua"
AT = Source("catalog/person.yaml", 7, 5)


@dataclasses.dataclass
class Bench:
    """One account with everything a test needs to plan and write on it."""

    handle: Handle
    folder: Path

    def connection(self, experimental: Sequence[str] = (), **changes: str) -> Connection:
        given = {"url": self.handle.url, **self.handle.emulator.credentials("sandbox")} | changes
        secret = {name: Secret(value, name) for name, value in given.items() if name in provider.secret_settings}
        plain = {name: value for name, value in given.items() if name not in secret and value}
        return Connection(SYSTEM, plain, secret, emulated=True, experimental=frozenset(experimental))

    def app(self, **changes: str) -> Connection:
        """A connection by OAuth, its tokens kept in the test's folder."""
        nobody = dict.fromkeys(("company", "user", "password"), "")
        kept = {"token_file": str(self.folder / "tokens.json")}
        return self.connection(**(nobody | EloquaEmulator.app_credentials() | kept | changes))

    def open(self, connection: Connection | None = None) -> EloquaSystem:
        system = provider.open(connection or self.connection())
        assert isinstance(system, EloquaSystem)
        return system

    def convert(self, *elements: Element, connection: Connection | None = None) -> Converted:
        return provider.convert(elements, connection or self.connection())

    def write(self, resource: Resource, seen: Observation | None, last: dict[str, Any] | None = None) -> Write | None:
        """What the engine would hand over for a resource, given what was seen; None where nothing moves."""
        kind = provider.kinds[resource.address.kind]
        settable = {
            name: value
            for name, value in resource.attributes.items()
            if kind.attributes.get(name) is None or kind.attributes[name].mode in ("write", "create-only")
        }
        live = dict(seen.attributes) if seen else {}
        target = compare.target(kind, settable, live, last or {})
        moved = diff.changes(kind, live, target, frozenset(settable))
        if not moved:
            return None
        return Write(resource.address, "change" if seen else "add", moved, target, seen, resource.source)

    def remove(self, address: Address, seen: Observation) -> Write:
        return Write(address, "remove", (), {}, seen, archive=False)

    def plan(
        self, system: EloquaSystem, resources: Sequence[Resource], last: dict[Address, dict[str, Any]] | None = None
    ) -> list[Write]:
        """Every write that the resources need, in the order of their needs."""
        mine = {each.address: each for each in resources if each.mode == "write"}
        reading = system.read(resources, [])
        assert not reading.unreadable
        graph = {address: set(each.needs) & mine.keys() for address, each in sorted(mine.items())}
        ordered = [mine[address] for address in TopologicalSorter(graph).static_order()]
        kinds = list(provider.kinds)
        ordered.sort(key=lambda each: kinds.index(each.address.kind))
        found = [self.write(each, reading.items.get(each.address), (last or {}).get(each.address)) for each in ordered]
        return [each for each in found if each is not None]

    def apply(
        self,
        *elements: Element,
        connection: Connection | None = None,
        last: dict[Address, dict[str, Any]] | None = None,
    ) -> list[Result]:
        """Plan and write, and see that a second plan has nothing to do."""
        with self.open(connection) as system:
            system.identify()
            resources = self.convert(*elements, connection=connection).resources
            results = [result for write in self.plan(system, resources, last) for result in system.write([write])]
            assert [each for each in results if each.outcome != "done"] == []
            assert self.plan(system, resources) == []
        return results

    def seen(self, *addresses: Address) -> dict[Address, Observation]:
        """What a fresh connection sees at the addresses."""
        with self.open() as system:
            return dict(system.reread(list(addresses)).items)


@pytest.fixture(scope="module")
def _running() -> Iterator[Handle]:
    with running(EloquaEmulator) as handle:
        yield handle


@pytest.fixture
def bench(_running: Handle, tmp_path: Path) -> Bench:
    _running.reset()
    return Bench(_running, tmp_path)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that a test would have made."""
    found = list[float]()
    monkeypatch.setattr(http, "sleep", found.append)
    return found


@pytest.fixture
def field() -> Callable[..., Field]:
    """Makes a declared contact field; `values` are (value, label) pairs."""

    def make(name: str = "C_Region1", values: Sequence[tuple[str, str]] | None = None, **changes: Any) -> Field:
        listed = ValueList(changes.pop("list_name", "regions"), _items(values)) if values is not None else None
        known: dict[str, Any] = {
            "origin": Origin("FieldCatalog/person", AT, "marketing-ops"),
            "concept": "person",
            "object": "contact",
            "name": name,
            "key": "region",
            "type": "choice" if values is not None else "text",
            "label": "Region",
            "values": listed,
        }
        return Field(**(known | changes))

    return make


def _items(values: Sequence[tuple[str, str]]) -> tuple[Item, ...]:
    return tuple(Item(value.lower(), value, label) for value, label in values)


@pytest.fixture
def address() -> Callable[[str, str], Address]:
    return lambda kind, name: Address(SYSTEM, kind, name)
