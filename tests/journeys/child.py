"""A command line in a process of its own, started from a clean one so that it can be killed at any moment; it never waits."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess

_CONTEXT = multiprocessing.get_context("forkserver")


def start(arguments: Sequence[str], environment: Mapping[str, str]) -> BaseProcess:
    """Start `mopsctl` with these arguments; its output is thrown away."""
    process = _CONTEXT.Process(target=_run, args=(list(arguments), dict(environment)))
    process.start()
    return process


def preload() -> None:
    """Import once what every child needs."""
    _CONTEXT.set_forkserver_preload(["mopsctl.cli.main", "mopsctl.workflow", "mopsctl.provider.http"])


def _run(arguments: list[str], environment: Mapping[str, str]) -> None:
    from mopsctl.cli.main import main
    from mopsctl.provider import http

    http.sleep = lambda _seconds: None
    os.environ.update(environment)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        code = main(arguments)
    os._exit(code)
