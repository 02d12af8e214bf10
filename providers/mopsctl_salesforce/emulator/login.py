"""The token endpoint and who a token belongs to."""

from __future__ import annotations

import base64
import secrets
import time
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from mopsctl.emulator import Call
from mopsctl_salesforce.auth import claims_of
from mopsctl_salesforce.emulator import seed
from mopsctl_salesforce.emulator.answers import Json, oauth_error

if TYPE_CHECKING:
    from mopsctl_salesforce.emulator.org import SalesforceEmulator

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = {"sandbox": "https://test.salesforce.com", "production": "https://login.salesforce.com"}
LONGEST_ASSERTION = 300  # seconds that an assertion may live


def user_of(org: SalesforceEmulator, token: str) -> str | None:
    """The user a session belongs to; None where it is over."""
    found = org.store.get("_tokens", token)
    return str(found["user"]) if found else None


def token(org: SalesforceEmulator, call: Call) -> Response:
    """Exchange a grant for a session."""
    form = call.form()
    match form.get("grant_type"):
        case "client_credentials":
            return _client_credentials(org, call, form)
        case "refresh_token":
            return _refresh(org, call, form)
        case grant if grant == JWT_GRANT:
            return _jwt(org, call, form)
        case "password":
            return oauth_error("invalid_grant", "authentication failure")
        case _:
            return oauth_error("unsupported_grant_type", "grant type not supported")


def _client_credentials(org: SalesforceEmulator, call: Call, form: dict[str, str]) -> Response:
    key, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, basic = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        key, _, secret = base64.b64decode(basic).decode().partition(":")
    if key != seed.CLIENT_ID:
        return oauth_error("invalid_client_id", "client identifier invalid")
    if secret != seed.CLIENT_SECRET:
        return oauth_error("invalid_client", "invalid client credentials")
    return _granted(org, call, seed.INTEGRATION_USER)


def _refresh(org: SalesforceEmulator, call: Call, form: dict[str, str]) -> Response:
    if form.get("client_id") != seed.CLIENT_ID:
        return oauth_error("invalid_client_id", "client identifier invalid")
    known = org.store.setting("refresh_token", seed.REFRESH_TOKEN)
    if form.get("refresh_token") != known:
        return oauth_error("invalid_grant", "expired access/refresh token")
    extra = {}
    if org.switch("refresh_rotation") == "on":
        extra["refresh_token"] = f"5Aep{secrets.token_hex(12)}"
        org.store.set_setting("refresh_token", extra["refresh_token"])
    return _granted(org, call, seed.INTEGRATION_USER, **extra)


def _jwt(org: SalesforceEmulator, call: Call, form: dict[str, str]) -> Response:
    certificate = org.store.setting("certificate")
    claims = claims_of(form.get("assertion", ""), certificate) if certificate else None
    if claims is None:
        return oauth_error(
            "invalid_grant", "invalid assertion" if certificate else "user hasn't approved this consumer"
        )
    problem = _problem(org, claims)
    if problem is not None:
        return problem
    user = next(each for each in org.store.list("User") if each["Username"] == claims["sub"])
    return _granted(org, call, user["Id"])


def _problem(org: SalesforceEmulator, claims: dict[str, Any]) -> Response | None:
    if claims.get("iss") != seed.CLIENT_ID:
        return oauth_error("invalid_client_id", "client identifier invalid")
    if claims.get("aud") != AUDIENCES.get(org.persona, AUDIENCES["production"]):
        return oauth_error("invalid_grant", "audience is invalid")
    if not 0 < float(claims.get("exp", 0)) - time.time() <= LONGEST_ASSERTION:
        return oauth_error("invalid_grant", "expired authorization code")
    known = any(each["Username"] == claims.get("sub") for each in org.store.list("User"))
    return None if known else oauth_error("invalid_grant", "user hasn't approved this consumer")


def _granted(org: SalesforceEmulator, call: Call, user: str, **extra: str) -> Response:
    org_id = seed.ORGANIZATIONS[org.persona]["Id"]
    if org.switch("token_format") == "jwt":
        value = ".".join(secrets.token_urlsafe(20) for _ in range(3))
    else:
        value = f"{org_id[:15]}!AQ{secrets.token_hex(24)}"
    org.store.put("_tokens", value, {"user": user, "jwt": org.switch("token_format") == "jwt"})
    address = f"http://{call.headers['host']}"
    return Json(
        {
            "access_token": value,
            "instance_url": address,
            "id": f"{address}/id/{org_id}/{user}",
            "issued_at": str(int(time.time() * 1000)),
            "signature": "ZW11bGF0ZWQ=",
            "token_type": "Bearer",
            "scope": "api",
            **extra,
        }
    )


def userinfo(org: SalesforceEmulator, call: Call) -> Response:
    """Who the session belongs to."""
    user = org.store.get("User", org.user(call)) or {}
    return Json(
        {
            "user_id": user.get("Id"),
            "organization_id": seed.ORGANIZATIONS[org.persona]["Id"],
            "preferred_username": user.get("Username"),
        }
    )


ROUTES = (
    ("POST", "/services/oauth2/token", token),
    ("GET", "/services/oauth2/userinfo", userinfo),
)
