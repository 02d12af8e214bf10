"""Converts fields of persons, program members and the objects that Marketo only shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mopsctl.element import Field, Group, Origin, Role
from mopsctl.provider.convert import ROLE_ROWS, described, quoted
from mopsctl.resource import Resource
from mopsctl_marketo.convert.common import ACTIVITIES, FIELD_SCREEN, Context, titled
from mopsctl_marketo.convert.native import shown_label
from mopsctl_marketo.names import CREATABLE_TYPES, OWNED_BY_THE_SYSTEM, SHELVES, TYPES, Shelf, is_standard

_LISTS: Mapping[Role, str] = {
    "stage": "lifecycle.labels",
    "lead_status": "lifecycle.lead_status",
    "reason": "lifecycle.reasons",
}
_CRM_FIRST = (
    "The CRM sync makes the fields that the CRM shows it by itself. Where this one is to come from the CRM, make it there first;"
    " a field made here is joined to the CRM's by Marketo Support only."
)
_OBJECT_ON_SCREEN = {"person": "Person", "program_member": "Program Member"}
_ON_SCREEN = {"text": "Text Area", "formula": "Formula", "reference": "Reference"}


def of_field(context: Context, field: Field) -> Iterator[Resource]:
    """A field, and by hand what Marketo's API does not hold of it: values, default, required, first value stays."""
    shelf = SHELVES.get(field.object)
    if shelf is None:
        return
    main = _shown_only(context, field, shelf) if not shelf.writable else _own(context, field, shelf)
    if (
        (field.object, field.name) in context.synced
        and main.mode == "write"
        and not is_standard(field.object, field.name)
    ):
        main = replace(main, why=_CRM_FIRST)
    yield main
    yield from _besides(context, field, main)


def _besides(context: Context, field: Field, main: Resource) -> Iterator[Resource]:
    """What only screens hold of a field, apart from what its author leaves alone."""
    left = field.origin.leave
    if field.values is not None and field.values.items and "values" not in left:
        yield value_list(context, field)
    if field.default is not None and "default" not in left:
        yield _default(context, field, main)
    if field.required and "required" not in left:
        yield _required(context, field, main)
    if field.write_once and "write" not in left:
        first = "every input source but the one that fills it first"
        yield blocked(context, field.origin, (field.object, field.name), first)


def field_name(field: Field) -> str:
    """The name of a field as addresses spell it."""
    return f"{field.object}.{field.name}"


def title_of(field: Field) -> str:
    """What people call a field, and whose field it is: `Business unit (person)`."""
    return titled(field.label or field.name, field.object)


def wanted_attributes(context: Context, field: Field) -> dict[str, Any]:
    """The attributes that the manifest names; of Marketo's own fields only what may be written."""
    attributes: dict[str, Any] = {}
    if described(field):
        attributes["description"] = described(field)
    if field.pii in context.settings.sensitive_classes or field.hints.get("sensitive") is True:
        attributes["sensitive"] = True
    if "html_encoding" in field.hints:
        attributes["html_encoded"] = field.hints["html_encoding"] is True
    if is_standard(field.object, field.name):
        return attributes
    return {
        **attributes,
        "label": shown_label(field.label or field.name),
        "hidden": bool(field.hints.get("hidden")),
        **_type(field),
    }


def _type(field: Field) -> dict[str, Any]:
    if field.role == "score":
        return {"type": "integer", "score": True}
    return {"type": TYPES[field.type]}


def _own(context: Context, field: Field, shelf: Shelf) -> Resource:
    attributes = wanted_attributes(context, field)
    standard = is_standard(field.object, field.name)
    args = (field.origin, shelf.kind, field_name(field), title_of(field))
    cell = "field.standard" if standard else ROLE_ROWS.get(field.role, "field.new")
    if standard and field.name in OWNED_BY_THE_SYSTEM:
        return context.made(*args, {}, cell="consent.stop", mode="verify", steps=_missing_builtin(field))
    if standard and not attributes:
        return context.made(*args, {}, cell=cell, mode="verify", steps=_missing_builtin(field))
    if standard or field.role == "score" or TYPES[field.type] in CREATABLE_TYPES:
        return context.made(*args, attributes, cell=cell)
    return context.made(*args, attributes, cell=cell, mode="manual", steps=_on_screen(field))


def _missing_builtin(field: Field) -> tuple[str, ...]:
    return (
        (
            f"In {FIELD_SCREEN}, search for the field with the API name '{field.name}': every Marketo subscription has it. If it"
            " is hidden, choose Field Actions > Hide Field and take the mark away; if it is not there, ask Marketo Support."
        ),
    )


def _on_screen(field: Field) -> tuple[str, ...]:
    object_name, sort = _OBJECT_ON_SCREEN[field.object], _ON_SCREEN.get(TYPES[field.type], TYPES[field.type])
    return (
        (
            f"In {FIELD_SCREEN}, choose New Custom Field with the object '{object_name}', the type '{sort}', the name"
            f" '{field.label or field.name}' and the API name '{field.name}'."
        ),
    )


