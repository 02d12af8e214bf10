"""What the topics of the conversion share: the system's name, the resources made so far, and the findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mopsctl.address import Address
from mopsctl.diagnostics import NOWHERE, Diagnostic, Level, Source
from mopsctl.element import Mode, Origin
from mopsctl.resource import Json, Resource


@dataclass(slots=True)
class Draft:
    """The conversion in the making; a second resource for one address is an error of the manifests."""

    system: str
    resources: dict[Address, Resource] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)

    def address(self, kind: str, name: str) -> Address:
        """The address of a thing on this system."""
        return Address(self.system, kind, name)

    def add(self, resource: Resource) -> None:
        """Take a resource in."""
        first = self.resources.setdefault(resource.address, resource)
        if first is not resource:
            self.say(
                "EL016",
                "error",
                f"{resource.title} and {first.title} are one thing on Eloqua: {resource.address.name}.",
                resource.source,
                "give each its own name there",
                at=resource.address,
            )

    def say(
        self,
        rule: str,
        level: Level,
        message: str,
        source: Source = NOWHERE,
        hint: str = "",
        *,
        at: Address | None = None,
    ) -> None:
        """Note a finding."""
        self.findings.append(Diagnostic(rule, level, message, source, hint, str(at) if at else ""))


def narrowed(origin: Origin, mode: Mode = "write") -> Mode:
    """The narrower of what the author allows and what the adapter can do."""
    order: tuple[Mode, ...] = ("write", "verify", "by-hand")
    return max(origin.manage, mode, key=order.index)


def resource(
    origin: Origin,
    address: Address,
    title: str,
    attributes: Mapping[str, Json],
    *,
    mode: Mode = "write",
    why: str = "",
    capability: str = "",
    steps: tuple[str, ...] = (),
    needs: tuple[Address, ...] = (),
    source: Source | None = None,
) -> Resource:
    """A resource with everything its origin says about it; `why` stands only where the adapter itself narrows."""
    return Resource(
        address=address,
        title=title,
        attributes=attributes,
        source=source or origin.source,
        document=origin.document,
        mode=narrowed(origin, mode),
        why=why,
        capability=capability,
        steps=steps,
        needs=needs,
        on_delete=origin.on_delete,
        protect=origin.protect,
        leave=origin.leave,
        reason=origin.reason,
        owner=origin.owner,
    )
