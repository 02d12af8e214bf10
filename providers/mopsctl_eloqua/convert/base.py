"""What the topics of the conversion share: the system's name, the resources made so far, and the findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as made_by

from mopsctl.address import Address
from mopsctl.condition import All, AnyOf, Condition, Not, Test, sentence
from mopsctl.diagnostics import NOWHERE, Diagnostic, Level, Source
from mopsctl.element import Field, Mode, Origin
from mopsctl.resource import Json, Resource
from mopsctl_eloqua.names import STATES


@dataclass(slots=True)
class Draft:
    """The conversion in the making; a second resource for one address is an error of the manifests."""

    system: str
    resources: dict[Address, Resource] = made_by(default_factory=dict)
    findings: list[Diagnostic] = made_by(default_factory=list)

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


def spoken(condition: Condition, fields: Mapping[str, Field]) -> str:
    """The condition in plain words, with each field under the names that people find on the screen."""
    return sentence(_named(condition, fields))


def shown(key: str, fields: Mapping[str, Field]) -> str:
    """A field as people find it on the screen: `Job title (C_Title)`; the key itself where it has no name there."""
    field = fields.get(key)
    if field is None:
        return key
    # The state says the opposite of the opt-out that is bound to it.
    of = f"no longer {STATES[field.name]}" if field.role == "opt_out" and field.name in STATES else field.name
    return f"{field.label} ({of})"


def _named(condition: Condition, fields: Mapping[str, Field]) -> Condition:
    match condition:
        case Test():
            return replace(condition, name=shown(condition.name, fields)) if condition.subject == "field" else condition
        case Not(part):
            return Not(_named(part, fields))
        case All(parts):
            return All(tuple(_named(part, fields) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_named(part, fields) for part in parts))


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
