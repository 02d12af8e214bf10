"""Lifecycles and scoring models, from checked mappings to their types."""

from __future__ import annotations

from functools import partial

from mopsctl.manifest.base import Range
from mopsctl.manifest.build_parts import (
    Context,
    condition,
    document,
    label,
    limits,
    lists,
    located,
    managed,
    many,
    plain,
    rows,
    span,
    whole,
)
from mopsctl.manifest.lifecycle import (
    LeadStatus,
    Lifecycle,
    OnBreach,
    Pipeline,
    PipelineStage,
    Sla,
    Stage,
    Stamps,
    Transition,
)
from mopsctl.manifest.scoring import Decay, Rule, RuleGroup, ScoringModel
from mopsctl.manifest.tree import Map


def lifecycle(outer: Context, root: Map) -> Lifecycle:
    """A lifecycle with its stages, moves and the axes beside it."""
    spec: Map = root["spec"]
    context = outer.inner(spec)
    status = spec.get("lead_status")
    return Lifecycle(
        **document(context, root),
        **plain(spec, "catalog", "field", "entry", "on_skip"),
        stages=rows(context, spec["stages"], partial(_stage, context)),
        transitions=tuple(_transition(context, each) for each in spec.get("transitions", ())),
        stamps=_stamps(spec.get("stamps")),
        default_for=dict(spec.get("default_for", {})),
        enforce=lists(spec.get("enforce")),
        lead_status=None if status is None else _lead_status(context, status),
        pipelines=rows(context, spec.get("pipelines"), partial(_pipeline, context)),
    )


def _stage(context: Context, node: Map) -> Stage:
    return Stage(
        **managed(context, node),
        **plain(node, "key", "type", "description", "owner", "outcome", "terminal", "reopen", "reasons"),
        label=label(node),
        sla=_sla(node.get("sla")),
        require=many(node.get("require")),
        values=dict(node.get("values", {})),
        enforce=lists(node.get("enforce")),
    )


def _sla(node: Map | None) -> Sla | None:
    if node is None:
        return None
    breach = node.get("on_breach")
    on_breach = None if breach is None else OnBreach(**located(breach), **plain(breach, "escalate", "then", "reason"))
    return Sla(**located(node), **whole(node, "hours", "days"), **plain(node, "calendar"), on_breach=on_breach)


def _transition(context: Context, node: Map) -> Transition:
    return Transition(
        **located(node),
        **plain(node, "to", "by", "reason"),
        **whole(node, "priority"),
        from_=many(node["from"]),
        when=condition(context, node.get("when")),
        unless=condition(context, node.get("unless")),
        require=many(node.get("require")),
        wait=span(node.get("wait")),
    )


def _stamps(node: Map | None) -> Stamps | None:
    if node is None:
        return None
    keep = many(node.get("keep")) or ("first",)
    return Stamps(**located(node), pattern=node["pattern"], keep=keep, in_=dict(node.get("in", {})))


def _lead_status(context: Context, node: Map) -> LeadStatus:
    return LeadStatus(**managed(context, node), **plain(node, "field", "values"), in_=dict(node["in"]))


def _pipeline(context: Context, node: Map) -> Pipeline:
    return Pipeline(
        **managed(context, node),
        **plain(node, "key", "object"),
        label=label(node),
        in_=dict(node.get("in", {})),
        stages=rows(context, node["stages"], _pipeline_stage),
    )


def _pipeline_stage(node: Map) -> PipelineStage:
    return PipelineStage(
        **located(node),
        **plain(node, "key", "probability", "closed", "forecast"),
        label=label(node),
        values=dict(node.get("values", {})),
    )


def scoring(outer: Context, root: Map) -> ScoringModel:
    """A scoring model with its groups of rules."""
    spec: Map = root["spec"]
    context = outer.inner(spec)
    ignored = spec.get("ignore_events")
    return ScoringModel(
        **document(context, root),
        **plain(spec, "catalog", "dimension", "writes", "default", "grade_with", "grade"),
        range=Range(**located(spec["range"]), **plain(spec["range"], "min", "max")),
        groups=rows(context, spec["groups"], partial(_group, context)),
        bands=dict(spec.get("bands", {})),
        ignore_flags=() if ignored is None else many(ignored["flags"]),
        exclude=condition(context, spec.get("exclude")),
        in_={system: dict(each) for system, each in spec.get("in", {}).items()},
    )


def _group(context: Context, node: Map) -> RuleGroup:
    return RuleGroup(
        **located(node),
        key=node["key"],
        label=label(node),
        cap=limits(node.get("cap")),
        decay=_decay(node.get("decay")),
        rules=rows(context, node["rules"], partial(_rule, context)),
    )


def _decay(node: Map | None) -> Decay | None:
    if node is None:
        return None
    every = span(node["every"])
    return None if every is None else Decay(**located(node), **plain(node, "shape", "percent"), every=every)


def _rule(context: Context, node: Map) -> Rule:
    return Rule(
        **located(node),
        **plain(node, "key", "points", "field", "event", "purpose", "fast_track", "disabled", "reason"),
        **whole(node, "max_times"),
        when=condition(context, node.get("when")),
        points_by_value=dict(node.get("points_by_value", {})),
        else_=node.get("else"),
        where=dict(node.get("where", {})),
        within=span(node.get("within")),
        inactive=span(node.get("inactive")),
    )
