"""Subscription types and statuses: HubSpot lets no API create or change a type, so there are only reads."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc
from mopsctl_hubspot.emulator.area import Area
from mopsctl_hubspot.emulator.tokens import CONSENT_SCOPES
from mopsctl_hubspot.emulator.wire import EPOCH, Json, body_of, invalid, now, ordered

NEWER = ("v4", "2026-03", "2026-09")
STATUSES = ("SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED")


class Consent(Area):
    """Subscription types, and the statuses of single addresses.

    The path for definitions exists for GET only, so a POST is answered with 405; what HubSpot answers is not known.
    """

    def routes(self) -> list[Route]:
        """The v3 paths, and the newer ones, which differ in shape."""
        prefix = "/communication-preferences"
        older = [
            Route(f"{prefix}/v3/definitions", self._definitions_v3),
            Route(f"{prefix}/v3/status/email/{{email}}", self._status_v3),
        ]
        newer = [
            route
            for version in NEWER
            for route in (
                Route(f"{prefix}/{version}/definitions", self._definitions),
                Route(f"{prefix}/{version}/statuses/batch/read", self._batch, methods=["POST"]),
                Route(f"{prefix}/{version}/statuses/{{email}}", self._status),
            )
        ]
        return [*older, *newer]

    def set_status(self, email: str, subscription: str, status: str) -> None:
        """Record what a person said on a preference page. ValueError for an unknown type or status."""
        if self.store.get("subscriptions", subscription) is None or status not in STATUSES:
            raise ValueError(f"there is no subscription type {subscription}, or no status {status}")
        key = f"{email.lower()}/{subscription}"
        self.store.put("statuses", key, {"email": email.lower(), "subscription": subscription, "status": status})

    def _types(self, call: Call) -> list[Doc]:
        self.hub.tokens.need(call, CONSENT_SCOPES)
        return ordered(self.store.list("subscriptions"), self.hub.switch("list_order"))

    def _definitions_v3(self, call: Call) -> Response:
        return Json({"subscriptionDefinitions": self._types(call)})

    def _definitions(self, call: Call) -> Response:
        return Json(_complete(self._types(call)))

    def _state(self, email: str, subscription: str) -> str:
        found = self.store.get("statuses", f"{email.lower()}/{subscription}")
        return str(found["status"]) if found else "NOT_SPECIFIED"

    def _status_v3(self, call: Call) -> Response:
        email, entries = call.params["email"], list[Doc]()
        for kind in self._types(call):
            subscribed = self._state(email, kind["id"]) == "SUBSCRIBED"
            entry = {name: kind[name] for name in ("id", "name", "description")}
            entry["status"] = "SUBSCRIBED" if subscribed else "NOT_SUBSCRIBED"
            entries.append(entry | {"sourceOfStatus": "SUBSCRIPTION_STATUS"})
        return Json({"recipient": email, "subscriptionStatuses": entries})

    def _status(self, call: Call) -> Response:
        _check_channel(call)
        return Json(_complete(self._entries(call, call.params["email"])))

    def _batch(self, call: Call) -> Response:
        _check_channel(call)
        emails = body_of(call, ["inputs"])["inputs"]
        return Json(
            _complete([{"subscriberIdString": email, "statuses": self._entries(call, email)} for email in emails])
        )

    def _entries(self, call: Call, email: str) -> list[Doc]:
        return [
            {
                "channel": "EMAIL",
                "source": "API",
                "status": self._state(email, kind["id"]),
                "subscriberIdString": email,
                "subscriptionId": int(kind["id"]),
                "subscriptionName": kind["name"],
                "timestamp": EPOCH,
            }
            for kind in self._types(call)
        ]


def _check_channel(call: Call) -> None:
    if call.query.get("channel") != "EMAIL":
        raise invalid("the channel must be EMAIL")


def _complete(results: list[Doc]) -> Doc:
    at = now()
    return {"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at}
