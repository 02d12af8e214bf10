"""Long text on a terminal goes through a pager, as with git; what fits a screen, or is piped, is written as it is."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys

DEFAULT = "less"
LESS = "FRX"  # leave at once where it fits, keep colours, leave the text on the screen


def command(text: str) -> list[str]:
    """The pager for this text on standard output; empty where none is wanted, there, or needed.

    `PAGER` names another one; empty or `cat` means none.
    """
    if not (sys.stdout.isatty() and sys.stdin.isatty()) or os.environ.get("TERM") == "dumb":
        return []
    try:
        words = shlex.split(os.environ.get("PAGER", DEFAULT))
    except ValueError:  # a quote that nobody closed
        return []
    if not words or words[0] == "cat" or shutil.which(words[0]) is None:
        return []
    return words if text.count("\n") >= shutil.get_terminal_size().lines else []


def show(words: list[str], text: str) -> bool:
    """Give the text to the pager and wait until its reader has seen enough; False where it could not be started."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the pager's while it has the screen
    try:
        data = text.encode(sys.stdout.encoding or "utf-8", "replace")
        subprocess.run(words, input=data, env={"LESS": LESS, **os.environ}, check=False)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return True
