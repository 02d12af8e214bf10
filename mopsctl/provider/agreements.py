"""What people agree on around a lifecycle or a score, in words: no vendor has a setting of its own for it."""

from __future__ import annotations

from collections.abc import Iterator

from mopsctl import spoken
from mopsctl.element import Lifecycle, Rule, Score, Transition

_WAYS = {
    "form": "fills a form",
    "import": "comes in by an import",
    "manual": "is made manually",
    "api": "comes in by an API",
}
_SKIPPED = {
    "stamp": "When stages are skipped, their dates are set to that moment too.",
    "leave_blank": "When stages are skipped, their dates stay empty.",
}


def of_lifecycle(lifecycle: Lifecycle) -> list[str]:
    """Where new records start, what happens to skipped stages, which move goes first, and what is recorded with a move."""
    return [
        *_starts(lifecycle),
        *_skips(lifecycle),
        *_order(lifecycle),
        *_reasons(lifecycle),
        *_refusals(lifecycle),
    ]


def of_score(score: Score) -> list[str]:
    """What no vendor's rules say: counts, silence, fading by points, resets, bands for some, and rules that hand over alone."""
    return [*_rules(score), *_fading(score), *_whole(score), *_fast_tracks(score)]


def _rules(score: Score) -> Iterator[str]:
    for rule in (each for group in score.groups for each in group.rules if not each.disabled):
        words = list(_limits(rule))
        if words:
            yield f"The rule '{rule.key}' counts {'; '.join(words)}."


def _limits(rule: Rule) -> Iterator[str]:
    where = " in one visit" if rule.in_visit else f" within {_days(rule.within_days)}" if rule.within_days else ""
    if rule.at_least:
        yield f"once, and only when it happened at least {rule.at_least} times{where}"
    elif rule.in_visit:
        yield "once for each visit"
    if rule.per_days:
        yield f"at most {rule.max_times or 1} times in {_days(rule.per_days)}, and anew after that"
    if rule.every_days:
        yield f"again after each further {_days(rule.every_days)} of silence"
    if rule.share is not None:
        yield f"as a loss of {rule.share:g} % of the score there is then, not as points"


def _days(number: int | None) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _fading(score: Score) -> Iterator[str]:
    for group in score.groups:
        if group.decay_points is not None:
            yield f"The group '{group.key}' loses {group.decay_points:g} points every {_days(group.decay_days)}, down to 0."


def _whole(score: Score) -> Iterator[str]:
    if score.reset_on is not None:
        yield f"The score goes back to {score.default:g} when {spoken.condition(score.reset_on, score.fields)}."
    for when, bands in score.bands_for:
        listed = ", ".join(f"{label} from {lowest:g}" for label, lowest in bands)
        yield f"Where {spoken.condition(when, score.fields)}, the bands are {listed}."


def _fast_tracks(score: Score) -> list[str]:
    return [
        f"The rule '{rule.key}' alone hands a person to sales, whatever the score is: start what follows from it directly."
        for group in score.groups
        for rule in group.rules
        if rule.fast_track and not rule.disabled
    ]


def _starts(lifecycle: Lifecycle) -> Iterator[str]:
    stages = {stage.key: stage for stage in lifecycle.stages}
    for way, key in sorted(lifecycle.default_for.items()):
        if key in stages:
            stage = stages[key]
            yield f"Who {_WAYS.get(way, way)} starts in '{stage.label}': set '{lifecycle.field}' to '{stage.value}'."


def _skips(lifecycle: Lifecycle) -> Iterator[str]:
    if lifecycle.on_skip in _SKIPPED:
        yield _SKIPPED[lifecycle.on_skip]


def _order(lifecycle: Lifecycle) -> Iterator[str]:
    ranked = sorted(
        (move for move in lifecycle.transitions if move.priority is not None), key=lambda move: move.priority or 0
    )
    if ranked:
        listed = "; ".join(f"{move.priority}. {_move(lifecycle, move)}" for move in ranked)
        yield f"Where several moves are possible at once, the lowest number goes first: {listed}."


def _reasons(lifecycle: Lifecycle) -> Iterator[str]:
    for move in lifecycle.transitions:
        if move.reason:
            yield f"The move {_move(lifecycle, move)}: {move.reason.rstrip('.')}."


def _refusals(lifecycle: Lifecycle) -> Iterator[str]:
    for stage in lifecycle.stages:
        asked = dict.fromkeys(
            (
                *stage.require,
                *(each for move in lifecycle.transitions if move.target == stage.key for each in move.require),
            )
        )
        if "require" in stage.enforce and asked:
            yield f"Entry into '{stage.label}' has to be refused without {', '.join(asked)}: make a rule that does so."
        if "moves" in stage.enforce and not lifecycle.enforce:
            yield f"Moves into and out of '{stage.label}' that are not listed have to be refused: make a rule that does so."


def _move(lifecycle: Lifecycle, move: Transition) -> str:
    labels = {stage.key: stage.label for stage in lifecycle.stages}
    sources = " or ".join(f"'{labels.get(key, key)}'" for key in move.source_keys)
    return f"from {sources} to '{labels.get(move.target, move.target)}'"
