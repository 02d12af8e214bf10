"""SIGINT and SIGTERM during an apply: the first one drains, the second one leaves at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType

from mopsctl.engine.report import Event, Listener

AT_ONCE = 130


@dataclass(slots=True)
class Stop:
    """The wish to stop, and the name of the signal that brought it."""

    event: threading.Event = field(default_factory=threading.Event)
    name: str = ""


@contextlib.contextmanager
def stopping(listen: Listener) -> Iterator[Stop]:
    """Inside the block the first signal asks the run to finish the call it is in; the journal holds either way."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        if stop.name:  # a run that stops by itself has not been asked yet
            os._exit(AT_ONCE)
        stop.name = signal.Signals(number).name
        stop.event.set()
        listen(Event("info", text="stopping after the call under way; once more to leave at once"))

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
