"""Where the newest refresh token of a connection is kept, for vendors whose refresh tokens are good for one use.

Each use brings the next one, and who loses it has to authorise again. No adapter touches a file for it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mopsctl import locks
from mopsctl.errors import AuthenticationError
from mopsctl.provider.contract import Connection


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept refresh token, and a digest of the configured token that it descends from."""

    token: str
    seed: str = ""


class TokenStore(Protocol):
    """Keeps the newest refresh token of one connection."""

    def load(self) -> Kept | None:
        """What was kept last, or None."""

    def keep(self, kept: Kept) -> None:
        """Keep this one from now on; it is safely there when this returns."""

    def exclusive(self) -> contextlib.AbstractContextManager[None]:
        """While inside, nobody else uses this store; raises where nothing could be kept in it."""


def seed_of(token: str) -> str:
    """A digest by which a configured token is recognised without being kept."""
    return hashlib.sha256(token.encode()).hexdigest()[:16] if token else ""


class FileTokenStore:
    """A token store in one file of mode 0600, written whole, replaced at once."""

    def __init__(self, path: Path, system: str) -> None:
        self.path = path
        self._system = system

    def load(self) -> Kept | None:
        """What was kept last. AuthenticationError where others may read the file, or where it is damaged."""
        try:
            mode = self.path.stat().st_mode
            text = self.path.read_text(encoding="utf-8")
            data = json.loads(text)
            kept = Kept(data["refresh_token"], data["seed"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._trouble("cannot be read", "remove it, and authorise the app again") from error
        if mode & 0o077:
            raise self._trouble("may be read by others", f"type: chmod 600 {self.path}")
        return kept

    def keep(self, kept: Kept) -> None:
        """Write the file anew next to the old one, then put it in its place."""
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        text = json.dumps({"refresh_token": kept.token, "seed": kept.seed})
        try:
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
        except OSError as error:
            raise self._trouble("cannot be written", "authorise the app again once it can") from error

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock beside the file; making it also shows that the folder can be written before a token is spent."""
        with contextlib.ExitStack() as exits:
            self._locked(exits)
            yield

    def _locked(self, exits: contextlib.ExitStack) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            exits.enter_context(locks.exclusive(self.path.with_name(f"{self.path.name}.lock"), wait=True))
        except OSError as error:
            raise self._trouble("cannot be written", "name another place in token_file") from error

    def _trouble(self, what: str, hint: str) -> AuthenticationError:
        return AuthenticationError(
            f"The refresh token of {self._system} in {self.path} {what}.", hint=hint, system=self._system
        )


def store_of(connection: Connection, vendor: str, told_apart: Sequence[str]) -> TokenStore:
    """The file store of a connection: `token_file`, else a file in the user's state folder.

    `told_apart` are the settings that make two connections to the vendor different ones.

    AuthenticationError where `token_file` lies in a working tree of git, from where it might be committed.
    """
    chosen = connection.value("token_file")
    if not chosen:
        return FileTokenStore(_default(connection, vendor, told_apart), connection.system)
    path = Path(chosen).expanduser().absolute()
    if any((folder / ".git").exists() for folder in path.parents):
        raise AuthenticationError(
            f"The token file of {connection.system} lies inside a git repository: {path}.",
            hint="name a place outside of it in token_file, or leave token_file out",
            system=connection.system,
        )
    return FileTokenStore(path, connection.system)


def _default(connection: Connection, vendor: str, told_apart: Sequence[str]) -> Path:
    given = "\n".join(connection.value(name) for name in told_apart)
    name = hashlib.sha256(given.encode()).hexdigest()[:16]
    return Path.home() / ".local" / "state" / "mopsctl" / vendor / f"{connection.system}-{name}.json"
