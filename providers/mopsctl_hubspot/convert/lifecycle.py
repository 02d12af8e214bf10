"""A lifecycle becomes a stage list, native stamps to check, and checklists for what only screens can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mopsctl import spoken
from mopsctl.element import Lifecycle, Stage, Transition
from mopsctl.provider import agreements
from mopsctl.provider.convert import number
from mopsctl.resource import Resource
from mopsctl_hubspot.convert.common import MOVED, Context
from mopsctl_hubspot.names import DEFAULT_STAGES, LIFECYCLE_PROPERTY, plural, singular, titled
from mopsctl_hubspot.wire.stages import stamp_of

_AGREED = "In HubSpot, open Automation > Workflows, and see that forms, imports and workflows keep to this."


def resources(context: Context, element: Lifecycle) -> Iterator[Resource]:
    """Everything that a lifecycle asks of HubSpot, apart from its fields."""
    native = is_native(element)
    yield stage_list(context, element) if native else _own_property(context, element)
    if element.native_stamps and native:
        yield _stamps(context, element)
    elif element.stamps:
        yield _checklist(context, element, "stamps", cell="lifecycle.stamps", steps=_stamp_steps(element))
    if element.transitions:
        yield _checklist(context, element, "moves", cell="lifecycle.transitions", steps=_move_steps(element))
    if agreed := agreements.of_lifecycle(element):
        yield _checklist(context, element, "agreements", cell="lifecycle.criteria", steps=[_AGREED, *agreed])
    for stage in element.stages:
        into = [move for move in element.transitions if move.target == stage.key]
        if stage.require or any(_has_criteria(move) for move in into):
            steps = _criteria_steps(element, stage, into)
            name = f"criteria.{stage.key}"
            yield _checklist(context, element, name, cell="lifecycle.criteria", steps=steps, stage=stage)
        if stage.sla:
            name = f"sla.{stage.key}"
            yield _checklist(context, element, name, cell="lifecycle.sla", steps=_sla_steps(stage), stage=stage)


def stage_list(context: Context, element: Lifecycle) -> Resource:
    """The stages of the object, by internal value."""
    object_name = singular(element.object)
    return context.made(
        element.origin,
        "lifecycle-stage-list",
        object_name,
        title=titled(element.title or element.name, object_name),
        attributes={
            "stages": {stage.value: {"label": stage.label} for stage in element.stages},
            "stages_order": [stage.value for stage in element.stages],
        },
        cell="lifecycle.stages",
        mode="write" if context.stage_writes else "verify",
        steps=_stage_steps(element, object_name),
    )


def agreement(context: Context, element: Lifecycle) -> Resource:
    """That all of HubSpot's copies of the stages say the same; one look serves contacts and companies.

    It is a thing of its own, so that writing the stages of one object does not make the plan for the other stale.
    """
    return context.made(
        element.origin,
        "lifecycle-agreement",
        singular(element.object),
        title="lifecycle stages of contacts and companies",
        attributes={"disagreements": []},
        cell="lifecycle.stages",
        mode="verify",
        steps=[
            (
                "Contacts and companies share one lifecycle on HubSpot's screens: open Settings > Data Management > Objects, compare"
                f" the tab Lifecycle Stage of Contacts and of Companies, and make them agree. {MOVED}"
            )
        ],
    )


def is_native(element: Lifecycle) -> bool:
    """True for a lifecycle on HubSpot's own property."""
    return element.field == LIFECYCLE_PROPERTY


def _own_property(context: Context, element: Lifecycle) -> Resource:
    """A lifecycle on a property of one's own: its options are the stages."""
    return context.made(
        element.origin,
        "property",
        f"{singular(element.object)}.{element.field}",
        title=titled(element.title or element.name, singular(element.object)),
        attributes={
            "options": {stage.value: {"label": stage.label, "hidden": False} for stage in element.stages},
            "options_order": [stage.value for stage in element.stages],
            "type": "enumeration",
            "multiple": False,
            "fieldType": "select",
        },
        cell="lifecycle.stages",
        steps=[f"In HubSpot, open the property '{element.field}' and compare its options with the stages."],
    )


def _stage_steps(element: Lifecycle, object_name: str) -> list[str]:
    listed = ", ".join(f"'{stage.label}' (internal value {stage.value})" for stage in element.stages)
    steps = [
        (
            f"In HubSpot, open Settings > Data Management > Objects > {plural(object_name).capitalize()} and choose the tab"
            f" Lifecycle Stage. {MOVED}"
        ),
        f"Make the stages read, from top to bottom: {listed}. Leave other stages where they are.",
    ]
    if any(stage.value not in DEFAULT_STAGES for stage in element.stages):
        steps.append(
            "HubSpot itself gives a stage that you add its internal value, a number: copy it from the property"
            f" '{LIFECYCLE_PROPERTY}' into the stage's values in {element.origin.document or 'the lifecycle document'}."
        )
    return steps


