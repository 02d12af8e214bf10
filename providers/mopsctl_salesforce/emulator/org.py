"""The emulated org: its paths, who may pass, and what people do on its screens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from starlette.responses import Response
from starlette.routing import Route

from mopsctl.emulator import Call, Doc, Emulator, Fault, Store, Switch, one_slash
from mopsctl_salesforce.emulator import answers, deploy, login, overview, rest, screens, seed, soap, tooling
from mopsctl_salesforce.emulator.answers import Problem

VERSIONS = tuple(f"{number}.0" for number in range(41, 69))
OLDEST = 31.0  # older ones answer 410
_API = "/services/data/v{version}"
_PATH_VERSION = re.compile(r"^/services/data/v(\d+)\.0(/.*)?$")


class SalesforceEmulator(Emulator):
    """One emulated Salesforce org."""

    name: ClassVar[str] = "salesforce"
    title: ClassVar[str] = "Salesforce"
    personas: ClassVar[tuple[str, ...]] = ("sandbox", "production", "developer")
    vendor_faults: ClassVar[tuple[str, ...]] = ("org_locked", "row_locked", "looping_session")
    switches: ClassVar[Mapping[str, Switch]] = {
        "standard_value_set_mode": Switch(
            "doc",
            ("doc", "skill"),
            "whether a deployed standard value set may add values, or refuses new ones",
        ),
        "permission_set_mode": Switch(
            "merge", ("merge", "replace"), "whether rights that a deployed permission set leaves out stay or go"
        ),
        "conversion_mode": Switch(
            "replace", ("replace", "merge"), "whether pairs that a deployed LeadConvertSettings leaves out go or stay"
        ),
        "inactive_values": Switch(
            "of-restricted-lists",
            ("of-restricted-lists", "shown", "hidden"),
            "whether Metadata and describe list deactivated values",
        ),
        "value_key": Switch(
            "valueName", ("valueName", "fullName"), "what the Tooling API calls the name of a picklist value"
        ),
        "upsert_status": Switch(200, (200, 204), "what an upsert that changed a row answers"),
        "token_format": Switch("opaque", ("opaque", "jwt"), "whether access tokens are JWTs, which SOAP refuses"),
        "profiles": Switch("shown", ("shown", "hidden"), "whether the user may read the names of profiles"),
        "consent": Switch("on", ("on", "off"), "whether Data Protection and Privacy is turned on"),
        "shorter_length": Switch(
            "cut",
            ("cut", "refused"),
            "whether a shorter text field cuts what records hold, or is refused while it would",
        ),
        "refresh_rotation": Switch("off", ("off", "on"), "whether each use of a refresh token replaces it"),
    }
    limits: ClassVar[Mapping[str, int]] = {
        "daily_calls": 15_000,
        "query_batch": 2_000,
        "custom_fields": 800,
        "deploy_steps": 3,
        "formula_compiled": 5_000,
    }

    def seed(self, store: Store, persona: str) -> None:
        """Plant a fresh org."""
        seed.plant(store, persona)

    def credentials(self, persona: str) -> dict[str, str]:
        """The client credentials flow, which needs no library for certificates."""
        return {
            "account": str(seed.ORGANIZATIONS[persona]["Id"]),
            "flow": "client_credentials",
            "client_id": seed.CLIENT_ID,
            "client_secret": seed.CLIENT_SECRET,
        }

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions on offer, newest last."""
        return VERSIONS

    def routes(self) -> Sequence[Route]:
        """Every path the adapter calls, and some that it must not."""
        table: Sequence[tuple[str, str, Callable[[SalesforceEmulator, Call], Response]]] = (
            *login.ROUTES,
            *overview.ROUTES,
            *rest.ROUTES,
            *tooling.ROUTES,
            *deploy.ROUTES,
            *soap.ROUTES,
        )
        return [Route(path, self._handler(handler), methods=[method]) for method, path, handler in table]

    def _handler(self, handler: Callable[[SalesforceEmulator, Call], Response]) -> Callable[[Call], Response]:
        return lambda call: handler(self, call)

    # -- every request

    def gate(self, call: Call) -> Response | None:
        """Version, session and calls left; what is free passes."""
        try:
            _check_version(call)
            if call.path.startswith(("/services/oauth2/token", "/services/Soap/")) or call.path == "/services/data":
                return None
            self._check_session(call)
        except Problem as problem:
            return problem.response
        self.store.set_setting("used", self._used() + 1)
        return None

    def _check_session(self, call: Call) -> None:
        if call.fault("looping_session") is not None:
            raise Problem(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API")
        if login.user_of(self, call.bearer) is None:
            raise Problem(401, "INVALID_SESSION_ID", "Session expired or invalid")
        deploy.tick(self)
        if self._used() >= self.limit("daily_calls"):
            raise Problem(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    def _used(self) -> int:
        return int(self.store.setting("used", 0))

    def finish(self, call: Call, response: Response) -> None:
        """The usage header of every REST answer."""
        if call.path.startswith("/services/data/v"):
            response.headers["Sforce-Limit-Info"] = f"api-usage={self._used()}/{self.limit('daily_calls')}"

    def canonical_path(self, path: str) -> str:
        """Doubled slashes and one at the end do not count."""
        return one_slash(path)  # widely used clients rely on it (fact: salesforce-slashes)

    def is_write(self, call: Call) -> bool:
        """Whether the request changes the org: composites of GETs, checks and tokens do not."""
        if call.path.startswith("/services/oauth2") or call.method in ("GET", "HEAD"):
            return False
        if call.path.startswith("/services/Soap"):
            return soap.writes(call)
        if call.path.endswith(("/composite", "/composite/batch")):
            return rest.composite_writes(call)
        return not (call.path.endswith("/deployRequest") and deploy.only_checks(call))

    def is_read(self, call: Call) -> bool:
        """Tokens are neither reads nor writes."""
        return not call.path.startswith("/services/oauth2") and not self.is_write(call)

    def not_found(self, call: Call) -> Response:
        """The answer to a path that does not exist."""
        return answers.error(404, "NOT_FOUND", "The requested resource does not exist")

    def method_not_allowed(self, call: Call) -> Response:
        """The answer to a path that exists for other methods."""
        message = f"HTTP Method '{call.method}' not allowed. Allowed are HEAD,GET,POST,PATCH"
        return answers.error(405, "METHOD_NOT_ALLOWED", message)

    def fault_response(self, fault: Fault, call: Call) -> Response:
        """The vendor's answer to the faults `status` and `rate_limited`; there is no 429."""
        if fault.name == "rate_limited":
            concurrent = fault.params.get("concurrent", False)
            text = (
                "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
                if concurrent
                else "TotalRequests Limit exceeded."
            )
            return answers.error(403, "REQUEST_LIMIT_EXCEEDED", text)
        status = int(fault.params.get("status", 503))
        usual = "SERVER_UNAVAILABLE" if status == 503 else "UNKNOWN_EXCEPTION"
        return answers.error(
            status, str(fault.params.get("code", usual)), str(fault.params.get("message", "emulated fault"))
        )

    def expire_token(self, call: Call) -> None:
        """End the session of this request."""
        self.store.delete("_tokens", call.bearer)

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What a person may do on the screens."""
        return screens.actions(self)

    # -- what handlers share

    def user(self, call: Call) -> str:
        """The id of the user that the request is made as."""
        return login.user_of(self, call.bearer) or ""

    def within(self, call: Call, method: str, url: str, body: Any = None) -> tuple[int, Any]:
        """Answer a request that stands inside another one: status and parsed body."""
        return rest.inner(self, call, method, url, body)

    def put_field(self, field: Doc) -> None:
        """Store a field."""
        name = f"{field['object']}.{field['name']}"
        self.store.put(f"fields:{field['object']}", name, field)
        if field["id"]:
            self.store.put("_field_ids", field["id"], {"name": name})

    def drop_field(self, name: str) -> None:
        """Forget a field by `Object.Name`."""
        self.store.delete(f"fields:{name.partition('.')[0]}", name)

    def field(self, name: str) -> Doc | None:
        """A field by `Object.Name`."""
        return self.store.get(f"fields:{name.partition('.')[0]}", name)

    def field_by_id(self, number: str) -> Doc | None:
        """A custom field by its id."""
        found = self.store.get("_field_ids", number)
        return self.field(found["name"]) if found else None

    def fields(self, object_name: str) -> list[Doc]:
        """Every field of an object."""
        return self.store.list(f"fields:{object_name}")

    def all_fields(self) -> list[Doc]:
        """Every field of every object."""
        return [field for name in seed.OBJECTS for field in self.fields(name)]

    def need_object(self, name: str) -> str:
        """The object's name; NOT_FOUND where the org has none of that name."""
        if name not in seed.OBJECTS or (name in seed.CONSENT_OBJECTS and self.switch("consent") == "off"):
            raise Problem(404, "NOT_FOUND", "The requested resource does not exist")
        return name


def _check_version(call: Call) -> None:
    found = _PATH_VERSION.match(call.path)
    if found is not None and float(found.group(1)) < OLDEST:
        raise Problem(410, "UNSUPPORTED_API_VERSION", "410:GONE")
    if found is not None and f"{found.group(1)}.0" not in VERSIONS:
        raise Problem(404, "NOT_FOUND", "The requested resource does not exist")
