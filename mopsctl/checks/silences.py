"""Silences: that they name checks there are, and what they do to the findings of a plan and of adapters."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from mopsctl.checks import consent, consent_rules, documents, lifecycle, live, mapping, moves, scoring
from mopsctl.checks.rules import Finding, Rule, rule, silenced
from mopsctl.diagnostics import Diagnostic, did_you_mean
from mopsctl.engine.rules import RULES as PLANNING
from mopsctl.manifest.model import Stack

RULES: list[Rule] = []
CORE = (documents, lifecycle, moves, scoring, mapping, consent, consent_rules, live)
LOADING = "MS"
# What tells of trust, of what becomes of records, or of the plan as a whole is for whoever reviews the plan, not for its author.
KEPT = ("PL004", "PL009", "PL010")


@rule(
    RULES,
    "LC029",
    "error",
    "a silence names a check that can be silent",
    why="A mistyped id silences nothing, and one that cannot be silent is believed to be.",
)
def silences_name_checks(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Entries under 'ignore' with letters of mopsctl's own and no check that may be silent. Other letters are an adapter's."""
    checks = {each.id for topic in CORE for each in topic.RULES}
    known = {*checks, *(id_ for id_ in PLANNING if _may_be_silent(id_, PLANNING[id_].level))}
    letters = {id_[:2] for id_ in (*checks, *PLANNING)} | {LOADING}
    for document in stack.documents():
        for each in document.ignore:
            if each.check[:2] in letters and each.check not in known:
                there = each.check in PLANNING or each.check[:2] == LOADING
                hint = (
                    "settle what it says" if there else did_you_mean(each.check, known) or "docs/checks.md has them all"
                )
                what = "cannot be silenced" if there else "is not the id of a check"
                yield Finding(f"{each.check} {what}.", each.at("check"), hint)


def of_plans(stack: Stack, found: Sequence[Diagnostic], today: datetime.date | None = None) -> Iterator[Diagnostic]:
    """The findings of a plan and of adapters without what documents silence: warnings and notes, never errors.

    An error says that the vendor would refuse, or that a run has to stop; without it the apply would fail on the way.
    """
    day = today or datetime.datetime.now(datetime.UTC).date()
    may = [each for each in found if _may_be_silent(each.rule, each.level)]
    yield from (each for each in found if not _may_be_silent(each.rule, each.level))
    yield from silenced(stack, may, day)


def _may_be_silent(id_: str, level: str) -> bool:
    return level != "error" and not id_.startswith(("SL", LOADING)) and id_ not in KEPT
