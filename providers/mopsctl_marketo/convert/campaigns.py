"""What a person builds in the smart campaigns of a scoring model, because Marketo's API neither shows nor writes flows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mopsctl.condition import Condition, tests
from mopsctl.element import Rule, RuleGroup, Score
from mopsctl.provider import agreements
from mopsctl.provider.convert import number, quoted
from mopsctl.resource import Resource
from mopsctl_marketo.convert.common import ACTIVITIES, Context
from mopsctl_marketo.convert.score_parts import Part, campaign_names, parts_of, periods
from mopsctl_marketo.settings import ScoreSettings


@dataclass(frozen=True, slots=True)
class Model:
    """A scoring model with what Marketo settings it has."""

    context: Context
    score: Score
    settings: ScoreSettings

    @property
    def cell(self) -> str:
        """The row of the lowering table for the rules of this model."""
        return "scoring.fit" if self.score.dimension == "fit" else "scoring.engagement"

    @property
    def label(self) -> str:
        """The score field as Marketo's screens show it."""
        return self.context.label(self.score.object, self.score.field)

    def field_label(self, key: str) -> str:
        """A catalogue field as Marketo's screens show it."""
        field = self.score.fields.get(key)
        return self.context.label(field.object, field.name) if field else key

    def words(self, condition: Condition) -> str:
        """A condition in plain words, with what its fields are called on Marketo's screens."""
        return self.context.words(self.score.object, condition)


def logic_of_rule(model: Model, group: RuleGroup, rule: Rule) -> Iterator[Resource]:
    """Smart list, flow and schedule of one rule; the trigger is read back where the settings name it."""
    points, *decay = campaign_names(model.settings, group, rule)
    trigger = model.settings.events.get(rule.event or "", "")
    if trigger and not rule.disabled:
        yield _rules(model, rule, points, trigger)
    first = f"In {ACTIVITIES}, open the smart campaign '{points}' of the program '{model.settings.program}'."
    if rule.disabled:
        yield _logic(model, points, rule, "scoring.disabled", (f"{first} On its tab Schedule, choose Deactivate.",))
        return
    steps = (first, _smart_list(model, rule), _flow(model, group, rule, decay), _schedule(rule))
    yield _logic(model, points, rule, model.cell, steps)
    for name in decay:
        yield _logic(model, name, rule, model.cell, _decay_steps(model, group, rule, name))


def logic_of_model(model: Model) -> Iterator[Resource]:
    """What holds for the whole model: the rescoring of a fit score, its range, exclusions and bands."""
    if model.score.dimension == "fit":
        yield _logic(model, f"{model.settings.token_prefix}rescore", None, model.cell, _rescore(model))
    yield _logic(model, f"{model.settings.token_prefix}range", None, model.cell, _range(model))
    if model.score.exclude is not None:
        yield _logic(model, f"{model.settings.token_prefix}exclusions", None, "scoring.exclusions", _exclusions(model))
    if model.score.bands:
        yield _logic(model, f"{model.settings.token_prefix}bands", None, "scoring.bands", _bands(model))
    if agreed := agreements.of_score(model.score):
        steps = (f"In {ACTIVITIES}, make smart campaigns that keep to this.", *agreed)
        yield _logic(model, f"{model.settings.token_prefix}agreements", None, model.cell, steps)


def _logic(model: Model, name: str, rule: Rule | None, cell: str, steps: tuple[str, ...]) -> Resource:
    program = model.settings.program
    needs = [model.context.address("program", program)]
    if rule is not None:
        needs.append(model.context.address("campaign", f"{program}/{name}"))
    return model.context.made(
        model.score.origin,
        "campaign-logic",
        f"{program}/{name}",
        name,
        {},
        cell=cell,
        mode="manual",
        steps=steps,
        needs=needs,
        source=rule.source if rule is not None and rule.source.file else None,
    )


def _rules(model: Model, rule: Rule, name: str, trigger: str) -> Resource:
    return model.context.made(
        model.score.origin,
        "campaign-rules",
        f"{model.settings.program}/{name}",
        name,
        {"triggers": [trigger]},
        cell=model.cell,
        mode="verify",
        steps=(
            f"In {ACTIVITIES}, open the smart campaign '{name}' of the program '{model.settings.program}'.",
            _smart_list(model, rule),
        ),
        needs=(model.context.address("campaign", f"{model.settings.program}/{name}"),),
        source=rule.source if rule.source.file else None,
    )


def _smart_list(model: Model, rule: Rule) -> str:
    parts = [_asked(model, rule)]
    if rule.event and model.score.ignore_flags:
        parts.append(f"constraints that leave out {quoted(model.score.ignore_flags)}")
    if model.score.exclude is not None:
        parts.append(f"a filter that leaves out people where: {model.words(model.score.exclude)}")
    return f"On its tab Smart List, add {'; '.join(parts)}."


def _asked(model: Model, rule: Rule) -> str:
    if rule.event:
        where = "".join(f", with the constraint '{name}' contains '{value}'" for name, value in rule.where)
        trigger = model.settings.events.get(rule.event, rule.event)
        means = f", narrowed to what counts as {rule.event}" if trigger != rule.event else ""
        return f"the trigger '{trigger}'{means}{where}"
    if rule.inactive_days is not None:
        return (
            "the filters Not Visited Web Page, Not Opened Email, Not Clicked Link in Email and Not Filled Out Form, each with"
            f" 'Date of Activity' in past {rule.inactive_days} days"
        )
    requested = "the trigger Campaign is Requested with the source 'Flow Action'"
    if rule.when is not None:
        return f"{requested}; filters for: {model.words(rule.when)}"
    return requested


