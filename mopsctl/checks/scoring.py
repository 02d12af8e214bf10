"""Checks of scoring models: can every band be reached, does every rule count, and will the numbers mean something?"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator

from mopsctl.checks.conditions import problems, values_of
from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.condition import tests
from mopsctl.diagnostics import Source, did_you_mean
from mopsctl.manifest.model import Field, RuleGroup, ScoringModel, Stack
from mopsctl.manifest.model import Rule as ScoringRule

RULES: list[Rule] = []
_NOISY = ("email_opened", "email_open")
_CLICKS = ("email_clicked", "email_click")


@rule(
    RULES,
    "SC002",
    "error",
    "rules ask for fields and values that are declared",
    why="Points for a field or a value that nobody can have are never given.",
)
def rules_know_their_values(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Fields, values and scores that a rule, a table or an exclusion asks for and nobody declares."""
    for model in _all(stack):
        for what, hint in problems(stack, model.catalog, model.reset_on):
            yield Finding(f"The reset of {model.name} {what}.", model.at("reset_on"), hint)
        for other in model.bands_for:
            for what, hint in problems(stack, model.catalog, other.when):
                yield Finding(f"A list of bands of {model.name} {what}.", other.source, hint)
        for what, hint in problems(stack, model.catalog, model.exclude):
            yield Finding(f"The exclusion of {model.name} {what}.", model.at("exclude"), hint)
    for model, each in _rules(stack):
        for what, hint in problems(stack, model.catalog, each.when):
            yield Finding(f"The rule {each.key} {what}.", each.at("when"), hint)
        if each.field and model.catalog in stack.catalogs and _field(stack, model, each.field) is None:
            hint = did_you_mean(each.field, stack.catalogs[model.catalog].fields)
            message = (
                f"The rule {each.key} gives points by the field '{each.field}', which {model.catalog} does not have."
            )
            yield Finding(
                message, each.at("field"), hint or f"declare it in {stack.catalogs[model.catalog].source.file}"
            )
        values = _values(stack, model, each)
        for value in each.points_by_value if values else ():
            if value not in values:
                yield Finding(
                    f"The rule {each.key} gives points for '{value}', which is no value of {each.field}.",
                    each.at(f"points_by_value.{value}"),
                    did_you_mean(value, values) or f"use one of: {', '.join(values)}",
                )


