"""Converts lifecycles: their fields are fields; moves, criteria and time limits are smart campaigns made by hand."""

from __future__ import annotations

from collections.abc import Iterator

from mopsctl import spoken
from mopsctl.element import Lifecycle, Stage, Transition
from mopsctl.provider import agreements
from mopsctl.provider.convert import quoted
from mopsctl.resource import Resource
from mopsctl_marketo.convert.common import ACTIVITIES, Context
from mopsctl_marketo.names import SHELVES

SYSTEM_TIME = "{{system.dateTime}}"


def of_lifecycle(context: Context, lifecycle: Lifecycle) -> Iterator[Resource]:
    """One manual step for each allowed move, and for each stage with a time limit."""
    stages = {stage.key: stage for stage in lifecycle.stages}
    for transition in lifecycle.transitions:
        if transition.target in stages:
            yield _move(context, lifecycle, transition, stages)
    if agreed := agreements.of_lifecycle(lifecycle):
        steps = (f"In {ACTIVITIES}, see that forms, imports and the smart campaigns keep to this.", *agreed)
        yield _logic(context, lifecycle, "agreements", f"Agreements on {lifecycle.title}", "lifecycle.criteria", steps)
    for stage in lifecycle.stages:
        if stage.sla:
            yield _limit(context, lifecycle, stage)


def _move(context: Context, lifecycle: Lifecycle, move: Transition, stages: dict[str, Stage]) -> Resource:
    sources = [stages[key] for key in move.source_keys if key in stages]
    target = stages[move.target]
    title = f"{' or '.join(stage.label for stage in sources) or 'Any stage'} to {target.label}"
    return _logic(
        context,
        lifecycle,
        f"{'-'.join(stage.key for stage in sources) or 'any'}-to-{target.key}",
        title,
        "lifecycle.transitions" if move.when is None else "lifecycle.criteria",
        (
            f"In {ACTIVITIES}, make a smart campaign 'Lifecycle: {title}'.",
            _smart_list(context, lifecycle, move, sources, target),
            _flow(context, lifecycle, target),
            "On its tab Schedule, set 'Each person can run through the flow' to 'every time' and choose Activate.",
        ),
        move,
    )


def _smart_list(context: Context, lifecycle: Lifecycle, move: Transition, sources: list[Stage], target: Stage) -> str:
    field = context.label(lifecycle.object, lifecycle.field)
    parts = [_trigger(context, lifecycle, move, target)]
    if sources and move.when is not None:
        parts.append(f"the filter '{field}' is {quoted(stage.value for stage in sources)}")
    if move.unless is not None:
        parts.append(f"a filter that leaves out people where: {context.words(lifecycle.object, move.unless)}")
    if move.require:
        filled = spoken.required(move.require, lifecycle, lambda key: context.of_key(lifecycle.object, key))
        parts.append(f"filters that these are filled: {filled}")
    if move.wait_days:
        parts.append(f"a filter that the last change of '{field}' is at least {move.wait_days} days ago")
    return f"On its tab Smart List, add {'; '.join(parts)}; use 'all' of the filters."


def _trigger(context: Context, lifecycle: Lifecycle, move: Transition, target: Stage) -> str:
    if move.when is not None:
        return f"the triggers for: {context.words(lifecycle.object, move.when)}"
    who = f", which {move.by} sets in the CRM or on the person" if move.by else ""
    field = context.label(lifecycle.object, lifecycle.field)
    return f"the trigger Data Value Changes with the attribute '{field}' and the new value '{target.value}'{who}"


def _flow(context: Context, lifecycle: Lifecycle, target: Stage) -> str:
    field = context.label(lifecycle.object, lifecycle.field)
    steps = [f"Change Data Value with the attribute '{field}' and the new value '{target.value}'"]
    for name, first in stamps_of(lifecycle, target.key):
        label = context.label(lifecycle.object, name)
        only = f", in a choice 'if {label} is empty'" if first else ""
        steps.append(f"Change Data Value with the attribute '{label}' and the new value '{SYSTEM_TIME}'{only}")
    return f"On its tab Flow, add in this order: {'; '.join(steps)}."


def stamps_of(lifecycle: Lifecycle, stage: str) -> list[tuple[str, bool]]:
    """The date fields of a stage, each with whether it keeps the first time only."""
    found = []
    for key in sorted(lifecycle.stamps):
        name, _, which = key.partition("/")
        if name == stage:
            found.append((lifecycle.stamps[key], which != "latest"))
    return found


def _limit(context: Context, lifecycle: Lifecycle, stage: Stage) -> Resource:
    field = context.label(lifecycle.object, lifecycle.field)
    return _logic(
        context,
        lifecycle,
        f"time-limit-{stage.key}",
        f"Time limit of {stage.label}",
        "lifecycle.sla",
        (
            (
                f"In {ACTIVITIES}, make a smart campaign 'Lifecycle: time limit of {stage.label}' with the trigger Data Value"
                f" Changes, the attribute '{field}' and the new value '{stage.value}'."
            ),
            (
                f"On its tab Flow, hold this limit of {stage.owner or lifecycle.origin.owner or 'the owner'}: {stage.sla}. Use"
                f" Wait for the time, then Send Alert and Change Data Value, each in a choice 'if {field} is {stage.value}'."
            ),
            "On its tab Schedule, choose Activate.",
        ),
    )


def _logic(
    context: Context,
    lifecycle: Lifecycle,
    name: str,
    title: str,
    cell: str,
    steps: tuple[str, ...],
    move: Transition | None = None,
) -> Resource:
    shelf = SHELVES.get(lifecycle.object)
    needs = (context.address(shelf.kind, f"{lifecycle.object}.{lifecycle.field}"),) if shelf else ()
    prefix = "" if lifecycle.object == "person" else f"{lifecycle.object}."
    return context.made(
        lifecycle.origin,
        "campaign-logic",
        f"lifecycle.{prefix}{lifecycle.name}/{name}",
        title,
        {},
        cell=cell,
        mode="manual",
        steps=steps,
        needs=needs,
        source=move.source if move else None,
    )
