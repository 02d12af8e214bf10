"""What Postbox is, without a network: its kinds, what becomes of each element, what it would refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from mopsctl.address import Address
from mopsctl.diagnostics import Diagnostic
from mopsctl.element import Element, Field, FieldType
from mopsctl.provider.capability import ROWS, Cell
from mopsctl.provider.contract import Attribute, Connection, Converted, Grain, Kind, Progress, Provider, System
from mopsctl.resource import Json, Resource

TYPES: Mapping[FieldType, str] = {"text": "text", "integer": "number", "boolean": "yes_no", "choice": "choice"}
ATTRIBUTES: Mapping[str, Attribute] = {
    "label": Attribute(),
    "description": Attribute(title="note"),
    "type": Attribute("create-only", why="Postbox fixes it when the field is made", instead="declare a new field"),
    "options": Attribute(keyed=True, retire={"hidden": True}, noun="choice"),
    "options_order": Attribute(order_of="options", title="order of choices"),
}
KINDS: Mapping[str, Kind] = {
    "field": Kind("field", "field", ATTRIBUTES, Grain("field"), removal="delete", undo_add="yes: delete it"),
    "setting": Kind("setting", "setting", {}, Grain("setting"), creatable=False, readable=False),
}
BY_API, MANUAL = "Postbox's API makes and changes fields.", "Postbox's API knows fields only."
WRITTEN = ("field.new", "field.text", "field.values", "lifecycle.stages", "lifecycle.labels", "scoring.field")


class Postbox(Provider):
    """Postbox through its REST API."""

    name: ClassVar[str] = "postbox"
    title: ClassVar[str] = "Postbox"
    version: ClassVar[str] = "1.0"
    settings: ClassVar[Mapping[str, str]] = {
        "account": "The account's number, which every run compares with the account that answers.",
        "api_key": "A key that may change fields.",
        "url": "Another base address than api.postbox.example, for an emulator.",
    }
    secret_settings: ClassVar[frozenset[str]] = frozenset({"api_key"})
    hosts: ClassVar[tuple[str, ...]] = ("api.postbox.example",)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Fields, and settings that only people can change."""
        return KINDS

    @property
    def cells(self) -> Mapping[str, Cell]:
        """What Postbox does with each row of the lowering table."""
        return {row: Cell(("write",), BY_API) if row in WRITTEN else Cell(("manual",), MANUAL) for row in ROWS}

    def convert(self, elements: Sequence[Element], connection: Connection) -> Converted:
        """Fields become fields; whatever else the stack wants becomes a manual step."""
        held = [each for each in elements if not isinstance(each, Field) or fits(each)]
        findings = [found for each in elements if isinstance(each, Field) for found in objections(each)]
        return Converted(tuple(resource(each, connection.system) for each in held), tuple(findings))

    def field_address(self, system: str, object_name: str, field_name: str) -> Address:
        """`postbox:field/NAME`: Postbox has fields of one object only."""
        return Address(system, "field", field_name)

    def open(self, connection: Connection, progress: Progress | None = None) -> System:
        """Open a connection. What needs the HTTP library is imported here, not with the package."""
        from mopsctl_postbox.system import PostboxSystem

        return PostboxSystem(connection)

    def emulator(self) -> object | None:
        """The emulator, which needs the extra `mopsctl[emulator]`."""
        from mopsctl_postbox.emulator import PostboxEmulator

        return PostboxEmulator


def fits(field: Field) -> bool:
    """Whether Postbox can hold a field at all."""
    return field.object == "subscriber" and field.type in TYPES


def objections(field: Field) -> Iterator[Diagnostic]:
    """What Postbox would refuse, and what would get lost there, at the manifest's line."""
    if not fits(field):
        message = f"Postbox has no field of type {field.type} on {field.object}."
        hint = f"bind the catalogue to subscriber, and use one of {', '.join(TYPES)}"
        yield Diagnostic("PB001", "error", message, field.origin.source, hint)
    if field.required or field.unique or field.default is not None or field.hints:
        message = f"Postbox does not keep required, unique, default or hints of {field.label}."
        yield Diagnostic("PB002", "warning", message, field.origin.source, "leave them out for Postbox")


def resource(element: Element, system: str) -> Resource:
    """A field to write, or a setting that a person makes on Postbox's screens."""
    origin, field = element.origin, isinstance(element, Field)
    what = element.name if field else f"{type(element).__name__.strip('_').lower()}.{element.name}"
    return Resource(
        address=Address(system, "field" if field else "setting", what),
        title=element.label if isinstance(element, Field) else element.name,
        attributes=attributes(element) if isinstance(element, Field) else {},
        mode=origin.manage if field else "manual",
        why="" if field else MANUAL,
        steps=(f"In Postbox, open Settings, and set up {what} as {origin.document} says.",),
        source=origin.source,
        document=origin.document,
        on_delete=origin.on_delete,
        protect=origin.protect,
        leave=origin.leave,
        reason=origin.reason,
        owner=origin.owner,
    )


def attributes(field: Field) -> dict[str, Json]:
    """Only what the manifests name: a description that nobody declared is nobody's business."""
    named: dict[str, Json] = {"label": field.label, "type": TYPES[field.type]}
    if field.description:
        named["description"] = field.description
    if field.values is not None:
        named["options"] = {each.value: {"label": each.label, "hidden": each.hidden} for each in field.values.items}
        named["options_order"] = list(field.values.values())
    return named
