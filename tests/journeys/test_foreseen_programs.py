"""What Marketo would refuse of the program behind a scoring model is told by the plan: channels, tags, descriptions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys import stories
from tests.journeys.conftest import Run, Stack
from tests.journeys.stories import said

pytestmark = pytest.mark.usefixtures("patient")
patient = stories.patient

MODEL = """kind: ScoringModel
metadata: {name: fit}
spec:
  catalog: person
  dimension: fit
  writes: fit
  range: {min: 0, max: 100}
  groups: [{key: who, rules: [{key: big, when: {field: size, gte: 500}, points: 60}]}]
  in: {marketo: {folder: Kit, program: Kit fit%s}}
"""
FIELDS = (
    "{key: size, type: integer, label: Employees, in: {marketo: size}}\n"
    "    - {key: fit, type: integer, label: Fit, in: {marketo: fit}}"
)
PROGRAM = "marketo:program/Kit fit"
Story = Callable[[str], Stack]


@pytest.fixture
def story(tmp_path: Path, run: Callable[..., Run]) -> Story:
    """Makes a stack with a model that has more settings for Marketo."""

    def made(more: str) -> Stack:
        files = {
            "catalog/person.yaml": stories.catalog(FIELDS, bind="marketo: person"),
            "scoring/fit.yaml": MODEL % more,
        }
        return stories.stack(tmp_path / "story", run, "marketo", files)

    return made


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (", channel: Webinar", "the channel 'Webinar' is for programs of the type Event"),
        (", program_type: Event", "the channel 'Operational' is for programs of the type Default"),
        (", tags: {Region: Mars}", "the tag 'Region' has no value 'Mars'"),
    ],
)
def test_a_channel_and_a_tag_that_do_not_fit(story: Story, more: str, words: str) -> None:
    stack = story(more)
    plan = stack.plan()
    (message,) = said(plan, "MK037")
    assert words in message
    assert PROGRAM not in [each["address"] for each in plan["changes"]]
    assert stack.apply().code == 3


@pytest.mark.parametrize(
    "more", ["", ", program_type: Event, channel: Webinar", ", tags: {Region: EMEA}, channel: Content"]
)
def test_a_program_that_fits(story: Story, more: str) -> None:
    stack = story(more)
    assert said(stack.plan(), "MK037") == []
    assert stack.apply().code == 0
    assert [each for each in stack.plan()["changes"] if each["action"] != "manual"] == []


def test_a_tag_that_every_program_needs(story: Story) -> None:
    stack = story("")
    stack.plan()
    with stack.screen("marketo") as handle:
        handle.do("add_tag_type", name="Owner", values=["Ops"], required=True, sorts="program")
        handle.do("add_tag_type", name="Speaker", values=["Ann"], required=True, sorts="event")
    (message,) = said(stack.plan(), "MK037")
    assert "it requires the tag 'Owner' of every program" in message
    assert "Speaker" not in message
    given = story(", tags: {Owner: Ops}")
    assert given.apply().code == 0
    assert said(given.plan(), "MK037") == []


def test_a_campaign_waits_for_what_it_is_cloned_from(story: Story) -> None:
    stack = story(", template_program: Finished")
    plan = stack.plan()
    clone = "marketo:campaign/Kit fit/Score-big"
    assert not any(each["address"] == clone and each["action"] == "add" for each in plan["changes"])
    assert any("Score-big" in each for each in said(plan, "PL011"))
    assert stack.apply().code == 0
    with stack.screen("marketo") as handle:
        folder = handle.do("add_folder", path="Templates")
        handle.do("add_program", name="Finished", folder=folder)
        handle.do(
            "build_campaign", program="Finished", name="Score-big", triggers=["Data Value Changes"], flow=["Wait"]
        )
    assert [each["action"] for each in stack.plan()["changes"] if each["address"] == clone] == ["add"]
    assert stack.apply().code == 0
    assert [each for each in stack.plan()["changes"] if each["action"] != "manual"] == []


def test_an_unknown_type_of_program_is_refused_without_a_network(story: Story) -> None:
    stack = story(", program_type: Webinar")
    checked = stack.run("validate", stack.folder, "-e", "local")
    assert checked.code == 3
    assert "must be one of Default, Event, Engagement, Email" in " ".join(checked.out.split())


@pytest.mark.parametrize(("length", "code"), [(2000, 0), (2001, 3)])
def test_a_description_that_is_too_long(tmp_path: Path, run: Callable[..., Run], length: int, code: int) -> None:
    row = f"{{key: size, type: integer, label: Employees, description: {'x' * length}, in: {{marketo: size}}}}"
    files = {"catalog/person.yaml": stories.catalog(row, bind="marketo: person")}
    stack = stories.stack(tmp_path / "story", run, "marketo", files)
    assert stack.apply().code == code
    assert stack.run("validate", stack.folder, "-e", "local").code == code
