"""Writing new files for people to edit: never over one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mopsctl.errors import MopsctlError, UsageError


def write_new(folder: Path, made: Mapping[str, str]) -> list[Path]:
    """Write all files, or none where one of them is there already. Raises UsageError, MopsctlError."""
    there = [folder / path for path in made if (folder / path).exists()]
    if there:
        raise UsageError(f"{there[0]} is there already; nothing was written.", hint="choose another name or folder")
    try:
        for path, text in made.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (folder / path).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
    except OSError as error:
        raise MopsctlError(f"{error.filename or folder} cannot be written: {error.strerror}.") from error
    return [folder / path for path in made]
