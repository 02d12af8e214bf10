"""Findings as text: `file:line:column RULE sentence`, and below it what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from mopsctl.diagnostics import Diagnostic, Group, Level, grouped
from mopsctl.render.text.page import Page, Part, Screen
from mopsctl.render.words import LEVELS, counted, place_of, tally

COLOURS: Mapping[Level, str] = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_WIDEST = max(map(len, LEVELS)) + 2


class Checked(Protocol):
    """What `validate` brings; the record itself lives in a higher room."""

    @property
    def stack(self) -> str:
        """The name of the stack."""

    @property
    def environment(self) -> str | None:
        """The environment that was applied, if any."""

    @property
    def files(self) -> int:
        """How many files were read."""

    @property
    def documents(self) -> int:
        """How many documents they hold."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that was found, sorted by place."""


def validated(result: Checked, screen: Screen, next_steps: Iterable[str] = ()) -> str:
    """What a validation found, file by file, and the count."""
    page = Page(screen)
    add_findings(page, result.diagnostics)
    page.blank()
    where = ", environment ".join(filter(None, (result.stack or "This stack", result.environment)))
    counts = f"{counted(result.files, 'file')}, {counted(result.documents, 'document')}, {tally(result.diagnostics)}"
    page.line((where, "bold"), f": {counts}.")
    add_next(page, next_steps)
    return page.text()


def add_findings(page: Page, found: Iterable[Diagnostic], indent: int = 0) -> None:
    """Each finding with its level in front, its place, its rule, its sentence, and its hint on a line of its own.

    Findings that say the same of several things come once, with their places below.
    """
    for each in grouped(found):
        lead = f"{each.level:<{_WIDEST}}"
        place = place_of(each.places[0][0]) if each.alone else ""
        named: list[Part] = [part for name in (place, each.rule) if name for part in ((name, "bold"), " ")]
        page.line(*named, each.message, indent=indent, lead=(lead, COLOURS[each.level]))
        if not each.alone:
            _add_places(page, each, indent + _WIDEST)
        if each.hint:
            page.line(each.hint, indent=indent + _WIDEST, lead=("hint: ", "dim"))


def _add_places(page: Page, group: Group, indent: int) -> None:
    for found, gap in group.places:
        page.line((place_of(found), "bold"), f" {gap}" if gap else "", indent=indent, lead="at: ")


def add_next(page: Page, next_steps: Iterable[str]) -> None:
    """What to type next."""
    for number, step in enumerate(next_steps):
        if number == 0:
            page.blank()
        page.line(step, lead=("Next: ", "bold") if number == 0 else "      ", wrap=False)
