"""Tokens and scopes: who may call what, and what a refusal says."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc, Refusal, Store
from mopsctl_hubspot.emulator.area import Area
from mopsctl_hubspot.emulator.objects import OBJECT_TYPES, ObjectType
from mopsctl_hubspot.emulator.wire import Json, Problem, bad_json, body_of, error, error_body, stamp

ACCESS_SECONDS = 1800
TOKENS = "_tokens"
_PLACE = uuid.UUID("6f1d0a52-64c5-4c7e-9b0e-3a1f6a6f2f10")
_TOKEN_PATHS = ("/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token", "/oauth/2026-09/token")
_INFO_PATH = "/oauth/v2/private-apps/get/access-token-info"
OPEN_PATHS = frozenset({*_TOKEN_PATHS, _INFO_PATH})
"""Paths that take no bearer token."""
OTHER_PATHS = frozenset(_TOKEN_PATHS)
"""Paths that neither read nor write the account."""

CONSENT_SCOPES = ("communication_preferences.read", "communication_preferences.read_write")
SCORE_SCOPES = {"read": "mh-lead-scoring-view", "write": "mh-lead-scoring-edit"}


def schema_scopes(kind: ObjectType, access: str) -> tuple[str, ...]:
    """The scopes of which one is enough to read or write the definitions of an object type."""
    if kind.scope == "tickets":
        return ("tickets",)
    if kind.scope == "leads":
        return (f"crm.objects.leads.{access}",)
    wide = (f"crm.schemas.{kind.scope}.{access}",)
    return wide if access == "write" else (*wide, f"crm.objects.{kind.scope}.read")


def record_scopes(kind: ObjectType, access: str) -> tuple[str, ...]:
    """The scopes of which one is enough to read or write records."""
    return ("tickets",) if kind.scope == "tickets" else (f"crm.objects.{kind.scope}.{access}",)


def sensitive_scope(kind: ObjectType, sensitivity: str) -> str:
    """The scope that a sensitive or highly sensitive definition needs."""
    return f"crm.objects.{kind.scope}.{sensitivity}.write"


def _all_scopes(accesses: Iterable[str]) -> list[str]:
    """What an account's admin can tick for a token with these accesses."""
    scopes = {"oauth", CONSENT_SCOPES[0]}
    for access in accesses:
        scopes.add(SCORE_SCOPES[access])
        for kind in OBJECT_TYPES:
            if kind.scope != "tickets":
                scopes |= {f"crm.schemas.{kind.scope}.{access}", f"crm.objects.{kind.scope}.{access}"}
    if "write" in accesses:
        scopes.add("tickets")
        scopes |= {sensitive_scope(kind, word) for kind in OBJECT_TYPES for word in ("sensitive", "highly_sensitive")}
    return sorted(scopes)


_READ, _WRITE = _all_scopes(("read",)), _all_scopes(("read", "write"))
_WITHOUT_READ = [scope for scope in _WRITE if not scope.endswith((".read", "-view"))]
_SCOPES = {"full": _WRITE, "read_only": _READ, "write_only": _WITHOUT_READ, "scopeless": ["oauth"]}


def tokens(persona: str) -> dict[str, str]:
    """The long-lived tokens of an account: `full`, `read_only`, `write_only` and `scopeless`."""
    return {name: f"pat-na1-{uuid.uuid5(_PLACE, f'{persona}/{name}')}" for name in _SCOPES}


def oauth_client(persona: str) -> dict[str, str]:
    """An OAuth app that is installed in the account: `client_id`, `client_secret`, `refresh_token`."""
    names = ("client_id", "client_secret", "refresh_token")
    return {name: str(uuid.uuid5(_PLACE, f"{persona}/{name}")) for name in names}


def seed_tokens(store: Store, persona: str) -> None:
    """Issue the long-lived tokens."""
    for name, token in tokens(persona).items():
        store.put(TOKENS, token, {"scopes": _SCOPES[name], "user": "1", "app": 900001, "expires": None})


