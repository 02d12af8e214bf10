"""Bulk definitions that mopsctl makes to count records: named so that they are found again, and always taken away.

A definition that is left behind holds the fields it names, and keeps them from being deleted.
"""

from __future__ import annotations

from mopsctl.errors import SystemError_, VendorError
from mopsctl_eloqua import shapes
from mopsctl_eloqua.rest import Bulk

PREFIX = "mopsctl count"
_EXPORTS = "contacts/exports"
_POLLS = 20
_PAUSE = 2.0  # seconds between looks at a sync
_DONE = ("success", "warning")


def sweep(bulk: Bulk) -> int:
    """Take away what interrupted runs left; how many definitions that were."""
    found = [
        doc for doc in bulk.all(_EXPORTS, query=f'"name={PREFIX}*"') if str(doc.get("name", "")).startswith(PREFIX)
    ]
    for doc in found:
        bulk.delete(str(doc["uri"]))
    return len(found)


def count(bulk: Bulk, field: str, value: str) -> int | None:
    """How many contacts hold exactly this value, through an export that is removed again; None where it did not end well."""
    statement = f"{{{{Contact.Field({field})}}}}"
    definition = {
        "name": f"{PREFIX} {field}",
        "fields": {"Email": "{{Contact.Field(C_EmailAddress)}}"},
        "filter": f"'{statement}' = '{value}'",
        "autoDeleteDuration": "PT1H",
        "dataRetentionDuration": "PT1H",
    }
    made = bulk.post(_EXPORTS, definition)
    try:
        return _counted(bulk, str(made["uri"]))
    finally:
        bulk.delete(str(made["uri"]))


def _counted(bulk: Bulk, export: str) -> int | None:
    from mopsctl.provider import http

    sync = bulk.post("syncs", {"syncedInstanceUri": export})
    for _ in range(_POLLS):
        if sync.get("status") in _DONE:
            return int(bulk.get(f"{sync['uri']}/data", shapes.DATA, limit=1)["totalResults"])
        if sync.get("status") == "error":
            return None
        http.sleep(_PAUSE)
        sync = bulk.get(str(sync["uri"]), shapes.MADE)
    return None


def swept_quietly(bulk: Bulk) -> None:
    """Take away leftovers where that is possible; a refusal is no reason to fail."""
    try:
        sweep(bulk)
    except (VendorError, SystemError_):
        return
