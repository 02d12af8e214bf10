"""Writes files so that a reader finds the old content or the new one, never a part; private to the user."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from mopsctl.errors import StateError
from mopsctl.secrets import refuse_in

HOME = ".mopsctl"
PRIVATE = 0o600
PRIVATE_FOLDER = 0o700


def write_whole(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Replace a file in one step: a temporary file beside it, flushed to disk, then renamed. Raises OSError.

    Refused, before anything is written, where the text holds a secret.
    """
    refuse_in(text, str(path.name))
    make_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder only its owner may enter, with everything above it."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)


def own(stack: Path, *parts: str) -> Path:
    """A path in the stack's own folder `.mopsctl`. Raises StateError where a part of it is a link, which would let a run
    read or write somewhere else.
    """
    path = stack
    for part in (HOME, *parts):
        path /= part
        if path.is_symlink():
            raise StateError(
                f"{path.relative_to(stack)} is a link, and what a run keeps is never read or written through one.",
                hint="put a real file or folder in its place",
            )
    return path


def try_out(folder: Path) -> None:
    """Make a file in a folder and take it away again, so that a full disk or another owner is found in time. Raises OSError."""
    make_folder(folder)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".try.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(4096))
    finally:
        Path(name).unlink()


def sync_folder(folder: Path) -> None:
    """Flush a folder, so that a renamed or new file in it survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
