"""A score as Eloqua's scorecard: criteria with a weight in percent, and points out of 100 per value or frequency.

Eloqua adds, over all criteria, weight times points of the best row. Groups, caps and negative points have no counterpart,
and time frames stand in for decay; what is lost on the way is said row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mopsctl.condition import Condition, Test, tests
from mopsctl.element import Rule, RuleGroup, Score
from mopsctl_eloqua.convert.base import shown, spoken

Row = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """Rows (criterion, weight, value or frequency, points, rule), what is kept out, and what differs from the manifest."""

    rows: tuple[Row, ...]
    exclusions: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    criterion: str
    words: str
    points: float
    rule: str


def of(score: Score) -> Card:
    """The scorecard of a score."""
    rows: list[Row] = []
    said: list[str] = []
    for group in score.groups:
        lines = [line for rule in group.rules if not rule.disabled for line in _lines(score, group, rule)]
        rows += _weighted(score, [line for line in lines if line.points > 0])
        said += _differences(group, lines)
    return Card(tuple(rows), _exclusions(score), tuple(said))


def _weighted(score: Score, lines: Sequence[_Line]) -> list[Row]:
    rows: list[Row] = []
    for criterion in dict.fromkeys(line.criterion for line in lines):
        mine = [line for line in lines if line.criterion == criterion]
        best = max(line.points for line in mine)
        weight = f"{100 * best / score.maximum:.0f} %" if score.maximum else "100 %"
        rows += [(criterion, weight, line.words, f"{100 * line.points / best:.0f}", line.rule) for line in mine]
    return rows


def _lines(score: Score, group: RuleGroup, rule: Rule) -> list[_Line]:
    if rule.field:
        return _table(score, rule)
    if rule.event:
        return _frequencies(group, rule)
    if rule.inactive_days is not None:
        return [_Line("any activity", f"none within the last {rule.inactive_days} days", rule.points, rule.key)]
    if rule.when is not None:
        return [_Line(_criterion(score, rule.when), spoken(rule.when, score.fields), rule.points, rule.key)]
    return []


def _table(score: Score, rule: Rule) -> list[_Line]:
    criterion = shown(rule.field or "", score.fields)
    lines = [_Line(criterion, f"is '{value}'", points, rule.key) for value, points in rule.points_by_value]
    if rule.otherwise:
        lines.append(_Line(criterion, "is anything else", rule.otherwise, rule.key))
    return lines


def _frequencies(group: RuleGroup, rule: Rule) -> list[_Line]:
    """One row per frequency and time frame, the best first, as the model takes the first that fits."""
    details = ", ".join(f"{name} {value}" for name, value in rule.where)
    criterion = f"{rule.event} ({details})" if details else str(rule.event)
    most = rule.max_times or 1
    lines = []
    for share, frame in _frames(group, rule):
        for times in range(most, 0, -1):
            words = f"at least {times} times" if times > 1 else "at least 1 time"
            lines.append(_Line(criterion, f"{words}{frame}", rule.points * times * share, rule.key))
    return lines


def _frames(group: RuleGroup, rule: Rule) -> list[tuple[float, str]]:
    days = group.decay_days
    if not group.decay_percent or not days:
        return [(1.0, f" within the last {rule.within_days} days" if rule.within_days else "")]
    frames = []
    share, age = 1.0, days
    while share > 0.001 and (rule.within_days is None or age - days < rule.within_days):
        frames.append((share, f" within the last {age} days"))
        share, age = share - group.decay_percent / 100, age + days
    return frames


def _differences(group: RuleGroup, lines: Sequence[_Line]) -> list[str]:
    said = [
        f"the rule '{key}' takes points off, and a criterion of Eloqua only gives them; it is left out."
        for key in dict.fromkeys(line.rule for line in lines if line.points < 0)
    ]
    if group.cap_max is not None and sum(_best(lines).values()) > group.cap_max:
        said.append(f"the group '{group.key}' stops at {group.cap_max:g}; Eloqua has no cap over several criteria.")
    if group.cap_min is not None and group.cap_min < 0:
        said.append(f"the group '{group.key}' stops at {group.cap_min:g}; Eloqua has no cap over several criteria.")
    if group.decay_percent:
        said.append(
            f"the points of '{group.key}' fade by {group.decay_percent:g} % every {group.decay_days} days; Eloqua has no"
            " decay, so they fall in steps at the end of each time frame."
        )
    return said


def _best(lines: Sequence[_Line]) -> dict[str, float]:
    best: dict[str, float] = {}
    for line in lines:
        best[line.criterion] = max(best.get(line.criterion, 0), line.points)
    return best


def _exclusions(score: Score) -> tuple[str, ...]:
    found = [f"contacts where {spoken(score.exclude, score.fields)}"] if score.exclude is not None else []
    return (*found, *(f"events with the flag '{flag}'" for flag in score.ignore_flags))


def _criterion(score: Score, when: Condition) -> str:
    asked = [test for test in tests(when) if test.subject == "field"]
    names = dict.fromkeys(shown(test.name, score.fields) for test in asked)
    return " and ".join(names) or _subject(next(iter(tests(when)), None))


def _subject(test: Test | None) -> str:
    return test.name or test.subject if test else "contact"
