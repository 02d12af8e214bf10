"""What the topics of the conversion share: the system's name, the resources made so far, and the findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import ClassVar

from mopsctl import spoken as words
from mopsctl.address import Address
from mopsctl.condition import Condition
from mopsctl.diagnostics import NOWHERE, Diagnostic, Level, Source
from mopsctl.element import Field
from mopsctl.provider.convert import Maker
from mopsctl.resource import Resource
from mopsctl_eloqua.cells import CELLS
from mopsctl_eloqua.kinds import KINDS
from mopsctl_eloqua.names import STATES

_SCREENS = {
    "program": "Orchestration > Programs",
    "scoring-model": "Orchestration > Lead Scoring",
    "scoring-criteria": "Orchestration > Lead Scoring",
}


@dataclass(slots=True)
class Draft(Maker):
    """The conversion in the making; a second resource for one address is an error of the manifests."""

    vendor = "Eloqua"
    kinds = KINDS
    cells = CELLS
    left: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "default": ("defaultValue",),
        "label": ("name", "displayName"),
        "required": ("isRequired",),
        "type": ("dataType", "displayType"),
        "values": ("options", "order", "optionList"),
    }

    system: str
    resources: dict[Address, Resource] = made_by(default_factory=dict)
    findings: list[Diagnostic] = made_by(default_factory=list)

    def screen(self, kind: str, name: str) -> str:
        """The screen on which a person sets up this thing."""
        if kind == "crm-mapping":
            return f"Settings > Platform Extensions > Apps: mapping {name.partition('/')[0]}"
        return _SCREENS.get(kind, "")

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


def spoken(condition: Condition, fields: Mapping[str, Field]) -> str:
    """The condition in plain words, with each field under the names that people find on the screen."""
    return words.condition(condition, fields, lambda key: shown(key, fields))


def shown(key: str, fields: Mapping[str, Field]) -> str:
    """A field as people find it on the screen: `Job title (C_Title)`; the key itself where it has no name there."""
    field = fields.get(key)
    if field is None:
        return key
    # The state says the opposite of the opt-out that is bound to it.
    of = f"no longer {STATES[field.name]}" if field.role == "opt_out" and field.name in STATES else field.name
    return f"{field.label} ({of})"
