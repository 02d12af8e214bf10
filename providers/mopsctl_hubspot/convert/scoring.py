"""A scoring model becomes a number property, and either a table for a person or an unpublished draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mopsctl import spoken
from mopsctl.condition import tests
from mopsctl.element import Agreement, Rule, RuleGroup, Score
from mopsctl.provider import agreements
from mopsctl.provider.convert import number, quoted
from mopsctl.resource import Resource
from mopsctl_hubspot.convert import calculators
from mopsctl_hubspot.convert.common import Context
from mopsctl_hubspot.names import is_standard, singular, titled

_CATEGORIES = {"fit": "FIT", "engagement": "INTENT"}
_SCREEN = "In HubSpot, open Marketing > Lead Scoring"


def agreement(context: Context, element: Agreement) -> Resource:
    """A score that is made of others, for the workflow that keeps it."""
    return context.made(
        element.origin,
        "checklist",
        f"{element.name}.{singular(element.object)}.sum",
        title=titled(element.title, singular(element.object)),
        attributes={"steps": list(element.steps)},
        cell="scoring.engagement",
        mode="manual",
        steps=["In HubSpot, open Automation > Workflows and build what keeps this score.", *element.steps],
    )


def fast_tracks(context: Context, score: Score) -> Iterator[Resource]:
    """What HubSpot's scores do not say by themselves, for the workflows that keep to it."""
    if steps := agreements.of_score(score):
        yield context.made(
            score.origin,
            "checklist",
            f"{score.name}.{singular(score.object)}.agreements",
            title=titled(f"{score.title}: agreements", singular(score.object)),
            attributes={"steps": steps},
            cell="scoring.engagement",
            mode="manual",
            steps=["In HubSpot, open Automation > Workflows and build what keeps to this.", *steps],
        )


def resources(context: Context, score: Score) -> Iterator[Resource]:
    """Everything that a scoring model asks of HubSpot."""
    yield _property(context, score)
    if context.scoring:
        yield _draft(context, score)
        yield _publication(context, score)
    table = _table(context, score)
    if table is not None:
        yield table


def native_name(score: Score) -> str:
    """What the score is called in HubSpot: the model's name, or the one its settings give."""
    return str(score.settings.get("name") or score.name)


def expressible(score: Score, each: Rule) -> bool:
    """Whether a rule can be part of a draft."""
    return calculators.rule(score, each) is not None


def rule_line(score: Score, each: Rule) -> str:
    """One rule in one line of plain words."""
    line = f"{each.key}: {_worth(score, each)}"
    line += f" ({each.purpose.rstrip('.')})" if each.purpose else ""
    return f"{line} [turned off]." if each.disabled else f"{line}."


def _property(context: Context, score: Score) -> Resource:
    object_name = singular(score.object)
    standard = is_standard(object_name, score.field)
    wanted: dict[str, Any] = {"type": "number"}
    if not standard:
        wanted |= {"label": score.title or score.name, "fieldType": "number"}
    return context.made(
        score.origin,
        "property",
        f"{object_name}.{score.field}",
        title=titled(score.title or score.name, singular(score.object)),
        attributes=wanted,
        cell="scoring.field",
        mode="verify" if standard else "write",
    )


def _draft(context: Context, score: Score) -> Resource:
    name = f"{singular(score.object)}.{native_name(score)}"
    segments = score.settings.get("exclude_segments") or ()
    wanted: dict[str, Any] = {
        "groups": {group.key: _group(score, group) for group in score.groups},
        "maximum": score.maximum,
        "categories": [_CATEGORIES[score.dimension]],
    }
    if segments:
        wanted["excludedSegments"] = sorted(str(segment) for segment in segments)
    return context.made(
        score.origin,
        "lead-score",
        name,
        title=titled(score.title or score.name, singular(score.object)),
        attributes=wanted,
        cell="scoring.fit" if score.dimension == "fit" else "scoring.engagement",
        steps=[f"{_SCREEN} and open the draft of '{native_name(score)}'."],
        needs=[context.address("property", f"{singular(score.object)}.{each}") for each in _asked(score)],
    )


def _asked(score: Score) -> list[str]:
    """The properties that the rules ask for; HubSpot refuses rules on properties that are not there."""
    rules = [each for group in score.groups for each in group.rules]
    keys = {each.field for each in rules if each.field}
    keys |= {
        test.name for each in rules if each.when is not None for test in tests(each.when) if test.subject == "field"
    }
    return sorted(score.fields[key].name for key in keys if key in score.fields)


