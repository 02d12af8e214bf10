"""Signing in: three OAuth flows, tokens that are renewed once, and errors in words a person can act on.

This is the one room with the library for certificates, and it is imported only where one is used.
"""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mopsctl import secrets
from mopsctl.errors import AuthenticationError, ConnectionFailed, SystemError_
from mopsctl.provider import answers
from mopsctl.provider.bounds import Bounds
from mopsctl.provider.hosts import check_answer
from mopsctl.provider.http import OK, Api, Verdict
from mopsctl.provider.refresh import Kept, seed_of, store_of
from mopsctl.provider.tokens import TokenCache

if TYPE_CHECKING:
    import httpx

    from mopsctl.provider.contract import Connection

TOKEN_PATH = "/services/oauth2/token"
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 180
LOGIN_HOSTS: Mapping[str, str] = {
    "production": "https://login.salesforce.com",
    "sandbox": "https://test.salesforce.com",
}
ENDLESS = ("Connected app is not attached to Agent", "This session is not valid for use with the REST API")
"""Texts of a 401 that a new token does not cure: renewing on them would never end."""

_HINTS: Mapping[str, str] = {
    "audience is invalid": "set audience to https://login.salesforce.com for production, https://test.salesforce.com for sandboxes",
    "expired authorization code": "the assertion was too old on arrival: check this machine's clock",
    "user hasn't approved this consumer": "let an admin pre-authorise the app for the user's permission set, in the app's policies",
    "expired access/refresh token": "the refresh token was revoked, or rotated by another run: sign in again for a new one",
    "request not supported on this domain": "the client credentials flow needs url to be the org's My Domain address",
    "invalid_client_id": "check client_id: the consumer key of the External Client App",
    "invalid_client": "check client_secret, and that the app allows this flow",
    "unsupported_grant_type": "turn the flow on in the app's OAuth settings",
}


_TOKEN = answers.record(
    {"access_token": answers.name, "refresh_token?": answers.name, "instance_url?": answers.name, "id?": answers.text}
)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token with where it counts and whose it is."""

    value: str
    instance_url: str
    org_id: str
    user_id: str


class Tokens:
    """The current token of one connection, and the client that fetches it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.cache = TokenCache(self._fetched)
        self._store = store_of(connection, "salesforce", ("url", "login_url", "client_id"))
        url = _login_url(connection)
        bounds = Bounds.of(connection)
        self._api = Api(connection.system, url, judge=self._judge, bounds=bounds, hosts=connection.hosts)

    @property
    def api(self) -> Api:
        """The client that fetches tokens; it counts its own calls."""
        return self._api

    def current(self) -> Token:
        """The token in use, fetched on first use. Raises AuthenticationError, ConnectionFailed."""
        return self.cache.current()

    def _fetched(self) -> Token:
        if self._flow() != "refresh_token":
            return self._read(self._asked(""))
        return self._refreshed()

    def _refreshed(self) -> Token:
        """With the newest refresh token there is; where the org rotates them, the next one is kept before this one is used."""
        configured = self._need("refresh_token")
        with contextlib.ExitStack() as held:
            trouble: AuthenticationError | None = None
            try:
                held.enter_context(self._store.exclusive())
                kept = self._store.load()
            except AuthenticationError as error:  # no matter, unless the org rotates its refresh tokens
                trouble, kept = error, None
            seed = seed_of(configured)
            own = kept.token if kept is not None and kept.seed == seed else configured
            secrets.register(own)
            body = self._asked(own)
            token = self._read(body)
            # Where the app rotates them, the old one is spent now (fact: salesforce-refresh-rotation).
            if body.get("refresh_token") not in (None, own):
                if trouble is not None:
                    raise trouble
                self._store.keep(Kept(body["refresh_token"], seed))
        return token

    def _asked(self, refresh: str) -> dict[str, Any]:
        form, headers = self._grant(refresh)
        answer = self._api.send("POST", TOKEN_PATH, form=form, headers=headers, write=False)
        body = self._api.json(answer)
        if _TOKEN(body, ""):
            raise ConnectionFailed(
                f"What answers at {self._api.base_url} is not a Salesforce token endpoint.",
                hint="check url and login_url in the environment document",
                system=self._connection.system,
            )
        return dict(body)

    def _read(self, body: Mapping[str, Any]) -> Token:
        for name in ("access_token", "refresh_token"):
            if body.get(name):
                secrets.register(str(body[name]))
        instance = str(body.get("instance_url") or self._api.base_url).rstrip("/")
        check_answer(self._connection.system, instance, self._connection.hosts, self._api.place)
        *_, org_id, user_id = ("", "", *str(body.get("id") or "").rstrip("/").split("/"))
        return Token(str(body["access_token"]), instance, org_id, user_id)

    def _grant(self, refresh: str) -> tuple[dict[str, str], dict[str, str]]:
        match flow := self._flow():
            case "jwt":
                return {"grant_type": JWT_GRANT, "assertion": _assertion(self._connection)}, {}
            case "refresh_token":
                form = {
                    "grant_type": "refresh_token",
                    "refresh_token": refresh,
                    "client_id": self._need("client_id"),
                }
                secret = _value(self._connection, "client_secret")
                return form | ({"client_secret": secret} if secret else {}), {}
            case "client_credentials":
                self._refuse_login_host()
                pair = f"{self._need('client_id')}:{self._need('client_secret')}".encode()
                basic = base64.b64encode(pair).decode()
                secrets.register(basic)
                return {"grant_type": "client_credentials"}, {"authorization": f"Basic {basic}"}
        raise self._wrong(f"There is no sign-in flow '{flow}'.", "flow is jwt, client_credentials or refresh_token")

    def _flow(self) -> str:
        if chosen := self._connection.text("flow"):
            return chosen
        if _value(self._connection, "private_key"):
            return "jwt"
        return "refresh_token" if _value(self._connection, "refresh_token") else "client_credentials"

    def _refuse_login_host(self) -> None:
        if self._api.base_url in LOGIN_HOSTS.values():
            raise self._wrong(
                "The client credentials flow is not answered by the general log-in address.",
                "set url to the org's My Domain address",
            )

    def _need(self, name: str) -> str:
        value = _value(self._connection, name)
        if not value:
            raise self._wrong(
                f"The connection has no {name}.", f"add {name} to the connection in the environment document"
            )
        return value

    def _wrong(self, message: str, hint: str) -> AuthenticationError:
        return AuthenticationError(message, hint=hint, system=self._connection.system)

    def _judge(self, answer: httpx.Response) -> Verdict:
        if answer.status_code == 200:
            return OK
        if answer.status_code >= 500:
            return Verdict("retry")
        return Verdict("fail", self._refused(answer))

    def _refused(self, answer: httpx.Response) -> SystemError_ | None:
        try:
            body = answer.json()
        except ValueError:
            return None
        code = str(body.get("error") or "") if isinstance(body, dict) else ""
        words = str(body.get("error_description") or code) if isinstance(body, dict) else ""
        hint = next(
            (hint for part, hint in _HINTS.items() if part in f"{code} {words}"), "check the connection's credentials"
        )
        return self._wrong(
            f"Salesforce does not let mopsctl sign in: {secrets.mask(words) or answer.status_code}.", hint
        )


