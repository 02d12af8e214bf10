"""The HTTP room over real sockets: what is tried again, what is never repeated, what people are told."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import respx

from mopsctl.emulator import Call, Handle
from mopsctl.errors import ConnectionFailed, MopsctlError, OutcomeUnknown, RateLimited, VendorError
from mopsctl.provider import http
from mopsctl.provider.contract import Calls
from mopsctl.provider.http import LONGEST_WAIT, MOST_ATTEMPTS, OK, Api, Verdict, used_up

Opened = Callable[..., Api]
BACKING_OFF = [0.4, 0.8, 1.6, 3.2]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class TestReads:
    def test_a_good_answer_is_parsed(self, api: Api) -> None:
        assert api.get("/things") == {"things": [], "next": None}
        assert api.calls == Calls(1, 0)

    def test_an_empty_answer_is_nothing(self, api: Api) -> None:
        assert api.get("/empty") is None

    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            ("status", 500),
            ("status", 503),
            ("lost_request", 0),
            ("lost_response", 0),
            ("half_response", 0),
        ],
    )
    def test_a_failed_read_is_tried_again(
        self, fault: str, status: int, toy: Handle, api: Api, slept: list[float]
    ) -> None:
        toy.fault(fault, times=2, status=status)
        assert api.get("/things") == {"things": [], "next": None}
        assert api.calls == Calls(3, 0)
        assert slept == BACKING_OFF[:2]

    def test_a_read_is_given_up_after_the_last_attempt(self, toy: Handle, api: Api, slept: list[float]) -> None:
        toy.fault("status", times=0, status=502)
        with pytest.raises(VendorError) as failed:
            api.get("/things")
        assert str(failed.value) == "toy answered 502 to GET /things."
        assert (failed.value.status, failed.value.body, failed.value.system) == (502, {"said": "status"}, "toy")
        assert api.calls == Calls(MOST_ATTEMPTS, 0)
        assert slept == BACKING_OFF

    def test_a_cut_read_is_given_up_in_the_words_of_a_person(self, toy: Handle, api: Api) -> None:
        toy.fault("lost_request", times=0)
        with pytest.raises(ConnectionFailed, match=rf"^toy does not answer at {toy.url} \(.+\)\.$") as failed:
            api.get("/things")
        assert failed.value.hint == "check the network, and the connection in the environment document"
        assert toy.counters()["requests"] == MOST_ATTEMPTS

    def test_an_answer_that_cannot_be_unpacked_is_no_answer(self, api: Api) -> None:
        with pytest.raises(ConnectionFailed, match="toy does not answer"):
            api.get("/packed")
        assert api.calls == Calls(MOST_ATTEMPTS, 0)

    def test_a_post_that_only_asks_is_a_read(self, toy: Handle, api: Api) -> None:
        toy.fault("lost_response")
        assert api.json(api.send("POST", "/things/search", json={}, write=False)) == {"things": [], "next": None}
        assert api.calls == Calls(2, 0)

    def test_an_error_of_the_caller_is_not_tried_again(self, toy: Handle, api: Api) -> None:
        with pytest.raises(VendorError, match=r"^toy answered 404 to GET /nothing\.$"):
            api.get("/nothing")
        assert toy.counters()["requests"] == 1

    def test_the_judges_own_error_is_told(self, toy: Handle, api: Api) -> None:
        toy.fault("status", status=409)
        with pytest.raises(VendorError, match=r"^toy has it already\.$"):
            api.get("/things")


class TestWrites:
    def test_a_good_write_is_sent_once(self, toy: Handle, api: Api) -> None:
        assert api.json(api.send("POST", "/things", json={})) == {"number": 1}
        assert api.calls == Calls(0, 1)
        assert toy.counters()["writes"] == 1

    @pytest.mark.parametrize("fault", ["lost_request", "lost_response", "half_response"])
    def test_a_write_without_an_answer_is_never_repeated(
        self, fault: str, toy: Handle, api: Api, slept: list[float]
    ) -> None:
        toy.fault(fault)
        with pytest.raises(OutcomeUnknown, match=r"^toy did not answer a write \(.+\)\.$") as failed:
            api.send("POST", "/things", json={})
        assert toy.counters()["requests"] == 1
        assert failed.value.hint == "mopsctl reads it again to find out whether it took effect"
        assert len(toy.dump().get("things", {})) == (fault != "lost_request")
        assert slept == []

    def test_a_write_whose_answer_cannot_be_unpacked_may_be_done(self, toy: Handle, api: Api) -> None:
        with pytest.raises(OutcomeUnknown):
            api.send("POST", "/packed")
        assert toy.counters()["requests"] == 1

    @pytest.mark.parametrize("fault", ["garbage", "html"])
    def test_a_write_answered_with_something_else_may_be_done(self, fault: str, toy: Handle, api: Api) -> None:
        toy.fault(fault)
        answer = api.send("POST", "/things", json={})
        with pytest.raises(OutcomeUnknown, match=r"^toy answered a write with something that cannot be read") as failed:
            api.json(answer)
        assert "is not the API of toy" in failed.value.message

    def test_a_server_that_failed_in_mid_write_may_have_done_it(self, toy: Handle, api: Api) -> None:
        toy.fault("status", status=504)
        with pytest.raises(
            OutcomeUnknown, match=r"^toy answered 504 to a write \(toy answered 504 to POST /things\)\.$"
        ):
            api.send("POST", "/things", json={})
        assert toy.counters()["requests"] == 1

    def test_a_write_that_a_limit_turned_away_is_sent_again(self, toy: Handle, api: Api, slept: list[float]) -> None:
        toy.fault("rate_limited", times=2, retry_after="3")
        assert api.json(api.send("POST", "/things", json={})) == {"number": 1}
        assert slept == [3.0, 3.0]
        assert len(toy.dump()["things"]) == 1
        assert api.calls == Calls(0, 3)

    def test_a_write_that_never_left_is_sent_again(self, toy: Handle, opened: Opened, slept: list[float]) -> None:
        api = opened(toy.url, transport=Flaky([httpx.ConnectError("refused"), httpx.ConnectTimeout("slow")]))
        assert api.json(api.send("POST", "/things", json={})) == {"number": 1}
        assert slept == [0.2, 0.2]
        assert toy.counters()["writes"] == 1


class Flaky(httpx.BaseTransport):
    """Fails in these ways first, then passes on what is sent."""

    def __init__(self, errors: list[httpx.TransportError]) -> None:
        self._errors = errors
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._errors:
            raise self._errors.pop(0)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class TestNobodyThere:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_refused_connection_is_tried_again_then_told(
        self, method: str, opened: Opened, slept: list[float]
    ) -> None:
        address = f"http://127.0.0.1:{free_port()}"
        with pytest.raises(ConnectionFailed, match=f"^toy does not answer at {address} "):
            opened(address).send(method, "/things")
        assert slept == [0.2] * (MOST_ATTEMPTS - 1)

    @respx.mock
    @pytest.mark.parametrize(
        ("error", "raised", "attempts"),
        [
            (httpx.ReadTimeout("slow"), OutcomeUnknown, 1),
            (httpx.WriteTimeout("slow"), OutcomeUnknown, 1),
            (httpx.WriteError("gone"), OutcomeUnknown, 1),
            (httpx.ProxyError("no"), OutcomeUnknown, 1),
            (httpx.ConnectTimeout("slow"), ConnectionFailed, MOST_ATTEMPTS),
            (httpx.PoolTimeout("busy"), ConnectionFailed, MOST_ATTEMPTS),
        ],
        ids=lambda each: type(each).__name__ if isinstance(each, Exception) else None,
    )
    def test_what_was_perhaps_sent_is_not_sent_again(
        self, error: Exception, raised: type[MopsctlError], attempts: int, opened: Opened
    ) -> None:
        route = respx.post("https://toy.invalid/things").mock(side_effect=error)
        with pytest.raises(raised):
            opened("https://toy.invalid").send("POST", "/things")
        assert route.call_count == attempts

    @respx.mock
    def test_a_read_is_tried_again_whatever_went_wrong(self, opened: Opened) -> None:
        errors = [httpx.ReadTimeout("slow"), httpx.WriteError("gone"), httpx.RemoteProtocolError("odd")]
        route = respx.get("https://toy.invalid/things").mock(side_effect=[*errors, httpx.Response(200, json=[1])])
        assert opened("https://toy.invalid").get("/things") == [1]
        assert route.call_count == len(errors) + 1


class TestWhatCannotBeSent:
    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize("token", ["canary-token\n", "canary-tökén", "canary\r\nx: y"])
    def test_a_broken_token_is_told_and_not_shown(self, method: str, token: str, toy: Handle, api: Api) -> None:
        with pytest.raises(ConnectionFailed) as failed:
            api.send(method, "/things", headers={"authorization": f"Bearer {token}"})
        assert "headers holds a character" in failed.value.message
        assert "line break" in failed.value.hint
        assert "canary" not in f"{failed.value} {failed.value.hint} {failed.value.__cause__}"
        api.get("/things")  # the room can still be used
        assert toy.counters()["requests"] == 1

    def test_a_broken_token_of_a_signer_is_told_too(self, toy: Handle, opened: Opened) -> None:
        api = opened(toy.url, auth=Signed("canary-token\n"))
        with pytest.raises(ConnectionFailed, match="headers holds a character"):
            api.send("POST", "/things")
        opened(toy.url).get("/things")
        assert toy.counters()["requests"] == 1

    def test_a_broken_token_of_the_whole_connection_is_told_too(self, toy: Handle, opened: Opened) -> None:
        with pytest.raises(ConnectionFailed, match="headers holds a character"):
            opened(toy.url, headers={"x-key": "canary-tökén"})

    @pytest.mark.parametrize("url", ["https://127.0.0.1:port", "https://[::1", "https://exa\nmple.org"])
    def test_an_address_that_is_none_is_told(self, url: str, opened: Opened) -> None:
        with pytest.raises(ConnectionFailed, match="address") as failed:
            opened(url)
        assert failed.value.hint

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.org",
            "ftp://example.org",
            "ftp://127.0.0.1",
            "example.org",
            "",
            "http://127.0.0.1.example.org",
        ],
    )
    def test_an_address_that_is_not_encrypted_is_refused(self, url: str, opened: Opened) -> None:
        with pytest.raises(ConnectionFailed, match=r"is not encrypted|does not begin with https://") as failed:
            opened(url)
        assert "https://" in failed.value.hint

    def test_a_path_that_is_none_is_told(self, api: Api, toy: Handle) -> None:
        with pytest.raises(ConnectionFailed, match=r"^The address .+ is not valid: .+\.$"):
            api.send("POST", "/a\nb")
        assert toy.counters()["requests"] == 0


class Signed(httpx.Auth):
    """Signs with a token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        request.headers["authorization"] = f"Bearer {self._token}"
        yield request


