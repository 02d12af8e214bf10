"""Checks of lifecycles: can people get where they should, and does nobody get stuck or lost on the way?"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from itertools import combinations

from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.checks.scoring import reachable
from mopsctl.condition import Condition, Test, tests
from mopsctl.manifest.model import NATIVE, Lifecycle, ScoringModel, Stack, Stage, Transition

RULES: list[Rule] = []


@rule(
    RULES,
    "LC001",
    "error",
    "stage labels are unique",
    why="Two stages with one label cannot be told apart in a list or a report.",
)
def labels_are_unique(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """The second stage with a label is the finding."""
    for lifecycle in _all(stack):
        seen: dict[str, Stage] = {}
        for stage in lifecycle.stages.values():
            first = seen.setdefault(stage.label.casefold(), stage)
            if first is not stage:
                yield Finding(
                    f"The stages {first.key} and {stage.key} are both called '{stage.label}'.",
                    stage.at("label"),
                    "give one of them another label",
                )


@rule(
    RULES,
    "LC002",
    "error",
    "every stage can be reached from the entry",
    why="A stage that nobody can enter stays empty for ever, and reports show a gap.",
)
def stages_are_reachable(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Stages that no chain of moves reaches."""
    for lifecycle in _all(stack):
        reached = _closure({lifecycle.entry}, _moves(lifecycle))
        for stage in lifecycle.stages.values():
            if stage.key not in reached and lifecycle.transitions:
                yield Finding(
                    f"Nobody can reach the stage {stage.key} from {lifecycle.entry}.",
                    stage.source,
                    f"add a transition to {stage.key}, or take the stage out",
                )


