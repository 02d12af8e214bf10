"""What a property definition may be: types, options, names, formulas. Pure: no store, no request."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from mopsctl.emulator import Doc
from mopsctl_hubspot.emulator.wire import MISSING, Problem, bad_json, check_types, invalid, object_of

FIELD_TYPES: dict[str, frozenset[str]] = {
    "bool": frozenset({"booleancheckbox", "calculation_equation"}),
    "enumeration": frozenset({"select", "radio", "checkbox", "booleancheckbox", "calculation_equation"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"date"}),
    "string": frozenset({"text", "textarea", "file", "html", "phonenumber", "calculation_equation"}),
    "number": frozenset({"number", "calculation_equation"}),
    "phone_number": frozenset({"phonenumber"}),
}
"""The field types that each type takes."""
SENSITIVITIES = ("non_sensitive", "sensitive", "highly_sensitive")
REQUIRED = ("name", "label", "type", "fieldType", "groupName")
CHANGEABLE = (
    "label",
    "description",
    "groupName",
    "displayOrder",
    "hidden",
    "formField",
    "options",
    "calculationFormula",
    "currencyPropertyName",
    "showCurrencySymbol",
    "numberDisplayHint",
    "textDisplayHint",
    "type",
    "fieldType",
)
"""What PATCH looks at; everything else in its body is ignored."""
_OPTIONAL = ("hasUniqueValue", "dataSensitivity", "externalOptions", "referencedObjectType")
_NUMBER_HINTS = ("unformatted", "formatted", "currency", "percentage", "duration", "probability")
_TEXT_HINTS = (
    "unformatted_single_line",
    "multi_line",
    "email",
    "phone_number",
    "domain_name",
    "ip_address",
    "physical_address",
    "postal_code",
)
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("name", "label", "description", "groupName", "calculationFormula", "currencyPropertyName"), str),
    **dict.fromkeys(("hidden", "formField", "hasUniqueValue", "externalOptions", "showCurrencySymbol"), bool),
    "displayOrder": int,
    "options": list,
}
_ENUMS: Mapping[str, Collection[str]] = {
    "type": FIELD_TYPES,
    "fieldType": frozenset().union(*FIELD_TYPES.values()),
    "dataSensitivity": SENSITIVITIES,
    "numberDisplayHint": _NUMBER_HINTS,
    "textDisplayHint": _TEXT_HINTS,
}
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_FORMULA_WORDS = frozenset(
    {"if", "elseif", "else", "then", "endif", "and", "or", "not", "concatenate", "equals", "null"}
)
# What HubSpot changes in place; other moves are refused here, for lack of a source (fact: hubspot-type-in-place).
_SAME_VALUES = frozenset({("string", "phone_number"), ("phone_number", "string"), ("enumeration", "string")})


def check_shape(body: Doc) -> None:
    """400 for values of the wrong JSON type or outside a fixed list."""
    check_types(body, _TYPES)
    for name, allowed in _ENUMS.items():
        value = body.get(name)
        if value is not None and value not in allowed:
            raise bad_json(f"{name} cannot be {value!r}")


def check_name(name: str, *, reserved: bool) -> None:
    """400 for a name that HubSpot would not take; `reserved` refuses HubSpot's own prefix."""
    if not _NAME.fullmatch(name) or len(name) > 100:
        raise invalid(f"{name!r} is not a valid property name")
    if reserved and name.startswith("hs_"):
        raise invalid(f"the name {name} begins with a prefix that is reserved")


def check_definition(definition: Doc) -> None:
    """400 for a definition whose parts do not fit each other."""
    kind, field_type = definition["type"], definition["fieldType"]
    if field_type not in FIELD_TYPES.get(kind, frozenset()):
        raise invalid(f"the field type {field_type} does not go with the type {kind}")
    if not definition["label"].strip():
        raise invalid("the label is empty")
    if field_type == "calculation_equation" and not definition.get("calculationFormula"):
        raise invalid("a calculated property needs a calculationFormula")
    if definition["externalOptions"] and definition["options"]:
        raise invalid("a property with external options cannot have options of its own")
    if definition.get("currencyPropertyName") and not definition.get("showCurrencySymbol"):
        raise invalid(
            "only properties that show a currency can name one", "ONLY_CURRENCY_PROPERTIES_CAN_SPECIFY_CURRENCY"
        )
    _check_options(kind, definition["options"])


