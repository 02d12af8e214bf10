"""What the conformance kit works with: one emulated account, connections to it, and a cable that can be cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mopsctl.element import Element
from mopsctl.emulator.base import Emulator
from mopsctl.emulator.call import Call, Cut
from mopsctl.emulator.server import Handle, running
from mopsctl.engine.safety import Limit, Limits
from mopsctl.engine.view import Rules
from mopsctl.provider.contract import Connection, Provider
from mopsctl.resource import Resource
from mopsctl.secrets import Secret
from mopsctl.testing.world import World

SYSTEM = "system"
"""What the kit's stacks call the vendor's system."""
FREE = Rules(allow_remove=True, limits=Limits(remove=Limit(), change=Limit()))


class Account:
    """One emulated account, and worlds that talk to it."""

    def __init__(self, provider: Provider, handle: Handle, folder: Path) -> None:
        self.provider = provider
        self.handle = handle
        self.folder = folder
        self._open: list[World] = []

    @property
    def connection(self) -> Connection:
        """A connection to the emulator."""
        settings = self.handle.connection
        secret = self.provider.secret_settings
        return Connection(
            SYSTEM,
            {key: value for key, value in settings.items() if key not in secret},
            {key: Secret(value, key) for key, value in settings.items() if key in secret},
            tier="sandbox",
            emulated=True,
        )

    def world(self) -> World:
        """A new connection with a record and a journal of its own, as a new process has it."""
        made = World(SYSTEM, self.provider.open(self.connection), self.provider.kinds, self.folder, rules=FREE)
        self._open.append(made)
        return made

    def again(self, world: World) -> World:
        """The same record and journal behind a new connection: the process was started again."""
        other = self.world()
        other.state = world.state
        return other

    def wants(self, elements: Sequence[Element]) -> list[Resource]:
        """What the elements become; the adapter must not object."""
        converted = self.provider.convert(elements, self.connection)
        assert not [found for found in converted.findings if found.level == "error"], converted.findings
        return list(converted.resources)

    def close(self) -> None:
        """Close every connection."""
        for world in self._open:
            world.system.close()


class Unbroken:
    """What an undisturbed run leaves behind, and how many writes it takes."""

    def __init__(self, stored: object, writes: int) -> None:
        self.stored = stored
        self.writes = writes


class Cable:
    """Cuts the connection at one write and everything after it, as the death of the client does."""

    def __init__(self, number: int) -> None:
        self._left = number
        self.fixed = False

    def __call__(self, call: Call) -> None:
        if self.fixed:
            return
        if self._left == 0:
            raise Cut
        self._left -= 1


@contextmanager
def emulated(provider: Provider, folder: Path) -> Iterator[Account]:
    """A fresh account on the vendor's emulator, with journals in `folder`."""
    emulator = provider.emulator()
    assert isinstance(emulator, type)
    assert issubclass(emulator, Emulator)
    with running(emulator, persona="sandbox") as handle:
        made = Account(provider, handle, folder)
        try:
            yield made
        finally:
            made.close()
