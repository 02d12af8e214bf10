from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from mopsctl_eloqua import answers

from mopsctl.errors import AuthenticationError, ConnectionFailed, PermissionError_, RateLimited, VendorError

ERROR = {
    "type": "ObjectValidationError",
    "container": {"type": "ObjectKey", "objectType": "ContactField"},
    "property": "name",
    "requirement": {"type": "UniquenessRequirement"},
    "value": "Region",
}


def verdict(status: int, body: Any = None, **headers: str) -> Any:
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return answers.judge("eloqua")(httpx.Response(status, content=content, headers=headers))


@pytest.mark.parametrize(("status", "body"), [(200, {"elements": []}), (201, {"id": "1"}), (204, None), (200, None)])
def test_every_2xx_is_good(status: int, body: Any) -> None:
    assert verdict(status, body).kind == "ok"


@pytest.mark.parametrize("body", [b'"Not authenticated."', b"Not authenticated.", b' "Not authenticated."\n'])
def test_bad_credentials_come_with_status_200(body: bytes) -> None:
    found = verdict(200, body)
    assert found.kind == "fail"
    assert isinstance(found.error, AuthenticationError)


@pytest.mark.parametrize("status", [301, 302, 401])
def test_log_in_wanted(status: int) -> None:
    assert isinstance(verdict(status).error, AuthenticationError)


def test_a_page_is_no_answer_of_the_api() -> None:
    found = verdict(200, b"<html></html>", **{"content-type": "text/html; charset=utf-8"})
    assert found.kind == "fail"
    assert isinstance(found.error, ConnectionFailed)


def test_no_right() -> None:
    assert isinstance(verdict(403).error, PermissionError_)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_may_have_done_it(status: int) -> None:
    found = verdict(status, b"<html>", **{"content-type": "text/html"})
    assert (found.kind, found.done_maybe) == ("retry", True)


@pytest.mark.parametrize(("headers", "wait"), [({}, None), ({"retry-after": "7"}, 7.0)])
def test_asked_too_often_nothing_was_done(headers: dict[str, str], wait: float | None) -> None:
    found = verdict(429, None, **headers)
    assert (found.kind, found.done_maybe, found.wait) == ("retry", False, wait)
    assert isinstance(found.error, RateLimited)


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize("body", [[ERROR], ERROR])
def test_a_taken_name_is_understood_in_every_shape(status: int, body: Any) -> None:
    error = verdict(status, body).error
    assert isinstance(error, VendorError)
    assert (error.code, error.status) == (answers.EXISTS, status)
    assert error.message == "eloqua refuses: name is taken ('Region')."


def test_a_refusal_in_words_is_passed_on() -> None:
    error = verdict(400, b"There was a validation error.").error
    assert (error.code, error.message) == (
        answers.INVALID,
        "eloqua refuses: answered 400: There was a validation error.",
    )


def test_several_problems_are_all_said() -> None:
    other = ERROR | {"property": "dataType", "requirement": {"type": "EnumRequirement"}, "value": "<null>"}
    unknown = {"type": "ObjectValidationError", "property": "x", "requirement": {"type": "NewRequirement"}, "value": 3}
    error = verdict(400, [ERROR, other, unknown]).error
    assert error.message == (
        "eloqua refuses: name is taken ('Region'); dataType must be one of the words that Eloqua knows;"
        " x fails NewRequirement ('3')."
    )


def test_a_wrong_parameter() -> None:
    body = {
        "type": "EndpointParameterError",
        "parameter": "id",
        "requirement": {"type": "IdRequirement"},
        "value": "abc",
    }
    assert verdict(400, [body]).error.message == "eloqua refuses: id must be an id that exists ('abc')."


def test_bulk_words_its_errors_in_another_way() -> None:
    body = {"failures": [{"field": "filter", "value": "x", "constraint": "Must be a valid filter"}]}
    assert verdict(400, body).error.message == "eloqua refuses: filter fails Must be a valid filter ('x')."


@pytest.mark.parametrize("status", [409, 412])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"dependencies": [{"id": "77", "type": "BulkExport"}]}, "it is used by BulkExport 77"),
        ([{"id": "12", "type": "Form", "name": "Contact us"}, {"id": "3", "objectType": "Segment"}],
         "it is used by Form 12 'Contact us', Segment 3"),
        (None, "something still uses it"),
        (b"in use", "something still uses it"),
        ({}, "something still uses it"),
    ],
)  # fmt: skip
def test_what_still_uses_a_thing_is_said(status: int, body: Any, words: str) -> None:
    error = verdict(status, body).error
    assert (error.code, error.message) == (answers.IN_USE, f"eloqua refuses: {words}.")


def test_gone() -> None:
    assert verdict(404).error.code == answers.MISSING


def test_an_answer_never_seen_before() -> None:
    assert verdict(418, {"a": 1}).error.message == "eloqua answered 418."


@pytest.mark.parametrize(
    "body", [None, 7, "x", [], [1, None], {"type": 5}, {"failures": "x"}, {"failures": [None]}, [[]]]
)
def test_strange_bodies_are_no_problem_lists(body: Any) -> None:
    assert answers.problems(body) == []
    assert answers.used_by(body) == []
