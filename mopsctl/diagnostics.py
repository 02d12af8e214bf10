"""Findings about manifests and plans: where, which rule, what is wrong, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, order=True, slots=True)
class Source:
    """A place in a manifest: path relative to the stack's folder, line and column counted from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read `file:line:column` back."""
        file, line, column = text.rsplit(":", 2)
        return cls(file, int(line), int(column))


NOWHERE = Source("", 0, 0)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: one sentence, a rule id, a place, and what to do."""

    rule: str
    level: Level
    message: str
    source: Source = NOWHERE
    hint: str = ""
    address: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, str, str, str, str, str]:
        """By place first, so that a reader walks through each file once; then by all the rest, so that no two are alike."""
        place = (self.source.file, self.source.line, self.source.column)
        return (*place, self.rule, self.message, self.address, self.hint, self.level)


def in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by place, each finding once."""
    return tuple(sorted(set(found), key=lambda each: each.sort_key))


def has_errors(found: Iterable[Diagnostic]) -> bool:
    """True where at least one finding stops the run."""
    return any(each.level == "error" for each in found)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, or None.

    A word that differs only in case, blanks, `-` or `_` wins over one that differs in letters.
    """
    choices = sorted(set(known))
    folded = {_fold(choice): choice for choice in reversed(choices)}
    if _fold(word) in folded:
        return folded[_fold(word)]
    close = difflib.get_close_matches(word.lower(), [choice.lower() for choice in choices], n=1, cutoff=0.6)
    return next((choice for choice in choices if close and choice.lower() == close[0]), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The words `did you mean 'x'?`, or nothing where no known word is near."""
    near = nearest(word, known)
    return f"did you mean '{near}'?" if near else ""


def _fold(word: str) -> str:
    return "".join(char for char in word.lower() if char.isalnum())