@rule(
    RULES,
    "LC003",
    "error",
    "nobody is trapped",
    why="A stage without a way on fills up, and nobody owns what lies in it.",
)
def no_stage_is_a_trap(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """A stage from which neither a resting place nor an end can be reached."""
    for lifecycle in _all(stack):
        if not lifecycle.transitions:
            continue
        good = {stage.key for stage in lifecycle.stages.values() if stage.terminal or stage.type == "inventory"}
        moves = _moves(lifecycle)
        for stage in lifecycle.stages.values():
            if stage.key not in good and not _closure({stage.key}, moves) & good:
                yield Finding(
                    f"Who enters the stage {stage.key} never leaves it for a resting place or an end.",
                    stage.source,
                    "add a transition out of it, or mark it terminal: true",
                )


@rule(
    RULES,
    "LC004",
    "error",
    "an end is an end",
    why="A terminal stage that people leave again counts them twice.",
)
def terminal_stages_have_no_way_out(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Transitions out of a terminal stage that does not say reopen."""
    for lifecycle in _all(stack):
        for transition in lifecycle.transitions:
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
    "no stage moves to itself",
    why="Such a move stamps the date again and makes the record look new.",
)
def no_move_to_itself(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Transitions whose target is one of their sources."""
    for lifecycle in _all(stack):
        for transition in lifecycle.transitions:
            if transition.to in transition.from_:
                yield Finding(
                    f"A transition moves from {transition.to} to itself.",
                    transition.source,
                    "take the stage out of 'from'",
                )


@rule(
    RULES,
    "LC006",
    "error",
    "each system spells every stage, each its own way",
    why="Two stages with one value cannot be told apart on that system: the information is lost at the first sync.",
)
def every_system_spells_every_stage(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """A stage without a value on a bound system, and a value that two stages share."""
    for lifecycle in _all(stack):
        for system in _systems(stack, lifecycle):
            seen: dict[str, str] = {}
            for stage in lifecycle.stages.values():
                value = stage.values.get(system)
                if value is None:
                    yield Finding(
                        f"The stage {stage.key} has no value on {system}, where the lifecycle is bound.",
                        stage.source,
                        f"add {system}: VALUE to its values",
                    )
                elif (other := seen.setdefault(value, stage.key)) != stage.key:
                    yield Finding(
                        f"The stages {other} and {stage.key} have the same value '{value}' on {system}.",
                        stage.at("values"),
                        "give each stage a value of its own",
                    )


@rule(
    RULES,
    "LC009",
    "error",
    "two moves that may both happen have a priority",
    why="Which one wins would be decided by whichever automation runs first.",
)
def moves_do_not_compete(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Two automatic transitions out of one stage whose conditions ask the same and lead elsewhere."""
    for lifecycle in _all(stack):
        automatic = [each for each in lifecycle.transitions if each.when is not None]
        for one, other in combinations(automatic, 2):
            shared = sorted(set(one.from_) & set(other.from_))
            if (
                shared
                and one.to != other.to
                and set(_asked(one.when)) & set(_asked(other.when))
                and one.priority == other.priority
            ):
                yield Finding(
                    f"From {shared[0]} both {one.to} and {other.to} may be due at once.",
                    other.source,
                    "give the two transitions a priority each",
                )


@rule(
    RULES,
    "LC011",
    "error",
    "a grade that promotes can be reached",
    why="A threshold above what the rules can add up to never lets anybody through.",
)
def promoting_grades_are_reachable(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Grades and bands that transitions ask for, against the declared bands and caps."""
    for lifecycle in _all(stack):
        models = [model for model in stack.scoring_models.values() if model.catalog == lifecycle.catalog]
        bands = {band: model for model in models for band in model.bands}
        for transition in lifecycle.transitions:
            for test in _asked(transition.when):
                for grade in test.operands if test.subject == "grade" else ():
                    yield from _grade(str(grade), bands, transition)


@rule(
    RULES,
    "LC012",
    "error",
    "a clock has an owner and a way out",
    why="A time limit that nobody owns runs out in silence.",
)
def clocks_have_owners(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Stages of type sla without owner, limit or breach, and breaches that lead where no transition leads."""
    for lifecycle in _all(stack):
        moves = _moves(lifecycle)
        for stage in lifecycle.stages.values():
            if stage.type != "sla":
                continue
            missing = [
                word for word, there in (("an owner", stage.owner), ("a time limit (sla)", stage.sla)) if not there
            ]
            if missing:
                yield Finding(
                    f"The stage {stage.key} has a clock but not {' nor '.join(missing)}.",
                    stage.source,
                    "add what is missing",
                )
            breach = stage.sla.on_breach if stage.sla else None
            if stage.sla and breach is None:
                yield Finding(
                    f"Nothing happens when the time in the stage {stage.key} runs out.",
                    stage.at("sla"),
                    "say on_breach: {then: STAGE} or {escalate: ROLE}",
                )
            if breach and breach.then and breach.then not in moves.get(stage.key, set()):
                yield Finding(
                    f"When the time in {stage.key} runs out it moves to {breach.then}, and no transition allows that.",
                    stage.at("sla"),
                    f"add a transition from {stage.key} to {breach.then}",
                )


@rule(
    RULES,
    "LC013",
    "error",
    "who is set aside gets a reason",
    why="Without a reason nobody learns why people were recycled or turned away.",
)
def detours_have_reasons(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Detours without a reason list, and ways into them that give no reason, or one that is not in the list."""
    for lifecycle in _all(stack):
        for stage in lifecycle.stages.values():
            if stage.type == "detour" and not stage.reasons:
                yield Finding(
                    f"People are set aside in the stage {stage.key} without a list of reasons.",
                    stage.source,
                    "name a value set: reasons: NAME",
                )
            yield from _breach_reason(stack, lifecycle, stage)
        for transition in lifecycle.transitions:
            target = lifecycle.stages.get(transition.to)
            wanted = f"{transition.to}.reason"
            if target and target.type == "detour" and target.reasons and wanted not in transition.require:
                yield Finding(
                    f"A move to {transition.to} does not ask for a reason.",
                    transition.source,
                    f"add require: [{wanted}]",
                )


@rule(
    RULES,
    "LC014",
    "warning",
    "every system stamps every stage",
    why="Without the date a stage was entered nothing can be said about speed and conversion.",
)
def stages_are_stamped(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Systems that carry the lifecycle and keep no dates."""
    for lifecycle in _all(stack):
        stamped = set(lifecycle.stamps.in_) if lifecycle.stamps else set()
        for system in sorted(set(_systems(stack, lifecycle)) - stamped):
            place = lifecycle.stamps.source if lifecycle.stamps else lifecycle.source
            yield Finding(
                f"{system} carries the lifecycle {lifecycle.name} and keeps no dates of its stages.",
                place,
                f"add {system}: {NATIVE} or a name pattern to stamps.in",
            )


@rule(
    RULES,
    "LC016",
    "warning",
    "a second chance has a cool-down",
    why="A recycled person qualifies again the same day, and sales gets the same name back.",
)
def loops_wait(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Automatic moves out of a detour without a wait."""
    for lifecycle in _all(stack):
        for transition in lifecycle.transitions:
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
    for lifecycle in _all(stack):
        for transition in lifecycle.transitions:
            scored = any(test.subject in ("grade", "score") for test in _asked(transition.when))
            if scored and transition.unless is None:
                yield Finding(
                    f"The promotion to {transition.to} leaves nobody out.",
                    transition.source,
                    "add unless: for people who opted out, colleagues and competitors",
                )


def _all(stack: Stack) -> Iterator[Lifecycle]:
    return (stack.lifecycles[name] for name in sorted(stack.lifecycles))


def _systems(stack: Stack, lifecycle: Lifecycle) -> list[str]:
    catalog = stack.catalogs.get(lifecycle.catalog)
    field = catalog.fields.get(lifecycle.field) if catalog else None
    return sorted(field.in_) if field else []


def _moves(lifecycle: Lifecycle) -> dict[str, set[str]]:
    moves: dict[str, set[str]] = {}
    for transition in lifecycle.transitions:
        for key in transition.from_:
            moves.setdefault(key, set()).add(transition.to)
    return moves


def _closure(start: set[str], moves: dict[str, set[str]]) -> set[str]:
    reached, open_ = set(start), list(start)
    while open_:
        new = moves.get(open_.pop(), set()) - reached
        reached |= new
        open_ += sorted(new)
    return reached


def _asked(condition: Condition | None) -> Iterator[Test]:
    return tests(condition) if condition is not None else iter(())


def _grade(grade: str, bands: dict[str, ScoringModel], transition: Transition) -> Iterator[Finding]:
    parts = [grade] if grade in bands else list(grade)
    for part in parts:
        model = bands.get(part)
        if model is None:
            yield Finding(
                f"The transition to {transition.to} asks for the grade {grade}, and no scoring model has the band '{part}'.",
                transition.at("when"),
                f"use a declared band: {', '.join(sorted(bands)) or 'there is none'}",
            )
        elif reachable(model) < model.bands[part]:
            yield Finding(
                f"The transition to {transition.to} asks for the grade {grade}; {model.name} gives at most {reachable(model):g} "
                f"points and the band {part} begins at {model.bands[part]:g}.",
                transition.at("when"),
                "raise caps or points, or lower the band",
            )


def _breach_reason(stack: Stack, lifecycle: Lifecycle, stage: Stage) -> Iterator[Finding]:
    breach = stage.sla.on_breach if stage.sla else None
    target = lifecycle.stages.get(breach.then) if breach else None
    catalog = stack.catalogs.get(lifecycle.catalog)
    if breach is None or target is None or not target.reasons or catalog is None:
        return
    reasons = catalog.value_sets.get(target.reasons)
    if not breach.reason or (reasons and breach.reason not in reasons.values):
        known = ", ".join(reasons.values) if reasons else ""
        yield Finding(
            f"When the time in {stage.key} runs out people go to {target.key} without a reason from its list.",
            breach.source,
            f"name one of: {known}" if known else "name a reason",
        )
