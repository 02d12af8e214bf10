"""Elements as text that people can review: what differs from a default, one attribute a line.

`python -m tests.lower.listing` writes the golden listings anew, to be reviewed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mopsctl.condition import All, AnyOf, Not, Test, sentence
from mopsctl.diagnostics import Source
from mopsctl.element import Element
from mopsctl.engine.lower import lower
from mopsctl.manifest.loader import load_stack
from mopsctl.manifest.model import Stack

HERE = Path(__file__).parent
STACK = HERE / "stack"
GOLDEN = HERE / "golden"
SYSTEMS = ("crm", "hub")
KEY_ONLY = {"fields"}  # of a score: whole fields that are listed on their own


def stack() -> Stack:
    """The stack of the golden listings."""
    loaded = load_stack(STACK, environ={})
    assert loaded.stack is not None, loaded.diagnostics
    return loaded.stack


def listing(elements: tuple[Element, ...]) -> str:
    """Every element with its attributes."""
    return "\n".join("\n".join([type(each).__name__.strip("_"), *_attributes(each, "  ")]) for each in elements) + "\n"


def _attributes(thing: Any, indent: str) -> Iterator[str]:
    for field in dataclasses.fields(thing):
        value = getattr(thing, field.name)
        if value != _default(field):
            yield from _attribute(field.name, value, indent)


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _attribute(name: str, value: Any, indent: str) -> Iterator[str]:
    if name in KEY_ONLY:
        yield f"{indent}{name}: {', '.join(f'{key}={each.name}' for key, each in value.items())}"
    elif _is_row(value) or not (dataclasses.is_dataclass(value) or _is_rows(value)):
        yield f"{indent}{name}: {_plain(value)}"
    elif dataclasses.is_dataclass(value):
        yield f"{indent}{name}:"
        yield from _attributes(value, f"{indent}  ")
    else:
        yield f"{indent}{name}:"
        for each in value:
            first, *rest = _attributes(each, f"{indent}    ")
            yield f"{indent}  - {first.strip()}"
            yield from rest


def _is_row(value: Any) -> bool:
    return isinstance(value, Source | Test | All | AnyOf | Not)


def _is_rows(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and dataclasses.is_dataclass(value[0]) and not _is_row(value[0])


def _plain(value: Any) -> str:
    if isinstance(value, Test | All | AnyOf | Not):
        return sentence(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_plain(each)}" for key, each in value.items())
    if isinstance(value, tuple):
        return f"({', '.join(_plain(each) for each in value)})"
    return str(value) if isinstance(value, Source) or value == "" else repr(value)


if __name__ == "__main__":
    for system in SYSTEMS:
        (GOLDEN / f"{system}.txt").write_text(listing(lower(stack(), system)), encoding="utf-8")
