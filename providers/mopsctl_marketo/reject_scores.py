"""What Marketo would refuse of scoring models, and what they lose on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mopsctl.diagnostics import Diagnostic, Source
from mopsctl.element import Rule, Score
from mopsctl.provider.convert import finding, number
from mopsctl_marketo.convert.common import Context
from mopsctl_marketo.convert.score_parts import campaign_names, computed_here, tokens
from mopsctl_marketo.names import LONGEST_NAME, LONGEST_TOKEN, SCORE_RANGE
from mopsctl_marketo.settings import ScoreSettings, wrong_settings


def of_scores(context: Context, scores: Sequence[Score]) -> Iterator[Diagnostic]:
    """Findings about scoring models; those that Marketo does not compute get one note."""
    here = []
    for score in scores:
        for message, hint in wrong_settings(score.settings):
            yield finding("MK020", "error", message, score.origin.source, hint=hint)
        if score.object != "person":
            message = (
                f"Marketo scores people; the model '{score.name}' on the object '{score.object}' is not held there."
            )
            yield finding("MK021", "warning", message, score.origin.source, hint="bind its field to person")
        elif computed_here(score, context.system):
            here.append(score)
        else:
            yield _elsewhere(score)
    for score in here:
        settings = ScoreSettings.of(score.settings, score.name)
        yield from _names(score, settings)
        yield from _tokens(score, settings)
        yield from _lost(score)
    yield from _same_names(here)


def _elsewhere(score: Score) -> Diagnostic:
    owner = next(each.owner for each in score.fields.values() if each.name == score.field)
    return finding(
        "MK022",
        "note",
        f"{owner} owns '{score.field}', so Marketo gets the field and no rules of the model '{score.name}'.",
        score.origin.source,
        hint="to let Marketo compute it too, give the model settings for Marketo (in: …)",
    )


def _names(score: Score, settings: ScoreSettings) -> Iterator[Diagnostic]:
    named = {"program": settings.program, "template_program": settings.template_program}
    for setting, name in [*named.items(), *(("folder", part) for part in settings.folder.split("/"))]:
        problem = _name_problem(setting, name)
        if problem:
            message = f"Marketo's API cannot look up a {setting.replace('_', ' ')} called '{name[:60]}': {problem}."
            yield finding("MK023", "error", message, score.origin.source, hint=f"set another {setting} for the model")


def _name_problem(setting: str, name: str) -> str:
    if not name:
        return "" if setting == "template_program" else "it has no name"
    if len(name) > LONGEST_NAME:
        return f"it has {len(name)} characters, {LONGEST_NAME} are allowed"
    if "," in name:
        return "it has a comma"
    return "it has a slash" if "/" in name else ""


def _tokens(score: Score, settings: ScoreSettings) -> Iterator[Diagnostic]:
    for token in tokens(score, settings):
        rule = token.part.rule
        if len(token.name) > LONGEST_TOKEN:
            message = f"The token name '{token.name}' has {len(token.name)} characters; Marketo takes {LONGEST_TOKEN}."
            yield _at(score, rule, "SC016", "error", message, "shorten the key of the rule, the value, or token_prefix")
        if not SCORE_RANGE[0] <= token.points <= SCORE_RANGE[1]:
            message = f"The points of '{token.name}' do not fit a score token: {number(token.points)}."
            yield _at(score, rule, "MK024", "error", message, "score tokens hold whole numbers of 32 bits")
        elif token.points != round(token.points):
            yield _fraction(score, settings, token.name, token.points, rule)


def _fraction(score: Score, settings: ScoreSettings, name: str, points: float, rule: Rule) -> Diagnostic:
    if name.startswith(settings.decay_prefix):
        message = (
            f"Marketo adds whole points: each period takes {round(points)} away instead of {number(points)} ('{name}')."
        )
        return _at(score, rule, "SC008", "warning", message, "choose points and percent that come out even")
    message = f"Marketo adds whole points; '{name}' has {number(points)}."
    return _at(score, rule, "MK024", "error", message, "round the points")


def _lost(score: Score) -> Iterator[Diagnostic]:
    """What a scoring model says and Marketo's campaigns cannot do: said, never silently left out."""
    for group in score.groups:
        place = group.source if group.source.file else score.origin.source
        if group.cap_min is not None or group.cap_max is not None:
            message = (
                f"Marketo cannot cap the group '{group.key}' by itself: only the whole score is kept in its range."
            )
            yield finding(
                "SC008", "warning", message, place, hint="give each group a score field of its own, or accept it"
            )
        if group.decay_percent and 100 % group.decay_percent:
            message = f"The decay of the group '{group.key}' ends a little below its points: {number(group.decay_percent)} percent do not divide 100."
            yield finding("SC008", "warning", message, place, hint="use 5, 10, 20, 25 or 50 percent")
        for rule in group.rules:
            if (rule.max_times or 0) > 1:
                message = (
                    f"Marketo cannot stop the rule '{rule.key}' after {rule.max_times} times: it counts once or always."
                )
                yield _at(score, rule, "SC008", "warning", message, "use max_times: 1, or lower its points")
            elif rule.within_days and not rule.max_times:
                message = (
                    f"Marketo cannot limit the rule '{rule.key}' to the last {rule.within_days} days: points stay."
                )
                yield _at(score, rule, "SC008", "warning", message, "add a decay to its group")


def _same_names(scores: Iterable[Score]) -> Iterator[Diagnostic]:
    """Two models in one program must not share a token or a campaign."""
    seen: dict[tuple[str, str], tuple[Score, str]] = {}
    for score in scores:
        settings = ScoreSettings.of(score.settings, score.name)
        names = [(token.name, token.part.rule) for token in tokens(score, settings)]
        names += [
            (name, rule)
            for group in score.groups
            for rule in group.rules
            for name in campaign_names(settings, group, rule)
        ]
        for name, rule in names:
            other, key = seen.setdefault((settings.program, name), (score, rule.key))
            if (other.name, key) != (score.name, rule.key):
                message = f"The rules '{key}' of '{other.name}' and '{rule.key}' of '{score.name}' share '{name}' in one program."
                yield _at(
                    score, rule, "MK025", "error", message, "rename a rule, or set another program or token_prefix"
                )


def _at(score: Score, rule: Rule, code: str, level: str, message: str, hint: str) -> Diagnostic:
    place: Source = rule.source if rule.source.file else score.origin.source
    return finding(code, "error" if level == "error" else "warning", message, place, hint=hint)
