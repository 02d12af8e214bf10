"""The HTTP room that adapters share: one client per connection, counted calls, limits, retries, honest outcomes.

What is the same for every vendor lives here; what an answer means is the vendor's and comes in as a `Judge`.
"""

from __future__ import annotations

import contextlib
import datetime
import json as json_module
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal, Protocol

import httpx
import tenacity

from mopsctl.errors import ConnectionFailed, OutcomeUnknown, RateLimited, SystemError_, VendorError
from mopsctl.provider import transport as wires
from mopsctl.provider.answers import parsed
from mopsctl.provider.bounds import MEGABYTE, Bounds, Clock, Overdue, TooLong, calling
from mopsctl.provider.contract import Calls
from mopsctl.provider.hosts import Hosts, check
from mopsctl.secrets import MaskingFilter, mask

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 60.0
MOST_ATTEMPTS = 5
LONGEST_WAIT = 70.0  # seconds; a vendor that asks for more is told about instead of waited for

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NEVER_SENT = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError)
_WRITES = "mopsctl_writes"  # under this name a request remembers whether it changes something
_quiet = MaskingFilter()
# httpx logs whole URLs at INFO, httpcore whole headers at DEBUG. A filter holds for its own logger only, not for those below.
for _name in ("httpx", *(f"httpcore{part}" for part in ("", ".connection", ".http11", ".http2", ".proxy", ".socks"))):
    logging.getLogger(_name).addFilter(_quiet)
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

