"""Contact fields, their option lists, and account fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mopsctl.address import Address
from mopsctl.element import Field, Role, ValueList
from mopsctl.provider.convert import ROLE_ROWS, described, quoted, titled, together
from mopsctl.resource import Json, Resource
from mopsctl_eloqua import fieldtypes, rejects
from mopsctl_eloqua.convert.base import Draft
from mopsctl_eloqua.names import ACCOUNT, CONTACT, EMAIL, STATES, is_standard
from mopsctl_eloqua.screens import CONTACTS, DATA_TYPES, FIELD_TYPES, FIELDS, PICKLISTS

CAPABILITIES: Mapping[Role, str] = {**ROLE_ROWS, "opt_out": "consent.stop"}


def convert(draft: Draft, declared: Sequence[Field]) -> None:
    """Add every declared field of contacts and accounts, and the option lists of the contact fields."""
    contacts = [field for field in declared if field.object == CONTACT and field.name not in STATES]
    for field in contacts:
        if rejects.contact_field(draft, field):
            draft.add(_contact_field(draft, field))
    for field in declared:
        if field.object == CONTACT and field.name in STATES:
            draft.add(state(draft, field))
        if field.object == ACCOUNT and rejects.account_field(draft, field):
            draft.add(_account_field(draft, field))
    _option_lists(draft, contacts)
    rejects.together(draft, contacts)


def list_name(field: Field) -> str:
    """The option list behind a field's values: the hint `option_list`, or the value list's name as people write it."""
    if "option_list" in field.hints:
        return str(field.hints["option_list"])
    if field.values is None:
        return ""
    kind, slash, name = field.values.name.partition("/")
    words = f"{kind}: {name}" if slash else kind
    return (words[:1].upper() + words[1:]).replace("_", " ")


def state(draft: Draft, field: Field) -> Resource:
    """A built-in subscription state that a field of the catalogue stands for."""
    return draft.made(
        field.origin,
        "contact-state",
        field.name,
        titled(field.label, "contacts"),
        {"kept": True},
        mode="verify",
        cell="consent.stop",
        steps=state_steps(field.name),
    )


def state_steps(name: str) -> tuple[str, ...]:
    """How a person looks at a built-in state that no contact showed."""
    return (f"Open {CONTACTS}, open any contact, tab Preferences, and see that it shows the state {STATES[name]}.",)


def _contact_field(draft: Draft, field: Field) -> Resource:
    standard = is_standard(field.name)
    return draft.made(
        field.origin,
        "field",
        f"{CONTACT}.{field.name}",
        titled(field.label, "contacts"),
        _standard_attributes(field) if standard else _attributes(field),
        mode="verify" if standard else "write",
        cell="field.standard" if standard else CAPABILITIES.get(field.role, "field.new"),
        steps=_steps(field, standard=standard),
        needs=_needs(draft, field),
    )


def _needs(draft: Draft, field: Field) -> tuple[Address, ...]:
    return (draft.address("option-list", list_name(field)),) if list_name(field) else ()


def _attributes(field: Field) -> dict[str, Json]:
    data_type, display_type = fieldtypes.native(field) or ("", "")
    named: dict[str, Json] = {
        "internalName": field.name,
        "name": field.label,
        "dataType": data_type,
        "displayType": display_type,
    }
    if list_name(field):
        named["optionList"] = list_name(field)
    if described(field):
        named["description"] = described(field)
    if field.default is not None:
        named["defaultValue"] = fieldtypes.default_text(field)
    if field.required:
        named["isRequired"] = True
    return named | _hinted(field)


def _hinted(field: Field) -> dict[str, Json]:
    return {native: str(field.hints[hint]) for hint, native in rejects.HINTS.items() if hint in field.hints and native}


def _standard_attributes(field: Field) -> dict[str, Json]:
    """Only what a catalogue means by naming a standard field: its type, and its list where it has values."""
    data_type, _ = fieldtypes.native(field) or ("", "")
    named: dict[str, Json] = {"dataType": data_type}
    if list_name(field):
        named["optionList"] = list_name(field)
    if field.required and field.name != EMAIL:
        named["isRequired"] = True
    return named


def _steps(field: Field, *, standard: bool) -> tuple[str, ...]:
    data_type, display_type = fieldtypes.native(field) or ("", "")
    words = f"Data Type '{DATA_TYPES.get(data_type, data_type)}'"
    if not standard:
        words = f"Display Name '{field.label}', {words}, Field Type '{FIELD_TYPES.get(display_type, display_type)}'"
    if list_name(field):
        words += f", picklist '{list_name(field)}'"
    act = "open" if standard else "open, or make with Add Contact Field,"
    return (f"In {FIELDS}, {act} the contact field {field.name} and see that it has {words}.",)


def _account_field(draft: Draft, field: Field) -> Resource:
    data_type, _ = fieldtypes.native(field) or ("text", "")
    shown = DATA_TYPES.get(data_type, data_type)
    step = (
        f"In {FIELDS}, open, or make with Add Account Field, the account field {field.name} with Display Name"
        f" '{field.label}' and Data Type '{shown}'."
    )
    return draft.made(
        field.origin,
        "account-field",
        field.name,
        titled(field.label, "accounts"),
        {"dataType": fieldtypes.bulk_type(field.type)},
        mode="verify",
        cell="field.company",
        steps=(step,),
    )


def _option_lists(draft: Draft, contacts: Sequence[Field]) -> None:
    users: dict[str, list[Field]] = {}
    for field in contacts:
        if field.values is not None:
            users.setdefault(list_name(field), []).append(field)
    for name in sorted(users):
        if rejects.option_list(draft, name, users[name]):
            draft.add(_option_list(draft, name, users[name]))


def options(values: ValueList) -> dict[str, Json]:
    """The offered options by value; a hidden one is not offered."""
    return {item.value: {"label": item.label} for item in values.items if not item.hidden}


def _option_list(draft: Draft, name: str, users: Sequence[Field]) -> Resource:
    field = users[0]
    assert field.values is not None
    left = any("values" in user.origin.leave for user in users)
    origin = replace(together([user.origin for user in users]), leave=("values",) if left else ())
    offered = options(field.values)
    shown = [f"{item['label']} = {value}" for value, item in offered.items()]
    step = (
        f"In {PICKLISTS}, open or make the picklist '{name}' and give it these options in this order, each as option"
        f" name = option value: {quoted(shown)}."
    )
    return draft.made(
        origin,
        "option-list",
        name,
        name,
        {"options": offered, "order": list(offered)},
        cell="lifecycle.stages" if field.role == "stage" else "field.values",
        steps=(step,),
    )
