"""Folders, programs, My Tokens and smart campaigns over a real socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from mopsctl_marketo.convert.native import campaign_attributes, campaign_description, token_text, token_value

from mopsctl.address import Address
from mopsctl.errors import OutcomeUnknown
from mopsctl.resource import Resource
from tests.marketo.conftest import Account, write_of
from tests.marketo.test_convert_scoring import group, model, rule

PROGRAM = {"folder": "Scoring", "channel": "Operational", "type": "Default", "description": "", "tags": {}}


@pytest.fixture
def program(account: Account) -> Account:
    """The account with the program Points in the folder Scoring."""
    account.handle.do("add_program", name="Points", folder=account.handle.do("add_folder", path="Scoring"))
    return account


def program_id(account: Account, name: str = "Points") -> int:
    seen = account.see(f"program/{name}")
    assert seen is not None
    return int(seen.remote_id or 0)


class TestFolders:
    def test_a_path_is_made_step_by_step(self, account: Account) -> None:
        for path in ("Operations", "Operations/Scoring"):
            assert account.put(f"folder/{path}", {}).outcome == "done"
        seen = account.see("folder/Operations/Scoring")
        assert seen is not None
        assert (
            account.stored("folders", seen.remote_id or "")["path"]
            == "/Marketing Activities/Default/Operations/Scoring"
        )

    def test_a_folder_of_the_same_name_elsewhere_is_another_one(self, account: Account) -> None:
        account.handle.do("add_folder", path="Elsewhere/Scoring")
        assert account.see("folder/Scoring") is None

    def test_without_the_folder_above_it_is_refused(self, account: Account) -> None:
        assert account.put("folder/None/Scoring", {}).error == "Marketo has no folder 'None' to make 'Scoring' in."

    def test_an_empty_folder_can_go(self, account: Account) -> None:
        account.put("folder/Scoring", {})
        assert account.remove("folder/Scoring").outcome == "done"
        assert account.see("folder/Scoring") is None

    def test_a_full_folder_stays(self, program: Account) -> None:
        result = program.remove("folder/Scoring")
        assert (result.outcome, result.code) == ("failed", "709")
        assert "move or delete what is in the folder" in result.hint

    def test_a_workspace_that_is_not_there_is_unreadable(self, connect: Callable[..., Account]) -> None:
        elsewhere = connect(workspace="EMEA")
        reading = elsewhere.system.reread([Address.parse("marketo:folder/Scoring")])
        assert "611 Unable to get folder" in reading.unreadable["folder"]


class TestPrograms:
    def test_a_new_program_reads_back_as_declared(self, account: Account) -> None:
        account.put("folder/Scoring", {})
        wanted = {**PROGRAM, "description": "Points.", "tags": {"Region": {"value": "EMEA"}}}
        assert account.put("program/Points", wanted).outcome == "done"
        assert account.attributes("program/Points") == wanted

    @pytest.mark.parametrize(
        ("name", "value"),
        [("description", "Other."), ("tags", {"Region": {"value": "AMER"}}), ("tags", {"Region": {"value": "EMEA"}})],
    )
    def test_each_attribute_that_may_change(self, program: Account, name: str, value: Any) -> None:
        assert program.put("program/Points", {name: value}).outcome == "done"
        assert program.attributes("program/Points") == {**PROGRAM, name: value}

    def test_a_tag_can_go(self, program: Account) -> None:
        program.handle.do("add_tag_type", name="Cost Center", values=["A B"])
        tags = {"Region": {"value": "EMEA"}, "Cost Center": {"value": "A B"}}
        program.put("program/Points", {"tags": tags})
        program.put("program/Points", {"tags": {"Region": {"value": "EMEA"}}})
        assert program.attributes("program/Points")["tags"] == {"Region": {"value": "EMEA"}}

    def test_a_required_tag_cannot_go(self, program: Account) -> None:
        program.handle.do("add_tag_type", name="Owner", values=["Ops"], required=True, sorts="program")
        program.put("program/Points", {"tags": {"Owner": {"value": "Ops"}, "Region": {"value": "EMEA"}}})
        result = program.put("program/Points", {"tags": {"Region": {"value": "EMEA"}}})
        assert (result.outcome, result.code) == ("failed", "709")
        assert "Owner" in result.error

    def test_folder_and_channel_are_changed_by_hand(self, program: Account) -> None:
        program.handle.do("add_folder", path="Elsewhere")
        resource = Resource(
            Address.parse("marketo:program/Points"), "Points", {"folder": "Elsewhere", "channel": "Content"}
        )
        (line,) = [each for each in program.world().plan([resource]).changes if each.action != "adopt"]
        assert line.action == "manual"
        assert "Set folder of the program Points to 'Elsewhere'." in line.steps

    def test_the_type_is_refused(self, program: Account) -> None:
        resource = Resource(Address.parse("marketo:program/Points"), "Points", {"type": "Event"})
        (found,) = program.world().plan([resource]).verdicts
        assert found.hint == "declare a program under another name"

    def test_a_channel_of_another_sort(self, account: Account) -> None:
        account.put("folder/Scoring", {})
        result = account.put("program/Points", {**PROGRAM, "channel": "Webinar"})
        assert (result.outcome, result.code) == ("failed", "709")

    def test_a_name_that_is_taken_is_looked_at_again(self, program: Account) -> None:
        write = write_of(program, Resource(Address.parse("marketo:program/Other"), "Other", PROGRAM))
        program.handle.do("add_program", name="Other", folder=program.handle.do("add_folder", path="Scoring"))
        (result,) = program.system.write([write])
        assert result.code == "exists"

    def test_a_program_can_go_while_nothing_uses_it(self, program: Account) -> None:
        assert program.remove("program/Points").outcome == "done"
        assert program.see("program/Points") is None

    def test_a_program_with_an_active_campaign_stays(self, program: Account) -> None:
        program.handle.do(
            "build_campaign", program="Points", name="One", triggers=["Fills Out Form"], flow=["Change Score"]
        )
        program.put("campaign/Points/One", {"active": True})
        result = program.remove("program/Points")
        assert (result.outcome, result.code) == ("failed", "709")
        assert "delete what uses it first" in result.hint


class TestTokens:
    @pytest.mark.parametrize("sign", ["kept", "stripped"])
    def test_thirty_is_plus_thirty(self, program: Account, sign: str) -> None:
        program.handle.switch("token_sign", sign)
        assert program.put("token/Points/Score-demo", {"type": "score", "value": 30}).outcome == "done"
        assert program.stored("tokens", f"Program:{program_id(program)}:Score-demo")["value"] == "+30"
        assert program.attributes("token/Points/Score-demo") == {"type": "score", "value": 30}

    @pytest.mark.parametrize("live", ["30", "+30", " 30"])
    def test_a_token_that_a_person_made_is_taken_as_it_is(self, program: Account, live: str) -> None:
        program.handle.do("set_token", program=program_id(program), name="Score-demo", sort="score", value=live)
        resource = Resource(Address.parse("marketo:token/Points/Score-demo"), "demo", {"type": "score", "value": 30})
        assert [line.action for line in program.world().plan([resource]).changes] == ["adopt"]

    def test_a_token_that_sets_is_no_token_that_adds(self, program: Account) -> None:
        program.handle.do("set_token", program=program_id(program), name="Score-demo", sort="score", value="=30")
        assert program.attributes("token/Points/Score-demo")["value"] == "=30"

    @pytest.mark.parametrize("value", [-10, 0, 2**31 - 1, -(2**31)])
    def test_points_change(self, program: Account, value: int) -> None:
        program.put("token/Points/Score-demo", {"type": "score", "value": 30})
        result = program.put("token/Points/Score-demo", {"value": value})
        assert (result.outcome, result.note) == (
            "done",
            "It counts for future events only; points that people have stay.",
        )
        assert program.attributes("token/Points/Score-demo")["value"] == value

    @pytest.mark.parametrize("switch", ["refused", "accepted"])
    def test_another_type_is_a_new_token(self, program: Account, switch: str) -> None:
        program.handle.switch("token_type_change", switch)
        program.put("token/Points/Score-demo", {"type": "text", "value": "thirty"})
        assert program.put("token/Points/Score-demo", {"type": "score", "value": 30}).outcome == "done"
        assert program.attributes("token/Points/Score-demo") == {"type": "score", "value": 30}

    def test_a_token_can_go(self, program: Account) -> None:
        program.put("token/Points/Score-demo", {"type": "score", "value": 30})
        assert program.remove("token/Points/Score-demo").outcome == "done"
        assert program.see("token/Points/Score-demo") is None

    @pytest.mark.parametrize(("length", "outcome"), [(40, "done"), (50, "done"), (51, "failed")])
    def test_long_names(self, program: Account, length: int, outcome: str) -> None:
        assert program.put(f"token/Points/{'n' * length}", {"type": "score", "value": 1}).outcome == outcome

    @pytest.mark.parametrize("switch", ["list", "missing"])
    def test_a_program_without_tokens(self, program: Account, switch: str) -> None:
        program.handle.switch("empty_tokens", switch)
        reading = program.system.reread([Address.parse("marketo:token/Points/Score-demo")])
        assert (reading.items, reading.kinds, reading.unreadable) == ({}, {"token"}, {})

    @pytest.mark.parametrize("code", ["702", "710"])
    def test_a_program_that_went_meanwhile_has_no_tokens(self, program: Account, code: str) -> None:
        program.handle.switch("missing_token_folder", code)
        program.put("token/Points/Score-demo", {"type": "score", "value": 1})
        program.handle.store.delete("programs", str(program_id(program)))
        assert program.see("token/Points/Score-demo") is None

    def test_without_the_program_there_is_nothing_to_write(self, account: Account) -> None:
        assert account.put("token/None/a", {"type": "score", "value": 1}).error.startswith(
            "Marketo has no program 'None'"
        )

    def test_a_token_of_a_type_that_is_only_shown_is_left_alone(self, program: Account) -> None:
        program.handle.do("set_token", program=program_id(program), name="Cal", sort="iCalendar", value="x")
        seen = program.see("token/Points/Cal")
        assert seen is not None
        assert (seen.writable, seen.removable) == (frozenset(), False)

    def test_slashes_in_a_token_of_somebody_else(self, program: Account) -> None:
        program.handle.do("set_token", program=program_id(program), name="a/b", sort="text", value="x")
        assert program.attributes("token/Points/a/b")["value"] == "x"

    def test_values_both_ways(self) -> None:
        assert [token_text("score", value) for value in (5, -5, 0, "=5")] == ["+5", "-5", "+0", "=5"]
        assert token_text("text", "+5") == "+5"
        assert [token_value("number", text) for text in ("2.50", "3", "x")] == [2.5, 3, "x"]


class TestCampaigns:
    @pytest.fixture
    def template(self, program: Account) -> Account:
        folder = program.handle.do("add_folder", path="Scoring")
        program.handle.do("add_program", name="Template", folder=folder)
        flow = ["Change Score {{my.Score-demo}}"]
        program.handle.do("build_campaign", program="Template", name="demo", triggers=["Fills Out Form"], flow=flow)
        return program

    def test_a_clone_keeps_rules_and_flow_and_stays_off(self, template: Account) -> None:
        wanted = {"description": "Demo.", "template": "Template/demo"}
        assert template.put("campaign/Points/Score-demo", wanted).outcome == "done"
        assert template.attributes("campaign/Points/Score-demo") == {**wanted, "active": False}
        assert template.attributes("campaign-rules/Points/Score-demo") == {"triggers": ["Fills Out Form"]}

    @pytest.mark.parametrize("shape", ["object", "text"])
    def test_triggers_of_either_shape(self, template: Account, shape: str) -> None:
        template.handle.switch("trigger_shape", shape)
        template.put("campaign/Points/Score-demo", {"description": "Demo.", "template": "Template/demo"})
        assert template.attributes("campaign-rules/Points/Score-demo") == {"triggers": ["Fills Out Form"]}

    def test_a_clone_is_switched_on_when_asked(self, template: Account) -> None:
        template.put("token/Points/Score-demo", {"type": "score", "value": 30})
        wanted = {"description": "Demo.", "template": "Template/demo", "active": True}
        assert template.put("campaign/Points/Score-demo", wanted).outcome == "done"
        assert template.attributes("campaign/Points/Score-demo") == wanted

    def test_a_clone_whose_token_is_missing_cannot_be_switched_on(self, template: Account) -> None:
        wanted = {"description": "Demo.", "template": "Template/demo", "active": True}
        result = template.put("campaign/Points/Score-demo", wanted)
        assert (result.outcome, result.code) == ("failed", "709")
        assert "nothing marked red" in result.hint
        assert template.attributes("campaign/Points/Score-demo")["active"] is False

    @pytest.mark.parametrize(
        ("name", "value"), [("description", "Other."), ("active", True), ("template", "Template/other")]
    )
    def test_each_attribute_that_may_change(self, template: Account, name: str, value: Any) -> None:
        template.put("token/Points/Score-demo", {"type": "score", "value": 30})
        wanted = {"description": "Demo.", "template": "Template/demo", "active": False}
        template.put("campaign/Points/Score-demo", wanted)
        assert template.put("campaign/Points/Score-demo", {name: value}).outcome == "done"
        assert template.attributes("campaign/Points/Score-demo") == {**wanted, name: value}

    def test_it_is_switched_off_again_and_can_go(self, template: Account) -> None:
        template.put("token/Points/Score-demo", {"type": "score", "value": 30})
        template.put("campaign/Points/Score-demo", {"description": "D", "template": "Template/demo", "active": True})
        assert template.remove("campaign/Points/Score-demo").code == "709"
        template.put("campaign/Points/Score-demo", {"active": False})
        assert template.remove("campaign/Points/Score-demo").outcome == "done"
        assert template.see("campaign/Points/Score-demo") is None

    def test_an_empty_shell_cannot_be_switched_on(self, program: Account) -> None:
        program.handle.do("build_campaign", program="Points", name="Shell", triggers=[], flow=[])
        result = program.put("campaign/Points/Shell", {"active": True})
        assert "it needs a trigger" in result.hint

    @pytest.mark.parametrize("template_name", ["Template/none", "None/demo", ""])
    def test_a_template_that_is_not_there(self, template: Account, template_name: str) -> None:
        result = template.put("campaign/Points/Score-demo", {"description": "D", "template": template_name})
        assert (result.outcome, result.hint) == ("failed", "make it on the screen, then apply again")

    def test_descriptions_both_ways(self) -> None:
        for attributes in ({"description": "One\ntwo.", "template": "P/c"}, {"description": "", "template": "P/c"}):
            doc = {"description": campaign_description(attributes)}
            assert campaign_attributes(doc) == {**attributes, "active": False}
        assert campaign_attributes({"description": None})["template"] == ""

    @pytest.mark.parametrize("lost", ["clone", "activate"])
    def test_a_lost_answer_leaves_it_to_a_look(self, template: Account, lost: str) -> None:
        template.put("token/Points/Score-demo", {"type": "score", "value": 30})
        template.handle.fault("lost_response", path=lost)
        with pytest.raises(OutcomeUnknown):
            template.put(
                "campaign/Points/Score-demo", {"description": "D", "template": "Template/demo", "active": True}
            )
        assert template.attributes("campaign/Points/Score-demo")["active"] is (lost == "activate")


class TestModels:
    """A whole scoring model, from the manifest's words to a quiet second plan."""

    def score(self, points: int = 20, **settings: Any) -> Any:
        decaying = group("content", rule("webinar", points=points, event="x"), decay_percent=25, decay_days=30)
        return model(groups=(decaying, group("intent", rule("demo", points=60, event="y"))), **settings)

    def test_it_is_built_and_then_left_alone(self, account: Account) -> None:
        world = account.world()
        score = self.score(tags={"Region": "EMEA"}, description="Points.")
        lines = account.apply(*score.fields.values(), score, world=world)
        assert {line.outcome for line in lines.values()} == {"done"}
        assert {"folder/Scoring", "program/Scoring engagement", "token/Scoring engagement/Decay-webinar"} <= set(lines)
        again = world.plan(account.wants(*score.fields.values(), score))
        assert [line for line in again.changes if line.action != "manual"] == []

    def test_points_that_change_move_one_token_and_its_decay(self, account: Account) -> None:
        world = account.world()
        account.apply(self.score(), world=world)
        account.handle.reset_counters()
        lines = account.apply(self.score(points=12), world=world)
        assert sorted(lines) == ["token/Scoring engagement/Decay-webinar", "token/Scoring engagement/Score-webinar"]
        assert account.handle.counters()["writes"] == 2

    @pytest.mark.parametrize(("on_delete", "action"), [("keep", "keep"), ("delete", "remove")])
    def test_a_rule_that_leaves_takes_its_token_along_only_when_asked(
        self, account: Account, on_delete: Any, action: str
    ) -> None:
        world = account.world()
        score = self.score()
        score = replace(score, origin=replace(score.origin, on_delete=on_delete))
        account.apply(score, world=world)
        shorter = replace(score, groups=score.groups[1:])
        lines = account.apply(shorter, world=world)
        assert {line.change.action for line in lines.values()} == {action}
        kept = account.see("token/Scoring engagement/Score-webinar") is not None
        assert kept is (on_delete == "keep")

    def test_with_a_template_everything_is_cloned_and_on(self, account: Account) -> None:
        folder = account.handle.do("add_folder", path="Templates")
        account.handle.do("add_program", name="T", folder=folder)
        for name, token in (("form", "Score-demo"), ("form2", "Score-webinar"), ("decay", "Decay-webinar")):
            flow = [f"Change Score {{{{my.{token}}}}}"]
            account.handle.do("build_campaign", program="T", name=name, triggers=["Fills Out Form"], flow=flow)
        score = self.score(
            template_program="T",
            templates={"demo": "form", "webinar": "form2", "decay.webinar": "decay"},
            activate=True,
            events={"y": "Fills Out Form"},
        )
        world = account.world()
        lines = account.apply(score, world=world)
        assert {line.outcome for line in lines.values()} == {"done"}
        assert account.attributes("campaign/Scoring engagement/Decay-webinar")["active"] is True
        again = world.plan(account.wants(score))
        assert {line.address.kind for line in again.changes} == {"campaign-logic"}

    def test_a_trigger_that_is_another_one_is_shown_with_steps(self, account: Account) -> None:
        account.handle.do("add_program", name="P", folder=account.handle.do("add_folder", path="Scoring"))
        account.handle.do(
            "build_campaign", program="P", name="Score-demo", triggers=["Clicks Link"], flow=["Change Score"]
        )
        score = model(rule("demo", points=60, event="y"), program="P", events={"y": "Fills Out Form"})
        (line,) = [
            each for each in account.world().plan(account.wants(score)).changes if each.address.kind == "campaign-rules"
        ]
        assert (line.action, line.check) == ("manual", "read")
        assert (line.fields[0].before, line.fields[0].after) == (["Clicks Link"], ["Fills Out Form"])
        assert any("the trigger 'Fills Out Form'" in step for step in line.steps)


