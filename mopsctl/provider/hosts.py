"""Which hosts credentials may travel to: the vendor's own, those that somebody allowed outside the stack, and this machine.

An address comes from a manifest or from a vendor's answer, so it is checked and not believed. It is taken apart by one strict
grammar: what has no place in it (user and password, letters outside ASCII, backslashes, percent signs) is refused instead of
interpreted, so that nobody else can read another host into the same text.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final

from mopsctl.errors import ConnectionFailed

HTTPS: Final = 443
_PORTS: Final = {"http": 80, "https": HTTPS}
_ADDRESS: Final = re.compile(r"(?P<scheme>https?)://(?P<place>[^/?#]*)(?:[/?#].*)?", re.IGNORECASE)
_PLACE: Final = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::(?P<port>[0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_ODD: Final = re.compile(r"[^\x21-\x7e]|[\\%]")


class NoAddress(ValueError):
    """A text that is no address credentials could be sent to; the words complete "The address ... ", `hint` says what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address leads: one spelling for each host, whatever its author wrote."""

    scheme: str
    host: str
    port: int

    @property
    def here(self) -> bool:
        """True where it leads to this machine."""
        return is_here(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def place_of(url: str) -> Place:
    """Take an address apart. Raises NoAddress, whose words never repeat the address: it may hold a password."""
    odd = _ODD.search(url)
    if odd and ord(odd[0]) > 126:
        raise NoAddress("holds a letter outside ASCII", "write the host as the vendor does, in plain letters")
    if odd:
        raise NoAddress(f"holds {odd[0]!r}, which no address of an API needs", "leave it out")
    found = _ADDRESS.fullmatch(url)
    if found is None:
        raise NoAddress("does not begin with https:// and a host", "write it as https://HOST")
    if "@" in found["place"]:
        raise NoAddress("holds a user or a password", "leave them out, and name secrets in settings of their own")
    parts = _PLACE.fullmatch(found["place"])
    if parts is None:
        raise NoAddress("names no host", "write it as https://HOST")
    scheme = found["scheme"].lower()
    port = int(parts["port"] or _PORTS[scheme])
    if not 0 < port < 65536:
        raise NoAddress("names a port that does not exist", "leave it out, or correct it")
    return Place(scheme, _six(parts["six"]) if parts["six"] else _host(parts["name"].lower()), port)


def _host(name: str) -> str:
    labels = name.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _number(name.removesuffix("."))
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise NoAddress("names no host", "write it as https://HOST")
    return ".".join(labels)


def _number(text: str) -> str:
    """An IPv4 address in any spelling that the machine's resolver takes: `127.1`, `0x7f.0.0.1`, `2130706433`."""
    try:
        return str(ipaddress.IPv4Address(socket.inet_aton(text)))
    except (OSError, ValueError):
        raise NoAddress("names no host", "write it as https://HOST") from None


def _six(text: str) -> str:
    try:
        found = ipaddress.IPv6Address(text)
    except ValueError:
        raise NoAddress("names no host", "write it as https://HOST") from None
    return str(found.ipv4_mapped or found)


def is_here(host: str) -> bool:
    """True of a host, in its one spelling, that is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def leads_here(url: str) -> bool:
    """True of an address of this machine; false also where it is none at all."""
    try:
        return place_of(url).here
    except NoAddress:
        return False


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts of one connection.

    `own` are patterns of the vendor's hosts (`Provider.hosts`), reached on the usual port; `allowed` were named outside the
    stack, with a port where it is not the usual one. `here` is true where an emulator on this machine may take their place.
    """

    own: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    here: bool = True

    def has(self, place: Place) -> bool:
        """Whether credentials may travel there; unencrypted to this machine only."""
        if place.here:
            return self.here
        if place.scheme != "https":
            return False
        return _is_any(place, self.allowed) or (place.port == HTTPS and _is_any(place, self.own))


def _is_any(place: Place, patterns: tuple[str, ...]) -> bool:
    return any(_fits(place, pattern) for pattern in patterns)


def _fits(place: Place, pattern: str) -> bool:
    """`*` at the beginning stands for one part of the name or more, anywhere else for exactly one."""
    host, port = _split(pattern)
    if port != place.port:
        return False
    wanted, labels = host.split("."), place.host.split(".")
    if wanted[0] == "*":
        if len(labels) < len(wanted):
            return False
        wanted, labels = wanted[1:], labels[-len(wanted) + 1 :]
    return len(wanted) == len(labels) and all(a in ("*", b) for a, b in zip(wanted, labels, strict=True))


def _split(pattern: str) -> tuple[str, int]:
    host, colon, port = pattern.rpartition(":")
    return (host.strip("[]"), int(port)) if colon and port.isdigit() and "]" not in port else (pattern, HTTPS)


def allowance(text: str) -> str:
    """A host that somebody allows, in its one spelling. Raises NoAddress; whole top levels cannot be allowed."""
    wild, _, rest = text.strip().rpartition("*.")
    place = place_of(f"https://{rest}")
    if wild or "/" in rest or "?" in rest or "#" in rest:
        raise NoAddress("is more than a host", "write HOST or HOST:PORT, for instance proxy.example.com:8443")
    wide = text.strip().startswith("*.")
    if wide and "." not in place.host:
        raise NoAddress("is too wide", "name the hosts below one domain, for instance *.example.com")
    return ("*." if wide else "") + str(place)


def check(system: str, url: str, hosts: Hosts) -> Place:
    """Where the address leads, if credentials may travel there. Raises ConnectionFailed."""
    try:
        place = place_of(url)
    except NoAddress as error:
        raise ConnectionFailed(f"The address of {system} {error}.", hint=error.hint, system=system) from None
    if hosts.has(place):
        return place
    if place.scheme != "https" and not place.here:
        raise ConnectionFailed(
            f"The address of {system}, at {place}, is not encrypted.",
            hint="it must begin with https://; only an emulator on this machine may be reached without it",
            system=system,
        )
    raise _elsewhere(system, place, hosts)


def check_answer(system: str, url: str, hosts: Hosts, asked: Place) -> Place:
    """The same for an address that a vendor's answer names; only who is on this machine may send us to this machine."""
    place = check(system, url, hosts)
    if place.here and not asked.here:
        raise _elsewhere(system, place, hosts)
    return place


def _elsewhere(system: str, place: Place, hosts: Hosts) -> ConnectionFailed:
    if place.here:
        hint = "an emulator stands in for trial and test: use it from an environment of tier sandbox"
    else:
        known = f"known are {', '.join(hosts.own)}" if hosts.own else "the adapter names no hosts of its own"
        hint = f"{known}; if {place} is right, allow it outside the stack with --allow-host {place}"
    return ConnectionFailed(
        f"The credentials of {system} would go to {place}, which is no host they may be sent to.",
        hint=hint,
        system=system,
    )
