"""Makes the shapes that values of manifests have, as parts of JSON Schema.

Three words are our own: `title` is what an element is called, `x-expects` completes "has to be ...", `x-says` is a whole
sentence (mopsctl.manifest.words).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mopsctl.manifest.declare import row_of

Schema = dict[str, Any]
Part = str | type | Mapping[str, Any] | None
"""The name of a shared shape, a declared row, or a schema itself."""


def ref(part: Part) -> Schema:
    """The schema that stands for a part."""
    if isinstance(part, str):
        return {"$ref": f"common.json#/$defs/{part}"}
    if isinstance(part, type):
        declared = row_of(part)
        assert declared is not None, f"{part.__name__} is not declared as a row"
        return {"$ref": f"#/$defs/{declared.name}"}
    return dict(part or {})


def said(schema: Mapping[str, Any], about: str, *examples: Any, **more: Any) -> Schema:
    """A schema with what people are told about it."""
    return {**schema, **more, "description": about, "examples": list(examples)}


def has(key: str) -> Schema:
    """True of a row in which the key is written."""
    return {"required": [key]}


def one_of(*values: str) -> Schema:
    """One of these words."""
    return {"enum": list(values)}


def written(pattern: str, expects: str) -> Schema:
    """A text of a form."""
    return {"type": "string", "pattern": pattern, "x-expects": expects}


def listed(of: Part, *, least: int = 0, once: bool = False, expects: str = "") -> Schema:
    """A list; with `once`, nothing may stand in it twice."""
    made: Schema = {"type": "array", "items": ref(of)}
    made |= {"minItems": least} if least else {}
    made |= {"uniqueItems": True} if once else {}
    return made | ({"x-expects": expects} if expects else {})


def mapping(title: str, keys: Part, of: Part, *, least: int = 0, expects: str = "") -> Schema:
    """Values under keys that the author chooses."""
    made: Schema = {"type": "object", "title": title, "additionalProperties": ref(of)}
    made |= {"propertyNames": ref(keys)} if keys is not None else {}
    made |= {"minProperties": least} if least else {}
    return made | ({"x-expects": expects} if expects else {})
