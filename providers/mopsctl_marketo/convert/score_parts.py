"""The numbers of a scoring model, and what they are called in Marketo."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from mopsctl.element import Rule, RuleGroup, Score
from mopsctl_marketo.settings import ScoreSettings


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a rule: the whole rule, or one value of its table (`value` is empty for the rest of the table).

    `decay` is what one period takes away again, None where the group has no decay.
    """

    group: RuleGroup
    rule: Rule
    suffix: str
    points: float
    decay: float | None
    value: str | None = None


def parts(score: Score) -> Iterator[Part]:
    """Every number of a model, in the order written; a disabled rule counts 0."""
    for group in score.groups:
        for rule in group.rules:
            yield from parts_of(group, rule)


def parts_of(group: RuleGroup, rule: Rule) -> Iterator[Part]:
    """The numbers of one rule."""
    for suffix, points, value in _numbers(rule):
        counted = 0 if rule.disabled else points
        yield Part(group, rule, suffix, counted, _decay(group, counted), value)


def _numbers(rule: Rule) -> Iterator[tuple[str, float, str | None]]:
    if not rule.points_by_value:
        yield rule.key, rule.points, None
        return
    for value, points in rule.points_by_value:
        yield f"{rule.key}-{value}", points, value
    if rule.otherwise is not None:
        yield f"{rule.key}-else", rule.otherwise, ""


def _decay(group: RuleGroup, points: float) -> float | None:
    return None if group.decay_percent is None else -points * group.decay_percent / 100


def periods(group: RuleGroup) -> int:
    """How many periods a group's points last."""
    return math.ceil(100 / group.decay_percent) if group.decay_percent else 0


@dataclass(frozen=True, slots=True)
class Token:
    """A My Token of a model: its name, its points, and the part it stands for."""

    name: str
    points: float
    part: Part


def tokens(score: Score, settings: ScoreSettings) -> Iterator[Token]:
    """The My Tokens of a model, in the order of its rules."""
    for part in parts(score):
        yield points_token(settings, part)
        if part.decay is not None:
            yield Token(settings.decay_prefix + part.suffix, part.decay, part)


def points_token(settings: ScoreSettings, part: Part) -> Token:
    """The token with the points of a part."""
    return Token(settings.token_prefix + part.suffix, part.points, part)


def computed_here(score: Score, system: str) -> bool:
    """Whether Marketo has to compute the score: its field is owned here or shared, or Marketo settings say so."""
    owner = next((each.owner for each in score.fields.values() if each.name == score.field), "")
    return bool(score.settings) or owner in ("", "shared", system)


def campaign_names(settings: ScoreSettings, group: RuleGroup, rule: Rule) -> tuple[str, ...]:
    """The smart campaigns of a rule: the one that adds its points, and the one that takes them away again."""
    decay = (settings.decay_prefix + rule.key,) if group.decay_percent is not None else ()
    return (settings.token_prefix + rule.key, *decay)
