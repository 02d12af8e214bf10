"""Scoring models become formula fields where Salesforce decides, and number fields that another system fills elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mopsctl import spoken
from mopsctl.element import Field, Origin, Rule, RuleGroup, Score
from mopsctl.provider import agreements
from mopsctl.resource import Json
from mopsctl_salesforce import formula, formula_size
from mopsctl_salesforce.convert.fields import data_type
from mopsctl_salesforce.convert.fields import formula as as_formula
from mopsctl_salesforce.convert.work import Draft, Work

SETTINGS = frozenset({"formula", "band_field"})
BLANKS = "BlankAsBlank"  # under BlankAsZero an empty number could not be told from 0
_KEPT = ("label", "description", "help", "sensitivity", "compliance", "usage", "scale", "precision")


def add(work: Work, score: Score, all_scores: Sequence[Score]) -> None:
    """Take in one model on one object."""
    for name in sorted(score.settings.keys() - SETTINGS):
        work.say(
            "SF030", "error", f"Salesforce has no scoring setting '{name}'.", score.origin.source, hint=_settings_hint()
        )
    if _decided_here(work, score):
        _rules(work, score)
    _bands(work, score)
    _grade(work, score, all_scores)
    if agreed := agreements.of_score(score):
        name, title = f"{score.object}.{score.name}.agreements", f"agreements on {score.title} on {score.object}"
        steps = ("Setup > Flows: build what keeps to this.", *agreed)
        work.manual("automation", name, "scoring.engagement", score.origin, title=title, steps=steps)


def _settings_hint() -> str:
    return f"there are {', '.join(sorted(SETTINGS))}"


def _decided_here(work: Work, score: Score) -> bool:
    asked = score.settings.get("formula")
    if isinstance(asked, bool):
        return asked
    return is_ours(work, work.drafts.get(f"{score.object}.{score.field}"))


def is_ours(work: Work, draft: Draft | None) -> bool:
    """True where Salesforce is the one that decides the field."""
    return draft is None or draft.field.owner in ("", work.connection.system)


def _rules(work: Work, score: Score) -> None:
    problems = list(_problems(score))
    result = _number_type(work, score)
    source = "" if problems else compiled(score)
    if result == "Percent":
        source = f"({source}) / 100"
    problems += [(score.origin, each) for each in too_large(source, {})]
    if problems:
        _manual(work, score, problems)
        return
    warn_of_size(work, score.origin, f"{score.object}.{score.field}", formula_size.compiled_size(source))
    draft = _draft(work, score.object, score.field, score)
    overlay(work, draft, result, source)
    draft.capability = "scoring.fit"


def too_large(source: str, formulas: Mapping[str, int]) -> Iterator[str]:
    """What makes a formula too large, given the sizes of the formulas it reads."""
    if len(source) > formula_size.LONGEST_SOURCE:
        yield (
            f"its formula would have {len(source)} characters, and Salesforce takes {formula_size.LONGEST_SOURCE}; a table of that"
            " size can be split over two models whose sum is a third field"
        )
    elif (size := formula_size.compiled_size(source, formulas)) > formula_size.LARGEST_COMPILED:
        yield (
            f"its formula would compile to about {size:,} characters, and Salesforce takes {formula_size.LARGEST_COMPILED:,}: each"
            " line of a table costs some 75"
        )


def warn_of_size(work: Work, origin: Origin, where: str, size: int) -> None:
    """Say where an org may find a formula too large."""
    if size > formula_size.USUAL_COMPILED:
        work.say(
            "SF032",
            "warning",
            f"The formula of {where} may compile to {size:,} characters; the usual limit of an org is"
            f" {formula_size.USUAL_COMPILED:,}.",
            origin.source,
            hint="let Salesforce check the plan before you apply it, or use fewer words and lines per rule",
        )


def _number_type(work: Work, score: Score) -> str:
    draft = work.drafts.get(f"{score.object}.{score.field}")
    return data_type(draft.field) if draft else "Number"


def _draft(work: Work, object_name: str, name: str, score: Score) -> Draft:
    """The draft of a field, made where no catalogue has it."""
    key = f"{object_name}.{name}"
    if key not in work.drafts:
        label = name.removesuffix("__c").replace("_", " ")
        field = Field(score.origin, score.concept, object_name, name, "", "computed", label, role="band")
        work.drafts[key] = Draft(field, {"label": label}, "scoring.bands")
    return work.drafts[key]


def overlay(work: Work, draft: Draft, result: str, source: str) -> None:
    """Make the field a formula; it waits for the fields that it reads."""
    kept: dict[str, Json] = {name: draft.attributes[name] for name in _KEPT if name in draft.attributes}
    if result == "Text":
        kept.pop("scale", None)
        kept.pop("precision", None)
    draft.attributes = {**kept, **as_formula(result, source), "blanks": BLANKS}
    known = {name for name in work.drafts if name.startswith(f"{draft.field.object}.")}
    for name in sorted(known):
        if work.drafts[name].custom and work.drafts[name] is not draft and name.partition(".")[2] in source:
            draft.needs.add(work.field_address(name))


def _problems(score: Score) -> Iterator[tuple[object, str]]:
    if score.exclude is not None:
        try:
            formula.condition(score.exclude, score.fields)
        except formula.Inexpressible as error:
            yield score.origin, f"the exclusion: {error}"
    for group in score.groups:
        if group.decay_percent or group.decay_points:
            yield group, f"the group {group.key} loses points over time, and a formula has no memory"
        for rule in group.rules:
            if not rule.disabled:
                try:
                    term(rule, score)
                except formula.Inexpressible as error:
                    yield rule, f"the rule {rule.key}: {error}"


def _manual(work: Work, score: Score, problems: Sequence[tuple[object, str]]) -> None:
    where = f"{score.object}.{score.field}"
    row = "scoring.fit" if score.dimension == "fit" else "scoring.engagement"
    for place, reason in problems:
        work.say(
            "SF031",
            "warning",
            f"{score.title} cannot be a formula on {where}: {reason}.",
            getattr(place, "source", score.origin.source),
            hint="let another system compute it and own the field, or build the score by hand",
        )
    steps = [f"Setup > Flows > New Flow: compute {where} by these rules, and activate the flow."]
    steps += [_spoken(score, rule) for group in score.groups for rule in group.rules if not rule.disabled]
    steps += [_spoken_cap(group) for group in score.groups if group.cap_min is not None or group.cap_max is not None]
    steps.append(f"The result stays between {formula.number(score.minimum)} and {formula.number(score.maximum)}.")
    name = f"{score.object}.{score.name}"
    work.manual("automation", name, row, score.origin, title=f"{score.title} on {where}", steps=tuple(steps))


def _spoken(score: Score, rule: Rule) -> str:
    points = formula.number(rule.points)
    if rule.when is not None:
        return f"{rule.key}: {points} points when {spoken.condition(rule.when, score.fields)}."
    if rule.field is not None:
        of = score.fields.get(rule.field)
        spelled = [(spoken.value(of, value) if of else value, each) for value, each in rule.points_by_value]
        table = ", ".join(f"{value} {formula.number(each)}" for value, each in spelled)
        return f"{rule.key}: points by {spoken.named(rule.field, score.fields)}: {table}; otherwise {formula.number(rule.otherwise or 0)}."
    if rule.inactive_days is not None:
        return f"{rule.key}: {points} points after {rule.inactive_days} days without activity."
    return (
        f"{rule.key}: {points} points for {rule.event}{f', at most {rule.max_times} times' if rule.max_times else ''}."
    )


def _spoken_cap(group: RuleGroup) -> str:
    low = f"at least {formula.number(group.cap_min)}" if group.cap_min is not None else ""
    high = f"at most {formula.number(group.cap_max)}" if group.cap_max is not None else ""
    return f"The group {group.key} gives {' and '.join(part for part in (low, high) if part)} points."


def compiled(score: Score) -> str:
    """The model as one formula: groups with their caps, the range, the exclusion. Raises Inexpressible."""
    parts = [_group(group, score) for group in score.groups]
    total = " + ".join(part for part in parts if part) or "0"
    total = f"MIN({formula.number(score.maximum)}, MAX({formula.number(score.minimum)}, {total}))"
    if _has_fractions(score):
        total = f"ROUND({total}, 0)"
    if score.exclude is None:
        return total
    return f"IF({formula.condition(score.exclude, score.fields)}, {formula.number(score.default)}, {total})"


def _has_fractions(score: Score) -> bool:
    points = [rule.points for group in score.groups for rule in group.rules]
    points += [each for group in score.groups for rule in group.rules for _, each in rule.points_by_value]
    return any(not float(each).is_integer() for each in points)


def _group(group: RuleGroup, score: Score) -> str:
    terms = [term(rule, score) for rule in group.rules if not rule.disabled]
    if not terms:
        return ""
    total = " + ".join(terms)
    if group.cap_min is not None:
        total = f"MAX({formula.number(group.cap_min)}, {total})"
    if group.cap_max is not None:
        total = f"MIN({formula.number(group.cap_max)}, {total})"
    return total


def term(rule: Rule, score: Score) -> str:
    """One rule as a formula that gives its points. Raises Inexpressible."""
    if rule.when is not None:
        return f"IF({formula.condition(rule.when, score.fields)}, {formula.number(rule.points)}, 0)"
    if rule.field is None:
        subject = "a time without activity" if rule.inactive_days is not None else "activities"
        raise formula.Inexpressible(f"a formula cannot count {subject}")
    return _table(rule, formula.field_of(rule.field, "field", score.fields))


def _table(rule: Rule, field: Field) -> str:
    otherwise = formula.number(rule.otherwise or 0)
    sort = formula.sort_of(field)
    if sort in ("multi", "long", "reference", "time"):
        raise formula.Inexpressible(f"{field.name} can hold what a table of points has no line for")
    if sort == "bool":
        points = {str(value).lower(): each for value, each in rule.points_by_value}
        yes, no = (formula.number(points[key]) if key in points else otherwise for key in ("true", "false"))
        return f"IF({field.name}, {yes}, {no})"
    cases = ", ".join(
        f"{_case(field, value, sort)}, {formula.number(points)}" for value, points in rule.points_by_value
    )
    return f"CASE({field.name}, {cases}, {otherwise})"


def _case(field: Field, value: str, sort: formula.Sort) -> str:
    if sort in ("date", "datetime"):
        return formula.literal(field, value)
    if sort != "number":
        return formula.text(formula.spelled(field, value))
    try:
        return formula.literal(field, float(value))
    except ValueError:
        raise formula.Inexpressible(f"'{value}' is no number, and {field.name} is one") from None


def _bands(work: Work, score: Score) -> None:
    name = score.settings.get("band_field")
    if not name or not score.bands:
        return
    _text_of_bands(work, score, str(name), _banded(work, score), [score])


def _text_of_bands(work: Work, score: Score, name: str, source: str, scores: Sequence[Score]) -> None:
    """A formula that reads scores: where these are formulas themselves, each band reads them whole once more."""
    known = {each.field: work.drafts.get(f"{each.object}.{each.field}") for each in scores}
    read = {field: str(draft.attributes.get("formula") or "") for field, draft in known.items() if draft is not None}
    sizes = {field: formula_size.compiled_size(text) for field, text in read.items() if text}
    if problem := next(too_large(source, sizes), ""):
        _band_by_hand(work, score, name, problem)
        return
    warn_of_size(work, score.origin, f"{score.object}.{name}", formula_size.compiled_size(source, sizes))
    overlay(work, _draft(work, score.object, name, score), "Text", source)


def _band_by_hand(work: Work, score: Score, name: str, reason: str) -> None:
    where = f"{score.object}.{name}"
    hint = f"let a flow write {where} when {score.field} changes, or use fewer bands"
    work.say("SF031", "warning", f"{where} cannot be a formula: {reason}.", score.origin.source, hint=hint)
    lines = [f"From {formula.number(low)} on: {label}." for label, low in score.bands]
    steps = (f"Setup > Flows > New Flow: write {where} by the value of {score.field}, and activate the flow.", *lines)
    work.manual("automation", f"{where}.bands", "scoring.bands", score.origin, title=f"Bands in {where}", steps=steps)


def _banded(work: Work, score: Score) -> str:
    """The label of the band that the score is in; a score in percent is read as the fraction that formulas see."""
    percent = _number_type(work, score) == "Percent"
    bands = ((label, formula.fraction(low) if percent else low) for label, low in score.bands)
    return formula.banded(score.field, bands)


def _grade(work: Work, score: Score, all_scores: Sequence[Score]) -> None:
    """Both letters in one text: the band of fit, then the band of engagement."""
    if not score.grade_with or not score.grade_field or not score.bands:
        return
    partner = next((each for each in all_scores if each.name == score.grade_with and each.object == score.object), None)
    draft = work.drafts.get(f"{score.object}.{score.grade_field}")
    if partner is None or not partner.bands or draft is None or not is_ours(work, draft):
        return
    fit, engagement = (score, partner) if score.dimension == "fit" else (partner, score)
    halves = [_banded(work, each) for each in (fit, engagement)]
    _text_of_bands(work, score, score.grade_field, " & ".join(halves), (fit, engagement))
