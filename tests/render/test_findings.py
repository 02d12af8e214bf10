"""A finding about several things is one finding with places for people, and one result for each place for programs."""

from __future__ import annotations

import json
from dataclasses import replace

from mopsctl.diagnostics import Diagnostic, Source
from mopsctl.render import html, junit, markdown, sarif
from mopsctl.render import text as words
from mopsctl.render.text.page import Screen
from tests.render import samples

FOUND = tuple(
    Diagnostic("SC008", "warning", f"The group '{name}' has no cap.", Source("a.yaml", line), "give it a field")
    for line, name in ((3, "role"), (7, "<b>|*x*"))
)
PLAN = replace(samples.EMPTY, verdicts=FOUND)


def test_text_says_it_once_with_its_places() -> None:
    said = words.plan(PLAN, Screen())
    assert said.count("has no cap") == said.count("give it a field") == 1
    assert "at: a.yaml:3:1 'role'" in said
    assert "at: a.yaml:7:1 '<b>|*x*'" in said
    assert "2 warnings" in said


def test_markdown_says_it_once_with_its_places_and_stays_inert() -> None:
    said = markdown.plan(PLAN)
    assert said.count("has no cap") == said.count("give it a field") == 1
    assert "a.yaml:3:1" in said
    assert "a.yaml:7:1" in said
    assert "<b>" not in said
    assert "*x*" not in said.replace("\\*x\\*", "")


def test_html_says_it_once_with_its_places_and_stays_inert() -> None:
    said = html.plan(PLAN)
    assert said.count("has no cap") == said.count("give it a field") == 1
    assert "a.yaml:3:1" in said
    assert "a.yaml:7:1" in said
    assert "<b>" not in said


def test_programs_get_one_result_for_each_place() -> None:
    assert len(json.loads(sarif.findings(FOUND))["runs"][0]["results"]) == 2
    assert junit.findings("m", FOUND).count("has no cap") >= 2
