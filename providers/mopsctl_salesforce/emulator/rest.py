"""The REST data interface: queries, describes, rows, composite requests and collections."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.routing import Match

from mopsctl.emulator import Call, Doc, Refusal
from mopsctl_salesforce.emulator import answers, rows, soql, tables
from mopsctl_salesforce.emulator.answers import Json, Problem, RowError, error_body, saved
from mopsctl_salesforce.emulator.tablerows import Tables

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

SUBREQUESTS = 25
QUERIES_IN_COMPOSITE = 5
COLLECTION = 200
_REFERENCE = re.compile(r"@\{(\w+)\.(\w+)\}")
V = "/services/data/v{version}"


# -- queries


def query(org: SalesforceEmulator, call: Call) -> Response:
    """Run a query over records and setup rows."""
    return run_query(org, call, tables.data(org, org.user(call)))


def run_query(org: SalesforceEmulator, call: Call, found: Tables) -> Response:
    """One page of a query's answer; the rest waits under a locator."""
    text = call.query.get("q")
    if not text:
        raise Problem(400, "MALFORMED_QUERY", "SOQL query must be provided")
    parsed = soql.Parser(text, found).parse()
    if call.query.get("columns") == "true":
        return Json(_columns(parsed))
    records = soql.run(parsed, found)
    if parsed.count_only:
        return Json({"totalSize": len(records), "done": True, "records": []})
    grouped = bool(parsed.group or parsed.counts)
    name = "AggregateResult" if grouped else parsed.table.name
    base = call.path.rpartition("/query")[0]
    shaped = [_attributed(record, name, base) for record in records]
    return _page(org, shaped, base, len(shaped), 0)


def _columns(parsed: soql.Query) -> Doc:
    """What `columns=true` answers in place of rows: the query's columns."""
    return {
        "entityName": parsed.table.name,
        "keyPrefix": None,
        "groupBy": bool(parsed.group),
        "idSelected": "Id" in parsed.paths,
        "columnMetadata": [{"columnName": name, "displayName": name} for name in parsed.paths],
    }


def _attributed(record: Doc, name: str, base: str) -> Doc:
    attributes = {"type": name}
    if name != "AggregateResult":
        attributes["url"] = f"{base}/sobjects/{name}/{record.get('Id', '')}"
    return {"attributes": attributes, **record}


def _page(org: SalesforceEmulator, records: Sequence[Doc], base: str, total: int, start: int) -> Response:
    size = org.limit("query_batch")
    body: Doc = {"totalSize": total, "done": len(records) <= size, "records": list(records[:size])}
    if len(records) > size:
        locator = f"01gEM{org.store.next_id('locator', 1):010d}AAA"
        org.store.put("_locators", locator, {"records": list(records[size:]), "total": total})
        body["nextRecordsUrl"] = f"{base}/query/{locator}-{start + size}"
    return Json(body)


