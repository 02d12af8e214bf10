"""Elements become HubSpot resources: pure, one module per topic, each address once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mopsctl.diagnostics import in_order
from mopsctl.element import Agreement, Consent, Element, Field, Group, Lifecycle, Mapping_, Pipeline, Score
from mopsctl.provider.contract import Connection, Converted
from mopsctl.provider.convert import merged
from mopsctl.resource import Resource
from mopsctl_hubspot.convert import consent, lifecycle, mapping, pipelines, properties, scoring
from mopsctl_hubspot.convert.common import Context
from mopsctl_hubspot.names import singular

__all__ = ["convert"]


def convert(elements: Sequence[Element], connection: Connection) -> Converted:
    """The native resources of a stack on HubSpot, and what HubSpot would refuse."""
    from mopsctl_hubspot import rejects

    context = Context.of(connection)
    found = merged(_resources(context, elements))
    return Converted(found, in_order(rejects.findings(elements, context, connection)))


def _resources(context: Context, elements: Sequence[Element]) -> Iterator[Resource]:
    """Declared fields first: what other elements only look at must not narrow what a catalogue owns."""
    groups = [(singular(group.object), group.name) for group in elements if isinstance(group, Group)]
    for element in elements:
        if isinstance(element, Field):
            yield properties.field(context, element, groups)
    for element in elements:
        match element:
            case Group():
                yield properties.group(context, element)
            case Lifecycle():
                yield from lifecycle.resources(context, element)
            case Pipeline():
                yield pipelines.resource(context, element)
            case Score():
                yield from scoring.resources(context, element)
                yield from scoring.fast_tracks(context, element)
            case Mapping_():
                yield from mapping.resources(context, element)
            case Agreement():
                yield scoring.agreement(context, element)
            case Consent():
                yield from consent.resources(context, element)
    yield from _agreement(context, elements)


def _agreement(context: Context, elements: Sequence[Element]) -> Iterator[Resource]:
    native = [element for element in elements if isinstance(element, Lifecycle) and lifecycle.is_native(element)]
    if native:
        # Contacts before companies: a token for contacts alone is the commoner one.
        yield lifecycle.agreement(context, max(native, key=lambda element: singular(element.object)))
