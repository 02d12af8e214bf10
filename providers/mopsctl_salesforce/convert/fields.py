"""Catalogue fields become custom fields, value sets, or standard fields that are only checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mopsctl.condition import Scalar
from mopsctl.element import Field, Mode, Origin, ValueList
from mopsctl.provider.convert import described, fitted
from mopsctl.resource import Json, Resource
from mopsctl_salesforce import formula as formulas
from mopsctl_salesforce import names
from mopsctl_salesforce.convert.work import Draft, Work, row_of

HINTS: Mapping[str, type] = {
    "type": str,
    "help": str,
    "restricted": bool,
    "value_set": str,
    "visible_lines": int,
    "external_id": bool,
    "case_sensitive": bool,
    "formula": str,
    "blanks": str,
    "reference_to": str,
    "relationship": str,
    "delete_constraint": str,
    "display_format": str,
    "summary_operation": str,
    "summarized_field": str,
    "summary_foreign_key": str,
    "sensitivity": str,
    "compliance": str,
    "usage": str,
}
"""What a binding may say about a field beyond the catalogue, and of which type it is."""
_COPIED = frozenset(HINTS) - {"type", "value_set", "compliance", "formula"}

_TYPES: Mapping[str, str] = {
    "text": "Text",
    "long_text": "LongTextArea",
    "email": "Email",
    "phone": "Phone",
    "url": "Url",
    "integer": "Number",
    "decimal": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "boolean": "Checkbox",
    "date": "Date",
    "datetime": "DateTime",
    "choice": "Picklist",
    "multi_choice": "MultiselectPicklist",
    "reference": "Lookup",
    "computed": "Text",
}
_HOLDS: Mapping[str, str] = {
    "boolean": "yes or no",
    "date": "date",
    "datetime": "date and time",
    "choice": "choice",
    "multi_choice": "several choices",
    "reference": "reference",
    "integer": "number",
    "decimal": "number",
    "currency": "number",
    "percent": "number",
}
_SENSITIVITY: Mapping[str, tuple[str, list[str]]] = {
    "personal": ("Confidential", ["GDPR", "PII"]),
    "identifier": ("Confidential", ["GDPR", "PII"]),
    "preference": ("Internal", ["GDPR"]),
    "special": ("Restricted", ["GDPR", "PII"]),
}
PICKLISTS = ("Picklist", "MultiselectPicklist")
NUMBERS = ("Number", "Currency", "Percent")
LONG_TEXTS = ("LongTextArea", "Html")
LONGEST_TEXT = 255
LONGEST_LABEL = 40


def add(work: Work, field: Field) -> None:
    """Take in one field of one object."""
    if field.role == "lead_status" and not names.is_custom(field.name) and field.object != "Lead":
        return  # the standard field exists on leads only; the catalogue may be bound to contacts as well
    if "." in field.name:
        _leads_away(work, field)
    elif names.is_custom(field.name):
        _custom(work, field)
    else:
        _standard(work, field)


def _leads_away(work: Work, field: Field) -> None:
    """Refuse a name that leads to a field of another object, over a relationship."""
    path, _, last = field.name.rpartition(".")
    work.say(
        "SF029",
        "error",
        f"{field.object}.{field.name} is no field of {field.object}: the name leads over {path} to the field {last} of another object.",
        field.origin.source,
        hint=f"bind {last} in the catalogue of that object; or make a formula field on {field.object} that shows {field.name},"
        " and bind that",
        address=str(work.field_address(f"{field.object}.{field.name}")),
    )


def data_type(field: Field) -> str:
    """Salesforce's data type for the field; a formula has its result type."""
    native = field.hints.get("type")
    if isinstance(native, str):
        return native
    if field.type == "text" and (field.max or 0) > LONGEST_TEXT:
        return "LongTextArea"
    if field.type == "country":
        return "Picklist" if field.values else "Text"
    return _TYPES[field.type]


def holds(field: Field) -> str:
    """What kind of data a standard field is expected to hold, coarse enough to be true of every org."""
    if field.type == "country":
        return "choice" if field.name.endswith("Code") else "text"
    return _HOLDS.get(field.type, "text")


def listed(values: ValueList) -> dict[str, Json]:
    """A value list as attributes: items by value, and their order."""
    items = {item.value: {"label": item.label, "active": not item.hidden} for item in values.items}
    return {"values": items, "order": list(values.values())}


def _custom(work: Work, field: Field) -> None:
    draft = Draft(field, {}, row_of(field))
    work.drafts[draft.name] = draft
    draft.attributes |= _type(field)
    draft.attributes |= _words(field)
    draft.attributes |= _constraints(field)
    draft.attributes |= _classification(field)
    draft.attributes |= {name: field.hints[name] for name in sorted(_COPIED & field.hints.keys())}
    if data_type(field) in PICKLISTS and field.values is not None:
        _choices(work, draft, field.values)


def _type(field: Field) -> dict[str, Json]:
    native = data_type(field)
    found: dict[str, Json] = {"type": native, "family": names.family(native)}
    if native in ("Text", *LONG_TEXTS) and field.max is not None:
        found["length"] = field.max
    if native in NUMBERS:
        found |= _digits(field)
    if field.type == "computed" and isinstance(field.hints.get("formula"), str):
        found |= formula(native, str(field.hints["formula"]))
    return found


