"""The ASGI side of an emulator: reads a request, lets the desk answer it, sends the answer or cuts the connection."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mopsctl.emulator.backdoor import BACK_DOOR, BackDoor
from mopsctl.emulator.call import Call
from mopsctl.emulator.desk import Answer, Desk


class App:
    """An ASGI application around one desk; `in_flight_max` is the most requests that were open at one time."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.back_door = BackDoor(desk)
        self.in_flight = 0
        self.in_flight_max = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        self.in_flight += 1
        self.in_flight_max = max(self.in_flight_max, self.in_flight)
        try:
            body = await _body(receive)
            if body is None:
                return
            call = _call(scope, body)
            answer = self._answer(call)
            if answer.response is None or answer.half:
                await _cut(scope, receive, send, answer)
            else:
                await _send(answer.response, call, send)
        finally:
            self.in_flight -= 1

    def _answer(self, call: Call) -> Answer:
        if call.path.startswith(BACK_DOOR):
            return Answer(self.back_door.answer(call))
        return self.desk.serve(call)


def _call(scope: Scope, body: bytes) -> Call:
    return Call(
        method=scope["method"],
        path=scope["path"],
        query=QueryParams(scope["query_string"]),
        headers=Headers(scope=scope),
        body=body,
    )


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None if the client left before it was sent."""
    chunks = list[bytes]()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


async def _send(response: Response, call: Call, send: Send) -> None:
    body = b"" if call.method == "HEAD" else bytes(response.body)
    await send(_start(response))
    await send({"type": "http.response.body", "body": body})


def _start(response: Response) -> dict[str, Any]:
    return {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}


async def _cut(scope: Scope, receive: Receive, send: Send, answer: Answer) -> None:
    """End the connection; with `half`, after the first half of the body has left."""
    transport: asyncio.Transport = scope["state"]["transport"]
    if answer.response is not None:
        body = bytes(answer.response.body)
        await send(_start(answer.response))
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        transport.close()
    else:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
