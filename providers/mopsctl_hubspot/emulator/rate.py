"""Call limits: the headers of every answer, and refusals where the switch `rate_limits` asks for them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_hubspot.emulator.area import Area
from mopsctl_hubspot.emulator.wire import error

if TYPE_CHECKING:
    from mopsctl_hubspot.emulator.hub import HubSpotEmulator

WINDOW_SECONDS = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}
POLICIES = ("TEN_SECONDLY_ROLLING", "SECONDLY", "DAILY")


def is_search(call: Call) -> bool:
    """Whether the request is a record search, which has a limit of its own and no limit headers."""
    return call.method == "POST" and call.path.endswith("/search") and "/objects/" in call.path


def too_many(policy: str, headers: dict[str, str] | None = None) -> Response:
    """429 by one of the three policies."""
    body = {
        "status": "error",
        "message": f"You have reached your {policy.lower().removesuffix('_rolling')} limit.",
        "errorType": "RATE_LIMIT",
        "policyName": policy,
    }
    return error(429, body, headers)


def searched_too_often() -> Response:
    """429 of a search: it names no policy (fact: hubspot-search-limit)."""
    body = {"status": "error", "message": "You have reached your secondly limit.", "errorType": "RATE_LIMIT"}
    return error(429, body)


class Rate(Area):
    """Counts calls by day (kept) and by second (in this process)."""

    def __init__(self, hub: HubSpotEmulator) -> None:
        super().__init__(hub)
        self._recent: dict[str, deque[float]] = {policy: deque() for policy in WINDOW_SECONDS}

    def used_today(self) -> int:
        """Calls that the daily limit has counted."""
        return int(self.store.setting("calls_today", 0))

    def check(self, call: Call) -> Response | None:
        """Count the call; 429 if it is one too many."""
        used = self.used_today() + 1
        self.store.set_setting("calls_today", used)
        if used > self.hub.limit("daily"):
            return too_many("DAILY")
        policy = "SECONDLY" if is_search(call) else "TEN_SECONDLY_ROLLING"
        name = "searches_per_second" if is_search(call) else "burst"
        over = self._count(policy) > self.hub.limit(name)
        if over and policy == "SECONDLY" and self.hub.switch("rate_limits") == "enforced":
            return searched_too_often()
        return too_many(policy) if over and self.hub.switch("rate_limits") == "enforced" else None

    def _count(self, policy: str) -> int:
        recent, moment = self._recent[policy], self.hub.clock()
        while recent and recent[0] <= moment - WINDOW_SECONDS[policy]:
            recent.popleft()
        recent.append(moment)
        return len(recent)

    def add_headers(self, call: Call, response: Response) -> None:
        """Add the limit headers; search answers have none."""
        if is_search(call):
            return
        daily, burst = self.hub.limit("daily"), self.hub.limit("burst")
        recent = len(self._recent["TEN_SECONDLY_ROLLING"])
        values = {
            "Daily": daily,
            "Daily-Remaining": max(0, daily - self.used_today()),
            "Interval-Milliseconds": 10000,
            "Max": burst,
            "Remaining": max(0, burst - recent),
            "Secondly": burst // 10,
            "Secondly-Remaining": max(0, burst // 10 - 1),
        }
        for name, value in values.items():
            response.headers[f"X-HubSpot-RateLimit-{name}"] = str(value)


def moving(seconds: int) -> Response:
    """477: the account is being moved between data centres."""
    body = {"status": "error", "message": "this account is being moved to another data centre"}
    return error(477, body, {"Retry-After": str(seconds)})


def locked() -> Response:
    """423: another write holds the account."""
    return error(423, {"status": "error", "message": "this resource is locked; try again later", "category": "LOCKED"})
