"""Text: nothing is lost or broken between words at any width, and nothing that was read can act on the terminal."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mopsctl.diagnostics import Diagnostic, Source
from mopsctl.engine.plan import Change
from mopsctl.render import html, markdown, text
from mopsctl.render.text import record
from mopsctl.render.text.page import Page, Screen
from mopsctl.resource import FieldChange
from tests.render import samples

ESCAPE = "\x1b"


def lines(plan_name: str, width: int, *, color: bool = False, verbose: bool = True) -> list[str]:
    return text.plan(samples.PLANS[plan_name], Screen(width, color=color, verbose=verbose)).splitlines()


@pytest.mark.parametrize("width", [50, 60, 80, 120, 200])
@pytest.mark.parametrize("name", sorted(samples.PLANS))
def test_a_line_is_too_long_only_where_one_word_is(name: str, width: int) -> None:
    for line in lines(name, width, verbose=False):
        assert cell_len(line) <= width or len(line[30:].split()) <= 2, line


@pytest.mark.parametrize("name", sorted(samples.PLANS))
def test_the_words_are_the_same_at_every_width(name: str) -> None:
    """But for the dot between an address and its source, which part where one line is too short for both."""
    words = [" ".join(lines(name, width)).replace(" · ", " ").split() for width in (40, 80, 120, 4000)]
    assert words[:3] == [words[3]] * 3


@pytest.mark.parametrize("name", sorted(samples.PLANS))
def test_colour_is_never_the_only_signal(name: str) -> None:
    coloured = "\n".join(lines(name, 80, color=True))
    assert ESCAPE + "[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured).splitlines() == lines(name, 80)


@pytest.mark.parametrize("name", sorted(samples.PLANS))
def test_plain_text_has_no_control_characters(name: str) -> None:
    assert [char for line in lines(name, 80) for char in line if not char.isprintable() and char != "\u00a0"] == []


def test_what_was_read_cannot_colour_the_terminal() -> None:
    coloured = "\n".join(lines("hostile", 80, color=True))
    assert r"\x1b[31mred\u202e" in coloured
    assert ESCAPE + "[31mred" not in coloured


def test_the_same_plan_is_the_same_text() -> None:
    assert text.plan(samples.RICH, Screen()) == text.plan(samples.RICH, Screen())


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80), st.integers(20, 100))
def test_a_page_takes_any_text(said: str, width: int) -> None:
    page = Page(Screen(width))
    page.line(said, (said, "bold"), indent=3, lead=(said[:5], "red"))
    shown = page.text()
    assert all(line.isprintable() or "\u00a0" in line or not line.isascii() for line in shown.splitlines())
    assert not set(shown) & {ESCAPE, "\r", "\x07", "\x9b", "\u202e", "\u2028"}


def test_wide_characters_count_double() -> None:
    page = Page(Screen(30))
    page.line("名前 " * 12)
    assert all(cell_len(line) <= 30 for line in page.text().splitlines())


def test_blank_lines_never_stand_at_the_start_or_in_pairs() -> None:
    page = Page(Screen())
    page.blank()
    page.line("one")
    page.blank()
    page.blank()
    page.line("two")
    page.blank()
    assert page.text() == "one\n\ntwo\n"


def test_an_empty_page_is_no_text() -> None:
    assert Page(Screen()).text() == ""


def test_nothing_pending_is_said_in_words_before_the_steps() -> None:
    said = text.plan(samples.QUIET, Screen(80))
    assert "Nothing to add, change or remove.\n" in said
    assert said.index("Nothing to add") < said.index("Manual steps (1)")


def test_an_unreadable_system_is_never_called_unchanged() -> None:
    said = text.plan(replace(samples.UNREADABLE, changes=()), Screen(80))
    assert "Nothing to add" not in said
    assert "Salesforce: The session expired" in said
    assert "never taken for absent" in said


def test_what_cannot_be_undone_stands_first() -> None:
    said = text.plan(samples.RICH, Screen(80))
    assert said.index("Cannot be undone (2)") < said.index("HubSpot")
    assert "Cannot be undone" not in text.plan(replace(samples.RICH, changes=(samples.ADD_PROPERTY,)), Screen(80))


def test_why_something_cannot_be_undone_is_said_once_for_all_it_holds_for() -> None:
    again = replace(samples.ADD_MARKETO, address=samples.at("marketo:field/person.grade"), title="Grade")
    plan = replace(samples.RICH, changes=(samples.ADD_MARKETO, samples.REMOVE, again))
    for said in (text.plan(plan, Screen(80)), markdown.plan(plan), html.plan(plan)):
        head, listed = said.partition("Cannot be undone")[2].split("no, it is deleted for good:", 1)
        assert head.count("no, a Marketo field can be hidden, never deleted:") == 1
        assert head.index("person.businessUnit") < head.index("person.grade")
        assert "Old_Score__c" in listed


def test_steps_are_numbered_per_system() -> None:
    moved = replace(samples.MANUAL, address=samples.at("marketo:program/nurture"))
    plan = replace(samples.RICH, changes=(samples.MANUAL, samples.MANUAL_DIFFERS, moved))
    numbers = re.findall(r"^  (\d+)\. ", text.plan(plan, Screen(80)), flags=re.MULTILINE)
    assert numbers == ["1", "2", "1"]


def test_steps_of_a_written_change_are_listed_too() -> None:
    change = replace(samples.ADD_PROPERTY, steps=("Publish the score on its screen.",))
    said = text.plan(replace(samples.RICH, changes=(change,)), Screen(80))
    assert "+ add HubSpot property Business unit" in said
    assert "Publish the score on its screen." in said[said.index("Manual steps (1)") :]


def test_verdicts_are_sorted_by_level() -> None:
    said = text.plan(samples.RICH, Screen(120))
    assert said.index("  error    lifecycle/person.yaml:24:5 LC018 Stage") < said.index("  warning  mappings/")
    assert said.index("  warning  mappings/") < said.index("  note     hubspot:")


def test_a_long_value_is_shortened_with_a_way_to_see_more() -> None:
    story = "word " * 200
    change: Change = replace(samples.ADD_PROPERTY, fields=(FieldChange(("description",), None, story),))
    plan = replace(samples.RICH, changes=(change,))
    short = text.plan(plan, Screen(80))
    assert "(1,000 characters; -v shows all)" in short
    assert short.count("word") < 40
    assert text.plan(plan, Screen(80, verbose=True)).count("word") == 200


def test_many_values_are_counted_in_an_addition_but_named_in_a_change() -> None:
    fields = tuple(FieldChange(("options", f"v{number:03}"), None, {"label": "x"}) for number in range(40))
    added = text.plan(replace(samples.RICH, changes=(replace(samples.ADD_PROPERTY, fields=fields),)), Screen(80))
    assert "and 28 more (-v shows all)" in added
    changed = text.plan(replace(samples.RICH, changes=(replace(samples.CHANGE_VALUES, fields=fields),)), Screen(80))
    assert len(re.findall(r"\+ option v\d{3} x", changed)) == 40


def test_the_reason_of_a_step_is_said_once_on_each_system() -> None:
    ours = replace(samples.MANUAL, why="The screen has no API.", check="attest", owner="ops")
    steps = [
        replace(ours, address=samples.at(f"{system}:setting/{name}"))
        for system in ("hubspot", "marketo")
        for name in "ab"
    ]
    said = text.plan(replace(samples.RICH, changes=tuple(steps)), Screen(100))
    assert said.count("why: The screen has no API.") == said.count("why: as for step 1\n") == 2
    assert said.count("verified: by nobody: no API shows it") == said.count("verified: by nobody\n") == 2


def test_drift_claims_only_what_was_compared() -> None:
    quiet = replace(samples.RICH, changes=(), drift=())
    assert record.drift(quiet, Screen(120)).startswith(
        "Nothing moved on the systems of production since the last apply."
    )
    never = replace(quiet, inputs=replace(quiet.inputs, lineage=""))
    assert record.drift(never, Screen(120)).startswith("Nothing was applied to production yet")
    unread = record.drift(replace(samples.UNREADABLE, drift=()), Screen(120))
    assert "Nothing moved on the systems of production that could be read since" in unread


def test_the_last_line_of_an_apply_counts_what_is_left_by_hand() -> None:
    assert "; 1 step left to do manually. Plan" in text.applied(samples.PARTLY, Screen(120))
    assert "by hand" not in text.applied(samples.DONE, Screen(120))


def test_a_person_reads_the_key_they_pressed() -> None:
    said = text.applied(replace(samples.PARTLY, interrupted="SIGINT"), Screen(120))
    assert "Interrupted by Ctrl-C: 1 done" in said


def test_a_finding_without_rule_place_or_hint_is_one_sentence() -> None:
    page_text = text.plan(replace(samples.RICH, verdicts=(Diagnostic("", "error", "Too many."),)), Screen(80))
    assert "  error    Too many.\n" in page_text


def test_a_finding_reads_place_rule_sentence() -> None:
    found = Diagnostic("LC001", "warning", "It is odd.", Source("a.yaml", 3, 4), "fix it")
    said = text.plan(replace(samples.RICH, verdicts=(found,)), Screen(80))
    assert "  warning  a.yaml:3:4 LC001 It is odd.\n           hint: fix it\n" in said


def test_what_to_type_next_comes_last() -> None:
    said = text.plan(samples.RICH, Screen(80), ("mopsctl apply plan.json", "or look again"))
    assert said.endswith("Next: mopsctl apply plan.json\n      or look again\n")
    assert "Next:" not in text.plan(samples.RICH, Screen(80))


def test_a_selection_without_a_system_says_so() -> None:
    assert "No system is selected, so none was read." in text.plan(replace(samples.EMPTY, systems=()), Screen(80))


def test_thousands_of_changes_are_one_page_in_every_format() -> None:
    assert len(markdown.plan(samples.THOUSANDS).encode()) <= 60_000
    assert "entries left out here: mopsctl show PLAN -v" in markdown.plan(samples.THOUSANDS)
    for said in (text.plan(samples.THOUSANDS, Screen(80)), html.plan(samples.THOUSANDS)):
        assert all(f"Field {number:04}" in said for number in range(2000))
