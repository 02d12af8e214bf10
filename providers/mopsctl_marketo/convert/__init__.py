"""Converts what a stack wants on Marketo into native resources. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mopsctl.diagnostics import in_order
from mopsctl.element import Agreement, Consent, Element, Field, Group, Lifecycle, Mapping_, Origin, Score
from mopsctl.provider.contract import Connection, Converted
from mopsctl.provider.convert import merged
from mopsctl.resource import Resource
from mopsctl_marketo import rejects
from mopsctl_marketo.convert.common import ACTIVITIES, Context
from mopsctl_marketo.convert.consent import of_consent
from mopsctl_marketo.convert.custom_objects import of_custom_fields
from mopsctl_marketo.convert.expectations import of_expectations
from mopsctl_marketo.convert.fields import of_field, of_group, setting
from mopsctl_marketo.convert.lifecycle import of_lifecycle
from mopsctl_marketo.convert.mapping import of_mapping, synced
from mopsctl_marketo.convert.scoring import of_score
from mopsctl_marketo.names import custom_object
from mopsctl_marketo.settings import Settings


def convert(elements: Sequence[Element], connection: Connection) -> Converted:
    """Native resources, each address once, and findings of what Marketo would refuse or cannot hold."""
    fields = [element for element in elements if isinstance(element, Field)]
    context = Context(
        connection.system,
        Settings.of(connection),
        fields={(field.object, field.name): field for field in fields},
        synced=synced(element for element in elements if isinstance(element, Mapping_)),
    )
    resources = merged(_resources(context, elements, fields))
    return Converted(resources, in_order(rejects.check(context, elements)))


def _resources(context: Context, elements: Sequence[Element], fields: Sequence[Field]) -> Iterator[Resource]:
    """Declared fields first: what other elements only look at must not stand for what a catalogue owns."""
    yield from of_custom_fields(context, (field for field in fields if custom_object(field.object)))
    for field in fields:
        yield from of_field(context, field)
    for element in elements:
        match element:
            case Group():
                yield from of_group(context, element, fields)
            case Lifecycle():
                yield from of_lifecycle(context, element)
            case Score():
                yield from of_score(context, element)
            case Mapping_():
                yield from of_mapping(context, element)
            case Agreement():
                yield setting(
                    context,
                    element.origin,
                    f"{element.name}.sum",
                    element.title,
                    cell="scoring.engagement",
                    steps=(f"In {ACTIVITIES}, make smart campaigns that keep this score.", *element.steps),
                )
            case Consent():
                yield from of_consent(context, element)
    yield from of_expectations(context, Origin("Environment"), context.settings.expect)
