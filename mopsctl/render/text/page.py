"""Lines of a page: indented, coloured, and wrapped between words, never inside one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from mopsctl.render.values import FULL, Style, prose

if TYPE_CHECKING:  # colour needs rich; what is piped does not
    from rich.console import Console
    from rich.text import Text

Part = str | tuple[str, str]
_NARROWEST = 24  # columns that text keeps, however deep it is indented


@dataclass(frozen=True, slots=True)
class Screen:
    """Where text goes: its width in columns, whether it takes colour, and whether the reader asked for everything."""

    width: int = 100
    color: bool = False
    verbose: bool = False

    @property
    def style(self) -> Style:
        """How values are shown: in full where the reader asked for everything."""
        return FULL if self.verbose else Style(limit=max(60, self.width - 20))


class Page:
    """Collects lines for one screen: plain ones as they will be printed, coloured ones as rich knows them."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._lines: list[str | Text] = []

    def line(self, *parts: Part, indent: int = 0, lead: Part = "", wrap: bool = True) -> None:
        """One paragraph. It wraps between words; what follows the first line stands beneath the text, not the lead.

        What is meant to be copied does not wrap.
        """
        head, body = _harmless(lead), [_harmless(part) for part in parts]
        text = "".join(map(_plain, body))
        margin = indent + cells(_plain(head))
        breaks = _breaks(text, max(_NARROWEST, self.screen.width - margin)) if wrap else []
        first, rest = " " * indent, " " * margin
        if self.screen.color:
            self._lines += _coloured(head, body, breaks, first, rest)
            return
        pieces = [text[begin:end] for begin, end in pairwise([0, *breaks, len(text)])]
        self._lines.append(f"{first}{_plain(head)}{pieces[0]}".rstrip())
        self._lines += [f"{rest}{piece}".rstrip() for piece in pieces[1:]]

    def blank(self) -> None:
        """An empty line, unless the page is empty or ends with one."""
        if self._lines and str(self._lines[-1]).strip():
            self._lines.append("")

    def text(self) -> str:
        """The page, with a newline at its end; empty where nothing was written."""
        if not self._lines:
            return ""
        lines = (each if isinstance(each, str) else _painted(each) for each in self._lines)
        return "\n".join(lines).rstrip("\n") + "\n"


def _coloured(head: Part, body: Sequence[Part], breaks: Sequence[int], first: str, rest: str) -> Iterator[Text]:
    from rich.text import Text

    for number, piece in enumerate(Text.assemble(*body).divide(breaks)):
        piece.rstrip()
        line = Text(first).append_text(Text.assemble(head)) if number == 0 else Text(rest)
        yield line.append_text(piece)


def _painted(line: Text) -> str:
    line.rstrip()
    with (console := _console()).capture() as captured:
        console.print(line, soft_wrap=True, end="")
    return captured.get()


@cache
def _console() -> Console:
    from rich.console import Console

    return Console(
        force_terminal=True,
        color_system="standard",
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )


def _plain(part: Part) -> str:
    return part if isinstance(part, str) else part[0]


def cells(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _harmless(part: Part) -> Part:
    """The part on one line, with nothing in it that could act on a terminal, whoever wrote it."""
    return prose(part) if isinstance(part, str) else (prose(part[0]), part[1])


def _breaks(text: str, width: int) -> list[int]:
    """Where lines of at most `width` columns begin; a word that is wider than that gets a line of its own."""
    if len(text) <= width and text.isascii():
        return []
    start = used = 0
    breaks = []
    for begin, end in _words(text):
        taken = cells(text[begin:end])
        gap = cells(text[start:begin]) if start < begin else 0
        if used and gap + taken > width:
            breaks.append(begin)
            start, used = begin, taken
        else:
            used = gap + taken
    return breaks


def _words(plain: str) -> Iterator[tuple[int, int]]:
    """Where each word begins and ends; only plain blanks part words."""
    begin = 0
    for part in plain.split(" "):
        if part:
            yield begin, begin + len(part)
        begin += len(part) + 1
