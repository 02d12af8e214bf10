"""Which files make a stack, and their text: regular files below the stack's folder, bounded in size and number.

Limits: 4 MiB a file (some 40,000 values), 32 MiB and 1,000 files a stack.

Rules: YM001 a file cannot be read, YM002 it is no regular file or lies outside, YM003 too large, YM004 too many, YM005 no
UTF-8, YM015 an include pattern that leads outside, YM016 an include pattern that names no file, YM017 a manifest that no
include pattern names.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from mopsctl.diagnostics import Diagnostic, Source
from mopsctl.manifest.walk import walk

STACK_FILE: Final = "mopsctl.yaml"
ENVIRONMENTS: Final = ("environments/*.yaml", "environments/*.yml")
_ROOMS: Final = ("catalog", "lifecycle", "scoring", "mappings", "consent")
INCLUDE: Final = tuple(f"{room}/*.{ending}" for room in _ROOMS for ending in ("yaml", "yml"))
FILE_BYTES: Final = 4 * 1024 * 1024
STACK_BYTES: Final = 32 * 1024 * 1024
STACK_FILES: Final = 1_000


@dataclass(slots=True)
class Folder:
    """The folder of a stack, and what is read of it so far."""

    root: Path
    found: list[Diagnostic] = field(default_factory=list)
    bytes: int = 0
    files: int = 0

    def read(self, name: str) -> str | None:
        """The text of a file by its path below the folder; None where it cannot be had, which `found` then explains."""
        problem = self._problem(name) or self._over_limits(name)
        if problem:
            self.found.append(problem)
            return None
        try:
            return _bytes(self.root / name).decode("utf-8")
        except UnicodeDecodeError as error:
            self.found.append(_not_utf8(name, error))
        except OSError as error:
            self.found.append(_unreadable(name, error))
        return None

    def names(self, patterns: Iterable[tuple[str, Source]]) -> list[str]:
        """The files that include patterns name, sorted, each once."""
        sound = [(pattern, source) for pattern, source in patterns if not self._led_out(pattern, source)]
        there = walk(self.root, [pattern for pattern, _ in sound])
        self.found += [_closed(folder, why) for folder, why in sorted(there.closed.items())]
        if there.cut:
            self.found.append(_too_many(there.entries))
        for pattern, source in sound:
            if not there.files[pattern]:
                self._note_unmatched(pattern, source)
        return sorted({name for names in there.files.values() for name in names} - {STACK_FILE})

    def left_out(self, read: Sequence[str], folders: Iterable[str]) -> None:
        """Note the manifests that lie in the folders the stack reads from, but that no pattern names."""
        there = walk(self.root, [f"{folder}/*.y*ml".lstrip("/") for folder in folders]).files.values()
        for name in sorted({name for names in there for name in names} - set(read) - {STACK_FILE}):
            hint = "add it to 'include', or move it out of the stack"
            self.found.append(
                Diagnostic("YM017", "warning", "No 'include' names this file, so it is not read.", Source(name), hint)
            )

    def _led_out(self, pattern: str, source: Source) -> bool:
        if out := _leads_out(pattern):
            message = f"'{pattern}' leads out of the stack's folder."
            hint = "name files by their path inside the stack's folder, such as 'catalog/*.yaml'"
            self.found.append(Diagnostic("YM015", "error", message, source, hint))
        return out

    def _note_unmatched(self, pattern: str, source: Source) -> None:
        if "*" not in pattern:
            message, hint = f"There is no file '{pattern}'.", "correct the name, or leave it out"
            self.found.append(Diagnostic("YM016", "error", message, source, hint))
        elif pattern not in (*INCLUDE, *ENVIRONMENTS):
            self.found.append(Diagnostic("YM016", "note", f"No file fits '{pattern}'.", source))

    def _problem(self, name: str) -> Diagnostic | None:
        try:
            real = (self.root / name).resolve(strict=True)
            status = real.stat()
        except (OSError, RuntimeError) as error:
            return _unreadable(name, error)
        if not real.is_relative_to(self.root.resolve()):
            return Diagnostic(
                "YM002",
                "error",
                "This is a link that leads out of the stack's folder.",
                Source(name),
                "copy the file itself",
            )
        if not stat.S_ISREG(status.st_mode):
            return Diagnostic("YM002", "error", "This is no regular file.", Source(name), "leave it out of the stack")
        if status.st_size > FILE_BYTES:
            return _too_large(name, status.st_size)
        self.bytes += status.st_size
        self.files += 1
        return None

    def _over_limits(self, name: str) -> Diagnostic | None:
        if self.files > STACK_FILES:
            message = f"The stack has more than {STACK_FILES:,} files; this one and the rest are not read."
            return Diagnostic("YM004", "error", message, Source(name), "divide the stack, or narrow 'include'")
        if self.bytes > STACK_BYTES:
            message = f"The stack is larger than {STACK_BYTES // 1024**2} MiB; this file and the rest are not read."
            return Diagnostic("YM004", "error", message, Source(name), "divide the stack, or narrow 'include'")
        return None


def _leads_out(pattern: str) -> bool:
    path = PurePosixPath(pattern)
    return (
        path.is_absolute()
        or ".." in path.parts
        or "\0" in pattern
        or "\\" in pattern
        or pattern[1:2] == ":"
        or not path.parts
    )


def _closed(folder: str, why: str) -> Diagnostic:
    """A folder that a pattern looks into and that cannot be listed: what lies in it is not absent."""
    message = f"This folder cannot be listed: {why}."
    return Diagnostic("YM001", "error", message, Source(folder), "correct its permissions, or narrow 'include'")


def _too_many(entries: int) -> Diagnostic:
    message = f"The patterns of 'include' lead through more than {entries - 1:,} files and folders."
    return Diagnostic("YM004", "error", message, Source(STACK_FILE), "narrow 'include'")


def _too_large(name: str, size: int) -> Diagnostic:
    message = f"This file has {size / 1024**2:.1f} MiB, and {FILE_BYTES // 1024**2} MiB are read at most."
    return Diagnostic("YM003", "error", message, Source(name), "divide it into several documents")


def _bytes(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read(FILE_BYTES + 1)


def _unreadable(name: str, error: Exception) -> Diagnostic:
    why = error.strerror if isinstance(error, OSError) and error.strerror else "it links to itself"
    return Diagnostic(
        "YM001",
        "error",
        f"This file cannot be read: {why.lower()}.",
        Source(name),
        "check its name and its permissions",
    )


def _not_utf8(name: str, error: UnicodeDecodeError) -> Diagnostic:
    before = bytes(error.object[: error.start])
    column = error.start - (before.rfind(b"\n") + 1) + 1
    source = Source(name, before.count(b"\n") + 1, column)
    return Diagnostic("YM005", "error", "This file is not UTF-8 text.", source, "save it again with the encoding UTF-8")
