"""What every conversion needs: the connection's decisions, and one way to make a resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic, Source
from mopsctl.element import Mode, Origin
from mopsctl.provider.contract import Connection
from mopsctl.resource import Resource
from mopsctl_hubspot.cells import CELLS

STAGE_SWITCH = "lifecycle-stage-writes"
SCORING_SWITCH = "lead-scoring-beta"
MOVED = "HubSpot moves its screens now and then; search the settings where this path is gone."

_MODES: tuple[Mode, ...] = ("write", "verify", "by-hand")


@dataclass(frozen=True, slots=True)
class Context:
    """One connection, as far as it decides what things become."""

    system: str
    sensitive: bool
    stage_writes: bool
    scoring: bool

    @classmethod
    def of(cls, connection: Connection) -> Context:
        """The decisions of a connection."""
        return cls(
            system=connection.system,
            sensitive=is_on(connection.settings.get("sensitive_data")),
            stage_writes=STAGE_SWITCH in connection.experimental,
            scoring=SCORING_SWITCH in connection.experimental,
        )

    def address(self, kind: str, name: str) -> Address:
        """The address of a thing on this system."""
        return Address(self.system, kind, name)


def is_on(value: Any) -> bool:
    """A setting that says yes, also where it came as text."""
    return value is True or str(value).strip().lower() in ("true", "yes", "on", "1")


def made(
    context: Context,
    origin: Origin,
    kind: str,
    name: str,
    *,
    title: str,
    attributes: Mapping[str, Any],
    cell: str,
    mode: Mode = "write",
    steps: Iterable[str] = (),
    needs: Iterable[Address] = (),
    source: Source | None = None,
) -> Resource:
    """A resource; its mode is the narrower one of what HubSpot allows and what the author wants."""
    return Resource(
        address=context.address(kind, name),
        title=title,
        attributes=dict(attributes),
        source=source or origin.source,
        document=origin.document,
        mode=narrower(mode, origin.manage),
        why=CELLS[cell].why if mode != "write" else "",
        capability=cell,
        steps=tuple(steps),
        needs=tuple(sorted(set(needs))),
        on_delete=origin.on_delete,
        protect=origin.protect,
        leave=origin.leave,
        reason=origin.reason,
        owner=origin.owner,
    )


def narrower(one: Mode, other: Mode) -> Mode:
    """The mode that does less."""
    return max(one, other, key=_MODES.index)


def merged(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Each address once, sorted; what came first wins, what came later adds what was not said."""
    found: dict[Address, Resource] = {}
    for resource in resources:
        have = found.get(resource.address)
        found[resource.address] = resource if have is None else _joined(have, resource)
    return tuple(found[address] for address in sorted(found))


def _joined(have: Resource, more: Resource) -> Resource:
    return replace(
        have,
        attributes={**more.attributes, **have.attributes},
        needs=tuple(sorted({*have.needs, *more.needs})),
        protect=have.protect or more.protect,
    )


def finding(
    rule: str, level: Any, message: str, source: Source, *, hint: str = "", address: Address | str = ""
) -> Diagnostic:
    """One finding of this adapter."""
    return Diagnostic(rule, level, message, source, hint, str(address))


def quoted(words: Iterable[str]) -> str:
    """Words in quotes, with commas between."""
    return ", ".join(f"'{word}'" for word in words)


def number(value: float) -> str:
    """A number as people write it: 5, not 5.0."""
    return f"{value:g}"
