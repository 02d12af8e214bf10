"""The account itself: who it is, how much of its limits is used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc
from mopsctl_hubspot.emulator.area import DATES, Area, both_families
from mopsctl_hubspot.emulator.objects import ObjectType
from mopsctl_hubspot.emulator.tokens import record_scopes
from mopsctl_hubspot.emulator.wire import Json, is_dated, now, page, stamp, unknown

_VERSIONS = ("v3", *DATES)
_OWNERS: tuple[Doc, ...] = tuple(
    {
        "id": str(7000 + number),
        "userId": number,
        "email": f"{first.lower()}@example.com",
        "firstName": first,
        "lastName": last,
        "type": "PERSON",
        "archived": False,
        "createdAt": "2025-01-01T00:00:00.000Z",
        "updatedAt": "2025-01-01T00:00:00.000Z",
    }
    for number, (first, last) in enumerate((("Ada", "Marlow"), ("Ben", "Ortiz")), start=1)
)


class Account(Area):
    """Account information and limits, counted from what is stored."""

    def routes(self) -> list[Route]:
        """The account-info paths and the limits paths."""
        about = [
            route
            for version in _VERSIONS
            for route in (
                Route(f"/account-info/{version}/details", self._details),
                Route(f"/account-info/{version}/api-usage/daily/private-apps", self._usage),
            )
        ]
        limits = both_families(
            "limits",
            [
                ("GET", "/custom-properties", self._property_limits),
                ("GET", "/custom-object-types", self._object_limits),
                ("GET", "/pipelines", self._pipeline_limits),
            ],
        )
        owners = both_families("owners", [("GET", "", self._owners), ("GET", "/{id}", self._owner)])
        return [*about, *limits, *owners]

    def _owners(self, call: Call) -> Response:
        self._need_records(call, "crm.objects.owners.read")
        email = call.query.get("email", "")
        return Json(page([each for each in _OWNERS if email in ("", each["email"])], call, 100, 500))

    def _owner(self, call: Call) -> Response:
        self._need_records(call, "crm.objects.owners.read")
        key = "userId" if call.query.get("idProperty") == "userId" else "id"
        for each in _OWNERS:
            if str(each[key]) == call.params["id"]:
                return Json(each)
        raise unknown(f"there is no owner {call.params['id']}", id=call.params["id"])

    def custom_properties(self, kind: ObjectType) -> list[Doc]:
        """The active properties of an object type that are not HubSpot's own."""
        return [entry for entry in self.store.list(f"properties:{kind.id}") if not entry.get("hubspotDefined")]

    def _details(self, call: Call) -> Response:
        self.hub.tokens.need(call, ["oauth"])
        portal = self.hub.portal
        details: Doc = {
            "portalId": portal.id,
            "accountType": portal.account_type,
            "timeZone": "Europe/Berlin",
            "companyCurrency": "EUR",
            "additionalCurrencies": [],
            "utcOffset": "+01:00",
            "utcOffsetMilliseconds": 3600000,
            "uiDomain": "app.hubspot.com",
            "dataHostingLocation": "na1",
        }
        if is_dated(call):
            details |= {"portalName": portal.name, "createdAt": 0}
        return Json(details)

    def _usage(self, call: Call) -> Response:
        self.hub.tokens.need(call, ["oauth"])
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        entry = {
            "name": "private-apps-api-calls-daily",
            "currentUsage": self.hub.rate.used_today(),
            "usageLimit": self.hub.limit("daily"),
            "collectedAt": now(),
            "fetchStatus": "SUCCESS",
            "resetsAt": stamp(midnight),
        }
        return Json({"results": [entry]})

    def _need_records(self, call: Call, *others: str) -> None:
        scopes = [scope for kind in self.hub.object_types for scope in record_scopes(kind, "read")]
        self.hub.tokens.need(call, [*scopes, *others])

    def _property_limits(self, call: Call) -> Response:
        self._need_records(call)
        each = self.hub.limit("custom_properties")
        by_type = [_share(kind, each, len(self.custom_properties(kind))) for kind in self.hub.object_types]
        return Json(_overall(by_type, self.hub.limit("custom_properties_overall")))

    def _pipeline_limits(self, call: Call) -> Response:
        self._need_records(call)
        each = self.hub.limit("pipelines")
        kinds = [kind for kind in self.hub.object_types if not kind.lifecycle_pipeline]
        own = [_share(kind, each, self.store.count(f"pipelines:{kind.id}")) for kind in kinds]
        # Objects of HubSpot's own and those of the account are told apart (fact: hubspot-pipeline-limits).
        return Json({"hubspotDefinedObjectTypes": own, "customObjectTypes": _overall([], each)})

    def _object_limits(self, call: Call) -> Response:
        self._need_records(call, "crm.schemas.custom.read")
        return Json({"limit": 20, "usage": 0, "percentage": 0.0})


def _share(kind: ObjectType, limit: int, usage: int) -> Doc:
    names = {
        "objectTypeId": kind.id,
        "singularLabel": kind.singular.capitalize(),
        "pluralLabel": kind.plural.capitalize(),
    }
    return names | {"limit": limit, "usage": usage, "percentage": _percentage(usage, limit)}


def _overall(by_type: list[Doc], limit: int) -> Doc:
    usage = sum(entry["usage"] for entry in by_type)
    totals = {"overallLimit": limit, "overallUsage": usage, "overallPercentage": _percentage(usage, limit)}
    return totals | {"byObjectType": by_type}


def _percentage(usage: int, limit: int) -> float:
    return round(100 * usage / limit, 2) if limit else 100.0
