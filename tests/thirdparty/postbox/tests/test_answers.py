"""What the conformance kit cannot know of Postbox: its pages, its refusals, its limit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mopsctl_postbox import provider
from mopsctl_postbox.emulator import PostboxEmulator
from starlette.responses import JSONResponse, Response

from mopsctl.address import Address
from mopsctl.emulator import Call, Handle, running
from mopsctl.errors import MalformedAnswer, RateLimited
from mopsctl.provider import http
from mopsctl.provider.contract import Connection, System
from mopsctl.resource import FieldChange, Write
from mopsctl.secrets import Secret

CITY = Address("mail", "field", "city")


@pytest.fixture
def postbox() -> Iterator[Handle]:
    with running(PostboxEmulator) as handle:
        yield handle


@pytest.fixture
def system(postbox: Handle) -> Iterator[System]:
    key = Secret(postbox.connection["api_key"])
    with provider.open(Connection("mail", {"url": postbox.url}, {"api_key": key})) as opened:
        yield opened


def add(name: str, **target: object) -> Write:
    moved = tuple(FieldChange((each,), None, value) for each, value in target.items())
    return Write(Address("mail", "field", name), "add", moved, target, None)


def test_every_page_is_read(postbox: Handle, system: System) -> None:
    names = {"city", "email", "level", "street", "town"}
    list(system.write([add(name, label=name, type="text") for name in sorted(names - {"email"})]))
    postbox.limit("page", 2)
    assert {address.name for address in system.read([], []).items} == names
    assert system.calls.reads == 3


def test_what_may_not_be_read_is_unreadable(postbox: Handle, system: System) -> None:
    postbox.fault("status", path="/fields", status=403)
    found = system.read([], [])
    assert found.kinds == frozenset()
    assert found.unreadable == {"field": "mail answered 403: emulated status"}


def test_a_field_that_is_there_already_is_no_mystery(system: System) -> None:
    first, second = (next(iter(system.write([add("city", label="City", type="text")]))) for _ in range(2))
    assert (first.outcome, second.outcome, second.code) == ("done", "failed", "exists")
    assert system.reread([CITY]).items[CITY].attributes["label"] == "City"


@pytest.mark.parametrize(
    "target",
    [
        {"label": "", "type": "text"},
        {"label": "City", "type": "colour"},
        {"label": "City", "type": "choice"},
        {"label": "City", "type": "text", "options": {"a": {"label": "A", "hidden": False}}},
    ],
)
def test_what_postbox_refuses_is_a_result_with_its_reason(system: System, target: dict[str, object]) -> None:
    (result,) = system.write([add("city", **target)])
    assert result.outcome == "failed"
    assert result.error.startswith("mail answered 422: A ")
    assert system.reread([CITY]).items == {}


def test_its_limit_is_waited_for_and_then_told(
    postbox: Handle, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(http, "sleep", waits.append)
    postbox.fault("rate_limited", retry_after=7)
    assert system.identify().id == "PB-1001"
    postbox.fault("rate_limited", times=0, retry_after=7)
    with pytest.raises(RateLimited, match="mail still wants fewer calls"):
        system.identify()
    assert set(waits) == {7.0}


class Stranger(PostboxEmulator):
    """Another server, which speaks JSON too."""

    def _account(self, call: Call) -> Response:
        return JSONResponse({"greeting": "hello"})


def test_another_server_is_told_apart() -> None:
    with running(Stranger) as handle:
        elsewhere = Connection("mail", {"url": handle.url}, {"api_key": Secret(handle.connection["api_key"])})
        with (
            provider.open(elsewhere) as system,
            pytest.raises(MalformedAnswer, match="with half an answer: number is missing"),
        ):
            system.identify()
