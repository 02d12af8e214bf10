"""A vendor of few words behind a real socket, and an `Api` that speaks to it without ever sleeping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Emulator, Handle, Store, running
from mopsctl.errors import RateLimited, VendorError
from mopsctl.provider import http
from mopsctl.provider.hosts import Hosts
from mopsctl.provider.http import OK, Api, Verdict, retry_after

HEADERS = {"retry_after": "retry-after", "request_id": "x-request-id"}  # parameters of a fault that become headers


class Toy(Emulator):
    """Things that can be listed, added, and answered oddly."""

    name = "toy"
    title = "Toy"

    def seed(self, store: Store, persona: str) -> None:
        """Nothing is there at first."""

    def credentials(self, persona: str) -> dict[str, str]:
        return {"account": persona}

    def is_write(self, call: Call) -> bool:
        return super().is_write(call) and not call.path.endswith("/search")

    def routes(self) -> Sequence[Route]:
        return [
            Route("/things", self.list_things),
            Route("/things", self.add, methods=["POST"]),
            Route("/things/search", self.list_things, methods=["POST"]),
            Route("/echo", self.echo, methods=["GET", "POST"]),
            Route("/empty", self.empty, methods=["GET", "POST"]),
            Route("/packed", self.packed, methods=["GET", "POST"]),
        ]

    def fault_response(self, fault: Any, call: Call) -> Response:
        headers = {name: str(fault.params[key]) for key, name in HEADERS.items() if key in fault.params}
        body = {"said": fault.params.get("said", fault.name)}
        return JSONResponse(body, int(fault.params.get("status", 429)), headers)

    def list_things(self, call: Call) -> Response:
        start, size = int(call.query.get("start", 0)), int(call.query.get("size", 100))
        things = self.store.list("things")
        following = start + size if start + size < len(things) else None
        return JSONResponse({"things": things[start : start + size], "next": following})

    def add(self, call: Call) -> Response:
        number = self.store.next_id("things")
        self.store.put("things", f"{number:04d}", {"number": number})
        return JSONResponse({"number": number}, 201)

    def echo(self, call: Call) -> Response:
        sent = dict(call.query.multi_items()) | (call.form() if call.body else {})
        return JSONResponse({"sent": sent, "agent": call.headers["user-agent"], "token": call.bearer})

    def empty(self, call: Call) -> Response:
        return Response(status_code=204)

    def packed(self, call: Call) -> Response:
        return Response(b"this is not packed at all", 200, {"content-encoding": "gzip"}, "application/json")


def judge(answer: httpx.Response) -> Verdict:
    """Limits and failures of the server are tried again; a write may have been done before the server failed."""
    if answer.status_code < 400:
        return OK
    if answer.status_code == 429:
        return Verdict("retry", RateLimited("toy has no calls left.", system="toy"), wait=retry_after(answer))
    if answer.status_code >= 500:
        return Verdict("retry", done_maybe=True)
    if answer.status_code == 409:
        return Verdict("fail", VendorError("toy has it already.", system="toy", status=409))
    return Verdict("fail")


@pytest.fixture
def toy() -> Iterator[Handle]:
    with running(Toy) as handle:
        yield handle


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for; nobody sleeps."""
    waits: list[float] = []
    monkeypatch.setattr(http, "sleep", waits.append)
    return waits


@pytest.fixture
def opened(slept: list[float]) -> Iterator[Callable[..., Api]]:
    """Opens the room: `opened(url)`; everything that was opened is closed in the end."""
    made: list[Api] = []

    def open_one(url: str, **more: Any) -> Api:
        made.append(Api("toy", url, **{"judge": judge, "hosts": Hosts(("toy.invalid",)), **more}))
        return made[-1]

    yield open_one
    for each in made:
        each.close()


@pytest.fixture
def api(toy: Handle, opened: Callable[..., Api]) -> Api:
    return opened(toy.url)
