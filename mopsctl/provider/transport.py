"""The way to a host: which proxy, sockets that keep to a clock, answers that are unpacked no further than they may be long."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from mopsctl.provider.answers import parsed
from mopsctl.provider.bounds import TooLong, at_most
from mopsctl.provider.hosts import leads_here

PACKED = "gzip"  # what is asked for, and so what is unpacked: it can be unpacked a piece at a time
_HOP = ("content-encoding", "content-length", "transfer-encoding")
_PIECE = 65_536


class Answer(httpx.Response):
    """A whole answer, unpacked."""

    @property
    def text(self) -> str:
        """The text in it, which is UTF-8 at every vendor; what a header says of it may be anything."""
        return self.content.decode("utf-8-sig", "replace")

    def json(self, **_options: Any) -> Any:
        """The JSON in it; ValueError, and nothing else, where there is none that can be used."""
        return parsed(self.content)


def opened(base_url: str) -> httpx.HTTPTransport:
    """The way to a host. ValueError or ImportError where the machine's proxy cannot be used."""
    transport = httpx.HTTPTransport(
        # plain HTTP needs no certificate store, which costs 40 ms to load
        verify=not base_url.startswith("http://"),
        proxy=proxy_for(base_url),
    )
    pool: Any = transport._pool  # the library lets nobody choose the sockets below it
    pool._network_backend = _Sockets(pool._network_backend)
    return transport


def proxy_for(url: str) -> str | None:
    """The proxy that this machine's settings name for an address; never one for this machine itself."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if leads_here(url) or proxy_bypass(host):
        return None
    known = getproxies()
    found = known.get(parts.scheme) or known.get("all")
    return found if found is None or "://" in found else f"http://{found}"


def received(client: httpx.Client, request: httpx.Request, most: int) -> Answer:
    """Send a request, and take in its whole answer. TooLong where that is longer than `most` bytes."""
    answer = client.send(request, stream=True)
    try:
        content = _content(answer, most)
    finally:
        answer.close()
    headers = [(name, value) for name, value in answer.headers.multi_items() if name.lower() not in _HOP]
    return Answer(answer.status_code, headers=headers, content=content, request=request)


def _content(answer: httpx.Response, most: int) -> bytes:
    if answer.is_stream_consumed:  # no socket below: a stand-in gives its answers whole
        pieces: Iterator[bytes] = iter((answer.content,))
    else:
        pieces = _unpacked(answer, most)
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > most:
            raise TooLong
        at_most(None)
    return bytes(content)


def _unpacked(answer: httpx.Response, most: int) -> Iterator[bytes]:
    packed = answer.headers.get("content-encoding", "identity").strip().lower()
    if packed in ("", "identity"):
        return answer.iter_raw(_PIECE)
    if packed not in ("gzip", "x-gzip"):
        raise httpx.DecodingError(f"its answer is packed as {packed}, which was not asked for", request=answer.request)
    return _inflated(answer, most)


def _inflated(answer: httpx.Response, most: int) -> Iterator[bytes]:
    """The unpacked pieces, none longer than an answer may be; a packed answer that breaks off is none."""
    unpacking, begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
    try:
        for raw in answer.iter_raw(_PIECE):
            rest, begun = raw, True
            while rest and not unpacking.eof:
                yield unpacking.decompress(rest, most + 1)
                rest = unpacking.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError(f"its answer cannot be unpacked: {error}", request=answer.request) from error
    if begun and not unpacking.eof:
        raise httpx.DecodingError("its packed answer breaks off", request=answer.request)


class _Sockets:
    """Opens sockets that wait no longer than the call that uses them may take."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **more: Any) -> _Socket:
        return _Socket(self._inner.connect_tcp(host, port, timeout=at_most(timeout), **more))

    def connect_unix_socket(self, path: str, timeout: float | None = None, **more: Any) -> _Socket:
        return _Socket(self._inner.connect_unix_socket(path, timeout=at_most(timeout), **more))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Socket:
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        read: bytes = self._inner.read(max_bytes, timeout=at_most(timeout))
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[start : start + _PIECE], timeout=at_most(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Socket:
        return _Socket(self._inner.start_tls(ssl_context, server_hostname, at_most(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
