"""Checks of the stages of a lifecycle: can people get where they should, and does nobody get stuck or lost on the way?"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from mopsctl.checks.rules import Finding, Rule, rule
from mopsctl.diagnostics import Source, did_you_mean
from mopsctl.engine.lower.common import names_on
from mopsctl.manifest.model import NATIVE, NOT_CARRIED, Lifecycle, Stack, Stage

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
    for lifecycle in lifecycles(stack):
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
    "there is a way in, and every stage can be reached from it",
    why="A stage that nobody can enter stays empty for ever, and reports show a gap.",
)
def stages_are_reachable(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """An entry that is no stage; else the stages that no chain of moves reaches."""
    for lifecycle in lifecycles(stack):
        unknown = list(_unknown_starts(lifecycle))
        yield from unknown
        if unknown:
            continue
        reached = _closure({lifecycle.entry}, moves_of(lifecycle))
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
    for lifecycle in lifecycles(stack):
        if not lifecycle.transitions:
            continue
        good = {stage.key for stage in lifecycle.stages.values() if stage.terminal or stage.type == "inventory"}
        moves = moves_of(lifecycle)
        for stage in lifecycle.stages.values():
            if stage.key not in good and not _closure({stage.key}, moves) & good:
                yield Finding(
                    f"Who enters the stage {stage.key} never leaves it for a resting place or an end.",
                    stage.source,
                    "add a transition out of it, or mark it terminal: true",
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
    for lifecycle in lifecycles(stack):
        for system in _systems(stack, lifecycle):
            seen: dict[str, str] = {}
            for stage in lifecycle.stages.values():
                value = stage.values.get(system)
                if value is None:
                    yield Finding(
                        f"The stage {stage.key} has no value on {system}, where the lifecycle is bound.",
                        stage.source,
                        f"add {system}: VALUE to its values, or {system}: {NOT_CARRIED} where that system does not carry it",
                    )
                elif value != NOT_CARRIED and (other := seen.setdefault(value, stage.key)) != stage.key:
                    yield Finding(
                        f"The stages {other} and {stage.key} have the same value '{value}' on {system}.",
                        stage.at("values"),
                        "give each stage a value of its own",
                    )


@rule(
    RULES,
    "LC012",
    "error",
    "a clock has an owner and a way out",
    why="A time limit that nobody owns runs out in silence.",
)
def clocks_have_owners(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """Stages of type sla without owner, limit or breach, and breaches that lead where no transition leads."""
    for lifecycle in lifecycles(stack):
        moves = moves_of(lifecycle)
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
    for lifecycle in lifecycles(stack):
        for stage in lifecycle.stages.values():
            if stage.type == "detour" and not stage.reasons:
                yield Finding(
                    f"People are set aside in the stage {stage.key} without a list of reasons.",
                    stage.source,
                    "name a value set: reasons: NAME",
                )
            yield from _breach_reason(stack, lifecycle, stage)
            if stage.reasons and not _is_held(stack, lifecycle, stage.reasons):
                yield Finding(
                    f"The reasons of the stage {stage.key} have no field to be written in.",
                    stage.at("reasons"),
                    f"add a field of the type choice with values: {stage.reasons} to the catalogue",
                    level="warning",
                )
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
    """Systems that carry the lifecycle and keep no dates, or only one of the two that are to be kept."""
    for lifecycle in lifecycles(stack):
        for system, kept, place in _forgotten_entries(lifecycle):
            yield Finding(
                f"{system} is to keep the {' and the '.join(kept)} entry into a stage, and its pattern names one field for both.",
                place,
                "put {keep} into the pattern, or keep one of the two",
            )
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
    "LC027",
    "error",
    "the lead status and its field say the same",
    why="Two lists or two names for one thing become two fields, and people fill the wrong one.",
)
def lead_status_agrees_with_its_field(stack: Stack, _today: datetime.date) -> Iterator[Finding]:
    """A lead status whose value set or name differs from what the catalogue says about its field."""
    for lifecycle in lifecycles(stack):
        status, catalog = lifecycle.lead_status, stack.catalogs.get(lifecycle.catalog)
        field = catalog.fields.get(status.field) if status and catalog else None
        if status is None or field is None:
            continue
        if field.values and field.values != status.values:
            message = f"The lead status chooses from {status.values}, and its field {field.key} from {field.values}."
            yield Finding(message, status.at("values"), f"name one list in both: {field.source}")
        for system, name in status.in_.items():
            binding = field.in_.get(system)
            wanted = names_on(catalog.bind.get(system, ()), name) if catalog and binding else ()
            there = {object_name: binding.name_on(object_name) for object_name, _ in wanted} if binding else {}
            others = [f"{of}.{there[of]}" for of, native in wanted if there[of] not in (None, native)]
            if others:
                message = f"The lead status is {name} on {system}, and its field {field.key} is {', '.join(others)}."
                yield Finding(message, status.at(f"in.{system}"), f"name it alike in both: {field.source}")


def lifecycles(stack: Stack) -> Iterator[Lifecycle]:
    """Every lifecycle, by name."""
    return (stack.lifecycles[name] for name in sorted(stack.lifecycles))


def _systems(stack: Stack, lifecycle: Lifecycle) -> list[str]:
    catalog = stack.catalogs.get(lifecycle.catalog)
    field = catalog.fields.get(lifecycle.field) if catalog else None
    return sorted(field.in_) if field else []


def moves_of(lifecycle: Lifecycle) -> dict[str, set[str]]:
    """Stage key to the stages that one move leads to."""
    moves: dict[str, set[str]] = {}
    for transition in lifecycle.transitions:
        for key in transition.from_:
            moves.setdefault(key, set()).add(transition.to)
    return moves


def _forgotten_entries(lifecycle: Lifecycle) -> Iterator[tuple[str, tuple[str, ...], Source]]:
    stamps = lifecycle.stamps
    for system, pattern in stamps.in_.items() if stamps and len(stamps.keep) > 1 else ():
        if pattern != NATIVE and "{keep}" not in pattern and "{Keep}" not in pattern and stamps is not None:
            yield system, stamps.keep, stamps.at(f"in.{system}")


def _is_held(stack: Stack, lifecycle: Lifecycle, reasons: str) -> bool:
    catalog = stack.catalogs.get(lifecycle.catalog)
    return catalog is not None and any(field.values == reasons for field in catalog.fields.values())


def _closure(start: set[str], moves: dict[str, set[str]]) -> set[str]:
    reached, open_ = set(start), list(start)
    while open_:
        new = moves.get(open_.pop(), set()) - reached
        reached |= new
        open_ += sorted(new)
    return reached


def _unknown_starts(lifecycle: Lifecycle) -> Iterator[Finding]:
    ways = [(lifecycle.entry, "entry"), *((key, f"default_for.{way}") for way, key in lifecycle.default_for.items())]
    for key, attribute in ways:
        if key not in lifecycle.stages:
            hint = did_you_mean(key, lifecycle.stages) or "declare it under 'stages'"
            yield Finding(f"People are to start in '{key}', and there is no such stage.", lifecycle.at(attribute), hint)


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