def _stamps(context: Context, element: Lifecycle) -> Resource:
    named = {stamp_of(stage.value): {"type": "datetime"} for stage in element.stages}
    return context.made(
        element.origin,
        "stage-stamps",
        singular(element.object),
        title=titled(f"{element.title or element.name}: stage dates", singular(element.object)),
        attributes={"stamps": named},
        cell="lifecycle.stamps",
        mode="verify",
        steps=[
            (
                "HubSpot makes the date properties of a stage together with the stage: open Settings > Data Management > Objects >"
                f" {plural(singular(element.object)).capitalize()}, tab Lifecycle Stage, and add the missing stages first. {MOVED}"
            )
        ],
    )


def _checklist(
    context: Context, element: Lifecycle, name: str, *, cell: str, steps: Sequence[str], stage: Stage | None = None
) -> Resource:
    title = f"{element.title or element.name}: {name.partition('.')[0]}" + (f" of {stage.label}" if stage else "")
    return context.made(
        element.origin,
        "checklist",
        f"{element.name}.{singular(element.object)}.{name}",
        title=titled(title, singular(element.object)),
        attributes={"steps": list(steps)},
        cell=cell,
        mode="manual",
        steps=steps,
        source=stage.source if stage else None,
    )


def _stamp_steps(element: Lifecycle) -> list[str]:
    labels = {stage.key: stage.label for stage in element.stages}
    steps = []
    for key, name in sorted(element.stamps.items()):
        stage, _, which = key.partition("/")
        often = "every time" if which == "latest" else f"only while '{name}' is empty"
        steps.append(
            f"In HubSpot, build a workflow (Automation > Workflows) that sets '{name}' to the current date when the stage"
            f" becomes '{labels.get(stage, stage)}', {often}."
        )
    return steps


def _move_steps(element: Lifecycle) -> list[str]:
    labels = {stage.key: stage.label for stage in element.stages}
    steps = [
        (
            "HubSpot lets people and workflows set any stage: agree on these moves, and see under Automation > Workflows that no"
            " workflow makes another."
        )
    ]
    steps += [
        f"{_sources(move, labels)} to '{labels.get(move.target, move.target)}'{_who(move)}."
        for move in element.transitions
    ]
    back = _backward(element)
    if back and element.field == LIFECYCLE_PROPERTY:
        steps.append(
            f"Backwards ({'; '.join(back)}): a workflow clears the lifecycle stage first and sets the new one in an action of"
            " its own, because HubSpot ignores a direct move to an earlier stage."
        )
    return steps


def _backward(element: Lifecycle) -> list[str]:
    places = {stage.key: place for place, stage in enumerate(element.stages)}
    labels = {stage.key: stage.label for stage in element.stages}
    return [
        f"'{labels[source]}' to '{labels[move.target]}'"
        for move in element.transitions
        for source in move.source_keys
        if source in places and move.target in places and places[move.target] < places[source]
    ]


def _criteria_steps(element: Lifecycle, stage: Stage, into: Sequence[Transition]) -> list[str]:
    labels = {each.key: each.label for each in element.stages}
    object_name = singular(element.object)
    steps = [
        (
            f"In HubSpot, build or check the workflow (Automation > Workflows) that sets the property '{element.field}' of a"
            f" {object_name} to '{stage.label}' (internal value {stage.value})."
        )
    ]
    for move in into:
        parts = [_sources(move, labels)]
        parts += [f"when {spoken.condition(move.when, element.fields)}"] if move.when else []
        parts += [f"unless {spoken.condition(move.unless, element.fields)}"] if move.unless else []
        parts += [f"not before {move.wait_days} days have passed"] if move.wait_days else []
        parts += [f"set by {move.by}"] if move.by else []
        parts += [f"only with {spoken.required(move.require, element)} filled"] if move.require else []
        steps.append(", ".join(parts) + ".")
    if stage.require:
        steps.append(f"Require these properties before the stage is set: {spoken.required(stage.require, element)}.")
    back = [move for move in _backward(element) if move.endswith(f"to '{stage.label}'")]
    if back and element.field == LIFECYCLE_PROPERTY:
        steps.append(f"Clear the stage in an action of its own before {' and '.join(back)}: that is a move backwards.")
    return steps


def _sla_steps(stage: Stage) -> list[str]:
    steps = [f"The stage '{stage.label}' belongs to {stage.owner}."] if stage.owner else []
    watch = (
        f"In HubSpot, build or check the workflow (Automation > Workflows) that watches '{stage.label}': {stage.sla}."
    )
    return [*steps, watch]


def _has_criteria(move: Transition) -> bool:
    """Whether more decides than a person who sets the stage."""
    return bool(move.when or move.unless or move.wait_days or move.require)


def _sources(move: Transition, labels: dict[str, str]) -> str:
    return "From " + " or ".join(f"'{labels.get(key, key)}'" for key in move.source_keys)


def _who(move: Transition) -> str:
    words = [f"by {move.by}"] if move.by else []
    words += [f"after {number(move.wait_days)} days"] if move.wait_days else []
    return f" ({', '.join(words)})" if words else ""
