"""Long text on a terminal goes through a pager; what is piped, short, or for programs never does."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from mopsctl.cli import pager

SEEN = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())"
RUN = "import sys; from mopsctl.cli.terminal import Terminal; t = Terminal(); t.format = sys.argv[1]; t.page('line\\n' * int(sys.argv[2]))"


def on_a_terminal(form: str, lines: int, **environment: str) -> str:
    """What arrives at a terminal of 24 lines."""
    ours, theirs = pty.openpty()
    known = {name: value for name, value in os.environ.items() if name not in ("PAGER", "LESS")}
    told = {**known, "TERM": "xterm", "LINES": "24", "COLUMNS": "80", **environment}
    try:
        subprocess.run([sys.executable, "-c", RUN, form, str(lines)], stdin=theirs, stdout=theirs, env=told, check=True)
    finally:
        os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(ours)
    return said.decode()


@pytest.mark.parametrize(
    ("form", "lines", "paged"), [("text", 100, True), ("text", 5, False), ("json", 100, False)], ids=str
)
def test_only_long_text_for_people_is_paged(tmp_path: Path, form: str, lines: int, paged: bool) -> None:
    kept = tmp_path / "seen"
    said = on_a_terminal(form, lines, PAGER=f"{sys.executable} -c '{SEEN}' {kept}")
    assert kept.exists() is paged
    assert (kept.read_text().count("line") if paged else said.count("line")) == lines


@pytest.mark.parametrize("named", ["", "cat", "no-such-pager-anywhere", "'never closed"])
def test_without_a_pager_everything_is_written(named: str) -> None:
    assert on_a_terminal("text", 100, PAGER=named).count("line") == 100


def test_what_is_piped_is_not_paged() -> None:
    assert pager.command("line\n" * 1000) == []