def _digits(field: Field) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if field.precision is not None:
        found["precision"] = field.precision
    if field.scale is not None or field.type == "integer":
        found["scale"] = field.scale or 0
    return found


def formula(result: str, source: str) -> dict[str, Json]:
    """The attributes that make a field a formula of that result type."""
    return {"type": f"Formula ({result})", "family": "Formula", "formula": source}


def _words(field: Field) -> dict[str, Json]:
    found: dict[str, Json] = {"label": fitted(field, LONGEST_LABEL)}
    description = described(field)
    if description:
        found["description"] = description
    return found


def _constraints(field: Field) -> dict[str, Json]:
    found: dict[str, Json] = {}
    if field.required:
        found["required"] = True
    if field.unique:
        found["unique"] = True
    if field.default is not None and field.type != "computed":
        found["default"] = default(data_type(field), field.default, field)
    return found


def default(native: str, value: Scalar, field: Field) -> Json:
    """A default as Salesforce keeps it: a flag, a value of the list, or a formula."""
    if native in PICKLISTS:
        return str(formulas.spelled(field, value))
    if native == "Checkbox":
        return value
    if native in NUMBERS and isinstance(value, int | float):
        return formulas.number(formulas.fraction(value) if native == "Percent" else value)
    if native == "Date":
        return "DATE({}, {}, {})".format(*(part.lstrip("0") for part in str(value)[:10].split("-")))
    return f"DATETIMEVALUE({formulas.text(_moment(str(value)))})" if native == "DateTime" else formulas.text(value)


def _moment(value: str) -> str:
    """A date and time in the only spelling that DATETIMEVALUE takes, and in its zone, GMT."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{moment.astimezone(UTC) if moment.tzinfo else moment:%Y-%m-%d %H:%M:%S}"


def _classification(field: Field) -> dict[str, Json]:
    found: dict[str, Any] = {}
    if field.pii in _SENSITIVITY:
        level, groups = _SENSITIVITY[field.pii]
        found = {"sensitivity": level, "compliance": groups}
    if "compliance" in field.hints:
        found["compliance"] = sorted(part.strip() for part in str(field.hints["compliance"]).split(";") if part.strip())
    return found


def _choices(work: Work, draft: Draft, values: ValueList) -> None:
    wanted = draft.field.hints.get("value_set")
    if not wanted:
        draft.attributes |= listed(values)
        if draft.field.role == "stage":
            draft.attributes.setdefault("restricted", True)
        return
    name = names.api_name(values.name) if wanted == "global" else str(wanted)
    draft.attributes["value_set"] = name
    draft.needs.add(work.address("global-value-set", name))
    attributes = {"label": name.replace("_", " "), **listed(values)}
    origin = _of_values(draft.field.origin)
    work.add(work.made(origin, "global-value-set", name, name, attributes, cell="field.values"))


def _standard(work: Work, field: Field) -> None:
    name = f"{field.object}.{field.name}"
    work.drafts[name] = Draft(field, {"holds": holds(field)}, row_of(field))
    value_set = names.VALUE_SETS.get((field.object, field.name))
    if field.values is not None and value_set is not None:
        row = "lifecycle.lead_status" if value_set == "LeadStatus" else "field.values"
        origin = _of_values(field.origin)
        work.add(work.made(origin, "standard-value-set", value_set, value_set, listed(field.values), cell=row))
    elif field.values is not None:
        work.say(
            "SF010",
            "warning",
            f"Salesforce has no value set that mopsctl knows for the standard field {name}, so its list is not written.",
            field.origin.source,
            hint="set the values in Setup, or take the list out of the catalogue for this system",
            address=str(work.field_address(name)),
        )


def _of_values(origin: Origin) -> Origin:
    """What a field's author decided, as far as it is about the list that the field shares with others."""
    return replace(origin, leave=tuple(word for word in origin.leave if word == "values"))


def resource(work: Work, draft: Draft) -> Resource:
    """The finished field."""
    origin, title, row = draft.field.origin, draft.title, draft.capability
    steps = [] if draft.custom and origin.manage == "write" else [_step(draft)]
    mode: Mode = "write" if draft.custom else "verify"
    return work.made(
        origin, "field", draft.name, title, draft.attributes, cell=row, mode=mode, steps=steps, needs=draft.needs
    )


def _step(draft: Draft) -> str:
    return _new_step(draft) if draft.custom else _check_step(draft)


def _new_step(draft: Draft) -> str:
    parts = ", ".join(
        f"{name} '{value}'" for name, value in sorted(draft.attributes.items()) if name not in ("values", "family")
    )
    return f"Setup > Object Manager > {draft.field.object} > Fields & Relationships: {draft.field.name} with {parts}."


def _check_step(draft: Draft) -> str:
    return (
        f"Setup > Object Manager > {draft.field.object} > Fields & Relationships: find {draft.field.name}, and under Field-Level"
        f" Security let the user that mopsctl signs in as see it; it should hold {draft.attributes['holds']}."
    )
