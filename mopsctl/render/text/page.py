"""Lines of a page: indented, coloured, and wrapped between words, never inside one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from mopsctl.render.values import FULL, Style, prose

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
    """Collects lines for one screen."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._lines: list[Text] = []

    def line(self, *parts: Part, indent: int = 0, lead: Part = "", wrap: bool = True) -> None:
        """One paragraph. It wraps between words; what follows the first line stands beneath the text, not the lead.

        What is meant to be copied does not wrap.
        """
        head = Text.assemble(_harmless(lead))
        body = Text.assemble(*map(_harmless, parts))
        margin = indent + head.cell_len
        lines = _wrapped(body, max(_NARROWEST, self.screen.width - margin)) if wrap else iter([body])
        for number, text in enumerate(lines):
            start = Text(" " * indent) + head if number == 0 else Text(" " * margin)
            self._lines.append(start + text)

    def blank(self) -> None:
        """An empty line, unless the page is empty or ends with one."""
        if self._lines and self._lines[-1].plain.strip():
            self._lines.append(Text())

    def text(self) -> str:
        """The page, with a newline at its end; empty where nothing was written."""
        out = io.StringIO()
        console = Console(
            file=out,
            width=self.screen.width,
            force_terminal=self.screen.color,
            color_system="standard" if self.screen.color else None,
            no_color=not self.screen.color,
            legacy_windows=False,
            markup=False,
            highlight=False,
            emoji=False,
        )
        for line in self._lines:
            line.rstrip()
            console.print(line, soft_wrap=True)
        return out.getvalue().rstrip("\n") + "\n" if self._lines else ""


def _harmless(part: Part) -> Part:
    """The part on one line, with nothing in it that could act on a terminal, whoever wrote it."""
    return prose(part) if isinstance(part, str) else (prose(part[0]), part[1])


def _wrapped(text: Text, width: int) -> Iterator[Text]:
    """The text in lines of at most `width` cells; a word that is wider than that gets a line of its own."""
    start = used = 0
    offsets = []
    for begin, end in _words(text.plain):
        cells = text[begin:end].cell_len
        gap = text[start:begin].cell_len if start < begin else 0
        if used and gap + cells > width:
            offsets.append(begin)
            start, used = begin, cells
        else:
            used = gap + cells
    for line in text.divide(offsets):
        line.rstrip()
        yield line


def _words(plain: str) -> Iterator[tuple[int, int]]:
    """Where each word begins and ends; only plain blanks part words."""
    begin = 0
    for part in plain.split(" "):
        if part:
            yield begin, begin + len(part)
        begin += len(part) + 1
