"""What one conversion gathers: drafts of fields, value lists, permissions, and finished resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made_by

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic, Level, Source
from mopsctl.element import Field, Mode, Origin
from mopsctl.provider.contract import Connection
from mopsctl.resource import Json, Resource
from mopsctl_salesforce import names
from mopsctl_salesforce.cells import CELLS

_ROLE_ROWS: Mapping[str, str] = {
    "stage": "lifecycle.stages",
    "stamp": "lifecycle.stamps",
    "score": "scoring.field",
    "grade": "scoring.bands",
    "band": "scoring.bands",
    "reason": "lifecycle.reasons",
    "sla": "lifecycle.sla",
    "lead_status": "lifecycle.lead_status",
    "proof": "consent.proof",
    "opt_out": "mapping.opt_out",
    "purpose": "consent.purpose",
}


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
    def custom(self) -> bool:
        """Whether somebody made the field, so that it can be written."""
        return names.is_custom(self.field.name)

    @property
    def formula(self) -> bool:
        """Whether a formula gives the value."""
        return "formula" in self.attributes


@dataclass
class Work:
    """Everything that one conversion has so far."""

    connection: Connection
    drafts: dict[str, Draft] = made_by(default_factory=dict)
    resources: dict[Address, Resource] = made_by(default_factory=dict)
    findings: list[Diagnostic] = made_by(default_factory=list)
    grants: dict[str, dict[str, Json]] = made_by(default_factory=dict)  # permission set -> field -> rights
    guarded: dict[str, set[str]] = made_by(default_factory=dict)  # field -> permission sets that may edit it
    permissions: dict[str, set[str]] = made_by(default_factory=dict)  # permission set -> custom permissions

    def address(self, kind: str, name: str) -> Address:
        """An address on this system."""
        return Address(self.connection.system, kind, name)

    def field_address(self, name: str) -> Address:
        """The address of a field, from `Lead.Name__c`."""
        return self.address("field", name)

    def add(self, resource: Resource) -> None:
        """Take in a finished resource; the same address from a second document adds its attributes and needs."""
        known = self.resources.get(resource.address)
        self.resources[resource.address] = resource if known is None else _merged(known, resource)

    def say(self, rule: str, level: Level, message: str, source: Source, *, hint: str = "", address: str = "") -> None:
        """Note a finding."""
        self.findings.append(Diagnostic(rule, level, message, source, hint, address))

    def made(
        self, kind: str, name: str, attributes: Mapping[str, Json], row: str, origin: Origin, *, title: str = ""
    ) -> Resource:
        """A resource with what its author decided about it; by hand and verified ones get their steps from the caller."""
        return Resource(
            address=self.address(kind, name),
            title=title or name,
            attributes=dict(attributes),
            source=origin.source,
            document=origin.document,
            mode=origin.manage,
            why=CELLS[row].why,
            capability=row,
            on_delete=origin.on_delete,
            protect=origin.protect,
            leave=origin.leave,
            reason=origin.reason,
            owner=origin.owner,
        )

    def by_hand(self, kind: str, name: str, row: str, origin: Origin, *, title: str, steps: tuple[str, ...]) -> None:
        """Add something that a person does on Salesforce's screens."""
        self.add(replace(self.made(kind, name, {}, row, origin, title=title), mode="by-hand", steps=steps))


def row_of(of: Field) -> str:
    """The row of the lowering table that a field stands for."""
    if of.role in _ROLE_ROWS:
        return _ROLE_ROWS[of.role]
    if not names.is_custom(of.name):
        return "field.standard"
    return "field.company" if of.object == "Account" else "field.new"


def narrower(one: Mode, other: Mode) -> Mode:
    """The mode that allows less."""
    order: tuple[Mode, ...] = ("write", "verify", "by-hand")
    return max(one, other, key=order.index)


def _merged(known: Resource, new: Resource) -> Resource:
    attributes = dict(known.attributes)
    for name, value in new.attributes.items():
        have = attributes.get(name)
        if isinstance(have, dict) and isinstance(value, dict):
            attributes[name] = {**value, **have}
        elif isinstance(have, list) and isinstance(value, list):
            attributes[name] = [*have, *(each for each in value if each not in have)]
        else:
            attributes.setdefault(name, value)
    return replace(
        known,
        attributes=attributes,
        mode=narrower(known.mode, new.mode),
        needs=tuple(sorted({*known.needs, *new.needs})),
        steps=(*known.steps, *(step for step in new.steps if step not in known.steps)),
    )
