from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Emulator, Handle, Refusal, Store, Switch, running


class ToyEmulator(Emulator):
    """A vendor with things that have names, and a token that can expire."""

    name = "toy"
    title = "Toy"
    switches = {"shout": Switch(False, (False, True), "nobody knows whether names are kept in capitals")}
    limits = {"things": 3}
    vendor_faults = ("half_batch",)

    def seed(self, store: Store, persona: str) -> None:
        store.put("things", "first", {"name": "first", "owner": persona})

    def credentials(self, persona: str) -> dict[str, str]:
        return {"account": persona, "token": f"toy-{persona}-token"}

    def routes(self) -> Sequence[Route]:
        return [
            Route("/things", self.list_things),
            Route("/things", self.add, methods=["POST"]),
            Route("/things/search", self.list_things, methods=["POST"]),
            Route("/things/{name}", self.read),
            Route("/things/{name}", self.remove, methods=["DELETE"]),
            Route("/crash", self.crash),
        ]

    def is_write(self, call: Call) -> bool:
        return super().is_write(call) and not call.path.endswith("/search")

    def gate(self, call: Call) -> Response | None:
        self.store.next_id("calls")
        expired = self.store.get("_expired", call.bearer) is not None
        return JSONResponse({"code": "expired"}, 401) if expired else None

    def finish(self, call: Call, response: Response) -> None:
        response.headers["X-Toy"] = "yes"

    def expire_token(self, call: Call) -> None:
        self.store.put("_expired", call.bearer, {})

    def fault_response(self, fault: Any, call: Call) -> Response:
        return JSONResponse({"toy": fault.name, "call": call.path}, int(fault.params.get("status", 429)))

    def actions(self) -> dict[str, Callable[..., Any]]:
        return {"rename_owner": self.rename_owner}

    def rename_owner(self, name: str, owner: str) -> dict[str, str]:
        self.store.put("things", name, {"name": name, "owner": owner})
        return {"owner": owner}

    def list_things(self, call: Call) -> Response:
        return JSONResponse({"things": self.store.list("things")})

    def read(self, call: Call) -> Response:
        found = self.store.get("things", call.params["name"])
        if found is None:
            raise Refusal(JSONResponse({"code": "unknown"}, 404))
        return JSONResponse(found)

    def add(self, call: Call) -> Response:
        added = list[str]()
        for name in call.json()["names"]:
            if self.store.count("things") >= self.limit("things"):
                raise Refusal(JSONResponse({"code": "full"}, 400))
            kept = name.upper() if self.switch("shout") else name
            self.store.put("things", kept, {"name": kept, "number": self.store.next_id("things")})
            added.append(kept)
        return JSONResponse({"added": added[:1] if call.fault("half_batch") else added}, 201)

    def remove(self, call: Call) -> Response:
        self.store.delete("things", call.params["name"])
        return Response(status_code=204)

    def crash(self, call: Call) -> Response:
        raise RuntimeError(call.path)


@pytest.fixture
def toy() -> Iterator[Handle]:
    with running(ToyEmulator) as handle:
        yield handle


@pytest.fixture
def client(toy: Handle) -> Iterator[httpx.Client]:
    # `verify=False` spares the time that reading the certificates of the world takes; nothing here is encrypted.
    with httpx.Client(
        base_url=toy.url, verify=False, headers={"Authorization": f"Bearer {toy.connection['token']}"}
    ) as made:
        yield made
