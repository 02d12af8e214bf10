"""What changes in meaning between two states of a stack's manifests: document by document, row by row, with before and after.

Pure over typed stacks: moved lines, comments and quoting are no change. Connections are not looked at: they may hold secrets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from mopsctl import condition, spoken
from mopsctl.diagnostics import NOWHERE, Source
from mopsctl.manifest.base import Content
from mopsctl.manifest.declare import attributes
from mopsctl.manifest.model import Stack

Sort = Literal["added", "changed", "removed"]
ROOMS = ("lifecycles", "scoring_models", "consent_policies", "mappings", "catalogs")
_UNSAID = ("source", "marks", "key", "name")
_CONDITIONS = get_args(condition.Condition)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: the document, the way to it in words, and what it was and becomes (empty where it is not there)."""

    document: str
    title: str
    sort: Sort
    what: str
    before: str = ""
    after: str = ""
    source: Source = NOWHERE


def differences(old: Stack, new: Stack) -> tuple[Difference, ...]:
    """Everything that differs, by document, in the order of the newer manifests."""
    return tuple(each for room in ROOMS for each in _documents(getattr(old, room), getattr(new, room)))


def _documents(old: Mapping[str, Content], new: Mapping[str, Content]) -> Iterator[Difference]:
    for name in dict.fromkeys((*new, *old)):
        before, after = old.get(name), new.get(name)
        there = after or before
        assert there is not None
        title = there.metadata.title or there.name
        if before is None or after is None:
            sort: Sort = "added" if before is None else "removed"
            yield Difference(there.id, title, sort, "document", source=there.source)
            continue
        for sort, way, was, becomes, source in _inside(before, after, (), after.source):
            yield Difference(there.id, title, sort, ", ".join(way), was, becomes, source)


Found = tuple[Sort, tuple[str, ...], str, str, Source]


def _inside(old: Any, new: Any, way: tuple[str, ...], source: Source) -> Iterator[Found]:
    """What differs in two elements of one class."""
    cls: type = type(new)
    words = {each.name: each.yaml or each.name for each in attributes(cls)}
    for each in dataclasses.fields(new):
        if each.name not in _UNSAID:
            before, after = getattr(old, each.name), getattr(new, each.name)
            if before != after:
                at = new.at(words.get(each.name, each.name)) if hasattr(new, "at") else source
                yield from _value(before, after, (*way, _worded(words.get(each.name, each.name))), at)


def _value(old: Any, new: Any, way: tuple[str, ...], source: Source) -> Iterator[Found]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _rows(old, new, way, source)
    elif _is_rows(old) and _is_rows(new):
        yield from _rows(_by_name(old), _by_name(new), way, source)
    elif _is_row(old) and type(old) is type(new):
        yield from _inside(old, new, way, new.source)
    else:
        yield "changed", way, _shown(old), _shown(new), source


def _rows(old: Mapping[str, Any], new: Mapping[str, Any], way: tuple[str, ...], source: Source) -> Iterator[Found]:
    *rest, room = way
    for key in dict.fromkeys((*new, *old)):
        here = (*rest, f"{_singular(room)} {_label(key, new.get(key, old.get(key)))}")
        if key not in old:
            yield "added", here, "", "" if _is_row(new[key]) else _shown(new[key]), getattr(new[key], "source", source)
        elif key not in new:
            yield "removed", here, "" if _is_row(old[key]) else _shown(old[key]), "", source
        elif old[key] != new[key]:
            yield from _value(old[key], new[key], here, getattr(new[key], "source", source))
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield "changed", (*rest, f"order of {room}"), ", ".join(old), ", ".join(new), source


def _is_row(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and hasattr(value, "source") and not isinstance(value, _CONDITIONS)


def _is_rows(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_row, value))


def _by_name(rows: tuple[Any, ...]) -> dict[str, Any]:
    """Rows of a list by what they are about; of several with one name the later ones are numbered."""
    found: dict[str, Any] = {}
    for row in rows:
        name = _about(row)
        number = 2
        while name in found:
            name, number = f"{_about(row)} no. {number}", number + 1
        found[name] = row
    return found


def _about(row: Any) -> str:
    if hasattr(row, "from_") and hasattr(row, "to"):
        return f"{' or '.join(row.from_) if isinstance(row.from_, tuple) else row.from_} to {row.to}"
    return str(next((value for name in ("key", "field", "check", "name") if (value := getattr(row, name, ""))), "row"))


def _label(key: str, row: Any) -> str:
    label = getattr(row, "label", "")
    return f"{label} ({key})" if label and label != key else key


def _worded(name: str) -> str:
    return name.replace("_", " ")


def _singular(name: str) -> str:
    return (
        f"{name[:-3]}y"
        if name.endswith("ies")
        else name[:-1]
        if name.endswith("s") and not name.endswith("ss")
        else name
    )


def _shown(value: Any) -> str:
    """A value in words, as the language has them."""
    if isinstance(value, _CONDITIONS):
        return spoken.condition(value, {})
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and value:
        return "; ".join(f"{key} {_shown(each)}" for key, each in value.items())
    if isinstance(value, tuple | list) and value:
        return ", ".join(map(_shown, value))
    if _is_row(value):
        said = (
            (each.name, getattr(value, each.name)) for each in dataclasses.fields(value) if each.name not in _UNSAID
        )
        return "; ".join(f"{_worded(name)} {_shown(each)}" for name, each in said if each not in (None, "", (), {}))
    return "not said" if value in (None, "", (), [], {}) else str(value)
