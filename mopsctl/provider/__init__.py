"""The contract between the core and adapters, the registry that finds adapters, and the HTTP room they share."""

import sys
from types import ModuleType


def _no_command_line() -> None:
    """Stands where httpx keeps its command line."""


def _without_httpx_command_line() -> None:
    """Httpx imports its own command line, and all of rich with it, where click is there: a tenth of a second in each run."""
    stand_in = ModuleType("httpx._main")
    vars(stand_in)["main"] = _no_command_line
    sys.modules.setdefault("httpx._main", stand_in)


_without_httpx_command_line()