class TestExpectations:
    EXPECTED = {
        "channels": {"Operational": ["Member"], "Missing": ["One"]},
        "tags": {"Region": ["EMEA", "LATAM"]},
        "segmentations": {"Country": ["DACH", "Nordics"], "Role": ["Buyer"]},
        "partitions": ["Default", "EU"],
    }

    def test_what_is_there_is_quiet_and_the_rest_has_steps(self, connect: Callable[..., Account]) -> None:
        account = connect(expect=self.EXPECTED)
        account.handle.do("add_segmentation", name="Country", segments=["DACH", "Nordics"])
        account.handle.do("add_segmentation", name="Role", segments=["Buyer"], status="draft")
        plan = account.world().plan(account.wants())
        manual = {f"{line.address.kind}/{line.address.name}": line for line in plan.changes}
        assert set(manual) == {"channel/Missing", "tag/Region", "segmentation/Role", "partition/EU"}
        assert {line.action for line in plan.changes} == {"manual"}
        assert "Admin > Tags" in manual["tag/Region"].steps[-1]
        assert manual["tag/Region"].fields[0].path == ("values", "LATAM")

    def test_segments_in_another_order_are_not_the_same(self, connect: Callable[..., Account]) -> None:
        account = connect(expect={"segmentations": {"Country": ["Nordics", "DACH"]}})
        account.handle.do("add_segmentation", name="Country", segments=["DACH", "Nordics"])
        (line,) = account.world().plan(account.wants()).changes
        assert "the segments 'Nordics', 'DACH', in this order" in line.steps[-1]

    def test_a_tag_type_that_is_not_there(self, connect: Callable[..., Account]) -> None:
        account = connect(expect={"tags": {"Owner": ["Ops"]}})
        (line,) = account.world().plan(account.wants()).changes
        assert line.reason == "not_on_system"
