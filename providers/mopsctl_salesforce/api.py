"""One org over HTTP: what its answers mean, paging, composite requests, collections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mopsctl.errors import (
    AuthenticationError,
    ConnectionFailed,
    MopsctlError,
    PermissionError_,
    SystemError_,
    VendorError,
)
from mopsctl.provider.answers import Call, Page, Shape, collected, count, record
from mopsctl.provider.bounds import Bounds
from mopsctl.provider.contract import Calls
from mopsctl.provider.http import OK, Api, Verdict, used_up
from mopsctl_salesforce import names, shapes
from mopsctl_salesforce.auth import Token, Tokens, is_over

if TYPE_CHECKING:
    import httpx

    from mopsctl.provider.contract import Connection

Row = dict[str, Any]

SUBREQUESTS = 25
COLLECTION = 200
LOCK_WAIT = 5.0  # seconds; other people's setup changes hold their lock for that long and longer
_LOCKED = frozenset({"UNABLE_TO_LOCK_ROW", "ORG_ADMIN_LOCKED", "ORG_LOCKED"})
_LATER = frozenset({"SERVER_UNAVAILABLE", "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE"})
_READ_LATER = frozenset({"QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG", "UNKNOWN_EXCEPTION"})
_FORBIDDEN = frozenset(
    {
        "INSUFFICIENT_ACCESS",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "API_DISABLED_FOR_ORG",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
    }
)
_LONGEST_QUERY = 12_000  # characters; the whole address may have some 16,000
_VERSION = re.compile(r"\d{1,3}\.\d")
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


class SessionOver(AuthenticationError):
    """The session ended; another token may help. Nothing of the request was done."""


class Session:
    """A signed-in connection; it signs in and agrees on a version at the first call."""

    def __init__(self, connection: Connection) -> None:
        self.system = connection.system
        self.tokens = Tokens(connection)
        self.usage = ""
        self._wanted_version = _wanted_version(connection)
        self._version = ""
        self._api: Api | None = None
        self._bounds, self._hosts = Bounds.of(connection), connection.hosts

    # -- the wire

    def send(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **what: Any) -> httpx.Response:
        """Send a request to the org's own address, and once more with a new token where the session ended."""
        return self.tokens.cache.used(lambda token: self._sent(token, method, path, headers, what), SessionOver)

    def json(self, answer: httpx.Response) -> Any:
        """The parsed body of an answer; OutcomeUnknown where a write's cannot be read."""
        return self._reached().json(answer)

    def _sent(
        self, token: Token, method: str, path: str, headers: Mapping[str, str] | None, what: Mapping[str, Any]
    ) -> httpx.Response:
        signed = {"authorization": f"Bearer {token.value}", **(headers or {})}
        return self._reached().send(method, path, headers=signed, **what)

    def _reached(self) -> Api:
        if self._api is None:
            headers = {"sforce-call-options": "client=mopsctl"}
            url = self.tokens.current().instance_url
            self._api = Api(
                self.system, url, judge=self._judge, headers=headers, bounds=self._bounds, hosts=self._hosts
            )
        return self._api

    @property
    def token(self) -> Token:
        """The token in use."""
        return self.tokens.current()

    @property
    def calls(self) -> Calls:
        """Calls made so far, those for tokens included."""
        made = [api.calls for api in (self._api, self.tokens.api) if api is not None]
        return Calls(sum(each.reads for each in made), sum(each.writes for each in made))

    def close(self) -> None:
        """Let go of both clients."""
        for api in (self._api, self.tokens.api):
            if api is not None:
                api.close()

    @property
    def version(self) -> str:
        """The version in use: the wanted one, or the newest the org has where it is older."""
        if not self._version:
            listed = self.call("GET", "/services/data").checked(
                self.json(self.send("GET", "/services/data")), shapes.VERSIONS
            )
            self._version = self._agreed([each["version"] for each in listed if _VERSION.fullmatch(each["version"])])
        return self._version

    def _agreed(self, known: Sequence[str]) -> str:
        if self._wanted_version in known:
            return self._wanted_version
        older = [each for each in known if names.OLDEST_VERSION <= float(each) < float(self._wanted_version)]
        if not older:
            raise ConnectionFailed(
                f"The org offers no version of the API between {names.OLDEST_VERSION} and {self._wanted_version}.",
                hint=f"it offers {', '.join(known[-3:])}: set api_version in the connection",
                system=self.system,
            )
        return max(older, key=float)

    def base(self, *, tooling: bool = False) -> str:
        """The beginning of paths."""
        return f"/services/data/v{self.version}" + ("/tooling" if tooling else "")

    # -- reading

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, tooling: bool = False, shape: Shape) -> Any:
        """GET below the version, and take the answer if it has the shape."""
        return self._shaped(f"{self.base(tooling=tooling)}{path}", params, shape)

    def _shaped(self, path: str, params: Mapping[str, Any] | None, shape: Shape) -> Any:
        return self.call("GET", path).checked(self.json(self.send("GET", path, params=params)), shape)

    def call(self, method: str, path: str) -> Call:
        """The call whose answer is looked at, for what is said about it."""
        return Call(self.system, method, path)

    def query(self, soql: str, *, tooling: bool = False) -> list[Row]:
        """Every row of a query, all pages; as many as the answer says there are, with the columns that were asked for."""
        first, shape = f"{self.base(tooling=tooling)}/query", shapes.page(soql)

        def fetch(path: str) -> Page:
            answer = self._shaped(path, {"q": soql} if path == first else None, shape)
            following = None if answer["done"] else answer["nextRecordsUrl"]
            return Page(answer["records"], following, answer["totalSize"])

        names_of = [each for each in ("Id", "QualifiedApiName") if re.search(rf"SELECT [^(]*\b(?<!\.){each}\b", soql)]
        key = itemgetter(names_of[0]) if names_of else None
        return collected(self.call("GET", first), fetch, key, start=first)

    def query_in(self, soql: str, values: Sequence[str], *, tooling: bool = False) -> list[Row]:
        """The rows of a query whose `{list}` is filled with the values, in as few calls as addresses have room for."""
        rows: list[Row] = []
        for part in _parts(values):
            rows += self.query(soql.replace("{list}", names.listed(part)), tooling=tooling)
        return rows

    def count(self, soql: str) -> int:
        """The result of a `SELECT COUNT()` query."""
        return int(self.get("/query", {"q": soql}, shape=record({"totalSize": count}))["totalSize"])

    def each(self, paths: Sequence[str], *, tooling: bool = False) -> list[Row | None]:
        """GET many things, 25 a call; None for what is not there. The paths are below the version."""
        found: list[Row | None] = []
        for start in range(0, len(paths), SUBREQUESTS):
            found += self._composite(paths[start : start + SUBREQUESTS], tooling=tooling)
        return found

    def _composite(self, paths: Sequence[str], *, tooling: bool) -> Iterator[Row | None]:
        base = self.base(tooling=tooling)
        asked = [
            {"method": "GET", "url": f"{base}{path}", "referenceId": f"r{place}"} for place, path in enumerate(paths)
        ]
        body = {"allOrNone": False, "compositeRequest": asked}
        call = self.call("POST", f"{base}/composite")
        answer = call.checked(self.json(self.send("POST", call.path, json=body, write=False)), shapes.COMPOSITE)
        by_reference = {each["referenceId"]: each for each in answer["compositeResponse"]}
        for path, request in zip(paths, asked, strict=True):
            each = by_reference.get(request["referenceId"])
            if each is None or "body" not in each:
                raise call.malformed(f"nothing is said of {request['url']}")
            if 200 <= each["httpStatusCode"] < 300:
                yield self.call("GET", request["url"]).checked(each["body"], shapes.thing(path))
            elif each["httpStatusCode"] == 404:
                yield None
            else:
                raise self._error(each["httpStatusCode"], each["body"], request["url"])

    # -- rows

    def collection(self, method: str, records: Sequence[Row], path: str = "") -> list[Row]:
        """Create, change or upsert rows, 200 a call; one answer per row."""
        done: list[Row] = []
        for start in range(0, len(records), COLLECTION):
            part = records[start : start + COLLECTION]
            body = {"allOrNone": False, "records": part}
            answer = self.send(method, f"{self.base()}/composite/sobjects{path}", json=body)
            call = self.call(method, f"{self.base()}/composite/sobjects{path}")
            done += call.written(self.json(answer), shapes.outcomes(len(part)))
        return done

    def delete(self, ids: Sequence[str]) -> list[Row]:
        """Delete rows, 200 a call; one answer per row."""
        done: list[Row] = []
        for start in range(0, len(ids), COLLECTION):
            part = ids[start : start + COLLECTION]
            params = {"ids": ",".join(part), "allOrNone": "false"}
            answer = self.send("DELETE", f"{self.base()}/composite/sobjects", params=params)
            call = self.call("DELETE", f"{self.base()}/composite/sobjects")
            done += call.written(self.json(answer), shapes.outcomes(len(part)))
        return done

    # -- what answers mean

    def _judge(self, answer: httpx.Response) -> Verdict:
        self._note_usage(answer)
        if answer.status_code < 300 or "xml" in answer.headers.get("content-type", ""):
            return OK  # the caller reads the faults of the SOAP interface
        if is_over(answer):
            return Verdict(
                "fail",
                SessionOver(
                    "Salesforce says that the session is over, also a new one.",
                    hint="check the session policies of the app",
                    system=self.system,
                ),
            )
        body = _json(answer)
        if body is None:
            temporary = answer.status_code in (420, 500, 502, 503, 504)
            return Verdict("retry" if temporary else "fail", done_maybe=answer.status_code != 503)
        error = self._error(answer.status_code, body, answer.request.url.path)
        return self._verdict(answer, code_of(body), error)

    def _verdict(self, answer: httpx.Response, code: str, error: SystemError_) -> Verdict:
        reads = answer.request.method == "GET"
        if code in _LOCKED:
            return Verdict("retry", error, LOCK_WAIT)
        # One code for two limits: only that of calls under way passes by itself (fact: salesforce-limits-are-403).
        if code in _LATER or (code == "REQUEST_LIMIT_EXCEEDED" and "oncurrent" in answer.text):
            return Verdict("retry", error)
        if code == "REQUEST_LIMIT_EXCEEDED":
            what = "the org's calls of the last 24 hours are used up"
            return Verdict("fail", used_up(self.system, what, "wait until older calls fall out of the 24 hours"))
        if (code in _READ_LATER and reads) or answer.status_code in (420, 500, 502, 504):
            return Verdict("retry", error, done_maybe=True)
        return Verdict("retry", error) if answer.status_code == 503 else Verdict("fail", error)

    def _error(self, status: int, body: Any, path: str) -> SystemError_:
        code, message = code_of(body), message_of(body)
        words = f"Salesforce answered {status}" + (f": {message.rstrip('.')}." if message else f" to {path}.")
        if status == 401:
            return AuthenticationError(words, hint="check the policies of the app", system=self.system)
        if code in _FORBIDDEN or (status == 403 and code != "REQUEST_LIMIT_EXCEEDED"):
            return PermissionError_(words, hint=_permission_hint(message), system=self.system)
        return VendorError(words, hint=_hint(status, code), system=self.system, status=status, code=code, body=body)

    def _note_usage(self, answer: httpx.Response) -> None:
        found = _USAGE.search(answer.headers.get("sforce-limit-info", ""))
        if found:
            self.usage = f"{found.group(1)} of {found.group(2)} API calls of the last 24 hours are used"


