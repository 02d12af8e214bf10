"""Credentials: Basic, and OAuth with refresh tokens that change at every use."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Protocol

from mopsctl import secrets
from mopsctl.errors import AuthenticationError, OutcomeUnknown, RateLimited
from mopsctl.provider.contract import Connection
from mopsctl.provider.refresh import Kept, TokenStore, seed_of
from mopsctl.provider.tokens import TokenCache
from mopsctl_eloqua import answers, settings

if TYPE_CHECKING:
    from mopsctl.provider.http import Api, Verdict

TOKEN_PATH = "/auth/oauth2/token"
_A_MINUTE = 60.0  # one start of an authorisation per minute, user and app
_AGAIN = "authorise the app again and put the new refresh_token into the connection"


class Credentials(Protocol):
    """Signs requests, and may get itself renewed."""

    def header(self) -> str:
        """The value of the `Authorization` header."""

    def renew(self, refused: str) -> bool:
        """Get another header in place of the refused one; false where there is none to be had."""


class Basic:
    """A user's name and password."""

    def __init__(self, company: str, user: str, password: str) -> None:
        name = user if "\\" in user else f"{company}\\{user}"
        encoded = base64.b64encode(f"{name}:{password}".encode()).decode()
        secrets.register(encoded)
        self._header = f"Basic {encoded}"

    def header(self) -> str:
        """Always the same."""
        return self._header

    def renew(self, refused: str) -> bool:
        """There is nothing to renew."""
        return False


# Each use spends the refresh token (fact: eloqua-refresh-tokens).
class OAuth:
    """An app's access token, fetched when first needed; the refresh token that comes with it is kept at once."""

    def __init__(self, connection: Connection, login: Api, store: TokenStore) -> None:
        self._connection = connection
        self._login = login
        self._store = store
        self._cache = TokenCache(self._fetched)

    def header(self) -> str:
        """A bearer token. AuthenticationError where none can be had."""
        return self._cache.current()

    def renew(self, refused: str) -> bool:
        """Fetch another token, unless another thread has done so already."""
        self._cache.renew(refused)
        return True

    def _fetched(self) -> str:
        with self._store.exclusive():
            kept, configured = self._store.load(), settings.value(self._connection, "refresh_token")
            seed = seed_of(configured)
            token = kept.token if kept is not None and kept.seed == seed else configured
            body = self._pair(token)
            self._store.keep(Kept(body["refresh_token"], seed))
        secrets.register(body["access_token"])
        return f"Bearer {body['access_token']}"

    def _pair(self, token: str) -> dict[str, str]:
        """A pair for the token; where that is refused or there is none, for the user's password, if there is one."""
        try:
            return self._asked(self._refresh(token) if token else self._password())
        except AuthenticationError:
            if not token or not settings.value(self._connection, "password"):
                raise
            return self._asked(self._password())

    def _refresh(self, token: str) -> dict[str, str]:
        secrets.register(token)
        return {"grant_type": "refresh_token", "refresh_token": token, "scope": "full"} | self._redirect()

    def _password(self) -> dict[str, str]:
        company, user, password = (settings.value(self._connection, name) for name in ("company", "user", "password"))
        if not (user and password):
            raise AuthenticationError(
                f"{self._connection.system} has neither a refresh token nor a user with a password.",
                hint=_AGAIN,
                system=self._connection.system,
            )
        name = user if "\\" in user else f"{company}\\{user}"
        return {"grant_type": "password", "scope": "full", "username": name, "password": password}

    def _redirect(self) -> dict[str, str]:
        address = settings.value(self._connection, "redirect_uri")
        return {"redirect_uri": address} if address else {}

    def _asked(self, grant: dict[str, str]) -> dict[str, str]:
        app = ":".join(settings.value(self._connection, name) for name in ("client_id", "client_secret"))
        encoded = base64.b64encode(app.encode()).decode()
        secrets.register(encoded)
        try:
            answer = self._login.send("POST", TOKEN_PATH, json=grant, headers={"authorization": f"Basic {encoded}"})
            return self._token(answers.body_of(answer))
        except OutcomeUnknown as error:
            raise AuthenticationError(
                f"{self._connection.system} did not answer when the refresh token was used, so it may be spent.",
                hint=f"try once more; if that is refused, {_AGAIN}",
                system=self._connection.system,
            ) from error

    def _token(self, body: Any) -> dict[str, str]:
        """The token pair of an answer; without a new refresh token the next run would be locked out, so that is said."""
        if not isinstance(body, dict) or not all(body.get(name) for name in ("access_token", "refresh_token")):
            raise AuthenticationError(
                f"{self._connection.system} answered the token request with something else than a pair of tokens.",
                hint=_AGAIN,
                system=self._connection.system,
            )
        secrets.register(str(body["refresh_token"]))
        return {name: str(body[name]) for name in ("access_token", "refresh_token")}


def token_verdict(system: str, answer: answers.Answer) -> Verdict:
    """The judge of the token endpoint, which says no with 401 or 400 and throttles new authorisations."""
    from mopsctl.provider.http import Verdict

    if answer.status_code == 429:
        error = RateLimited(
            f"{system} allows one authorisation per minute and user.",
            hint="wait a minute, then try again",
            system=system,
        )
        return Verdict("retry", error, wait=_A_MINUTE)
    if answer.status_code not in (400, 401):
        return answers.judge(system)(answer)
    body = answers.body_of(answer)
    said = str(body.get("error_description") or body.get("error") or "") if isinstance(body, dict) else ""
    words = f" ({said.rstrip('.')})" if said else ""
    error_ = AuthenticationError(
        secrets.mask(f"{system} refuses the refresh token or the app{words}."),
        hint=f"a refresh token is good for one use within 12 months: {_AGAIN}",
        system=system,
    )
    return Verdict("fail", error_)
