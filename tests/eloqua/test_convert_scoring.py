from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from mopsctl_eloqua import provider

from mopsctl.condition import All
from mopsctl.condition import Test as Question
from mopsctl.element import Element, Field, Origin, Rule, RuleGroup, Score
from mopsctl.provider.contract import Connection, Converted
from mopsctl.resource import Resource

Make = Callable[..., Field]

FIT = Score(
    origin=Origin("ScoringModel/person-fit", owner="marketing-ops"),
    name="person-fit",
    title="Who they are",
    dimension="fit",
    concept="person",
    object="contact",
    field="C_Fit_Score1",
    groups=(
        RuleGroup(
            "role",
            (
                Rule("executive", 45, when=Question("field", "job_title", "has_word", ("chief", "vp"))),
                Rule("manager", 20, when=Question("field", "job_title", "has_word", ("manager",))),
                Rule("student", -60, when=Question("field", "job_title", "has_word", ("student",))),
                Rule("old", 99, when=Question("field", "job_title", "known"), disabled=True),
            ),
            cap_max=45,
        ),
        RuleGroup("size", (Rule("size", field="band", points_by_value=(("1-50", 5), ("51+", 40)), otherwise=1),)),
    ),
    bands=(("A", 70), ("B", 45), ("C", 20), ("D", 0)),
)
ENGAGEMENT = dataclasses.replace(
    FIT,
    name="person-engagement",
    title="What they do",
    dimension="engagement",
    field="C_Engagement1",
    groups=(
        RuleGroup(
            "content",
            (
                Rule("webinar", 20, event="webinar_attended", max_times=2),
                Rule("page", 15, event="page_viewed", where=(("path", "/pricing"),), within_days=30),
            ),
            cap_max=30,
            decay_percent=50,
            decay_days=30,
        ),
        RuleGroup("negative", (Rule("silent", -30, inactive_days=90),), cap_min=-40),
    ),
    bands=(("1", 60), ("2", 30), ("3", 10), ("4", 0)),
    grade_with="person-fit",
    ignore_flags=("bot_click",),
)


def convert(*elements: Element) -> Converted:
    return provider.convert(elements, Connection("eloqua"))


def table(converted: Converted, name: str) -> Resource:
    return next(each for each in converted.resources if str(each.address) == f"eloqua:scoring-criteria/{name}")


def test_both_scores_share_the_model_that_eloqua_rates_with() -> None:
    made = convert(FIT, ENGAGEMENT)
    models = [each for each in made.resources if each.address.kind == "scoring-model"]
    assert [each.address.name for each in models] == ["Who they are"]
    assert models[0].mode == "verify"
    assert models[0].attributes == {"status": "active", "fields": ["EngagementScore", "ProfileScore", "Rating"]}
    assert "Orchestration > Lead Scoring" in models[0].steps[0]


def test_the_settings_may_name_the_model() -> None:
    made = convert(FIT, dataclasses.replace(ENGAGEMENT, settings={"model": "Enterprise fit"}))
    assert {each.address.name for each in made.resources if each.address.kind == "scoring-model"} == {"Enterprise fit"}


def test_fit_rules_become_criteria_with_weights_and_points() -> None:
    assert table(convert(FIT), "person-fit").attributes["rows"] == [
        ["job_title", "45 %", "job_title has the word chief, vp", "100", "executive"],
        ["job_title", "45 %", "job_title has the word manager", "44", "manager"],
        ["band", "40 %", "is '1-50'", "12", "size"],
        ["band", "40 %", "is '51+'", "100", "size"],
        ["band", "40 %", "is anything else", "2", "size"],
    ]


def test_fields_are_shown_as_people_know_them(field: Make) -> None:
    named = dataclasses.replace(FIT, fields={"job_title": field("C_Title", label="Job title", key="job_title")})
    rows = table(convert(named), "person-fit").attributes["rows"]
    assert rows[0][0] == "Job title (C_Title)"
    assert rows[0][2] == "Job title (C_Title) has the word chief, vp"


