"""What one conversion gathers: drafts of fields, value lists, permissions, and finished resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import ClassVar

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic, Level, Source
from mopsctl.element import Field, Origin, Role
from mopsctl.provider.contract import Connection
from mopsctl.provider.convert import ROLE_ROWS, Maker, joined, titled
from mopsctl.resource import Json, Resource
from mopsctl_salesforce import names
from mopsctl_salesforce.kinds import CELLS, KINDS

_ROLE_ROWS: Mapping[Role, str] = {**ROLE_ROWS, "opt_out": "mapping.opt_out"}


@dataclass
class Draft:
    """A field on its way to a resource: other parts of the stack may still add to its attributes."""

    field: Field
    attributes: dict[str, Json]
    capability: str
    needs: set[Address] = made_by(default_factory=set)

    @property
    def name(self) -> str:
        """Object and field, as addresses say it."""
        return f"{self.field.object}.{self.field.name}"

    @property
    def title(self) -> str:
        """Label and object, as people say it."""
        return titled(self.field.label or self.field.name, self.field.object)

    @property
    def custom(self) -> bool:
        """Whether somebody made the field, so that it can be written."""
        return names.is_custom(self.field.name)

    @property
    def formula(self) -> bool:
        """Whether a formula gives the value."""
        return "formula" in self.attributes


_SCREENS = {"automation": "Setup > Flows", "permission-assignment": "Setup > Permission Sets"}


@dataclass
class Work(Maker):
    """Everything that one conversion has so far."""

    vendor = "Salesforce"
    kinds = KINDS
    cells = CELLS
    left: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "label": ("label", "name"),
        "max": ("length",),
        "pii": ("sensitivity", "compliance"),
        "type": ("type", "family", "holds"),
        "values": ("values", "order"),
    }

    connection: Connection
    system: str = made_by(init=False)
    drafts: dict[str, Draft] = made_by(default_factory=dict)
    resources: dict[Address, Resource] = made_by(default_factory=dict)
    findings: list[Diagnostic] = made_by(default_factory=list)
    grants: dict[str, dict[str, Json]] = made_by(default_factory=dict)  # permission set -> field -> rights
    guarded: dict[str, set[str]] = made_by(default_factory=dict)  # field -> permission sets that may edit it
    permissions: dict[str, set[str]] = made_by(default_factory=dict)  # permission set -> custom permissions
    deciders: dict[str, list[Origin]] = made_by(default_factory=dict)  # permission set -> who asked for it

    def screen(self, kind: str, name: str) -> str:
        """The screen on which a person sets up this thing."""
        return _SCREENS.get(kind, "")

    def __post_init__(self) -> None:
        self.system = self.connection.system

    def field_address(self, name: str) -> Address:
        """The address of a field, from `Lead.Name__c`."""
        return self.address("field", name)

    def add(self, resource: Resource) -> None:
        """Take in a finished resource; the same address from a second document adds its attributes and needs."""
        known = self.resources.get(resource.address)
        self.resources[resource.address] = resource if known is None else joined(known, resource)

    def say(self, rule: str, level: Level, message: str, source: Source, *, hint: str = "", address: str = "") -> None:
        """Note a finding."""
        self.findings.append(Diagnostic(rule, level, message, source, hint, address))

    def manual(self, kind: str, name: str, row: str, origin: Origin, *, title: str, steps: tuple[str, ...]) -> None:
        """Add something that a person does on Salesforce's screens."""
        self.add(self.made(origin, kind, name, title, {}, cell=row, mode="manual", steps=steps))


def row_of(of: Field) -> str:
    """The row of the lowering table that a field stands for."""
    if of.role in _ROLE_ROWS:
        return _ROLE_ROWS[of.role]
    if not names.is_custom(of.name):
        return "field.standard"
    return "field.company" if of.object == "Account" else "field.new"
