"""The two streams, and the person at the other end if there is one.

Everything that mopsctl prints passes through here, and so through `mopsctl.secrets.mask` and `mopsctl.cli.neutral`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mopsctl.errors import MopsctlError
    from mopsctl.render.text import Screen

PIPED_WIDTH = 100
NARROWEST = 40
_PLAINER = str.maketrans({"→": "->", "…": "...", "·": "-", "✔": "+", "✖": "x"})


class Terminal:
    """Standard output and standard error of one run, with what its options say about them."""

    def __init__(self) -> None:
        self.format = "text"
        self.verbose = False
        self.no_color = False
        self._broken: set[str] = set()

    # -- what is at the other end

    @property
    def watched(self) -> bool:
        """True where somebody looks at standard error while the run goes on."""
        return sys.stderr.isatty()

    @property
    def interactive(self) -> bool:
        """True where somebody can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def screen(self, stream: TextIO | None = None) -> Screen:
        """How wide text may be and whether it takes colour, on standard output if no stream is named."""
        from mopsctl.render.text import Screen

        return Screen(width=max(NARROWEST, _columns()), color=self.colored(stream or sys.stdout), verbose=self.verbose)

    def colored(self, stream: TextIO) -> bool:
        """True where the stream is a terminal that takes colour, and nobody asked for none."""
        wanted = not self.no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return wanted and stream.isatty()

    # -- printing

    def out(self, text: str) -> None:
        """What the command was asked for, on standard output."""
        self._write("stdout", text, self.format)

    def page(self, text: str) -> None:
        """What the command was asked for, through a pager where it is text for a person and longer than the screen."""
        from mopsctl.cli import pager
        from mopsctl.cli.neutral import neutral
        from mopsctl.secrets import mask

        words = pager.command(text) if self.format == "text" else []
        shown = bool(words) and pager.show(words, neutral(mask(text), self.format, colored=self.colored(sys.stdout)))
        if not shown:
            self.out(text)

    def say(self, text: str) -> None:
        """What is for people and not the result, on standard error."""
        self._write("stderr", text, "text")

    def failure(self, error: MopsctlError) -> None:
        """An error: a sentence on standard error; where JSON was asked for, also one document on standard output."""
        from mopsctl.errors import ManifestError
        from mopsctl.render import text

        self.say(text.failure(error, self.screen(sys.stderr)))
        if self.format == "json":
            from mopsctl.render import json

            self.out(json.failure(error))
        elif isinstance(error, ManifestError) and self.format in ("sarif", "junit"):
            self.out(_findings(error, self.format))

    def wrote(self, files: Sequence[Path], next_steps: Sequence[str]) -> None:
        """The files that were written, and what to type next."""
        if self.format == "json":
            from mopsctl import canonical

            self.out(canonical.pretty({"formatVersion": "1.0", "written": [str(file) for file in files]}))
            return
        self.out("".join(f"wrote {file}\n" for file in files))
        self.say("".join(f"{'Next: ' if place == 0 else '      '}{step}\n" for place, step in enumerate(next_steps)))

    def ask(self, question: str) -> str:
        """What the person types."""
        from mopsctl.cli.neutral import neutral
        from mopsctl.secrets import mask

        return str(
            click.prompt(neutral(mask(question)), default="", show_default=False, prompt_suffix=" ", err=True)
        ).strip()

    def _write(self, name: str, text: str, form: str) -> None:
        from mopsctl.cli.neutral import neutral
        from mopsctl.secrets import mask

        stream: TextIO = getattr(sys, name)
        if name in self._broken or not text:
            return
        try:
            whole = mask(text if text.endswith("\n") else text + "\n")
            stream.write(_encodable(neutral(whole, form, colored=self.colored(stream)), stream))
            stream.flush()
        except BrokenPipeError:  # the reader has seen enough; the run goes on to its end
            self._broken.add(name)
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))


def _columns() -> int:
    """What COLUMNS says, else the width of the terminal at any of the three streams: a pipe may end in one, too."""
    named = os.environ.get("COLUMNS", "")
    if named.isdecimal() and int(named):
        return int(named)
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        with contextlib.suppress(OSError, ValueError):
            return os.get_terminal_size(stream.fileno()).columns or PIPED_WIDTH
    return PIPED_WIDTH


def _findings(error: MopsctlError, form: str) -> str:
    from mopsctl.render import junit, sarif

    found = getattr(error, "diagnostics", ())
    return sarif.findings(found) if form == "sarif" else junit.findings("mopsctl", found)


def _encodable(text: str, stream: TextIO) -> str:
    """The text in characters the stream has: arrows and dots become ASCII where it lacks them."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAINER).encode(encoding, "backslashreplace").decode(encoding)
    return text
