"""An emulated Marketo account, a clock that only waits move, and the engine's way from a stack to a write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from mopsctl_marketo import pace, provider, quota
from mopsctl_marketo.emulator import MarketoEmulator

from mopsctl.address import Address
from mopsctl.diagnostics import Source
from mopsctl.element import Element, Field, Item, Origin, ValueList
from mopsctl.emulator import Handle, running
from mopsctl.engine.report import Line
from mopsctl.engine.safety import Limit, Limits
from mopsctl.engine.view import Rules
from mopsctl.provider import http
from mopsctl.provider.contract import Connection, System
from mopsctl.resource import Observation, Resource, Result, Write
from mopsctl.secrets import Secret
from mopsctl.testing.world import World

SYSTEM = "marketo"
HERE = Origin("FieldCatalog/person", Source("catalog/person.yaml", 7, 7), "marketing-ops")
NOON = datetime(2026, 9, 1, 17, 0, tzinfo=UTC)  # noon in Chicago
FREE = Rules(allow_remove=True, limits=Limits(remove=Limit(), change=Limit()))


@dataclass
class Clock:
    """Seconds that pass only while somebody waits."""

    seconds: float = 1_000.0
    waits: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Nobody really waits; client and emulator read the same clock."""
    made = Clock()
    monkeypatch.setattr(http, "sleep", made.sleep)
    monkeypatch.setattr(pace, "clock", made.now)
    monkeypatch.setattr(quota, "now", lambda: NOON)
    pace.start_over()
    return made


@pytest.fixture
def marketo(clock: Clock) -> Iterator[Handle]:
    """A fresh emulated account."""
    emulator = MarketoEmulator()
    emulator.clock = clock.now
    emulator.now = lambda: NOON
    with running(emulator) as handle:
        yield handle


def connection_to(settings: Mapping[str, Any], **more: Any) -> Connection:
    """A connection with these settings, the secrets among them set apart."""
    every = {**settings, **more}
    secrets = {name: Secret(every.pop(name), name) for name in provider.secret_settings if name in every}
    return Connection(SYSTEM, every, secrets)


@dataclass
class Account:
    """The emulated account, and an open connection to it."""

    handle: Handle
    system: System
    folder: Path
    connection: Connection

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
        """What the elements become."""
        return list(provider.convert(elements, self.connection).resources)

    def apply(self, *elements: Element, world: World | None = None) -> dict[str, Line]:
        """Plan and apply; lines by address, without its system."""
        lines = (world or self.world()).converge(self.wants(*elements))
        return {str(line.change.address).partition(":")[2]: line for line in lines}

    def put(self, text: str, attributes: Mapping[str, Any]) -> Result:
        """Write one thing as it shall be, straight through the adapter, as the engine would after a fresh look."""
        address = Address.parse(f"{SYSTEM}:{text}")
        resource = Resource(address, address.name, attributes)
        return one(self.system.write([write_of(self, resource)]))

    def remove(self, text: str) -> Result:
        """Take one thing away."""
        address = Address.parse(f"{SYSTEM}:{text}")
        return one(self.system.write([Write(address, "remove", (), {}, self.see(text))]))

    def stored(self, collection: str, key: str) -> dict[str, Any]:
        """A document of the emulator's store."""
        found = self.handle.store.get(collection, key)
        assert found is not None
        return found

    def requests(self, kind: str = "") -> list[tuple[str, str]]:
        """Requests so far, without those for tokens."""
        every = [entry for entry in self.handle.requests() if not entry["path"].startswith("/identity")]
        return [(entry["method"], entry["path"]) for entry in every if kind in ("", entry["kind"])]


def one(results: Any) -> Result:
    (result,) = list(results)
    assert isinstance(result, Result)
    return result


def write_of(account: Account, resource: Resource) -> Write:
    """The write that the engine would hand over for this resource."""
    from mopsctl.engine import compare, diff

    kind = provider.kinds[resource.address.kind]
    seen = account.system.reread([resource.address]).items.get(resource.address)
    live = seen.attributes if seen else {}
    target = compare.target(kind, resource.attributes, live, live)
    moved = diff.changes(kind, live, target, frozenset(resource.attributes))
    return Write(resource.address, "change" if seen else "add", moved, target, seen)


@pytest.fixture
def connect(marketo: Handle, tmp_path: Path) -> Iterator[Callable[..., Account]]:
    """Opens connections with more settings."""
    opened: list[System] = []

    def open_(**settings: Any) -> Account:
        connection = connection_to(marketo.connection, **settings)
        system = provider.open(connection)
        opened.append(system)
        return Account(marketo, system, tmp_path, connection)

    yield open_
    for system in opened:
        system.close()


@pytest.fixture
def account(connect: Callable[..., Account]) -> Account:
    """The account with default settings."""
    return connect()


@dataclass
class Raw:
    """The emulator's API as a plain client sees it."""

    client: httpx.Client
    handle: Handle

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._body(self.client.get(path, params=params))

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        return self._body(self.client.post(path, json=body) if body is not None else self.client.post(path))

    def submit(self, path: str, **form: Any) -> dict[str, Any]:
        return self._body(self.client.post(path, data=form))

    def _body(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert isinstance(body, dict)
        return body


def token_for(handle: Handle) -> str:
    """A token of the emulated account's service."""
    given = handle.connection
    query = {
        "grant_type": "client_credentials",
        "client_id": given["client_id"],
        "client_secret": given["client_secret"],
    }
    answer = httpx.get(f"{handle.url}/identity/oauth/token", params=query, verify=False)
    return str(answer.json()["access_token"])


@pytest.fixture
def raw(marketo: Handle) -> Iterator[Raw]:
    """A client with a good token."""
    headers = {"Authorization": f"Bearer {token_for(marketo)}"}
    with httpx.Client(base_url=marketo.url, headers=headers, verify=False) as client:
        yield Raw(client, marketo)


def code_of(body: Mapping[str, Any]) -> str:
    """The error code of an answer that has to be an error."""
    assert body["success"] is False, body
    code = body["errors"][0]["code"]
    assert isinstance(code, str)
    return code


def person_field(name: str, kind: Any = "text", label: str = "", **more: Any) -> Field:
    """A person field as lowering makes it."""
    return Field(HERE, "person", "person", name, name, kind, label or name, **more)


def values(*names: str) -> ValueList:
    """A value list whose labels are its values."""
    return ValueList("list", tuple(Item(name, name, name) for name in names))


def resources_of(elements: Sequence[Element], **settings: Any) -> dict[str, Resource]:
    """What elements become without any account, by address without its system."""
    converted = provider.convert(elements, Connection(SYSTEM, settings))
    return {str(each.address).partition(":")[2]: each for each in converted.resources}


def findings_of(elements: Sequence[Element], **settings: Any) -> list[tuple[str, str]]:
    """Rule and level of each finding."""
    converted = provider.convert(elements, Connection(SYSTEM, settings))
    return [(found.rule, found.level) for found in converted.findings]
