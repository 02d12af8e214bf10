"""Property groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from mopsctl.resource import Result, Write
from mopsctl_hubspot.names import readable, split
from mopsctl_hubspot.writing.common import Desk, attempt, done


def write(desk: Desk, writes: Sequence[Write]) -> Iterator[Result]:
    """Each group by its own call."""
    for each in writes:
        yield attempt(each, partial(_one, desk, each))


def _one(desk: Desk, write: Write) -> Result:
    object_name, name = split(write.address.name)
    path = desk.api.paths.properties(object_name, "groups")
    if write.action == "add":
        label = write.target.get("label") or readable(name)
        desk.api.write("POST", path, {"name": name, "label": label, "displayOrder": -1})
    elif write.action == "change":
        desk.api.write(
            "PATCH", desk.api.paths.properties(object_name, "groups", name), {"label": write.target["label"]}
        )
    else:
        desk.api.write("DELETE", desk.api.paths.properties(object_name, "groups", name))
    return done(write)
