"""What people agree on around a lifecycle or a score, in words: no vendor has a setting of its own for it."""

from __future__ import annotations

from collections.abc import Iterator

from mopsctl.element import Lifecycle, Score, Transition

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
    """The rules that hand a person to sales alone."""
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
