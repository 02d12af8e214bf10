"""Checks of the moves of a lifecycle: do they lead somewhere, can they happen, and which one wins?"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from itertools import combinations

from mopsctl.checks.conditions import problems
from mopsctl.checks.lifecycle import lifecycles
from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.checks.scoring import reachable
from mopsctl.condition import All, AnyOf, Condition, Not, Test, tests
from mopsctl.diagnostics import did_you_mean
from mopsctl.manifest.model import Lifecycle, ScoringModel, Stack, Transition

RULES: list[Rule] = []
_ONE_OF = ("is", "in")
_AT_LEAST = ("gt", "gte", "after")
_AT_MOST = ("lt", "lte", "before")
_REASON = ".reason"

Parts = tuple[tuple[ScoringModel, str], ...]  # what a grade is made of: models, each with one of its bands


@rule(
    RULES,
    "LC004",
    "error",
    "an end is an end",
    why="A terminal stage that people leave again counts them twice.",
)
def terminal_stages_have_no_way_out(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Transitions out of a terminal stage that does not say reopen."""
    for lifecycle, transition in _transitions(stack):
        for key in transition.from_:
            stage = lifecycle.stages.get(key)
            if stage and stage.terminal and not stage.reopen:
                yield Finding(
                    f"The stage {key} is an end, and a transition leads from it to {transition.to}.",
                    transition.source,
                    f"take the transition out, or say reopen: true at the stage {key}",
                )


