"""Keeps the record in the stack's own folder: `.mopsctl/state/ENV.json`, with backups and a lock beside it."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from mopsctl import canonical, files, locks, outside
from mopsctl.errors import LockHeld, StateError
from mopsctl.outside import Unfit
from mopsctl.state import model
from mopsctl.state.model import State

BACKUPS = 20


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an environment's lock: `id` names this one hold, `since` is UTC."""

    id: str
    who: str
    host: str
    pid: int
    since: str
    plan: str

    def __str__(self) -> str:
        return f"{self.who} on {self.host} (process {self.pid}) since {self.since}, plan {self.plan[:19]}"


class LocalStore:
    """The record of one environment in a folder of the stack; where the stack's name is given, no other stack's."""

    def __init__(self, folder: Path, environment: str, stack: str = "") -> None:
        self.folder = files.own(folder)
        self.environment = environment
        self.stack = stack
        self.path = files.own(folder, "state", f"{environment}.json")
        self._lock = files.own(folder, "locks", f"{environment}.json")
        self._held_by_process = files.own(folder, "locks", f"{environment}.lock")
        self._backups = files.own(folder, "backups")

    def read(self) -> State | None:
        """The record, or None where nothing was applied yet. Raises StateError where it is damaged or another's."""
        try:
            data = outside.parsed(outside.text_of(self.path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(f"The state cannot be read: {error}.", hint=f"check {self._shown(self.path)}") from error
        except Unfit as error:
            raise StateError(
                f"The state is damaged: {error.of(self._shown(self.path))}.", hint=model.WAY_OUT
            ) from error
        state = model.from_json(data)
        self._refuse_others(state)
        return state

    def try_out(self) -> None:
        """Find out, before anything is written to a system, whether a run can keep what it has to. Raises StateError."""
        for name in ("state", "journal", "locks", "backups"):
            folder = files.own(self.folder.parent, name)
            try:
                files.try_out(folder)
            except OSError as error:
                raise StateError(
                    f"Nothing can be written to {self._shown(folder)}: {error.strerror or error}.",
                    hint="free the disk or fix owner and permissions of the folder, then apply again: nothing was written",
                ) from error

    def write(self, state: State) -> None:
        """Replace the record, keeping a copy of the one before. Raises StateError; the old record is then still whole."""
        try:
            self._back_up()
            files.write_whole(self.path, canonical.pretty(model.to_json(state)))
        except OSError as error:
            raise StateError(
                f"The state cannot be written: {error.strerror or error}.",
                hint="free the disk or fix the folder's permissions, then type 'mopsctl apply --resume': nothing is lost",
            ) from error

    @contextlib.contextmanager
    def lock(self, plan: str) -> Iterator[Holder]:
        """Hold the environment for one writer. Raises LockHeld with who holds it.

        The hold ends with the process, however it ends; a holder on another machine has to be unlocked by its id.
        """
        with contextlib.ExitStack() as exits:
            with self._lockable():
                files.make_folder(self._lock.parent)
                self._take(exits)
                file = exits.enter_context(self._lock.open("ab+", buffering=0))
                holder = _myself(plan)
                _rewrite(file, json.dumps(asdict(holder)))
            try:
                yield holder
            finally:
                with contextlib.suppress(OSError):  # what is left in the file then is a hold that is gone
                    _rewrite(file, "")

    def holder(self) -> Holder | None:
        """Who holds the lock, or held it when their process ended; None where nobody does."""
        try:
            text = self._lock.read_text(encoding="utf-8")
            return _holder_of(json.loads(text)) if text.strip() else None
        except (OSError, ValueError, RecursionError):
            return None

    def unlock(self, holder_id: str) -> Holder:
        """Break a hold whose process is gone. Raises LockHeld where it is alive, StateError where there is no such hold."""
        holder = self.holder()
        if holder is None or holder.id != holder_id:
            held = f"it is held by {holder.id}" if holder else "nobody holds it"
            raise StateError(
                f"There is no hold {holder_id} on {self.environment}: {held}.", hint="see 'mopsctl state list'"
            )
        with self._lockable(), contextlib.ExitStack() as exits:
            self._lock_file(exits)
            _rewrite(exits.enter_context(self._lock.open("ab+", buffering=0)), "")
        return holder

    def _refuse_others(self, state: State) -> None:
        """A record of something else would make its things ours, and let ours be found missing."""
        if state.environment != self.environment:
            raise StateError(
                f"{self._shown(self.path)} is the record of the environment {state.environment}, not of {self.environment}.",
                hint=f"move it to {self._shown(self.path.parent)}/{state.environment}.json, where it belongs, or "
                "delete it: things are then found again by name",
            )
        if self.stack and state.stack != self.stack:
            raise StateError(
                f"{self._shown(self.path)} is the record of the stack {state.stack}, not of {self.stack}.",
                hint='move it to the folder of that stack; if this stack got a new name, write the new one into its "stack"',
            )

    @contextlib.contextmanager
    def _lockable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StateError(
                f"The environment cannot be locked: {error.strerror or error}.",
                hint=f"check {self._shown(self._lock.parent)}",
            ) from error

    def _take(self, exits: contextlib.ExitStack) -> None:
        self._lock_file(exits)
        holder = self.holder()  # only now: whoever held it before may just have let go
        if holder is not None and holder.host != socket.gethostname():
            raise _held(self.environment, holder)

    def _lock_file(self, exits: contextlib.ExitStack) -> None:
        """The lock is beside the file that says who holds it: some machines let nobody read a locked file."""
        try:
            exits.enter_context(locks.exclusive(self._held_by_process))
        except BlockingIOError as error:
            raise _held(self.environment, self.holder()) from error

    def _back_up(self) -> None:
        if not self.path.exists():
            return
        text = self.path.read_text(encoding="utf-8")
        folder = self._backups
        files.write_whole(folder / f"{self.environment}-{_serial(text):08d}.json", text)
        mine = re.compile(rf"{re.escape(self.environment)}-\d+\.json")
        kept = [path for path in folder.iterdir() if mine.fullmatch(path.name)]
        for old in sorted(kept, key=lambda path: (path.stat().st_mtime_ns, path.name))[:-BACKUPS]:
            old.unlink()

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self.folder.parent))


def _holder_of(data: Any) -> Holder | None:
    """What a lock file says, None where it says something else."""
    wanted = {each.name: int if each.name == "pid" else str for each in fields(Holder)}
    if not isinstance(data, dict) or data.keys() != wanted.keys():
        return None
    return Holder(**data) if all(type(data[name]) is sort for name, sort in wanted.items()) else None


def _held(environment: str, holder: Holder | None) -> LockHeld:
    who = f"{holder}" if holder else "somebody who has not said who"
    unlock = f"; if that process is gone, type 'mopsctl state unlock {holder.id} -e {environment}'" if holder else ""
    return LockHeld(
        f"The environment {environment} is being applied to by {who}.", hint=f"wait until it is done{unlock}"
    )


def _myself(plan: str) -> Holder:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return Holder(uuid.uuid4().hex[:12], _user(), socket.gethostname(), os.getpid(), since, plan)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "a user without a name"


def _rewrite(file: IO[bytes], text: str) -> None:
    file.truncate(0)
    file.write(text.encode())


def _serial(text: str) -> int:
    try:
        return int(json.loads(text)["serial"])
    except (ValueError, KeyError, TypeError):
        return 0
