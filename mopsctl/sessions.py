"""Opens the systems of an environment: adapters, connections, emulators, and the gate that keeps tiers apart."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mopsctl import connectors, files
from mopsctl.address import Address
from mopsctl.engine.journal import Unfinished
from mopsctl.engine.report import Event, Listener
from mopsctl.engine.view import SystemView
from mopsctl.errors import Refused, SystemError_, UsageError, WrongAccount
from mopsctl.manifest.environment import reveal
from mopsctl.manifest.model import Environment, Stack
from mopsctl.provider import registry
from mopsctl.provider.bounds import Bounds, reading
from mopsctl.provider.contract import Account, Connection, Converted, Pending, Provider, System
from mopsctl.provider.gate import Gated
from mopsctl.resource import Reading
from mopsctl.secrets import Secret, mask
from mopsctl.trust import Trust, hosts_of, refuse_addresses

_SORTS = {"sandbox": ("sandbox", "test", "unknown"), "production": ("production", "unknown")}


@dataclass(frozen=True, slots=True)
class Session:
    """One system of the stack with its adapter, its open connection, and what the stack becomes on it."""

    name: str
    provider: Provider
    connection: Connection
    system: System
    converted: Converted
    title: str = ""

    def view(self, reading: Reading | None, account: Account | None, message: str = "") -> SystemView:
        """The system as the planner wants to see it."""
        calls = self.system.calls
        return SystemView(
            name=self.name,
            provider=self.provider.name,
            title=self.title or self.provider.title,
            kinds=self.provider.kinds,
            resources=self.converted.resources,
            findings=self.converted.findings,
            reading=reading,
            account=account,
            calls=calls.reads + calls.writes,
            message=message,
            foresee=self.provider.foresee,
            field_address=lambda object_name, field: self.provider.field_address(self.name, object_name, field),
        )


@contextlib.contextmanager
def opened(
    stack: Stack,
    environment: Environment,
    folder: Path,
    listen: Listener,
    chosen: Callable[[str], bool],
    trust: Trust | None = None,
) -> Iterator[tuple[Session, ...]]:
    """Every chosen system of the stack, with emulators running where the environment is emulated; closed afterwards."""
    with contextlib.ExitStack() as exits:
        yield tuple(
            _opened(exits, stack, _Place(environment, folder, listen, trust or Trust()), name)
            for name in sorted(stack.systems)
            if chosen(name)
        )


def read_all(
    sessions: Sequence[Session],
    known: Mapping[str, Sequence[Address]],
    listen: Listener,
    unfinished: Unfinished | None = None,
) -> tuple[SystemView, ...]:
    """Identify and read every system, side by side; what cannot be read is said in its view. Raises WrongAccount.

    What an `unfinished` run handed over is waited for first, so that the read shows the end of it.
    """

    def read(session: Session) -> SystemView:
        return _read(session, known.get(session.name, ()), listen, unfinished)

    with ThreadPoolExecutor(max_workers=max(1, len(sessions)), thread_name_prefix="read") as pool:
        return tuple(pool.map(read, sessions))


def identified(session: Session) -> Account:
    """Who answers, checked against what the environment says. Raises WrongAccount."""
    account = session.system.identify()
    _gate(session, account)
    return account


def _opened(exits: contextlib.ExitStack, stack: Stack, at: _Place, name: str) -> Session:
    provider = registry.load(stack.systems[name].provider)
    connection = _connection(exits, at, provider, name)
    system = Gated(provider.open(connection, lambda text: at.listen(Event("waiting", name, text=text))), name)
    exits.callback(system.close)
    converted = provider.convert(connectors.lowered(stack, name), connection)
    return Session(name, provider, connection, system, converted, _title(stack, name, provider))


def _title(stack: Stack, name: str, provider: Provider) -> str:
    """What people call the system: its vendor, and its name too where the stack has several of that vendor."""
    several = sum(each.provider == stack.systems[name].provider for each in stack.systems.values()) > 1
    return f"{provider.title} ({name})" if several else provider.title


@dataclass(frozen=True, slots=True)
class _Place:
    """Where systems are opened for: the environment, the stack's folder, who listens, and what is allowed outside the stack."""

    environment: Environment
    folder: Path
    listen: Listener
    trust: Trust