@rule(
    RULES,
    "LC005",
    "error",
    "moves lead from one known stage to another",
    why="A move to a stage nobody declares is never made, and one to itself stamps the date again.",
)
def moves_lead_somewhere(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Transitions from, to, or with the reason of a stage that is not declared, and those from a stage to itself."""
    for lifecycle, transition in _transitions(stack):
        asked = [(transition.to, "to"), *((key, "from") for key in transition.from_)]
        asked += [(each.removesuffix(_REASON), "require") for each in transition.require if each.endswith(_REASON)]
        for key, attribute in asked:
            if key not in lifecycle.stages:
                hint = did_you_mean(key, lifecycle.stages) or "declare it under 'stages'"
                yield Finding(f"There is no stage '{key}' in {lifecycle.id}.", transition.at(attribute), hint)
        if transition.to in transition.from_:
            hint = "take the stage out of 'from'"
            yield Finding(f"A transition moves from {transition.to} to itself.", transition.source, hint)


@rule(
    RULES,
    "LC009",
    "error",
    "two moves that may both happen have a priority",
    why="Which one wins would be decided by whichever automation runs first.",
)
def moves_do_not_compete(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Two automatic transitions out of one stage whose conditions ask for the same and lead elsewhere."""
    for lifecycle in lifecycles(stack):
        automatic = [each for each in lifecycle.transitions if each.when is not None]
        for one, other in combinations(automatic, 2):
            shared = sorted(set(one.from_) & set(other.from_))
            if shared and one.to != other.to and one.priority == other.priority and _meet(one.when, other.when):
                yield Finding(
                    f"From {shared[0]} both {one.to} and {other.to} may be due at once.",
                    other.source,
                    "give the two transitions a priority each",
                )


@rule(
    RULES,
    "LC010",
    "error",
    "a move asks for what is declared",
    why="A condition on a field that nobody has, or on a value that it cannot have, is never true.",
)
def moves_ask_for_what_is_there(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Conditions of transitions on fields, values and scores that are not declared."""
    for lifecycle, transition in _transitions(stack):
        for attribute, condition in (("when", transition.when), ("unless", transition.unless)):
            for what, hint in problems(stack, lifecycle.catalog, condition):
                yield Finding(f"The transition to {transition.to} {what}.", transition.at(attribute), hint)


@rule(
    RULES,
    "LC011",
    "error",
    "a grade that promotes can be reached",
    why="A threshold above what the rules can add up to never lets anybody through.",
)
def promoting_grades_are_reachable(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Grades and scores that transitions ask for, against the declared bands and caps."""
    for lifecycle, transition in _transitions(stack):
        names = sorted(stack.scoring_models)
        models = [
            stack.scoring_models[name] for name in names if stack.scoring_models[name].catalog == lifecycle.catalog
        ]
        for test in _asked(transition.when):
            if test.subject == "grade":
                grades = _grades([model for model in models if test.name in ("", model.name)], stack)
                for grade in test.operands:
                    yield from _grade(str(grade), grades, transition)
            elif test.subject == "score" and test.name in stack.scoring_models:
                yield from _score(stack.scoring_models[test.name], test, transition)


@rule(
    RULES,
    "LC016",
    "warning",
    "a second chance has a cool-down",
    why="A recycled person qualifies again the same day, and sales gets the same name back.",
)
def loops_wait(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Automatic moves out of a detour without a wait."""
    for lifecycle, transition in _transitions(stack):
        loops = any(lifecycle.stages[key].type == "detour" for key in transition.from_ if key in lifecycle.stages)
        if loops and transition.when is not None and transition.wait is None:
            yield Finding(
                f"People may go from {', '.join(transition.from_)} straight back to {transition.to}.",
                transition.source,
                "add wait: {days: 30}",
            )


@rule(
    RULES,
    "LC017",
    "warning",
    "who must not be written to is not promoted",
    why="An automatic promotion starts messages and calls; who opted out gets them too.",
)
def promotions_have_an_unless(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Automatic moves by score or grade without any 'unless'."""
    for _, transition in _transitions(stack):
        scored = any(test.subject in ("grade", "score") for test in _asked(transition.when))
        if scored and transition.unless is None:
            yield Finding(
                f"The promotion to {transition.to} leaves nobody out.",
                transition.source,
                "add unless: for people who opted out, colleagues and competitors",
            )


def _transitions(stack: Stack) -> Iterator[tuple[Lifecycle, Transition]]:
    return ((lifecycle, transition) for lifecycle in lifecycles(stack) for transition in lifecycle.transitions)


def _asked(condition: Condition | None) -> Iterator[Test]:
    return tests(condition) if condition is not None else iter(())


def _meet(one: Condition | None, other: Condition | None) -> bool:
    return any(_overlap(left, right) for left in _positive(one) for right in _positive(other))


def _positive(condition: Condition | None) -> Iterator[Test]:
    """The questions that are not negated."""
    match condition:
        case Test():
            yield condition
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _positive(part)
        case Not() | None:
            return


def _overlap(one: Test, other: Test) -> bool:
    """True where one answer surely satisfies both."""
    if (one.subject, one.name, one.where) != (other.subject, other.name, other.where):
        return False
    if one.operator in _ONE_OF and other.operator in _ONE_OF:
        return bool(set(one.operands) & set(other.operands))
    same_way = any(one.operator in way and other.operator in way for way in (_AT_LEAST, _AT_MOST))
    return same_way or one == other


def _grades(models: Iterable[ScoringModel], stack: Stack) -> dict[str, list[Parts]]:
    """Every grade that can be asked for, with what it is made of: a band alone, or the bands of two models."""
    made: dict[str, list[Parts]] = {}
    for model in models:
        first = stack.scoring_models.get(model.grade_with)
        for band in model.bands:
            made.setdefault(band, []).append(((model, band),))
            if first is not None:
                for other in first.bands:
                    made.setdefault(f"{other}{band}", []).append(((first, other), (model, band)))
    return made


def _grade(grade: str, grades: dict[str, list[Parts]], transition: Transition) -> Iterator[Finding]:
    if grade not in grades:
        known = sorted(each for each, ways in grades.items() if any(len(parts) > 1 for parts in ways)) or sorted(grades)
        yield Finding(
            f"The transition to {transition.to} asks for the grade {grade}, which no scoring model gives.",
            transition.at("when"),
            f"use one of: {', '.join(known)}" if known else "declare bands in a ScoringModel",
        )
        return
    ways = [[part for part in parts if reachable(part[0]) < part[0].bands[part[1]]] for parts in grades[grade]]
    if all(ways):
        model, band = ways[0][0]
        yield Finding(
            f"The transition to {transition.to} asks for the grade {grade}; {model.name} gives at most {reachable(model):g} "
            f"points and the band {band} begins at {model.bands[band]:g}.",
            transition.at("when"),
            "raise caps or points, or lower the band",
        )


def _score(model: ScoringModel, test: Test, transition: Transition) -> Iterator[Finding]:
    if test.operator not in ("gt", "gte", "between") or isinstance(test.operands[0], str):
        return
    most, asked = reachable(model), test.operands[0]
    if most < asked or (test.operator == "gt" and most == asked):
        more = "more than " if test.operator == "gt" else ""
        yield Finding(
            f"The transition to {transition.to} asks for {more}{asked:g} points; {model.name} gives at most {most:g}.",
            transition.at("when"),
            "raise caps or points, or ask for less",
        )
