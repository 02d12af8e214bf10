"""What Salesforce would refuse, said at the manifest's line before anything is planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mopsctl.diagnostics import did_you_mean
from mopsctl.resource import Json, Resource
from mopsctl_salesforce import formula_size, names
from mopsctl_salesforce.convert.fields import HINTS, LONG_TEXTS, LONGEST_LABEL, NUMBERS, PICKLISTS
from mopsctl_salesforce.convert.work import Draft, Work

LONGEST_DESCRIPTION = 1000
LONGEST_HELP = 510
LONGEST_VALUE = 255
MOST_VALUES = 1000
MOST_DIGITS = 18
_LENGTHS: Mapping[str, tuple[int, int]] = {"Text": (1, 255), "LongTextArea": (256, 131_072), "Html": (256, 131_072)}
TYPES = frozenset(
    {
        "AutoNumber",
        "Checkbox",
        "Currency",
        "Date",
        "DateTime",
        "Email",
        "EncryptedText",
        "Html",
        "LongTextArea",
        "Lookup",
    }
    | {
        "MasterDetail",
        "MultiselectPicklist",
        "Number",
        "Percent",
        "Phone",
        "Picklist",
        "Summary",
        "Text",
        "TextArea",
        "Time",
    }
    | {"Url"}
)
FORMULA_TYPES = frozenset({"Checkbox", "Currency", "Date", "DateTime", "Number", "Percent", "Text", "Time"})
_UNIQUE = ("Text", "Number", "Email")
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "Lookup": ("reference_to", "relationship"),
    "MasterDetail": ("reference_to", "relationship"),
    "AutoNumber": ("display_format",),
    "Summary": ("summary_operation", "summary_foreign_key"),
}
_NEVER_REQUIRED = ("Checkbox", "MasterDetail", "Summary", "AutoNumber")

Problem = tuple[str, str, str]
"""Rule, sentence, and what to do."""


def check(work: Work) -> None:
    """Add a finding for everything that the server would refuse."""
    for draft in work.drafts.values():
        for rule, message, hint in _of_field(draft) if draft.custom else _of_hints(draft):
            address = str(work.field_address(draft.name))
            work.say(rule, "error", message, draft.field.origin.source, hint=hint, address=address)
    for resource in work.resources.values():
        for rule, message, hint in _of_list(resource):
            work.say(rule, "error", message, resource.source, hint=hint, address=str(resource.address))


def _of_field(draft: Draft) -> Iterator[Problem]:
    problem = names.name_problem(draft.field.name)
    packaged = names.namespace(draft.field.name)
    if packaged and draft.field.origin.manage == "write":
        message = f"Salesforce takes no field named {draft.name}: it is one of the installed package {packaged}, which cannot be written."
        yield "SF001", message, "say manage: verify in its row, and it is compared"
    elif problem and not packaged:
        yield "SF001", f"Salesforce takes no field named {draft.name}: {problem}.", "rename the field in its binding"
    if draft.field.object not in names.FIELD_OBJECTS:
        known = ", ".join(names.OBJECTS)
        near = did_you_mean(draft.field.object, names.OBJECTS)
        yield (
            "SF002",
            f"mopsctl manages no fields on the Salesforce object {draft.field.object}.",
            near or f"it manages {known}",
        )
    yield from _of_hints(draft)
    yield from _of_words(draft)
    yield from _of_type(draft)
    yield from _of_constraints(draft)
    yield from _of_formula(draft)


def _of_hints(draft: Draft) -> Iterator[Problem]:
    for name, value in sorted(draft.field.hints.items()):
        expected = HINTS.get(name)
        if expected is None:
            near = did_you_mean(name, HINTS) or f"there are {', '.join(sorted(HINTS))}"
            yield "SF003", f"Salesforce knows no setting '{name}' for the field {draft.name}.", near
        elif type(value) is not expected:
            word = {bool: "true or false", int: "a whole number"}.get(expected, "text")
            yield "SF003", f"The setting '{name}' of {draft.name} must be {word}, not '{value}'.", "correct the binding"


def _of_words(draft: Draft) -> Iterator[Problem]:
    for name, most in (("label", LONGEST_LABEL), ("description", LONGEST_DESCRIPTION), ("help", LONGEST_HELP)):
        text = str(draft.attributes.get(name, ""))
        if len(text) > most:
            message = f"The {name} of {draft.name} has {len(text)} characters, and Salesforce takes {most}."
            yield "SF004", message, f"shorten the {name}"


def _of_type(draft: Draft) -> Iterator[Problem]:
    native = str(draft.attributes["type"])
    if native not in TYPES and not draft.formula:
        near = did_you_mean(native, TYPES) or f"there are {', '.join(sorted(TYPES))}"
        yield "SF005", f"Salesforce has no data type '{native}' that mopsctl writes, for {draft.name}.", near
    low, high = _LENGTHS.get(native, (0, 0))
    length = draft.attributes.get("length")
    if length is not None and not low <= length <= high:
        yield (
            "SF005",
            f"{draft.name} has the length {length}, and {native} takes {low} to {high}.",
            "change max, or the type",
        )
    if native in NUMBERS:
        yield from _of_digits(draft)
    for name in _NEEDED.get(native, ()):
        if name not in draft.attributes:
            yield (
                "SF006",
                f"{draft.name} is of the type {native} and needs the setting '{name}'.",
                f"add {name} to the binding",
            )
    if draft.field.type == "computed" and not draft.formula and native != "Summary":
        yield "SF006", f"{draft.name} is computed, and no formula says how.", "add formula to the binding"
    if native in PICKLISTS and draft.field.values is None:
        yield "SF006", f"{draft.name} is a choice and names no value set.", "add values to the field"


def _of_digits(draft: Draft) -> Iterator[Problem]:
    precision = draft.attributes.get("precision", MOST_DIGITS)
    scale = draft.attributes.get("scale", 0)
    if not 1 <= precision <= MOST_DIGITS:
        message = f"{draft.name} has {precision} digits, and Salesforce takes 1 to {MOST_DIGITS}."
        yield "SF005", message, "change precision"
    elif scale > precision:
        message = f"{draft.name} has {scale} decimal places and only {precision} digits in all."
        yield "SF005", message, "precision counts all digits, those after the point included"


def _of_constraints(draft: Draft) -> Iterator[Problem]:
    native, wanted = str(draft.attributes["type"]), draft.attributes
    if wanted.get("required") is True and (native in _NEVER_REQUIRED or draft.formula):
        yield "SF007", f"{draft.name} is of the type {native}, which cannot be required.", "take required away"
    if wanted.get("unique") is True and native not in _UNIQUE:
        yield (
            "SF007",
            f"{draft.name} is of the type {native}, which cannot be unique.",
            f"only {', '.join(_UNIQUE)} can",
        )
    if wanted.get("external_id") is True and native not in names.KEYED_TYPES:
        known = ", ".join(sorted(names.KEYED_TYPES))
        yield "SF007", f"{draft.name} is of the type {native}, which cannot be an external id.", f"only {known} can"
    if native == "Checkbox" and not isinstance(wanted.get("default", False), bool):
        yield "SF008", f"The default of the checkbox {draft.name} is '{wanted['default']}'.", "it is true or false"
    if native == "Picklist" and "values" in wanted and wanted.get("default") not in (None, *wanted["values"]):
        yield (
            "SF008",
            f"The default of {draft.name} is '{wanted['default']}', which is no value of its list.",
            "use a value",
        )
    if native in LONG_TEXTS and "default" in wanted:
        yield "SF008", f"{draft.name} is a long text, which has no default.", "take the default away"


def _of_formula(draft: Draft) -> Iterator[Problem]:
    if not draft.formula:
        return
    source, native = str(draft.attributes["formula"]), str(draft.attributes["type"])
    result = native.removeprefix("Formula (").removesuffix(")")
    if result not in FORMULA_TYPES:
        known = ", ".join(sorted(FORMULA_TYPES))
        yield "SF009", f"A formula gives no {result}, which {draft.name} asks for.", f"it gives {known}"
    if len(source) > formula_size.LONGEST_SOURCE:
        message = f"The formula of {draft.name} is too long ({len(source)} characters); Salesforce takes {formula_size.LONGEST_SOURCE}."
        yield "SF009", message, "split it, or let another system compute the value"
    elif formula_size.compiled_size(source) > formula_size.LARGEST_COMPILED:
        message = f"The formula of {draft.name} compiles to more than {formula_size.LARGEST_COMPILED} characters."
        yield "SF009", message, "use fewer functions and fields"


def _of_list(resource: Resource) -> Iterator[Problem]:
    if resource.address.kind not in ("field", "global-value-set", "standard-value-set"):
        return
    values: Mapping[str, Json] = resource.attributes.get("values") or {}
    noun = resource.address.name
    if resource.address.kind == "global-value-set" and (problem := _set_name_problem(resource.address.name)):
        yield "SF001", f"Salesforce takes no global value set named {noun}: {problem}.", "choose another value_set"
    if len(values) > MOST_VALUES:
        yield "SF012", f"{noun} has {len(values)} values, and Salesforce takes {MOST_VALUES}.", "split the list"
    by_case: dict[str, list[str]] = {}
    for value, item in values.items():
        by_case.setdefault(value.casefold(), []).append(value)
        if not value or len(value) > LONGEST_VALUE or len(item["label"]) > LONGEST_VALUE:
            yield (
                "SF012",
                f"{noun} has a value of {len(value)} characters: '{value[:40]}'.",
                f"1 to {LONGEST_VALUE} are allowed",
            )
    for spellings in by_case.values():
        if len(spellings) > 1:
            listed = ", ".join(f"'{each}'" for each in sorted(spellings))
            yield (
                "SF013",
                f"{noun} has values that differ only in case: {listed}.",
                "Salesforce takes them for one value",
            )


def _set_name_problem(name: str) -> str:
    if name.endswith("__gvs"):
        return "__gvs is added when it is shown, never when it is written"
    return names.name_problem(f"{name}__c")
