"""The emulated account: its areas, its switches and limits, and what every answer carries."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from mopsctl.emulator import Call, Emulator, Fault, Store, Switch
from mopsctl_hubspot.emulator import tokens
from mopsctl_hubspot.emulator.account import Account
from mopsctl_hubspot.emulator.area import Area
from mopsctl_hubspot.emulator.consent import Consent
from mopsctl_hubspot.emulator.groups import Groups
from mopsctl_hubspot.emulator.objects import OBJECT_TYPES
from mopsctl_hubspot.emulator.pipelines import Pipelines
from mopsctl_hubspot.emulator.properties import Properties
from mopsctl_hubspot.emulator.rate import POLICIES, Rate, is_search, locked, moving, too_many
from mopsctl_hubspot.emulator.records import Records
from mopsctl_hubspot.emulator.scores import Scores
from mopsctl_hubspot.emulator.screens import Screens
from mopsctl_hubspot.emulator.seed import PORTALS, Portal, plant
from mopsctl_hubspot.emulator.stages import Stages
from mopsctl_hubspot.emulator.wire import CORRELATION, error, error_body

_SEARCHES = ("/search", "/batch/read")
_PROXY_STATUSES = frozenset(range(502, 505)) | frozenset(range(521, 527))


class HubSpotEmulator(Emulator):
    """One emulated HubSpot account."""

    name = "hubspot"
    title = "HubSpot"
    personas = tuple(PORTALS)
    vendor_faults = ("partial_batch",)
    switches = {
        "property_recreate": Switch(
            "restore",
            ("restore", "fresh"),
            "whether creating an archived name brings the old property and its values back, or makes a new one",
        ),
        "pipeline_delete": Switch(
            "by_version", ("by_version", "purge", "archive"), "whether a deleted pipeline is gone, or archived (v3)"
        ),
        "batch_dates": Switch(
            "left_out", ("left_out", "told"), "whether the answer to a batch tells when what it made was made"
        ),
        "missing_pipeline": Switch(
            "bare", ("bare", "described"), "whether the 404 of a pipeline that is not there has a body"
        ),
        "pipeline_ids": Switch(
            "account",
            ("account", "object"),
            "whether a pipeline id is good for one object of the account, or once for each",
        ),
        "reference_check": Switch(
            "always", ("always", "as_asked"), "whether a pipeline or stage in use is refused even if nobody asks"
        ),
        "lifecycle_stage_writes": Switch(
            "allowed", ("allowed", "forbidden"), "writing lifecycle stages through the pipelines API is undocumented"
        ),
        "lifecycle_stages": Switch(
            "separate", ("separate", "shared"), "whether a stage added for contacts appears for companies too"
        ),
        "lifecycle_backward": Switch(
            "ignored", ("ignored", "accepted", "refused"), "what a write of an earlier lifecycle stage does"
        ),
        "lead_scoring": Switch(
            "on", ("on", "missing", "forbidden"), "the API is in beta, and not every account or token has it"
        ),
        "unpublished_score": Switch(
            "draft", ("draft", "missing"), "what reading a score answers that was never published"
        ),
        "read_only_definition": Switch(
            "refused", ("refused", "ignored"), "what a PATCH of a read-only definition answers"
        ),
        "unknown_group": Switch(400, (400, 404), "what creating a property in a group that does not exist answers"),
        "reserved_names": Switch(
            "refused", ("refused", "accepted"), "whether a name that begins with hs_ can be created"
        ),
        "display_order": Switch(
            "as_written", ("as_written", "numbered"), "whether a display order of -1 reads back as it was written"
        ),
        "dated_batch_create": Switch(201, (201, 200), "the status of a batch create on dated paths"),
        "list_order": Switch("stored", ("stored", "reversed"), "no order of lists is promised"),
        "read_lag": Switch(0, (), "after how many reads a write shows; real reads lag by up to minutes"),
        "rate_limits": Switch(
            "enforced", ("enforced", "counted"), "not disputed: whether more calls than the burst allows are refused"
        ),
    }
    limits = {
        "burst": 190,
        "searches_per_second": 5,
        "daily": 1_000_000,
        "custom_properties": 1000,
        "custom_properties_overall": 10_000,
        "unique_properties": 10,
        "options_per_property": 5000,
        "characters_per_option": 3000,
        "pipelines": 100,
        "scores": 25,
    }
    object_types = OBJECT_TYPES
    screen_user = "2"
    """The user id under which changes on screens are made."""

    def __init__(self) -> None:
        self.clock: Callable[[], float] = time.monotonic
        self.account = Account(self)
        self.consent = Consent(self)
        self.groups = Groups(self)
        self.pipelines = Pipelines(self)
        self.properties = Properties(self)
        self.rate = Rate(self)
        self.records = Records(self)
        self.scores = Scores(self)
        self.screens = Screens(self)
        self.stages = Stages(self)
        self.tokens = tokens.Tokens(self)

    @property
    def portal(self) -> Portal:
        """The account that is emulated."""
        return PORTALS[self.persona]

    def seed(self, store: Store, persona: str) -> None:
        """Plant a fresh account with a few records."""
        plant(store, PORTALS[persona], persona)

    def routes(self) -> Sequence[Route]:
        """Every path; groups stand before properties, whose placeholder would take them."""
        areas: tuple[Area, ...] = (
            self.groups,
            self.properties,
            self.stages,
            self.pipelines,
            self.records,
            self.scores,
            self.consent,
            self.account,
            self.tokens,
        )
        return [route for area in areas for route in area.routes()]

    def canonical_path(self, path: str) -> str:
        """A slash at the end does not count."""
        # The vendor's own client sends one (fact: hubspot-slashes).
        return path.rstrip("/") or "/"

    def credentials(self, persona: str) -> dict[str, str]:
        """`account` (the portal id) and `token`, which may do everything; see `tokens` for the others."""
        return {"account": str(PORTALS[persona].id), "token": tokens.tokens(persona)["full"]}

    def other_tokens(self) -> dict[str, str]:
        """Tokens that may do less: `read_only`, `write_only`, `scopeless`."""
        return {name: token for name, token in tokens.tokens(self.persona).items() if name != "full"}

    def oauth_client(self) -> dict[str, str]:
        """`client_id`, `client_secret` and `refresh_token` of an installed OAuth app."""
        return tokens.oauth_client(self.persona)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What people do on HubSpot's screens."""
        return self.screens.actions()

    def base(self, call: Call) -> str:
        """The address that the request was sent to, for `Location`."""
        return f"http://{call.headers.get('host', 'localhost')}"

    # -- every request

    def is_write(self, call: Call) -> bool:
        """Whatever changes the account; searches, batch reads and tokens do not."""
        harmless = call.path in tokens.OPEN_PATHS or call.path.endswith(_SEARCHES)
        return super().is_write(call) and not harmless

    def is_read(self, call: Call) -> bool:
        """Whatever reads the account; asking for a token does not."""
        return not self.is_write(call) and call.path not in tokens.OTHER_PATHS

    def lag_reads(self, call: Call) -> int:
        """After how many reads a write shows."""
        return int(self.switch("read_lag"))

    def gate(self, call: Call) -> Response | None:
        """401 without a valid token, 429 beyond a limit."""
        if call.path in tokens.OPEN_PATHS:
            return None
        self.tokens.check(call)
        return self.rate.check(call)

    def finish(self, call: Call, response: Response) -> None:
        """Add the correlation id and the limit headers."""
        response.headers.setdefault(CORRELATION, str(uuid.uuid4()))
        response.headers.setdefault("Vary", "origin, Accept-Encoding")
        if call.path not in tokens.OPEN_PATHS:
            self.rate.add_headers(call, response)

    def not_found(self, call: Call) -> Response:
        """404 without a category, as for any path that is not there."""
        return error(404, error_body("resource not found", None))

    def method_not_allowed(self, call: Call) -> Response:
        """405 without a category."""
        return error(405, error_body(f"{call.method} is not allowed here", None))

    def expire_token(self, call: Call) -> None:
        """Make the token of this request expire."""
        self.tokens.expire(call)

    def fault_response(self, fault: Fault, call: Call) -> Response:
        """429 by `params.policy`, with `Retry-After` only if `params.retry_after` is given; otherwise `params.status`."""
        params = fault.params
        if fault.name == "rate_limited":
            policy = str(params.get("policy", "SECONDLY" if is_search(call) else POLICIES[0]))
            return too_many(policy, {"Retry-After": str(params["retry_after"])} if "retry_after" in params else None)
        status = int(params.get("status", 500))
        if status == 423:
            return locked()
        if status == 477:
            return moving(int(params.get("retry_after", 60)))
        if status in _PROXY_STATUSES:
            return HTMLResponse(f"<html><head><title>{status}</title></head><body>bad gateway</body></html>", status)
        return error(status, error_body(str(params.get("message", "internal error")), params.get("category")))