class TestSomethingElseAnswers:
    @pytest.mark.parametrize("status", [200, 403, 502])
    def test_a_page_is_not_the_api(self, status: int, toy: Handle, api: Api) -> None:
        toy.fault("html", times=0, status=status)
        with pytest.raises(ConnectionFailed) as failed:
            api.get("/things")
        assert str(failed.value) == (
            f"What answers at {toy.url} is not the API of toy: it sent text/html with status {status}."
        )
        assert failed.value.hint == (
            "check the address in the environment document; a proxy or a log-in page may be in between"
        )

    def test_half_a_document_is_not_the_api(self, toy: Handle, api: Api) -> None:
        toy.fault("garbage")
        with pytest.raises(ConnectionFailed, match="it sent application/json with status 200"):
            api.get("/things")

    def test_nobody_follows_where_an_answer_points(self, opened: Opened) -> None:
        with respx.mock(assert_all_called=False) as router:
            router.get("https://toy.invalid/things").respond(302, headers={"location": "https://other.invalid/"})
            elsewhere = router.get("https://other.invalid/")
            assert opened("https://toy.invalid").send("GET", "/things").status_code == 302
        assert not elsewhere.called

    @pytest.mark.parametrize(
        "path",
        [
            "https://other.invalid/next",
            "http://toy.invalid/next",
            "https://toy.invalid:8443/next",
        ],
    )
    def test_chosen_host_in_a_path_is_not_followed(self, path: str, opened: Opened) -> None:
        with respx.mock(assert_all_called=False) as router:
            anywhere = router.route()
            with pytest.raises(ConnectionFailed, match=r"go to toy\.invalid only") as failed:
                opened("https://toy.invalid", headers={"authorization": "Bearer canary"}).get(path)
        assert failed.value.hint
        assert not anywhere.called

    def test_a_whole_address_at_home_is_followed(self, opened: Opened) -> None:
        with respx.mock() as router:
            router.get("https://toy.invalid/next").respond(200, json=[1])
            assert opened("https://toy.invalid").get("https://toy.invalid/next") == [1]