def _connection(exits: contextlib.ExitStack, at: _Place, provider: Provider, name: str) -> Connection:
    environment = at.environment
    declared = environment.connections.get(name)
    settings = dict(reveal(declared, provider.secret_settings)) if declared else {}
    _refuse_plain_secrets(provider, name, settings, environment)
    if environment.emulated:
        settings |= exits.enter_context(_emulated(provider, at, name))
    elif declared is None:
        raise Refused(
            f"The environment {environment.name} has no connection for the system {name}.",
            hint=f"add it under connections in {environment.source.file}, or leave the system out with --except '{name}:*'",
        )
    plain = {key: _plain(value) for key, value in settings.items() if key not in provider.secret_settings}
    hosts = hosts_of(provider, environment, at.trust)
    refuse_addresses(environment, name, plain, hosts)
    return Connection(
        system=name,
        settings=plain,
        secrets={key: _secret(key, value) for key, value in settings.items() if key in provider.secret_settings},
        tier=environment.tier,
        emulated=environment.emulated,
        experimental=frozenset(declared.experimental if declared else ()),
        hosts=hosts,
    )


def _refuse_plain_secrets(provider: Provider, name: str, settings: Mapping[str, Any], environment: Environment) -> None:
    """Each adapter knows its secrets, also those whose name does not tell."""
    plain = sorted(key for key in settings if key in provider.secret_settings and not isinstance(settings[key], Secret))
    if environment.emulated:
        return
    if plain:
        variable = f"{name}_{plain[0]}".upper().replace("-", "_")
        raise Refused(
            f"'{plain[0]}' of {name} is a secret, and it stands in plain text in the environment {environment.name}.",
            hint=f'write "${{env:{variable}}}" in {environment.source.file}, and renew the secret',
        )


def _secret(key: str, value: Any) -> Secret:
    return value if isinstance(value, Secret) else Secret(str(value), key)


def _plain(value: Any) -> Any:
    """A setting that came from an environment variable and is no secret to the adapter; it stays masked on the screen."""
    return value.reveal() if isinstance(value, Secret) else value


@contextlib.contextmanager
def _emulated(provider: Provider, at: _Place, name: str) -> Iterator[Mapping[str, Any]]:
    try:
        from mopsctl.emulator.server import running
    except ImportError as error:
        raise UsageError(
            "The emulators are not installed.", hint="install them with: pip install 'mopsctl[emulator]'"
        ) from error
    made = provider.emulator()
    if made is None:
        raise UsageError(
            f"The adapter {provider.name} brings no emulator.", hint=f"leave it out with --except '{name}:*'"
        )
    data = files.own(at.folder, "emulators", at.environment.name, name)
    with running(made, data, persona=at.environment.tier) as handle:  # type: ignore[arg-type]
        yield handle.connection


def settle(session: Session, unfinished: Unfinished | None) -> None:
    """Wait for what a broken run handed over to this system. Raises StillRunning."""
    pending = unfinished.pending(session.name) if unfinished else Pending()
    if pending.begun:
        session.system.settle(pending)


def _read(session: Session, known: Sequence[Address], listen: Listener, unfinished: Unfinished | None) -> SystemView:
    listen(Event("reading", session.name, text=session.title or session.provider.title))
    account: Account | None = None
    known = [address for address in known if address.kind in session.provider.kinds]  # of another kind the plan tells
    try:
        with reading(Bounds.of(session.connection)):
            account = identified(session)
        settle(session, unfinished)  # as long as the system needs for what it took over
        with reading(Bounds.of(session.connection)):
            found = session.system.read(session.converted.resources, known)
    except WrongAccount:
        raise
    except SystemError_ as error:
        listen(Event("unreadable", session.name, text=error.message))
        return session.view(None, account, mask(f"{error.message} {_sentence(error.hint)}".strip()))
    calls = session.system.calls
    listen(Event("read", session.name, text=f"{calls.reads + calls.writes} calls"))
    unreadable = {kind: mask(why) for kind, why in found.unreadable.items()}  # a plan is a file
    archived = {address: mask(said) for address, said in found.archived.items()}
    return session.view(replace(found, unreadable=unreadable, archived=archived), account)


def _sentence(hint: str) -> str:
    return f"{hint[0].upper()}{hint[1:]}." if hint else ""


def _gate(session: Session, account: Account) -> None:
    pinned = session.connection.text("account")
    if pinned and pinned != account.id:
        raise WrongAccount(
            f"The credentials of {session.name} open account {account.id}; the environment names {pinned}.",
            hint="use the credentials of that account, or correct 'account' in the environment document",
        )
    if account.sort not in _SORTS[session.connection.tier]:
        raise WrongAccount(
            f"{session.name} account {account.id} is a {account.sort} account; the environment is {session.connection.tier}.",
            hint="use credentials of the right sort of account, or correct 'tier' in the environment document",
        )
    if not pinned and session.connection.tier == "production":
        raise WrongAccount(
            f"The production environment does not name the account of {session.name}.",
            hint=f'add account: "{account.id}" to its connection, if that is the right one',
        )