sleep: Callable[[float], None] = time.sleep  # looked up at call time, so that tests can stand in for it


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means.

    `ok` it is good; `retry` after `wait` seconds (None: back off), nothing was done by the server unless `done_maybe`;
    `fail` with `error`.
    """

    kind: Literal["ok", "retry", "fail"]
    error: SystemError_ | None = None
    wait: float | None = None
    done_maybe: bool = False


OK = Verdict("ok")
Judge = Callable[[httpx.Response], Verdict]


_HEADERS = {"accept": "application/json", "accept-encoding": wires.PACKED, "user-agent": "mopsctl"}


class _Again(Exception):
    def __init__(self, error: SystemError_, wait: float | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


class Api:
    """One vendor account over HTTP.

    `judge` reads every answer; `pace` is a context manager entered around each call (a limiter), `auth` signs requests.
    Reads are repeated freely. A write is repeated only where the server surely did nothing; otherwise `OutcomeUnknown`.
    `bounds` says how long a call may take with everything that is tried again, and how long an answer may be. `hosts` are those
    of the connection; left out, only this machine is reached. Nothing is sent anywhere but to `base_url`.
    """

    def __init__(
        self,
        system: str,
        base_url: str,
        *,
        judge: Judge,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        pace: Callable[[], contextlib.AbstractContextManager[object]] = contextlib.nullcontext,
        transport: httpx.BaseTransport | None = None,
        bounds: Bounds | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        self.place = check(system, base_url, hosts or Hosts())
        self.system = system
        self.base_url = base_url
        self._bounds = bounds or Bounds()
        self._judge = judge
        self._pace = pace
        self._guard = threading.Lock()
        self._reads = 0
        self._writes = 0
        self._client = self._opened(auth, {**_HEADERS, **(headers or {})}, transport)

    @property
    def calls(self) -> Calls:
        """Requests sent so far, repeated ones included."""
        return Calls(self._reads, self._writes)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """GET and parse JSON."""
        return self.json(self.send("GET", path, params=params))

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        write: bool | None = None,
    ) -> httpx.Response:
        """Send one request and return a good answer.

        `write` says whether the request changes anything (default: every method but GET and HEAD). Raises the judge's
        error, ConnectionFailed, RateLimited, or OutcomeUnknown.
        """
        writes = method not in ("GET", "HEAD") if write is None else write
        marks = {_WRITES: writes}
        try:
            request = self._client.build_request(
                method, path, params=params, json=json, data=form, content=content, headers=headers, extensions=marks
            )
        except _NEVER_SENT as error:
            raise self._unsendable(error) from None
        if (request.url.scheme, request.url.netloc) != (self._client.base_url.scheme, self._client.base_url.netloc):
            raise self._led_away(request)
        with calling(self._bounds) as clock:
            return self._retrying(lambda: self._once(request, writes, clock), clock)

    def json(self, answer: httpx.Response) -> Any:
        """The parsed body; an empty body is None. Where it is not JSON: ConnectionFailed, or OutcomeUnknown after a write."""
        if not answer.content:
            return None
        try:
            return parsed(answer.content)
        except ValueError as error:
            problem = self._not_api(answer)
            if answer.request.extensions.get(_WRITES):
                raise self._unknown("answered a write with something that cannot be read", problem.message) from error
            raise problem from error

    def close(self) -> None:
        """Close the connection pool."""
        self._client.close()

    def _opened(
        self, auth: httpx.Auth | None, headers: Mapping[str, str], transport: httpx.BaseTransport | None
    ) -> httpx.Client:
        try:
            return httpx.Client(
                base_url=self.base_url,
                auth=auth,
                headers=dict(headers),
                timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
                transport=transport or wires.opened(self.base_url),
                follow_redirects=False,
            )
        except _NEVER_SENT as error:
            raise self._unsendable(error) from None
        except (ImportError, ValueError) as error:
            raise self._no_proxy(error) from None

    def _retrying(self, once: Callable[[], httpx.Response], clock: Clock) -> httpx.Response:
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Again),
            stop=lambda state: state.attempt_number >= MOST_ATTEMPTS or _wait(state) > clock.left(),
            wait=_wait,
            sleep=_pause,
            reraise=True,
        )
        try:
            return retrying(once)
        except _Again as again:
            raise again.error from again

    def _once(self, request: httpx.Request, writes: bool, clock: Clock) -> httpx.Response:
        with self._pace():
            self._count(writes)
            answer = self._sent(request, writes, clock)
        verdict = self._judge(answer)
        if verdict.kind == "ok":
            return answer
        error = verdict.error or self.error_of(answer)
        if verdict.kind == "fail":
            raise error
        if writes and verdict.done_maybe:
            raise self._unknown(f"answered {answer.status_code} to a write", str(error))
        if verdict.wait is not None and verdict.wait > LONGEST_WAIT:
            raise error
        raise _Again(error, verdict.wait)

    def _sent(self, request: httpx.Request, writes: bool, clock: Clock) -> httpx.Response:
        try:
            return wires.received(self._client, request, self._bounds.answer_bytes)
        except _NOT_SENT as error:
            if clock.over():
                raise self._overdue(request, clock) from error
            raise _Again(self._no_answer(error), 0.2) from error
        except _NEVER_SENT as error:
            raise self._unsendable(error) from None
        except (Overdue, TooLong, httpx.RequestError) as error:
            problem = self._broken_off(request, error, clock)
            if writes:
                words = _words(error) if isinstance(error, httpx.RequestError) else problem.message
                raise self._unknown("did not answer a write", words) from error
            if isinstance(error, TooLong) or clock.over():
                raise problem from error
            raise _Again(problem, None) from error

    def _broken_off(self, request: httpx.Request, error: Exception, clock: Clock) -> ConnectionFailed:
        if isinstance(error, TooLong):
            return ConnectionFailed(
                f"{self.system} answered {request.method} {request.url.path} with more than"
                f" {self._bounds.answer_bytes / MEGABYTE:g} megabytes.",
                hint="no such collection is known; if the system really holds that much, raise answer_megabytes in the connection",
                system=self.system,
            )
        return self._overdue(request, clock) if clock.over() else self._no_answer(error)

    def _overdue(self, request: httpx.Request, clock: Clock) -> ConnectionFailed:
        return ConnectionFailed(
            f"{self.system} did not finish its answer to {request.method} {request.url.path} in time: {clock.words}.",
            hint=f"check the network; where the system is only slow, raise {clock.setting} in the connection",
            system=self.system,
        )

    def _no_proxy(self, error: Exception) -> ConnectionFailed:
        return ConnectionFailed(
            f"The proxy that this machine names for {self.base_url} cannot be used: {_words(error).rstrip('.')}.",
            hint="correct HTTPS_PROXY or ALL_PROXY, or name the host in NO_PROXY",
            system=self.system,
        )

    def _count(self, writes: bool) -> None:
        with self._guard:
            self._writes += writes
            self._reads += not writes

    def _unknown(self, what: str, detail: str) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"{self.system} {what} ({detail.rstrip('.')}).",
            hint="mopsctl reads it again to find out whether it took effect",
            system=self.system,
        )

    def _unsendable(self, error: Exception) -> ConnectionFailed:
        """The error's own words stay out of it where they may hold the credentials."""
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            message, hint = (
                f"The address {self.base_url} of {self.system} is not valid: {mask(str(error))}",
                "correct it",
            )
            return ConnectionFailed(
                f"{message.rstrip('.')}.", hint=f"{hint} in the environment document", system=self.system
            )
        return ConnectionFailed(
            f"A request to {self.system} cannot be sent: one of its headers holds a character that is not allowed there.",
            hint="look for a line break or a letter outside ASCII in the credentials",
            system=self.system,
        )

    def _led_away(self, request: httpx.Request) -> ConnectionFailed:
        return ConnectionFailed(
            f"{self.system} names an address at {request.url.host}, and its credentials go to {self.place} only.",
            hint="nothing was sent there; check the address in the environment document",
            system=self.system,
        )

    def _no_answer(self, error: Exception) -> ConnectionFailed:
        return ConnectionFailed(
            f"{self.system} does not answer at {self.base_url} ({_words(error)}).",
            hint="check the network, and the connection in the environment document",
            system=self.system,
        )

    def _not_api(self, answer: httpx.Response) -> ConnectionFailed:
        sort = answer.headers.get("content-type", "no content type").split(";")[0]
        return ConnectionFailed(
            f"What answers at {self.base_url} is not the API of {self.system}: it sent {sort} with status {answer.status_code}.",
            hint="check the address in the environment document; a proxy or a log-in page may be in between",
            system=self.system,
        )

    def error_of(self, answer: httpx.Response) -> SystemError_:
        """A general error for an answer the judge has no better words for."""
        try:
            body = parsed(answer.content)
        except ValueError:
            return self._not_api(answer)
        return VendorError(
            f"{self.system} answered {answer.status_code} to {answer.request.method} {answer.request.url.path}.",
            system=self.system,
            status=answer.status_code,
            body=json_module.loads(mask(json_module.dumps(body, ensure_ascii=False))),
        )


class Headed(Protocol):
    """An answer with headers, by name in any letter case."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""


def retry_after(answer: Headed) -> float | None:
    """Seconds of the Retry-After header, counted from the answer's own date where it is a date; None where it says nothing."""
    text = answer.headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        until, now = _moment(text), _moment(answer.headers.get("date", "")) or datetime.datetime.now(datetime.UTC)
        seconds = (until - now).total_seconds() if until else math.nan
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def used_up(system: str, what: str, hint: str = "") -> RateLimited:
    """The error for a limit that waiting within this run would not cure."""
    return RateLimited(f"{system} has no calls left: {what}.", hint=hint, system=system)


def _pause(seconds: float) -> None:
    sleep(seconds)


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, _Again) and error.wait is not None:
        return max(0.0, error.wait)
    return float(min(0.2 * 2**state.attempt_number, 10.0))


def _words(error: Exception) -> str:
    return mask(str(error) or type(error).__name__)
