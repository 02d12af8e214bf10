"""What an org tells about itself over REST: versions, resources, objects, describes and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from mopsctl.emulator import Call, Doc
from mopsctl_salesforce.emulator import describe, seed
from mopsctl_salesforce.emulator.access import visible_fields
from mopsctl_salesforce.emulator.answers import Json

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

V = "/services/data/v{version}"


def versions(org: SalesforceEmulator, call: Call) -> Response:
    """The versions on offer, newest last; open to everybody."""
    base = call.path.rstrip("/")
    return Json([{"label": f"v{each}", "url": f"{base}/v{each}", "version": each} for each in org.versions])


def resources(org: SalesforceEmulator, call: Call) -> Response:
    """What a version offers, by name."""
    del org  # every org of a version offers the same
    names = ("sobjects", "query", "limits", "composite", "tooling", "metadata")
    return Json({name: f"/services/data/v{call.params['version']}/{name}" for name in names})


def objects(org: SalesforceEmulator, call: Call) -> Response:
    """Every object, in short."""
    shown = [org.need_object(name) for name in seed.OBJECTS if name not in seed.CONSENT_OBJECTS or _consents(org)]
    return Json({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": [_in_short(call, name) for name in shown]})


def _consents(org: SalesforceEmulator) -> bool:
    return bool(org.switch("consent") == "on")


def basic_object(org: SalesforceEmulator, call: Call) -> Response:
    """One object in short, with the records that were looked at last: none here."""
    return Json({"objectDescribe": _in_short(call, org.need_object(call.params["object"])), "recentItems": []})


def _in_short(call: Call, name: str) -> Doc:
    base = f"/services/data/v{call.params['version']}/sobjects/{name}"
    return {
        "name": name,
        "label": name,
        "custom": False,
        "createable": True,
        "updateable": True,
        "queryable": True,
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
    }


def describe_object(org: SalesforceEmulator, call: Call) -> Response:
    """Every field of an object that the user sees."""
    name = org.need_object(call.params["object"])
    fields = [describe.field(org, field) for field in visible_fields(org, org.user(call), name)]
    return Json(
        {"name": name, "label": name, "custom": False, "createable": True, "updateable": True, "fields": fields}
    )


def limits(org: SalesforceEmulator, call: Call) -> Response:
    """The org's calls of the last 24 hours, the same for everybody."""
    del call
    most, used = org.limit("daily_calls"), int(org.store.setting("used", 0))
    return Json({"DailyApiRequests": {"Max": most, "Remaining": most - used}})


def record_count(org: SalesforceEmulator, call: Call) -> Response:
    """How many records objects have; those with none are left out."""
    asked = call.query.get("sObjects", "").split(",")
    counts = [{"name": name, "count": org.store.count(f"rows:{name}")} for name in asked]
    return Json({"sObjects": [each for each in counts if each["count"]]})


ROUTES = (
    ("GET", "/services/data", versions),
    ("GET", V, resources),
    ("GET", f"{V}/limits", limits),
    ("GET", f"{V}/limits/recordCount", record_count),
    ("GET", f"{V}/sobjects", objects),
    ("GET", f"{V}/sobjects/{{object}}", basic_object),
    ("GET", f"{V}/sobjects/{{object}}/describe", describe_object),
)