class TestLimits:
    @pytest.mark.parametrize(
        ("said", "wait"), [("0", 0.0), ("2", 2.0), ("1.5", 1.5), (str(int(LONGEST_WAIT)), LONGEST_WAIT)]
    )
    def test_the_wait_that_is_asked_for_is_kept(
        self, said: str, wait: float, toy: Handle, api: Api, slept: list[float]
    ) -> None:
        toy.fault("rate_limited", retry_after=said)
        api.get("/things")
        assert slept == [wait]

    @pytest.mark.parametrize("said", ["-1", "nan", "inf", "soon", ""])
    def test_a_wait_that_is_none_backs_off(self, said: str, toy: Handle, api: Api, slept: list[float]) -> None:
        toy.fault("rate_limited", retry_after=said)
        api.get("/things")
        assert slept == [0.0 if said == "-1" else BACKING_OFF[0]]

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_wait_that_is_too_long_is_told_instead(
        self, method: str, toy: Handle, api: Api, slept: list[float]
    ) -> None:
        toy.fault("rate_limited", times=0, retry_after=str(LONGEST_WAIT + 1))
        with pytest.raises(RateLimited, match=r"^toy has no calls left\.$"):
            api.send(method, "/things", json=None)
        assert slept == []
        assert toy.counters()["requests"] == 1

    def test_a_limit_that_stays_is_told_after_the_last_attempt(self, toy: Handle, api: Api) -> None:
        toy.fault("rate_limited", times=0)
        with pytest.raises(RateLimited):
            api.send("POST", "/things", json={})
        assert toy.counters()["requests"] == MOST_ATTEMPTS

    def test_a_judge_cannot_ask_for_less_than_no_wait(self, toy: Handle, opened: Opened, slept: list[float]) -> None:
        verdicts = iter([Verdict("retry", wait=-5), OK])
        opened(toy.url, judge=lambda _: next(verdicts)).get("/things")
        assert slept == [0.0]

    def test_a_used_up_limit_reads_as_a_sentence(self) -> None:
        error = used_up("toy", "10 of 10 today", hint="come back tomorrow")
        assert (str(error), error.hint, error.system) == (
            "toy has no calls left: 10 of 10 today.",
            "come back tomorrow",
            "toy",
        )


