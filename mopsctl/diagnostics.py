"""Findings about manifests and plans: where, which rule, what is wrong, what to do."""

from __future__ import annotations

import difflib
import re
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
GAP = "…"
# What differs where one thing is said of many: names in quotes, and numbers.
_NAMED = re.compile(r"(?<!\w)'[^']*'(?!\w)|(?<![\w.:/-])[0-9]+(?![\w.:/-]*\w)")


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


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that say the same of several things; `message` has a gap where the things differ."""

    rule: str
    level: Level
    message: str
    hint: str
    places: tuple[tuple[Diagnostic, str], ...]  # each with what stands in its gaps

    @property
    def alone(self) -> bool:
        """True where there is nothing to gather."""
        return len(self.places) == 1


def grouped(found: Iterable[Diagnostic]) -> tuple[Group, ...]:
    """Findings gathered where rule, level, hint and sentence agree but for names and numbers; in the order of their first."""
    alike: dict[tuple[str, Level, str, str], list[Diagnostic]] = {}
    for each in found:
        alike.setdefault((each.rule, each.level, each.hint, _NAMED.sub(GAP, each.message)), []).append(each)
    return tuple(_group(members) for members in alike.values())


def _group(members: list[Diagnostic]) -> Group:
    """One group: what all members name alike stays in the sentence, what differs is said at each place."""
    first = members[0]
    named = [_NAMED.findall(each.message) for each in members]
    same = [len(set(column)) == 1 for column in zip(*named, strict=True)]
    keep = iter(same)
    message = _NAMED.sub(lambda match: match[0] if next(keep) else GAP, first.message)
    gaps = [", ".join(word for word, fixed in zip(words, same, strict=True) if not fixed) for words in named]
    return Group(first.rule, first.level, message, first.hint, tuple(zip(members, gaps, strict=True)))


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
