"""Checks what manifests mean: one module per topic, one rule per function, every rule with a reason.

Topics: `lifecycle` (LC…), `scoring` (SC…), `mapping` (FM…), `consent` (CP…). Rules that need what was read from systems are
in `live`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from mopsctl.checks import consent, lifecycle, live, mapping, scoring
from mopsctl.checks.rules import Rule, silenced
from mopsctl.diagnostics import Diagnostic, in_order
from mopsctl.engine.view import SystemView
from mopsctl.manifest.model import Stack

TOPICS = (lifecycle, scoring, mapping, consent)


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by id; a rule that looks at the stack and at live data is one rule with two functions."""
    found: dict[str, Rule] = {}
    for topic in (*TOPICS, live):
        for each in topic.RULES:
            found.setdefault(each.id, each)
    return tuple(found[key] for key in sorted(found))


def run(stack: Stack, today: datetime.date | None = None) -> tuple[Diagnostic, ...]:
    """Every finding about the stack as it stands in its environment, without what its documents silence."""
    day = today or datetime.datetime.now(datetime.UTC).date()
    found = (finding for topic in TOPICS for rule in topic.RULES for finding in rule.check(stack, day))
    return in_order(silenced(stack, found, day))


def run_live(stack: Stack, views: Sequence[SystemView], today: datetime.date | None = None) -> tuple[Diagnostic, ...]:
    """Every finding that comparing the stack with what was read from its systems brings."""
    day = today or datetime.datetime.now(datetime.UTC).date()
    found: Iterable[Diagnostic] = (finding for rule in live.RULES for finding in rule.compare(stack, views))
    return in_order(silenced(stack, found, day))
