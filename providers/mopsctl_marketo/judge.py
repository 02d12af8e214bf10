"""What Marketo's answers mean: nearly every outcome is HTTP 200, with a code in the body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from mopsctl.errors import AuthenticationError, PermissionError_, RateLimited, SystemError_, VendorError
from mopsctl.provider.http import OK, Verdict, used_up
from mopsctl.secrets import mask
from mopsctl_marketo import quota

WINDOW_WAIT = 20.0  # seconds until the window of the rate limit has passed for sure
SYSTEM_ERROR_TRIES = 2
# The code in the body decides, the status says nothing (fact: marketo-errors-with-200).
NOTHING_DONE = frozenset({"608", "614", "615", "713", "719"})  # worth another try, and surely without effect
PERHAPS_DONE = frozenset({"502", "604", "611"})  # worth another try only where trying twice cannot do something twice
# Which of them comes for a token that is over differs (fact: marketo-token-codes).
TOKEN_REFUSED = frozenset({"600", "601", "602"})


class Answer(Protocol):
    """The part of an answer that a judge looks at."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def request(self) -> Any:
        """What was asked."""

    def json(self) -> Any:
        """The parsed body; ValueError where it is no JSON."""


class TokenRefused(AuthenticationError):
    """The access token is not valid any more; a new one may be."""


class DayIsOver(RateLimited):
    """The calls of the day are used up: nothing more goes out in this run."""


