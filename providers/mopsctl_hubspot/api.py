"""HubSpot's API: paths by version, tokens, whole collections. What answers mean is in `answers`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Literal
from urllib.parse import quote

from mopsctl import secrets
from mopsctl.errors import AuthenticationError, MopsctlError, VendorError
from mopsctl.provider import http
from mopsctl.provider.answers import Call, Page, Shape, collected
from mopsctl.provider.bounds import Bounds
from mopsctl.provider.contract import Calls, Connection
from mopsctl.provider.tokens import TokenCache
from mopsctl_hubspot import shapes
from mopsctl_hubspot.answers import Expired, Judge, Limits, Problem
from mopsctl_hubspot.names import SCORING_VERSIONS, VERSIONS, plural

BASE_URL = "https://api.hubapi.com"
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Params = Mapping[str, str]


class Paths:
    """Where things are in one version of the API."""

    def __init__(self, version: str, scoring_version: str) -> None:
        self.dated = version != "v3"
        self._version = version
        self.scores = f"/marketing/lead-scoring/{scoring_version}/scores"
        self.account = f"/account-info/{version}/details"
        self.token = f"/oauth/{version}/token"
        self.subscriptions = f"/communication-preferences/{version}/definitions"

    def properties(self, object_name: str, *more: str) -> str:
        """The properties of an object, or one of them, or what hangs below."""
        return self._of("properties", object_name, *more)

    def pipelines(self, object_name: str, *more: str) -> str:
        """The pipelines of an object, or one of them, or what hangs below."""
        return self._of("pipelines", object_name, *more)

    def search(self, object_name: str) -> str:
        """The search over an object's records."""
        return self._of("objects", object_name, "search")

    def _of(self, family: str, object_name: str, *more: str) -> str:
        start = f"/crm/{family}/{self._version}" if self.dated else f"/crm/v3/{family}"
        return "/".join([start, *(quote(part, safe="") for part in (plural(object_name), *more))])


class Tokens:
    """The access token: a given one, or one that a refresh token gets. It is never stored."""

    def __init__(self, connection: Connection) -> None:
        self._given = connection.secrets.get("token")
        names = ("client_secret", "refresh_token")
        self._secrets = {name: connection.secrets[name] for name in names if name in connection.secrets}
        self._client_id = connection.text("client_id")
        self.renewable = bool(self._client_id) and len(self._secrets) == len(names)
        if not self._given and not self.renewable:
            raise AuthenticationError(
                f"The connection '{connection.system}' has no credentials.",
                hint="give it a token, or client_id, client_secret and refresh_token",
                system=connection.system,
            )

    def fetch(self, api: http.Api, path: str) -> str:
        """The given token, or a new one that the refresh token gets. Raises AuthenticationError where that is refused."""
        if self._given and not self.renewable:
            return self._given.reveal()
        form = {"grant_type": "refresh_token", "client_id": self._client_id}
        form |= {name: secret.reveal() for name, secret in self._secrets.items()}
        try:
            body = api.json(api.send("POST", path, form=form, write=False))
        except VendorError as error:
            raise AuthenticationError(
                f"{api.system} refuses the refresh token: {error.message}",
                hint="install the app on this account again, and put its new refresh token into the connection",
                system=api.system,
            ) from error
        fetched = str(body.get("access_token", "")) if isinstance(body, Mapping) else ""
        if not fetched:
            raise AuthenticationError(f"{api.system} answered without an access token.", system=api.system)
        secrets.register(fetched)
        return fetched


class HubSpotApi:
    """One HubSpot account over HTTP."""

    def __init__(self, connection: Connection) -> None:
        self.system = connection.system
        self.paths = Paths(
            _known(connection, "api_version", VERSIONS), _known(connection, "scoring_version", SCORING_VERSIONS)
        )
        self.limits = Limits()
        tokens = Tokens(connection)
        self._tokens = TokenCache(lambda: tokens.fetch(self._http, self.paths.token))
        self._over = (Expired,) if tokens.renewable else ()
        self._http = http.Api(
            self.system,
            connection.text("url", BASE_URL).rstrip("/"),
            judge=Judge(self.system, self.limits),
            bounds=Bounds.of(connection),
            hosts=connection.hosts,
        )

    @property
    def calls(self) -> Calls:
        """Calls made so far, those for tokens included."""
        return self._http.calls

    def close(self) -> None:
        """Close the connection pool."""
        self._http.close()

    def get(self, path: str, params: Params | None = None) -> Any:
        """GET a JSON object of the shape that its path has."""
        return self._call("GET", path).checked(self._send("GET", path, params=params), shapes.thing(path))

    def ask(self, path: str, body: Any) -> Any:
        """A POST that only reads, such as a search."""
        answer = self._send("POST", path, body=body, write=False)
        return self._call("POST", path).checked(answer, shapes.thing(path))

    def write(self, method: Method, path: str, body: Any = None, params: Params | None = None) -> Any:
        """A request that changes something, and the object it answers with (a DELETE: None).

        Raises OutcomeUnknown where no readable answer came.
        """
        answer = self._send(method, path, params=params, body=body, write=True)
        return answer if method == "DELETE" else self._call(method, path).written(answer, shapes.thing(path))

    def archive(self, path: str, params: Params) -> list[dict[str, Any]]:
        """Every archived item of a list; of one name there may be several, each archived at another time."""
        return self._collected(path, params, shapes.page(path)[0], None)

    def collection(self, path: str, params: Params | None = None) -> list[dict[str, Any]]:
        """Every item of a list, whether HubSpot pages it or not; an answer without it is never taken for an empty one."""
        return self._collected(path, params, *shapes.page(path))

    def _collected(
        self, path: str, params: Params | None, shape: Shape, key: Callable[[Mapping[str, Any]], Hashable] | None
    ) -> list[dict[str, Any]]:
        call = self._call("GET", path)

        def page(after: str | None) -> Page:
            asked = {**(params or {}), **({"after": after} if after else {})}
            body = call.checked(self._send("GET", path, params=asked), shape)
            following = ((body.get("paging") or {}).get("next") or {}).get("after")
            return Page(body["results"] if "results" in body else body["subscriptionDefinitions"], following)

        return collected(call, page, key)

    def _call(self, method: str, path: str) -> Call:
        return Call(self.system, method, path)

    def _send(
        self, method: Method, path: str, *, params: Params | None = None, body: Any = None, write: bool = False
    ) -> Any:
        def once(token: str) -> Any:
            headers = {"authorization": f"Bearer {token}"}
            answer = self._http.send(method, path, params=params, json=body, headers=headers, write=write)
            return self._http.json(answer)

        return self._tokens.used(once, self._over)


def is_absent(error: VendorError) -> bool:
    """True where HubSpot says that a thing is not there; a 404 without that category is an unknown address."""
    problem = error.body if isinstance(error.body, Problem) else Problem()
    return error.status == 404 and problem.category == "OBJECT_NOT_FOUND"


def _known(connection: Connection, name: str, known: tuple[str, ...]) -> str:
    value = connection.text(name, known[0])
    if value not in known:
        raise MopsctlError(
            f"The connection '{connection.system}' asks for {name} '{value}', which this adapter does not speak.",
            hint=f"choose one of {', '.join(known)}",
        )
    return value
