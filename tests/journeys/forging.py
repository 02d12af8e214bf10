"""Makes a plan file say something else, with a digest that fits again: what somebody does who can write to it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mopsctl import canonical
from mopsctl.engine import document
from tests.journeys.conftest import Stack

TIMES = ("updatedAt", "createdAt", "archivedAt", "updated_at", "created_at", "archived_at")
HUBSPOT = ("--only", "hubspot:*")


def sealed(data: Any) -> Any:
    """The document with everything that can be recomputed computed again; as it is where it is no plan any more."""
    try:
        return document.to_json(document._plan_of(data))
    except (KeyError, TypeError, ValueError, AttributeError):
        return data


def forge(path: Path, change: Callable[[Any], object]) -> None:
    """Edit a plan file and seal it again."""
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(sealed(data)), encoding="utf-8")


def line(data: Any, address: str, action: str | None = None) -> Any:
    """The line about a thing."""
    (found,) = [each for each in data["changes"] if each["address"] == address and action in (None, each["action"])]
    return found


@dataclass(frozen=True)
class World:
    """What an apply can change: the emulated account, object by object, and the record, thing by thing."""

    things: Mapping[str, str]

    def within(self, before: World, after: World) -> list[str]:
        """Objects that are neither as they were nor as an honest apply leaves them."""
        names = sorted({*self.things, *before.things, *after.things})
        return [
            name for name in names if self.things.get(name) not in (before.things.get(name), after.things.get(name))
        ]


def world(stack: Stack) -> World:
    """The HubSpot account and the record as they are."""
    with stack.screen("hubspot") as hubspot:
        dump = hubspot.dump(without=TIMES)
    found = {
        f"{collection}/{key}": canonical.dumps(each)
        for collection, documents in dump.items()
        for key, each in documents.items()
        if "token" not in collection
    }
    record = json.loads((stack.folder / ".mopsctl" / "state" / "local.json").read_text(encoding="utf-8"))
    return World(found | {f"record {name}": canonical.dumps(each) for name, each in record["things"].items()})


def copied(stack: Stack, folder: Path) -> Stack:
    """The same stack with its systems and its record in another folder."""
    shutil.copytree(stack.folder, folder)
    return Stack(folder, stack.run)


def leaves(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every single value in a document."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if not inside:
        yield at
        return
    for key, value in inside:
        yield from leaves(value, (*at, key))
