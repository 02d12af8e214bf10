"""Finds the files that include patterns name: one walk for all patterns, each folder listed once, within bounds.

`*`, `?` and `[...]` stand for a part of one name, `**` for any number of folders. Hidden names, such as `.mopsctl`, are never
looked at. `**` does not follow links to folders; a folder that a pattern names may be a link.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from pathlib import Path, PurePosixPath
from typing import Final

ENTRIES: Final = 100_000  # a stack has 1,000 files at most; a pattern that looks at more than this has caught a disk
_ANY: Final = "**"

State = tuple[int, int]  # a pattern, and how many of its parts are matched


@dataclass(slots=True)
class Found:
    """What a walk found: the files of each pattern, the folders that cannot be listed with the reason, and whether it was cut
    short at `ENTRIES`.
    """

    files: dict[str, list[str]]
    closed: dict[str, str] = field(default_factory=dict)
    entries: int = 0

    @property
    def cut(self) -> bool:
        """True where there was more to look at than the bound allows."""
        return self.entries > ENTRIES


def walk(root: Path, patterns: Iterable[str]) -> Found:
    """The files below `root` that fit the patterns, by pattern and sorted; all names are relative, with `/`."""
    texts = sorted(set(patterns))
    found = Found({text: [] for text in texts})
    _Walk(texts, found).folder(root)
    for names in found.files.values():
        names.sort()
    return found


class _Walk:
    def __init__(self, patterns: Sequence[str], found: Found) -> None:
        self._texts = patterns
        self._parts = [_parts(pattern) for pattern in patterns]
        self._found = found

    def folder(self, root: Path) -> None:
        """Go through the folders that some pattern leads into; each is a place and the states it was reached in."""
        waiting = [("", self._opened((number, 0) for number, parts in enumerate(self._parts) if parts))]
        while waiting and not self._found.cut:
            folder, states = waiting.pop()
            for entry in self._listed(root, folder):
                self._found.entries += 1
                name = f"{folder}/{entry.name}" if folder else entry.name
                reached = self._reached(entry, states)
                if not reached:
                    continue
                if _is_folder(entry):
                    deeper = self._opened(state for state in reached if state[1] < len(self._parts[state[0]]))
                    waiting += [(name, deeper)] if deeper else []
                else:
                    self._note(name, reached)

    def _listed(self, root: Path, folder: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(root / folder) as entries:
                yield from (entry for entry in entries if not entry.name.startswith("."))
        except OSError as error:
            self._found.closed[folder or "."] = error.strerror or str(error)

    def _opened(self, states: Iterable[State]) -> frozenset[State]:
        """The states inside a folder: `**` also stands for no folder at all."""
        opened: set[State] = set()
        for number, part in states:
            opened.add((number, part))
            if part < len(self._parts[number]) and self._parts[number][part] is None:
                opened.add((number, part + 1))
        return frozenset(opened)

    def _reached(self, entry: os.DirEntry[str], states: frozenset[State]) -> frozenset[State]:
        reached: set[State] = set()
        for number, part in states:
            parts = self._parts[number]
            if part == len(parts):
                continue
            sign = parts[part]
            if sign is None:
                reached |= {(number, part)} if not entry.is_symlink() and _is_folder(entry) else set()
            elif sign.fullmatch(entry.name):
                reached.add((number, part + 1))
        return frozenset(reached)

    def _note(self, name: str, reached: frozenset[State]) -> None:
        for number, part in sorted(reached):
            if part == len(self._parts[number]):
                self._found.files[self._texts[number]].append(name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _parts(pattern: str) -> list[re.Pattern[str] | None]:
    """One expression for each part of the path, None for `**`; several `**` in a row mean the same as one."""
    parts: list[re.Pattern[str] | None] = []
    for part in PurePosixPath(pattern).parts:
        if part != _ANY:
            parts.append(re.compile(translate(part)))
        elif not parts or parts[-1] is not None:
            parts.append(None)
    return parts
