"""Converts what has to be there and can only be made on screens: channels, tags, segmentations, partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mopsctl.element import Origin
from mopsctl.provider.convert import quoted
from mopsctl.resource import Resource
from mopsctl_marketo.convert.common import Context


def of_expectations(context: Context, origin: Origin, expected: Mapping[str, Any]) -> Iterator[Resource]:
    """Things to verify, by sort: `channels` and `segmentations` map a name to statuses or segments in order, `tags` a
    type to values; `partitions` is a list of names.
    """
    for name, statuses in _named(expected.get("channels")):
        yield _channel(context, origin, name, statuses)
    for name, values in _named(expected.get("tags")):
        yield _tag(context, origin, name, values)
    for name, segments in _named(expected.get("segmentations")):
        yield _segmentation(context, origin, name, segments)
    for name, _ in _named(expected.get("partitions")):
        yield _partition(context, origin, name)


def _named(found: Any) -> list[tuple[str, list[str]]]:
    """Names with their entries, sorted; a plain list has names only."""
    pairs = found.items() if isinstance(found, Mapping) else ((name, ()) for name in found or ())
    return sorted((str(name), [str(each) for each in entries or ()]) for name, entries in pairs)


def _channel(context: Context, origin: Origin, name: str, statuses: list[str]) -> Resource:
    attributes: dict[str, Any] = {"statuses": {status: {} for status in statuses}} if statuses else {}
    more = f" with the statuses {quoted(statuses)}, in this order" if statuses else ""
    step = f"In Admin > Tags > Channel, choose New Channel, and make '{name}'{more}."
    return context.made(
        origin,
        "channel",
        name,
        name,
        attributes,
        cell="scoring.engagement",
        mode="verify",
        steps=(step,),
    )


def _tag(context: Context, origin: Origin, name: str, values: list[str]) -> Resource:
    attributes: dict[str, Any] = {"values": {value: {} for value in values}} if values else {}
    step = f"In Admin > Tags, choose New Tag Type or edit it: '{name}' with the values {quoted(values)}."
    return context.made(origin, "tag", name, name, attributes, cell="scoring.engagement", mode="verify", steps=(step,))


def _segmentation(context: Context, origin: Origin, name: str, segments: list[str]) -> Resource:
    attributes: dict[str, Any] = {"status": "approved"} | ({"segments": segments} if segments else {})
    more = f" with the segments {quoted(segments)}, in this order" if segments else ""
    step = f"In Database > Segmentations, make the segmentation '{name}'{more}, and approve it."
    return context.made(
        origin, "segmentation", name, name, attributes, cell="consent.rules", mode="verify", steps=(step,)
    )


def _partition(context: Context, origin: Origin, name: str) -> Resource:
    step = f"In Admin > Workspaces & Partitions > Person Partitions, make the partition '{name}'."
    return context.made(origin, "partition", name, name, {}, cell="field.visibility", mode="verify", steps=(step,))
