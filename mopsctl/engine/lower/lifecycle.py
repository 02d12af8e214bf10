"""Lowers lifecycles: stages and moves on their field, stamp fields, the lead status, pipelines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mopsctl import element
from mopsctl.engine.lower.common import carried, days, names_on, origin
from mopsctl.engine.lower.fields import Fields
from mopsctl.manifest.model import NATIVE, Lifecycle, Pipeline, Sla, Stack, Stage, Transition


def lifecycles(stack: Stack, system: str, fields: Fields) -> Iterator[element.Lifecycle]:
    """Each lifecycle on each object that carries its field on this system."""
    for name in sorted(stack.lifecycles):
        lifecycle = stack.lifecycles[name]
        for object_name, field_name in _bound(stack, lifecycle, system):
            yield element.Lifecycle(
                origin=origin(lifecycle),
                name=lifecycle.name,
                title=lifecycle.metadata.title or lifecycle.name,
                concept=stack.catalogs[lifecycle.catalog].object,
                object=object_name,
                field=field_name,
                stages=tuple(_stage(lifecycle, stage, system) for stage in carried(lifecycle, system)),
                transitions=tuple(_transitions(lifecycle, system)),
                stamps=_stamp_names(lifecycle, system),
                native_stamps=_stamp_pattern(lifecycle, system) == NATIVE,
                enforce="moves" in lifecycle.enforce.get(system, ()),
                default_for=dict(lifecycle.default_for),
                fields=fields.by_key(stack.catalogs[lifecycle.catalog].object, object_name),
                on_skip=lifecycle.on_skip if lifecycle.says("on_skip") else "",
            )


def stamp_fields(stack: Stack, system: str) -> Iterator[element.Field]:
    """A date field for each stage, where the system does not stamp by itself."""
    for name in sorted(stack.lifecycles):
        lifecycle = stack.lifecycles[name]
        for object_name, _ in _bound(stack, lifecycle, system):
            for key, field_name in _stamp_names(lifecycle, system).items():
                yield _stamp(stack, lifecycle, object_name, key, field_name)


def lead_statuses(stack: Stack, system: str, fields: Fields) -> Iterator[element.Field]:
    """The second axis: a choice field with its own list, on the object its name is for, else on each of the catalogue."""
    for name in sorted(stack.lifecycles):
        lifecycle = stack.lifecycles[name]
        status = lifecycle.lead_status
        catalog = stack.catalogs.get(lifecycle.catalog)
        if status is None or catalog is None or system not in status.in_:
            continue
        declared = catalog.fields.get(status.field)
        values = fields.lists.of(catalog, status.values, system, status.field)
        for object_name, field_name in names_on(catalog.bind.get(system, ()), status.in_[system]):
            at = origin(lifecycle, status)
            yield replace(
                fields.lowered(catalog, declared, object_name, field_name)
                if declared
                else _plain(at, catalog.object, object_name, status.field),
                origin=at,
                name=field_name,
                type="choice",
                role="lead_status",
                values=values,
            )


def pipelines(stack: Stack, system: str) -> Iterator[element.Pipeline]:
    """Deal and ticket pipelines that are bound to this system."""
    for name in sorted(stack.lifecycles):
        lifecycle = stack.lifecycles[name]
        for pipeline in lifecycle.pipelines.values():
            if system in pipeline.in_:
                yield _pipeline(lifecycle, pipeline, system)


def _bound(stack: Stack, lifecycle: Lifecycle, system: str) -> tuple[tuple[str, str], ...]:
    catalog = stack.catalogs.get(lifecycle.catalog)
    field = catalog.fields.get(lifecycle.field) if catalog else None
    binding = field.in_.get(system) if field else None
    return binding.names if binding else ()


def _stage(lifecycle: Lifecycle, stage: Stage, system: str) -> element.Stage:
    return element.Stage(
        key=stage.key,
        value=stage.values.get(system, stage.key),
        label=stage.label,
        description=stage.description,
        outcome=stage.outcome or None,
        converted=stage.converted,
        owner=stage.owner,
        sla=_sla(stage.sla) if stage.sla else "",
        reasons=stage.reasons or None,
        require=stage.require,
        source=stage.source,
        enforce=_enforced(lifecycle, stage, system),
    )


def _enforced(lifecycle: Lifecycle, stage: Stage, system: str) -> tuple[str, ...]:
    """What the system has to refuse for this stage alone, and of the lifecycle's wishes what no rule of its own stands for."""
    everywhere = [each for each in lifecycle.enforce.get(system, ()) if each != "moves"]
    return tuple(dict.fromkeys((*stage.enforce.get(system, ()), *everywhere)))


