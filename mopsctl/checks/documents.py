"""Checks of what every document has, whatever its kind."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.manifest.model import Stack

RULES: list[Rule] = []


@rule(
    RULES,
    "LC025",
    "warning",
    "the review date has not passed",
    why="A definition nobody looked at for a year is a habit, not an agreement.",
)
def review_dates_hold(stack: Stack, today: datetime.date) -> Iterator[Finding]:
    """Documents of any kind whose review date is over."""
    for document in stack.documents():
        due = document.metadata.review_by
        if due and due < today.isoformat():
            yield Finding(
                f"{document.id} was to be reviewed by {due}.",
                document.metadata.at("review_by"),
                "review it with its approvers and set a new date",
            )
