"""Finding the stack that a saved plan belongs to; whether it really does, the plan's digests tell."""

from __future__ import annotations

from pathlib import Path

from mopsctl.cli.options import MANIFEST
from mopsctl.errors import UsageError


def stack_of(saved: Path, named: Path | None) -> Path:
    """The folder named with `--stack`, else the current one, else the nearest one above the plan's file."""
    if named is not None:
        return named
    if Path(MANIFEST).is_file():
        return Path()
    found = nearest_above(saved)
    if found is None:
        raise UsageError(
            f"No {MANIFEST} here or above {saved}, so its stack is not known.", hint="name the folder with --stack"
        )
    return found


def nearest_above(file: Path) -> Path | None:
    """The nearest folder above a file that holds a stack."""
    return next((folder for folder in file.resolve().parents if (folder / MANIFEST).is_file()), None)
