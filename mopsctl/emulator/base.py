"""What an emulator is: a vendor's routes, their data, and what people may do on the vendor's screens."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mopsctl.emulator.call import Call
from mopsctl.emulator.faults import CHASSIS_FAULTS, Fault, FaultBox
from mopsctl.emulator.store import Store
from mopsctl.errors import UsageError

Handler = Callable[[Call], Response]
"""What stands behind a route: a plain function, so that one request is one transaction."""


@dataclass(frozen=True)
class Switch:
    """A behaviour on which the sources disagree: the setting to start with, all settings, and what is disputed.

    Without `choices` any value of the default's type is taken.
    """

    default: Any
    choices: tuple[Any, ...]
    why: str

    def accepts(self, value: Any) -> bool:
        """Whether a setting is one of the choices."""
        return value in self.choices if self.choices else type(value) is type(self.default)


def one_slash(path: str) -> str:
    """The path without doubled slashes and without one at its end, for vendors that ignore both."""
    return "/" + "/".join(part for part in path.split("/") if part)


class Hooks:
    """What a vendor's emulator may say; here is what holds unless it does."""

    title: ClassVar[str]
    """The vendor's name as people write it."""

    def is_write(self, call: Call) -> bool:
        """Whether the request asks for a change; every method but GET, HEAD and OPTIONS unless the vendor differs."""
        return call.method not in {"GET", "HEAD", "OPTIONS"}

    def is_read(self, call: Call) -> bool:
        """Whether the request reads; whatever is no write unless the vendor differs."""
        return not self.is_write(call)

    def canonical_path(self, path: str) -> str:
        """The path as the routes spell it, for a vendor that ignores letter case, for instance."""
        return path

    def gate(self, call: Call) -> Response | None:
        """An answer in place of the handler's (authentication, limits), or None to let the request through.

        What it stores (a count of calls, for instance) is kept even where the handler refuses.
        """
        return None

    def finish(self, call: Call, response: Response) -> None:
        """Add what every answer of the vendor carries, such as limit headers."""

    def lag_reads(self, call: Call) -> int:
        """How many reads go by until this write shows."""
        return 0

    def not_found(self, call: Call) -> Response:
        """The answer to a path that does not exist."""
        return JSONResponse({"message": f"no such path: {call.path}"}, 404)

    def method_not_allowed(self, call: Call) -> Response:
        """The answer to a path that exists for other methods."""
        return JSONResponse({"message": f"{call.method} is not allowed here"}, 405)

    def fault_response(self, fault: Fault, call: Call) -> Response:
        """The vendor's answer to the faults `status` and `rate_limited`."""
        status = 429 if fault.name == "rate_limited" else int(fault.params.get("status", 500))
        headers = {"Retry-After": str(fault.params["retry_after"])} if "retry_after" in fault.params else None
        return JSONResponse({"message": f"emulated {fault.name}"}, status, headers=headers)

    def expire_token(self, call: Call) -> None:
        """Make the token of this request expire now."""
        raise NotImplementedError(f"{self.title} has no tokens that expire")

    def actions(self) -> Mapping[str, Callable[..., Any]]:
        """What a person may do on the vendor's screens, by name; the arguments are keywords."""
        return {}


class Emulator(Hooks, ABC):
    """One emulated account of a vendor. One object serves one store."""

    name: ClassVar[str]
    """The system's name as manifests write it."""
    personas: ClassVar[tuple[str, ...]] = ("sandbox", "production")
    """The sorts of account that can be emulated; the first is the default."""
    switches: ClassVar[Mapping[str, Switch]] = {}
    """Disputed behaviours by name."""
    limits: ClassVar[Mapping[str, int]] = {}
    """The account's limits by name; tests lower them to reach them."""
    vendor_faults: ClassVar[tuple[str, ...]] = ()
    """Names of faults beyond those of the chassis."""
    secret_query: ClassVar[frozenset[str]] = frozenset(
        {"access_token", "client_secret", "code", "hapikey", "refresh_token"}
    )
    """Query parameters whose values the request log does not keep."""
    secret_path: ClassVar[re.Pattern[str] | None] = None
    """A pattern whose group 1 is a secret inside a path."""

    store: Store
    persona: str
    faults: FaultBox

    def attach(self, store: Store, persona: str) -> None:
        """Serve this store as this persona; a new store is planted, a store of another persona is refused."""
        if persona not in self.personas:
            known = ", ".join(self.personas)
            raise UsageError(f'{self.title} has no persona "{persona}"', hint=f"choose one of {known}")
        self.store, self.persona = store, persona
        self.faults = FaultBox(store, CHASSIS_FAULTS | set(self.vendor_faults))
        with store.transaction():
            if store.is_new:
                self.seed(store, persona)
                store.set_setting("persona", persona)
                store.mark_seeded()
        planted = store.setting("persona")
        if planted != persona:
            hint = "use another folder for each persona, or remove the old data"
            raise UsageError(f"this data belongs to the persona {planted}, not {persona}", hint=hint)

    # -- what every vendor's emulator says

    @abstractmethod
    def seed(self, store: Store, persona: str) -> None:
        """Plant what a fresh account has."""

    @abstractmethod
    def routes(self) -> Sequence[Route]:
        """The vendor's paths; each endpoint is a plain function from Call to Response."""

    @abstractmethod
    def credentials(self, persona: str) -> dict[str, str]:
        """What a connection of a mopsctl environment holds for this persona, secrets included."""

    # -- settings

    def switch(self, name: str) -> Any:
        """How a disputed behaviour is set."""
        return self.store.setting(f"switch:{name}", self.switches[name].default)

    def set_switch(self, name: str, value: Any) -> None:
        """Set a disputed behaviour. ValueError for an unknown name or setting."""
        switch = self.switches.get(name)
        if switch is None:
            raise ValueError(f'no switch is called "{name}"; there are {", ".join(sorted(self.switches))}')
        if not switch.accepts(value):
            choices = ", ".join(map(str, switch.choices)) or type(switch.default).__name__
            raise ValueError(f"{name} cannot be {value!r}; it takes {choices}")
        self.store.set_setting(f"switch:{name}", value)

    def limit(self, name: str) -> int:
        """The account's limit of this name."""
        return int(self.store.setting(f"limit:{name}", self.limits[name]))

    def set_limit(self, name: str, value: int) -> None:
        """Set a limit of the account. ValueError for an unknown name or a value that is no whole number."""
        if name not in self.limits:
            raise ValueError(f'no limit is called "{name}"; there are {", ".join(sorted(self.limits))}')
        if type(value) is not int or value < 0:
            raise ValueError(f"{name} must be a whole number, not {value!r}")
        self.store.set_setting(f"limit:{name}", value)

    def do(self, action: str, body: Mapping[str, Any]) -> Any:
        """Do what a person does on the vendor's screens. ValueError for an unknown action or wrong arguments."""
        act = self.actions().get(action)
        if act is None:
            raise ValueError(f'no action is called "{action}"; there are {", ".join(sorted(self.actions()))}')
        with self.store.transaction():
            try:
                return act(**body)
            except (KeyError, TypeError) as error:
                raise ValueError(f"{action}: {error}") from error
