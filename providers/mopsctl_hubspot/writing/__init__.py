"""Carries out writes, one module per kind. Nothing is repeated whose answer was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from mopsctl.resource import Result, Write
from mopsctl_hubspot.kinds import KINDS
from mopsctl_hubspot.writing import groups, pipelines, properties, scores, stages
from mopsctl_hubspot.writing.common import Desk

__all__ = ["Desk", "carry_out"]

Writer = Callable[[Desk, Sequence[Write]], Iterator[Result]]

_WRITERS: Mapping[str, Writer] = {
    "property": properties.write,
    "property-group": groups.write,
    "pipeline": pipelines.write,
    "lifecycle-stage-list": stages.write,
    "lead-score": scores.write,
}


def carry_out(desk: Desk, writes: Sequence[Write]) -> Iterator[Result]:
    """One result per write, as they become known."""
    for kind in sorted({write.address.kind for write in writes}):
        mine = [write for write in writes if write.address.kind == kind]
        writer = _WRITERS.get(kind)
        if writer is not None:
            yield from writer(desk, mine)
        else:
            why = KINDS[kind].why if kind in KINDS else "this adapter knows no such kind"
            yield from (Result(write.address, "refused", error=f"Nothing was written: {why}.") for write in mine)
