"""Lowers a stack to what each system must hold: vendor-free elements, with names and spellings of that system."""

from __future__ import annotations

from mopsctl.element import Element
from mopsctl.engine.lower.common import ValueLists
from mopsctl.engine.lower.consent import consents, proof_fields
from mopsctl.engine.lower.fields import Fields
from mopsctl.engine.lower.lifecycle import lead_statuses, lifecycles, pipelines, stamp_fields
from mopsctl.engine.lower.mapping import mappings
from mopsctl.engine.lower.scoring import derived, scores
from mopsctl.manifest.model import Stack


def lower(stack: Stack, system: str) -> tuple[Element, ...]:
    """Everything the stack wants on one system, groups and fields first. Pure."""
    lists = ValueLists(stack)
    fields = Fields(stack, system, lists)
    fields.add(*stamp_fields(stack, system), *lead_statuses(stack, system, fields), *proof_fields(stack, system))
    return (
        *fields.groups(),
        *fields.all(),
        *lifecycles(stack, system, fields),
        *pipelines(stack, system),
        *scores(stack, system, fields),
        *derived(stack, system, fields),
        *mappings(stack, system, lists, fields),
        *consents(stack, system),
    )