@rule(
    RULES,
    "SC003",
    "warning",
    "a table says something about every value",
    why="People with a value that was forgotten get nothing, and nobody notices.",
)
def tables_are_complete(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Values of the set that have no points where no 'else' catches them."""
    for model, each in _rules(stack):
        missing = [value for value in _values(stack, model, each) if value not in each.points_by_value]
        if each.field and missing and each.else_ is None:
            yield Finding(
                f"The rule {each.key} says nothing about {', '.join(missing)}.",
                each.at("points_by_value"),
                "add them, or say else: 0",
            )


@rule(
    RULES,
    "SC004",
    "warning",
    "a cap is neither useless nor a waste",
    why="A cap that is never reached, or one that swallows a whole rule, is a number nobody can explain.",
)
def caps_matter(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Caps above what the rules add up to, and single rules above the cap."""
    for model in _all(stack):
        for group in model.groups.values():
            cap = group.cap.max if group.cap else None
            if cap is None:
                continue
            total = sum(best(each) for each in group.rules.values())
            if total < cap:
                yield Finding(
                    f"The group {group.key} can give at most {total:g} points, so its cap of {cap:g} is never reached.",
                    group.at("cap"),
                    f"lower the cap to {total:g}, or take it out",
                )
            for each in group.rules.values():
                if once(each) > cap:
                    yield Finding(
                        f"The rule {each.key} gives {once(each):g} points and its group keeps {cap:g}.",
                        _points(each),
                        "lower the points or raise the cap",
                    )


@rule(
    RULES,
    "SC005",
    "error",
    "every band can be reached, and everybody is in one",
    why="A band above what rules can give stays empty; a gap below the lowest leaves people without a band.",
)
def bands_cover_the_range(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Unreachable bands, shared limits, and a lowest band above the lowest score."""
    for model in _all(stack):
        if not model.bands:
            continue
        limits = list(model.bands.values())
        top = max(model.bands, key=lambda band: model.bands[band])
        lowest = model.range.min or 0
        if model.bands[top] > reachable(model):
            yield Finding(
                f"The band {top} begins at {model.bands[top]:g}, and {model.name} gives at most {reachable(model):g} points.",
                model.at("bands"),
                "lower the band, or raise points or caps",
            )
        if len(set(limits)) < len(limits):
            yield Finding(
                f"Two bands of {model.name} begin at the same score.", model.at("bands"), "give each its own limit"
            )
        if min(limits) > lowest:
            yield Finding(
                f"Who scores below {min(limits):g} is in no band of {model.name}.",
                model.at("bands"),
                f"let the lowest band begin at {lowest:g}",
            )


@rule(
    RULES,
    "SC006",
    "warning",
    "what people do loses its worth with time",
    why="Without decay the person who was busy two years ago outranks the one who called yesterday.",
)
def engagement_decays(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Groups of events with positive points that have neither decay nor a time window."""
    for model in _all(stack):
        for group in model.groups.values() if model.dimension == "engagement" else ():
            lasting = [each for each in group.rules.values() if each.event and once(each) > 0 and each.within is None]
            if lasting and group.decay is None:
                yield Finding(
                    f"Points of the group {group.key} live for ever.",
                    group.source,
                    "add a decay, or within: to its rules",
                )


@rule(
    RULES,
    "SC007",
    "warning",
    "machines earn no points",
    why="Mail proxies open every message and scanners click every link within seconds: they make qualified leads.",
)
def machines_earn_nothing(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Points for opens, and for clicks where no bot filter is declared."""
    for model, each in _rules(stack):
        if each.event in _NOISY and each.points > 0:
            yield Finding(
                f"The rule {each.key} gives points for opening a message, which machines do too.",
                each.at("event"),
                "score clicks or visits instead",
            )
        if each.event in _CLICKS and each.points > 0 and not any("bot" in flag for flag in model.ignore_flags):
            yield Finding(
                f"The rule {each.key} gives points for clicks, and {model.name} ignores no bot clicks.",
                each.at("event"),
                "add ignore_events: {flags: [bot_click]}",
            )


@rule(
    RULES,
    "SC009",
    "warning",
    "one act alone does not make a lead, unless it is meant to",
    why="A single rule that reaches the top band is a fast track nobody wrote down.",
)
def fast_tracks_are_marked(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Rules whose single hit reaches the highest band without fast_track: true."""
    for model in _all(stack):
        top = max(model.bands.values(), default=None)
        for group in model.groups.values() if top else ():
            for each in group.rules.values():
                if top and _kept(group, once(each)) >= top and not each.fast_track:
                    yield Finding(
                        f"The rule {each.key} alone reaches the highest band of {model.name}.",
                        _points(each),
                        "if that is meant, say fast_track: true",
                    )


@rule(
    RULES,
    "SC011",
    "error",
    "nobody is scored by what is none of our business",
    why="Scores on health, belief or origin, or on what stands for them, are forbidden in many places.",
)
def no_sensitive_fields(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Rules that ask for a field of the class 'special'."""
    for model, each in _rules(stack):
        for key in sorted(_asked(each)):
            field = _field(stack, model, key)
            if field is not None and field.pii == "special":
                yield Finding(
                    f"The rule {each.key} scores people by {field.label}, which is specially protected.",
                    each.source,
                    "take the rule out",
                )


@rule(
    RULES,
    "SC012",
    "error",
    "one model writes one field",
    why="Two models that write one field overwrite each other all day.",
)
def models_write_their_own_fields(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """The second model that writes a field."""
    seen: dict[tuple[str, str], ScoringModel] = {}
    for model in _all(stack):
        first = seen.setdefault((model.catalog, model.writes), model)
        if first is not model:
            yield Finding(
                f"{first.name} and {model.name} both write {model.writes}.",
                model.at("writes"),
                "give each a field of its own",
            )


def reachable(model: ScoringModel) -> float:
    """The most points a model can give: positive rules added up, each group capped, the sum within the range."""
    if model.is_derived:
        return model.range.max if model.range.max is not None else math.inf
    total = sum(_kept(group, sum(best(each) for each in group.rules.values())) for group in model.groups.values())
    return min(total, model.range.max) if model.range.max is not None else total


def best(each: ScoringRule) -> float:
    """The most points one rule can give: without end where an event counts each time it happens."""
    if each.event and each.max_times is None and once(each) > 0:
        return math.inf
    return once(each) * (each.max_times or 1)


def once(each: ScoringRule) -> float:
    """The most points one rule can give at one time."""
    return 0 if each.disabled else max(0, each.points, each.else_ or 0, *each.points_by_value.values())


def _points(each: ScoringRule) -> Source:
    return each.at("points_by_value" if each.points_by_value else "points")


def _kept(group: RuleGroup, points: float) -> float:
    return min(points, group.cap.max) if group.cap and group.cap.max is not None else points


def _all(stack: Stack) -> Iterator[ScoringModel]:
    return (stack.scoring_models[name] for name in sorted(stack.scoring_models))


def _rules(stack: Stack) -> Iterator[tuple[ScoringModel, ScoringRule]]:
    return ((model, each) for model in _all(stack) for each in model.rules() if not each.disabled)


def _field(stack: Stack, model: ScoringModel, key: str) -> Field | None:
    catalog = stack.catalogs.get(model.catalog)
    return catalog.fields.get(key) if catalog else None


def _values(stack: Stack, model: ScoringModel, each: ScoringRule) -> tuple[str, ...]:
    field = _field(stack, model, each.field) if each.field else None
    catalog = stack.catalogs.get(model.catalog)
    return values_of(stack, catalog, field) if catalog and field else ()


def _asked(each: ScoringRule) -> set[str]:
    named = {test.name for test in tests(each.when) if test.subject == "field"} if each.when else set()
    return named | ({each.field} if each.field else set())