def _sla(sla: Sla) -> str:
    """The time limit as a sentence, with what happens when it runs out."""
    text = f"at most {sla.duration}" + (f" on the calendar {sla.calendar}" if sla.calendar else "")
    breach = sla.on_breach
    if breach is None:
        return text
    parts = [
        f"tell {breach.escalate}" if breach.escalate else "",
        f"move to {breach.then}{f' with the reason {breach.reason}' if breach.reason else ''}" if breach.then else "",
    ]
    return f"{text}, then {' and '.join(part for part in parts if part)}"


def _transitions(lifecycle: Lifecycle, system: str) -> Iterator[element.Transition]:
    """The moves between stages that the system carries; what leads to others, or comes from them, is another system's."""
    known = {stage.key for stage in carried(lifecycle, system)}
    for each in lifecycle.transitions:
        sources = tuple(key for key in each.from_ if key in known)
        if each.to in known and sources:
            yield replace(_transition(each), source_keys=sources)


def _transition(transition: Transition) -> element.Transition:
    return element.Transition(
        source_keys=transition.from_,
        target=transition.to,
        when=transition.when,
        unless=transition.unless,
        by=transition.by,
        require=transition.require,
        wait_days=days(transition.wait),
        priority=transition.priority,
        reason=transition.reason,
        source=transition.source,
    )


def _stamp_pattern(lifecycle: Lifecycle, system: str) -> str:
    return lifecycle.stamps.in_.get(system, "") if lifecycle.stamps else ""


def _stamp_names(lifecycle: Lifecycle, system: str) -> dict[str, str]:
    """Stage key to field name; a pattern without `{keep}` names one field a stage, for the first of the entries kept."""
    pattern = _stamp_pattern(lifecycle, system)
    if not pattern or pattern == NATIVE or lifecycle.stamps is None:
        return {}
    keep = lifecycle.stamps.keep if "{keep}" in pattern or "{Keep}" in pattern else lifecycle.stamps.keep[:1]
    many = len(keep) > 1
    return {
        f"{key}/{which}" if many else key: pattern.format(
            stage=key, Stage=_capital(key), keep=which, Keep=which.capitalize()
        )
        for key in (stage.key for stage in carried(lifecycle, system))
        for which in keep
    }


def _capital(key: str) -> str:
    return "_".join(part.capitalize() for part in key.split("_"))


def _stamp(stack: Stack, lifecycle: Lifecycle, object_name: str, key: str, field_name: str) -> element.Field:
    stage_key, _, which = key.partition("/")
    first = (which or (lifecycle.stamps.keep[0] if lifecycle.stamps else "first")) == "first"
    label = lifecycle.stages[stage_key].label
    concept = stack.catalogs[lifecycle.catalog].object
    field = _plain(origin(lifecycle, lifecycle.stages[stage_key]), concept, object_name, "")
    return replace(
        field,
        name=field_name,
        type="datetime",
        role="stamp",
        label=f"{label}: {'first' if first else 'last'} entered",
        label_is_made=True,
        description=f"When the stage {label} was {'first' if first else 'last'} entered. Written by automation, never by hand.",
    )


def _plain(at: element.Origin, concept: str, object_name: str, key: str) -> element.Field:
    label = key.replace("_", " ").capitalize()
    return element.Field(at, concept, object_name, key, key, "choice", label, label_is_made=True)


def _pipeline(lifecycle: Lifecycle, pipeline: Pipeline, system: str) -> element.Pipeline:
    stages = tuple(
        element.PipelineStage(
            key=stage.key,
            value=stage.values.get(system, stage.key),
            label=stage.label,
            probability=stage.probability,
            closed=stage.closed,
            forecast=stage.forecast,
        )
        for stage in pipeline.stages.values()
    )
    at = origin(lifecycle, pipeline)
    return element.Pipeline(at, pipeline.key, pipeline.object, pipeline.in_[system], pipeline.label, stages)
