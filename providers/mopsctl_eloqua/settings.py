"""The connection's settings, wherever they came from: written out, or as a secret."""

from __future__ import annotations

from mopsctl.provider.contract import Connection

LOGIN = "https://login.eloqua.com"


def value(connection: Connection, name: str) -> str:
    """A setting as text, also where the environment document took it from a secret; empty where it is not set."""
    return connection.value(name)


def login_url(connection: Connection) -> str:
    """The host that answers who somebody is and where their account lives."""
    return (value(connection, "url") or LOGIN).rstrip("/")
