"""A provider whose heavy half lies in rooms of its own package, opened when somebody asks for what is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar

from mopsctl.address import Address
from mopsctl.element import Element
from mopsctl.provider.capability import Cell
from mopsctl.provider.contract import Connection, Converted, Kind, Progress, Provider, System
from mopsctl.resource import FieldFacts, Observation


class RoomProvider(Provider):
    """A provider of the package it is defined in: `kinds.KINDS`, `cells.CELLS`, `convert.convert`, `foresight.facts`, and two
    classes.

    `stem` begins their names: with `HubSpot` the connection is `system.HubSpotSystem`, the emulator `emulator.HubSpotEmulator`.
    """

    stem: ClassVar[str]

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The vendor's kinds by name."""
        found: Mapping[str, Kind] = self._from("kinds", "KINDS")
        return found

    @property
    def cells(self) -> Mapping[str, Cell]:
        """What the vendor does with each row of the lowering table."""
        found: Mapping[str, Cell] = self._from("cells", "CELLS")
        return found

    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        """What the elements become on this system, and what it would refuse."""
        converted: Converted = self._from("convert", "convert")(elements, connection)
        return converted

    def foresee(
        self, world: Mapping[Address, Observation], written: frozenset[Address]
    ) -> Mapping[Address, FieldFacts]:
        """The facts that fields will have once these things are written."""
        facts: Mapping[Address, FieldFacts] = self._from("foresight", "facts")(world, written)
        return facts

    def open(self, connection: Connection, progress: Progress | None = None) -> System:
        """Open a connection; whoever uses it makes the first call."""
        opened: System = self._from("system", f"{self.stem}System")(connection, progress)
        return opened

    def emulator(self) -> object | None:
        """The emulator class, which needs the extra `mopsctl[emulator]`."""
        found: object = self._from("emulator", f"{self.stem}Emulator")
        return found

    def _from(self, room: str, name: str) -> Any:
        home = next(each for each in type(self).__mro__ if "stem" in vars(each))  # also for who inherits from it
        package = home.__module__.rpartition(".")[0]
        return getattr(import_module(f"{package}.{room}"), name)
