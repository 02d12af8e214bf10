"""What somebody outside the stack allows, and what follows from it: the hosts that credentials may be sent to.

A stack may come from a pull request, so nothing in it can widen this: it is said on the command line, or in the settings file of
the person or the CI job that runs mopsctl.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mopsctl.errors import ConnectionFailed, Refused
from mopsctl.manifest.model import Environment
from mopsctl.provider.contract import Provider
from mopsctl.provider.hosts import Hosts, check, leads_here


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


def refuse_addresses(environment: Environment, name: str, settings: Mapping[str, Any], hosts: Hosts) -> None:
    """Raise Refused where a setting that is an address leads to another host than credentials may be sent to."""
    for key in sorted(settings):
        if not settings[key] or not (key == "url" or key.endswith("_url")):
            continue
        url = str(settings[key])
        if leads_here(url) and not hosts.here:
            raise Refused(
                f"The production environment {environment.name} points the system {name} at this machine.",
                hint="an emulator stands in for trial and test: use it from an environment with 'emulated: true' or tier sandbox",
            )
        try:
            check(name, url, hosts)
        except ConnectionFailed as error:
            where = f"{environment.source.file}, {key} of {name}"
            raise Refused(error.message, hint=f"{error.hint} ({where})") from None
