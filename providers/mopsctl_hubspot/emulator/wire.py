"""How answers and errors look on the wire."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from mopsctl.emulator import Call, Doc, Refusal

EPOCH = "1970-01-01T00:00:00.000Z"
"""When HubSpot's own definitions say they were made."""
CORRELATION = "X-HubSpot-Correlation-Id"
MISSING: Any = object()
"""Stands for a key that a body does not have."""

_VERSION = re.compile(r"/(v[1-4]|\d{4}-\d{2}(?:-beta)?)(?:/|$)")
_CATEGORIES = {400: "VALIDATION_ERROR", 403: "MISSING_SCOPES", 404: "OBJECT_NOT_FOUND", 409: "OBJECT_ALREADY_EXISTS"}


class Json(JSONResponse):
    """JSON with the content type that HubSpot sends."""

    media_type = "application/json;charset=utf-8"


def now() -> str:
    """This moment as HubSpot writes it: ISO 8601, UTC, milliseconds."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """A moment as HubSpot writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def version_of(call: Call) -> str:
    """The version in the path: `v3`, or a date such as `2026-09`."""
    found = _VERSION.search(call.path)
    return found.group(1) if found else ""


def is_dated(call: Call) -> bool:
    """Whether the path is of the family with a date in it."""
    return not version_of(call).startswith("v")


def error_body(
    message: str,
    category: str | None,
    sub_category: str = "",
    context: Mapping[str, Sequence[str]] | None = None,
    errors: Sequence[Doc] = (),
) -> Doc:
    """An error as HubSpot writes it, without its correlation id; what is empty is left out."""
    body: Doc = {"status": "error", "message": message}
    extra = {"category": category, "subCategory": sub_category, "context": context, "errors": list(errors)}
    return body | {name: value for name, value in extra.items() if value}


def error(status: int, body: Doc, headers: Mapping[str, str] | None = None) -> Response:
    """An error answer whose correlation id is the same in body and header."""
    correlation = str(uuid.uuid4())
    return Json(body | {"correlationId": correlation}, status, headers={CORRELATION: correlation, **(headers or {})})


class Problem(Refusal):
    """Refuse a request; the category follows from the status unless it is given (None: leave it out)."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        category: str | None = "",
        sub_category: str = "",
        context: Mapping[str, Sequence[str]] | None = None,
        errors: Sequence[Doc] = (),
    ) -> None:
        named = _CATEGORIES.get(status) if category == "" else category
        self.body = error_body(message, named, sub_category, context, errors)
        super().__init__(error(status, self.body))


def invalid(message: str, sub_category: str = "") -> Problem:
    """400 for input that HubSpot does not take."""
    return Problem(400, message, sub_category=sub_category)


def unknown(message: str, **context: str) -> Problem:
    """404 for a thing that is not there."""
    return Problem(404, message, context={name: [value] for name, value in context.items()} or None)


def bad_json(message: str, line: int = 1, column: int = 1) -> Problem:
    """400 for a body that cannot be read as what the path takes."""
    return invalid(f"Invalid input JSON on line {line}, column {column}: {message}")


def body_of(call: Call, required: Iterable[str] = ()) -> Doc:
    """The body as an object that has the required keys; 400 otherwise."""
    try:
        body = call.json()
    except json.JSONDecodeError as problem:
        raise bad_json(problem.msg, problem.lineno, problem.colno) from None
    except ValueError:
        raise bad_json("not UTF-8") from None
    return object_of(body, required)


def object_of(value: Any, required: Iterable[str] = ()) -> Doc:
    """A JSON value as an object that has the required keys; 400 otherwise."""
    if not isinstance(value, dict):
        raise bad_json("an object is expected")
    unset = [name for name in required if value.get(name) is None]
    if unset:
        raise bad_json(f"Some required fields were not set: [{', '.join(unset)}]")
    return value


def check_types(body: Doc, types: Mapping[str, type | tuple[type, ...]]) -> None:
    """400 unless the named keys, where given, hold values of these types."""
    for name, wanted in types.items():
        value = body.get(name)
        if value is None:
            continue
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise bad_json(f"the value of {name} has the wrong type")


def flag(call: Call, name: str) -> bool:
    """A query parameter that is true or false (the default)."""
    return call.query.get(name, "false").lower() == "true"


def ordered(results: list[Doc], order: str) -> list[Doc]:
    """A list in the order that the switch `list_order` asks for; HubSpot promises none."""
    return results[::-1] if order == "reversed" else results


def page(results: list[Doc], call: Call, default: int, largest: int) -> Doc:
    """One page of a paged list, with `paging.next.after` unless it is the last one."""
    try:
        limit, start = int(call.query.get("limit", default)), int(call.query.get("after", "0"))
    except ValueError:
        raise invalid("limit and after must be numbers") from None
    if not 0 < limit <= largest:
        raise invalid(f"limit must be between 1 and {largest}")
    answer: Doc = {"results": results[start : start + limit]}
    if start + limit < len(results):
        answer["paging"] = {"next": {"after": str(start + limit), "link": f"?after={start + limit}"}}
    return answer
