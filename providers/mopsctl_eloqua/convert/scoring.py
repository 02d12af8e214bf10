"""Scoring: the model is compared by name, status and export fields; its criteria become a table to copy."""

from __future__ import annotations

from collections.abc import Sequence

from mopsctl.element import Agreement, Score
from mopsctl.provider import agreements
from mopsctl.resource import Json
from mopsctl_eloqua.convert import scorecard
from mopsctl_eloqua.convert.base import Draft
from mopsctl_eloqua.names import CONTACT
from mopsctl_eloqua.screens import PROGRAMS, SCORING

EXPORT_FIELDS = ["EngagementScore", "ProfileScore", "Rating"]
ACTIVE = "active"
_BANDS = {"fit": ("A", "B", "C", "D"), "engagement": ("1", "2", "3", "4")}


def convert(draft: Draft, scores: Sequence[Score]) -> None:
    """Add the models that the scores belong to, and one table of criteria per score."""
    for score in scores:
        if score.object != CONTACT:
            message = f"Eloqua scores contacts only: {score.title} on {score.object} stays in the manifests."
            draft.say("EL011", "note", message, score.origin.source)
    ordered = sorted((score for score in scores if score.object == CONTACT), key=lambda each: each.name)
    models: dict[str, list[Score]] = {}
    for score in ordered:
        models.setdefault(model_of(score, ordered), []).append(score)
        _bands(draft, score)
    for name, parts in sorted(models.items()):
        _model(draft, name, parts)
        for score in parts:
            _criteria(draft, name, score)


def agreements_of(draft: Draft, found: Sequence[Agreement]) -> None:
    """Scores that are made of others: programs that keep them."""
    for each in sorted(found, key=lambda one: (one.name, one.object)):
        draft.add(
            draft.made(
                each.origin,
                "program",
                f"{each.name}/sum",
                each.title,
                {"steps": list(each.steps)},
                mode="manual",
                cell="scoring.engagement",
                steps=(f"In {PROGRAMS}, open or make the contact program '{each.title}'.", *each.steps),
            )
        )


def model_of(score: Score, scores: Sequence[Score]) -> str:
    """The name of Eloqua's model: the setting `model`, else that of the score it is graded with, else the fit score's title."""
    partners = [
        other
        for other in scores
        if other.name != score.name and (other.name == score.grade_with or other.grade_with == score.name)
    ]
    for each in (score, *partners):
        if each.settings.get("model"):
            return str(each.settings["model"])
    fit = next((each for each in (score, *partners) if each.dimension == "fit"), score)
    return fit.title


def _model(draft: Draft, name: str, parts: Sequence[Score]) -> None:
    draft.add(
        draft.made(
            parts[0].origin,
            "scoring-model",
            name,
            name,
            {"status": ACTIVE, "fields": list(EXPORT_FIELDS)},
            mode="verify",
            cell="scoring.bands",
            steps=(
                f"In {SCORING}, open the model '{name}', or make it with Create a Lead Scoring Model.",
                f"Activate the model '{name}', so that it shows {', '.join(EXPORT_FIELDS)}.",
            ),
        )
    )


def _criteria(draft: Draft, model: str, score: Score) -> None:
    card = scorecard.of(score)
    for message in card.differences:
        draft.say(
            "EL014", "note", f"{score.title}: {message}", score.origin.source, "see the manual table of the score"
        )
    content: dict[str, Json] = {
        "model": model,
        "rows": [list(row) for row in card.rows],
        "bands": dict(score.bands),
        "exclude": list(card.exclusions),
    }
    draft.add(
        draft.made(
            score.origin,
            "scoring-criteria",
            score.name,
            score.title,
            content,
            mode="manual",
            cell="scoring.fit" if score.dimension == "fit" else "scoring.engagement",
            steps=(*_opening(model, score), *_rows(card), *_closing(score, card)),
        )
    )


def _opening(model: str, score: Score) -> tuple[str, ...]:
    tab = "Profile" if score.dimension == "fit" else "Engagement"
    return (f"In {SCORING}, open the model '{model}', tab {tab}, and copy the rows below into it, one criterion each.",)


def _rows(card: scorecard.Card) -> list[str]:
    head = "Criterion | weight | value or frequency | points | declared as"
    return [head, *(" | ".join(row) for row in card.rows)]


def _closing(score: Score, card: scorecard.Card) -> list[str]:
    steps = [f"Leave out of the model: {each}." for each in card.exclusions]
    steps += agreements.of_score(score)
    steps += [f"Mind the difference: {message}" for message in card.differences]
    if score.bands:
        shown = ", ".join(f"{label} from {lowest:g}" for label, lowest in score.bands)
        steps.append(f"Set the thresholds of the model to {shown}, out of {score.maximum:g}.")
    part = "ProfileScore" if score.dimension == "fit" else "EngagementScore"
    steps.append(f"Keep {score.field} filled from the model's {part}: no score field of a model is a contact field.")
    if score.grade_field:
        steps.append(f"Keep {score.grade_field} filled from the model's Rating in the same way.")
    return steps


def _bands(draft: Draft, score: Score) -> None:
    fixed = _BANDS[score.dimension]
    labels = tuple(label for label, _ in score.bands)
    if labels and labels != fixed:
        message = (
            f"Eloqua rates {score.dimension} from {fixed[0]} to {fixed[-1]}; {score.title} has {', '.join(labels)}."
        )
        draft.say("EL013", "warning", message, score.origin.source, f"name the bands {', '.join(fixed)}")