def next_page(org: SalesforceEmulator, call: Call) -> Response:
    """A further page."""
    locator, _, start = call.params["locator"].partition("-")
    rest = org.store.get("_locators", locator)
    if rest is None:
        raise Problem(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(org, rest["records"], call.path.rpartition("/query")[0], rest["total"], int(start))


# -- single rows


def create_row(org: SalesforceEmulator, call: Call) -> Response:
    """Create one row."""
    try:
        row_id = rows.create(org, org.user(call), call.params["object"], _body(call))
    except RowError as refused:
        return Json(error_body(refused.code, refused.message, refused.fields), 400)
    return Json(saved(row_id), 201)


def change_row(org: SalesforceEmulator, call: Call) -> Response:
    """Change one row."""
    try:
        rows.update(org, org.user(call), call.params["object"], call.params["id"], _body(call))
    except RowError as refused:
        status = 404 if refused.code == "NOT_FOUND" else 400
        return Json(error_body(refused.code, refused.message, refused.fields), status)
    return Response(status_code=204)


def delete_row(org: SalesforceEmulator, call: Call) -> Response:
    """Delete one row."""
    try:
        rows.delete(org, call.params["id"])
    except RowError as refused:
        return Json(
            error_body(refused.code, refused.message, refused.fields), 404 if refused.code == "NOT_FOUND" else 400
        )
    return Response(status_code=204)


def read_row(org: SalesforceEmulator, call: Call) -> Response:
    """Read one row."""
    table = tables.data(org, org.user(call))(call.params["object"])
    found = next((row for row in table.rows() if row.get("Id") == call.params["id"]), None) if table else None
    if table is None or found is None:
        raise Problem(404, "NOT_FOUND", "The requested resource does not exist")
    return Json({"attributes": {"type": table.name}, **{name: found.get(name) for name in sorted(table.columns)}})


def upsert_row(org: SalesforceEmulator, call: Call) -> Response:
    """Create or change the row with this external id."""
    key = {call.params["key"]: call.params["value"]}
    try:
        row_id, created = rows.upsert(
            org, org.user(call), call.params["object"], call.params["key"], {**_body(call), **key}
        )
    except rows.SeveralFound as several:
        return Json(
            [
                f"/services/data/v{call.params['version']}/sobjects/{call.params['object']}/{each}"
                for each in several.ids
            ],
            300,
        )
    except RowError as refused:
        return Json(
            error_body(refused.code, refused.message, refused.fields), 404 if refused.code == "NOT_FOUND" else 400
        )
    if created:
        return Json(saved(row_id, created=True), 201)
    return Response(status_code=204) if org.switch("upsert_status") == 204 else Json(saved(row_id, created=False), 200)


def _body(call: Call) -> Doc:
    try:
        body = call.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Problem(
            400, "JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body."
        )
    return body


# -- collections


def collection(org: SalesforceEmulator, call: Call) -> Response:
    """Create, change or upsert up to 200 rows; the answer is 200 also where rows fail."""
    records = answers.member(_body(call), "records", list)
    if len(records) > COLLECTION:
        raise Problem(400, "LIMIT_EXCEEDED", f"The number of records should be between 1 and {COLLECTION}")
    kinds = [str((record.get("attributes") or {}).get("type") or "") for record in records]
    if "" in kinds:
        raise Problem(400, "INVALID_INPUT", "The type attribute is missing")
    setup = {"FieldPermissions", "PermissionSetAssignment"}
    if set(kinds) & setup and len(set(kinds)) > 1:
        raise Problem(
            400,
            "MIXED_DML_OPERATION",
            "DML operation on setup object is not permitted after you have updated a non-setup object",
        )
    act = _act(org, call)
    done = [_tried(org, call, act, record) for record in records]
    if answers.truth(_body(call).get("allOrNone")) and not all(each["success"] for each in done):
        rolled = RowError("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid")
        raise Refusal(Json([rolled.in_collection() if each["success"] else each for each in done]))
    return Json(done)


def _act(org: SalesforceEmulator, call: Call) -> Callable[[str, Doc], Doc]:
    user, key = org.user(call), call.params.get("key")
    if key is not None:

        def upsert(kind: str, values: Doc) -> Doc:
            row_id, created = rows.upsert(org, user, kind, key, values)
            return saved(row_id, created=created)

        return upsert
    if call.method == "POST":
        return lambda kind, values: saved(rows.create(org, user, kind, values))

    def change(kind: str, values: Doc) -> Doc:
        row_id = str(values.pop("id", values.pop("Id", "")))
        rows.update(org, user, kind, row_id, values)
        return saved(row_id)

    return change


def _tried(org: SalesforceEmulator, call: Call, act: Callable[[str, Doc], Doc], record: Doc) -> Doc:
    values = {name: value for name, value in record.items() if name != "attributes"}
    if call.fault("row_locked") is not None:
        return RowError("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record").in_collection()
    try:
        with org.store.transaction():
            return act(record["attributes"]["type"], values)
    except RowError as refused:
        return refused.in_collection()


def delete_collection(org: SalesforceEmulator, call: Call) -> Response:
    """Delete up to 200 rows."""
    ids = [each for each in call.query.get("ids", "").split(",") if each]
    if not 0 < len(ids) <= COLLECTION:
        raise Problem(400, "LIMIT_EXCEEDED", f"The number of records should be between 1 and {COLLECTION}")
    done = []
    for row_id in ids:
        try:
            rows.delete(org, row_id)
            done.append(saved(row_id))
        except RowError as refused:
            done.append({"id": row_id, **refused.in_collection()})
    return Json(done)


# -- composite


def composite_writes(call: Call) -> bool:
    """Whether a composite request holds anything but reads."""
    try:
        body = json.loads(call.body)
        parts = body.get("compositeRequest") or body.get("batchRequests") or []
        return any(part.get("method") != "GET" for part in parts)
    except (ValueError, AttributeError):
        return True


def composite(org: SalesforceEmulator, call: Call) -> Response:
    """Up to 25 requests in order; later ones may refer to earlier answers; a failure inside is still 200 outside."""
    body = _body(call)
    parts = answers.member(body, "compositeRequest", list)
    _check_parts(parts)
    done: dict[str, tuple[int, Any]] = {}
    failed = False
    for part in parts:
        status, answer = inner(
            org, call, part["method"], _resolved(part["url"], done), _resolved(part.get("body"), done)
        )
        done[part["referenceId"]] = (status, answer)
        failed = failed or status >= 400
    if failed and answers.truth(body.get("allOrNone")):
        halted = error_body(
            "PROCESSING_HALTED",
            "The transaction was rolled back since another operation in the same transaction failed.",
        )
        done = {name: each if each[0] >= 400 else (400, halted) for name, each in done.items()}
        raise Refusal(Json(_composed(done)))
    return Json(_composed(done))


def _composed(done: Mapping[str, tuple[int, Any]]) -> Doc:
    return {
        "compositeResponse": [
            {"body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": name}
            for name, (status, body) in done.items()
        ]
    }


def _check_parts(parts: Sequence[Any]) -> None:
    if len(parts) > SUBREQUESTS:
        raise Problem(400, "LIMIT_EXCEEDED", f"Composite requests are limited to {SUBREQUESTS} subrequests")
    names = [part.get("referenceId") for part in parts]
    if not all(names) or len(set(names)) < len(names):
        raise Problem(400, "INVALID_INPUT", "Each subrequest needs its own referenceId")
    if any(not str(part.get("url", "")).startswith("/services/data/v") for part in parts):
        raise Problem(400, "INVALID_INPUT", "The url must be a full path, /services/data/vXX.0/...")
    heavy = [part for part in parts if "/query" in part["url"] or "/composite/sobjects" in part["url"]]
    if len(heavy) > QUERIES_IN_COMPOSITE:
        raise Problem(
            400, "LIMIT_EXCEEDED", f"At most {QUERIES_IN_COMPOSITE} of the subrequests may be queries or collections"
        )


def _resolved(value: Any, done: Mapping[str, tuple[int, Any]]) -> Any:
    def put_in(found: re.Match[str]) -> str:
        status, body = done.get(found.group(1), (400, None))
        if status >= 400 or not isinstance(body, dict) or found.group(2) not in body:
            raise Problem(
                400, "PROCESSING_HALTED", f"Invalid reference specified. No value for {found.group(0)[2:-1]} found."
            )
        return str(body[found.group(2)])

    if isinstance(value, str):
        return _REFERENCE.sub(put_in, value)
    if isinstance(value, dict):
        return {key: _resolved(each, done) for key, each in value.items()}
    return [_resolved(each, done) for each in value] if isinstance(value, list) else value


def batch(org: SalesforceEmulator, call: Call) -> Response:
    """Up to 25 independent requests; each of them counts."""
    parts = answers.member(_body(call), "batchRequests", list)
    if len(parts) > SUBREQUESTS:
        raise Problem(400, "LIMIT_EXCEEDED", f"Batch requests are limited to {SUBREQUESTS} subrequests")
    org.store.set_setting("used", int(org.store.setting("used", 0)) + max(0, len(parts) - 1))
    results = []
    for part in parts:
        status, body = inner(org, call, part["method"], f"/services/data/{part['url']}", part.get("richInput"))
        results.append({"statusCode": status, "result": body})
    return Json({"hasErrors": any(each["statusCode"] >= 400 for each in results), "results": results})


def inner(org: SalesforceEmulator, call: Call, method: str, url: str, body: Any) -> tuple[int, Any]:
    """Answer a request that stands inside another one: status and parsed body."""
    parts = urlsplit(url)
    path = org.canonical_path(parts.path)
    for route in org.routes():
        match, found = route.matches({"type": "http", "path": path, "method": method, "root_path": ""})
        if match is Match.FULL:
            within = Call(
                method=method,
                path=path,
                query=QueryParams(parse_qsl(parts.query)),
                headers=call.headers,
                body=b"" if body is None else json.dumps(body).encode(),
                params=found["path_params"],
                number=call.number,
                kind=call.kind,
            )
            try:
                with org.store.transaction():
                    response = route.endpoint(within)
            except Refusal as refusal:
                response = refusal.response
            return response.status_code, json.loads(response.body) if response.body else None
    return 404, error_body("NOT_FOUND", "The requested resource does not exist")


ROUTES = (
    ("GET", f"{V}/query", query),
    ("GET", f"{V}/query/{{locator}}", next_page),
    ("POST", f"{V}/composite", composite),
    ("POST", f"{V}/composite/batch", batch),
    ("POST", f"{V}/composite/sobjects", collection),
    ("PATCH", f"{V}/composite/sobjects", collection),
    ("DELETE", f"{V}/composite/sobjects", delete_collection),
    ("PATCH", f"{V}/composite/sobjects/{{object}}/{{key}}", collection),
    ("POST", f"{V}/sobjects/{{object}}", create_row),
    ("GET", f"{V}/sobjects/{{object}}/{{id}}", read_row),
    ("PATCH", f"{V}/sobjects/{{object}}/{{id}}", change_row),
    ("DELETE", f"{V}/sobjects/{{object}}/{{id}}", delete_row),
    ("PATCH", f"{V}/sobjects/{{object}}/{{key}}/{{value}}", upsert_row),
)
