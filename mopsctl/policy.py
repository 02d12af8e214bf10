"""What an environment asks of an apply besides a good plan: a saved one, a time that is not frozen, approvals."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from mopsctl.diagnostics import Diagnostic
from mopsctl.errors import Refused
from mopsctl.manifest.model import Environment, Freeze

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def findings(environment: Environment) -> Iterator[Diagnostic]:
    """What the environment asks for and mopsctl cannot see to."""
    if environment.apply.approvals:
        yield Diagnostic(
            rule="PL004",
            level="note",
            message=f"{environment.name} asks for {environment.apply.approvals} approvals, and mopsctl does not see reviews.",
            source=environment.apply.source,
            hint="let the place where plans are reviewed demand them before the apply runs",
        )


def changed(environment: Environment, now: Mapping[str, str], before: Mapping[str, str]) -> Iterator[Diagnostic]:
    """The parts of the environment that decide about trust, by digest, and are not what they were at the last apply."""
    for key in sorted(now.keys() | before.keys()) if before else ():
        if now.get(key) != before.get(key):
            yield Diagnostic(
                rule="PL009",
                level="warning",
                message=f"'{key}' of the environment {environment.name} is not what it was at the last apply.",
                source=environment.at(key),
                hint="see that whoever changed it may; for a pull request, name the reviewed revision with --trusted-rev",
            )


def refuse_unsaved(environment: Environment, *, saved: bool) -> None:
    """Raise Refused where the environment takes saved plans only and this one is not."""
    if environment.apply.only_saved_plan and not saved:
        raise Refused(
            f"The environment {environment.name} takes saved plans only.",
            hint=f"type 'mopsctl plan -e {environment.name} -o plan.json', have it reviewed, then 'mopsctl apply plan.json'",
        )


def refuse_frozen(environment: Environment, now: datetime.datetime) -> None:
    """Raise Refused inside a freeze; times of day are those of `now`'s zone."""
    for freeze in environment.apply.freeze:
        if _holds(freeze, now):
            why = f": {freeze.reason}" if freeze.reason else ""
            raise Refused(
                f"The environment {environment.name} is frozen at {now:%A %H:%M}{why}.",
                hint=f"apply when the freeze at {freeze.source} is over; the plan stays good as long as nothing moves",
            )


def _holds(freeze: Freeze, now: datetime.datetime) -> bool:
    day, time, date = _DAYS[now.weekday()], f"{now:%H:%M}", now.date().isoformat()
    if freeze.from_ and date < freeze.from_:
        return False
    if freeze.until and date > freeze.until:
        return False
    if freeze.weekdays and day not in freeze.weekdays:
        return False
    late, early = bool(freeze.after) and time >= freeze.after, bool(freeze.before) and time < freeze.before
    if freeze.after and freeze.before and freeze.after < freeze.before:
        return late and early  # a part of the day, and not the night around it
    return late or early or not (freeze.after or freeze.before)
