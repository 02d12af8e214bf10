"""How answers and errors look on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from mopsctl.emulator import Doc, Refusal

LOCK_TEXT = (
    "The changes you requested require salesforce.com to temporarily lock your organization's administration setup. However,"
    " the administration setup has already been locked by another change. Please wait for the previous action to finish, then"
    " try again later."
)


class Json(JSONResponse):
    """JSON with the content type that Salesforce sends."""

    media_type = "application/json;charset=UTF-8"


def error_body(code: str, message: str, fields: Sequence[str] = ()) -> list[Doc]:
    """An error of the REST interfaces: a list with one entry."""
    return [{"message": message, "errorCode": code, **({"fields": list(fields)} if fields else {})}]


def error(status: int, code: str, message: str, fields: Sequence[str] = ()) -> Response:
    """An error answer of the REST interfaces."""
    return Json(error_body(code, message, fields), status)


class Problem(Refusal):
    """Refuse a request with an error of the REST interfaces."""

    def __init__(self, status: int, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(error(status, code, message, fields))
        self.status = status
        self.body = error_body(code, message, fields)


class RowError(Exception):
    """One row is refused; others of the same call may go through."""

    def __init__(self, code: str, message: str, fields: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = list(fields)

    def in_collection(self) -> Doc:
        """The entry of a collection's answer; its key is `statusCode` there."""
        return {"success": False, "errors": [{"statusCode": self.code, "message": self.message, "fields": self.fields}]}


def saved(row_id: str, *, created: bool | None = None) -> Doc:
    """The answer to one saved row."""
    done: Doc = {"id": row_id, "success": True, "errors": []}
    return done if created is None else done | {"created": created}


def oauth_error(code: str, description: str) -> Response:
    """An error of the token endpoint: a plain object."""
    return Json({"error": code, "error_description": description}, 400)


def now() -> str:
    """This moment as the REST interfaces write it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def truth(value: Any) -> bool:
    """A flag that clients send as JSON or as text."""
    return str(value).lower() == "true"


def member(body: Any, name: str, kind: type) -> Any:
    """A member of a JSON object, of the right type; JSON_PARSER_ERROR otherwise."""
    value = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(value, kind):
        raise Problem(400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of {kind.__name__} from {name}")
    return value
