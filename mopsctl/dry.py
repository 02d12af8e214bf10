"""What the adapters say of a stack without network and credentials: what their vendors would refuse, or lose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mopsctl.connectors import lowered
from mopsctl.diagnostics import Diagnostic
from mopsctl.errors import MopsctlError
from mopsctl.manifest.model import Environment, Stack
from mopsctl.provider import registry
from mopsctl.provider.contract import Connection
from mopsctl.resource import Json
from mopsctl.secrets import Secret


def findings(stack: Stack) -> Iterator[Diagnostic]:
    """The errors and warnings of every adapter of the stack; notes are for the plan, beside what they are about."""
    for name in sorted(stack.systems):
        try:
            provider = registry.load(stack.systems[name].provider)
        except MopsctlError:  # whoever opens the system says that its adapter is missing
            continue
        converted = provider.convert(
            lowered(stack, name), _connection(stack.environment, name, provider.secret_settings)
        )
        yield from (each for each in converted.findings if each.level != "note")


def _connection(environment: Environment | None, system: str, secret: frozenset[str]) -> Connection:
    """The connection as far as its environment says it in plain words; without one, an emulated one."""
    declared = environment.connections.get(system) if environment else None
    return Connection(
        system=system,
        settings=_plain(declared.settings, secret) if declared else {},
        tier=environment.tier if environment else "sandbox",
        emulated=environment.emulated if environment else True,
        experimental=frozenset(declared.experimental if declared else ()),
    )


def _plain(settings: Mapping[str, Json], secret: frozenset[str]) -> dict[str, Json]:
    return {
        key: value
        for key, value in settings.items()
        if key not in secret and not isinstance(value, Secret) and "${env:" not in str(value)
    }
