"""What is wrong with a manifest, in one sentence and a hint, from what the schema validator says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mopsctl.diagnostics import Diagnostic, did_you_mean, nearest
from mopsctl.manifest.tree import Map, Path, place

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_SORTS: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a row of keys and values",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of the validator, and the path of what it is about."""

    error: ValidationError
    path: Path

    @property
    def schema(self) -> dict[str, Any]:
        """The part of the schema that was not met."""
        return self.error.schema if isinstance(self.error.schema, dict) else {}

    @property
    def value(self) -> Any:
        """What stands there."""
        return self.error.instance

    @property
    def wanted(self) -> Any:
        """What the part of the schema asks for: the known values, the least number, the needed keys."""
        return self.error.validator_value

    @property
    def name(self) -> str:
        """What a reader calls the place: the key, or which item of which list."""
        last = self.path[-1] if self.path else "document"
        if isinstance(last, str):
            return f"'{last}'" if self.path else "the document"
        return f"item {last + 1} of '{self.path[-2]}'" if len(self.path) > 1 else f"item {last + 1}"


@dataclass(frozen=True, slots=True)
class Worded:
    """A finding that does not know its place yet; `key` means the last key of the path itself, not its value."""

    rule: str
    message: str
    path: Path
    hint: str = ""
    key: bool = False

    def at(self, document: Map) -> Diagnostic:
        """The finding with its place."""
        source = place(document, self.path, key=self.key)
        return Diagnostic(self.rule, "error", self.message[:1].upper() + self.message[1:], source, self.hint)


def word(problem: Problem) -> Iterator[Worded]:
    """The findings that one error of the validator stands for; none for a value whose variable is not known yet."""
    value = problem.value
    if isinstance(value, str) and _unknown_yet(value, str(problem.error.validator)):
        return
    if "x-says" in problem.schema and problem.error.validator != "required":
        if isinstance(value, dict):  # of anything else another error says that it is no row at all
            yield Worded("MS008", problem.schema["x-says"], problem.path)
    elif "propertyNames" in problem.error.relative_schema_path:
        yield _bad_key(problem)
    else:
        yield from _WORDING.get(str(problem.error.validator), _not_expected)(problem)


def _unknown_yet(text: str, validator: str) -> bool:
    """True where a reference is left, so that nobody can say yet whether its value will fit.

    Why a variable has no value is said elsewhere. An environment variable is always a text, whatever it holds.
    """
    return "${" in text and ("${env:" not in text or validator in ("pattern", "enum", "const", "maxLength"))


def _unknown_keys(problem: Problem) -> Iterator[Worded]:
    known = list(problem.schema.get("properties", ()))
    what = _a(problem.schema.get("x-name") or problem.schema.get("title", "row"))
    for key in problem.value:
        if key not in known:
            yield Worded(
                "MS001",
                f"'{key}' is no key of {what}.",
                (*problem.path, key),
                _known_keys(problem, key, known),
                key=True,
            )


def _known_keys(problem: Problem, key: str, known: list[str]) -> str:
    near = did_you_mean(key, known)
    if near:
        return near
    return "put it below 'spec'" if not problem.path else f"known keys: {', '.join(known)}"


def _missing(problem: Problem) -> Iterator[Worded]:
    row = problem.value
    title = str(problem.schema.get("x-name") or problem.schema.get("title", "row"))
    who = f"{title} '{row['key']}'" if isinstance(row.get("key"), str) else f"this {title}"
    for key in problem.wanted:
        if key not in row:
            near = nearest(key, row)
            yield Worded("MS002", f"{who} needs '{key}'.", problem.path, f"is it '{near}'?" if near else "")


def _wrong_sort(problem: Problem) -> Iterator[Worded]:
    value = problem.value
    if value is None:
        yield Worded("MS003", f"{problem.name} has no value.", problem.path, "give it one, or leave the line out")
        return
    expected = problem.schema.get("x-expects") or _sorts(problem.wanted)
    yield Worded(
        "MS003", f"{problem.name} has to be {expected}, not {_sort(value)}.", problem.path, _quotes(value, expected)
    )


def _sorts(wanted: object) -> str:
    return " or ".join(_SORTS.get(str(each), str(each)) for each in (wanted if isinstance(wanted, list) else [wanted]))


