"""What a lifecycle needs beyond its fields: programs, which people build on the screen.

The stage field, its option list, stage dates, reasons and the lead status are fields, and come as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mopsctl import spoken as words
from mopsctl.element import Field, Lifecycle, Stage, Transition
from mopsctl.provider import agreements
from mopsctl.resource import Json
from mopsctl_eloqua.convert.base import Draft, shown, spoken
from mopsctl_eloqua.names import CONTACT
from mopsctl_eloqua.screens import PROGRAMS

_PARTS = {
    "moves": "lifecycle.transitions",
    "criteria": "lifecycle.criteria",
    "stage dates": "lifecycle.stamps",
    "time limits": "lifecycle.sla",
    "agreements": "lifecycle.criteria",
}


def convert(draft: Draft, lifecycles: Sequence[Lifecycle], declared: Sequence[Field]) -> None:
    """Add the programs that allowed moves, criteria, stage dates and time limits need."""
    for lifecycle in sorted(lifecycles, key=lambda each: each.name):
        if lifecycle.object != CONTACT:
            message = f"The lifecycle {lifecycle.title} stands on {lifecycle.object}, where Eloqua writes no fields."
            draft.say("EL011", "note", message, lifecycle.origin.source, "keep it on contacts, or in the CRM")
        _moves(draft, lifecycle)
        _criteria(draft, lifecycle, {field.key: field for field in declared if field.object == lifecycle.object})
        _stamps(draft, lifecycle, {field.name for field in declared})
        _limits(draft, lifecycle)
        agreed = agreements.of_lifecycle(lifecycle)
        _program(draft, lifecycle, "agreements", {"agreed": agreed} if agreed else {}, agreed)


def _program(draft: Draft, lifecycle: Lifecycle, part: str, facts: Mapping[str, Json], steps: Sequence[str]) -> None:
    if not facts:
        return
    name = f"{lifecycle.title}: {part}"
    if lifecycle.object != CONTACT:
        name = f"{name} ({lifecycle.object})"
    opening = f"In {PROGRAMS}, open the contact program '{name}', or make it with Create a Contact Program."
    draft.add(
        draft.made(
            lifecycle.origin,
            "program",
            f"{_name(lifecycle)}/{part}",
            name,
            dict(facts),
            mode="manual",
            cell=_PARTS[part],
            steps=(opening, *steps, "Activate the program."),
        )
    )


def _name(lifecycle: Lifecycle) -> str:
    return lifecycle.name if lifecycle.object == CONTACT else f"{lifecycle.name} on {lifecycle.object}"


def _stages(lifecycle: Lifecycle) -> dict[str, Stage]:
    return {stage.key: stage for stage in lifecycle.stages}


def _value(lifecycle: Lifecycle, key: str) -> str:
    stage = _stages(lifecycle).get(key)
    return stage.value if stage else key


def _moves(draft: Draft, lifecycle: Lifecycle) -> None:
    """Contacts that made another move are sent back: Eloqua itself lets any value follow any other."""
    allowed = {
        _value(lifecycle, move.target): sorted(_value(lifecycle, key) for key in move.source_keys)
        for move in lifecycle.transitions
    }
    for move in lifecycle.transitions:
        came = {*allowed[_value(lifecycle, move.target)], *(_value(lifecycle, key) for key in move.source_keys)}
        allowed[_value(lifecycle, move.target)] = sorted(came)
    steps = [
        f"Let {lifecycle.field} become '{target}' only from {_either(sources)}: a Decision step in front of the Update"
        f" Rule step that sets it."
        for target, sources in sorted(allowed.items())
    ]
    _program(draft, lifecycle, "moves", allowed, steps)


def _criteria(draft: Draft, lifecycle: Lifecycle, fields: Mapping[str, Field]) -> None:
    found: dict[str, Json] = {}
    steps = list[str]()
    for move in lifecycle.transitions:
        asked = _conditions(lifecycle, move, fields)
        if asked:
            sources = [_value(lifecycle, key) for key in move.source_keys]
            target = _value(lifecycle, move.target)
            found[f"{'/'.join(sources)} > {target}"] = asked
            steps.append(f"For contacts with {lifecycle.field} {_either(sources)}: {asked}; then set it to '{target}'.")
    _program(draft, lifecycle, "criteria", found, steps)


def _conditions(lifecycle: Lifecycle, move: Transition, fields: Mapping[str, Field]) -> str:
    parts = [
        f"wait {move.wait_days} days (Wait step)" if move.wait_days else "",
        f"a Decision step lets through where {spoken(move.when, fields)}" if move.when else "",
        f"another keeps out where {spoken(move.unless, fields)}" if move.unless else "",
        f"require values in {words.required(move.require, lifecycle, lambda key: shown(key, fields))}"
        if move.require
        else "",
        f"by {move.by}" if move.by else "",
    ]
    return "; ".join(part for part in parts if part)


def _stamps(draft: Draft, lifecycle: Lifecycle, names: set[str]) -> None:
    stamps = {name: key for key, name in lifecycle.stamps.items()}
    steps = [_stamp_step(lifecycle, key, name) for name, key in sorted(stamps.items())]
    for name in sorted(set(stamps) - names):
        message = f"The lifecycle {lifecycle.title} keeps dates in {name}, which no catalogue declares on Eloqua."
        draft.say("EL015", "warning", message, lifecycle.origin.source, "declare the date field, so that it is made")
    _program(draft, lifecycle, "stage dates", stamps, steps)


def _stamp_step(lifecycle: Lifecycle, key: str, name: str) -> str:
    """The first entry is kept where the field is blank, the latest always; `mql/latest` says which."""
    stage, _, which = key.partition("/")
    once = "" if which == "latest" else f" and whose {name} is blank"
    return (
        f"For contacts whose {lifecycle.field} becomes '{_value(lifecycle, stage)}'{once}: an Update Rule step sets {name}"
        " to the current date."
    )


def _limits(draft: Draft, lifecycle: Lifecycle) -> None:
    timed = {stage.value: stage for stage in lifecycle.stages if stage.sla}
    facts = {value: {"limit": stage.sla, "owner": stage.owner} for value, stage in timed.items()}
    steps = [
        f"For contacts with {lifecycle.field} '{value}': {stage.sla}. A Wait step measures the time, a Decision step"
        f" looks whether it is still '{value}', and a Send Notification step tells {stage.owner or 'the owner'}."
        for value, stage in timed.items()
    ]
    _program(draft, lifecycle, "time limits", facts, steps)


def _either(values: Sequence[str]) -> str:
    return " or ".join(f"'{value}'" for value in values) or "any value"
