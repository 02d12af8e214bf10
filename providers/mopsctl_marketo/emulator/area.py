"""What the parts of the emulator share: their routes, the role's permissions, and access to the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mopsctl.emulator import Call, Store
from mopsctl_marketo.emulator.envelope import refuse

if TYPE_CHECKING:
    from mopsctl_marketo.emulator.account import MarketoEmulator

Handler = Callable[[Call], Response]


@dataclass(frozen=True)
class Endpoint:
    """One method of one path, with the permissions of which the role must have one."""

    method: str
    path: str
    handler: Handler
    permissions: tuple[str, ...] = ()


class Area:
    """A part of the API."""

    def __init__(self, emulator: MarketoEmulator) -> None:
        self.emulator = emulator

    @property
    def store(self) -> Store:
        """The account's data."""
        return self.emulator.store

    def endpoints(self) -> Iterator[Endpoint]:
        """The paths of this part, the more special ones first."""
        yield from ()

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What a person may do on the screens of this part."""
        return {}

    def now(self) -> datetime:
        """The emulated moment."""
        return self.emulator.now()

    def find(self, call: Call, collection: str, key: Any, code: str, message: str) -> dict[str, Any]:
        """The document under this key, or the error."""
        found = self.store.get(collection, str(key))
        return found if found is not None else refuse(call, code, message)

    def named(self, collection: str, name: str) -> dict[str, Any] | None:
        """The first document of this name, letter case aside."""
        wanted = name.casefold()
        return next((doc for doc in self.store.list(collection) if str(doc["name"]).casefold() == wanted), None)
