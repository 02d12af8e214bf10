"""What a rule is, and how a document silences one."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from mopsctl.diagnostics import Diagnostic, Level, Source
from mopsctl.manifest.model import Document, Stack


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id, how bad it is, what it asks, and why it exists (what went wrong where it was not asked)."""

    id: str
    level: Level
    title: str
    why: str
    function: Callable[..., Iterator[Finding]]

    def check(self, *subject: Any) -> Iterator[Diagnostic]:
        """Every finding of this rule about what rules of its topic look at: a stack on a day, or what flows where."""
        return (self._diagnostic(found) for found in self.function(*subject))

    def _diagnostic(self, found: Finding) -> Diagnostic:
        return Diagnostic(self.id, found.level or self.level, found.message, found.source, found.hint, found.address)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: one sentence, a place, what to do; `level` only where it differs from the rule's."""

    message: str
    source: Source
    hint: str = ""
    level: Level | None = None
    address: str = ""


def rule(rules: list[Rule], id_: str, level: Level, title: str, *, why: str) -> Callable[[Any], Any]:
    """Register a generator of findings as a rule of its topic."""

    def register(function: Callable[..., Iterator[Finding]]) -> Callable[..., Iterator[Finding]]:
        rules.append(Rule(id_, level, title, why, function))
        return function

    return register


def silenced(stack: Stack, found: Iterable[Diagnostic], today: datetime.date) -> Iterator[Diagnostic]:
    """The findings that no document silences; a silence that has run out brings its findings back as errors."""
    documents = {document.source.file: document for document in stack.documents()}
    for each in found:
        document = documents.get(each.source.file)
        ignore = _ignore(document, each.rule) if document else None
        if ignore is None:
            yield each
        elif ignore.until and ignore.until < today.isoformat():
            hint = f"it was silenced until {ignore.until}: settle it, or set a new date with a reason"
            yield replace(each, level="error", hint=hint)


def _ignore(document: Document, rule_id: str) -> Any:
    return next((each for each in document.ignore if each.check == rule_id), None)
