"""Fields over a real socket: every attribute written and read back, what Marketo refuses, what nobody named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from mopsctl_marketo import provider

from mopsctl.address import Address
from mopsctl.resource import Observation, Resource
from tests.marketo.conftest import Account, person_field, values

OWN = {"label": "Region", "type": "string", "hidden": False, "description": "Where.", "sensitive": False}
REGION = "field/person.region"


class TestWriting:
    @pytest.mark.parametrize("kind", ["field/person", "member-field/program_member"])
    def test_a_new_field_reads_back_as_declared(self, account: Account, kind: str) -> None:
        address = f"{kind}.region"
        assert account.put(address, OWN).outcome == "done"
        assert {name: account.attributes(address)[name] for name in OWN} == OWN

    @pytest.mark.parametrize("kind", ["field/person", "member-field/program_member"])
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("label", "Sales region"),
            ("description", "Where they are."),
            ("description", ""),
            ("sensitive", True),
            ("html_encoded", False),
            ("hidden", True),
        ],
    )
    def test_each_attribute_that_may_change(self, account: Account, kind: str, name: str, value: Any) -> None:
        address = f"{kind}.region"
        account.put(address, OWN)
        before = dict(account.attributes(address))
        assert account.put(address, {name: value}).outcome == "done"
        assert account.attributes(address) == {**before, name: value}

    def test_a_change_sends_only_what_moves(self, account: Account) -> None:
        account.put(REGION, OWN)
        account.handle.switch("update_with_type", "refused")
        assert account.put(REGION, {"label": "Sales region", "type": "string"}).outcome == "done"

    @pytest.mark.parametrize("shown", ["score", "integer"])
    def test_a_score_field_is_one_whatever_the_schema_calls_it(self, account: Account, shown: str) -> None:
        account.handle.switch("score_type", shown)
        field = person_field("fitScore", "integer", "Fit score", role="score", owner="marketo")
        assert account.apply(field)["field/person.fitScore"].outcome == "done"
        assert account.stored("fields", "person.fitScore")["dataType"] == "score"
        assert [
            each.address for each in account.world().plan(account.wants(field)).changes if each.action != "adopt"
        ] == []

    def test_an_integer_is_no_score(self, account: Account) -> None:
        account.put("field/person.fitScore", {"label": "Fit score", "type": "integer", "hidden": False})
        field = person_field("fitScore", "integer", "Fit score", role="score")
        (found,) = account.world().plan(account.wants(field)).verdicts
        assert (found.rule, found.level) == ("PL001", "error")
        assert "use as a score" in found.message
        assert "under another name" in found.hint

    def test_hiding_takes_the_place_of_deleting(self, account: Account) -> None:
        account.put(REGION, OWN)
        result = account.remove(REGION)
        assert (result.outcome, result.note) == ("done", "Marketo never deletes a field: it is hidden now.")
        assert account.attributes(REGION)["hidden"] is True

    def test_a_hidden_field_comes_back(self, account: Account) -> None:
        account.put(REGION, {**OWN, "hidden": True})
        assert account.apply(person_field("region", label="Region"))[REGION].outcome == "done"
        assert account.attributes(REGION)["hidden"] is False


class TestRefusals:
    def test_a_type_change_is_refused_when_it_is_planned(self, account: Account) -> None:
        account.put(REGION, OWN)
        plan = account.world().plan(account.wants(person_field("region", "date", "Region")))
        (found,) = plan.verdicts
        assert (found.rule, found.level) == ("PL001", "error")
        assert "cannot become 'date'" in found.message
        assert found.hint == "declare a field under another name, move the values, and hide this one"

    @pytest.mark.parametrize("code", ["1003", "1014", "1028"])
    @pytest.mark.parametrize(
        ("kind", "limit"), [("field/person", "person_fields"), ("member-field/program_member", "member_fields")]
    )
    def test_the_cap_of_fields(self, account: Account, code: str, kind: str, limit: str) -> None:
        account.handle.switch("field_cap_code", code)
        account.handle.limit(limit, 2)
        for number in range(2):
            account.put(f"{kind}.part{number}", {**OWN, "label": f"Part {number}"})
        result = account.put(f"{kind}.region", OWN)
        assert (result.outcome, result.code) == ("failed", code)
        assert "Admin > Field Management" in result.hint
        assert account.see(f"{kind}.region") is None

    @pytest.mark.parametrize("way", ["response", "record"])
    @pytest.mark.parametrize("taken", [{"name": "region", "label": "Other"}, {"name": "other", "label": "region"}])
    def test_a_name_that_is_taken_is_looked_at_again(self, account: Account, way: str, taken: dict[str, str]) -> None:
        account.handle.switch("duplicate_field", way)
        account.handle.do("add_field", object_name="person", data_type="string", **taken)
        resource = Resource(Address.parse(f"marketo:{REGION}"), "Region", OWN)
        from tests.marketo.conftest import one, write_of

        write = replace(write_of(account, resource), action="add", observed=None, target=OWN)
        result = one(account.system.write([write]))
        assert (result.outcome, result.code) == ("failed", "exists")

    def test_two_people_with_the_same_idea(self, account: Account) -> None:
        world = account.world()
        plan = world.plan(account.wants(person_field("region", label="Region")))
        account.handle.fault("schema_moved", kind="write", action="add_field", body=_manual("region", "Region"))
        (line,) = world.apply(plan)
        assert line.outcome == "done"

    def test_a_field_in_use_is_not_hidden(self, account: Account) -> None:
        account.put(REGION, OWN)
        account.handle.do("use_field", object_name="person", name="region")
        result = account.remove(REGION)
        assert (result.outcome, result.code) == ("failed", "1003")
        assert "Used By" in result.hint
        account.handle.switch("hide_in_use", "accepted")
        assert account.remove(REGION).outcome == "done"

    @pytest.mark.parametrize("length", [40, 41, 255])
    def test_long_names(self, account: Account, length: int) -> None:
        name = "n" * length
        assert account.put(f"field/person.{name}", {**OWN, "label": "l" * length}).outcome == "done"
        assert account.attributes(f"field/person.{name}")["label"] == "l" * length

    def test_special_characters_are_left_out_of_a_label_and_make_no_difference(self, account: Account) -> None:
        field = person_field("region", label="Region: (where)")
        world = account.world()
        assert account.apply(field, world=world)[REGION].outcome == "done"
        assert account.stored("fields", "person.region")["displayName"] == "Region where"
        account.handle.do("edit_field", object_name="person", name="region", displayName="Region: (where)")
        assert world.plan(account.wants(field)).changes == ()


def _manual(name: str, label: str) -> dict[str, Any]:
    return {"object_name": "person", "name": name, "label": label, "data_type": "string"}


class TestLiveFields:
    def seen(self, account: Account, name: str) -> Observation:
        address = Address("marketo", "field", f"person.{name}")
        found = account.system.read([Resource(address, name, {})], []).items
        return found[address]

    def test_a_field_of_marketos_own(self, account: Account) -> None:
        seen = self.seen(account, "email")
        assert seen.builtin
        assert not seen.removable
        assert seen.writable == {"description", "sensitive", "html_encoded"}
        assert seen.facts is not None
        assert (seen.facts.type, seen.facts.read_only) == ("email", False)

    def test_a_field_of_the_crm_sync_is_only_described(self, account: Account) -> None:
        account.handle.do("sync_field", name="businessUnit", label="Business Unit")
        seen = self.seen(account, "businessUnit")
        assert not seen.removable
        assert seen.writable == {"description", "sensitive", "html_encoded"}
        assert "CRM sync" in seen.why_not
        lines = account.world().plan(account.wants(person_field("businessUnit", label="Unit", description="Which.")))
        assert {(line.action, tuple(each.path for each in line.fields)) for line in lines.changes} == {
            ("change", (("description",),)),
            ("manual", (("label",),)),
        }

    def test_a_field_made_on_the_screen_is_not_hidden(self, account: Account) -> None:
        account.handle.do("add_field", **_manual("region", "Region"))
        seen = self.seen(account, "region")
        assert not seen.removable
        assert seen.writable == {"description", "sensitive", "html_encoded", "label"}
        assert "made through the API" in seen.why_not

    def test_a_field_of_ones_own(self, account: Account) -> None:
        account.put(REGION, OWN)
        seen = self.seen(account, "region")
        assert (seen.removable, seen.writable, seen.builtin) == (True, None, False)
        assert seen.facts is not None
        assert (seen.facts.type, seen.facts.length, seen.facts.bytes) == ("text", 255, False)

    def test_a_text_area_counts_bytes(self, account: Account) -> None:
        account.handle.do("add_field", object_name="person", name="notes", label="Notes", data_type="text")
        facts = self.seen(account, "notes").facts
        assert facts is not None
        assert (facts.type, facts.length, facts.bytes) == ("long_text", 30_000, True)

    def test_a_text_area_is_made_by_hand_and_then_found(self, account: Account) -> None:
        field = person_field("notes", "long_text", "Notes")
        (line,) = account.world().plan(account.wants(field)).changes
        assert (line.action, line.check) == ("manual", "read")
        assert "the type 'Text Area', the name 'Notes' and the API name 'notes'" in line.steps[0]
        account.handle.do("add_field", object_name="person", name="notes", label="Notes", data_type="text")
        assert account.world().plan(account.wants(field)).changes == ()

    def test_a_role_that_may_not_read_people_still_reads_fields(self, account: Account) -> None:
        account.put(REGION, OWN)
        account.handle.do(
            "set_permissions", permissions=["Read-Write Schema Custom Field", "Read-Write Schema Standard Field"]
        )
        seen = self.seen(account, "region")
        assert seen.writable is None

    def test_without_a_describe_the_sync_is_unreadable_not_absent(self, account: Account) -> None:
        account.handle.do("set_permissions", permissions=["Read-Write Schema Custom Field"])
        address = Address("marketo", "crm-field", "person.email")
        reading = account.system.read([Resource(address, "email", {})], [])
        assert not reading.kinds
        assert "Read-Only Lead" in reading.unreadable["crm-field"]

    @pytest.mark.parametrize("fault", [{"status": 500}, {"code": "610"}, {"code": "1003"}])
    def test_a_failing_page_is_never_taken_for_the_end(self, account: Account, fault: dict[str, Any]) -> None:
        for number in range(300):
            account.handle.do("add_field", **_manual(f"part{number}", f"Part {number}"))
        account.handle.fault("status", path="leads/schema/fields", after=1, times=0, **fault)
        reading = account.system.reread([Address.parse(f"marketo:{REGION}")])
        assert not reading.items
        assert "No person field could be read" in reading.unreadable["field"]

    def test_company_fields_are_only_shown(self, account: Account) -> None:
        seen = account.see("company-field/company.industry")
        assert seen is not None
        assert seen.attributes == {"type": "string"}
        assert account.put("company-field/company.region", {"type": "string"}).outcome == "failed"

    def test_what_nobody_named_stays_byte_for_byte(self, account: Account) -> None:
        account.handle.do("add_field", **_manual("theirs", "Theirs"))
        before = account.handle.dump()["fields"]
        account.put(REGION, OWN)
        account.put(REGION, {"label": "Sales region"})
        account.remove(REGION)
        after = account.handle.dump()["fields"]
        after.pop("person.region")
        assert after == before


class TestCounting:
    def gone(self, account: Account, *names: str) -> Any:
        from mopsctl.resource import FieldChange, Write

        address = Address("marketo", "value-list", "person.stage")
        fields = tuple(FieldChange(("values", name), {"label": name}, None) for name in names)
        write = Write(address, "change", fields, {}, None)
        return account.system.impact([write])[address]

    @pytest.fixture
    def staged(self, account: Account) -> Account:
        account.put("field/person.stage", {"label": "Stage", "type": "string", "hidden": False})
        account.handle.do("add_people", count=3, stage="MQL")
        account.handle.do("add_people", count=2, stage="SAL")
        return account

    def test_people_who_hold_the_value(self, staged: Account) -> None:
        assert self.gone(staged, "MQL").records == 3

    def test_several_values_in_one_call(self, staged: Account) -> None:
        staged.handle.reset_counters()
        assert self.gone(staged, "MQL", "SAL", "Lost").records == 5
        assert [path for _, path in staged.requests() if path == "/rest/v1/leads.json"] == ["/rest/v1/leads.json"]

    def test_pages_are_followed(self, staged: Account) -> None:
        staged.handle.do("add_people", count=500, stage="MQL")
        assert self.gone(staged, "MQL").records == 503

    def test_a_thousand_or_more(self, staged: Account) -> None:
        staged.handle.limit("filter_matches", 4)
        impact = self.gone(staged, "MQL", "SAL")
        assert (impact.records, impact.at_least) == (5, False)
        staged.handle.limit("filter_matches", 2)
        impact = self.gone(staged, "MQL", "SAL")
        assert (impact.records, impact.at_least) == (1_002, True)

    def test_no_counting_while_calls_run_low(self, staged: Account) -> None:
        staged.handle.do("spend_calls", calls=46_000)
        staged.handle.reset_counters()
        impact = self.gone(staged, "MQL")
        assert impact.records is None
        assert impact.reason.startswith("not counted: only 3,99")
        assert "/rest/v1/leads.json" not in [path for _, path in staged.requests()]

    def test_the_threshold_is_a_setting(self, connect: Callable[..., Account], staged: Account) -> None:
        assert self.gone(connect(count_above=49_999), "MQL").records is None
        assert self.gone(connect(count_above=0), "MQL").records == 3

    def test_what_cannot_be_counted_says_why(self, staged: Account) -> None:
        assert "comma" in self.gone(staged, "a,b").reason
        staged.handle.do("set_permissions", permissions=["Read-Write Schema Custom Field"])
        assert "603" in self.gone(staged, "MQL").reason

    def test_a_hidden_field_cannot_be_counted(self, account: Account) -> None:
        from mopsctl.resource import Write

        address = Address("marketo", "field", "person.region")
        impact = account.system.impact([Write(address, "remove", (), {}, None)])[address]
        assert impact.records is None
        assert "cannot count filled fields" in impact.reason

    def test_nothing_is_asked_where_nothing_leaves(self, account: Account) -> None:
        from mopsctl.resource import Write

        address = Address("marketo", "field", "person.region")
        assert account.system.impact([Write(address, "add", (), OWN, None)]) == {}
        assert account.requests() == []


def test_six_hundred_fields_and_sixty_tokens_are_planned_in_fifteen_calls(account: Account) -> None:
    for number in range(600):
        name = f"live{number:03}"
        account.handle.do("add_field", object_name="person", name=name, label=f"Live {number:03}", data_type="string")
    folder = account.handle.do("add_folder", path="Scoring")
    program = account.handle.do("add_program", name="Points", folder=folder)
    for number in range(60):
        account.handle.do("set_token", program=program, name=f"Score-r{number:02}", sort="score", value=f"+{number}")
    from tests.marketo.test_convert_scoring import model, rule

    fields = [person_field(f"live{number:03}", label=f"Live {number:03}") for number in range(600)]
    fields.append(person_field("stage", "choice", "Stage", role="stage", values=values("MQL", "SAL")))
    score = model(*(rule(f"r{number:02}", points=number, event="x") for number in range(60)), program="Points")
    wanted = account.wants(*fields, score)
    account.system.identify()
    plan = account.world().plan(wanted)
    assert account.system.calls.reads + account.system.calls.writes <= 15
    assert account.handle.counters()["writes"] == 0
    tokens = [line for line in plan.changes if line.address.kind == "token"]
    assert {line.action for line in tokens} == {"adopt"}
    assert len(tokens) == 60


def test_every_kind_has_a_collection_or_is_manual(account: Account) -> None:
    readable = {name for name, kind in provider.kinds.items() if kind.readable}
    assert readable == set(account.system._collections)