class Judge:
    """Reads the answers of one account."""

    def __init__(self, system: str) -> None:
        self.system = system

    def __call__(self, answer: Answer) -> Verdict:
        """What an answer of the REST API means."""
        body = _body(answer)
        if answer.status_code in (413, 414):
            return Verdict("fail", self._too_long(answer))
        if answer.status_code >= 500:
            return Verdict("retry", self._vendor(answer, str(answer.status_code), "", body), done_maybe=True)
        if body is None:
            return OK if answer.status_code < 300 and _is_json(answer) else self._no_api(answer)
        if body.get("success") is True or (
            "success" not in body and not body.get("errors") and answer.status_code < 300
        ):
            return OK  # whether it is whole is looked at by its shape
        return self._failed(answer, body)

    def identity(self, answer: Answer) -> Verdict:
        """What an answer of the identity service means."""
        body = _body(answer) or {}
        if answer.status_code == 200 and body.get("access_token"):
            return OK
        if answer.status_code >= 500:
            return Verdict("retry", self._vendor(answer, str(answer.status_code), "", body))
        if body.get("error"):
            said = mask(str(body.get("error_description") or body["error"]))
            return Verdict(
                "fail",
                AuthenticationError(
                    f"Marketo refused the client id and secret of {self.system}: {said}.",
                    hint="compare them with Admin > LaunchPoint > View Details; each instance has its own",
                    system=self.system,
                ),
            )
        return Verdict("fail", None)

    def _token_refused(self, said: str) -> TokenRefused:
        return TokenRefused(
            f"Marketo does not take the access token ({said}).",
            hint="look at the LaunchPoint service: was its API user disabled, or its secret renewed?",
            system=self.system,
        )

    def _no_api(self, answer: Answer) -> Verdict:
        """An answer that is no JSON: a proxy or a log-in page; a write may have gone through behind it."""
        reads = answer.request.method == "GET" or "_method=GET" in str(answer.request.url)
        return Verdict("fail") if reads else Verdict("retry", done_maybe=True)

    def _failed(self, answer: Answer, body: Mapping[str, Any]) -> Verdict:
        listed = body.get("errors")
        errors = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        errors = errors or [{}]
        code = str(errors[0].get("code", ""))
        said = mask("; ".join(str(each.get("message", "")) for each in errors))
        # Others share the window, so that it can be full through no fault of ours (fact: marketo-rate-window).
        if code == "606":
            return Verdict("retry", self._busy(said), wait=WINDOW_WAIT)
        stopped = self._stopped(answer, code, said)
        if stopped is not None:
            return Verdict("fail", stopped)
        error = self._vendor(answer, code, said, body)
        if code in NOTHING_DONE:
            return Verdict("retry", error)
        if code in PERHAPS_DONE:
            return self._once_more(answer, code, error)
        return Verdict("fail", error)

    def _stopped(self, answer: Answer, code: str, said: str) -> SystemError_ | None:
        """The error for a code that another try would not cure."""
        if code in TOKEN_REFUSED:
            return self._token_refused(f"{code} {said}")
        if code == "603":
            return self._denied(answer, said)
        # The day is that of US Central time (fact: marketo-day-ends-in-chicago).
        return self._used_up(said) if code == "607" else None

    def _once_more(self, answer: Answer, code: str, error: SystemError_) -> Verdict:
        notes = answer.request.extensions
        notes["mopsctl.tries"] = notes.get("mopsctl.tries", 0) + 1
        writes = answer.request.method != "GET" and "_method=GET" not in str(answer.request.url)
        if code == "611" and not writes and notes["mopsctl.tries"] >= SYSTEM_ERROR_TRIES:
            return Verdict("fail", error)
        return Verdict("retry", error, done_maybe=True)

    def _vendor(self, answer: Answer, code: str, said: str, body: Any) -> VendorError:
        words = f"{code} {said}".strip() or f"status {answer.status_code}"
        return VendorError(
            f"Marketo answered {words} to {answer.request.method} {answer.request.url.path}.",
            system=self.system,
            status=answer.status_code,
            code=code,
            body=body,
        )

    def _too_long(self, answer: Answer) -> VendorError:
        what = "body over 1 MB" if answer.status_code == 413 else "address over 8 KB"
        return VendorError(
            f"Marketo refused a request with a {what} to {answer.request.url.path}.",
            hint="this is a mistake of the adapter; please report it",
            system=self.system,
            status=answer.status_code,
            code=str(answer.status_code),
        )

    def _denied(self, answer: Answer, said: str) -> PermissionError_:
        return PermissionError_(
            f"Marketo denies {answer.request.method} {answer.request.url.path} (603 {said}).",
            hint=f"{permission_for(answer.request.url.path, answer.request.method)}; where the role has it, the IP allowlist for"
            " API access (Admin > Login Settings) keeps this machine out",
            system=self.system,
        )

    def _busy(self, said: str) -> RateLimited:
        return used_up(
            self.system,
            f"606 {said}, also after waiting; all integrations of the instance share 100 calls in 20 seconds",
            "apply again later, or lower calls_in_20_seconds",
        )

    def _used_up(self, said: str) -> DayIsOver:
        return DayIsOver(
            f"{self.system} has no calls left today (607 {said}): they come back {quota.reset_words()}.",
            hint="apply again afterwards: what is done is recorded, the rest goes on",
            system=self.system,
        )


def _body(answer: Answer) -> Mapping[str, Any] | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _is_json(answer: Answer) -> bool:
    try:
        answer.json()
    except ValueError:
        return False
    return True


_PERMISSIONS = (
    ("/schema/fields", "Read-Write Schema Custom Field and Read-Write Schema Standard Field"),
    ("/customobjects/schema", "Read-Write Custom Object Type"),
    ("/leads", "Read-Only Lead"),
    ("/lists/", "Read-Only Lead"),
    ("activate.json", "Activate Campaign"),
    ("/asset/", "Read-Write Assets"),
)


def permission_for(path: str, method: str) -> str:
    """Which permission of the API user's role a path needs, as a sentence."""
    if path.endswith("/deactivate.json"):
        return "give the API user's role the permission Deactivate Campaign"
    found = next((name for part, name in _PERMISSIONS if part in path), "")
    if found == "Read-Write Assets" and method == "GET":
        found = "Read-Only Assets"
    return f"give the API user's role the permission {found}" if found else "compare the API user's role with the docs"
