"""The back door of every emulator, under `/_emulator/`: what a test or a trial needs and no vendor offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.responses import JSONResponse, Response

from mopsctl.emulator.call import Call
from mopsctl.emulator.desk import Desk
from mopsctl.emulator.faults import Fault

BACK_DOOR = "/_emulator"
"""Where the paths of the back door begin."""


class BackDoor:
    """Answers the requests under `/_emulator/`; they are neither counted nor logged, and no fault hits them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._routes: dict[tuple[str, str], Callable[[Call], Any]] = {
            ("GET", ""): self._about,
            ("GET", "counters"): lambda _: desk.counters(),
            ("POST", "counters/reset"): lambda _: desk.reset_counters(),
            ("GET", "requests"): lambda _: {"requests": desk.requests()},
            ("GET", "faults"): lambda _: {"faults": [asdict(fault) for fault in desk.emulator.faults.list()]},
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._remove_faults,
            ("GET", "switches"): self._switches,
            ("POST", "switches"): self._set_switches,
            ("GET", "limits"): self._limits,
            ("POST", "limits"): self._set_limits,
            ("GET", "dump"): lambda call: desk.store.dump(call.query.get("without", "").split(",")),
            ("POST", "reset"): lambda _: desk.reset(),
        }

    def answer(self, call: Call) -> Response:
        """The answer to one request: 200 with JSON, 204, 400 with what is wrong, or 404."""
        name = call.path.removeprefix(BACK_DOOR).strip("/")
        try:
            if call.method == "POST" and name.startswith("do/"):
                result = self.desk.emulator.do(name.removeprefix("do/"), _object(call))
            elif (call.method, name) in self._routes:
                result = self._routes[call.method, name](call)
            else:
                return JSONResponse({"error": f"the back door has no {call.method} {call.path}"}, 404)
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204) if result is None else JSONResponse(result)

    def _about(self, _: Call) -> dict[str, Any]:
        emulator = self.desk.emulator
        actions = sorted(emulator.actions())
        return {"name": emulator.name, "title": emulator.title, "persona": emulator.persona, "actions": actions}

    def _add_fault(self, call: Call) -> dict[str, Any]:
        return asdict(self.desk.emulator.faults.add(Fault(**_object(call))))

    def _remove_faults(self, call: Call) -> None:
        if "id" in call.query:
            self.desk.emulator.faults.remove(call.query["id"])
        else:
            self.desk.emulator.faults.clear()

    def _switches(self, _: Call) -> dict[str, Any]:
        emulator = self.desk.emulator
        return {
            name: {"value": emulator.switch(name), "default": known.default, "choices": known.choices, "why": known.why}
            for name, known in sorted(emulator.switches.items())
        }

    def _set_switches(self, call: Call) -> None:
        with self.desk.store.transaction():
            for name, value in _object(call).items():
                self.desk.emulator.set_switch(name, value)

    def _limits(self, _: Call) -> dict[str, Any]:
        emulator = self.desk.emulator
        return {name: emulator.limit(name) for name in sorted(emulator.limits)}

    def _set_limits(self, call: Call) -> None:
        with self.desk.store.transaction():
            for name, value in _object(call).items():
                self.desk.emulator.set_limit(name, value)


def _object(call: Call) -> dict[str, Any]:
    body = call.json() if call.body else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body
