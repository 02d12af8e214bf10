"""What HubSpot's answers mean: errors in words, waits by policy, the limits in the headers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mopsctl.errors import AuthenticationError, PermissionError_, RateLimited, SystemError_, VendorError
from mopsctl.provider.http import OK, Verdict, retry_after, used_up
from mopsctl.secrets import mask

EXISTS = ("OBJECT_ALREADY_EXISTS", "CONFLICT")
_POLICY_WAITS = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0}
_LOCKED_WAIT = 2.0
_MOVING_WAIT = 30.0  # seconds, for a 477 that names none
_FEW = 0.2  # of the day's calls; below that, people are told how many are left


class Answer(Protocol):
    """The part of an HTTP answer that is read here."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Any:
        """The headers, by name in any letter case."""

    @property
    def content(self) -> bytes:
        """The body as it came."""

    def json(self) -> Any:
        """The parsed body; ValueError where it is no JSON."""


class Expired(AuthenticationError):
    """The access token is too old; a refresh token, where there is one, gets another."""


@dataclass(slots=True)
class Limits:
    """The account's limits as the latest answer with rate headers told them; search answers carry none."""

    headers: dict[str, int] = field(default_factory=dict)

    def note(self, headers: Mapping[str, str]) -> None:
        """Remember the rate headers of an answer."""
        for name in ("Daily", "Daily-Remaining", "Interval-Milliseconds", "Max"):
            text = headers.get(f"X-HubSpot-RateLimit-{name}", "")
            if text.isdigit():
                self.headers[name] = int(text)

    def lines(self) -> tuple[str, ...]:
        """The limits in words; how many calls are left is said only where they become few, so that plans stay the same."""
        lines = []
        if daily := self.headers.get("Daily"):
            left = self.headers.get("Daily-Remaining", daily)
            warning = f", only {left:,} left today" if left < daily * _FEW else ""
            lines.append(f"{daily:,} API calls a day for all keys together{warning}")
        if most := self.headers.get("Max"):
            lines.append(f"{most:,} API calls in {self.headers.get('Interval-Milliseconds', 10_000) / 1000:g} seconds")
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class Problem:
    """HubSpot's error body; every part of it may be missing."""

    message: str = ""
    category: str = ""
    sub_category: str = ""
    context: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    errors: tuple[Mapping[str, Any], ...] = ()
    policy: str = ""

    @classmethod
    def of(cls, body: Any) -> Problem:
        """The problem in a parsed body; some messages are themselves JSON text with the real problem inside."""
        if not isinstance(body, Mapping):
            return cls()
        message = str(body.get("message") or "")
        if message.startswith("{"):
            try:
                return cls.of({**body, **json.loads(message)})
            except ValueError:
                pass
        return cls(
            message=mask(message),
            category=str(body.get("category") or ""),
            sub_category=str(body.get("subCategory") or ""),
            context=_lists(body.get("context")),
            errors=tuple({**error, "context": _lists(error.get("context"))} for error in _objects(body.get("errors"))),
            policy=str(body.get("policyName") or "").upper(),
        )

    @property
    def code(self) -> str:
        """The most exact code there is."""
        return self.sub_category or self.category

    def scopes(self) -> list[str]:
        """The scopes that HubSpot says are missing, sorted; not every refusal names them."""
        places = [self.context, *(error["context"] for error in self.errors)]
        return sorted({str(scope) for place in places for scope in place.get("requiredGranularScopes") or ()})


@dataclass(frozen=True, slots=True)
class Judge:
    """Reads every answer of one account."""

    system: str
    limits: Limits

    def __call__(self, answer: Answer) -> Verdict:
        """What the answer means, and what to do about it."""
        self.limits.note(answer.headers)
        status = answer.status_code
        if 200 <= status < 300:
            return OK
        body = _parsed(answer)
        problem = Problem.of(body)
        if status in (423, 429, 477):
            return self._later(status, problem, retry_after(answer))
        if status >= 500:
            return Verdict("retry", self._error(status, problem), done_maybe=True)
        if body is None and not (status == 404 and not answer.content.strip()):
            return Verdict("fail")  # nothing that HubSpot says
        return Verdict("fail", self._refusal(status, problem))  # a bare 404 is HubSpot's too (fact: hubspot-bare-404)

    def _later(self, status: int, problem: Problem, wait: float | None) -> Verdict:
        if status == 429:
            return self._too_many(problem)
        if status == 423:
            return Verdict("retry", self._error(status, problem), _LOCKED_WAIT)
        return Verdict("retry", self._moving(wait), _MOVING_WAIT if wait is None else wait)

    def _refusal(self, status: int, problem: Problem) -> SystemError_:
        if status == 401:
            return self._unknown(problem)
        if status == 403:
            return self._forbidden(problem)
        return self._error(status, problem)

    def _too_many(self, problem: Problem) -> Verdict:
        # The day's limit is not waited for (fact: hubspot-daily-limit).
        if problem.policy == "DAILY":
            hint = "the count starts again at midnight of the account's time zone"
            return Verdict("fail", used_up(self.system, "the day's API calls are used up", hint))
        error = RateLimited(
            f"{self.system} still says there are too many calls after several waits.",
            hint="other integrations use the same limit; try again later",
            system=self.system,
        )
        # Searches name no policy, only the word (fact: hubspot-search-limit).
        secondly = not problem.policy and "secondly" in problem.message.lower() and "ten" not in problem.message.lower()
        policy = "SECONDLY" if secondly else problem.policy
        return Verdict("retry", error, _POLICY_WAITS.get(policy, _POLICY_WAITS["TEN_SECONDLY_ROLLING"]))

    def _unknown(self, problem: Problem) -> AuthenticationError:
        if problem.category == "EXPIRED_AUTHENTICATION":
            hint = "put a fresh token into the connection, or give it client_id, client_secret and refresh_token"
            return Expired(f"{self.system} says that the token has expired.", hint=hint, system=self.system)
        hint = "put a service key, or the token of a private app, of this account into the connection's token"
        return AuthenticationError(f"{self.system} does not know this token.", hint=hint, system=self.system)

    def _forbidden(self, problem: Problem) -> PermissionError_:
        scopes = problem.scopes()
        if scopes:
            said = f"The token for {self.system} lacks the scope {' or '.join(scopes)}."
            return PermissionError_(said, hint="add the scope to the service key or app", system=self.system)
        said = f"{self.system} does not permit this to the token: {problem.message or 'no reason given'}"
        hint = "the token may lack a scope, or the account's subscription the feature"
        return PermissionError_(said.rstrip(".") + ".", hint=hint, system=self.system)

    def _moving(self, wait: float | None) -> VendorError:
        when = "later" if wait is None else f"in {wait / 3600:.1f} hours" if wait > 3600 else f"in {wait:.0f} seconds"
        said = f"{self.system} is moving this account to another data centre; it asks to come back {when}."
        return VendorError(said, hint="apply again later", system=self.system, status=477)

    def _error(self, status: int, problem: Problem) -> VendorError:
        said = problem.message or "no reason given"
        return VendorError(
            f"{self.system} answered {status}: {said.rstrip('.')}.",
            system=self.system,
            status=status,
            code=problem.code,
            body=problem,
        )


def _lists(context: Any) -> dict[str, list[Any]]:
    """A context as HubSpot describes it, names to lists, whatever really came."""
    if not isinstance(context, Mapping):
        return {}
    return {str(name): value if isinstance(value, list) else [value] for name, value in context.items()}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _parsed(answer: Answer) -> Mapping[str, Any] | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, Mapping) else None
