"""Writes files so that a reader finds the old content or the new one, never a part; private to the user."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700


def write_whole(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Replace a file in one step: a temporary file beside it, flushed to disk, then renamed. Raises OSError."""
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


def sync_folder(folder: Path) -> None:
    """Flush a folder, so that a renamed or new file in it survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
