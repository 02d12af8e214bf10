"""What a stack becomes on Eloqua: one module per topic, every element answered for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from mopsctl.diagnostics import in_order
from mopsctl.element import Agreement, Consent, Element, Field, Group, Lifecycle, Mapping_, Pipeline, Score
from mopsctl.provider.contract import Connection, Converted
from mopsctl_eloqua.convert import consent, fields, lifecycle, mapping, objects, scoring
from mopsctl_eloqua.convert.base import Draft

__all__ = ["convert"]

T = TypeVar("T")


def convert(elements: Sequence[Element], connection: Connection) -> Converted:
    """Native resources and findings, sorted; the order of the elements changes nothing."""
    draft = Draft(connection.system)
    declared = sorted((each for each in elements if isinstance(each, Field)), key=_place)
    fields.convert(draft, declared)
    objects.convert(draft, declared)
    lifecycle.convert(draft, _of(elements, Lifecycle), declared)
    scoring.convert(draft, _of(elements, Score))
    mapping.convert(draft, _of(elements, Mapping_))
    scoring.agreements_of(draft, _of(elements, Agreement))
    consent.convert(draft, _of(elements, Consent), declared, connection)
    _said(draft, elements)
    resources = tuple(draft.resources[address] for address in sorted(draft.resources))
    return Converted(resources, in_order(draft.findings))


def _of(elements: Sequence[Element], kind: type[T]) -> list[T]:
    return [each for each in elements if isinstance(each, kind)]


def _place(field: Field) -> tuple[str, int, int, str, str]:
    source = field.origin.source
    return (source.file, source.line, source.column, field.object, field.name)


def _said(draft: Draft, elements: Sequence[Element]) -> None:
    """Notes on what is declared and has no place on Eloqua, once per sort."""
    for group in sorted(_of(elements, Group), key=lambda each: each.name)[:1]:
        draft.say(
            "EL011",
            "note",
            "Contact fields have no groups in Eloqua: groups stay in the manifests.",
            group.origin.source,
        )
    for pipeline in sorted(_of(elements, Pipeline), key=lambda each: each.name):
        message = f"Eloqua holds no {pipeline.object}s: the pipeline {pipeline.label} stays in the manifests."
        draft.say("EL011", "note", message, pipeline.origin.source)
