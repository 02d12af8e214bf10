"""What every writer needs: the account, what was read, and errors as results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mopsctl.address import Address
from mopsctl.errors import PermissionError_, VendorError
from mopsctl.provider import http
from mopsctl.provider.contract import Step, unheard
from mopsctl.resource import Result, Write
from mopsctl_hubspot.answers import EXISTS, Problem
from mopsctl_hubspot.api import HubSpotApi

READ_BACK_WAITS = (0.0, 0.3, 0.7, 1.5, 3.0)  # seconds; reads have lagged up to 0.7 seconds behind writes

_HINTS: Mapping[str, str] = {
    "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE": "take it out of there first, then apply again",
    "PropertyValidationError.PORTAL_NOT_ENABLED_FOR_SENSITIVE_DATA": "turn the feature on under Settings > Privacy & Consent >"
    " Sensitive Data, or take pii: special away",
    "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES": "move its properties to another group first",
    "PipelineError.STAGE_ID_IN_USE": "move the records to another stage first",
    "PipelineError.STAGE_LABEL_EXISTS": "give the stages different labels",
    "PipelineError.MISSING_CLOSED_STAGE": "keep one closed stage in a ticket pipeline",
    "PipelineError.STAGE_ID_EXISTS_IN_ANOTHER_PIPELINE": "give the stage another id under the system's values",
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where writers work: the API, and HubSpot's own JSON of everything that was read; `on_step` hears of steps."""

    api: HubSpotApi
    raw: Mapping[Address, dict[str, Any]]
    on_step: Callable[[Step], None] = unheard


def attempt(write: Write, act: Callable[[], Result]) -> Result:
    """The result of an act, or of HubSpot's refusal; an unknown outcome and a dead connection pass through."""
    try:
        return act()
    except (PermissionError_, VendorError) as error:
        return failed(write, error)


def failed(write: Write, error: PermissionError_ | VendorError) -> Result:
    """HubSpot's refusal as a result."""
    problem = error.body if isinstance(error, VendorError) and isinstance(error.body, Problem) else Problem()
    status = error.status if isinstance(error, VendorError) else 403
    return refusal(write, status, problem, error.message, error.hint)


def refusal(write: Write, status: int, problem: Problem, message: str, hint: str = "") -> Result:
    """A failed write, with what HubSpot says about it; a name that is taken gets the code `exists`."""
    taken = status == 409 or problem.category in EXISTS
    users = sorted(_users(problem))
    return Result(
        write.address,
        "failed",
        error=message + (f" It is used by {', '.join(users)}." if users else ""),
        hint=hint or _HINTS.get(problem.sub_category, ""),
        code="exists" if taken and write.action == "add" else problem.code,
    )


def done(write: Write, *, remote_id: str | None = None, note: str = "") -> Result:
    """A write that took effect."""
    return Result(write.address, "done", remote_id=remote_id, note=note)


def not_kept(write: Write, names: Iterable[str]) -> Result:
    """HubSpot said yes and kept something else."""
    listed = ", ".join(sorted(names))
    return Result(
        write.address,
        "failed",
        error=f"HubSpot accepted the write and kept another {listed}.",
        hint="compare the definition on HubSpot's screen; plan again",
        code="ignored",
    )


# Reads lag behind writes (fact: hubspot-reads-lag).
def read_back(look: Callable[[], list[str]]) -> list[str]:
    """What still differs after a write, once reads have had the time to catch up; `look` names the differences."""
    differing: list[str] = []
    for wait in READ_BACK_WAITS:
        if wait:
            http.sleep(wait)
        differing = look()
        if not differing:
            break
    return differing


def _users(problem: Problem) -> Iterable[str]:
    for error in problem.errors:
        context = error["context"]
        names = context.get("parentName") or []
        kinds = context.get("parentType") or [""] * len(names)
        yield from (
            f"{kind.lower().replace('_', ' ')} '{name}'".strip() for kind, name in zip(kinds, names, strict=False)
        )