def is_over(answer: httpx.Response) -> bool:
    """Whether a new token would help: an ended session, and none of the answers on which renewing never ends."""
    if answer.status_code != 401 or "json" not in answer.headers.get("content-type", ""):
        return False
    return "INVALID_SESSION_ID" in answer.text and not any(text in answer.text for text in ENDLESS)


def _login_url(connection: Connection) -> str:
    usual = connection.text("url") or LOGIN_HOSTS[connection.tier]
    return connection.text("login_url", usual).rstrip("/")


def _value(connection: Connection, name: str) -> str:
    return connection.value(name)


def _assertion(connection: Connection) -> str:
    try:
        import jwt
    except ImportError as error:
        raise AuthenticationError(
            "Signing in with a certificate needs the library PyJWT with cryptography.",
            hint="pip install 'mopsctl[salesforce]'",
            system=connection.system,
        ) from error
    claims = {
        "iss": _value(connection, "client_id"),
        "sub": _value(connection, "username"),
        "aud": connection.text("audience") or LOGIN_HOSTS[connection.tier],
        "exp": int(time.time()) + ASSERTION_SECONDS,
    }
    missing = [name for name, claim in (("client_id", "iss"), ("username", "sub")) if not claims[claim]]
    if missing:
        raise AuthenticationError(
            f"The connection has no {missing[0]}.",
            hint=f"the JWT flow needs {missing[0]} in the environment document",
            system=connection.system,
        )
    try:
        return str(jwt.encode(claims, _value(connection, "private_key").encode(), algorithm="RS256"))
    except (ValueError, TypeError, jwt.exceptions.PyJWTError) as error:
        raise AuthenticationError(
            "The private key cannot be used to sign in.",
            hint="private_key is the whole text of an RSA key in PEM form, with its line breaks",
            system=connection.system,
        ) from error


def claims_of(assertion: str, certificate: str) -> dict[str, Any] | None:
    """The claims of a signed assertion; None where the certificate did not sign it. The emulator reads assertions with it."""
    import jwt

    try:
        return dict(
            jwt.decode(assertion, certificate, algorithms=["RS256"], options={"verify_aud": False, "verify_exp": False})
        )
    except jwt.exceptions.PyJWTError:
        return None