def _check_options(kind: str, options: list[Doc]) -> None:
    values = [option["value"] for option in options]
    if kind == "bool" and sorted(values) != ["false", "true"]:
        raise invalid("a bool has exactly the options true and false", "PropertyValidationError.INVALID_BOOLEAN_OPTION")
    if options and kind not in {"bool", "enumeration"}:
        raise invalid(f"a property of the type {kind} has no options")
    for name in ("value", "label"):
        seen = [option[name] for option in options]
        if len(set(seen)) != len(seen):
            raise invalid(f"two options have the same {name}")


def read_options(raw: Any, *, order_required: bool, limits: tuple[int, int]) -> list[Doc]:
    """The options of a body as they are stored; `limits` are the number of options and the characters of one."""
    most, longest = limits
    if len(raw) > most:
        raise invalid(f"a property has at most {most} options")
    return [_read_option(entry, place, order_required, longest) for place, entry in enumerate(raw)]


def _read_option(entry: Any, place: int, order_required: bool, longest: int) -> Doc:
    required = ("label", "value", "hidden", "displayOrder") if order_required else ("label", "value", "hidden")
    option = object_of(entry, required)
    check_types(option, {"label": str, "value": str, "hidden": bool, "displayOrder": int, "description": str})
    stored = {
        "label": option["label"],
        "value": option["value"],
        "displayOrder": option.get("displayOrder", place),
        "hidden": option["hidden"],
    }
    if option.get("description"):
        stored["description"] = option["description"]
    if not option["value"] or sum(len(value) for value in stored.values() if isinstance(value, str)) > longest:
        raise invalid(f"the option {option['label']!r} has no value, or more than {longest} characters")
    return stored


def new_definition(body: Doc, options: list[Doc], at: str, user: str) -> Doc:
    """A definition as HubSpot stores it after a create, in the order of keys in which it answers."""
    kept = {name: body[name] for name in (*CHANGEABLE, *_OPTIONAL) if body.get(name) is not None}
    formula = kept.get("calculationFormula")
    definition = {
        "updatedAt": at,
        "createdAt": at,
        "name": body["name"],
        "label": body["label"],
        "type": body["type"],
        "fieldType": body["fieldType"],
        "description": "",
        "groupName": body["groupName"],
        "options": options,
        "createdUserId": user,
        "updatedUserId": user,
        "displayOrder": -1,
        "calculated": formula is not None,
        "externalOptions": False,
        "archived": False,
        "hasUniqueValue": False,
        "hidden": False,
        "modificationMetadata": {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": formula is not None},
        "formField": False,
        "dataSensitivity": "non_sensitive",
    }
    definition |= {name: value for name, value in kept.items() if name != "options"}
    if formula is not None:
        definition["calculationFormula"] = rewritten(formula)
    return definition


def changed_definition(old: Doc, body: Doc, options: list[Doc] | None, at: str, user: str) -> Doc:
    """A definition after a PATCH: what is not given or not changeable stays."""
    if body.get("numberDisplayHint", MISSING) == "":
        raise bad_json("numberDisplayHint cannot be empty")
    given = {name: body[name] for name in CHANGEABLE if body.get(name) is not None and name != "options"}
    new = old | given | {"updatedAt": at, "updatedUserId": user}
    if options is not None:
        new["options"] = options
    if old.get("showCurrencySymbol") and not new.get("showCurrencySymbol"):
        raise invalid("the currency symbol cannot be turned off again")
    if "calculationFormula" in given:
        new["calculationFormula"] = rewritten(given["calculationFormula"])
    if old["type"] != new["type"] and (old["type"], new["type"]) not in _SAME_VALUES:
        raise invalid(f"the type cannot change from {old['type']} to {new['type']}")
    if (old["type"], new["type"]) == ("enumeration", "string"):
        new["options"] = []
    return new


def rewritten(formula: str) -> str:
    """A formula as HubSpot gives it back: lower case, single quotes. What else it rewrites is not emulated."""
    return formula.lower().replace('"', "'")


def names_in(formula: str) -> set[str]:
    """The properties that a formula names."""
    bare = re.sub(r"'[^']*'", "", rewritten(formula))
    return {word for word in _WORD.findall(bare) if word not in _FORMULA_WORDS}


def in_use(name: str, uses: list[tuple[str, str]]) -> Problem:
    """400 for a property that others use; `uses` are pairs of what uses it and its name."""
    errors = [
        {
            "message": f"{name} is used by {parent}",
            "subCategory": "PropertyValidationError.PROPERTY_USAGE",
            "context": {"parentType": [kind], "parentName": [parent]},
        }
        for kind, parent in uses
    ]
    return Problem(
        400,
        f"the property {name} is in use and cannot be deleted",
        sub_category="PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE",
        context={"usageCount": [str(len(uses))]},
        errors=errors,
    )
