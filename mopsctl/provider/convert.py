"""What every adapter does alike when it converts: resources that honour their author, one of two, words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, get_args

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic, Level, Source
from mopsctl.element import Field, Mode, Origin, Role
from mopsctl.provider.capability import Cell
from mopsctl.provider.contract import Kind
from mopsctl.resource import Json, Resource

ROLE_ROWS: Mapping[Role, str] = {
    "stage": "lifecycle.stages",
    "stamp": "lifecycle.stamps",
    "score": "scoring.field",
    "grade": "scoring.bands",
    "band": "scoring.bands",
    "reason": "lifecycle.reasons",
    "sla": "lifecycle.sla",
    "lead_status": "lifecycle.lead_status",
    "proof": "consent.proof",
    "purpose": "consent.purpose",
}
"""The row of the lowering table for a field that plays a part in another document; an opt-out differs from vendor to vendor."""

_NARROWER: tuple[Mode, ...] = get_args(Mode)  # in that order


class Maker:
    """Makes the resources of one vendor on one system.

    `left` says which attributes a word of the manifests stands for (`{"group": ("groupName",)}`), where it is not their name.
    """

    __slots__ = ()

    vendor: ClassVar[str]
    kinds: ClassVar[Mapping[str, Kind]]
    cells: ClassVar[Mapping[str, Cell]]
    left: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    system: str

    def address(self, kind: str, name: str) -> Address:
        """The address of a thing on this system."""
        return Address(self.system, kind, name)

    def made(
        self,
        origin: Origin,
        kind: str,
        name: str,
        title: str,
        attributes: Mapping[str, Json],
        *,
        cell: str,
        mode: Mode = "write",
        steps: Iterable[str] = (),
        needs: Iterable[Address] = (),
        source: Source | None = None,
    ) -> Resource:
        """A resource in the narrower one of what the vendor allows (`mode`) and what the author wants.

        Why is said, in the cell's sentence, only where the vendor narrows; what the author narrowed speaks for itself. A thing
        that is not written has steps in any case: its attributes in words, where the adapter has no better ones.
        """
        settled = narrower(mode, origin.manage)
        told = tuple(steps)
        return Resource(
            address=self.address(kind, name),
            title=title,
            attributes=dict(attributes),
            source=source or origin.source,
            document=origin.document,
            mode=settled,
            why="" if mode == "write" else self.cells[cell].why,
            capability=cell,
            steps=told if told or settled == "write" else (self._step(self.kinds[kind], title, origin, attributes),),
            needs=tuple(sorted(set(needs))),
            on_delete=origin.on_delete,
            protect=origin.protect,
            leave=self._left(origin, self.kinds[kind]),
            reason=origin.reason,
            owner=origin.owner,
            screen=self.screen(kind, name),
            subject=origin.subject,
        )

    def screen(self, kind: str, name: str) -> str:
        """The screen on which a person sets up this thing; empty where it is a visit of its own.

        It is the title of the step, and its name as long as the stack lives: what is attested hangs on the rows, not on it.
        """
        return ""

    def _left(self, origin: Origin, kind: Kind) -> tuple[str, ...]:
        """The attributes that the author leaves alone, by the names that they have on the kind."""
        names = (
            name
            for word in origin.leave
            for name in [each for each in self.left.get(word, ()) if each in kind.attributes] or [word]
        )
        return tuple(dict.fromkeys(names))

    def _step(self, kind: Kind, title: str, origin: Origin, attributes: Mapping[str, Json]) -> str:
        left = self._left(origin, kind)
        wanted = "; ".join(_wanted(kind, name, attributes[name]) for name in sorted(attributes) if name not in left)
        return f"In {self.vendor}, set up the {kind.noun} '{title}'" + (f" with {wanted}." if wanted else ".")


def narrower(one: Mode, other: Mode) -> Mode:
    """The mode that does less."""
    return max(one, other, key=_NARROWER.index)


def merged(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Each address once, sorted; of two for one address see `joined`."""
    found: dict[Address, Resource] = {}
    for resource in resources:
        have = found.get(resource.address)
        found[resource.address] = resource if have is None else joined(have, resource)
    return tuple(found[address] for address in sorted(found))