class Tokens(Area):
    """Checks tokens and scopes, issues access tokens, tells what a token may do."""

    def routes(self) -> list[Route]:
        """The token endpoints of every version, and the information about a private app's token."""
        issue = [Route(path, self._issue, methods=["POST"]) for path in _TOKEN_PATHS]
        return [*issue, Route(_INFO_PATH, self._info, methods=["POST"])]

    def check(self, call: Call) -> None:
        """401 unless the request carries a token that is valid now."""
        if not call.bearer:
            raise Problem(401, "this request has no credentials", category="INVALID_AUTHENTICATION")
        token = self.store.get(TOKENS, call.bearer)
        if token is None and call.bearer.startswith(("pat-", "CE")):
            raise Problem(401, "these credentials are not known", category="INVALID_AUTHENTICATION")
        expires = token["expires"] if token else "1970-01-01T00:00:00.000Z"
        if expires is not None and expires <= stamp(datetime.now(UTC)):
            context = {"expire time": [expires]}
            raise Problem(401, f"this token expired at {expires}", category="EXPIRED_AUTHENTICATION", context=context)

    def need(self, call: Call, scopes: Iterable[str], access: str = "read") -> None:
        """403 unless the token holds one of the scopes."""
        held = set((self.store.get(TOKENS, call.bearer) or {"scopes": []})["scopes"])
        wanted = list(scopes)
        if held & set(wanted):
            return
        if access == "read" and any(scope.replace(".read", ".write") in held for scope in wanted):
            # A token that may only write is refused without being told what it lacks.
            raise Problem(403, "this token may not read here", category=None)
        raise MissingScopes(wanted)

    def holds(self, call: Call, scope: str) -> bool:
        """Whether the token holds a scope."""
        return scope in (self.store.get(TOKENS, call.bearer) or {"scopes": []})["scopes"]

    def expire(self, call: Call) -> None:
        """Make the token of this request expire at this moment."""
        token = self.store.get(TOKENS, call.bearer)
        if token is not None:
            self.store.put(TOKENS, call.bearer, token | {"expires": stamp(datetime.now(UTC) - timedelta(seconds=1))})

    def user_of(self, call: Call) -> str:
        """The user id that definitions written with this token show."""
        return str((self.store.get(TOKENS, call.bearer) or {"user": "1"})["user"])

    def _issue(self, call: Call) -> Response:
        form, client = call.form(), oauth_client(self.hub.persona)
        if form.get("grant_type") != "refresh_token":
            raise _oauth_problem("BAD_GRANT_TYPE", "only the grant type refresh_token is emulated")
        if form.get("client_id") != client["client_id"]:
            raise _oauth_problem("BAD_CLIENT_ID", "there is no app with this client id")
        if form.get("client_secret") != client["client_secret"]:
            raise _oauth_problem("BAD_CLIENT_SECRET", "the client secret is wrong")
        if form.get("refresh_token") != client["refresh_token"]:
            raise _oauth_problem("BAD_REFRESH_TOKEN", "the refresh token is missing, invalid or revoked")
        return Json(self._new_token(client["refresh_token"], with_hub="v1" not in call.path))

    def _new_token(self, refresh_token: str, *, with_hub: bool) -> Doc:
        token = f"CE{secrets.token_urlsafe(40)}"
        expires = stamp(datetime.now(UTC) + timedelta(seconds=ACCESS_SECONDS))
        self.store.put(TOKENS, token, {"scopes": _WRITE, "user": "1", "app": 900002, "expires": expires})
        answer = {
            "access_token": token,
            "refresh_token": refresh_token,
            "expires_in": ACCESS_SECONDS,
            "token_type": "bearer",
            "token_use": "access_token",
        }
        return answer | ({"hub_id": self.hub.portal.id, "user_id": 1, "scopes": _WRITE} if with_hub else {})

    def _info(self, call: Call) -> Response:
        key = body_of(call, ["tokenKey"])["tokenKey"]
        token = self.store.get(TOKENS, key) if isinstance(key, str) else None
        if token is None:
            raise bad_json("the token is not known")
        return Json({"userId": 1, "hubId": self.hub.portal.id, "appId": token["app"], "scopes": token["scopes"]})


class MissingScopes(Refusal):
    """403 that names the scopes of which one is needed."""

    def __init__(self, scopes: list[str]) -> None:
        detail = {"message": "one of these scopes is needed", "context": {"requiredGranularScopes": scopes}}
        body = error_body("this app lacks a scope that the call needs", "MISSING_SCOPES", errors=[detail])
        super().__init__(error(403, body | {"links": {"scopes": "https://developers.hubspot.com/scopes"}}))


def _oauth_problem(status: str, message: str) -> Refusal:
    return Refusal(error(400, {"status": status, "message": message}))