class TestTheRoom:
    def test_the_pace_is_kept_around_every_attempt_and_not_while_waiting(
        self, toy: Handle, opened: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        story: list[str] = []

        @contextlib.contextmanager
        def pace() -> Iterator[None]:
            story.append("in")
            yield
            story.append("out")

        monkeypatch.setattr(http, "sleep", lambda _: story.append("wait"))
        toy.fault("status", status=500)
        opened(toy.url, pace=pace).get("/things")
        assert story == ["in", "out", "wait", "in", "out"]

    def test_calls_are_counted_across_threads(self, api: Api, toy: Handle) -> None:
        def both(_: int) -> None:
            api.get("/things")
            api.send("POST", "/things", json={})

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(both, range(10)))
        assert api.calls == Calls(10, 10)
        assert toy.counters() | {"in_flight_max": 0} == {
            "requests": 20,
            "reads": 10,
            "writes": 10,
            "others": 0,
            "failed": 0,
            "in_flight_max": 0,
        }

    def test_parameters_forms_and_headers_are_sent(self, api: Api) -> None:
        asked = api.get("/echo", {"a": "1", "b": "x y&z"})
        assert asked == {"sent": {"a": "1", "b": "x y&z"}, "agent": "mopsctl", "token": ""}
        answer = api.send("POST", "/echo", form={"grant": "password é"}, headers={"authorization": "Bearer abc"})
        assert api.json(answer) == {"sent": {"grant": "password é"}, "agent": "mopsctl", "token": "abc"}

    def test_a_signer_signs_every_attempt(self, toy: Handle, opened: Opened) -> None:
        toy.fault("status", status=500)
        assert opened(toy.url, auth=Signed("abc")).get("/echo")["token"] == "abc"

    def test_an_answer_that_nobody_waits_for_holds_up_no_other(self, toy: Handle, opened: Opened) -> None:
        reached, go_on = threading.Event(), threading.Event()

        def hold(_: Call) -> None:
            reached.set()
            go_on.wait(10)

        toy.before_write(hold)
        api = opened(toy.url)
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(api.send, "POST", "/things", json={})
            assert reached.wait(10)
            assert api.calls == Calls(0, 1)
            go_on.set()
            assert writing.result().status_code == 201
