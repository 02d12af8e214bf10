"""How one request goes through an emulator: faults, gate, handler, log. Synchronous, one transaction each."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Match, Route

from mopsctl.emulator.base import Emulator
from mopsctl.emulator.call import Call, Cut, Refusal
from mopsctl.emulator.faults import AFTER, BEFORE, Fault

LOG_LENGTH = 20_000
"""How many requests the log keeps."""
_PAGE = "<!doctype html><html><head><title>One moment</title></head><body><h1>Please try again</h1></body></html>"

Hook = Callable[[Call], None]


@dataclass(frozen=True)
class Answer:
    """What is sent: a response, or None to cut the connection; `half` cuts it in the middle of the body."""

    response: Response | None
    half: bool = False


class Crashes(list[str]):
    """Tracebacks of mistakes that the emulator itself made: kept for whoever runs it, while the server lives on."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> bool:
        if isinstance(error, Exception):
            self.append("".join(traceback.format_exception(error)))
        return isinstance(error, Exception)


class Desk:
    """Takes requests, gives answers, keeps the books."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.store = emulator.store
        self.routes = list(emulator.routes())
        self.before_write = list[Hook]()
        self.after_write = list[Hook]()
        self.crashes = Crashes()

    def serve(self, call: Call) -> Answer:
        """Answer one request of the vendor's API and write it down."""
        call = replace(call, kind=self._kind(call), path=self.emulator.canonical_path(call.path))
        try:
            self._run(self.before_write, call)
            with self.store.transaction():
                call, answer = self._decide(replace(call, number=self.store.next_id("_requests")))
                self._write_down(call, answer)
            self._run(self.after_write, call)
        except Cut:
            return Answer(None)
        return answer

    def _kind(self, call: Call) -> str:
        if self.emulator.is_write(call):
            return "write"
        return "read" if self.emulator.is_read(call) else "other"

    def _run(self, hooks: list[Hook], call: Call) -> None:
        if call.kind == "write":
            for hook in tuple(hooks):
                hook(call)

    def _decide(self, call: Call) -> tuple[Call, Answer]:
        faults = self.emulator.faults.take(call.method, call.path, call.kind)
        call = replace(call, faults=faults)
        for fault in faults:
            if fault.name in BEFORE:
                return call, self._instead(fault, call)
        response = self._handle(call)
        for fault in faults:
            if fault.name in AFTER:
                return call, _spoilt(fault, response)
        return call, Answer(response)

    def _instead(self, fault: Fault, call: Call) -> Answer:
        if fault.name == "lost_request":
            return Answer(None)
        if fault.name == "html":
            return Answer(HTMLResponse(_PAGE, int(fault.params.get("status", 200))))
        response = self.emulator.fault_response(fault, call)
        self.emulator.finish(call, response)
        return Answer(response)

    def _handle(self, call: Call) -> Response:
        lag = call.fault("lag")
        reads = int(lag.params.get("reads", 1)) if lag else self.emulator.lag_reads(call)
        view = self.store.lagging(reads) if call.kind == "write" else self.store.stale_view()
        response: Response | None = None
        with self.crashes:
            try:
                self._beside(call)
                with view:
                    response = self._route(call)
            except Refusal as refusal:
                response = refusal.response
        if response is None:
            return PlainTextResponse(f"the emulator itself failed:\n{self.crashes[-1]}", 500)
        self.emulator.finish(call, response)
        return response

    def _beside(self, call: Call) -> None:
        for fault in call.faults:
            if fault.name == "expired_token":
                self.emulator.expire_token(call)
            if fault.name == "schema_moved":
                self.emulator.do(str(fault.params["action"]), fault.params.get("body", {}))

    def _route(self, call: Call) -> Response:
        scope = {"type": "http", "path": call.path, "method": call.method, "root_path": ""}
        other_method = False
        for route in self.routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                return self._behind_gate(route, replace(call, params=found["path_params"]))
            other_method = other_method or match is Match.PARTIAL
        return self.emulator.method_not_allowed(call) if other_method else self.emulator.not_found(call)

    def _behind_gate(self, route: Route, call: Call) -> Response:
        """The handler's answer; what the gate stored is kept even where the handler refuses."""
        stopped = self.emulator.gate(call)
        if stopped is not None:
            return stopped
        with self.store.transaction():
            response: Response = route.endpoint(call)
        return response

    # -- the books

    def _write_down(self, call: Call, answer: Answer) -> None:
        status = answer.response.status_code if answer.response is not None else 0
        entry = {
            "number": call.number,
            "ms": int(time.monotonic() * 1000),
            "method": call.method,
            "path": self._path(call),
            "query": self._query(call),
            "kind": call.kind,
            "status": status,
            "faults": [fault.name for fault in call.faults],
        }
        self.store.put("_requests", str(call.number), entry)
        self.store.delete("_requests", str(call.number - LOG_LENGTH))
        self._count(call.kind, failed=not 0 < status < 400)

    def _path(self, call: Call) -> str:
        pattern = self.emulator.secret_path
        found = pattern.search(call.path) if pattern else None
        return call.path.replace(found.group(1), "(secret)") if found else call.path

    def _query(self, call: Call) -> str:
        hidden = self.emulator.secret_query
        return urlencode([(name, "(secret)" if name in hidden else value) for name, value in call.query.multi_items()])

    def _count(self, kind: str, *, failed: bool) -> None:
        counters = self.counters()
        counters["requests"] += 1
        counters["others" if kind == "other" else f"{kind}s"] += 1
        counters["failed"] += failed
        self.store.put("_counters", "all", counters)

    def counters(self) -> dict[str, int]:
        """Requests so far: `requests`, of them `reads`, `writes`, `others`, and `failed` (status 400 up, or cut)."""
        none = dict.fromkeys(("requests", "reads", "writes", "others", "failed"), 0)
        return none | (self.store.get("_counters", "all") or {})

    def reset_counters(self) -> None:
        """Count from zero again and empty the request log."""
        with self.store.transaction():
            self.store.delete("_counters", "all")
            for key, _ in self.store.items("_requests"):
                self.store.delete("_requests", key)

    def requests(self) -> list[dict[str, Any]]:
        """The request log, oldest first: number, ms (monotonic), method, path, query, kind, status (0: cut), faults."""
        return self.store.list("_requests")

    def reset(self) -> None:
        """Start over as a fresh account: data, faults, switches and log are gone."""
        with self.store.transaction():
            self.store.clear()
            self.emulator.attach(self.store, self.emulator.persona)


def _spoilt(fault: Fault, response: Response) -> Answer:
    if fault.name == "lost_response":
        return Answer(None)
    if fault.name == "half_response" and response.body:
        return Answer(response, half=True)
    body = bytes(response.body)[: max(1, len(response.body) // 2)] or b'{"resul'
    media_type = response.headers.get("content-type", "application/json")
    return Answer(Response(body, 200 if response.status_code == 204 else response.status_code, media_type=media_type))
