"""What one look at an org is for, and what its parts share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mopsctl.address import Address
from mopsctl.resource import Json, Observation, Resource
from mopsctl_salesforce import names, soap
from mopsctl_salesforce.api import Session

Row = dict[str, Any]
Items = dict[Address, Observation]


@dataclass
class Look:
    """One look: what is wanted, which addresses are asked for, and the raw things that writing will need.

    `whole` is true where collections are read rather than single things looked at again.
    """

    session: Session
    wanted: Mapping[Address, Resource]
    asked: frozenset[Address]
    whole: bool = True
    raw: dict[Address, Row] = field(default_factory=dict)
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def kinds(self) -> list[str]:
        """The kinds that are asked about."""
        return sorted({address.kind for address in self.asked})

    def names(self, kind: str) -> list[str]:
        """The names asked about, sorted."""
        return sorted(address.name for address in self.asked if address.kind == kind)

    def address(self, kind: str, name: str) -> Address:
        """An address on this system."""
        return Address(self.session.system, kind, name)

    def attributes(self, kind: str, name: str) -> Mapping[str, Json]:
        """What the manifests want of a thing; nothing where they do not name it."""
        resource = self.wanted.get(self.address(kind, name))
        return resource.attributes if resource else {}

    def objects(self, kind: str) -> list[str]:
        """The objects whose things of that kind are asked about, `Lead` of `Lead.Name__c`."""
        return sorted({names.split(name)[0] for name in self.names(kind)})

    def has(self, kind: str, name: str) -> bool:
        """Whether the thing is asked about by name."""
        return self.address(kind, name) in self.asked

    @cached_property
    def conversion(self) -> Row:
        """The lead conversion document, read once."""
        return soap.lead_conversion(self.session)

    @cached_property
    def converted_fields(self) -> frozenset[str]:
        """Every field that is mapped for lead conversion, as `Lead.Name__c`."""
        pairs = conversion_pairs(self.conversion)
        return frozenset({*pairs, *(f"Lead.{item['from']}" for item in pairs.values())})


def conversion_pairs(document: Mapping[str, Any]) -> dict[str, Json]:
    """The mapped pairs: target field to the lead's field."""
    return {
        f"{mapping['outputObject']}.{pair['outputField']}": {"from": pair["inputField"]}
        for mapping in document.get("objectMapping", [])
        for pair in mapping.get("mappingFields", [])
    }


# Rows one by one, 25 a call (fact: salesforce-one-row-of-metadata).
def tooling_rows(session: Session, kind: str, ids: Sequence[str]) -> Iterable[Row | None]:
    """Single rows of a Tooling object with their `Metadata`, 25 a call: a query may ask for `Metadata` of one row only."""
    return session.each([f"/sobjects/{kind}/{each}" for each in ids], tooling=True)
