"""A command line in a process of its own, started from a clean one so that it can be killed at any moment; it never waits."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess

_CONTEXT = multiprocessing.get_context("forkserver")


def start(arguments: Sequence[str], environment: Mapping[str, str], dies_at: int | None = None) -> BaseProcess:
    """Start `mopsctl` with these arguments; its output is thrown away. It may kill itself at the flush to disk of that number."""
    process = _CONTEXT.Process(target=_run, args=(list(arguments), dict(environment), dies_at))
    process.start()
    return process


def preload() -> None:
    """Import once what every child needs."""
    _CONTEXT.set_forkserver_preload(["mopsctl.cli.main", "mopsctl.workflow", "mopsctl.provider.http"])


def _die_at(number: int) -> None:
    """Kill this process right before it flushes a file for the time of that number, from 0."""
    real, left = os.fsync, iter(range(number))

    def flush(handle: int) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        real(handle)

    os.fsync = flush  # type: ignore[assignment]


def _run(arguments: list[str], environment: Mapping[str, str], dies_at: int | None) -> None:
    from mopsctl.cli.main import main
    from mopsctl.provider import http

    http.sleep = lambda _seconds: None
    if dies_at is not None:
        _die_at(dies_at)
    os.environ.update(environment)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        code = main(arguments)
    os._exit(code)
