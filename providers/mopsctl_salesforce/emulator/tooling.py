"""The Tooling interface: queries, single components with their metadata, and what it does not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mopsctl.emulator import Call, Doc
from mopsctl_salesforce.emulator import rest, tables
from mopsctl_salesforce.emulator.answers import Json, Problem
from mopsctl_salesforce.emulator.fieldparts import Fields
from mopsctl_salesforce.emulator.refusals import ComponentError

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

T = "/services/data/v{version}/tooling"
_READABLE = ("GlobalValueSet", "StandardValueSet", "ValidationRule", "RecordType", "BusinessProcess")


def query(org: SalesforceEmulator, call: Call) -> Response:
    """Run a query over metadata."""
    return rest.run_query(org, call, tables.tooling(org))


def read_component(org: SalesforceEmulator, call: Call) -> Response:
    """One component with its metadata."""
    kind, row_id = call.params["object"], call.params["id"]
    if kind == "CustomField":
        field = org.field_by_id(row_id)
        found: Doc | None = tables.custom_field(org, field) if field else None
    elif kind in _READABLE:
        found = next((each for each in org.store.list(kind) if each["Id"] == row_id), None)
        found = found | {"Metadata": tables.metadata_of(org, found["Metadata"])} if found else None
    else:
        raise Problem(404, "NOT_FOUND", "The requested resource does not exist")
    if found is None:
        raise Problem(404, "NOT_FOUND", "The requested resource does not exist")
    return Json({"attributes": {"type": kind, "url": call.path}, **found})


def create_field(org: SalesforceEmulator, call: Call) -> Response:
    """Create a custom field."""
    body = _body(call)
    field_id = _applied(org, str(body.get("FullName")), body.get("Metadata"), create=True)
    return Json({"id": field_id, "success": True, "errors": [], "warnings": [], "infos": []}, 201)


def change_field(org: SalesforceEmulator, call: Call) -> Response:
    """Replace a custom field's metadata as a whole."""
    field = org.field_by_id(call.params["id"])
    if field is None:
        raise Problem(404, "NOT_FOUND", "The requested resource does not exist")
    _applied(org, f"{field['object']}.{field['name']}", _body(call).get("Metadata"), create=False)
    return Response(status_code=204)


def _body(call: Call) -> Doc:
    body: Any = call.json()
    if not isinstance(body, dict) or not isinstance(body.get("Metadata"), dict):
        raise Problem(400, "JSON_PARSER_ERROR", "Can not deserialize Metadata at [line:1, column:2]")
    return body


def _applied(org: SalesforceEmulator, name: str, metadata: Any, *, create: bool) -> str:
    if create and org.field(name) is not None:
        raise Problem(
            400,
            "DUPLICATE_DEVELOPER_NAME",
            f"There is already a field named {name.partition('.')[2]} on {name.partition('.')[0]}.",
        )
    try:
        return Fields(org).take(name, dict(metadata)).id
    except ComponentError as refused:
        raise Problem(400, refused.code, refused.problem) from refused


ROUTES = (
    ("GET", f"{T}/query", query),
    ("GET", f"{T}/query/{{locator}}", rest.next_page),
    ("POST", f"{T}/composite", rest.composite),
    ("POST", f"{T}/composite/batch", rest.batch),
    ("POST", f"{T}/sobjects/CustomField", create_field),
    ("PATCH", f"{T}/sobjects/CustomField/{{id}}", change_field),
    ("GET", f"{T}/sobjects/{{object}}/{{id}}", read_component),
)