def joined(have: Resource, more: Resource) -> Resource:
    """Both in one: what came first wins, what comes later adds what was not said, and steps where it adds something.

    What one author keeps from being written, protects or leaves alone is so for both. What an adapter only looks at does not
    narrow what it writes: it has a reason why (`why`), which an author's narrowing has not.
    """
    known = have.attributes
    attributes = {
        **known,
        **{name: _united(known[name], value) if name in known else value for name, value in more.attributes.items()},
    }
    return replace(
        have,
        attributes=attributes,
        mode=have.mode if more.why else narrower(have.mode, more.mode),
        needs=tuple(sorted({*have.needs, *more.needs})),
        steps=tuple(dict.fromkeys((*have.steps, *more.steps))) if attributes != known else have.steps,
        protect=have.protect or more.protect,
        leave=tuple(dict.fromkeys((*have.leave, *more.leave))),
    )


def together(origins: Sequence[Origin]) -> Origin:
    """One origin for a thing that several make up: the first one's words, and the narrowest of what their authors allow.

    What each leaves alone is its own part of the thing, and up to the adapter.
    """
    mode: Mode = "write"
    for each in origins:
        mode = narrower(mode, each.manage)
    return replace(origins[0], manage=mode, protect=any(each.protect for each in origins), leave=())


def described(field: Field) -> str:
    """The description; where the catalogue asks for it, with who owns the field and why it is there."""
    owner, reason = field.origin.owner.strip(), field.origin.reason.strip().rstrip(".")
    parts = [field.description.strip()]
    if field.describe:
        parts += [f"Owner: {owner}." if owner else "", f"Reason: {reason}." if reason else ""]
    return " ".join(part for part in parts if part)


def fitted(field: Field, most: int) -> str:
    """The field's label; one that mopsctl makes is shortened to what the vendor takes, and keeps what it says at its end."""
    label = field.label
    if len(label) <= most or not field.label_is_made:
        return label
    head, colon, tail = label.rpartition(": ")
    room = most - len(colon) - len(tail) - 1
    return f"{head[:room].rstrip()}…{colon}{tail}" if head and room > 0 else f"{label[: most - 1].rstrip()}…"


def titled(label: str, object_name: str) -> str:
    """What people call a thing that a vendor has on several objects: `Business unit (contacts)`, the object in its own word."""
    return f"{label} ({object_name})"


def finding(
    rule: str, level: Level, message: str, source: Source, *, hint: str = "", address: Address | str = ""
) -> Diagnostic:
    """What the vendor would refuse, or what gets lost on it, at the place of the manifest that asks for it."""
    return Diagnostic(rule, level, message, source, hint, str(address))


def quoted(words: Iterable[str]) -> str:
    """Words in quotes, with commas between."""
    return ", ".join(f"'{word}'" for word in words)


def number(value: float) -> str:
    """A number as people write it: 5, not 5.0."""
    return f"{value:g}"


def _united(have: Json, more: Json) -> Json:
    if isinstance(have, dict) and isinstance(more, dict):
        return {**more, **have}
    if isinstance(have, list) and isinstance(more, list):
        return [*have, *(each for each in more if each not in have)]
    return have


def _wanted(kind: Kind, name: str, value: Json) -> str:
    attribute = kind.attributes.get(name)
    title = attribute.title if attribute and attribute.title else name.replace("_", " ")
    return f"{title} {_spoken(value)}"


def _spoken(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(_item(key, item) for key, item in value.items()) or "empty"
    if isinstance(value, list):
        return quoted(str(each) for each in value) or "empty"
    return "empty" if value in (None, "") else f"'{value}'"


def _item(key: str, item: Json) -> str:
    if not isinstance(item, dict) or not item:
        return f"'{key}'"
    return f"'{key}' ({', '.join(f'{name} {_spoken(item[name])}' for name in sorted(item))})"
