"""Writes the JSON Schemas of manifests from what mopsctl/manifest declares. `--check` only says whether they are up to date."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from mopsctl.condition import Condition
from mopsctl.manifest.base import Document, Duration, Ignore, Metadata, Range
from mopsctl.manifest.declare import Attribute, Key, attributes, row_of
from mopsctl.manifest.model import (
    ConsentPolicy,
    Environment,
    FieldCatalog,
    FieldMapping,
    Lifecycle,
    ScoringModel,
    Stack,
)
from mopsctl.manifest.schema import KINDS
from mopsctl.manifest.shapes import Schema, listed, ref, said
from mopsctl.manifest.shared_shapes import SHARED

FOLDER = Path(__file__).parents[1] / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
WIDTH = 150
_KINDS = (Stack, Environment, FieldCatalog, Lifecycle, ScoringModel, FieldMapping, ConsentPolicy)
_COMMON = {Metadata: "metadata", Range: "range"}  # rows whose shape every kind may use
_NAMED = {str: "text", int: "integer", float: "number", Duration: "span", **_COMMON}


def schemas() -> dict[str, Schema]:
    """Every schema by the name of its file."""
    made = {KINDS[cls.kind]: _document(cls) for cls in _KINDS}
    return {**made, "common": _common()}


def _document(cls: type[Document]) -> Schema:
    declared = row_of(cls)
    assert declared is not None
    return {
        "$schema": DIALECT,
        "title": cls.kind,
        "description": declared.about,
        "type": "object",
        "x-name": "document",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
        "properties": {
            "apiVersion": said(ref("envelope"), "The version of the manifest language.", "mopsctl/v1"),
            "kind": said({"const": cls.kind}, "What this document declares.", cls.kind),
            "metadata": said(ref("metadata"), "Name, owner and approvers; never sent to a system.", {"name": "person"}),
            "spec": said({"$ref": "#/$defs/spec"}, "The content.", declared.example),
        },
        "$defs": {"spec": _row(cls)} | {name: _row(each) for name, each in sorted(_rows_below(cls).items())},
    }


def _common() -> Schema:
    """Shared parts may not refer to their own file by its name, because schemas are bundled."""
    parts = SHARED | {name: _row(cls) for cls, name in _COMMON.items()}
    parts["ignore"] = listed({**_row(Ignore)}, expects="a list of silenced checks")
    whole = {"$schema": DIALECT, "title": "Parts that the manifests of several kinds share", "$defs": parts}
    text = json.dumps(whole).replace('"common.json#/$defs/', '"#/$defs/')
    found: Schema = json.loads(text)
    return found


def _rows_below(cls: type) -> dict[str, type]:
    """The rows that a row holds, however deep, by the names of their definitions."""
    found: dict[str, type] = {}
    waiting = [cls]
    while waiting:
        for each in attributes(waiting.pop()):
            for inner in _classes(each.type) if each.key is not None else ():
                declared = row_of(inner)
                if declared is not None and inner not in (*_COMMON, Ignore) and declared.name not in found:
                    found[declared.name] = inner
                    waiting.append(inner)
    return found


def _classes(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and get_origin(hint) is None:
        yield from (
            [part for each in attributes(hint) for part in _classes(each.type)]
            if is_dataclass(hint) and row_of(hint) is None  # made by hand of rows, as a value set is of its values
            else [hint]
        )
    for part in get_args(hint):
        yield from _classes(part)


def _row(cls: type) -> Schema:
    declared = row_of(cls)
    assert declared is not None, cls
    written = [each for each in attributes(cls) if each.key is not None and each.name != "metadata"]
    needed = [each.yaml for each in written if each.needed]
    return {
        "type": "object",
        "title": declared.title,
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
        **({"x-expects": declared.expects} if declared.expects else {}),
        "properties": {each.yaml: _property(each, each.key) for each in written if each.key},
        **declared.schema,
    }


def _property(each: Attribute, key: Key) -> Schema:
    schema = _shape(each.type) if key.shape is None else ref(key.shape)
    more = key.more | ({"x-expects": key.expects} if key.expects else {})
    return said({**schema, **more}, key.told, *key.examples)


def _shape(hint: Any) -> Schema:
    """The schema of a type, where no shape is declared."""
    if hint is bool:
        return {"type": "boolean", "x-expects": "true or false"}
    if hint == Condition | None:
        return ref("condition")
    parts = [part for part in get_args(hint) if part is not NoneType]
    shape = _SHAPES.get(get_origin(hint))
    return shape(parts) if shape else ref(_NAMED.get(hint, hint))


def _of_union(parts: list[Any]) -> Schema:
    """What may be left out is as it would be alone; numbers and texts together are any single value."""
    return _shape(parts[0]) if len(parts) == 1 else ref("scalar" if str in parts else "number")


def _of_tuple(parts: list[Any]) -> Schema:
    return ref("texts") if parts[0] is str else listed(parts[0])


def _of_mapping(parts: list[Any]) -> Schema:
    """A text for each system, or a list of rows that are told apart by a key."""
    return ref("by_system") if parts[1] is str else listed(parts[1])


def _of_words(parts: list[Any]) -> Schema:
    return {"enum": [part for part in parts if part]}


_SHAPES: dict[Any, Callable[[list[Any]], Schema]] = {
    Literal: _of_words,
    UnionType: _of_union,
    tuple: _of_tuple,
    Mapping: _of_mapping,
}


def text(schema: Any, indent: int = 0) -> str:
    """A schema as it is written: what fits a line stands on one, so that a reader finds a key with all that is said of it."""
    short = json.dumps(schema, ensure_ascii=False)
    inside = isinstance(schema, dict) and any(key in schema for key in ("properties", "$defs"))
    if (len(short) + indent <= WIDTH and not inside) or not schema or not isinstance(schema, dict | list):
        return short
    pad = " " * (indent + 2)
    if isinstance(schema, list):
        return "[\n" + ",\n".join(pad + text(each, indent + 2) for each in schema) + "\n" + " " * indent + "]"
    lines = [f"{pad}{json.dumps(key)}: {text(value, indent + 2)}" for key, value in schema.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"


if __name__ == "__main__":
    stale = []
    for name, schema in schemas().items():
        path = FOLDER / f"{name}.json"
        wanted = text(schema) + "\n"
        if path.read_text(encoding="utf-8") != wanted:
            stale.append(path.name)
            if "--check" not in sys.argv:
                path.write_text(wanted, encoding="utf-8")
    print("changed: " + ", ".join(stale) if stale else "The schemas are up to date.")
    sys.exit("--check" in sys.argv and bool(stale))
