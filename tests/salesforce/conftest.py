"""An emulated Salesforce org, connections to it, and the engine's way from a stack to a write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from mopsctl_salesforce import provider
from mopsctl_salesforce.emulator import SalesforceEmulator

from mopsctl.address import Address
from mopsctl.diagnostics import Source
from mopsctl.element import Element, Field, Item, Origin, ValueList
from mopsctl.emulator import Handle, running
from mopsctl.engine import compare, diff
from mopsctl.engine.report import Line
from mopsctl.engine.safety import Limit, Limits
from mopsctl.engine.view import Rules
from mopsctl.provider import http
from mopsctl.provider.contract import Connection, System
from mopsctl.resource import Observation, Resource, Result, Write
from mopsctl.secrets import Secret
from mopsctl.testing.world import World

SYSTEM = "salesforce"
HERE = Origin("FieldCatalog/person", Source("catalog/person.yaml", 7, 7), "marketing-ops")
FREE = Rules(allow_remove=True, limits=Limits(remove=Limit(), change=Limit()))
V = "/services/data/v66.0"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody really waits; what would have been waited is kept."""
    waited: list[float] = []
    monkeypatch.setattr(http, "sleep", waited.append)
    return waited


@pytest.fixture
def org() -> Iterator[Handle]:
    """A fresh emulated sandbox."""
    with running(SalesforceEmulator) as handle:
        yield handle


def connection_to(settings: Mapping[str, Any], **more: Any) -> Connection:
    """A connection with these settings, the secrets among them set apart."""
    every = {**settings, **more}
    tier = every.pop("tier", "sandbox")
    secrets = {name: Secret(every.pop(name), name) for name in provider.secret_settings if every.get(name)}
    return Connection(SYSTEM, every, secrets, tier=tier, emulated=True)


@dataclass
class Account:
    """The emulated org, and an open connection to it."""

    handle: Handle
    system: System
    folder: Path
    connection: Connection
    told: list[str] = field(default_factory=list)

    def see(self, text: str) -> Observation | None:
        """What a fresh look shows; the address without its system."""
        address = Address.parse(f"{SYSTEM}:{text}")
        return self.system.reread([address]).items.get(address)

    def attributes(self, text: str) -> Mapping[str, Any]:
        """The attributes of a thing that has to be there."""
        seen = self.see(text)
        assert seen is not None, f"{text} is not there"
        return seen.attributes

    def world(self) -> World:
        """The engine with a record of its own, over the open connection."""
        return World(SYSTEM, self.system, provider.kinds, self.folder, rules=FREE)

    def wants(self, *elements: Element) -> list[Resource]:
        """What the elements become; the adapter must not object."""
        converted = provider.convert(elements, self.connection)
        assert not [found for found in converted.findings if found.level == "error"], converted.findings
        return list(converted.resources)

    def apply(self, *elements: Element, world: World | None = None) -> dict[str, Line]:
        """Plan and apply; lines by address, without its system."""
        lines = (world or self.world()).converge(self.wants(*elements))
        return {str(line.change.address).partition(":")[2]: line for line in lines}

    def write_of(self, text: str, attributes: Mapping[str, Any], last: Mapping[str, Any] | None = None) -> Write:
        """The write that the engine would hand over for a thing with these attributes, after a fresh look.

        `last` is what was ours before: what is in it and not in `attributes` leaves.
        """
        address = Address.parse(f"{SYSTEM}:{text}")
        kind = provider.kinds[address.kind]
        seen = self.see(text)
        live = seen.attributes if seen else {}
        target = compare.target(kind, attributes, live, last or {})
        moved = diff.changes(kind, live, target, frozenset(attributes))
        return Write(address, "change" if seen else "add", moved, target, seen)

    def put(self, **things: Mapping[str, Any]) -> dict[str, Result]:
        """Write things together; the keys are addresses without their system."""
        writes = [self.write_of(text, attributes) for text, attributes in things.items()]
        return self.written(*writes)

    def written(self, *writes: Write) -> dict[str, Result]:
        """Hand writes to the adapter; results by address, without its system."""
        return {str(result.address).partition(":")[2]: result for result in self.system.write(writes)}

    def set(self, text: str, attributes: Mapping[str, Any]) -> Result:
        """Write one thing."""
        (result,) = self.put(**{text: attributes}).values()
        return result

    def remove(self, *texts: str) -> dict[str, Result]:
        """Take things away together."""
        removals = [Write(Address.parse(f"{SYSTEM}:{text}"), "remove", (), {}, self.see(text)) for text in texts]
        return self.written(*removals)

    def requests(self, kind: str = "") -> list[tuple[str, str]]:
        """Requests so far, without those for tokens."""
        every = [entry for entry in self.handle.requests() if not entry["path"].startswith("/services/oauth2")]
        return [(entry["method"], entry["path"]) for entry in every if kind in ("", entry["kind"])]


@pytest.fixture
def connect(org: Handle, tmp_path: Path) -> Iterator[Callable[..., Account]]:
    """Opens connections with more settings."""
    opened: list[System] = []

    def open_(handle: Handle = org, **settings: Any) -> Account:
        connection = connection_to(handle.connection, **settings)
        told: list[str] = []
        system = provider.open(connection, told.append)
        opened.append(system)
        return Account(handle, system, tmp_path, connection, told)

    yield open_
    for system in opened:
        system.close()


@pytest.fixture
def account(connect: Callable[..., Account]) -> Account:
    """The org with default settings."""
    return connect()


def token_for(handle: Handle) -> str:
    """A session of the integration user."""
    given = handle.connection
    form = {name: given[name] for name in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}
    return str(httpx.post(f"{handle.url}/services/oauth2/token", data=form).json()["access_token"])


@pytest.fixture
def raw(org: Handle) -> Iterator[httpx.Client]:
    """A plain client with a good session, for looking at the emulator itself."""
    headers = {"Authorization": f"Bearer {token_for(org)}"}
    with httpx.Client(base_url=org.url, headers=headers, verify=False) as client:
        yield client


def person(name: str, kind: Any = "text", *, object_name: str = "Lead", **more: Any) -> Field:
    """A field of people as lowering makes it."""
    key = more.pop("key", name.removesuffix("__c").lower())
    label = more.pop("label", name.removesuffix("__c").replace("_", " "))
    return Field(HERE, "person", object_name, name, key, kind, label, **more)


def values(*names: str) -> ValueList:
    """A value list whose labels are its values."""
    return ValueList("list", tuple(Item(name, name, name) for name in names))


def resources_of(elements: Sequence[Element], **settings: Any) -> dict[str, Resource]:
    """What elements become without any org, by address without its system."""
    converted = provider.convert(elements, Connection(SYSTEM, settings))
    return {str(each.address).partition(":")[2]: each for each in converted.resources}


def findings_of(elements: Sequence[Element], **settings: Any) -> list[tuple[str, str]]:
    """Rule and level of each finding."""
    converted = provider.convert(elements, Connection(SYSTEM, settings))
    return [(found.rule, found.level) for found in converted.findings]
