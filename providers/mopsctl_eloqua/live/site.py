"""What the shelves share: the account's APIs, what the stack wants, and the names behind option list ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mopsctl.address import Address
from mopsctl.provider.contract import Connection, Step, unheard
from mopsctl.resource import Resource
from mopsctl_eloqua.rest import Bulk, Rest
from mopsctl_eloqua.session import Session


@dataclass(slots=True)
class Site:
    """One open account. `wanted` is what the last read was asked for; `list_names` maps an option list's id to its name.

    `on_step` hears of each call of a write that takes several.
    """

    connection: Connection
    session: Session
    rest: Rest
    bulk: Bulk
    wanted: Mapping[Address, Resource] = field(default_factory=dict)
    list_names: dict[str, str] = field(default_factory=dict)
    on_step: Callable[[Step], None] = unheard

    @property
    def system(self) -> str:
        """The system's name in the stack."""
        return self.connection.system

    def address(self, kind: str, name: str) -> Address:
        """The address of a thing on this system."""
        return Address(self.system, kind, name)

    def list_ids(self, name: str) -> list[str]:
        """The ids of the option lists with this name, the oldest first; asked for where the name is new to this run."""
        known = sorted((key for key, each in list(self.list_names.items()) if each == name), key=int)
        if not known:
            found = self.rest.named("1.0", "assets/optionLists", name)
            self.list_names |= {str(each["id"]): name for each in found}
            known = sorted((str(each["id"]) for each in found), key=int)
        return known

    def refresh_list_names(self) -> None:
        """Read the names of all option lists anew."""
        listed = self.rest.all("1.0", "assets/optionLists", depth="minimal")
        self.list_names = {str(each["id"]): str(each.get("name", "")) for each in listed}
