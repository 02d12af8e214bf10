"""What mopsctl remembers of an environment: which things are ours, and what was last applied to them.

It can be lost: things are found again by their natural key and adopted. It holds no secrets and no records of people.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mopsctl import outside
from mopsctl.address import Address
from mopsctl.errors import StateError
from mopsctl.outside import Unfit
from mopsctl.resource import Json
from mopsctl.subject import NOBODY, Subject

FORMAT = 1
UPGRADES: dict[int, Callable[[Any], Any]] = {}  # format -> what makes the next format of it
WAY_OUT = "take the newest copy from .mopsctl/backups, or delete the file: things are then found again by name"
MOST_DIGESTS = 200  # applied plans that are remembered, so that none is applied twice


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is ours.

    `attributes` are what the manifests named at the last apply, as applied. `protect` and `on_delete` live here, because a
    guard that leaves together with its row guards nothing. `unsettled` says that a broken run may have changed the thing or
    not: it is ours, but what it looks like is nobody's doing until an apply settles it.
    """

    address: Address
    attributes: Mapping[str, Json] = field(default_factory=dict)
    remote_id: str | None = None
    title: str = ""
    document: str = ""
    protect: bool = False
    on_delete: str = "keep"
    unsettled: bool = False
    subject: Subject = NOBODY


@dataclass(frozen=True, slots=True)
class State:
    """The whole record of one environment.

    `lineage` is made once, `serial` counts real changes; together they tell whether two copies are the same, older, newer
    or unrelated. `applied` are digests of plans that were applied, `trust` those of the parts of the environment document that
    decide about trust, at the last apply.
    """

    stack: str
    environment: str
    lineage: str
    serial: int = 0
    entries: Mapping[Address, Entry] = field(default_factory=dict)
    applied: tuple[str, ...] = ()
    trust: Mapping[str, str] = field(default_factory=dict)

    def with_entry(self, entry: Entry) -> State:
        """The same record with this thing in it."""
        return replace(self, entries={**self.entries, entry.address: entry})

    def without(self, address: Address) -> State:
        """The same record without this thing."""
        entries = dict(self.entries)
        entries.pop(address, None)
        return replace(self, entries=entries)

    def with_applied(self, digest: str) -> State:
        """The same record, remembering that the plan was applied."""
        return replace(self, applied=(*self.applied, digest)[-MOST_DIGESTS:])


def fresh(stack: str, environment: str) -> State:
    """The record of an environment nothing was applied to yet."""
    return State(stack, environment, lineage=uuid.uuid4().hex)


def to_json(state: State) -> dict[str, Any]:
    """The record as a JSON document."""
    return {
        "format": FORMAT,
        "stack": state.stack,
        "environment": state.environment,
        "lineage": state.lineage,
        "serial": state.serial,
        "applied": list(state.applied),
        **({"trust": dict(sorted(state.trust.items()))} if state.trust else {}),
        "things": {str(address): _entry_json(state.entries[address]) for address in sorted(state.entries)},
    }


def from_json(data: Any) -> State:
    """Read a record back. Raises StateError where it is of a newer format or has another shape."""
    _refuse_newer(data)
    try:
        data = outside.checked(_upgraded(data), "state")
        entries = [_entry_of(Address.parse(address), each) for address, each in data["things"].items()]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = error.of("the record") if isinstance(error, Unfit) else f"{type(error).__name__} at {error}"
        raise StateError(f"The state is damaged: {what}.", hint=WAY_OUT) from error
    return State(
        stack=data["stack"],
        environment=data["environment"],
        lineage=data["lineage"],
        serial=int(data["serial"]),
        entries={entry.address: entry for entry in entries},
        applied=tuple(data["applied"]),
        trust=data.get("trust", {}),
    )


def _refuse_newer(data: Any) -> None:
    version = data.get("format") if isinstance(data, dict) else None
    if isinstance(version, int) and version > FORMAT:
        raise StateError(
            f"The state has format {version}; this mopsctl reads up to {FORMAT}.",
            hint="use the mopsctl that wrote it, or newer",
        )


def _upgraded(data: Any) -> Any:
    """An older record in today's format, one step after the other; what was there stays, in backups too."""
    while isinstance(data, dict) and isinstance(version := data.get("format"), int) and version in UPGRADES:
        data = UPGRADES[version](data)
    return data


def _entry_json(entry: Entry) -> dict[str, Any]:
    return {
        "attributes": dict(entry.attributes),
        "id": entry.remote_id,
        "title": entry.title,
        "document": entry.document,
        "protect": entry.protect,
        "onDelete": entry.on_delete,
        **({"unsettled": True} if entry.unsettled else {}),
        **({"subject": asdict(entry.subject)} if entry.subject != NOBODY else {}),
    }


def _entry_of(address: Address, data: Any) -> Entry:
    return Entry(
        address=address,
        attributes=data["attributes"],
        remote_id=data["id"],
        title=data["title"],
        document=data["document"],
        protect=data["protect"],
        on_delete=data["onDelete"],
        unsettled=data.get("unsettled", False),
        subject=Subject(**data["subject"]) if "subject" in data else NOBODY,
    )
