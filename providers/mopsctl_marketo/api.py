"""Marketo's REST API: token, envelopes, both ways of paging."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mopsctl.errors import VendorError
from mopsctl.provider.answers import Call, Page, collected
from mopsctl.provider.bounds import Bounds
from mopsctl.provider.contract import Calls, Connection
from mopsctl.provider.http import Api
from mopsctl.provider.tokens import TokenCache
from mopsctl.secrets import register
from mopsctl_marketo import pace, shapes
from mopsctl_marketo.judge import DayIsOver, Judge, TokenRefused
from mopsctl_marketo.settings import Settings, credentials

LEAD_PAGE = 300
ASSET_PAGE = 200
IDENTITY = "/identity/oauth/token"

Body = dict[str, Any]


class Skipped(VendorError):
    """The call went well, and the one record in it was skipped."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and until when it counts by the clock of `pace`."""

    value: str
    until: float


class MarketoApi:
    """One account. The token is shared by the whole run and renewed once where Marketo refuses it."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        judge, bounds, hosts = Judge(connection.system), Bounds.of(connection), connection.hosts
        self.system = connection.system
        self._connection = connection
        self._pace = pace.shared(settings.address, settings.calls_in_20_seconds)
        self._identity = Api(connection.system, settings.address, judge=judge.identity, bounds=bounds, hosts=hosts)
        self._api = Api(connection.system, settings.address, judge=judge, pace=self._pace, bounds=bounds, hosts=hosts)
        self._tokens = TokenCache(self._fetched, lambda token: pace.clock() < token.until)
        self._over: DayIsOver | None = None

    @property
    def calls(self) -> Calls:
        """Requests sent so far, those for tokens included."""
        return Calls(self._api.calls.reads + self._identity.calls.reads, self._api.calls.writes)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
        self._identity.close()

    # -- single calls

    def get(self, path: str, **params: Any) -> Body:
        """GET; the whole envelope, of the shape that the path has."""
        return self._read("GET", path, params=params)

    def ask(self, path: str, **params: Any) -> Body:
        """A GET that may be too long for an address, sent as a POST; it changes nothing."""
        return self._read("POST", path, params={"_method": "GET"}, form=params, write=False)

    def post(self, path: str, body: Any = None) -> Body:
        """A JSON write to the lead database; the envelope. Raises `Skipped` where its one record was."""
        answer = self._written(path, json=body)
        for record in result(answer):
            if isinstance(record, Mapping) and record.get("status") == "skipped":
                raise self._skipped(path, record)
        return answer

    def submit(self, path: str, **form: Any) -> Body:
        """A form write to the assets; lists and objects become JSON text in the form."""
        return self._written(path, form={name: _text(value) for name, value in form.items()})

    # -- collections

    def lead_pages(self, path: str, **params: Any) -> list[Body]:
        """Every record of a collection of the lead database."""
        call = Call(self.system, "GET", path)

        def fetch(token: str | None) -> Page:
            more = {"nextPageToken": token} if token else {}
            answer = self.get(path, **{"batchSize": LEAD_PAGE, **params, **more})
            rows, following = result(answer), answer.get("nextPageToken") or None
            if answer.get("moreResult") is True and following is None:
                raise call.malformed("it says that there is more and does not say where")
            return Page(rows, following if rows or answer.get("moreResult") is True else None)

        return collected(call, fetch, _key)

    def asset_pages(self, path: str, **params: Any) -> list[Body]:
        """Every asset of a collection; the last page is short or has no result."""

        def fetch(offset: int) -> Page:
            found = result(self.get(path, **{**params, "maxReturn": ASSET_PAGE, "offset": offset}))
            return Page(found, offset + ASSET_PAGE if len(found) >= ASSET_PAGE else None)

        return collected(Call(self.system, "GET", path), fetch, _key, 0)

    # -- inside

    def _sent(self, method: str, path: str, **what: Any) -> Any:
        if self._over is not None:
            raise self._over
        try:
            return self._tokens.used(lambda token: self._once(token, method, path, what), TokenRefused)
        except DayIsOver as error:
            self._over = error
            raise

    def _once(self, token: Token, method: str, path: str, what: Mapping[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {token.value}"}
        return self._api.json(self._api.send(method, path, headers=headers, **what))

    def _read(self, method: str, path: str, **what: Any) -> Body:
        answer: Body = Call(self.system, method, path).checked(self._sent(method, path, **what), shapes.read(path))
        return answer

    def _written(self, path: str, **what: Any) -> Body:
        answer: Body = Call(self.system, "POST", path).written(self._sent("POST", path, **what), shapes.written(path))
        return answer

    def _fetched(self) -> Token:
        client_id, client_secret = credentials(self._connection)
        query = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        sent = self._identity.send("POST", IDENTITY, params=query, write=False)
        answer = Call(self.system, "POST", IDENTITY).checked(self._identity.json(sent), shapes.TOKEN)
        token = Token(str(answer["access_token"]), pace.clock() + float(answer.get("expires_in") or 3600))
        register(token.value)
        return token

    def _skipped(self, path: str, record: Mapping[str, Any]) -> Skipped:
        reasons = record.get("reasons") or [{}]
        said = "; ".join(str(reason.get("message", "no reason given")) for reason in reasons)
        code = str(reasons[0].get("code", ""))
        return Skipped(f"Marketo skipped the record: {code} {said}.", system=self.system, code=code, body=dict(record))


def result(answer: Mapping[str, Any]) -> list[Any]:
    """The result of an envelope; an asset search without a hit has none."""
    found = answer.get("result")
    return found if isinstance(found, list) else []


def first(answer: Mapping[str, Any]) -> Body | None:
    """The first entry of the result, or None."""
    found = result(answer)
    return found[0] if found and isinstance(found[0], dict) else None


def said(error: VendorError) -> str:
    """Marketo's own words in an error, in lower case."""
    body = error.body if isinstance(error.body, dict) else {}
    lists = [body.get(key) for key in ("errors", "reasons")]
    listed = [each for found in lists if isinstance(found, list) for each in found]
    texts = [each.get("message", "") for each in listed if isinstance(each, dict)]
    return " ".join(str(text) for text in texts).lower()


def _key(row: Mapping[str, Any]) -> Any:
    return row.get("id") or row.get("name") or row.get("tagType")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
