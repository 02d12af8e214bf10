"""What becomes of one component of a deployment: it is taken, or the server refuses it."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
"""What developer names look like."""


class ComponentError(Exception):
    """The server refuses a component."""

    def __init__(self, problem: str, code: str = "FIELD_INTEGRITY_EXCEPTION") -> None:
        super().__init__(problem)
        self.problem = problem
        self.code = code


@dataclass(frozen=True, slots=True)
class Taken:
    """A component the server took: its id, and whether it is new or different; `warning` is said, not refused."""

    id: str
    created: bool = False
    changed: bool = True
    warning: str = ""
