"""What a stack becomes on Salesforce: elements in, native resources and findings out. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from mopsctl.diagnostics import in_order
from mopsctl.element import Agreement, Consent, Element, Field, Group, Lifecycle, Mapping_, Pipeline, Score
from mopsctl.provider.contract import Connection, Converted
from mopsctl_salesforce import rejects
from mopsctl_salesforce.convert import access, combined, consent, fields, lifecycle, mapping, scoring
from mopsctl_salesforce.convert.work import Work

__all__ = ["convert"]


def convert(elements: Sequence[Element], connection: Connection) -> Converted:
    """Fields first; what reads or guards them after; permission sets last, over everything."""
    work = Work(connection)
    for each in elements:
        if isinstance(each, Field):
            fields.add(work, each)
    for each in elements:
        if isinstance(each, Consent):
            consent.add(work, each)
    _lifecycles(work, elements)
    scores = [each for each in elements if isinstance(each, Score)]
    for score in scores:
        scoring.add(work, score, scores)
    for each in elements:
        if isinstance(each, Agreement):
            combined.add(work, each)
    for each in elements:
        if isinstance(each, Mapping_):
            mapping.add(work, each)
    access.add(work)
    for draft in work.drafts.values():
        work.add(fields.resource(work, draft))
    rejects.check(work)
    resources = tuple(work.resources[address] for address in sorted(work.resources))
    return Converted(resources, in_order(work.findings))


def _lifecycles(work: Work, elements: Sequence[Element]) -> None:
    for each in elements:
        if isinstance(each, Lifecycle):
            lifecycle.add(work, each)
        elif isinstance(each, Pipeline):
            lifecycle.add_pipeline(work, each)
        elif isinstance(each, Field) and each.role == "lead_status":
            lifecycle.add_lead_status(work, each)
        elif isinstance(each, Group):
            _group(work, each)


def _group(work: Work, group: Group) -> None:
    work.say(
        "SF011",
        "note",
        f"Salesforce has no field groups, so {group.label} is not made there; page layouts are left alone.",
        group.origin.source,
    )
