"""A HubSpot account to write to, and the engine's way from a resource to a write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from mopsctl_hubspot import provider
from mopsctl_hubspot.emulator import HubSpotEmulator

from mopsctl.address import Address
from mopsctl.element import Element
from mopsctl.emulator import Handle, running
from mopsctl.engine import compare, diff
from mopsctl.provider import http
from mopsctl.provider.contract import Connection, Converted, System
from mopsctl.resource import Observation, Resource, Result, Write
from mopsctl.secrets import Secret

SECRETS = ("token", "client_secret", "refresh_token")


@dataclass
class Account:
    """One emulated account behind one open connection."""

    handle: Handle
    system: System
    last: dict[Address, Mapping[str, Any]] = field(default_factory=dict)

    def see(self, text: str) -> Observation | None:
        """What a fresh look shows."""
        address = Address.parse(text)
        return self.system.reread([address]).items.get(address)

    def attributes(self, text: str) -> Mapping[str, Any]:
        seen = self.see(text)
        assert seen is not None, f"{text} is not there"
        return seen.attributes

    def write_of(self, resource: Resource) -> Write:
        """The write that the engine would hand over for this resource, read right before."""
        kind = provider.kinds[resource.address.kind]
        seen = self.system.reread([resource.address]).items.get(resource.address)
        live = seen.attributes if seen else {}
        settable = {
            name: value
            for name, value in resource.attributes.items()
            if seen is None or compare.attribute(kind, name).mode == "write"
        }
        target = compare.target(kind, settable, live, self.last.get(resource.address, {}))
        moved = diff.changes(kind, live, target, frozenset(settable))
        return Write(resource.address, "change" if seen else "add", moved, target, seen, resource.source)

    def put(self, *resources: Resource) -> list[Result]:
        """Write these as one unit; they are ours from then on."""
        writes = [self.write_of(resource) for resource in resources]
        results = list(self.system.write(writes))
        self.last |= {resource.address: resource.attributes for resource in resources}
        return results

    def remove(self, text: str) -> Result:
        address = Address.parse(text)
        seen = self.system.reread([address]).items.get(address)
        return next(iter(self.system.write([Write(address, "remove", (), {}, seen)])))

    def requests(self, kind: str = "") -> list[tuple[str, str]]:
        return [(one["method"], one["path"]) for one in self.handle.requests() if kind in ("", one["kind"])]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits are written down and not waited."""
    waited: list[float] = []
    monkeypatch.setattr(http, "sleep", waited.append)
    return waited


@pytest.fixture
def emulated() -> Iterator[Handle]:
    with running(HubSpotEmulator) as handle:
        yield handle


Connect = Callable[..., Connection]


@pytest.fixture
def connect(emulated: Handle) -> Connect:
    """A connection to the emulated account; other credentials and settings by keyword."""

    def connect_(*switches: str, **settings: Any) -> Connection:
        known = {"url": emulated.url, **({} if {"token", "refresh_token"} & set(settings) else emulated.connection)}
        every = {**known, **settings}
        return Connection(
            "hubspot",
            {name: value for name, value in every.items() if name not in SECRETS},
            {name: Secret(every[name], name) for name in SECRETS if every.get(name)},
            emulated=True,
            experimental=frozenset(switches),
        )

    return connect_


Open = Callable[..., Account]


@pytest.fixture
def open_account(emulated: Handle, connect: Connect) -> Iterator[Open]:
    opened: list[System] = []

    def open_(*switches: str, **settings: Any) -> Account:
        opened.append(provider.open(connect(*switches, **settings)))
        return Account(emulated, opened[-1])

    yield open_
    for system in opened:
        system.close()


@pytest.fixture
def account(open_account: Open) -> Account:
    return open_account()


Convert = Callable[..., Converted]


@pytest.fixture
def convert() -> Convert:
    """Convert elements for a connection with these switches and settings."""

    def convert_(elements: Sequence[Element] | Element, *switches: str, **settings: Any) -> Converted:
        several = list(elements) if isinstance(elements, Sequence) else [elements]
        return provider.convert(several, Connection("hubspot", settings, experimental=frozenset(switches)))

    return convert_
