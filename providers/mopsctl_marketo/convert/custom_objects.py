"""Converts the fields of custom objects (`custom:carLease`) to one custom object each: it is approved as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mopsctl.element import Field
from mopsctl.provider.convert import together
from mopsctl.resource import Resource
from mopsctl_marketo.convert.common import Context
from mopsctl_marketo.convert.custom_native import STANDARD, item
from mopsctl_marketo.names import TYPES, custom_object

HINTS = frozenset({"dedupe", "link", "object_label", "object_plural", "object_description"})
UNSEEN = frozenset({"in_person_detail"})  # taken by Marketo, and never shown again
_OBJECT_HINTS = {"object_label": "label", "object_plural": "plural", "object_description": "description"}


def of_custom_fields(context: Context, fields: Iterable[Field]) -> Iterator[Resource]:
    """One resource for each custom object, from all its fields; what the object itself is called is a hint of a field."""
    by_object: dict[str, list[Field]] = {}
    for field in fields:
        by_object.setdefault(custom_object(field.object), []).append(field)
    for name in sorted(by_object):
        yield _object(context, name, sorted(by_object[name], key=lambda each: each.name))


def custom_type(field: Field) -> str:
    """Marketo's type of a custom object's field."""
    native = TYPES[field.type]
    return {"url": "string", "percent": "float"}.get(native, native)


def _item(field: Field) -> dict[str, Any]:
    """One field of the object, as far as the manifest names it."""
    link = str(field.hints.get("link", ""))
    named = item(field.label or field.name, custom_type(field), field.hints.get("dedupe") is True, link)
    return {name: value for name, value in named.items() if name not in field.origin.leave}


def _object(context: Context, name: str, fields: list[Field]) -> Resource:
    hints = {key: value for field in reversed(fields) for key, value in field.hints.items()}
    attributes: dict[str, Any] = {mine: str(hints[hint]) for hint, mine in _OBJECT_HINTS.items() if hint in hints}
    attributes.setdefault("label", name)
    links = {str(field.hints["link"]).partition(".")[0] for field in fields if field.hints.get("link")}
    return context.made(
        together([field.origin for field in fields]),
        "custom-object",
        name,
        attributes["label"],
        {**attributes, "approved": True, "fields": {field.name: _item(field) for field in fields}},
        cell="field.new",
        needs=[
            context.address("custom-object", link) for link in links if link.lower() not in STANDARD and link != name
        ],
    )
