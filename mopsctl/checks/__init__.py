"""Checks what manifests mean: one module per topic, one rule per function, every rule with a reason.

Topics: `lifecycle` and `moves` (LC…), `scoring` (SC…), `mapping` (FM…), `consent` and `consent_rules` (CP…), `documents`
(any kind), `silences`. Rules that need what was read from systems are in `live`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from mopsctl.checks.consent import RULES as CONSENT
from mopsctl.checks.consent_rules import RULES as CONSENT_RULES
from mopsctl.checks.documents import RULES as DOCUMENTS
from mopsctl.checks.lifecycle import RULES as LIFECYCLE
from mopsctl.checks.live import RULES as LIVE
from mopsctl.checks.live import flows_of
from mopsctl.checks.mapping import RULES as MAPPING
from mopsctl.checks.moves import RULES as MOVES
from mopsctl.checks.rules import Rule, silenced
from mopsctl.checks.scoring import RULES as SCORING
from mopsctl.checks.silences import RULES as SILENCES
from mopsctl.checks.silences import of_plans as of_plans
from mopsctl.diagnostics import Diagnostic, in_order
from mopsctl.engine.view import SystemView
from mopsctl.manifest.model import Stack

OFFLINE = (*DOCUMENTS, *LIFECYCLE, *MOVES, *SCORING, *MAPPING, *CONSENT, *CONSENT_RULES, *SILENCES)


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by id."""
    return tuple(sorted((*OFFLINE, *LIVE), key=lambda each: each.id))


def live_rules() -> frozenset[str]:
    """The ids of the rules that need what was read."""
    return frozenset(each.id for each in LIVE)


def run(stack: Stack, today: datetime.date | None = None) -> tuple[Diagnostic, ...]:
    """Every finding about the stack as it stands in its environment, without what its documents silence."""
    day = today or datetime.datetime.now(datetime.UTC).date()
    found = (finding for rule in OFFLINE if rule not in SILENCES for finding in rule.check(stack, day))
    about_silences = (finding for rule in SILENCES for finding in rule.check(stack, day))
    return in_order([*silenced(stack, found, day), *about_silences])


def run_live(stack: Stack, views: Sequence[SystemView], today: datetime.date | None = None) -> tuple[Diagnostic, ...]:
    """Every finding that comparing the stack with what was read from its systems brings."""
    day = today or datetime.datetime.now(datetime.UTC).date()
    flows = flows_of(stack, views)
    found: Iterable[Diagnostic] = (finding for rule in LIVE for finding in rule.check(flows))
    return in_order(silenced(stack, found, day))
