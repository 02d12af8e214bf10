"""What Eloqua would refuse, or take otherwise than it was meant, said at the manifest's line before anything is planned.

EL001 a name that is no database name        EL010 a field type that does not fit the data type
EL002 a custom name without its number       EL011 declared, and without a place on Eloqua
EL003 a type Eloqua cannot hold              EL012 a hidden value
EL004 text longer than the field             EL013 bands other than A to D and 1 to 4
EL005 more digits than the field             EL014 points, caps or decay without a counterpart
EL006 more than 250 custom contact fields    EL015 a purpose or a legal basis that nothing holds
EL007 one option list, two sets of values    EL016 two declarations of one thing
EL008 an option list shared by fields        EL017 an object that was probably meant otherwise
EL009 a pick list without values             EL018 e-mail groups without landing pages
EL019 a hint nobody knows                    EL020 a constraint Eloqua does not have
EL021 a field that may be written only once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mopsctl.diagnostics import Level, did_you_mean
from mopsctl.element import Field, ValueList
from mopsctl.provider.convert import quoted
from mopsctl_eloqua import fieldtypes
from mopsctl_eloqua.convert.base import Draft
from mopsctl_eloqua.names import (
    EMAIL,
    LONGEST_NAME,
    generated,
    is_account_field,
    is_contact_field,
    is_known_standard,
    is_standard,
)

MOST_CUSTOM_FIELDS = 250

HINTS: Mapping[str, str] = {  # hint -> native property, empty where the conversion reads it itself
    "display_type": "",
    "option_list": "",
    "update_type": "updateType",
    "checked_value": "checkedValue",
    "unchecked_value": "uncheckedValue",
    "output_format": "outputFormatId",
}


def contact_field(draft: Draft, field: Field) -> bool:
    """Say what is wrong with a contact field; true where it can be converted."""
    return _type(draft, field) and _name(draft, field) and _soft(draft, field)


def account_field(draft: Draft, field: Field) -> bool:
    """Say what is wrong with an account field; true where it can be converted."""
    if not is_account_field(field.name):
        _say(
            draft,
            field,
            ("EL001", "error"),
            f"'{field.name}' is no database name of an account field.",
            "names begin with M_",
        )
        return False
    return _type(draft, field)


def option_list(draft: Draft, name: str, users: Sequence[Field]) -> bool:
    """Say what is wrong with an option list that these fields use; true where it can be converted."""
    first = users[0]
    values = first.values
    assert values is not None
    for other in users[1:]:
        if other.values is not None and other.values.items != values.items:
            message = f"The option list '{name}' is given other values by {other.label} than by {first.label}."
            _say(draft, other, ("EL007", "error"), message, "give one of them its own list with the hint option_list")
            return False
    if len(users) > 1:
        shown = quoted(field.label for field in users)
        message = f"The option list '{name}' is shared by {shown}: a change is a change for all of them."
        _say(draft, first, ("EL008", "note"), message, "give a field its own list with the hint option_list")
    return _values(draft, name, first, values)


def together(draft: Draft, contacts: Sequence[Field]) -> None:
    """Say what is wrong with all contact fields together: more of them than an account takes."""
    custom = sorted({field.name for field in contacts if not is_standard(field.name)})
    if len(custom) > MOST_CUSTOM_FIELDS:
        message = f"{len(custom)} custom contact fields are declared; an account takes {MOST_CUSTOM_FIELDS}."
        _say(
            draft,
            contacts[-1],
            ("EL006", "error"),
            message,
            "keep what is not one value per contact in a custom object",
        )


def _values(draft: Draft, name: str, field: Field, values: ValueList) -> bool:
    spellings = values.values()
    doubled = sorted({value for value in spellings if spellings.count(value) > 1})
    if doubled:
        message = f"The option list '{name}' has {quoted(doubled)} more than once."
        _say(draft, field, ("EL016", "error"), message, "give each value its own spelling on Eloqua")
    hidden = [item.value for item in values.items if item.hidden]
    if hidden:
        message = f"Eloqua has no hidden options: {quoted(hidden)} leave the option list '{name}'."
        _say(draft, field, ("EL012", "note"), message, "contacts that hold them keep the text")
    return not doubled


def _type(draft: Draft, field: Field) -> bool:
    pair = fieldtypes.native(field)
    if pair is None:
        message = f"Eloqua has no {field.type} fields, so {field.label} cannot be one."
        _say(draft, field, ("EL003", "error"), message, "declare the type the value has once it is computed")
        return False
    data_type, display_type = pair
    if display_type not in fieldtypes.display_types():
        hint = did_you_mean(display_type, fieldtypes.display_types())
        _say(draft, field, ("EL010", "error"), f"Eloqua has no field type '{display_type}'.", hint)
        return False
    if not fieldtypes.fit(data_type, display_type):
        message = f"The field type '{display_type}' of {field.label} does not go with the data type '{data_type}'."
        _say(draft, field, ("EL010", "error"), message, "pick lists need text; a check box needs text, numeric or date")
        return False
    return True


def _name(draft: Draft, field: Field) -> bool:
    if not is_contact_field(field.name):
        stem = generated(field.label)
        example = f"{stem}1"[:LONGEST_NAME] if stem else "C_Business_Unit1"
        message = f"'{field.name}' is no database name of a contact field."
        _say(
            draft, field, ("EL001", "error"), message, f"names begin with C_; Eloqua would make {example} of this label"
        )
        return False
    if len(field.name) > LONGEST_NAME:
        message = (
            f"'{field.name}' has {len(field.name)} characters; Eloqua cuts a database name off after {LONGEST_NAME}."
        )
        _say(draft, field, ("EL001", "error"), message, f"write {field.name[:LONGEST_NAME]}, or a shorter name")
        return False
    if is_standard(field.name) and not is_known_standard(field.name):
        message = (
            f"'{field.name}' has no number at its end, so it is taken for a standard field, which is only compared."
        )
        _say(draft, field, ("EL002", "warning"), message, f"Eloqua numbers custom fields: {field.name}1")
    return True


def _soft(draft: Draft, field: Field) -> bool:
    _room(draft, field)
    _digits(draft, field)
    _hints(draft, field)
    if field.write_once and "update_type" not in field.hints and not is_standard(field.name):
        message = f"{field.label} is written once, which mopsctl cannot set: no source names that update logic."
        hint = "set Default Update Logic of the field to update if the existing value is blank, on the screen"
        _say(draft, field, ("EL021", "note"), message, hint)
    if field.unique and field.name != EMAIL:
        message = f"{field.label} cannot be unique: in Eloqua only the e-mail address is."
        _say(draft, field, ("EL020", "warning"), message, "let the system of record keep it unique")
    display_type = (fieldtypes.native(field) or ("", ""))[1]
    if field.values is None and fieldtypes.takes_list(display_type) and not is_standard(field.name):
        _say(draft, field, ("EL009", "error"), f"{field.label} is a pick list without values.", "declare values for it")
        return False
    return True


def _room(draft: Draft, field: Field) -> None:
    data_type, display_type = fieldtypes.native(field) or ("", "")
    room = fieldtypes.LARGE_TEXT if data_type == "largeText" else fieldtypes.TEXT
    room = fieldtypes.MULTI if display_type == "multiSelect" else room
    longest = max((len(value) for value in field.values.values()), default=0) if field.values else 0
    if data_type in ("text", "largeText") and (field.max or 0) > room:
        message = f"{field.label} may have {field.max} characters; on Eloqua it holds {room}."
        _say(draft, field, ("EL004", "warning"), message, "declare it as long_text, or lower max")
    if longest > room:
        message = f"A value of {field.label} has {longest} characters; on Eloqua the field holds {room}."
        _say(draft, field, ("EL004", "error"), message, "spell it shorter for Eloqua")


def _digits(draft: Draft, field: Field) -> None:
    if (field.scale or 0) > fieldtypes.DECIMALS or (field.precision or 0) > fieldtypes.DIGITS:
        message = f"{field.label} needs more digits than Eloqua keeps: {fieldtypes.DIGITS}, {fieldtypes.DECIMALS} of them decimals."
        _say(draft, field, ("EL005", "warning"), message, "lower precision or scale")


def _hints(draft: Draft, field: Field) -> None:
    for hint in sorted(set(field.hints) - set(HINTS)):
        known = ", ".join(sorted(HINTS))
        _say(
            draft,
            field,
            ("EL019", "warning"),
            f"Eloqua knows no hint '{hint}'.",
            did_you_mean(hint, HINTS) or f"hints: {known}",
        )


def _say(draft: Draft, field: Field, rule: tuple[str, Level], message: str, hint: str) -> None:
    draft.say(*rule, message, field.origin.source, hint)
