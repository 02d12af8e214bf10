"""Addresses in connections: where credentials would go, checked before anything is opened.

Rules: NV015 an address that leads to another host than credentials may be sent to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mopsctl.diagnostics import Diagnostic
from mopsctl.errors import ConnectionFailed
from mopsctl.manifest.model import Environment
from mopsctl.provider.hosts import Hosts, check, leads_here


def findings(environment: Environment, hosts_of: Callable[[str], Hosts | None]) -> Iterator[Diagnostic]:
    """A finding for each address that leads elsewhere, as far as it is written out; `hosts_of` is asked for each system."""
    for name in sorted(environment.connections):
        connection, hosts = environment.connections[name], hosts_of(name)
        for key, url in _addresses(connection.settings) if hosts is not None else ():
            found = None if hosts is None or "${" in url else objection(environment, name, url, hosts)
            if found:
                yield Diagnostic("NV015", "error", found[0], connection.at(key), found[1])


def first_objection(
    environment: Environment, name: str, settings: Mapping[str, Any], hosts: Hosts
) -> tuple[str, str] | None:
    """What speaks against the first address of a connection that leads elsewhere, and what to do."""
    found = (objection(environment, name, url, hosts) for _, url in _addresses(settings))
    return next(filter(None, found), None)


def objection(environment: Environment, name: str, url: str, hosts: Hosts) -> tuple[str, str] | None:
    """What speaks against an address, and what to do."""
    if leads_here(url) and not hosts.here:
        return (
            f"The production environment {environment.name} points the system {name} at this machine.",
            "an emulator stands in for trial and test: use it from an environment with 'emulated: true' or tier sandbox",
        )
    try:
        check(name, url, hosts)
    except ConnectionFailed as error:
        return error.message, error.hint
    return None


def _addresses(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The settings that are addresses, by their names."""
    for key in sorted(settings):
        if settings[key] and (key == "url" or key.endswith("_url")):
            yield key, str(settings[key])