def _sort(value: object) -> str:
    """What a value is, in words; a text is never shown, because it may be a secret in the wrong place."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a row of keys and values"


def _quotes(value: object, expected: str) -> str:
    if "text" not in expected and "name" not in expected and "list of values" not in expected:
        return ""
    if isinstance(value, bool):
        return f'put it in quotes: "{str(value).lower()}"'
    return f'put it in quotes: "{value}"' if isinstance(value, int | float) else ""


def _unknown_value(problem: Problem) -> Iterator[Worded]:
    value, known = problem.value, problem.wanted
    if not isinstance(value, str):
        yield Worded(
            "MS003",
            f"{problem.name} has to be a text, not {_sort(value) if value is not None else 'empty'}.",
            problem.path,
            f"one of: {', '.join(map(str, known))}",
        )
        return
    hint = did_you_mean(value, known) or f"one of: {', '.join(map(str, known))}"
    yield Worded("MS004", f"{problem.name} cannot be '{_short(value)}'.", problem.path, hint)


def _constant(problem: Problem) -> Iterator[Worded]:
    wanted = problem.wanted
    rule = "MS010" if problem.path == ("apiVersion",) else "MS004"
    text = str(wanted).lower() if isinstance(wanted, bool) else f"'{wanted}'"
    yield Worded(rule, f"{problem.name} can only be {text}.", problem.path)


def _wrong_form(problem: Problem) -> Iterator[Worded]:
    expected = problem.schema.get("x-expects", "written in another way")
    yield Worded(
        "MS005",
        f"{problem.name} has to be {expected}, not '{_short(str(problem.value))}'.",
        problem.path,
        _better_name(problem),
    )


def _better_name(problem: Problem) -> str:
    """A key that only has capitals, blanks or the wrong sort of dash can be corrected for its author."""
    pattern, value = str(problem.wanted), str(problem.value)
    joint = "_" if "a-z0-9_]" in pattern else "-" if pattern.startswith("^[a-z][a-z0-9-]*") else ""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in value.lower()).split()
    return f"write '{joint.join(words)}'" if joint and words and words[0][0].isalpha() else ""


def _bad_key(problem: Problem) -> Worded:
    key = str(problem.value)
    path = (*problem.path, key)
    if problem.error.validator == "enum":
        hint = did_you_mean(key, problem.wanted) or f"one of: {', '.join(problem.wanted)}"
        return Worded("MS001", f"'{_short(key)}' is no key that can stand here.", path, hint, key=True)
    return Worded(
        "MS005",
        f"'{_short(key)}' has to be {problem.schema.get('x-expects', 'a shorter name')}.",
        path,
        _better_name(problem),
        key=True,
    )


def _out_of_range(problem: Problem) -> Iterator[Worded]:
    words = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
    bound = f"{words[str(problem.error.validator)]} {problem.wanted}"
    yield Worded("MS006", f"{problem.name} has to be {bound}, not {problem.value}.", problem.path)


def _wrong_size(problem: Problem) -> Iterator[Worded]:
    limit, kind = problem.wanted, str(problem.error.validator)
    if not problem.value:
        yield Worded("MS007", f"{problem.name} is empty.", problem.path, "fill it, or leave the line out")
    elif kind == "maxLength":
        yield Worded("MS007", f"{problem.name} is longer than {limit} characters.", problem.path)
    elif kind in ("minProperties", "maxProperties"):
        expected = problem.schema.get("x-expects", "filled")
        yield Worded("MS007", f"{problem.name} has to be {expected}.", problem.path)
    else:
        count = len(problem.value)
        side = "needed" if kind == "minItems" else "allowed"
        items = f"{count} item{'s' if count != 1 else ''}"
        yield Worded("MS007", f"{problem.name} has {items}, and {limit} are {side}.", problem.path)


def _twice(problem: Problem) -> Iterator[Worded]:
    seen: list[object] = []
    for index, item in enumerate(problem.value):
        if item in seen:
            shown = f"'{_short(item)}'" if isinstance(item, str) else "the same"
            yield Worded(
                "MS007", f"{shown} stands in {problem.name} twice.", (*problem.path, index), "keep one of them"
            )
        seen.append(item)


def _needs_beside(problem: Problem) -> Iterator[Worded]:
    row = problem.value
    for key, needed in problem.wanted.items():
        for missing in needed:
            if key in row and missing not in row:
                yield Worded("MS002", f"'{key}' needs '{missing}' beside it.", (*problem.path, key), key=True)


def _none_fits(problem: Problem) -> Iterator[Worded]:
    """Of several allowed forms the one that is nearest to what stands there tells more than all together."""
    branches: dict[object, list[ValidationError]] = {}
    for error in problem.error.context or ():
        branches.setdefault(error.relative_schema_path[0], []).append(error)
    near = [errors for errors in branches.values() if not any(map(_of_another_sort, errors))]
    if len(near) != 1:
        yield from _wrong_sort(problem)
        return
    for error in near[0]:
        yield from word(Problem(error, (*problem.path, *error.relative_path)))


def _of_another_sort(error: ValidationError) -> bool:
    """True where the whole value is of another sort than this form has, not only something in it."""
    return not error.relative_path and error.validator in ("type", "enum", "const", "pattern")


def _not_expected(problem: Problem) -> Iterator[Worded]:
    expected = problem.schema.get("x-expects", "written in another way")
    yield Worded("MS003", f"{problem.name} has to be {expected}.", problem.path)


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


_WORDING: Final[dict[str, Callable[[Problem], Iterator[Worded]]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing,
    "type": _wrong_sort,
    "enum": _unknown_value,
    "const": _constant,
    "pattern": _wrong_form,
    "minimum": _out_of_range,
    "maximum": _out_of_range,
    "exclusiveMinimum": _out_of_range,
    "minItems": _wrong_size,
    "maxItems": _wrong_size,
    "minLength": _wrong_size,
    "maxLength": _wrong_size,
    "minProperties": _wrong_size,
    "maxProperties": _wrong_size,
    "uniqueItems": _twice,
    "dependentRequired": _needs_beside,
    "anyOf": _none_fits,
    "oneOf": _none_fits,
}