def _group(score: Score, group: RuleGroup) -> dict[str, Any]:
    rules = [calculators.rule(score, each) for each in group.rules]
    decays = score.dimension == "engagement" and group.decay_percent is not None
    return {
        "category": _CATEGORIES[score.dimension],
        "minValue": group.cap_min,
        "maxValue": group.cap_max,
        "decayPercent": group.decay_percent if decays else None,
        "decayDays": group.decay_days if decays else None,
        "rules": [each for each in rules if each is not None],
    }


def _publication(context: Context, score: Score) -> Resource:
    name = native_name(score)
    return context.made(
        score.origin,
        "score-publication",
        f"{singular(score.object)}.{name}",
        title=titled(f"{score.title or score.name}, published", singular(score.object)),
        attributes={"published": True},
        cell="scoring.fit" if score.dimension == "fit" else "scoring.engagement",
        mode="verify",
        steps=[
            (
                f"{_SCREEN}, open '{name}', compare the draft with the manifest, and turn it on (Review and turn on)."
                " HubSpot then evaluates every record at once, which may start workflows."
            ),
            f"HubSpot writes the score into a property of its own: build a workflow that copies it into '{score.field}'.",
        ],
    )


def _table(context: Context, score: Score) -> Resource | None:
    """What a person has to set: everything without the switch, with it only what a draft cannot say."""
    steps: list[str] = []
    for group in score.groups:
        rules = [each for each in group.rules if not (context.scoring and expressible(score, each))]
        steps += [f"Group '{group.key}'{_frame(group)}: {rule_line(score, each)}" for each in rules]
    steps += _around(context, score)
    if not steps:
        return None
    where = f"{_SCREEN}, make or open the {score.dimension} score '{native_name(score)}' for {singular(score.object)}s"
    intro = f"{where}, and add to its draft what HubSpot's API cannot say." if context.scoring else f"{where}."
    return context.made(
        score.origin,
        "score-table",
        f"{singular(score.object)}.{score.name}",
        title=titled(f"{score.title or score.name}: rules", singular(score.object)),
        attributes={"steps": steps},
        cell="scoring.fit" if score.dimension == "fit" else "scoring.engagement",
        mode="manual",
        steps=[intro, *steps],
    )


def _around(context: Context, score: Score) -> list[str]:
    steps = [] if context.scoring else [f"Let the total run from {number(score.minimum)} to {number(score.maximum)}."]
    if score.bands:
        bands = ", ".join(f"{label} from {number(lowest)}" for label, lowest in score.bands)
        steps.append(f"Set the score's thresholds to: {bands}.")
    if score.grade_with:
        steps.append(f"Combine it with the score '{score.grade_with}' into a grade{_into(score.grade_field)}.")
    if score.exclude is not None and not (context.scoring and score.settings.get("exclude_segments")):
        steps.append(
            f"Leave out records where {spoken.condition(score.exclude, score.fields)}: make a segment of them and exclude it."
        )
    if score.ignore_flags:
        steps.append(
            f"Leave out events marked {quoted(score.ignore_flags)}: HubSpot filters bots in its e-mail settings."
        )
    if not context.scoring:
        steps.append(f"HubSpot writes the score into a property of its own: a workflow copies it into '{score.field}'.")
    return steps


def _into(field: str | None) -> str:
    return f" and let a workflow write it into '{field}'" if field else ""


def _frame(group: RuleGroup) -> str:
    parts = [f"at least {number(group.cap_min)}"] if group.cap_min is not None else []
    parts += [f"at most {number(group.cap_max)}"] if group.cap_max is not None else []
    if group.decay_percent is not None:
        parts.append(f"losing {number(group.decay_percent)} % of the original points every {group.decay_days} days")
    return f" ({', '.join(parts)})" if parts else ""


def _worth(score: Score, each: Rule) -> str:
    points = f"{each.points:+g} points"
    if each.event:
        details = "".join(f" with {name} {value}" for name, value in each.where)
        often = {None: "", 1: ", at most once"}.get(each.max_times, f", at most {each.max_times} times")
        recent = f", within {each.within_days} days" if each.within_days else ""
        return f"{points} for each event {each.event}{details}{often}{recent}"
    if each.field:
        return _by_value(score, each)
    if each.inactive_days:
        return f"{points} after {each.inactive_days} days without activity"
    return f"{points} when {spoken.condition(each.when, score.fields)}" if each.when is not None else points


def _by_value(score: Score, each: Rule) -> str:
    field = score.fields.get(each.field or "")
    spelled: Mapping[str, str] = {}
    if field is not None and field.values is not None:
        spelled = {item.key: item.value for item in field.values.items}
    parts = [f"{spelled.get(value, value)} {points:+g}" for value, points in each.points_by_value]
    parts += [f"anything else {each.otherwise:+g}"] if each.otherwise is not None else []
    return f"by the value of {spoken.named(each.field or '', score.fields)}: {', '.join(parts)}"
