"""The work list of manual steps: whatever the words of a step are, they stay words in every format."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from mopsctl.engine import worklist as judging
from mopsctl.engine.plan import Plan
from mopsctl.engine.steps import Step, gathered
from mopsctl.render import worklist
from mopsctl.render.text.page import Screen
from mopsctl.state.worklist import Attestation, WorkList
from tests.render import samples

NARROW = Screen(80, verbose=True)
SAID = Attestation("", samples.HOSTILE_TEXT, samples.HOSTILE_TEXT, "2026-11-02")


def hostile() -> tuple[Plan, tuple[Step, ...]]:
    """A plan with hostile words, and its steps: one open, one attested with such words."""
    plan = samples.HOSTILE
    first = next(change for change in plan.changes if change.has_steps)
    other = replace(first, address=samples.at("hubspot:subscription/other"), title="=1+1")
    plan = replace(plan, changes=(first, other))
    said = {other.id: replace(SAID, fingerprint=other.step_fingerprint)}
    plan = judging.marked(plan, WorkList(plan.stack, plan.environment, attested=said), "2026-11-03")
    found = gathered(plan.changes)
    assert [each.state for each in found] == ["new", "attested"]
    return plan, found


def test_text_has_no_terminal_sequences_and_stays_within_the_screen() -> None:
    said = worklist.text(*hostile(), NARROW)
    assert not {character for character in said if character != "\n" and not character.isprintable()} - {"\u00a0"}
    assert max(map(len, said.splitlines())) <= 80
    assert "red" in said


def test_markdown_has_no_markup_of_a_step_and_calls_nobody() -> None:
    said = worklist.markdown(*hostile(), NARROW)
    assert "<script>" not in said
    assert "@everyone" not in said.replace("\\", "").replace("@\u200b", "")
    assert len([line for line in said.splitlines() if line.startswith("- [")]) == 2
    assert "\n# head" not in said


def test_a_table_has_a_row_for_each_step_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(worklist.table(*hostile(), NARROW))))
    assert len(rows) == 3
    assert {len(row) for row in rows} == {len(rows[0])}
    assert rows[2][rows[0].index("title")] == "'=1+1"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_json_keeps_the_words_as_they_are() -> None:
    plan, found = hostile()
    steps = json.loads(worklist.json(plan, found, NARROW))["steps"]
    assert steps[0]["title"] == samples.HOSTILE_TEXT
    assert steps[1]["stateWhy"] == f"attested by {samples.HOSTILE_TEXT} on 2026-11-02: {samples.HOSTILE_TEXT}"


def on_one_screen() -> tuple[Plan, tuple[Step, ...]]:
    """Hostile words of two rows on a screen that has a hostile name."""
    plan, found = hostile()
    plan = replace(plan, changes=tuple(replace(step.first, screen=samples.HOSTILE_TEXT) for step in found))
    assert len(gathered(plan.changes)) == 1
    return plan, gathered(plan.changes)


def test_a_screen_is_one_step_whose_words_stay_words() -> None:
    text = worklist.text(*on_one_screen(), NARROW)
    assert not {character for character in text if character != "\n" and not character.isprintable()} - {"\u00a0"}
    assert max(map(len, text.splitlines())) <= 80
    assert "1 step in" in text
    said = worklist.markdown(*on_one_screen(), NARROW)
    assert "<script>" not in said
    assert "@everyone" not in said.replace("\\", "").replace("@\u200b", "")
    assert len([line for line in said.splitlines() if line.startswith("- [")]) == 1
    assert len([line for line in said.splitlines() if line.startswith("  | ")]) == 3
    rows = list(csv.reader(io.StringIO(worklist.table(*on_one_screen(), NARROW))))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
