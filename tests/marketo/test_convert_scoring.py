"""What scoring models become: tokens, campaigns, manual steps, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mopsctl import condition
from mopsctl.condition import Not
from mopsctl.diagnostics import Source
from mopsctl.element import Rule, RuleGroup, Score
from tests.marketo.conftest import HERE, findings_of, person_field, resources_of

FIT = {
    "job_title": person_field("title", label="Job title"),
    "band": person_field("employeeBand", label="Employee band"),
}


def rule(key: str, **more: Any) -> Rule:
    return Rule(key, source=Source("scoring/model.yaml", 20, 9), **more)


def group(key: str, *rules: Rule, **more: Any) -> RuleGroup:
    return RuleGroup(key, rules, source=Source("scoring/model.yaml", 10, 5), **more)


def model(
    *rules: Rule, groups: tuple[RuleGroup, ...] = (), name: str = "engagement", owner: str = "", **settings: Any
) -> Score:
    more = {
        key: settings.pop(key) for key in ("bands", "exclude", "ignore_flags", "dimension", "object") if key in settings
    }
    fields = {"score": person_field("engagementScore", "integer", "Engagement score", role="score", owner=owner), **FIT}
    return Score(
        HERE,
        name,
        "Title",
        more.pop("dimension", "engagement"),
        "person",
        more.pop("object", "person"),
        "engagementScore",
        groups or (group("all", *rules),),
        fields=fields,
        settings=settings,
        **more,
    )


def become(score: Score) -> Mapping[str, Any]:
    fields = [*score.fields.values()]
    return resources_of([*fields, score])


class TestTokens:
    @pytest.mark.parametrize("points", [20, -10, 0])
    def test_a_rule_is_a_score_token_with_its_sign(self, points: int) -> None:
        token = become(model(rule("webinar", points=points, event="x")))["token/Scoring engagement/Score-webinar"]
        assert token.attributes == {"type": "score", "value": points}
        assert token.mode == "write"
        assert "marketo:program/Scoring engagement" in [str(each) for each in token.needs]
        assert token.source == Source("scoring/model.yaml", 20, 9)

    def test_a_table_has_a_token_for_each_value(self) -> None:
        found = become(model(rule("size", field="band", points_by_value=(("1-50", 5), ("51+", 40)), otherwise=1)))
        tokens = {
            name.partition("/Score-")[2]: each.attributes["value"]
            for name, each in found.items()
            if name.startswith("token/")
        }
        assert tokens == {"size-1-50": 5, "size-51+": 40, "size-else": 1}

    def test_a_disabled_rule_counts_nothing_and_is_switched_off_by_hand(self) -> None:
        found = become(model(rule("open", points=3, event="x", disabled=True)))
        assert found["token/Scoring engagement/Score-open"].attributes["value"] == 0
        (steps,) = found["campaign-logic/Scoring engagement/Score-open"].steps
        assert "Deactivate" in steps

    def test_decay_has_a_token_for_what_one_period_takes_away(self) -> None:
        decaying = group("content", rule("webinar", points=20, event="x"), decay_percent=25, decay_days=30)
        found = become(model(groups=(decaying,)))
        assert found["token/Scoring engagement/Decay-webinar"].attributes == {"type": "score", "value": -5}
        steps = " ".join(found["campaign-logic/Scoring engagement/Decay-webinar"].steps)
        assert "4 times in a row: Wait 30 days; Change Score with the score name 'Engagement score'" in steps
        assert "'{{my.Decay-webinar}}'" in steps

    def test_names_can_be_set(self) -> None:
        found = become(model(rule("a", points=1, event="x"), program="P", folder="A/B", token_prefix="T "))
        assert {"folder/A", "folder/A/B", "program/P", "token/P/T a"} <= set(found)
        assert [str(each) for each in found["folder/A/B"].needs] == ["marketo:folder/A"]


class TestProgram:
    def test_defaults(self) -> None:
        program = become(model(rule("a", points=1, event="x")))["program/Scoring engagement"]
        assert program.attributes == {"folder": "Scoring", "channel": "Operational", "type": "Default"}
        assert {str(each) for each in program.needs} == {"marketo:folder/Scoring", "marketo:channel/Operational"}

    def test_tags_and_channel_are_checked_to_be_there(self) -> None:
        found = become(model(rule("a", points=1, event="x"), tags={"Region": "EMEA"}, channel="Ops"))
        assert found["program/Scoring engagement"].attributes["tags"] == {"Region": {"value": "EMEA"}}
        assert (found["tag/Region"].mode, found["tag/Region"].attributes) == ("verify", {"values": {"EMEA": {}}})
        assert found["channel/Ops"].mode == "verify"
        assert "Admin > Tags > Channel" in found["channel/Ops"].steps[0]

    def test_a_score_that_another_system_owns_leaves_only_its_field(self) -> None:
        score = model(rule("a", points=1, event="x"), owner="hubspot")
        found = become(score)
        assert set(found) == {"field/person.engagementScore", "field/person.title", "field/person.employeeBand"}
        assert ("MK022", "note") in findings_of([score])

    @pytest.mark.parametrize("owner", ["marketo", "shared", ""])
    def test_a_score_that_marketo_owns_is_built(self, owner: str) -> None:
        assert "program/Scoring engagement" in become(model(rule("a", points=1, event="x"), owner=owner))

    def test_settings_for_marketo_ask_for_it(self) -> None:
        assert "program/P" in become(model(rule("a", points=1, event="x"), owner="hubspot", program="P"))


class TestCampaigns:
    def test_without_a_template_they_are_made_by_hand(self) -> None:
        campaign = become(model(rule("a", points=1, event="x")))["campaign/Scoring engagement/Score-a"]
        assert campaign.mode == "manual"
        assert "New Smart Campaign, and name it 'Score-a'" in campaign.steps[0]

    def test_with_a_template_they_are_cloned_and_left_off(self) -> None:
        found = become(model(rule("a", points=1, event="x"), template_program="T", templates={"a": "Fills out form"}))
        campaign = found["campaign/Scoring engagement/Score-a"]
        assert campaign.mode == "write"
        assert campaign.attributes["template"] == "T/Fills out form"
        assert "active" not in campaign.attributes
        assert (found["program/T"].mode, found["program/T"].attributes) == ("verify", {})

    def test_they_are_activated_when_asked(self) -> None:
        found = become(
            model(
                rule("a", points=1, event="x"),
                rule("off", points=1, event="x", disabled=True),
                rule("silent", points=-5, inactive_days=90),
                template_program="T",
                activate=True,
            )
        )
        active = {
            name.rpartition("-")[2]: each.attributes.get("active")
            for name, each in found.items()
            if name.startswith("campaign/Scoring")
        }
        assert active == {"a": True, "off": False, "silent": None}

    def test_a_named_trigger_is_read_back(self) -> None:
        found = become(
            model(rule("a", points=1, event="page", where=(("path", "/pricing"),)), events={"page": "Visits Web Page"})
        )
        rules = found["campaign-rules/Scoring engagement/Score-a"]
        assert (rules.mode, rules.attributes) == ("verify", {"triggers": ["Visits Web Page"]})
        assert (
            "the trigger 'Visits Web Page', narrowed to what counts as page, with the constraint 'path' contains '/pricing'"
            in rules.steps[1]
        )

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"max_times": 1}, "'only once'"),
            ({"max_times": 1, "within_days": 30}, "'once every 30 days'"),
            ({}, "'every time'"),
            ({"max_times": 3}, "cannot stop after 3 times"),
        ],
    )
    def test_how_often_a_person_counts(self, more: dict[str, Any], words: str) -> None:
        found = become(model(rule("a", points=1, event="x", **more)))
        assert words in found["campaign-logic/Scoring engagement/Score-a"].steps[-1]

    def test_a_flow_names_screen_and_values(self) -> None:
        (first, smart_list, flow, schedule) = become(model(rule("a", points=1, event="demo")))[
            "campaign-logic/Scoring engagement/Score-a"
        ].steps
        assert (
            first == "In Marketing Activities, open the smart campaign 'Score-a' of the program 'Scoring engagement'."
        )
        assert smart_list == "On its tab Smart List, add the trigger 'demo'."
        assert flow == (
            "On its tab Flow, add in this order: Change Score with the score name 'Engagement score' and the change"
            " '{{my.Score-a}}'."
        )
        assert "choose Activate" in schedule

    def test_a_table_is_a_flow_with_choices(self) -> None:
        size = rule("size", field="band", points_by_value=(("1-50", 5), ("51+", 40)))
        flow = become(model(size, dimension="fit"))["campaign-logic/Scoring engagement/Score-size"].steps[2]
        assert "if 'Employee band' is '1-50': '{{my.Score-size-1-50}}'" in flow
        assert "default choice: Do Nothing" in flow

    def test_a_fit_score_is_reset_and_counted_again(self) -> None:
        size = rule("size", field="band", points_by_value=(("1-50", 5),), otherwise=0)
        title = rule("boss", points=9, when=condition.Test("field", "job_title", "has_word", ("ceo",)))
        found = become(model(size, title, dimension="fit"))
        steps = found["campaign-logic/Scoring engagement/Score-rescore"].steps
        assert "Data Value Changes for each of the attributes 'Employee band', 'title (API name)'" in steps[0]
        assert "the change '=0'; Request Campaign for each of 'Score-size', 'Score-boss'" in steps[1]

    def test_what_holds_for_the_whole_model_is_said(self) -> None:
        score = model(
            rule("a", points=1, event="x"),
            bands=(("A", 60), ("B", 0)),
            exclude=condition.Test("field", "email", "contains", ("@example.com",)),
            ignore_flags=("bot_click",),
        )
        found = become(score)
        logic = {
            name.rpartition("/")[2]: " ".join(each.steps)
            for name, each in found.items()
            if name.startswith("campaign-logic/")
        }
        assert "'=100'" in logic["Score-range"]
        assert "'A', if 'Engagement score' is at least '0': 'B'" in logic["Score-bands"]
        assert "email contains @example.com" in logic["Score-exclusions"]
        assert "leave out 'bot_click'" in logic["Score-a"]

    def test_every_manual_step_names_a_screen(self) -> None:
        found = become(
            model(
                rule("a", points=1, event="x"),
                rule("b", points=2, when=Not(condition.Test("field", "band", "unknown"))),
                rule("c", points=-2, inactive_days=60),
                bands=(("A", 60),),
            )
        )
        manual = [each for each in found.values() if each.mode == "manual"]
        assert manual
        assert all(each.steps[0].startswith(("In Marketing Activities", "In Admin")) for each in manual)
        assert all(each.why for each in manual)


class TestRefusals:
    @pytest.mark.parametrize(
        ("settings", "rules"),
        [
            ({"programm": "X"}, ["MK020"]),
            ({"activate": "yes"}, ["MK020"]),
            ({"tags": ["EMEA"]}, ["MK020"]),
            ({"expect": {"channel": []}}, ["MK020"]),
            ({"program": "A, B"}, ["MK023"]),
            ({"program": "A/B"}, ["MK023"]),
            ({"program": "p" * 256}, ["MK023"]),
            ({"folder": "A//B"}, ["MK023"]),
            ({"template_program": "x,y"}, ["MK023"]),
            ({"program": "p" * 255, "folder": "f" * 255}, []),
        ],
    )
    def test_settings(self, settings: dict[str, Any], rules: list[str]) -> None:
        assert [
            code for code, level in findings_of([model(rule("a", points=1, event="x"), **settings)]) if level == "error"
        ] == rules

    @pytest.mark.parametrize(
        ("key", "points", "found"),
        [
            ("a" * 44, 1, []),
            ("a" * 45, 1, [("SC016", "error")]),
            ("a", 2.5, [("MK024", "error")]),
            ("a", 2.0, []),
            ("a", 2**31 - 1, []),
            ("a", 2**31, [("MK024", "error")]),
            ("a", -(2**31), []),
        ],
    )
    def test_tokens(self, key: str, points: float, found: list[tuple[str, str]]) -> None:
        assert findings_of([model(rule(key, points=points, event="x"))]) == found

    @pytest.mark.parametrize(
        ("more", "found"),
        [
            ({"cap_max": 40}, [("SC008", "warning")]),
            ({"decay_percent": 25, "decay_days": 30}, []),
            ({"decay_percent": 30, "decay_days": 30}, [("SC008", "warning")]),
        ],
    )
    def test_what_gets_lost_is_said(self, more: dict[str, Any], found: list[tuple[str, str]]) -> None:
        assert findings_of([model(groups=(group("g", rule("a", points=20, event="x"), **more),))]) == found

    def test_a_decay_that_does_not_come_out_even(self) -> None:
        decaying = group("g", rule("a", points=15, event="x"), decay_percent=50, decay_days=30)
        assert findings_of([model(groups=(decaying,))]) == [("SC008", "warning")]

    def test_two_models_in_one_program_must_not_share_a_name(self) -> None:
        one = model(rule("a", points=1, event="x"), program="P")
        two = model(rule("a", points=2, event="x"), program="P", name="other")
        assert ("MK025", "error") in findings_of([one, two])
        assert findings_of([one, model(rule("b", points=2, event="x"), program="P", name="other")]) == []

    def test_marketo_scores_people(self) -> None:
        assert findings_of([model(rule("a", points=1, event="x"), object="company")]) == [("MK021", "warning")]
