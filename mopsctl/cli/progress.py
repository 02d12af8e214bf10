"""What goes on during a run, on standard error, and only where somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mopsctl.cli.neutral import neutral
from mopsctl.cli.terminal import Terminal
from mopsctl.engine.report import Event, Listener, silent
from mopsctl.secrets import mask

_LASTING = ("unreadable", "info")


@contextmanager
def progress(terminal: Terminal) -> Iterator[Listener]:
    """A listener for one run; what it draws is gone when the run ends, except for what people may want to read again."""
    if not terminal.watched:
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
    from rich.text import Text

    from mopsctl.render import text

    console = Console(
        stderr=True, no_color=not terminal.colored(sys.stderr), highlight=False, markup=False, emoji=False
    )
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=20))
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("loading", total=None)

        def listen(event: Event) -> None:
            line = neutral(mask(text.event(event)))
            if event.kind in _LASTING:
                shown.console.print(Text(line), soft_wrap=True)
            done = event.position - (0 if event.kind == "finished" else 1)
            shown.update(task, description=line, total=event.total or None, completed=max(0, done))

        yield listen
