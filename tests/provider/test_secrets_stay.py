"""What the HTTP room knows of credentials reaches no log and no error."""

from __future__ import annotations

import logging
from collections.abc import Callable

import httpx
import pytest
import respx

from mopsctl.emulator import Handle
from mopsctl.errors import VendorError
from mopsctl.provider.http import Api
from mopsctl.secrets import MASK, Secret

CANARY = "canary-5f0e9a1b"
LOGGERS = (
    "httpx",
    "httpcore",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Whatever httpx and httpcore have to say."""
    caplog.set_level(logging.DEBUG)
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def test_a_secret_in_an_address_reaches_no_log(api: Api, everything: pytest.LogCaptureFixture) -> None:
    Secret(CANARY)
    api.get("/echo", {"access_token": CANARY})
    assert "HTTP Request: GET" in everything.text
    assert f"access_token={MASK}" in everything.text
    assert CANARY not in everything.text


def test_a_secret_in_a_header_of_an_answer_reaches_no_log(
    toy: Handle, api: Api, everything: pytest.LogCaptureFixture
) -> None:
    Secret(CANARY)
    toy.fault("rate_limited", retry_after="1", request_id=CANARY)
    api.send("POST", "/things", json={}, headers={"authorization": f"Bearer {CANARY}"})
    assert "receive_response_headers.complete" in everything.text
    assert MASK in everything.text
    assert CANARY not in everything.text


@pytest.mark.parametrize("name", LOGGERS)
def test_every_logger_below_masks_by_itself(name: str, everything: pytest.LogCaptureFixture) -> None:
    Secret(CANARY)
    logging.getLogger(name).debug("sending %s", CANARY)
    assert everything.messages == [f"sending {MASK}"]


def test_every_logger_that_httpcore_has_is_known(api: Api) -> None:
    api.get("/things")
    known = {name for name in logging.root.manager.loggerDict if name.partition(".")[0] in ("httpx", "httpcore")}
    assert known <= set(LOGGERS)


def test_nothing_is_logged_where_nobody_asks(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        api.get("/things")
    assert [each for each in caplog.records if each.name in LOGGERS] == []


def test_a_secret_in_an_answer_reaches_no_error(toy: Handle, api: Api) -> None:
    Secret(CANARY)
    toy.fault("status", status=400, said=f"the token {CANARY} is no good")
    with pytest.raises(VendorError) as failed:
        api.get("/things")
    assert failed.value.body == {"said": f"the token {MASK} is no good"}
    assert CANARY not in f"{failed.value} {failed.value.body} {failed.value.hint}"


def test_a_secret_outside_ascii_reaches_no_error(toy: Handle, api: Api) -> None:
    Secret("sécret-canary")
    toy.fault("status", status=400, said="no: sécret-canary")
    with pytest.raises(VendorError) as failed:
        api.get("/things")
    assert failed.value.body == {"said": f"no: {MASK}"}


@respx.mock
def test_a_secret_in_what_went_wrong_reaches_no_error(opened: Callable[..., Api]) -> None:
    Secret(CANARY)
    respx.get("https://toy.invalid/things").mock(side_effect=httpx.ReadError(f"gone while reading {CANARY}"))
    with pytest.raises(Exception, match="gone while reading") as failed:
        opened("https://toy.invalid").get("/things")
    assert CANARY not in str(failed.value)
