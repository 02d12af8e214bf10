"""Lowers scoring models to scores on the objects that carry their field."""

from __future__ import annotations

from collections.abc import Iterator

from mopsctl import element
from mopsctl.engine.lower.common import days, origin
from mopsctl.engine.lower.fields import Fields
from mopsctl.manifest.model import Rule, RuleGroup, ScoringModel, Stack


def scores(stack: Stack, system: str, fields: Fields) -> Iterator[element.Score]:
    """Each scoring model on each object that carries the field it writes."""
    for name in sorted(stack.scoring_models):
        model = stack.scoring_models[name]
        catalog = stack.catalogs.get(model.catalog)
        written = catalog.fields.get(model.writes) if catalog else None
        binding = written.in_.get(system) if written else None
        for object_name, field_name in binding.names if binding else ():
            yield _score(model, catalog.object if catalog else "", object_name, field_name, fields, system)


def _score(
    model: ScoringModel, concept: str, object_name: str, field_name: str, fields: Fields, system: str
) -> element.Score:
    known = fields.by_key(concept, object_name)
    grade = known.get(model.grade)
    return element.Score(
        origin=origin(model),
        name=model.name,
        title=model.metadata.title or model.name,
        dimension=model.dimension,
        concept=concept,
        object=object_name,
        field=field_name,
        groups=tuple(_group(group) for group in model.groups.values()),
        bands=tuple(sorted(model.bands.items(), key=lambda band: (-band[1], band[0]))),
        minimum=_number(model.range.min, 0),
        maximum=_number(model.range.max, 100),
        default=model.default,
        exclude=model.exclude,
        ignore_flags=model.ignore_flags,
        grade_with=model.grade_with or None,
        grade_field=grade.name if grade else None,
        fields=known,
        settings=dict(model.in_.get(system, {})),
    )


def _number(value: float | None, default: float) -> float:
    return default if value is None else value


def _group(group: RuleGroup) -> element.RuleGroup:
    return element.RuleGroup(
        key=group.key,
        rules=tuple(_rule(rule) for rule in group.rules.values()),
        cap_min=group.cap.min if group.cap else None,
        cap_max=group.cap.max if group.cap else None,
        decay_percent=group.decay.percent if group.decay else None,
        decay_days=days(group.decay.every) if group.decay else None,
        source=group.source,
    )


def _rule(rule: Rule) -> element.Rule:
    return element.Rule(
        key=rule.key,
        points=rule.points,
        when=rule.when,
        field=rule.field or None,
        points_by_value=tuple(rule.points_by_value.items()),
        otherwise=rule.else_,
        event=rule.event or None,
        where=tuple(rule.where.items()),
        max_times=rule.max_times,
        within_days=days(rule.within),
        inactive_days=days(rule.inactive),
        disabled=rule.disabled,
        fast_track=rule.fast_track,
        purpose=rule.purpose,
        source=rule.source,
    )
