"""Every rule that a plan can find broken, for `mopsctl explain` and for the documentation.

PL: one change of a plan, or the apply of it. SL: the plan as a whole. LC018 is a check of lifecycles that needs the number of
records, which only a plan has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mopsctl.diagnostics import Level


@dataclass(frozen=True, slots=True)
class PlanRule:
    """One rule: its id, how bad it is to break it, what it asks, and why."""

    id: str
    level: Level
    title: str
    why: str


RULES: Final = {
    rule.id: rule
    for rule in (
        PlanRule(
            "FM028",
            "error",
            "a connector is one of its two systems'",
            "Every setting of a mapping stands in its connector; a mistyped one would leave all of them out.",
        ),
        PlanRule(
            "LC018",
            "error",
            "no record holds a stage that is taken away",
            "A record whose stage is gone is in no list, no report and no automation.",
        ),
        PlanRule(
            "LC028",
            "warning",
            "no record holds a stage that no manifest names",
            "Such records are in no report of the lifecycle, and no move leads them on.",
        ),
        PlanRule(
            "PL001",
            "error",
            "what is fixed once a thing is made stays as it is",
            "The vendor refuses it, or takes it and loses values. The hint says what has to be done instead.",
        ),
        PlanRule(
            "PL002",
            "note",
            "the values of a list are declared",
            "A value that nobody declared is kept; it still reaches reports, and the other systems do not know it.",
        ),
        PlanRule(
            "PL003",
            "error",
            "the server would accept every change",
            "What a trial run on the server refuses would fail in the middle of an apply.",
        ),
        PlanRule(
            "PL004",
            "note",
            "approvals are seen to where plans are reviewed",
            "mopsctl does not see reviews, so asking for two approvals in an environment alone stops nobody.",
        ),
        PlanRule(
            "PL005",
            "note",
            "a thing that got another name says so",
            "Without a word about it, the old thing leaves and an empty new one is made: the values stay behind.",
        ),
        PlanRule(
            "PL006",
            "warning",
            "what is left alone exists",
            "A misspelt name under 'leave' leaves nothing alone: the next apply writes what was to be spared.",
        ),
        PlanRule(
            "PL007",
            "warning",
            "the record names kinds that the adapters know",
            "A thing that cannot be read is watched by nobody; the record was edited, or another adapter wrote it.",
        ),
        PlanRule(
            "PL008",
            "warning",
            "a thing that is added or shown has no archived or hidden twin",
            "Some vendors bring an archived or hidden thing of the same name back, with the values its records held, instead of making a new one.",
        ),
        PlanRule(
            "PL009",
            "warning",
            "what decides about trust is as it was at the last apply",
            "Connections, limits and policy say where secrets go and what a run may do: a change of them is worth a look of its own.",
        ),
        PlanRule(
            "PL010",
            "warning",
            "flags that decide what becomes of records stay as they are",
            "Which status is converted, closed or won, and what a new record starts with, works on records at once and is not taken back.",
        ),
        PlanRule(
            "PL011",
            "note",
            "what something needs is there",
            "A pair or a rule about a field that nobody made would stop a whole deployment; it waits, and the rest goes on.",
        ),
        PlanRule(
            "PL012",
            "error",
            "records hold nothing that a change would be refused for",
            "A field does not become unique while records share a value: the apply would end in the vendor's refusal.",
        ),
        PlanRule(
            "SL001",
            "error",
            "one run removes no more than the environment allows",
            "A wrong folder, a wrong branch or an empty file looks like the wish to remove everything.",
        ),
        PlanRule(
            "SL002",
            "error",
            "one run changes no more than the environment allows",
            "A change of many things at once is more than a reviewer can look at, and often a slip in one place.",
        ),
        PlanRule(
            "SL003",
            "warning",
            "nobody changed by hand what is ours",
            "Somebody had a reason. `on_drift` makes it a warning, an error that stops the apply, or nothing.",
        ),
    )
}
