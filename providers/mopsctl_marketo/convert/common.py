"""What every conversion needs: the connection's decisions, and one way to make a resource."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mopsctl.address import Address
from mopsctl.condition import Condition, sentence, tests
from mopsctl.diagnostics import Diagnostic, Level, Source
from mopsctl.element import Field, Mode, Origin
from mopsctl.resource import Resource
from mopsctl_marketo.convert.native import shown_label
from mopsctl_marketo.kinds import CELLS, KINDS
from mopsctl_marketo.names import is_standard
from mopsctl_marketo.settings import Settings

_MODES: tuple[Mode, ...] = ("write", "verify", "by-hand")
ACTIVITIES = "Marketing Activities"
FIELD_SCREEN = "Admin > Field Management"


@dataclass(frozen=True, slots=True)
class Context:
    """One connection, as far as it decides what things become.

    `fields` are the declared fields by object and name, `synced` those that a mapping lets the CRM sync manage.
    """

    system: str
    settings: Settings = field(default_factory=Settings)
    fields: Mapping[tuple[str, str], Field] = field(default_factory=dict)
    synced: frozenset[tuple[str, str]] = frozenset()

    def address(self, kind: str, name: str) -> Address:
        """The address of a thing on this system."""
        return Address(self.system, kind, name)

    def label(self, object_name: str, name: str) -> str:
        """How a person finds a field on Marketo's screens: by its display name, Marketo's own fields by their API name."""
        if is_standard(object_name, name):
            return f"{name} (API name)"
        found = self.fields.get((object_name, name))
        return shown_label(found.label or name) if found else name

    def title(self, object_name: str, name: str) -> str:
        """What the manifests call a field."""
        found = self.fields.get((object_name, name))
        return (found.label or name) if found else name

    def of_key(self, object_name: str, key: str) -> str:
        """How a person finds the field of a catalogue key; the key itself where Marketo has no such field."""
        named = (each.name for each in self.fields.values() if each.object == object_name and each.key == key)
        name = next(named, "")
        return self.label(object_name, name) if name else key

    def words(self, object_name: str, condition: Condition) -> str:
        """A condition in plain words, and what its fields are called on Marketo's screens."""
        asked = sorted({test.name for test in tests(condition) if test.subject == "field"})
        found = [(key, self.of_key(object_name, key)) for key in asked]
        legend = ", ".join(f"{key} is '{label}'" for key, label in found if label != key)
        return sentence(condition) + (f" (in Marketo, {legend})" if legend else "")


def made(
    context: Context,
    origin: Origin,
    kind: str,
    name: str,
    title: str,
    attributes: Mapping[str, Any],
    *,
    cell: str,
    mode: Mode = "write",
    steps: Iterable[str] = (),
    needs: Iterable[Address] = (),
    source: Source | None = None,
) -> Resource:
    """A resource; its mode is the narrower one of what Marketo allows and what the author wants."""
    settled = narrower(mode, origin.manage)
    return Resource(
        address=context.address(kind, name),
        title=title,
        attributes=dict(attributes),
        source=source or origin.source,
        document=origin.document,
        mode=settled,
        why=_why(mode, settled, cell),
        capability=cell,
        steps=tuple(steps) or _own_words(settled, kind, title, attributes),
        needs=tuple(sorted(set(needs))),
        on_delete=origin.on_delete,
        protect=origin.protect,
        leave=origin.leave,
        reason=origin.reason,
        owner=origin.owner,
    )


def _why(allowed: Mode, settled: Mode, cell: str) -> str:
    if settled != allowed:
        return f"The manifest asks for {settled.replace('-', ' ')}."
    return CELLS[cell].why if allowed != "write" else ""


def _own_words(mode: Mode, kind: str, title: str, attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """Steps for a thing that Marketo would let mopsctl write, but its author would not."""
    if mode == "write":
        return ()
    wanted = "; ".join(f"{name.replace('_', ' ')} {value!r}" for name, value in sorted(attributes.items()))
    return (f"In Marketo, set up the {KINDS[kind].noun} '{title}'" + (f" with {wanted}." if wanted else "."),)


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
    attributes = {**more.attributes, **have.attributes}
    for name in have.attributes.keys() & more.attributes.keys():
        if isinstance(have.attributes[name], dict):
            attributes[name] = {**more.attributes[name], **have.attributes[name]}
    return replace(
        have,
        attributes=attributes,
        steps=have.steps + tuple(step for step in more.steps if step not in have.steps),
        needs=tuple(sorted({*have.needs, *more.needs})),
        protect=have.protect or more.protect,
    )


def finding(
    rule: str, level: Level, message: str, source: Source, *, hint: str = "", address: Address | str = ""
) -> Diagnostic:
    """One finding of this adapter."""
    return Diagnostic(rule, level, message, source, hint, str(address))


def quoted(words: Iterable[str]) -> str:
    """Words in quotes, with commas between."""
    return ", ".join(f"'{word}'" for word in words)


def number(value: float) -> str:
    """A number as people write it: 5, not 5.0."""
    return f"{value:g}"


def signed(value: float) -> str:
    """Points as Marketo's Change Score writes them: `+30`, `-10`; zero is `+0`."""
    return f"{int(value):+d}"