def _flow(model: Model, group: RuleGroup, rule: Rule, decay: list[str]) -> str:
    steps = [_change(model, [*parts_of(group, rule)], model.settings.token_prefix)]
    steps += [f"Request Campaign with the campaign '{name}'" for name in decay]
    return f"On its tab Flow, add in this order: {'; '.join(steps)}."


def _change(model: Model, parts: list[Part], prefix: str) -> str:
    """One Change Score step, with a choice for each value where the rule is a table."""
    step = f"Change Score with the score name '{model.label}'"
    if parts[0].value is None:
        return f"{step} and the change '{{{{my.{prefix}{parts[0].suffix}}}}}'"
    asked = model.field_label(parts[0].rule.field or "")
    choices = ", ".join(
        f"{f'if {asked!r} is {part.value!r}' if part.value else 'default choice'}: '{{{{my.{prefix}{part.suffix}}}}}'"
        for part in parts
    )
    rest = "" if any(part.value == "" for part in parts) else ", default choice: Do Nothing"
    return f"{step} and these choices: {choices}{rest}"


def _schedule(rule: Rule) -> str:
    if rule.inactive_days is not None:
        return (
            "On its tab Schedule, set a recurrence of once a day, and 'Each person can run through the flow' to 'once every"
            f" {rule.inactive_days} days'."
        )
    return (
        f"On its tab Schedule, set 'Each person can run through the flow' to {_how_often(rule)}, and choose Activate."
    )


def _how_often(rule: Rule) -> str:
    if rule.max_times == 1 and rule.within_days:
        return f"'once every {rule.within_days} days'"
    if rule.max_times == 1:
        return "'only once'"
    if rule.max_times:
        return f"'every time' (Marketo cannot stop after {rule.max_times} times by itself)"
    return "'every time'"


def _decay_steps(model: Model, group: RuleGroup, rule: Rule, name: str) -> tuple[str, ...]:
    change = _change(model, [*parts_of(group, rule)], model.settings.decay_prefix)
    return (
        f"In {ACTIVITIES}, open the smart campaign '{name}' of the program '{model.settings.program}'.",
        "On its tab Smart List, add the trigger Campaign is Requested with the source 'Flow Action'.",
        f"On its tab Flow, add these two steps {periods(group)} times in a row: Wait {group.decay_days} days; {change}.",
        "On its tab Schedule, set 'Each person can run through the flow' to 'every time', and choose Activate.",
    )


def _rescore(model: Model) -> tuple[str, ...]:
    rules = [rule for group in model.score.groups for rule in group.rules if not rule.disabled]
    asked = {test.name for rule in rules if rule.when for test in tests(rule.when) if test.subject == "field"}
    asked |= {rule.field for rule in rules if rule.field}
    names = [model.settings.token_prefix + rule.key for rule in rules]
    return (
        (
            f"In {ACTIVITIES}, make a smart campaign '{model.settings.token_prefix}rescore' in the program"
            f" '{model.settings.program}', with the trigger Person is Created and the trigger Data Value Changes for each of the"
            f" attributes {quoted(sorted(model.field_label(key) for key in asked))}."
        ),
        (
            f"On its tab Flow, add in this order: Change Score with the score name '{model.label}' and the change"
            f" '={number(model.score.default)}'; Request Campaign for each of {quoted(names)}."
        ),
        "On its tab Schedule, set 'Each person can run through the flow' to 'every time', and choose Activate.",
    )


def _range(model: Model) -> tuple[str, ...]:
    low, high = number(model.score.minimum), number(model.score.maximum)
    return (
        (
            f"In {ACTIVITIES}, make a smart campaign '{model.settings.token_prefix}range' in the program"
            f" '{model.settings.program}', with the trigger Score is Changed and the score name '{model.label}'."
        ),
        (
            f"On its tab Flow, add Change Score with the score name '{model.label}' and these choices: if '{model.label}' is"
            f" greater than '{high}': '={high}', if it is less than '{low}': '={low}', default choice: Do Nothing."
        ),
        "On its tab Schedule, set 'Each person can run through the flow' to 'every time', and choose Activate.",
    )


def _exclusions(model: Model) -> tuple[str, ...]:
    words = model.words(model.score.exclude) if model.score.exclude is not None else ""
    return (
        (
            f"In {ACTIVITIES}, in every smart campaign of the program '{model.settings.program}' but"
            f" '{model.settings.token_prefix}range', check on the tab Smart List that a filter leaves out people where: {words}."
        ),
    )


def _bands(model: Model) -> tuple[str, ...]:
    field = model.score.grade_field
    into = f"'{model.context.label(model.score.object, field)}'" if field else "the field that holds the band"
    choices = ", ".join(f"if '{model.label}' is at least '{number(low)}': '{band}'" for band, low in model.score.bands)
    other = f", together with the band of the model '{model.score.grade_with}'" if model.score.grade_with else ""
    return (
        (
            f"In {ACTIVITIES}, make a smart campaign '{model.settings.token_prefix}bands' in the program"
            f" '{model.settings.program}', with the trigger Score is Changed and the score name '{model.label}'."
        ),
        f"On its tab Flow, add Change Data Value for {into}{other} with these choices, in this order: {choices}.",
        "On its tab Schedule, set 'Each person can run through the flow' to 'every time', and choose Activate.",
    )
