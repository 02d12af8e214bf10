"""Who may come in: `/id`, the token endpoint with refresh tokens that change, users, rights, and the account's home."""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from mopsctl.emulator import Call, Doc

if TYPE_CHECKING:
    from mopsctl_eloqua.emulator.app import EloquaEmulator

TOKENS = "_tokens"
LIFETIME = 28_800  # seconds of an access token
COMPANY, USER, PASSWORD = "EmulatedCo", "Api.User", "emulated-password"
CLIENT_ID, CLIENT_SECRET, FIRST_REFRESH = "emulated-client", "emulated-client-secret", "emulated-refresh-0"
SITES = {"sandbox": 4201, "production": 4202}


class Access:
    """The log-in host and the gate in front of the APIs."""

    def __init__(self, emulator: EloquaEmulator) -> None:
        self._emulator = emulator

    def seed(self) -> None:
        """The refresh token that an administrator has got from authorising the app once."""
        self._emulator.store.put(TOKENS, FIRST_REFRESH, {"sort": "refresh"})

    # -- endpoints

    def identity(self, call: Call) -> Response:
        """`GET /id`: who somebody is and where the account lives, or a sentence with status 200."""
        if not self.knows(call) or self._emulator.store.setting("disabled", False):
            return JSONResponse("Not authenticated.")
        base = self._home(call)
        persona = self._emulator.persona
        rest = {"standard": f"{base}/API/REST/{{version}}/", "bulk": f"{base}/API/Bulk/{{version}}/"}
        user = {"id": 7, "username": USER, "displayName": "Api User", "firstName": "Api", "lastName": "User"}
        site = {"id": SITES[persona], "name": f"{COMPANY} {persona}"}
        soap = {"standard": f"{base}/API/{{version}}/Service.svc"}
        return JSONResponse({"site": site, "user": user, "urls": {"base": base, "apis": {"soap": soap, "rest": rest}}})

    def token(self, call: Call) -> Response:
        """`POST /auth/oauth2/token`."""
        if _basic(call) != f"{CLIENT_ID}:{CLIENT_SECRET}":
            return self._no("invalid_client", 2001, "The client is not known")
        grant = _grant(call)
        if grant.get("grant_type") == "password":
            return self._start(grant)
        if grant.get("grant_type") != "refresh_token":
            return self._no("unsupported_grant_type", 3001, "The grant type is not supported")
        kept = self._emulator.store.get(TOKENS, str(grant.get("refresh_token", "")))
        if kept is None or kept["sort"] != "refresh":
            return self._no("invalid_grant", 4001, "The refresh token is spent, expired or unknown")
        self._emulator.store.delete(TOKENS, str(grant["refresh_token"]))
        if self._emulator.switch("refresh_revokes_access"):
            self.forget_access()
        return self._pair()

    def _start(self, grant: Doc) -> Response:
        """A new authorisation by password: one a minute."""
        if (grant.get("username"), grant.get("password")) != (f"{COMPANY}\\{USER}", PASSWORD):
            return self._no("invalid_grant", 4002, "The user is not known")
        last = self._emulator.store.setting("last_start", 0.0)
        if time.time() - last < self._emulator.limit("seconds_between_authorisations"):
            return PlainTextResponse("too many requests", 429)
        self._emulator.store.set_setting("last_start", time.time())
        return self._pair()

    def _pair(self) -> Response:
        number = self._emulator.store.next_id("tokens")
        access, refresh = f"emulated-access-{number}", f"emulated-refresh-{number}"
        self._emulator.store.put(TOKENS, access, {"sort": "access", "until": time.time() + LIFETIME})
        self._emulator.store.put(TOKENS, refresh, {"sort": "refresh"})
        pair = {"access_token": access, "token_type": "bearer", "expires_in": LIFETIME, "refresh_token": refresh}
        return JSONResponse(pair)

    def _no(self, error: str, code: int, words: str) -> Response:
        status = self._emulator.switch("token_error_status")
        body: Doc = {"error": error}
        if status == 401:
            body |= {"error_code": code, "error_description": words}
        return JSONResponse(body, status)

    # -- the gate

    def gate(self, call: Call) -> Response | None:
        """An answer where the request may not pass."""
        moved = self._emulator.store.setting("home", "") not in ("", call.headers.get("host", ""))
        if moved or not self.knows(call) or self._emulator.store.setting("disabled", False):
            return self.unauthorised()
        closed = self._emulator.store.setting("forbidden", [])
        if any(part in call.path for part in closed):
            return Response(status_code=403)
        return None

    def unauthorised(self) -> Response:
        """A 401, whose body nobody has described."""
        shape = self._emulator.switch("unauthorised_body")
        if shape == "json":
            return JSONResponse("Not authenticated.", 401)
        return PlainTextResponse("You are not authorized.", 401) if shape == "text" else Response(status_code=401)

    def knows(self, call: Call) -> bool:
        """Whether the credentials of a request are good."""
        if call.bearer:
            token = self._emulator.store.get(TOKENS, call.bearer)
            return token is not None and token["sort"] == "access" and token["until"] > time.time()
        return _basic(call) == f"{COMPANY}\\{USER}:{self._emulator.store.setting('password', PASSWORD)}"

    def expire(self, call: Call) -> None:
        """Let the access token of a request expire; a password does not."""
        if call.bearer:
            self._emulator.store.delete(TOKENS, call.bearer)

    def forget_access(self) -> None:
        """Let every access token expire."""
        for key, token in self._emulator.store.items(TOKENS):
            if token["sort"] == "access":
                self._emulator.store.delete(TOKENS, key)

    def forget_refresh(self) -> None:
        """Let every refresh token expire, as after twelve months."""
        for key, token in self._emulator.store.items(TOKENS):
            if token["sort"] == "refresh":
                self._emulator.store.delete(TOKENS, key)

    def _home(self, call: Call) -> str:
        return f"http://{self._emulator.store.setting('home', '') or call.headers.get('host', '')}"


def _basic(call: Call) -> str:
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(encoded).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _grant(call: Call) -> dict[str, Any]:
    if "json" not in call.headers.get("content-type", ""):
        return call.form()
    try:
        found = json.loads(call.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
