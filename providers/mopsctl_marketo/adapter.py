"""The Marketo provider: what it knows without a connection. Importing it loads no HTTP library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from mopsctl import __version__
from mopsctl.address import Address
from mopsctl.provider.contract import Connection, Progress, Provider, System
from mopsctl_marketo.cells import CELLS
from mopsctl_marketo.kinds import KINDS
from mopsctl_marketo.names import SHELVES, custom_object
from mopsctl_marketo.settings import SECRETS, SETTINGS

if TYPE_CHECKING:
    from mopsctl.element import Element
    from mopsctl.provider.capability import Cell
    from mopsctl.provider.contract import Converted, Kind


class Marketo(Provider):
    """Adobe Marketo Engage over its REST API."""

    name: ClassVar[str] = "marketo"
    title: ClassVar[str] = "Marketo"
    version: ClassVar[str] = __version__
    settings: ClassVar[Mapping[str, str]] = SETTINGS
    secret_settings: ClassVar[frozenset[str]] = SECRETS

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Marketo's kinds by name."""
        return KINDS

    @property
    def cells(self) -> Mapping[str, Cell]:
        """What Marketo does with each row of the lowering table."""
        return CELLS

    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        """What the elements become on Marketo, and what Marketo would refuse."""
        from mopsctl_marketo.convert import convert

        return convert(elements, connection)

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """The address of a field; of a custom object's field, that of the object."""
        if custom_object(object_name):
            return Address(system, "custom-object", custom_object(object_name))
        shelf = SHELVES.get(object_name)
        return Address(system, shelf.kind if shelf else "field", f"{object_name}.{field_name}")

    def open(self, connection: Connection, progress: Progress | None = None) -> System:
        """Open a connection; the first call is made by whoever uses it."""
        from mopsctl_marketo.system import MarketoSystem

        return MarketoSystem(connection, progress)

    def emulator(self) -> object | None:
        """The class of the Marketo emulator."""
        from mopsctl_marketo.emulator import MarketoEmulator

        return MarketoEmulator