def test_events_become_frequencies_in_time_frames_in_the_place_of_decay() -> None:
    rows = table(convert(ENGAGEMENT), "person-engagement").attributes["rows"]
    assert rows == [
        ["webinar_attended", "40 %", "at least 2 times within the last 30 days", "100", "webinar"],
        ["webinar_attended", "40 %", "at least 1 time within the last 30 days", "50", "webinar"],
        ["webinar_attended", "40 %", "at least 2 times within the last 60 days", "50", "webinar"],
        ["webinar_attended", "40 %", "at least 1 time within the last 60 days", "25", "webinar"],
        ["page_viewed (path /pricing)", "15 %", "at least 1 time within the last 30 days", "100", "page"],
    ]


def test_what_gets_lost_is_said_and_written_beside_the_table() -> None:
    made = convert(FIT, ENGAGEMENT)
    said = [each.message for each in made.findings if each.rule == "EL014"]
    assert [each.level for each in made.findings if each.rule == "EL014"] == ["note"] * len(said)
    assert any("'student' takes points off" in each for each in said)
    assert any("'silent' takes points off" in each for each in said)
    assert any("fade by 50 % every 30 days" in each for each in said)
    assert any("'content' stops at 30" in each for each in said)
    assert any("'negative' stops at -40" in each for each in said)
    assert not any("'role' stops" in each for each in said)
    assert all(
        any(message.split(": ", 1)[1] in step for step in table(made, name).steps)
        for name, title in (("person-fit", "Who they are"), ("person-engagement", "What they do"))
        for message in said
        if message.startswith(title)
    )


def test_steps_name_screen_rows_thresholds_and_exclusions() -> None:
    excluded = dataclasses.replace(
        ENGAGEMENT,
        exclude=All((Question("field", "country", "is", ("BE",)), Question("field", "job_title", "known"))),
        grade_field="C_Grade1",
    )
    steps = table(convert(excluded), "person-engagement").steps
    assert "tab Engagement" in steps[0]
    assert "model 'What they do'" in steps[0]
    assert steps[1] == "Criterion | weight | value or frequency | points | declared as"
    assert "webinar_attended | 40 % | at least 2 times within the last 30 days | 100 | webinar" in steps
    assert "Leave out of the model: contacts where country is BE and job_title is filled." in steps
    assert "Leave out of the model: events with the flag 'bot_click'." in steps
    assert any(step.startswith("Set the thresholds of the model to 1 from 60, 2 from 30, 3 from 10") for step in steps)
    assert any("C_Engagement1 filled from the model's EngagementScore" in step for step in steps)
    assert any("C_Grade1 filled from the model's Rating" in step for step in steps)


def test_a_disabled_rule_leaves_the_table_and_changed_points_change_it() -> None:
    def rows(points: float, *, disabled: bool) -> list[list[str]]:
        rule = dataclasses.replace(FIT.groups[0].rules[1], points=points, disabled=disabled)
        group = dataclasses.replace(FIT.groups[0], rules=(FIT.groups[0].rules[0], rule))
        found: list[list[str]] = table(convert(dataclasses.replace(FIT, groups=(group,))), "person-fit").attributes[
            "rows"
        ]
        return found

    assert [row[4] for row in rows(20, disabled=True)] == ["executive"]
    assert rows(20, disabled=False) != rows(21, disabled=False)


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        ((("A", 70), ("B", 45), ("C", 20), ("D", 0)), []),
        ((("A", 70), ("B", 0)), ["EL013"]),
        ((("1", 70), ("2", 45), ("3", 20), ("4", 0)), ["EL013"]),
        ((), []),
    ],
)
def test_bands_are_those_that_eloqua_knows(bands: tuple[tuple[str, float], ...], expected: list[str]) -> None:
    made = convert(dataclasses.replace(FIT, bands=bands))
    assert [each.rule for each in made.findings if each.level == "warning"] == expected


def test_only_contacts_are_scored() -> None:
    made = convert(dataclasses.replace(FIT, object="account"))
    assert made.resources == ()
    assert [each.rule for each in made.findings] == ["EL011"]


def test_the_score_itself_is_a_number_field_with_its_default(field: Make) -> None:
    (resource,) = convert(field("C_Fit_Score1", type="integer", role="score", default=0, label="Fit Score")).resources
    assert (resource.mode, resource.capability) == ("write", "scoring.field")
    assert (resource.attributes["dataType"], resource.attributes["defaultValue"]) == ("numeric", "0")
