"""Lowers scoring models to scores on the objects that carry their field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mopsctl import element, spoken
from mopsctl.engine.lower.common import days, origin
from mopsctl.engine.lower.fields import Fields
from mopsctl.manifest.model import Rule, RuleGroup, ScoringModel, Stack


def scores(stack: Stack, system: str, fields: Fields) -> Iterator[element.Score]:
    """Each scoring model on each object that carries the field it writes."""
    for model, concept, object_name, field_name in _carried(stack, system):
        if not model.is_derived:
            yield _score(model, concept, object_name, field_name, fields, system)


def derived(stack: Stack, system: str, fields: Fields) -> Iterator[element.Agreement]:
    """Each model that is made of other scores: a sum that people set up on the object that carries its field."""
    for model, concept, object_name, field_name in _carried(stack, system):
        if model.is_derived:
            known = fields.by_key(concept, object_name)
            yield element.Agreement(
                origin=origin(model),
                name=model.name,
                object=object_name,
                title=model.metadata.title or model.name,
                steps=(_made_of(stack, model, system, fields, known), *_beside(model, known)),
                row="scoring.field",
                target=field_name,
                weights=_weights(stack, model, known),
                limits=(_number(model.range.min, 0), _number(model.range.max, 100)),
            )


def _weights(stack: Stack, model: ScoringModel, known: Mapping[str, element.Field]) -> tuple[tuple[str, float], ...]:
    """The scores on the same object that a model is the sum of; none where that is not all, or one of them is not there."""
    if model.exclude is not None or model.reset_on is not None:  # a sum alone would be half of it
        return ()
    others = [(stack.scoring_models.get(name), factor) for name, factor in model.combine.items()]
    found = [(known.get(other.writes), factor) for other, factor in others if other is not None]
    weights = tuple((field.name, factor) for field, factor in found if field is not None)
    return weights if len(weights) == len(others) else ()


def _carried(stack: Stack, system: str) -> Iterator[tuple[ScoringModel, str, str, str]]:
    """Each model with the concept of its catalogue, and each object and field of the system that carry what it writes."""
    for name in sorted(stack.scoring_models):
        model = stack.scoring_models[name]
        catalog = stack.catalogs.get(model.catalog)
        written = catalog.fields.get(model.writes) if catalog else None
        binding = written.in_.get(system) if written else None
        if catalog is not None and binding is not None:
            for object_name, field_name in binding.names:
                yield model, catalog.object, object_name, field_name


def _made_of(stack: Stack, model: ScoringModel, system: str, fields: Fields, known: Mapping[str, element.Field]) -> str:
    target = spoken.named(model.writes, known)
    limits = f"and keep it between {_number(model.range.min, 0):g} and {_number(model.range.max, 100):g}"
    if model.roll_up is not None:
        how = {"sum": "the sum", "max": "the highest", "count": "the number above 0"}[model.roll_up.by]
        return f"Let {target} be {how} of {_theirs(stack, model.roll_up.score, system, fields)} of the company's people, {limits}."
    parts = []
    for name, weight in model.combine.items():
        other = stack.scoring_models.get(name)
        parts.append(f"{weight:g} times {spoken.named(other.writes, known) if other else name}")
    return f"Let {target} be {' plus '.join(parts)}, {limits}; make it anew whenever one of them changes."


def _beside(model: ScoringModel, known: Mapping[str, element.Field]) -> Iterator[str]:
    """What holds of a sum besides: who has none, when it goes back, and the names of its bands."""
    if model.exclude is not None:
        yield f"Whoever fits this has {model.default:g} instead: {spoken.condition(model.exclude, known)}."
    if model.reset_on is not None:
        yield f"It goes back to {model.default:g} when {spoken.condition(model.reset_on, known)}."
    if model.bands:
        bands = sorted(model.bands.items(), key=lambda band: (-band[1], band[0]))
        yield f"Its bands are {', '.join(f'{label} from {low:g}' for label, low in bands)}."


def _theirs(stack: Stack, name: str, system: str, fields: Fields) -> str:
    """A score of other records, by its name on whatever object carries it."""
    model = stack.scoring_models.get(name)
    catalog = stack.catalogs.get(model.catalog) if model else None
    if model is None or catalog is None:
        return name
    objects = catalog.bind.get(system, ())
    found = (fields.by_key(catalog.object, each) for each in objects)
    known = next((each for each in found if model.writes in each), {})
    return spoken.named(model.writes, known)


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
        reset_on=model.reset_on,
        bands_for=tuple((each.when, tuple(each.bands.items())) for each in model.bands_for if each.when is not None),
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
        decay_points=group.decay.points if group.decay else None,
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
        at_least=rule.at_least,
        per_days=days(rule.per),
        in_visit=rule.in_visit,
        every_days=days(rule.every),
        share=rule.share,
        purpose=rule.purpose,
        source=rule.source,
    )