def _wanted_version(connection: Connection) -> str:
    text = connection.text("api_version", names.API_VERSION).removeprefix("v")
    if not re.fullmatch(r"\d+\.0", text):
        raise MopsctlError(
            f"The setting api_version of {connection.system} is '{text}'.",
            hint=f"it reads {names.API_VERSION}, in quotes",
        )
    return text


def code_of(body: Any) -> str:
    """The vendor's error code of an answer."""
    first = body[0] if isinstance(body, list) and body else body
    return str(first.get("errorCode") or first.get("error") or "") if isinstance(first, dict) else ""


def message_of(body: Any) -> str:
    """The vendor's words of an answer, on one line."""
    first = body[0] if isinstance(body, list) and body else body
    text = str(first.get("message") or first.get("error_description") or "") if isinstance(first, dict) else ""
    return " ".join(text.split())


def _permission_hint(message: str) -> str:
    return "give the user View Setup and Configuration, and Modify Metadata Through Metadata API Functions" + (
        "" if message else "; the answer names no permission"
    )


def _hint(status: int, code: str) -> str:
    if status == 410:
        return "this version of the API is retired: set api_version in the connection"
    if code in _LOCKED:
        return "somebody is changing the org's setup right now; try again in a few minutes"
    return ""


def _json(answer: httpx.Response) -> Any:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        return answer.json()
    except ValueError:
        return None


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for value in sorted(set(values)):
        if size + len(value) > _LONGEST_QUERY // 2 and part:
            yield part
            part, size = [], 0
        part.append(value)
        size += len(value) + 10  # quotes, comma and what escaping adds in an address
    if part:
        yield part
