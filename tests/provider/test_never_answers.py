"""A call ends: at a host that says nothing, that drips, that floods, and whatever is tried again in between."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator

import httpx
import pytest

from mopsctl.errors import ConnectionFailed, MopsctlError, OutcomeUnknown
from mopsctl.provider import http
from mopsctl.provider.bounds import Bounds, reading
from mopsctl.provider.contract import Connection
from mopsctl.provider.http import Api

Opened = Callable[..., Api]
SHORT = Bounds(call_seconds=0.3)
SMALL = Bounds(answer_bytes=1_000_000)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


@contextlib.contextmanager
def host(talk: Callable[[socket.socket, threading.Event], None]) -> Iterator[str]:
    """A host that takes every connection and answers as `talk` does, until the event is set."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while not over.is_set():
                    taken, _ = listening.accept()
                    with taken, contextlib.suppress(OSError):
                        _heard(taken)
                        talk(taken, over)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            over.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


def _heard(taken: socket.socket) -> None:
    """Take in a whole request: a host that closes with a part unread cuts its own answer off."""
    request = b""
    while b"\r\n\r\n" not in request and (part := taken.recv(65_536)):
        request += part


def silent(_taken: socket.socket, over: threading.Event) -> None:
    over.wait(60)


def dripping(text: bytes, endless: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Sends a beginning, then one byte after the other, for ever: no single look at the socket waits long."""

    def talk(taken: socket.socket, over: threading.Event) -> None:
        taken.sendall(text)
        while not over.wait(0.05):
            taken.sendall(endless)

    return talk


def whole(answer: bytes) -> Callable[[socket.socket, threading.Event], None]:
    return lambda taken, _over: taken.sendall(answer)


SLOW = {
    "says nothing": silent,
    "drips a header": dripping(b"HTTP/1.1 200 OK\r\nx-slow: ", b"a"),
    "drips its answer": dripping(HEAD + b"content-length: 100000\r\n\r\n", b" "),
    "drips pieces": dripping(HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


@pytest.mark.parametrize("talk", SLOW.values(), ids=SLOW)
class TestDeadline:
    def test_a_read_ends_at_the_deadline_with_a_sentence(
        self, talk: Callable[[socket.socket, threading.Event], None], opened: Opened
    ) -> None:
        with host(talk) as url, pytest.raises(ConnectionFailed) as failed:
            opened(url, bounds=SHORT).get("/things")
        assert str(failed.value) == (
            "toy did not finish its answer to GET /things in time: the call took longer than 0.3 seconds."
        )
        assert failed.value.hint == (
            "check the network; where the system is only slow, raise deadline_seconds in the connection"
        )

    def test_a_write_that_is_not_answered_in_time_may_be_done(
        self, talk: Callable[[socket.socket, threading.Event], None], opened: Opened
    ) -> None:
        with host(talk) as url, pytest.raises(OutcomeUnknown, match="toy did not answer a write"):
            opened(url, bounds=SHORT).send("POST", "/things", json={})


def test_a_whole_read_ends_though_each_call_would_still_have_time(opened: Opened) -> None:
    with host(silent) as url, reading(Bounds(read_seconds=0.3)), pytest.raises(ConnectionFailed) as failed:
        opened(url).get("/things")
    assert str(failed.value) == (
        "toy did not finish its answer to GET /things in time: the whole read took longer than 0.005 minutes."
    )
    assert "raise read_minutes" in failed.value.hint


def test_what_is_tried_again_counts_for_the_deadline(opened: Opened, slept: list[float]) -> None:
    """The host closes each connection at once: there is no time left to wait before another try."""
    with host(lambda _taken, _over: None) as url, pytest.raises(ConnectionFailed, match="toy does not answer"):
        opened(url, bounds=SHORT).get("/things")
    assert slept == []


def test_after_a_read_its_clock_counts_no_more(opened: Opened) -> None:
    with host(whole(HEAD + b"content-length: 2\r\n\r\n{}")) as url:
        api = opened(url)
        with reading(Bounds(read_seconds=1e-9)), pytest.raises(ConnectionFailed, match="in time"):
            api.get("/things")
        assert api.get("/things") == {}


def packed(size: int) -> bytes:
    body = gzip.compress(b" " * size)
    return HEAD + f"content-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def endless(taken: socket.socket, over: threading.Event) -> None:
    taken.sendall(HEAD + b"transfer-encoding: chunked\r\n\r\n")
    while not over.is_set():
        taken.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


FLOODS = {"without end": endless, "packed": whole(packed(200_000_000))}


@pytest.mark.parametrize("talk", FLOODS.values(), ids=FLOODS)
class TestLength:
    def test_too_long_an_answer_is_not_taken_in(
        self, talk: Callable[[socket.socket, threading.Event], None], opened: Opened
    ) -> None:
        with host(talk) as url, pytest.raises(ConnectionFailed) as failed:
            opened(url, bounds=SMALL).get("/things")
        assert str(failed.value) == "toy answered GET /things with more than 1 megabytes."
        assert "raise answer_megabytes in the connection" in failed.value.hint

    def test_too_long_an_answer_to_a_write_leaves_it_in_doubt(
        self, talk: Callable[[socket.socket, threading.Event], None], opened: Opened
    ) -> None:
        with host(talk) as url, pytest.raises(OutcomeUnknown, match="more than 1 megabytes"):
            opened(url, bounds=SMALL).send("POST", "/things", json={})


def test_no_piece_is_unpacked_beyond_the_limit(monkeypatch: pytest.MonkeyPatch, opened: Opened) -> None:
    """A thousand bytes of zip hold a megabyte, so that the limit must hold while they are unpacked, not after."""
    pieces: list[int] = []
    make = zlib.decompressobj

    class Watched:
        def __init__(self, bits: int) -> None:
            self._inner = make(bits)

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

        def decompress(self, data: bytes, most: int = 0) -> bytes:
            pieces.append(len(piece := self._inner.decompress(data, most)))
            return piece

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with host(whole(packed(50_000_000))) as url, pytest.raises(ConnectionFailed, match="more than 1 megabytes"):
        opened(url, bounds=SMALL).get("/things")
    assert max(pieces) <= SMALL.answer_bytes + 1


@pytest.mark.parametrize("name", ["br", "zstd", "deflate", "gzip, gzip"])
def test_only_what_was_asked_for_is_unpacked(name: str, opened: Opened) -> None:
    answer = HEAD + f"content-encoding: {name}\r\ncontent-length: 2\r\n\r\n{{}}".encode()
    with host(whole(answer)) as url, pytest.raises(ConnectionFailed, match="which was not asked for"):
        opened(url).get("/things")


def test_a_packed_answer_that_breaks_off_is_none(opened: Opened) -> None:
    body = gzip.compress(b'{"things": []}')[:-9]
    # it says that it closes: a second attempt on a connection that is being closed would be reset now and then
    said = f"connection: close\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n"
    with host(whole(HEAD + said.encode() + body)) as url, pytest.raises(ConnectionFailed, match="breaks off"):
        opened(url).get("/things")


def test_a_good_packed_answer_is_unpacked(opened: Opened) -> None:
    body = gzip.compress(b'{"things": []}')
    answer = HEAD + f"content-encoding: gzip\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
    with host(whole(answer)) as url:
        assert opened(url).get("/things") == {"things": []}


class TestSettings:
    def test_a_connection_says_what_it_allows(self) -> None:
        found = Bounds.of(Connection("toy", {"deadline_seconds": "7", "read_minutes": 2, "answer_megabytes": "0.5"}))
        assert found == Bounds(call_seconds=7.0, read_seconds=120.0, answer_bytes=500_000)

    def test_left_out_the_usual_limits_hold(self) -> None:
        assert Bounds.of(Connection("toy")) == Bounds()

    @pytest.mark.parametrize("text", ["0", "-1", "soon", "nan", "inf"])
    def test_a_limit_is_a_number_above_zero(self, text: str) -> None:
        with pytest.raises(MopsctlError, match=rf"^The setting deadline_seconds of toy is '{text}'\.$"):
            Bounds.of(Connection("toy", {"deadline_seconds": text}))


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "no-such", "idna", ""])
def test_a_header_that_is_wrong_about_the_text_makes_no_difference(charset: str, opened: Opened) -> None:
    headers = {"content-type": f"application/json; charset={charset}"}
    said = httpx.MockTransport(lambda _request: httpx.Response(200, headers=headers, content='{"a": "é"}'.encode()))
    answer = opened("http://127.0.0.1:9", transport=said).send("GET", "/things")
    assert (answer.text, answer.json()) == ('{"a": "é"}', {"a": "é"})


def test_a_stand_in_for_the_network_keeps_to_the_length_too(opened: Opened) -> None:
    flood = httpx.MockTransport(lambda _request: httpx.Response(200, content=b" " * 2_000_000))
    with pytest.raises(ConnectionFailed, match="more than 1 megabytes"):
        opened("http://127.0.0.1:9", transport=flood, bounds=SMALL).get("/things")


def test_the_wait_a_vendor_asks_for_is_not_begun_where_it_would_be_too_long(opened: Opened, slept: list[float]) -> None:
    busy = httpx.MockTransport(lambda _request: httpx.Response(429, headers={"retry-after": "30"}, json={}))
    with pytest.raises(http.RateLimited):
        opened("http://127.0.0.1:9", transport=busy, bounds=Bounds(call_seconds=20)).get("/things")
    assert slept == []
