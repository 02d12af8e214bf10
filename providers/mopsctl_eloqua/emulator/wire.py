"""How the Application API writes things: text for everything, nothing for nothing, depth, envelopes, errors."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from mopsctl.emulator import Call, Doc, Refusal

MINIMAL = ("type", "id", "name", "createdAt", "updatedAt", "permissions")
LISTED = ("elements", "fields")  # shown where they are empty, too (fact: eloqua-elements)
HEAVY = ("elements", "fields", "emailIds", "fieldValues")  # only shown at depth complete
MOST = 1000
GENERIC = "There was a validation error."
PARSING = "There was a parsing error."


def now() -> str:
    """Unix seconds, as text."""
    return str(int(time.time()))


def shown(doc: Doc, depth: str) -> Doc:
    """A document at a depth, without the properties that have no value; a list of its parts is a list even if it is empty."""
    names = MINIMAL if depth == "minimal" else [name for name in doc if depth == "complete" or name not in HEAVY]
    kept = [name for name in names if name in LISTED or doc.get(name) not in (None, "", [])]
    return {name: doc[name] for name in kept if name in doc} | {"depth": depth}


def depth_of(call: Call, default: str) -> str:
    """The depth that was asked for; an unknown word falls back to the default."""
    asked = call.query.get("depth", default).lower()
    return asked if asked in ("minimal", "partial", "complete") else default


def number_of(call: Call, name: str, default: int) -> int:
    """A whole number of the query, at least 1. Refusal where it is none."""
    text = call.query.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise Refusal(parameter_error(name, "IntegerRequirement", text))
    return int(text)


def page(call: Call, docs: Sequence[Doc], *, empty_is_204: bool = False) -> Response:
    """One page of a list, at most 1000 long, with numbers that are numbers."""
    size, number = min(number_of(call, "count", MOST), MOST), number_of(call, "page", 1)
    if not docs and empty_is_204:
        return Response(status_code=204)
    depth = depth_of(call, "minimal")
    part = [shown(doc, depth) for doc in docs[(number - 1) * size : number * size]]
    return JSONResponse({"elements": part, "page": number, "pageSize": size, "total": len(docs)})


def body(call: Call) -> Doc:
    """The JSON object of a POST or PUT. Refusal where it is none, or is not declared as JSON."""
    found = parsed(call)
    if not isinstance(found, dict):
        raise Refusal(PlainTextResponse(PARSING, 400))
    return found


def parsed(call: Call) -> Any:
    """The JSON of a POST or PUT, of any sort. Refusal where it is none, or is not declared as JSON."""
    try:
        if "application/json" in call.headers.get("content-type", ""):
            return json.loads(call.body)
    except ValueError:
        pass
    raise Refusal(PlainTextResponse(PARSING, 400))


def unquoted(doc: Mapping[str, Any]) -> str | None:
    """The name of the first property that is neither text nor a list nor a nested document."""
    for name, value in doc.items():
        if isinstance(value, bool | int | float):
            return name
        nested = value if isinstance(value, list) else [value]
        for each in nested:
            if isinstance(each, dict) and (found := unquoted(each)):
                return found
    return None


def parameter_error(name: str, requirement: str, value: str) -> Response:
    """What a wrong parameter of the query or the path gets."""
    error = {"type": "EndpointParameterError", "parameter": name, "requirement": {"type": requirement}, "value": value}
    return JSONResponse([error], 400)


def validation_error(
    object_type: str, name: str, requirement: str, value: Any = None, *, status: int = 400, shape: str = "array"
) -> Response:
    """What a wrong property gets, in one of the three shapes that clients have met."""
    error = {
        "type": "ObjectValidationError",
        "container": {"type": "ObjectKey", "objectType": object_type},
        "property": name,
        "requirement": {"type": requirement},
        "value": "<null>" if value in (None, "") else str(value),
    }
    if shape == "text":
        return PlainTextResponse(GENERIC, status)
    return JSONResponse([error] if shape == "array" else error, status)


def in_use(status: int, shape: str, users: Sequence[Doc]) -> Response:
    """What the deletion of a used thing gets."""
    if shape == "dependencies":
        return JSONResponse({"dependencies": list(users)}, status)
    return JSONResponse(list(users), status) if shape == "array" else Response(status_code=status)
