"""Checks of what every document has, whatever its kind."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.diagnostics import Source
from mopsctl.manifest.model import ConsentPolicy, FieldCatalog, Lifecycle, ScoringModel, Stack

Said = tuple[str, str, Source]  # what is said, about which system, where

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


@rule(
    RULES,
    "LC026",
    "warning",
    "what is said about a system reaches it",
    why="A value, a date field or a setting for a system that does not carry the field is never used, and nobody notices.",
)
def nothing_is_lost(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Words about systems that do not carry what they are about, and pipelines without a system."""
    for document in stack.documents():
        catalog = stack.catalogs.get(getattr(document, "catalog", ""))
        if catalog is None:
            continue
        if isinstance(document, Lifecycle):
            yield from _pipelines(document)
            yield from _unheard(catalog, document.field, _of_lifecycle(document))
            yield from _unbound(catalog, _of_lead_status(document))
        elif isinstance(document, ScoringModel):
            said = [("settings for the score", system, document.at(f"in.{system}")) for system in document.in_]
            yield from _unheard(catalog, document.writes, said)
        elif isinstance(document, ConsentPolicy):
            yield from _unbound(catalog, _of_policy(document))


def _unheard(catalog: FieldCatalog, key: str, said: Iterable[Said]) -> Iterator[Finding]:
    field = catalog.fields.get(key)
    for what, system, source in said:
        if field is not None and system not in field.in_:
            hint = f"add {system}: NAME to the field's 'in', or take it out here"
            yield Finding(f"There are {what} on {system}, and the field {key} has no name there.", source, hint)


def _unbound(catalog: FieldCatalog, said: Iterable[Said]) -> Iterator[Finding]:
    for what, system, source in said:
        if system not in catalog.bind:
            hint = f"add {system} and its object under 'bind' of the catalogue, or take it out here"
            yield Finding(
                f"There are {what} on {system}, which the catalogue {catalog.name} does not bind.", source, hint
            )


def _of_lifecycle(lifecycle: Lifecycle) -> Iterator[Said]:
    first: dict[str, Source] = {}
    for stage in lifecycle.stages.values():
        for system in stage.values:
            first.setdefault(system, stage.at(f"values.{system}"))
    yield from (("values of stages", system, source) for system, source in first.items())
    if lifecycle.stamps:
        yield from (("dates of stages", each, lifecycle.stamps.at(f"in.{each}")) for each in lifecycle.stamps.in_)
    yield from (("rules to enforce", system, lifecycle.at(f"enforce.{system}")) for system in lifecycle.enforce)


def _of_lead_status(lifecycle: Lifecycle) -> Iterator[Said]:
    status = lifecycle.lead_status
    if status:
        yield from (("values of the lead status", each, status.at(f"in.{each}")) for each in status.in_)


def _of_policy(policy: ConsentPolicy) -> Iterator[Said]:
    for key, names in policy.bind.items():
        yield from ((f"names for {key}", each, policy.at(f"bind.{key}.{each}")) for each in names)
    for system in policy.proof_fields:
        yield "fields for the proof", system, policy.at(f"proof_fields.{system}")


def _pipelines(lifecycle: Lifecycle) -> Iterator[Finding]:
    for pipeline in lifecycle.pipelines.values():
        if not pipeline.in_:
            yield Finding(f"The pipeline {pipeline.key} is on no system.", pipeline.source, "add in: {SYSTEM: ID}")
