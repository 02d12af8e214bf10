"""The formats of a plan: a new one is a module of its own and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mopsctl.engine.plan import Plan
    from mopsctl.render.text.page import Screen


@dataclass(frozen=True, slots=True)
class Wishes:
    """What whoever prints a plan asks for: the screen, what to type next, the folder that goes in front of file names where a
    format names files, the most bytes where a format can be bounded (0: no bound), and whether changes stand by system.
    """

    screen: Screen
    next_steps: Sequence[str] = ()
    base: str = ""
    max_bytes: int = 0
    by_system: bool = False


def _text(plan: Plan, wishes: Wishes) -> str:
    from mopsctl.render import text

    return text.plan(plan, wishes.screen, wishes.next_steps, by_system=wishes.by_system)


def _json(plan: Plan, _: Wishes) -> str:
    from mopsctl.render import json

    return json.plan(plan)


def _markdown(plan: Plan, wishes: Wishes) -> str:
    from mopsctl.render import markdown

    return markdown.plan(plan, wishes.max_bytes, by_system=wishes.by_system)


def _html(plan: Plan, wishes: Wishes) -> str:
    from mopsctl.render import html

    return html.plan(plan, by_system=wishes.by_system)


def _sarif(plan: Plan, wishes: Wishes) -> str:
    from mopsctl.render import sarif

    return sarif.findings(plan.verdicts, wishes.base)


def _junit(plan: Plan, _: Wishes) -> str:
    from mopsctl.render import junit

    return junit.plan(plan)


# Each imports its module when it is asked for: a run prints one format, and pays for one.
PLAN: Mapping[str, Callable[[Plan, Wishes], str]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
    "sarif": _sarif,
    "junit": _junit,
}
