"""JSON documents that come from outside: read within bounds, free of doubt, and checked against their schema before use.

A plan, a record and a journal lie where others can write. Whatever is wrong with one is a sentence: which file, where in it,
and what was expected there.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema_rs import Draft202012Validator as FastValidator

MOST_BYTES: Final = 64 * 1024 * 1024
DEEPEST: Final = 64  # levels of nesting; what mopsctl writes has some ten
MOST_DIGITS: Final = 300  # of a whole number
SHOWN: Final = 40  # characters of a value that are shown

# Not every system has each of them: never wait for the other end of a pipe, follow no link, leave line ends alone.
_READING: Final = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_CLOEXEC", "O_BINARY")
)
_FOLLOWS_NONE: Final = hasattr(os, "O_NOFOLLOW")
_LINK: Final = "is a link, and no link is followed here"

Place = tuple[str | int, ...]
_SORTS: Final = {
    "object": "an object", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "null": "null",
}  # fmt: skip


class Unfit(ValueError):
    """A document that is not used: `at` is the place behind the file's name, `what` the rest of the sentence."""

    def __init__(self, what: str, at: str = "") -> None:
        super().__init__(f"{at} {what}".strip())
        self.what = what
        self.at = at

    def of(self, name: object) -> str:
        """The sentence about the file of that name, without its full stop."""
        return f"{name}{self.at} {self.what}"


def read(path: Path, schema: str) -> Any:
    """The document in a file, checked against the schema of that name. Raises Unfit, and OSError where it cannot be read."""
    return checked(parsed(text_of(path)), schema)


def text_of(path: Path) -> str:
    """What is in a regular file that is no link. Raises Unfit, and OSError where it cannot be read."""
    try:
        handle = os.open(path, _READING)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unfit(_LINK) from error
        raise
    if not _FOLLOWS_NONE and path.is_symlink():
        os.close(handle)
        raise Unfit(_LINK)
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise Unfit("is no regular file")
        content = _content(handle) if facts.st_size <= MOST_BYTES else b""
    finally:
        os.close(handle)
    if facts.st_size > MOST_BYTES or len(content) > MOST_BYTES:
        raise Unfit(f"is larger than the {MOST_BYTES // 1024 // 1024} MB that are read at most")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unfit(f"is not UTF-8: the byte at {error.start} fits no character") from error


def parsed(text: str) -> Any:
    """The document that a text spells, without keys that stand twice, numbers that are none, or endless depth. Raises Unfit."""
    if text.startswith("\ufeff"):
        raise Unfit("is not plain JSON: it begins with a byte order mark")
    try:
        data = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_float, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        raise Unfit("is not JSON: it is cut short or damaged", f":{error.lineno}:{error.colno}") from error
    except RecursionError:
        _too_deep()
    _refuse_depth(data)
    if "\\ud" in text or "\\uD" in text:
        _refuse_half_characters(data)
    return data


def checked(data: Any, schema: str) -> Any:
    """The same document where it fits the schema of that name. Raises Unfit with the first place that does not."""
    if _fast(schema).is_valid(data):
        return data
    errors = [leaf for error in _slow(schema).iter_errors(data) for leaf in _leaves(error)]
    if not errors:  # both validators read one schema; should they ever differ, the strict one wins
        raise Unfit("does not fit its schema")
    first = min(errors, key=lambda error: ([str(part) for part in error.absolute_path], str(error.validator)))
    raise Unfit(_words(first), _at(first))


def shown(place: Place) -> str:
    """A place inside a document as people write it: `changes[3].action`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def told(value: Any) -> str:
    """A value in few words."""
    if isinstance(value, dict | list):
        return _SORTS["object" if isinstance(value, dict) else "array"]
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _content(handle: int) -> bytes:
    with os.fdopen(handle, "rb", closefd=False) as file:
        return file.read(MOST_BYTES + 1)  # a file may grow while it is read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise Unfit(f"is not used: the key {told(twice)} stands twice in one object")
    return found


def _no_number(word: str) -> NoReturn:
    raise Unfit(f"is not JSON: {word} is no number")


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise Unfit(f"is not used: the number {text[:SHOWN]} is too large")
    return value


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise Unfit(f"is not used: a number in it has more than {MOST_DIGITS} digits")
    return int(text)


def _too_deep() -> NoReturn:
    raise Unfit(f"is not used: it is nested deeper than {DEEPEST} levels")


def _refuse_depth(data: Any) -> None:
    level = [data]
    for _ in range(DEEPEST):
        insides = (part.values() if isinstance(part, dict) else part for part in level if isinstance(part, dict | list))
        level = [each for inside in insides for each in inside if isinstance(each, dict | list)]
        if not level:
            return
    _too_deep()


def _refuse_half_characters(data: Any) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Unfit("is not used: it holds half a character, which no text can") from error


@cache
def _schema(name: str) -> Any:
    return json.loads(resources.files("mopsctl_schemas").joinpath(f"{name}.json").read_text("utf-8"))


@cache
def _fast(name: str) -> FastValidator:
    from jsonschema_rs import Draft202012Validator as Fast

    return Fast(_schema(name))


@cache
def _slow(name: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(_schema(name))


def _leaves(error: ValidationError) -> Iterable[ValidationError]:
    """What is wrong inside the branch that fits best, where the schema offers branches."""
    branches = [each for each in error.context or () if each.absolute_path != error.absolute_path]
    return [leaf for each in branches for leaf in _leaves(each)] if branches else [error]


def _at(error: ValidationError) -> str:
    missing = _missing(error)
    place: Place = (*error.absolute_path, *missing[:1])
    return f": {shown(place)}" if place else ":"


def _missing(error: ValidationError) -> list[str]:
    """The keys a `required` or `additionalProperties` error is about."""
    wanted, schema, instance = _parts(error)
    if error.validator == "required":
        return [name for name in wanted if name not in instance]
    if error.validator == "additionalProperties" and wanted is False:
        return sorted(set(instance) - set(schema.get("properties", {})))
    return []


def _parts(error: ValidationError) -> tuple[Any, Any, Any]:
    """What the schema asks for, the schema, and what is there instead."""
    return error.validator_value, error.schema, error.instance


def _words(error: ValidationError) -> str:
    rule, (wanted, _, there) = error.validator, _parts(error)
    if rule == "required":
        return "is missing"
    if rule == "additionalProperties":
        return "is not known"
    if rule == "type":
        sorts = [wanted] if isinstance(wanted, str) else wanted
        return f"has to be {' or '.join(_SORTS[each] for each in sorts)}, not {told(there)}"
    if rule in ("enum", "const"):
        allowed = wanted if rule == "enum" else [wanted]
        return f"has to be one of {', '.join(told(each) for each in allowed)}, not {told(there)}"
    if rule in ("minimum", "maximum"):
        return f"is out of range: {told(there)}"
    return f"has a form that is not allowed: {told(there)}"
