"""Connections: their secrets are named in manifests and followed only when a connection is really made.

Rules: NV004 a reference where none is allowed, NV010 a secret in plain text.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from mopsctl.diagnostics import Diagnostic
from mopsctl.errors import AuthenticationError
from mopsctl.manifest.border import SECRET_NAMES, is_secret
from mopsctl.manifest.documents import Raw
from mopsctl.manifest.model import Connection
from mopsctl.manifest.placeholders import PLACEHOLDER, fill_outside, forbidden, outside_names
from mopsctl.manifest.stack import Plain, Revealed
from mopsctl.manifest.tree import Map, Path, place
from mopsctl.secrets import Secret, register


def reveal(
    connection: Connection, secret: frozenset[str], environ: Mapping[str, str] | None = None
) -> dict[str, Revealed]:
    """The settings of a connection with every reference to an environment variable followed; those in `secret` as secrets.

    Raises AuthenticationError where a variable is not set; nothing else of the environment is looked at.
    """
    names = os.environ if environ is None else environ
    return {
        key: _revealed(value, f"{connection.system}.{key}" if is_secret(key, secret) else "", connection, names)
        for key, value in connection.settings.items()
    }


def references(document: Raw) -> list[Diagnostic]:
    """Findings for references in a Stack, which may hold none, or an Environment, which may hold them in two places."""
    rooms = ("variables", "connections") if document.kind == "Environment" else ()

    def allowed(path: Path) -> bool:
        return len(path) > 1 and path[1] in rooms

    return [*forbidden(document.root, allowed), *_plain_secrets(document)]


def _plain_secrets(document: Raw) -> Iterator[Diagnostic]:
    """Settings that are secrets by their name and stand in the manifest themselves."""
    connections = document.spec.get("connections")
    for system, settings in connections.items() if isinstance(connections, Map) else ():
        for key, value in settings.items() if isinstance(settings, Map) else ():
            if key in SECRET_NAMES and isinstance(value, str | int) and not PLACEHOLDER.search(str(value)):
                where = place(document.root, ("spec", "connections", system, key))
                hint = f'write "${{env:{_variable(system, key)}}}", and renew the secret'
                yield Diagnostic(
                    "NV010", "error", f"'{key}' is a secret, and it stands here in plain text.", where, hint
                )


def _variable(system: str, key: str) -> str:
    return f"{system}_{key}".upper().replace("-", "_")


def _revealed(value: Plain, name: str, connection: Connection, environ: Mapping[str, str]) -> Revealed:
    """`name` is that of a secret, empty for what may be seen; of a secret made of several parts, each one is."""
    if isinstance(value, dict):
        return {
            key: _revealed(
                each, f"{name or connection.system}.{key}" if name or key in SECRET_NAMES else "", connection, environ
            )
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_revealed(each, name, connection, environ) for each in value]
    if isinstance(value, str) and outside_names(value):
        _all_set(outside_names(value), connection, environ)
        filled = fill_outside(value, environ)
        for each in outside_names(value) if name else ():
            register(environ[each])
        return Secret(filled, name) if name else filled
    return value


def _all_set(names: list[str], connection: Connection, environ: Mapping[str, str]) -> None:
    for name in names:
        if not environ.get(name):
            raise AuthenticationError(
                f"The environment variable {name} is not set, and {connection.system} needs it.",
                hint=f"set {name}; {connection.source} asks for it",
                system=connection.system,
            )
