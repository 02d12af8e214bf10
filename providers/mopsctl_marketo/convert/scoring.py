"""Converts scoring models: folders, the operational program, one token per number, campaigns from a template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mopsctl.address import Address
from mopsctl.element import Rule, Score
from mopsctl.resource import Resource
from mopsctl_marketo.convert.campaigns import Model, logic_of_model, logic_of_rule
from mopsctl_marketo.convert.common import ACTIVITIES, Context
from mopsctl_marketo.convert.expectations import of_expectations
from mopsctl_marketo.convert.score_parts import Token, campaign_names, computed_here, tokens
from mopsctl_marketo.settings import ScoreSettings


def of_score(context: Context, score: Score) -> Iterator[Resource]:
    """A scoring model that Marketo computes; of any other only the field is of interest here."""
    if score.object != "person" or not computed_here(score, context.system):
        return
    model = Model(context, score, ScoreSettings.of(score.settings, score.name))
    yield from _surroundings(model)
    program = _program(model)
    yield program
    for token in tokens(score, model.settings):
        yield _token(model, token, program.address)
    for group in score.groups:
        for rule in group.rules:
            for name in campaign_names(model.settings, group, rule):
                yield from _cloned_from(model, rule, name)
                yield _campaign(model, rule, name, program.address)
            yield from logic_of_rule(model, group, rule)
    yield from logic_of_model(model)


def _surroundings(model: Model) -> Iterator[Resource]:
    """What the program stands on: its folders, its channel and tags, the template program, what else is expected."""
    context, origin, settings = model.context, model.score.origin, model.settings
    names = settings.folder.split("/")
    for depth, name in enumerate(names, start=1):
        above = [context.address("folder", "/".join(names[: depth - 1]))] if depth > 1 else []
        yield context.made(origin, "folder", "/".join(names[:depth]), name, {}, cell=model.cell, needs=above)
    yield from of_expectations(context, origin, {"channels": {settings.channel: {}}})
    yield from of_expectations(context, origin, {"tags": {name: [value] for name, value in settings.tags.items()}})
    yield from of_expectations(context, origin, settings.expect)
    if settings.template_program:
        yield _template(model)


def _program(model: Model) -> Resource:
    context, settings = model.context, model.settings
    attributes: dict[str, Any] = {
        "folder": settings.folder,
        "channel": settings.channel,
        "type": settings.program_type,
    }
    if settings.description:
        attributes["description"] = settings.description
    if settings.tags:
        attributes["tags"] = {name: {"value": settings.tags[name]} for name in sorted(settings.tags)}
    around = [("folder", settings.folder), ("channel", settings.channel), *(("tag", name) for name in settings.tags)]
    return context.made(
        model.score.origin,
        "program",
        settings.program,
        settings.program,
        attributes,
        cell=model.cell,
        needs=[context.address(kind, name) for kind, name in around],
        steps=(
            (
                f"In {ACTIVITIES}, drag the program '{settings.program}' into the folder '{settings.folder}' where it lies"
                f" elsewhere; where its channel is another one, right click > Edit and choose '{settings.channel}'."
            ),
        ),
    )


def _template(model: Model) -> Resource:
    name = model.settings.template_program
    return model.context.made(
        model.score.origin,
        "program",
        name,
        name,
        {},
        cell=model.cell,
        mode="verify",
        steps=(
            (
                f"In {ACTIVITIES}, make or import the program '{name}' with one finished smart campaign for each rule: a trigger,"
                " and a flow with Change Score on a My Token of the program."
            ),
        ),
    )


def _token(model: Model, token: Token, program: Address) -> Resource:
    rule = token.part.rule
    return model.context.made(
        model.score.origin,
        "token",
        f"{model.settings.program}/{token.name}",
        token.name,
        {"type": "score", "value": round(token.points)},
        cell="scoring.disabled" if rule.disabled else "scoring.points",
        needs=(program,),
        source=rule.source if rule.source.file else None,
    )


def _template_of(settings: ScoreSettings, rule: Rule, name: str) -> str:
    return f"{settings.template_program}/{settings.templates.get(_asked(settings, rule, name), name)}"


def _cloned_from(model: Model, rule: Rule, name: str) -> Iterator[Resource]:
    """The finished smart campaign that the rule's is cloned from; without it there is nothing to clone."""
    settings = model.settings
    if not settings.template_program:
        return
    whole = _template_of(settings, rule, name)
    program, _, template = whole.partition("/")
    step = (
        f"In {ACTIVITIES}, select the program '{program}', choose New Smart Campaign, and name it '{template}': a trigger, and a"
        " flow with Change Score on a My Token of the program."
    )
    yield model.context.made(
        model.score.origin,
        "campaign",
        whole,
        template,
        {},
        cell=model.cell,
        mode="verify",
        steps=(step,),
        needs=(model.context.address("program", program),),
    )


def _campaign(model: Model, rule: Rule, name: str, program: Address) -> Resource:
    context, settings = model.context, model.settings
    points = [f"{settings.program}/{token.name}" for token in tokens(model.score, settings) if token.part.rule is rule]
    needs = [program, *(context.address("token", each) for each in points)]
    attributes: dict[str, Any] = {}
    if settings.activate and rule.inactive_days is None:
        attributes["active"] = not rule.disabled
    if settings.template_program:
        attributes["description"] = f"Rule '{rule.key}' of the scoring model '{model.score.name}'."
        attributes["template"] = _template_of(settings, rule, name)
        needs.append(context.address("campaign", attributes["template"]))
    return context.made(
        model.score.origin,
        "campaign",
        f"{settings.program}/{name}",
        name,
        attributes,
        cell="scoring.disabled" if rule.disabled else model.cell,
        mode="write" if settings.template_program else "manual",
        steps=(
            f"In {ACTIVITIES}, select the program '{settings.program}', choose New Smart Campaign, and name it '{name}'.",
        )
        if not settings.template_program
        else (),
        needs=needs,
        source=rule.source if rule.source.file else None,
    )


def _asked(settings: ScoreSettings, rule: Rule, name: str) -> str:
    """The key under which `templates` names what is cloned: the rule's, or `decay.` and the rule's."""
    return rule.key if name == settings.token_prefix + rule.key else f"decay.{rule.key}"
