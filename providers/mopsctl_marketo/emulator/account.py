"""The emulated Marketo account: its parts put together."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Emulator, Fault, Store, Switch
from mopsctl_marketo.emulator import seed
from mopsctl_marketo.emulator.activities import Activities
from mopsctl_marketo.emulator.area import Area, Endpoint
from mopsctl_marketo.emulator.campaigns import Campaigns
from mopsctl_marketo.emulator.custom_objects import CustomObjects
from mopsctl_marketo.emulator.envelope import effective_method, is_asset, problem
from mopsctl_marketo.emulator.exports import Exports
from mopsctl_marketo.emulator.fields import Fields
from mopsctl_marketo.emulator.folders import Folders
from mopsctl_marketo.emulator.gate import IDENTITY, Gate
from mopsctl_marketo.emulator.leads import Leads
from mopsctl_marketo.emulator.lists import Lists
from mopsctl_marketo.emulator.programs import Programs
from mopsctl_marketo.emulator.shown import Shown
from mopsctl_marketo.emulator.smart_lists import SmartLists
from mopsctl_marketo.emulator.tokens import Tokens

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_YES_NO = (False, True)


class MarketoEmulator(Emulator):
    """One account. `clock` counts seconds for tokens and the rate limit, `now` tells the date; tests set both."""

    name: ClassVar[str] = "marketo"
    title: ClassVar[str] = "Marketo"
    switches: ClassVar[Mapping[str, Switch]] = {
        "query_token": Switch(False, _YES_NO, "the day on which the token in the address stops working moved twice"),
        "no_token_code": Switch(
            "603", ("603", "600"), "600 is called deprecated; what answers instead is worded oddly"
        ),
        "unknown_path_status": Switch(
            200, (200, 404), "the documentation implies 200 for 610, some clients guard for 404"
        ),
        "score_type": Switch("score", ("score", "integer"), "no recording shows what the schema calls a score field"),
        "duplicate_field": Switch(
            "response", ("response", "record"), "whether the error is the call's or the record's"
        ),
        "update_with_type": Switch(
            "refused", ("refused", "ignored"), "what an update does with an attribute it cannot change"
        ),
        "hide_in_use": Switch(
            "refused", ("refused", "accepted"), "whether the API hides or renames a field that is in use"
        ),
        "field_cap_code": Switch(
            "1003", ("1003", "1014", "1028"), "the code of the error at the cap is not documented"
        ),
        "token_sign": Switch("kept", ("kept", "stripped"), "whether a score token comes back with its plus sign"),
        "token_type_change": Switch("refused", ("refused", "accepted"), "what a token does with another type"),
        "empty_tokens": Switch("list", ("list", "missing"), "what a folder without tokens answers"),
        "missing_token_folder": Switch("702", ("702", "710"), "the code for tokens of a folder that is not there"),
        "custom_object_shape": Switch("flat", ("flat", "nested"), "documentation and an earlier client disagree"),
        "custom_object_names": Switch("exact", ("exact", "more"), "an earlier client saw more types than it asked for"),
        "trigger_shape": Switch("object", ("object", "text"), "public samples of a smart list's rules show no trigger"),
        "bulk_smart_lists": Switch(False, _YES_NO, "only some subscriptions export by smart list and change date"),
    }
    limits: ClassVar[Mapping[str, int]] = {
        "calls_in_20_seconds": 100,
        "calls_a_day": 50_000,
        "person_fields": 100,
        "member_fields": 20,
        "filter_matches": 1_000,
        "custom_objects": 10,
        "custom_object_fields": 50,
        "custom_object_later_fields": 20,
        "activity_types": 10,
        "activity_attributes": 20,
        "exports_queued": 10,
        "exports_processing": 2,
    }
    vendor_faults: ClassVar[tuple[str, ...]] = ("html_as_json",)

    def __init__(self) -> None:
        self.clock: Callable[[], float] = time.monotonic
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.gatekeeper = Gate(self)
        self.areas: tuple[Area, ...] = (
            self.gatekeeper,
            Fields(self),
            Leads(self),
            Lists(self),
            SmartLists(self),
            Exports(self),
            Folders(self),
            Programs(self),
            Tokens(self),
            Campaigns(self),
            CustomObjects(self),
            Activities(self),
            Shown(self),
        )

    def seed(self, store: Store, persona: str) -> None:
        """Plant what a fresh account has."""
        seed.plant(store, persona, self.now())

    def credentials(self, persona: str) -> dict[str, str]:
        """The account, and the service of its API user."""
        return seed.credentials(persona)

    def routes(self) -> Sequence[Route]:
        """One route a path; which method it takes is answered by the vendor's own code."""
        table: dict[str, dict[str, Endpoint]] = {}
        for endpoint in (each for area in self.areas for each in area.endpoints()):
            table.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        found = [Route(path, self._dispatch(table[path]), methods=METHODS) for path in table]
        return [Route(IDENTITY, self.gatekeeper.identity, methods=["GET", "POST"]), *found]

    def _dispatch(self, methods: Mapping[str, Endpoint]) -> Callable[[Call], Response]:
        def answer(call: Call) -> Response:
            endpoint = methods.get(effective_method(call))
            if endpoint is None:
                return problem(call, "605", f"Request method '{call.method}' not supported")
            if not self.gatekeeper.may(call, endpoint.permissions):
                return problem(call, "603")
            return endpoint.handler(call)

        return answer

    def is_write(self, call: Call) -> bool:
        """A change: not a token, and not a long GET in the form of a POST."""
        return super().is_write(call) and call.path != IDENTITY and effective_method(call) != "GET"

    def is_read(self, call: Call) -> bool:
        """A look: everything but changes and tokens."""
        return call.path != IDENTITY and not self.is_write(call)

    def gate(self, call: Call) -> Response | None:
        """Size, token and limits."""
        return self.gatekeeper.check(call)

    def finish(self, call: Call, response: Response) -> None:
        """Count the call."""
        self.gatekeeper.count(call, response)

    def not_found(self, call: Call) -> Response:
        """610, with the status that is disputed."""
        answer = problem(call, "610")
        answer.status_code = int(self.switch("unknown_path_status"))
        return answer

    def method_not_allowed(self, call: Call) -> Response:
        """605."""
        return problem(call, "605", f"Request method '{call.method}' not supported")

    def fault_response(self, fault: Fault, call: Call) -> Response:
        """606 for `rate_limited`; for `status` the `code` in an envelope, or a bare HTTP status of the gateway."""
        if fault.name == "rate_limited":
            return problem(call, "606")
        if "code" in fault.params:
            return problem(call, str(fault.params["code"]), str(fault.params.get("message", "")))
        status = int(fault.params.get("status", 502))
        if is_asset(call) and fault.params.get("json"):
            return JSONResponse({"success": False}, status)
        return Response("<html><body>Bad Gateway</body></html>", status, media_type="text/html")

    def expire_token(self, call: Call) -> None:
        """The token of this request expires now."""
        self.gatekeeper.expire(call.bearer)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What people may do on Marketo's screens."""
        found: dict[str, Callable[..., Any]] = {"set_permissions": self._permit, "spend_calls": self.gatekeeper.spend}
        for area in self.areas:
            found.update(area.actions())
        return found

    def _permit(self, permissions: list[str]) -> None:
        """The role of the API user has exactly these permissions from now on."""
        for user, _ in self.store.items("roles"):
            self.store.put("roles", user, {"permissions": list(permissions)})
