"""Lifecycles become value lists with flags, validation rules, and steps for the flows that a person builds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mopsctl import spoken
from mopsctl.condition import Condition
from mopsctl.element import Field, Lifecycle, Pipeline, PipelineStage, Stage, Transition
from mopsctl.provider import agreements
from mopsctl.resource import Json
from mopsctl_salesforce import formula, formula_size, names
from mopsctl_salesforce.convert.work import Work

FORECASTS: Mapping[str, str] = {
    "omitted": "Omitted",
    "pipeline": "Pipeline",
    "bestcase": "BestCase",
    "mostlikely": "MostLikely",
    "commit": "Forecast",
    "forecast": "Forecast",
    "closed": "Closed",
}
LONGEST_MESSAGE = 255
_FLOWS = "Setup > Flows > New Flow > Record-Triggered Flow"


def add(work: Work, lifecycle: Lifecycle) -> None:
    """Take in one lifecycle on one object."""
    _outcomes(work, lifecycle)
    _offered(work, lifecycle)
    _moves(work, lifecycle)
    _stamps(work, lifecycle)
    _agreements(work, lifecycle)
    owner = _owner(work, lifecycle)
    if owner in ("", "shared", work.connection.system):
        _criteria(work, lifecycle)
        _limits(work, lifecycle)


def add_lead_status(work: Work, field: Field) -> None:
    """Check that record types offer the values of the second axis, where it is the standard field."""
    if field.object == "Lead" and field.values is not None:
        _offer(work, f"{field.object}.{field.name}", field.values.values(), "lifecycle.lead_status", field)


def add_pipeline(work: Work, pipeline: Pipeline) -> None:
    """Take in a deal pipeline as the values of the opportunity stage."""
    if pipeline.object != "deal":
        work.say(
            "SF020",
            "note",
            f"The pipeline {pipeline.label} is for {pipeline.object}s, which mopsctl does not manage on Salesforce.",
            pipeline.origin.source,
        )
        return
    items = {stage.value: _opportunity_stage(work, pipeline, stage) for stage in pipeline.stages}
    attributes = {"values": items, "order": [stage.value for stage in pipeline.stages]}
    row, name = "lifecycle.pipelines", "OpportunityStage"
    work.add(work.made(pipeline.origin, "standard-value-set", name, name, attributes, cell=row))
    _offer(work, "Opportunity.StageName", [stage.value for stage in pipeline.stages], row, pipeline)


def _opportunity_stage(work: Work, pipeline: Pipeline, stage: PipelineStage) -> dict[str, Json]:
    if stage.probability is None:
        work.say(
            "SF021",
            "error",
            f"The stage {stage.label} of the pipeline {pipeline.label} has no probability, and Salesforce asks for one.",
            pipeline.origin.source,
            hint="give the stage a probability between 0 and 1",
        )
    won = bool(stage.closed) and stage.probability == 1
    usual = "Closed" if won else "Omitted" if stage.closed else ""
    forecast = FORECASTS.get("".join(char for char in stage.forecast.lower() if char.isalnum()), usual)
    item: dict[str, Json] = {"label": stage.label, "active": True}
    if stage.closed is not None:
        item |= {"closed": stage.closed, "won": won}
    if stage.probability is not None:
        item["probability"] = round(stage.probability * 100)
    return item | ({"forecast": forecast} if forecast else {})


def _owner(work: Work, lifecycle: Lifecycle) -> str:
    draft = work.drafts.get(f"{lifecycle.object}.{lifecycle.field}")
    return draft.field.owner if draft else ""


def _outcomes(work: Work, lifecycle: Lifecycle) -> None:
    """A status is converted, or not, where a stage says so: what else is converted decides about records that are there."""
    value_set = names.VALUE_SETS.get((lifecycle.object, lifecycle.field))
    known = work.resources.get(work.address("standard-value-set", value_set or ""))
    if value_set != "LeadStatus" or known is None:
        return
    items = {key: dict(item) for key, item in known.attributes["values"].items()}
    for stage in lifecycle.stages:
        if stage.value in items and stage.converted is not None:
            items[stage.value]["converted"] = stage.converted
    work.resources[known.address] = replace(known, attributes={**known.attributes, "values": items})


def _offered(work: Work, lifecycle: Lifecycle) -> None:
    values = [stage.value for stage in lifecycle.stages]
    _offer(work, f"{lifecycle.object}.{lifecycle.field}", values, "lifecycle.stages", lifecycle)


def _offer(
    work: Work, field: str, values: tuple[str, ...] | list[str], row: str, of: Lifecycle | Pipeline | Field
) -> None:
    object_name, _ = names.split(field)
    attributes: dict[str, Json] = {"values": {value: {"missing_on": []} for value in values}}
    step = (
        f"Setup > Object Manager > {object_name} > Record Types: on every active record type that lacks it, add the value to"
        f" {field} (for Lead.Status and Opportunity.StageName: in its lead or sales process)."
    )
    needs = (work.field_address(field),)
    work.add(
        work.made(
            of.origin,
            "record-type-values",
            field,
            field,
            attributes,
            cell=row,
            mode="verify",
            steps=(step,),
            needs=needs,
        )
    )


def _moves(work: Work, lifecycle: Lifecycle) -> None:
    if not lifecycle.transitions:
        return
    if not lifecycle.enforce:
        work.say(
            "SF022",
            "note",
            f"Salesforce accepts every move between the stages of {lifecycle.title}, also those that it does not list.",
            lifecycle.origin.source,
            hint=f"enforce: {{{work.connection.system}: [moves]}} makes a validation rule",
        )
        return
    source = rule_formula(lifecycle)
    name = names.api_name(f"{lifecycle.name}_moves")
    if len(source) > formula_size.LONGEST_SOURCE:
        _moves_manual(work, lifecycle, source)
        return
    _bypass(work, lifecycle)
    attributes: dict[str, Json] = {
        "formula": source,
        "message": _message(lifecycle),
        "display_field": lifecycle.field,
        "active": True,
        "description": f"Allowed moves of {lifecycle.title}. Written by mopsctl.",
    }
    title = f"{lifecycle.object}.{name}"
    field = work.field_address(f"{lifecycle.object}.{lifecycle.field}")
    needs = (work.address("custom-permission", names.BYPASS), field)
    row = "lifecycle.transitions"
    work.add(work.made(lifecycle.origin, "validation-rule", title, title, attributes, cell=row, needs=needs))


def rule_formula(lifecycle: Lifecycle) -> str:
    """True for a change of stage that the lifecycle does not list; nobody with the bypass permission is stopped."""
    field = lifecycle.field
    allowed = ", ".join(_from_stage(field, value, targets) for value, targets in _targets(lifecycle))
    return (
        f"AND(ISCHANGED({field}), NOT($Permission.{names.BYPASS}), "
        f'NOT(ISPICKVAL(PRIORVALUE({field}), "")), NOT(OR({allowed})))'
    )


def _targets(lifecycle: Lifecycle) -> Iterator[tuple[str, list[str]]]:
    values = {stage.key: stage.value for stage in lifecycle.stages}
    for stage in lifecycle.stages:
        found = [
            values[each.target]
            for each in lifecycle.transitions
            if stage.key in each.source_keys and each.target in values
        ]
        if found:
            yield stage.value, list(dict.fromkeys(found))


def _from_stage(field: str, value: str, targets: list[str]) -> str:
    to = [f"ISPICKVAL({field}, {formula.text(target)})" for target in targets]
    where = to[0] if len(to) == 1 else f"OR({', '.join(to)})"
    return f"AND(ISPICKVAL(PRIORVALUE({field}), {formula.text(value)}), {where})"


def _message(lifecycle: Lifecycle) -> str:
    ask = f" Ask {lifecycle.origin.owner}." if lifecycle.origin.owner else ""
    return f"{lifecycle.title} does not allow this move.{ask}"[:LONGEST_MESSAGE]


def _bypass(work: Work, lifecycle: Lifecycle) -> None:
    attributes = {
        "label": "Pass the stage rules of mopsctl",
        "description": "Whoever has it may move records between stages that no transition connects. Written by mopsctl.",
    }
    row = "lifecycle.transitions"
    work.add(work.made(lifecycle.origin, "custom-permission", names.BYPASS, names.BYPASS, attributes, cell=row))
    work.permissions.setdefault(names.BYPASS, set()).add(names.BYPASS)
    work.deciders.setdefault(names.BYPASS, []).append(lifecycle.origin)


def _moves_manual(work: Work, lifecycle: Lifecycle, source: str) -> None:
    where = f"{lifecycle.object}.{lifecycle.field}"
    work.say(
        "SF023",
        "warning",
        f"The rule for the allowed moves of {where} would have {len(source)} characters, and Salesforce takes"
        f" {formula_size.LONGEST_SOURCE}; a person enforces them.",
        lifecycle.origin.source,
        hint="shorten the values of the stages, or build a flow",
    )
    moves = [f"from {value} only to {', '.join(targets)}" for value, targets in _targets(lifecycle)]
    steps = (f"{_FLOWS} on {lifecycle.object}, before save: stop every change of {lifecycle.field} but these.", *moves)
    name = f"{lifecycle.object}.{lifecycle.name}.moves"
    work.manual(
        "automation", name, "lifecycle.transitions", lifecycle.origin, title=f"allowed moves of {where}", steps=steps
    )


def _stamps(work: Work, lifecycle: Lifecycle) -> None:
    if not lifecycle.stamps:
        return
    start = f"{_FLOWS} on {lifecycle.object}, before save, when {lifecycle.field} changes"
    steps = [f"{start}: write $Flow.CurrentDateTime as follows, and activate the flow."]
    for stage in lifecycle.stages:
        for key in (key for key in sorted(lifecycle.stamps) if key.partition("/")[0] == stage.key):
            often = "each time" if key.endswith("/latest") else "while it is empty"
            steps.append(f"{lifecycle.field} becomes {stage.value}: set {lifecycle.stamps[key]} {often}.")
    name = f"{lifecycle.object}.{lifecycle.name}.stamps"
    title = f"stage dates of {lifecycle.object}"
    work.manual("automation", name, "lifecycle.stamps", lifecycle.origin, title=title, steps=tuple(steps))


def _criteria(work: Work, lifecycle: Lifecycle) -> None:
    asked = [each for each in lifecycle.transitions if each.when or each.unless or each.wait_days or each.require]
    if not asked:
        return
    fields = {draft.field.key: draft.field for draft in work.drafts.values() if draft.field.object == lifecycle.object}
    values = {stage.key: stage.value for stage in lifecycle.stages}
    steps = [f"{_FLOWS} on {lifecycle.object}: set {lifecycle.field} as follows, and activate the flow."]
    steps += [_criterion(each, values, lifecycle, fields) for each in asked]
    name = f"{lifecycle.object}.{lifecycle.name}.criteria"
    title = f"entry criteria of {lifecycle.object}.{lifecycle.field}"
    work.manual("automation", name, "lifecycle.criteria", lifecycle.origin, title=title, steps=tuple(steps))


def _criterion(move: Transition, values: Mapping[str, str], lifecycle: Lifecycle, fields: Mapping[str, Field]) -> str:
    start = ", ".join(values.get(key, key) for key in move.source_keys)
    parts = [f"From {start} to {values.get(move.target, move.target)}"]
    if move.when:
        parts.append(f"when {spoken.condition(move.when, fields)} ({_as_formula(move.when, fields)})")
    if move.unless:
        parts.append(f"unless {spoken.condition(move.unless, fields)} ({_as_formula(move.unless, fields)})")
    if move.require:
        parts.append(f"with {spoken.required(move.require, lifecycle)} filled")
    if move.wait_days:
        parts.append(f"not before {move.wait_days} days")
    return ", ".join(parts) + "."


def _as_formula(asked: Condition, fields: Mapping[str, Field]) -> str:
    try:
        return f"formula: {formula.condition(asked, fields)}"
    except formula.Inexpressible as error:
        return f"no formula: {error}"


def _agreements(work: Work, lifecycle: Lifecycle) -> None:
    agreed = agreements.of_lifecycle(lifecycle)
    if agreed:
        name = f"{lifecycle.object}.{lifecycle.name}.agreements"
        title = f"agreements on {lifecycle.object}.{lifecycle.field}"
        steps = (f"{_FLOWS} on {lifecycle.object}: see that flows, forms and imports keep to this.", *agreed)
        work.manual("automation", name, "lifecycle.criteria", lifecycle.origin, title=title, steps=steps)


def _limits(work: Work, lifecycle: Lifecycle) -> None:
    limited = [stage for stage in lifecycle.stages if stage.sla]
    if not limited:
        return
    steps = [f"{_FLOWS} on {lifecycle.object} with a scheduled path on {lifecycle.field}, and activate the flow."]
    steps += [_limit(stage) for stage in limited]
    name = f"{lifecycle.object}.{lifecycle.name}.limits"
    title = f"time limits of {lifecycle.object}.{lifecycle.field}"
    work.manual("automation", name, "lifecycle.sla", lifecycle.origin, title=title, steps=tuple(steps))


def _limit(stage: Stage) -> str:
    owner = f"{stage.owner} has " if stage.owner else ""
    return f"{stage.value}: {owner}{stage.sla}."
