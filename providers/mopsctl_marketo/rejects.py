"""What Marketo would refuse, and what gets lost on it, said at the manifest's line before anything is planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mopsctl.diagnostics import Diagnostic, did_you_mean
from mopsctl.element import Element, Field, Lifecycle, Pipeline, Score
from mopsctl.provider.convert import described, finding
from mopsctl_marketo.convert.common import Context
from mopsctl_marketo.convert.custom_objects import HINTS, UNSEEN, custom_type
from mopsctl_marketo.convert.native import shown_label
from mopsctl_marketo.names import (
    API_NAME,
    CUSTOM_OBJECT_TYPES,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    MOST_API_FIELDS,
    MOST_CUSTOM_FIELDS,
    OBJECTS,
    SHELVES,
    STANDARD,
    STRING_LENGTH,
    TYPES,
    custom_object,
    is_standard,
)
from mopsctl_marketo.reject_scores import of_scores

_FIELD_HINTS = frozenset({"sensitive", "html_encoding", "hidden"})
_FAMILIES = {
    "string": "text",
    "text": "text",
    "email": "text",
    "phone": "text",
    "url": "text",
    "reference": "text",
    "formula": "text",
    "integer": "number",
    "float": "number",
    "currency": "number",
    "percent": "number",
    "boolean": "yes or no",
    "date": "time",
    "datetime": "time",
}
_MOST_DEDUPE_FIELDS = 3


def check(context: Context, elements: Sequence[Element]) -> Iterator[Diagnostic]:
    """Every finding about these elements, in no particular order."""
    fields = [element for element in elements if isinstance(element, Field)]
    for field in fields:
        yield from of_field(field)
    yield from _same_labels(fields)
    yield from _too_many(context, fields)
    yield from _custom_objects(context, fields)
    yield from of_scores(context, [element for element in elements if isinstance(element, Score)])
    for element in elements:
        if isinstance(element, Pipeline):
            yield finding(
                "MK040",
                "warning",
                f"Marketo has no deals and no tickets, so the pipeline '{element.label}' is not held there.",
                element.origin.source,
                hint="take the system out of the pipeline's 'in'",
            )
        if isinstance(element, Lifecycle) and element.enforce:
            yield _cannot_enforce(element)


def of_field(field: Field) -> Iterator[Diagnostic]:
    """What is wrong with one field for Marketo."""
    if field.object not in SHELVES and not custom_object(field.object):
        hint = did_you_mean(field.object, SHELVES) or f"Marketo has {', '.join(OBJECTS)}"
        yield _at(field, "MK001", f"Marketo has no object '{field.object}'.", hint)
        return
    yield from _name(field)
    yield from _label(field)
    yield from _length(field)
    yield from _type(field)
    yield from _hints(field)
    if field.origin.on_delete == "delete" and not custom_object(field.object):
        yield finding(
            "MK009",
            "warning",
            f"Marketo never deletes a field: '{field.name}' will be hidden when it leaves the manifest.",
            field.origin.source,
            hint="say on_delete: archive, which is what happens",
        )
    if field.unique and field.name != "email" and field.object == "person":
        yield finding(
            "MK010",
            "warning",
            f"Marketo tells people apart by e-mail address only; it will not keep '{field.name}' unique.",
            field.origin.source,
            hint="leave out unique here, or accept that only the other systems keep it",
        )


def _name(field: Field) -> Iterator[Diagnostic]:
    if len(field.name) > LONGEST_NAME:
        yield _at(
            field,
            "MK002",
            f"The API name '{field.name[:40]}…' has {len(field.name)} characters; Marketo takes 255.",
            "shorten it",
        )
    elif not API_NAME.fullmatch(field.name):
        hint = "use letters, digits and underscores, and begin with a letter; the name never changes afterwards"
        yield _at(field, "MK002", f"Marketo takes no API name like '{field.name}'.", hint)


def _label(field: Field) -> Iterator[Diagnostic]:
    shown = shown_label(field.label or field.name)
    if len(shown) > LONGEST_NAME:
        message = f"The label of '{field.name}' has {len(shown)} characters; Marketo takes {LONGEST_NAME}."
        yield _at(field, "LC023", message, "shorten it")
    if not shown:
        message = f"Nothing of the label '{field.label}' can be a display name: Marketo takes letters and digits."
        yield _at(field, "MK003", message, "begin it with a letter")


def _length(field: Field) -> Iterator[Diagnostic]:
    if not custom_object(field.object) and len(described(field)) > LONGEST_DESCRIPTION:
        message = f"The description of '{field.name}' has {len(described(field))} characters; Marketo takes {LONGEST_DESCRIPTION}."
        yield _at(field, "MK005", message, "shorten it")
    if TYPES[field.type] != "string":
        return
    if (field.max or 0) > STRING_LENGTH:
        hint = "declare long_text (a person then makes the field on Marketo's screen), or a smaller max"
        yield _at(field, "FM004", f"Marketo keeps {STRING_LENGTH} characters of '{field.name}', not {field.max}.", hint)
    values = field.values.values() if field.values else ()
    for value in values:
        if len(value) > STRING_LENGTH:
            yield _at(
                field,
                "FM004",
                f"A value of '{field.name}' has {len(value)} characters; Marketo keeps 255.",
                "shorten it",
            )
    if field.type == "multi_choice" and len(";".join(values)) > STRING_LENGTH:
        yield finding(
            "FM004",
            "warning",
            f"All values of '{field.name}' together are longer than the 255 characters that Marketo keeps.",
            field.origin.source,
            hint="shorten the values, or declare long_text",
        )


def _type(field: Field) -> Iterator[Diagnostic]:
    kind = custom_object(field.object)
    if kind and not field.hints.get("link") and custom_type(field) not in CUSTOM_OBJECT_TYPES:
        yield _at(
            field, "MK008", f"Marketo's custom objects have no fields of the type {field.type}.", "choose another type"
        )
    if not is_standard(field.object, field.name) or field.name not in STANDARD:
        return
    have, want = STANDARD[field.name], TYPES[field.type]
    if _FAMILIES[have] != _FAMILIES[want]:
        hint = f"declare a type that fits {have}, or use a field of your own"
        yield _at(field, "MK008", f"Marketo's own field '{field.name}' is of the type {have}, not {field.type}.", hint)


def _hints(field: Field) -> Iterator[Diagnostic]:
    known = HINTS | UNSEEN if custom_object(field.object) else _FIELD_HINTS
    for name in sorted(set(field.hints) - known):
        hint = did_you_mean(name, known) or f"it knows {', '.join(sorted(known))}"
        yield _at(field, "MK011", f"Marketo knows no setting '{name}' of a field.", hint)


def _same_labels(fields: Iterable[Field]) -> Iterator[Diagnostic]:
    first: dict[tuple[str, str], Field] = {}
    for field in sorted(fields, key=lambda each: (each.object, each.name)):
        if is_standard(field.object, field.name) or field.object not in SHELVES:
            continue
        other = first.setdefault((field.object, shown_label(field.label or field.name).casefold()), field)
        if other is not field:
            hint = "Marketo's display names are unique; change one of them"
            yield _at(
                field,
                "MK004",
                f"The fields '{other.name}' and '{field.name}' have the same label '{field.label}'.",
                hint,
            )


def _too_many(context: Context, fields: Sequence[Field]) -> Iterator[Diagnostic]:
    for object_name, most in sorted(MOST_API_FIELDS.items()):
        own = [field for field in fields if field.object == object_name and not is_standard(object_name, field.name)]
        if len(own) > most:
            yield finding(
                "MK007",
                "error" if object_name == "program_member" else "warning",
                f"{len(own)} fields of the object {object_name} are declared; Marketo makes {most} through its API.",
                own[most].origin.source,
                hint="make the others on Marketo's screen first; they are then found by their name",
                address=context.address(SHELVES[object_name].kind, f"{object_name}.{own[most].name}"),
            )


def _custom_objects(context: Context, fields: Sequence[Field]) -> Iterator[Diagnostic]:
    for name in sorted({custom_object(field.object) for field in fields} - {""}):
        own = [field for field in fields if custom_object(field.object) == name]
        dedupe = [field for field in own if field.hints.get("dedupe") is True]
        address = context.address("custom-object", name)
        if not API_NAME.fullmatch(name):
            hint = "use letters, digits and underscores"
            yield finding(
                "MK030", "error", f"Marketo takes no custom object name like '{name}'.", own[0].origin.source, hint=hint
            )
        if len(own) > MOST_CUSTOM_FIELDS:
            hint = "split it into two objects"
            message = f"The custom object '{name}' has {len(own)} fields; Marketo takes {MOST_CUSTOM_FIELDS}."
            yield finding("MK031", "error", message, own[0].origin.source, hint=hint, address=address)
        if not 1 <= len(dedupe) <= _MOST_DEDUPE_FIELDS:
            hint = "mark one to three of its fields with the setting dedupe: true"
            message = f"The custom object '{name}' has {len(dedupe)} fields that tell its records apart; Marketo asks for 1 to 3."
            yield finding("MK032", "error", message, own[0].origin.source, hint=hint, address=address)
        yield from _unseen(own)
        for field in own:
            if field.hints.get("link") and not all(str(field.hints["link"]).partition(".")):
                yield _at(
                    field,
                    "MK033",
                    f"The link of '{field.name}' names no field.",
                    "write it as OBJECT.FIELD, such as lead.email",
                )


def _unseen(fields: Sequence[Field]) -> Iterator[Diagnostic]:
    """What no read shows of a custom object: nobody could say whether it still holds."""
    for field in fields:
        said = {name: f"The setting {name}" for name in sorted(UNSEEN & set(field.hints))}
        if described(field) and "description" not in field.origin.leave:
            said["description"] = "The description"
        for what in said.values():
            message = f"{what} of '{field.name}' stays in the manifest: Marketo never shows it of a custom object."
            yield finding("MK034", "note", message, field.origin.source, hint="it is for readers of the manifest only")


def _cannot_enforce(lifecycle: Lifecycle) -> Diagnostic:
    return finding(
        "MK041",
        "warning",
        f"Marketo cannot refuse a move that the lifecycle '{lifecycle.name}' does not allow; its smart campaigns only make the"
        " allowed ones.",
        lifecycle.origin.source,
        hint="let another system enforce the moves, or watch the stage field in reports",
    )


def _at(field: Field, rule: str, message: str, hint: str) -> Diagnostic:
    return finding(rule, "error", message, field.origin.source, hint=hint)
