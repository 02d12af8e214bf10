"""Marketo's two dialects: how the lead database and the assets word answers, errors and dates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from mopsctl.emulator import Call, Refusal

NO_ASSETS = "No assets found for the given search criteria."
MESSAGES: Mapping[str, str] = {
    "502": "Bad Gateway",
    "601": "Access token invalid",
    "602": "Access token expired",
    "603": "Access denied",
    "604": "Request timed out",
    "605": "Request method not supported",
    "606": "Max rate limit '100' exceeded with in '20' secs",
    "607": "Daily quota '50000' reached",
    "608": "API Temporarily Unavailable",
    "609": "Invalid JSON",
    "610": "Requested resource not found",
    "611": "System error",
    "612": "Invalid Content Type",
    "614": "Invalid Subscription",
    "615": "Concurrent access limit '10' reached",
    "616": "Invalid subscription type",
    "713": "Transient error",
    "719": "Lock wait timeout exception",
}


def is_asset(call: Call) -> bool:
    """Whether the path speaks the dialect of the assets."""
    return call.path.startswith("/rest/asset/")


def request_id(call: Call) -> str:
    """Two hexadecimal numbers, the same for the same request."""
    return f"{call.number:x}#{(call.number * 2654435761) % 2**44:x}"


def lead(call: Call, result: Sequence[Any] | None = None, **more: Any) -> Response:
    """A good answer of the lead database: nothing but result, success and the request's number."""
    return JSONResponse({"requestId": request_id(call), "result": list(result or []), "success": True, **more})


def asset(call: Call, result: Sequence[Any] | None = None, warnings: Sequence[str] = ()) -> Response:
    """A good answer of the assets; without a hit there is no result, and a warning says so."""
    body: dict[str, Any] = {"success": True, "errors": [], "requestId": request_id(call), "warnings": list(warnings)}
    if result:
        body["result"] = list(result)
    elif not warnings:
        body["warnings"] = [NO_ASSETS]
    return JSONResponse(body)


def problem(call: Call, code: str, message: str = "") -> Response:
    """A business error: HTTP 200, and the code as text."""
    errors = [{"code": code, "message": message or MESSAGES.get(code, "Error")}]
    body: dict[str, Any] = {"requestId": request_id(call), "success": False, "errors": errors}
    return JSONResponse(body | ({"warnings": []} if is_asset(call) else {}))


def refuse(call: Call, code: str, message: str = "") -> NoReturn:
    """End the request with a business error; nothing of it is kept."""
    raise Refusal(problem(call, code, message))


def effective_method(call: Call) -> str:
    """What the request does: a POST with `_method=GET` is a GET that was too long."""
    asked = call.query.get("_method") or (call.form().get("_method") if _is_form(call) else None)
    return "GET" if call.method == "POST" and asked == "GET" else call.method


def params(call: Call) -> dict[str, str]:
    """Parameters of the address and of a form; the form wins."""
    form = call.form() if _is_form(call) else {}
    return {**dict(parse_qsl(str(call.query), keep_blank_values=True)), **form}


def _is_form(call: Call) -> bool:
    return call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def form_of(call: Call) -> dict[str, str]:
    """The parameters of an asset write; 612 for another sort of body."""
    sort = call.headers.get("content-type", "")
    if call.body and not sort.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        refuse(call, "612")
    return params(call)


def json_of(call: Call) -> dict[str, Any]:
    """The body of a write to the lead database; 612 for another content type, 609 for no JSON."""
    if not call.headers.get("content-type", "").startswith("application/json"):
        refuse(call, "612")
    try:
        body = call.json()
    except ValueError:
        refuse(call, "609")
    if not isinstance(body, dict):
        refuse(call, "609")
    return body


def records(call: Call, *, most: int = 300) -> list[dict[str, Any]]:
    """The `input` of a write to the lead database."""
    found = json_of(call).get("input")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found) or not found:
        refuse(call, "1002", "Missing required parameter 'input'")
    if len(found) > most:
        refuse(call, "1003", f"Too many records: {len(found)}, at most {most} are allowed")
    return found


def json_param(call: Call, given: Mapping[str, str], name: str, sort: type = dict) -> Any:
    """A parameter whose value is JSON text; 701 where it is missing, 1001 where it is something else.

    Names and texts may stand in single quotes or in none, `{'id': 1, 'type': Folder}`, as widely used clients send them.
    """
    if not given.get(name):
        refuse(call, "701", f"{name} cannot be blank")
    found = _lenient(given[name])
    if not isinstance(found, sort):
        refuse(call, "1001", f"Invalid value '{given[name]}'. Required of type '{'List' if sort is list else 'JSON'}'")
    return found


# A name or a word without quotes, where JSON has a text in them: `{'id': 1, 'type': Folder}` (fact: marketo-form-json).
_BARE = re.compile(r"(?<=[:,{\[])\s*(?!(?:true|false|null)\b)([A-Za-z_]\w*)\s*(?=[,:}\]])")


def _lenient(text: str) -> Any:
    """JSON, or what a parser that forgives quotes makes of the text."""
    for spelled in (text, _BARE.sub(r'"\1"', text.replace("'", '"'))):
        try:
            return json.loads(spelled)
        except (ValueError, RecursionError):
            continue
    return None


def number_param(call: Call, given: Mapping[str, str], name: str, default: int, most: int) -> int:
    """A whole number within its bounds; 1001 otherwise."""
    text = given.get(name, str(default))
    if not text.isdecimal() or int(text) > most:
        refuse(call, "1001" if not text.isdecimal() else "1003", f"Invalid value '{text}' for {name}, at most {most}")
    return int(text)


def lead_page(call: Call, found: Sequence[Any], *, token_only: bool = False) -> Response:
    """One page of the lead database: `batchSize` up to 300, then a token for the next one."""
    given = params(call)
    size = number_param(call, given, "batchSize", 300, 300) or 300
    start = _start(call, given.get("nextPageToken", ""))
    more = start + size < len(found)
    extra: dict[str, Any] = {} if token_only else {"moreResult": more}
    if more:
        extra["nextPageToken"] = f"PAGE{start + size:06d}===="
    return lead(call, found[start : start + size], **extra)


def _start(call: Call, token: str) -> int:
    digits = token.removeprefix("PAGE").removesuffix("====")
    if token and not (digits.isdecimal() and token.startswith("PAGE")):
        refuse(call, "1003", "Invalid value for nextPageToken")
    return int(digits) if token else 0


def asset_page(call: Call, found: Sequence[Any]) -> Response:
    """One page of assets: `offset`, and `maxReturn` of 20 unless said, at most 200. It never says whether there is more."""
    given = params(call)
    size = number_param(call, given, "maxReturn", 20, 200)
    start = number_param(call, given, "offset", 0, 10**9)
    return asset(call, found[start : start + size])


def lead_time(moment: datetime) -> str:
    """A moment as the lead database writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def asset_time(moment: datetime) -> str:
    """A moment as the assets write it, with both marks of its zone."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ+0000}"
