"""What somebody outside the stack allows, and what follows from it: the hosts that credentials may be sent to.

A stack may come from a pull request, so nothing in it can widen this: it is said on the command line, or in the settings file of
the person or the CI job that runs mopsctl.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mopsctl.diagnostics import Diagnostic
from mopsctl.errors import MopsctlError, Refused
from mopsctl.manifest import addresses
from mopsctl.manifest.model import Environment, Stack
from mopsctl.provider import registry
from mopsctl.provider.contract import Provider
from mopsctl.provider.hosts import Hosts


@dataclass(frozen=True, slots=True)
class Trust:
    """What was said outside the stack: `hosts` that are allowed, each in its one spelling, and the git `revision` that decides
    connections, limits and policy in place of the files that lie there; empty where the files do.
    """

    hosts: tuple[str, ...] = ()
    revision: str = ""


def hosts_of(provider: Provider, environment: Environment, trust: Trust) -> Hosts:
    """The hosts of a connection; nothing of an emulated environment leaves this machine."""
    if environment.emulated:
        return Hosts()
    return Hosts(own=provider.hosts, allowed=trust.hosts, here=environment.tier != "production")


def findings(stack: Stack, trust: Trust) -> Iterator[Diagnostic]:
    """What is wrong with the addresses of the stack's environment."""
    environment = stack.environment

    def hosts(system: str) -> Hosts | None:
        if environment is None or system not in stack.systems:
            return None
        try:
            return hosts_of(registry.load(stack.systems[system].provider), environment, trust)
        except MopsctlError:  # whoever opens a connection says that the adapter is missing
            return None

    return addresses.findings(environment, hosts) if environment else iter(())


def refuse_addresses(environment: Environment, name: str, settings: Mapping[str, Any], hosts: Hosts) -> None:
    """Raise Refused where a setting that is an address leads to another host than credentials may be sent to."""
    found = addresses.first_objection(environment, name, settings, hosts)
    if found:
        raise Refused(found[0], hint=f"{found[1]} ({environment.source.file})")
