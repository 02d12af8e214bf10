"""The Marketo provider: what it knows without a connection. Importing it loads no HTTP library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from mopsctl import __version__
from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.provider.capability import Right
from mopsctl.provider.rooms import RoomProvider
from mopsctl.resource import Observation, Write
from mopsctl_marketo.names import SHELVES, custom_object
from mopsctl_marketo.rights import RIGHTS
from mopsctl_marketo.settings import SECRETS, SETTINGS


class Marketo(RoomProvider):
    """Adobe Marketo Engage over its REST API."""

    stem: ClassVar[str] = "Marketo"
    name: ClassVar[str] = "marketo"
    title: ClassVar[str] = "Marketo"
    rights: ClassVar[tuple[Right, ...]] = RIGHTS
    version: ClassVar[str] = __version__
    settings: ClassVar[Mapping[str, str]] = SETTINGS
    connectors: ClassVar[tuple[str, ...]] = ("marketo-native",)
    opt_outs: ClassVar[tuple[str, ...]] = ("unsubscribed", "doNotCall")
    secret_settings: ClassVar[frozenset[str]] = SECRETS
    hosts: ClassVar[tuple[str, ...]] = ("*.mktorest.com",)  # fact: marketo-hosts

    def refused(self, writes: Sequence[Write], seen: Mapping[Address, Observation]) -> Iterable[Diagnostic]:
        """Names and display names that are taken, more than an account takes, custom objects whose keys or links would change."""
        from mopsctl_marketo.refusals import refused

        return refused(writes, seen)

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """The address of a field; of a custom object's field, that of the object."""
        if custom_object(object_name):
            return Address(system, "custom-object", custom_object(object_name))
        shelf = SHELVES.get(object_name)
        return Address(system, shelf.kind if shelf else "field", f"{object_name}.{field_name}")
