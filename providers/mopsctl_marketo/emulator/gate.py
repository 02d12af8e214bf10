"""What every request passes: size, token, quota of the day, rate limit. Counts what the vendor counts."""

from __future__ import annotations

import hashlib
import json
import zoneinfo
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from mopsctl.emulator import Call
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.envelope import lead, params, problem

IDENTITY = "/identity/oauth/token"
TOKEN_SECONDS = 3600
WINDOW = 20.0
FREE = frozenset({"601", "602", "604", "605", "608", "611"})  # counted neither for the day nor for the rate
_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>"


class Gate(Area):
    """Tokens and limits."""

    def endpoints(self) -> Iterator[Endpoint]:
        """The usage endpoints; the identity service is not part of the REST API."""
        yield Endpoint("GET", "/rest/v1/stats/usage.json", lambda call: self._usage(call, 1))
        yield Endpoint("GET", "/rest/v1/stats/usage/last7days.json", lambda call: self._usage(call, 7))
        yield Endpoint("GET", "/rest/v1/stats/errors.json", lambda call: self._errors(call, 1))
        yield Endpoint("GET", "/rest/v1/stats/errors/last7days.json", lambda call: self._errors(call, 7))

    # -- identity

    def identity(self, call: Call) -> Response:
        """A token: the same one until it expires, with the seconds that are left."""
        given = params(call)
        if given.get("grant_type") != "client_credentials":
            return _oauth("unsupported_grant_type", f"Unsupported grant type: {given.get('grant_type')}", 400)
        service = self.store.get("services", given.get("client_id", ""))
        if service is None:
            return _oauth("unauthorized", f"No client with requested id: {given.get('client_id', '')}")
        if service["secret"] != given.get("client_secret"):
            return _oauth("invalid_client", "Bad client credentials")
        token, doc = self._token_for(given["client_id"])
        left = int(doc["expires"] - self.emulator.clock())
        body = {"access_token": token, "token_type": "bearer", "expires_in": left, "scope": service["user"]}
        return JSONResponse(body, headers={"cache-control": "no-store", "pragma": "no-cache"})

    def _token_for(self, client_id: str) -> tuple[str, dict[str, Any]]:
        now = self.emulator.clock()
        for token, doc in self.store.items("_tokens"):
            if doc["client"] == client_id and doc["expires"] > now:
                return token, doc
        number = self.store.next_id("_tokens")
        token = hashlib.sha256(f"{client_id}/{number}".encode()).hexdigest()[:36] + ":sj"
        doc = {"client": client_id, "expires": now + TOKEN_SECONDS - 1, "told": False}
        self.store.put("_tokens", token, doc)
        return token, doc

    def expire(self, token: str) -> None:
        """Make a token expire now."""
        doc = self.store.get("_tokens", token)
        if doc is not None:
            self.store.put("_tokens", token, {**doc, "expires": self.emulator.clock() - 1})

    # -- the gate

    def check(self, call: Call) -> Response | None:
        """An error in place of the answer, or None."""
        if call.path == IDENTITY:
            return None
        if call.fault("html_as_json"):
            return Response(_PAGE, 200, media_type="application/json")
        return self._size(call) or self._token(call) or self._limits(call)

    def _size(self, call: Call) -> Response | None:
        if len(call.body) > 1_000_000:
            return PlainTextResponse("Request Entity Too Large", 413)
        if len(call.path) + len(str(call.query)) > 8_192:
            return PlainTextResponse("Request-URI Too Long", 414)
        return None

    def _token(self, call: Call) -> Response | None:
        token = call.bearer
        if not token and self.emulator.switch("query_token"):
            token = call.query.get("access_token", "")
        if not token:
            return problem(call, str(self.emulator.switch("no_token_code")))
        doc = self.store.get("_tokens", token)
        if doc is None or doc["told"]:
            return problem(call, "601")
        if doc["expires"] <= self.emulator.clock():
            self.store.put("_tokens", token, {**doc, "told": True})
            return problem(call, "602")
        return None

    def _limits(self, call: Call) -> Response | None:
        if sum(self._today()["users"].values()) >= self.emulator.limit("calls_a_day"):
            return problem(call, "607", f"Daily quota '{self.emulator.limit('calls_a_day')}' reached")
        if len(self._window()) >= self.emulator.limit("calls_in_20_seconds"):
            limit = self.emulator.limit("calls_in_20_seconds")
            return problem(call, "606", f"Max rate limit '{limit}' exceeded with in '20' secs")
        return None

    def user(self, call: Call) -> str:
        """The API user behind the token."""
        doc = self.store.get("_tokens", call.bearer or call.query.get("access_token", "")) or {}
        service = self.store.get("services", str(doc.get("client", ""))) or {}
        return str(service.get("user", ""))

    def may(self, call: Call, permissions: tuple[str, ...]) -> bool:
        """Whether the role of the token's user has one of the permissions."""
        role = self.store.get("roles", self.user(call)) or {"permissions": []}
        return not permissions or bool(set(permissions) & set(role["permissions"]))

    # -- the books

    def count(self, call: Call, response: Response) -> None:
        """Write a call down for the day and for the rate, unless the vendor counts it not."""
        if call.path == IDENTITY:
            return
        code = _code(response)
        if code not in FREE:
            window = [*self._window(), self.emulator.clock()]
            self.store.put("_limits", "window", {"calls": window})
            arrivals = (self.store.get("_limits", "arrivals") or {"calls": []})["calls"]
            self.store.put("_limits", "arrivals", {"calls": [*arrivals, self.emulator.clock()][-1000:]})
        today = self._today()
        user = self.user(call)
        if code not in FREE:
            today["users"][user] = today["users"].get(user, 0) + 1
        if code:
            today["errors"][code] = today["errors"].get(code, 0) + 1
        self.store.put("_usage", self._day(), today)

    def arrivals(self) -> list[float]:
        """When the last thousand counted calls came in, by the emulator's clock."""
        return list((self.store.get("_limits", "arrivals") or {"calls": []})["calls"])

    def spend(self, calls: int, user: str = "another-integration@example.com") -> None:
        """Let another integration use up calls of the day."""
        today = self._today()
        today["users"][user] = today["users"].get(user, 0) + calls
        self.store.put("_usage", self._day(), today)

    def _window(self) -> list[float]:
        # The clock starts again with the machine, and the store does not: later moments are of an earlier day.
        now = self.emulator.clock()
        calls = (self.store.get("_limits", "window") or {"calls": []})["calls"]
        return [moment for moment in calls if now - WINDOW < moment <= now]

    def _day(self, back: int = 0) -> str:
        local = self.emulator.now().astimezone(zoneinfo.ZoneInfo("America/Chicago")) - timedelta(days=back)
        return f"{local:%Y-%m-%d}"

    def _today(self, back: int = 0) -> dict[str, Any]:
        return self.store.get("_usage", self._day(back)) or {"users": {}, "errors": {}}

    def _usage(self, call: Call, days: int) -> Response:
        found = []
        for back in reversed(range(days)):
            users = self._today(back)["users"]
            named = [{"userId": user, "count": users[user]} for user in sorted(users)]
            found.append({"date": self._day(back), "total": sum(users.values()), "users": named})
        return lead(call, found)

    def _errors(self, call: Call, days: int) -> Response:
        found = []
        for back in reversed(range(days)):
            errors = self._today(back)["errors"]
            named = [{"errorCode": code, "count": errors[code]} for code in sorted(errors)]
            found.append({"date": self._day(back), "total": sum(errors.values()), "errors": named})
        return lead(call, found)


def _oauth(error: str, description: str, status: int = 401) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)


def _code(response: Response) -> str:
    """The error code of an answer, the HTTP status where it is no envelope, or nothing."""
    if response.status_code != 200:
        return str(response.status_code)
    try:
        body = json.loads(bytes(response.body))
    except ValueError:
        return ""
    errors = body.get("errors") if isinstance(body, dict) else None
    return str(errors[0]["code"]) if errors else ""
