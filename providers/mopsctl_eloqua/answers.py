"""What Eloqua's answers mean: statuses, the shapes of validation errors, and what still uses a thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mopsctl.errors import (
    AuthenticationError,
    ConnectionFailed,
    PermissionError_,
    RateLimited,
    SystemError_,
    VendorError,
)
from mopsctl.provider.answers import parsed
from mopsctl.secrets import mask

if TYPE_CHECKING:
    from mopsctl.provider.http import Verdict

NOT_AUTHENTICATED = "Not authenticated."
IN_USE, EXISTS, INVALID, MISSING = "in-use", "exists", "invalid", "not-found"
_DOUBTFUL = (500, 502, 503, 504)
_TOO_MUCH_TEXT = 200

_REQUIREMENTS = {
    "BooleanRequirement": "must be true or false",
    "ContentRequirement": "must have content",
    "DateRequirement": "must be a date",
    "EmailAddressRequirement": "must be an e-mail address",
    "EnumRequirement": "must be one of the words that Eloqua knows",
    "IdRequirement": "must be an id that exists",
    "ImmutabilityRequirement": "cannot be changed",
    "IntegerRequirement": "must be a whole number",
    "NoDuplicatesRequirement": "must have no duplicates",
    "NotNullRequirement": "must be given",
    "RelationshipRequirement": "must go with what it refers to",
    "SyntaxRequirement": "is spelled in a way that Eloqua does not take",
    "TextWithNoHtmlRequirement": "must be text without HTML",
    "TextWithNoUrlRequirement": "must be text without a URL",
    "UniquenessRequirement": "is taken",
    "UrlRequirement": "must be a URL",
    "ValidTextLengthRequirement": "is too long",
}


class Answer(Protocol):
    """The part of an HTTP answer that is looked at here."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers."""

    @property
    def content(self) -> bytes:
        """The body."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One validation error: which property, what Eloqua asks of it, and the value it did not take."""

    property: str
    requirement: str
    value: str = ""

    def words(self) -> str:
        """The problem in a few words."""
        asked = _REQUIREMENTS.get(self.requirement, f"fails {self.requirement}" if self.requirement else "is refused")
        given = "" if self.value in ("", "<null>") else f" ('{self.value}')"
        return f"{self.property or 'something'} {asked}{given}"


def judge(system: str) -> Callable[[Answer], Verdict]:
    """The judge of the Application and Bulk APIs of one system."""
    return lambda answer: _verdict(system, answer)


def _verdict(system: str, answer: Answer) -> Verdict:
    from mopsctl.provider.http import OK, Verdict, retry_after

    status = answer.status_code
    if status in _DOUBTFUL:
        return Verdict("retry", _error(system, answer), done_maybe=True)
    if status == 429:
        error = RateLimited(f"{system} is asked too often.", hint="try again in a few minutes", system=system)
        return Verdict("retry", error, wait=retry_after(answer))
    if 200 <= status < 300 and not _is_page(answer) and not _is_unknown_user(answer):
        return OK
    return Verdict("fail", _error(system, answer))


def _error(system: str, answer: Answer) -> SystemError_:
    status = answer.status_code
    # A refusal may come with status 200 (fact: eloqua-not-authenticated-200).
    if status in (301, 302, 401) or _is_unknown_user(answer):
        return AuthenticationError(
            f"{system} does not accept the credentials.",
            hint="check company, user and password or the app's tokens; Eloqua says the same to a disabled user, to an"
            " address outside the allowed ones, and after an account moved",
            system=system,
        )
    if _is_page(answer):
        return ConnectionFailed(
            f"What answers is not the API of {system}: it sent a page with status {status}.",
            hint="a proxy or a log-in page may be in between",
            system=system,
        )
    if status == 403:
        return PermissionError_(
            f"The user of {system} may not do this.",
            hint="give the user's security group the right under Settings > Users and Security",
            system=system,
        )
    return _vendor_error(system, answer)


def _is_unknown_user(answer: Answer) -> bool:
    """Bad credentials come with status 200 and a sentence; long bodies are not parsed for it."""
    return len(answer.content) <= len(NOT_AUTHENTICATED) + 4 and body_of(answer) == NOT_AUTHENTICATED


def _vendor_error(system: str, answer: Answer) -> VendorError:
    status, body = answer.status_code, body_of(answer)
    found = problems(body)
    if found or status == 400:
        return _invalid(system, status, body, found)
    if status in (409, 412):
        users = used_by(body)
        words = f"it is used by {', '.join(users)}" if users else "something still uses it"
        return _made(system, status, IN_USE, f"{system} refuses: {words}.", body)
    if status == 404:
        return _made(system, status, MISSING, f"{system} does not know this, or hides it from the user.", body)
    if status == 413:
        return _made(system, status, INVALID, f"{system} has no storage space left.", body)
    return _made(system, status, "", f"{system} answered {status}{_spoken(body)}.", body)


def _invalid(system: str, status: int, body: object, found: list[Problem]) -> VendorError:
    taken = any(each.requirement == "UniquenessRequirement" and each.property == "name" for each in found)
    words = "; ".join(each.words() for each in found) if found else f"answered {status}{_spoken(body)}"
    return _made(system, status, EXISTS if taken else INVALID, f"{system} refuses: {words}.", body)


def _made(system: str, status: int, code: str, message: str, body: object) -> VendorError:
    return VendorError(mask(message), system=system, status=status, code=code, body=body)


def problems(body: object) -> list[Problem]:
    """The validation errors of a body: an array, one bare object, or Bulk's `failures`; none where it is no such thing."""
    if isinstance(body, dict) and isinstance(body.get("failures"), list):
        return [
            Problem(str(each.get("field", "")), str(each.get("constraint", "")), str(each.get("value", "")))
            for each in body["failures"]
            if isinstance(each, dict)
        ]
    listed = body if isinstance(body, list) else [body]
    return [_problem(each) for each in listed if isinstance(each, dict) and _is_problem(each)]


def _is_problem(each: Mapping[str, Any]) -> bool:
    return str(each.get("type", "")).endswith("Error") and ("requirement" in each or "property" in each)


def _problem(each: Mapping[str, Any]) -> Problem:
    requirement = each.get("requirement")
    name = str(requirement.get("type", "")) if isinstance(requirement, dict) else ""
    value = each.get("value")
    return Problem(str(each.get("property") or each.get("parameter") or ""), name, "" if value is None else str(value))


def used_by(body: object) -> list[str]:
    """What a refused deletion names as users, in words, sorted: `BulkExport 77`, `Form 12 'Contact us'`."""
    listed = body.get("dependencies", body.get("elements")) if isinstance(body, dict) else body
    if not isinstance(listed, list):
        return []
    return sorted({_user(each) for each in listed if isinstance(each, dict)})


def _user(each: Mapping[str, Any]) -> str:
    sort = str(each.get("type") or each.get("objectType") or "something")
    named = f" '{each['name']}'" if each.get("name") else ""
    return f"{sort} {each.get('id', '')}".rstrip() + named


def body_of(answer: Answer) -> object:
    """The parsed body; the text itself where it is no JSON, None where it is empty."""
    text = answer.content.decode("utf-8", "replace").strip()
    if not text:
        return None
    try:
        return parsed(text.encode())
    except ValueError:
        return text


def _is_page(answer: Answer) -> bool:
    return "text/html" in answer.headers.get("content-type", "")


def _spoken(body: object) -> str:
    return f": {body.rstrip('.')}" if isinstance(body, str) and len(body) <= _TOO_MUCH_TEXT else ""
