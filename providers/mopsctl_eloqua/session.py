"""One account's connection: who answers, where its API lives, and every request to it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from mopsctl.errors import AuthenticationError, ConnectionFailed, WrongAccount
from mopsctl.provider.answers import Call
from mopsctl.provider.bounds import Bounds
from mopsctl.provider.contract import Calls, Connection
from mopsctl.provider.hosts import check_answer
from mopsctl.provider.refresh import TokenStore, store_of
from mopsctl_eloqua import answers, settings, shapes
from mopsctl_eloqua.auth import TOKEN_PATH, Basic, Credentials, OAuth, token_verdict

if TYPE_CHECKING:
    from mopsctl.provider.http import Api, Verdict

REST, BULK = "rest", "bulk"
_TOLD_APART = ("url", "client_id", "company", "user")


@dataclass(frozen=True, slots=True)
class Identity:
    """What `/id` says: the site, the user, and where the two APIs live (`{version}` still in the path)."""

    site: str
    title: str
    base: str
    paths: Mapping[str, str]


class Session:
    """Signed requests to one account. A refused token is renewed once; an account that moved is followed once."""

    def __init__(self, connection: Connection, store: TokenStore | None = None) -> None:
        from mopsctl.provider.http import Api

        self.system = connection.system
        self._connection = connection
        self._bounds = Bounds.of(connection)
        url, judge, hosts = settings.login_url(connection), self._judge_login, connection.hosts
        self._login = Api(self.system, url, judge=judge, bounds=self._bounds, hosts=hosts)
        self._credentials = self._chosen(store)
        self._guard = threading.RLock()
        self._identity: Identity | None = None
        self._api: Api | None = None
        self._retired: list[Api] = []

    def identity(self) -> Identity:
        """Who answers; asked for once."""
        with self._guard:
            if self._identity is None:
                self._identity = self._discovered()
            return self._identity

    def send(self, api: str, version: str, path: str, *, method: str = "GET", **options: Any) -> Any:
        """One request to an API ("rest" or "bulk") at a path below its version; the parsed body (None: empty).

        Raises what `mopsctl.provider.http.Api.send` raises; a write whose answer cannot be read is OutcomeUnknown.
        """
        return self.json(self.answer(api, version, path, method=method, **options))

    def answer(self, api: str, version: str, path: str, *, method: str = "GET", **options: Any) -> Any:
        """As `send`, and the whole answer."""
        target = self._target(api, version, path)
        refused = self._credentials.header()
        try:
            return self._once(method, target, refused, options)
        except AuthenticationError:
            return self._again(method, target, refused, options)

    def json(self, answer: Any) -> Any:
        """The parsed body of an answer."""
        return self._opened().json(answer)

    def call(self, method: str, api: str, version: str, path: str) -> Call:
        """The call whose answer is looked at, for what is said about it."""
        return Call(self.system, method, self._target(api, version, path))

    def _target(self, api: str, version: str, path: str) -> str:
        return f"{self.identity().paths[api].replace('{version}', version)}{path}"

    @property
    def calls(self) -> Calls:
        """Calls made so far; those to the log-in host read, whatever their method."""
        made = [api.calls for api in (*self._retired, self._api) if api is not None]
        login = self._login.calls
        reads = sum(each.reads for each in made) + login.reads + login.writes
        return Calls(reads, sum(each.writes for each in made))

    def close(self) -> None:
        """Close every connection."""
        for api in (self._login, *self._retired, self._api):
            if api is not None:
                api.close()

    # -- requests

    def _once(self, method: str, target: str, header: str, options: Mapping[str, Any]) -> Any:
        return self._opened().send(method, target, headers={"authorization": header}, **options)

    def _again(self, method: str, target: str, refused: str, options: Mapping[str, Any]) -> Any:
        """A 401 did nothing, so even a write may be sent again: with a new token, else where the account lives now."""
        if self._credentials.renew(refused):
            try:
                return self._once(method, target, self._credentials.header(), options)
            except AuthenticationError:
                pass
        self._follow()
        return self._once(method, target, self._credentials.header(), options)

    def _opened(self) -> Api:
        from mopsctl.provider.http import Api

        with self._guard:
            if self._api is None:
                judge, hosts = answers.judge(self.system), self._connection.hosts
                self._api = Api(self.system, self.identity().base, judge=judge, bounds=self._bounds, hosts=hosts)
            return self._api

    def _follow(self) -> None:
        """Ask again where the account lives; the same place means that the refusal stands."""
        with self._guard:
            before, now = self.identity(), self._discovered()
            if now.site != before.site:
                raise WrongAccount(
                    f"{self.system} changed from account {before.site} to {now.site} while it was in use.",
                    hint="check the credentials, then plan again",
                )
            if now.base == before.base:
                raise AuthenticationError(
                    f"{self.system} refuses a request though it knows the user.",
                    hint="check the user's rights, and the allowed addresses under Settings > Security",
                    system=self.system,
                )
            self._identity = now
            if self._api is not None:
                self._retired.append(self._api)
                self._api = None

    # -- who and where

    def _discovered(self) -> Identity:
        answer = self._login.send("GET", "/id", headers={"authorization": self._credentials.header()})
        body = answers.body_of(answer)
        flaw = shapes.IDENTITY(body, "")
        if flaw:
            raise ConnectionFailed(
                f"What answers at {settings.login_url(self._connection)} does not say where {self.system} lives: {flaw}.",
                hint="check url in the connection; left out, it is login.eloqua.com",
                system=self.system,
            )
        return self._identity_of(body)

    def _identity_of(self, body: Any) -> Identity:
        site, user, apis = body["site"], body.get("user") or {}, body["urls"]["apis"]["rest"]
        base = self._trusted(str(body["urls"]["base"]).rstrip("/"))
        paths = {name: _parts(str(apis[key])).path for name, key in ((REST, "standard"), (BULK, "bulk"))}
        name = str(user.get("displayName") or user.get("username") or "")
        title = f"{site.get('name', '')} ({name})" if name else str(site.get("name", ""))
        return Identity(str(site["id"]), title, base, {key: path.rstrip("/") + "/" for key, path in paths.items()})

    def _trusted(self, base: str) -> str:
        """The base address, where credentials may be sent to it: Eloqua's own hosts, or loopback if log-in is there too."""
        check_answer(self.system, base, self._connection.hosts, self._login.place)
        return base

    def _judge_login(self, answer: Any) -> Verdict:
        if answer.request.url.path == TOKEN_PATH:
            return token_verdict(self.system, answer)
        return answers.judge(self.system)(answer)

    def _chosen(self, store: TokenStore | None) -> Credentials:
        given = {name: settings.value(self._connection, name) for name in ("company", "user", "password", "client_id")}
        if given["client_id"]:
            return OAuth(self._connection, self._login, store or store_of(self._connection, "eloqua", _TOLD_APART))
        missing = [name for name in ("user", "password") if not given[name]]
        if "\\" not in given["user"] and not given["company"]:
            missing.insert(0, "company")
        if missing:
            raise AuthenticationError(
                f"The connection of {self.system} has no {', '.join(missing)}.",
                hint="set company, user and password, or client_id, client_secret and refresh_token",
                system=self.system,
            )
        return Basic(given["company"], given["user"], given["password"])


def _parts(address: str) -> SplitResult:
    """The parts of an address; of none where it is no address."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")