def _shown_only(context: Context, field: Field, shelf: Shelf) -> Resource:
    name, sort = field.label or field.name, TYPES[field.type]
    step = (
        f"Ask Marketo Support for a {shelf.object.replace('_', ' ')} field with the name '{name}', the API name"
        f" '{field.name}' and the type '{sort}', or add it to the CRM object and show it to the Marketo sync user."
    )
    return context.made(
        field.origin,
        shelf.kind,
        field_name(field),
        title_of(field),
        {"type": sort},
        cell="field.company",
        mode="verify",
        steps=(step,),
    )


def value_list(context: Context, field: Field, *, cell: str = "") -> Resource:
    """The values of a field, by hand: Marketo's API cannot hold them."""
    items = field.values.items if field.values else ()
    shown = [item for item in items if not item.hidden]
    title = context.label(field.object, field.name)
    pairs = ", ".join(f"'{item.label or item.value}' / '{item.value}'" for item in shown)
    steps = [
        (
            f"In {FIELD_SCREEN}, select '{title}', choose Field Actions > Manage Picklist, and enter these values in this order,"
            f" each as display value / submitted value: {pairs}."
        ),
        "Where that screen says that the list comes from the CRM, change the picklist in the CRM instead.",
    ]
    if len(shown) < len(items):
        gone = quoted(item.value for item in items if item.hidden)
        steps.insert(1, f"On the same screen, take out {gone}: these values are no longer offered.")
    attributes = {
        "values": {item.value: {"label": item.label or item.value} for item in shown},
        "order": [item.value for item in shown],
    }
    return context.made(
        field.origin,
        "value-list",
        field_name(field),
        title_of(field),
        attributes,
        cell=cell or _LISTS.get(field.role, "field.values"),
        mode="manual",
        steps=steps,
        needs=(context.address(SHELVES[field.object].kind, field_name(field)),),
    )


def _default(context: Context, field: Field, main: Resource) -> Resource:
    title = context.label(field.object, field.name)
    value = str(field.default).lower() if isinstance(field.default, bool) else field.default
    flow = (
        f"Change Score with the score name '{title}' and the change '={value}'"
        if field.role == "score"
        else f"Change Data Value with the attribute '{title}' and the new value '{value}'"
    )
    return setting(
        context,
        field.origin,
        f"default.{field_name(field)}",
        f"Default of {main.title}",
        cell="field.default",
        steps=(
            (
                f"In {ACTIVITIES}, make a smart campaign 'Default {title}': on the tab Smart List the trigger Person is"
                f" Created and the filter '{title}' with 'is empty'; on the tab Flow the step {flow}; on the tab Schedule"
                " choose Activate."
            ),
        ),
        main=main,
    )


def _required(context: Context, field: Field, main: Resource) -> Resource:
    return setting(
        context,
        field.origin,
        f"required.{field_name(field)}",
        f"{main.title} is required",
        cell="field.constraint",
        steps=(
            (
                f"In Design Studio > Forms, open each form that asks for '{context.label(field.object, field.name)}', select the field, tick Is Required, and"
                " approve the form."
            ),
        ),
        main=main,
    )


def blocked(context: Context, origin: Origin, pair: tuple[str, str], sources: str) -> Resource:
    """Block updates of a field (object and name), by hand: Marketo then keeps the value that came first."""
    title = context.label(*pair)
    step = (
        f"In {FIELD_SCREEN}, select '{title}', choose Field Actions > Block Field Updates, tick {sources}, and save:"
        " a value that is there then stays."
    )
    name = f"block-updates.{'.'.join(pair)}"
    return setting(
        context, origin, name, f"{context.title(*pair)} keeps its first value", cell="mapping.guard", steps=(step,)
    )


def setting(
    context: Context,
    origin: Origin,
    name: str,
    title: str,
    *,
    cell: str,
    steps: Iterable[str],
    main: Resource | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> Resource:
    """Something that only a screen of Marketo's holds."""
    return context.made(
        origin,
        "setting",
        name,
        title,
        attributes or {},
        cell=cell,
        mode="manual",
        steps=steps,
        needs=(main.address,) if main else (),
    )


def of_group(context: Context, group: Group, fields: Iterable[Field]) -> Iterator[Resource]:
    """A group of the field organizer, by hand."""
    members = [each.label or each.name for each in fields if each.object == group.object and each.group == group.name]
    yield setting(
        context,
        group.origin,
        f"group.{group.object}.{group.name}",
        group.label,
        cell="field.group",
        steps=(
            f"In {FIELD_SCREEN} > Field Organizer, make the group '{group.label}'"
            + (f" and move into it {quoted(members)}." if members else "."),
        ),
    )
