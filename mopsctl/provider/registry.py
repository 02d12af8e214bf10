"""Finds adapters through the entry point group `mopsctl.providers`, first-party and third-party alike."""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from mopsctl.diagnostics import did_you_mean
from mopsctl.errors import MopsctlError
from mopsctl.provider.contract import API_VERSION, Provider

GROUP = "mopsctl.providers"


@cache
def _points(_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Looked for once for each search path: it takes some milliseconds, and a stack asks for several adapters."""
    return tuple(entry_points(group=GROUP))


def names() -> list[str]:
    """The installed adapters' names, sorted."""
    return sorted(point.name for point in _points(tuple(sys.path)))


def load(name: str) -> Provider:
    """The adapter of that name; MopsctlError where it is not installed, does not import, or speaks another contract."""
    found = [point for point in _points(tuple(sys.path)) if point.name == name]
    if not found:
        raise MopsctlError(
            f"No adapter named '{name}' is installed.",
            hint=did_you_mean(name, names()) or f"installed adapters: {', '.join(names()) or 'none'}",
        )
    return _checked(name, _imported(found[0]))


def _imported(point: EntryPoint) -> object:
    try:
        return point.load()
    except Exception as error:
        raise MopsctlError(
            f"The adapter '{point.name}' does not import: {error}.",
            hint=f"reinstall the package that brings {point.value}",
        ) from error


def _checked(name: str, found: object) -> Provider:
    provider = found() if isinstance(found, type) else found
    if not isinstance(provider, Provider):
        raise MopsctlError(f"The adapter '{name}' is not a mopsctl provider.", hint="see docs/adapters.md")
    if provider.api_version != API_VERSION:
        raise MopsctlError(
            f"The adapter '{name}' was made for contract {provider.api_version}; this mopsctl speaks {API_VERSION}.",
            hint="install the release of the adapter that matches this mopsctl",
        )
    return provider
