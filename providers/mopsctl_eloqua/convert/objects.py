"""Custom objects: fields that are declared on an object that is neither contact nor account."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from mopsctl.element import Field
from mopsctl.provider.convert import together
from mopsctl.resource import Json, Resource
from mopsctl_eloqua import fieldtypes
from mopsctl_eloqua.convert.base import Draft
from mopsctl_eloqua.names import ACCOUNT, CONTACT, CUSTOM_OBJECT_PREFIX, custom_object
from mopsctl_eloqua.screens import CUSTOM_OBJECTS, DATA_TYPES

_LIKE = {CONTACT: ("contact", "contacts", "person", "people", "lead"), ACCOUNT: ("account", "accounts", "company")}
_AS_GOOD_AS = 0.8  # likeness from which a name is taken for a slip of the pen


def convert(draft: Draft, declared: Sequence[Field]) -> None:
    """Add one resource for every custom object that fields are declared on."""
    holders: dict[str, list[Field]] = {}
    for field in declared:
        name = custom_object(field.object)
        if name is not None and _meant(draft, field, name) and _held(draft, field):
            holders.setdefault(name, []).append(field)
    for name in sorted(holders):
        draft.add(_custom_object(draft, name, holders[name]))


def _meant(draft: Draft, field: Field, name: str) -> bool:
    if field.object.startswith(CUSTOM_OBJECT_PREFIX):
        return True
    for target, words in _LIKE.items():
        if difflib.get_close_matches(name.lower(), words, n=1, cutoff=_AS_GOOD_AS):
            message = f"'{name}' is no object of Eloqua; did you mean '{target}'?"
            hint = f"a custom object of that name is written {CUSTOM_OBJECT_PREFIX}{name}"
            draft.say("EL017", "error", message, field.origin.source, hint)
            return False
    return True


def _held(draft: Draft, field: Field) -> bool:
    if fieldtypes.native(field) is None:
        message = f"Eloqua has no {field.type} fields, so {field.label} cannot be one."
        draft.say("EL003", "error", message, field.origin.source, "declare the type the value has once it is computed")
        return False
    if field.type not in ("long_text", "choice", "multi_choice") and (field.max or 0) > fieldtypes.CUSTOM_OBJECT_TEXT:
        message = f"{field.label} may have {field.max} characters; a custom object's text holds {fieldtypes.CUSTOM_OBJECT_TEXT}."
        draft.say("EL004", "warning", message, field.origin.source, "declare it as long_text, or lower max")
    return True


def _custom_object(draft: Draft, name: str, fields: Sequence[Field]) -> Resource:
    keyed: dict[str, Json] = {}
    for field in fields:
        if field.name in keyed:
            message = f"The field {field.name} of the custom object {name} is declared twice."
            draft.say("EL016", "error", message, field.origin.source, "give each its own name there")
        keyed[field.name] = _item(field)
        _label(draft, name, field)
    return draft.made(
        together([field.origin for field in fields]),
        "custom-object",
        name,
        name,
        {"fields": keyed} | _linked(fields),
        cell="consent.proof" if any(field.role == "proof" for field in fields) else "field.new",
        steps=_steps(name, keyed),
    )


def _label(draft: Draft, name: str, field: Field) -> None:
    if field.label != field.name:
        message = f"In the custom object {name} a field is shown under its name {field.name}, not as '{field.label}'."
        draft.say("EL011", "note", message, field.origin.source, "name it there as people will read it")


def _item(field: Field) -> dict[str, Json]:
    data_type, display_type = fieldtypes.native(field) or ("", "")
    # Lists of custom object fields are not written: the sources do not say how they are given.
    shown = "text" if fieldtypes.takes_list(display_type) else display_type
    return {"dataType": data_type, "displayType": shown}


def _linked(fields: Sequence[Field]) -> dict[str, Json]:
    """The three fields with a part to play: link to the contact, uniqueness, name of a record."""
    email = next((field.name for field in fields if field.type == "email"), None)
    unique = next((field.name for field in fields if field.unique), None)
    found = {"emailAddressField": email, "uniqueCodeField": unique, "displayNameField": unique or email}
    return {name: value for name, value in found.items() if value is not None}


def _steps(name: str, keyed: dict[str, Json]) -> tuple[str, ...]:
    opening = (
        f"In {CUSTOM_OBJECTS}, open the custom object '{name}', or make it with Custom Object > New Custom Object."
    )
    rows = [
        f"Give it the field '{key}' with Data Type '{DATA_TYPES.get(item['dataType'], item['dataType'])}'."
        for key, item in keyed.items()
    ]
    return (opening, *rows)
