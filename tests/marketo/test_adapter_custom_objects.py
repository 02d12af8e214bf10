"""Custom objects over a real socket: one transaction of draft, approve and discard, cut off at each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.element import Field
from mopsctl.emulator import Call, Cut
from mopsctl.errors import MopsctlError
from tests.marketo.conftest import HERE, Account, Raw, findings_of, resources_of

CAR = "custom-object/carLease"
OLD = {"label": "Car lease", "approved": True}


def item(label: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"label": label, "type": kind, "dedupe": False, "link": "", **more}


KEY = item("Contract", dedupe=True)
OWNER = item("Owner", "link", link="lead.email")


def car(**fields: dict[str, Any]) -> dict[str, Any]:
    return {**OLD, "fields": {"contract": KEY, "owner": OWNER, **fields}}


@pytest.fixture(params=["flat", "nested"])
def shaped(account: Account, request: pytest.FixtureRequest) -> Account:
    """An account that answers in one of the two disputed shapes."""
    account.handle.switch("custom_object_shape", request.param)
    return account


@pytest.fixture
def approved(shaped: Account) -> Account:
    """An account with an approved custom object."""
    assert shaped.put(CAR, car(model=item("Model"))).outcome == "done"
    return shaped


def stored(account: Account) -> dict[str, Any]:
    return account.stored("customobjects", "carLease")


def names(version: dict[str, Any]) -> list[str]:
    return sorted(field["name"] for field in version["fields"])


class TestWriting:
    def test_a_new_object_is_approved_as_a_whole(self, approved: Account) -> None:
        assert approved.attributes(CAR) == {
            **car(model=item("Model")),
            "plural": "",
            "description": "",
        }
        assert stored(approved)["draft"] is None

    @pytest.mark.parametrize(("name", "value"), [("plural", "Car leases"), ("description", "Leases.")])
    def test_each_attribute_that_may_change(self, approved: Account, name: str, value: Any) -> None:
        before = dict(approved.attributes(CAR))
        assert approved.put(CAR, {name: value}).outcome == "done"
        assert approved.attributes(CAR) == {**before, name: value}

    def test_fields_come_change_and_go(self, approved: Account) -> None:
        wanted = car(year=item("Year", "integer"))
        assert approved.put(CAR, wanted).outcome == "done"
        assert approved.attributes(CAR)["fields"] == wanted["fields"]
        wanted = car(year=item("Model year", "string"))
        assert approved.put(CAR, wanted).outcome == "done"
        assert approved.attributes(CAR)["fields"] == wanted["fields"]

    def test_an_object_that_nothing_uses_can_go(self, approved: Account) -> None:
        assert approved.remove(CAR).outcome == "done"
        assert approved.see(CAR) is None

    def test_an_object_in_use_stays(self, approved: Account) -> None:
        approved.handle.do("use_custom_object", name="carLease", asset_name="Renewals")
        result = approved.remove(CAR)
        assert (result.outcome, result.code) == ("failed", "1022")
        assert "dependent assets" in result.hint

    def test_the_display_name_is_refused_when_it_is_planned(self, approved: Account) -> None:
        resource = resources_of(fields_of("carLease", label="Other"))[CAR]
        (found,) = [each for each in approved.world().plan([resource]).verdicts if each.level == "error"]
        assert found.hint == "declare a custom object under another name"

    @pytest.mark.parametrize(
        "fields", [{"contract": item("Contract")}, {"owner": item("Owner", "email")}, {"vin": item("VIN", dedupe=True)}]
    )
    def test_keys_and_links_are_fixed_and_nothing_is_sent(self, approved: Account, fields: dict[str, Any]) -> None:
        before = len(approved.requests("write"))
        result = approved.put(CAR, {"fields": {**car()["fields"], **fields}})
        assert (result.outcome, result.code) == ("failed", "draft")
        assert "fixed links and dedupe fields" in result.error
        assert len(approved.requests("write")) == before

    def test_more_names_than_asked_for_do_no_harm(self, approved: Account) -> None:
        approved.handle.switch("custom_object_names", "more")
        assert approved.put("custom-object/other", {**car(), "label": "Other"}).outcome == "done"
        assert approved.attributes(CAR)["label"] == "Car lease"


class TestTakingBack:
    def test_a_refused_change_leaves_what_was_there(self, approved: Account) -> None:
        approved.handle.limit("custom_object_fields", 3)
        before = approved.attributes(CAR)
        result = approved.put(CAR, {"description": "New.", "fields": {**car()["fields"], "year": item("Year")}})
        assert result.outcome == "done"
        result = approved.put(
            CAR, {"description": "Newer.", "fields": {**car()["fields"], "a": item("A"), "b": item("B")}}
        )
        assert (result.outcome, result.code) == ("failed", "1003")
        assert "Marketo has what it had before." in result.hint
        assert stored(approved)["draft"] is None
        assert approved.attributes(CAR)["description"] == "New."
        assert before["description"] == ""

    def test_a_refused_object_leaves_nothing(self, shaped: Account) -> None:
        shaped.handle.limit("custom_object_fields", 1)
        result = shaped.put(CAR, car())
        assert result.outcome == "failed"
        assert "Nothing of it is left." in result.hint
        assert shaped.see(CAR) is None

    def test_a_draft_that_cannot_be_taken_back_is_said(self, approved: Account) -> None:
        approved.handle.fault("status", path="approve", code="1003")
        approved.handle.fault("status", path="discardDraft", code="1048")
        result = approved.put(CAR, {"description": "New."})
        assert "the next apply takes it up again" in result.hint
        assert approved.put(CAR, {"description": "New."}).outcome == "done"

    def test_a_name_that_is_taken_is_left_alone(self, approved: Account) -> None:
        from dataclasses import replace

        from mopsctl.resource import Resource
        from tests.marketo.conftest import one, write_of

        write = write_of(approved, Resource(Address.parse(f"marketo:{CAR}"), "Car lease", car()))
        result = one(approved.system.write([replace(write, action="add", observed=None)]))
        assert (result.outcome, result.code) == ("failed", "exists")
        assert stored(approved)["approved"] is not None


class Cable:
    """Cuts the connection at one write, before or after it took effect, and stays cut until it is fixed."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.fixed = False

    def __call__(self, call: Call) -> None:
        if self.fixed:
            return
        if self.left <= 0:
            raise Cut
        self.left -= 1


class TestInterruptions:
    NEW = car(year=item("Year", "integer"), model=item("Make and model"))
    CALLS = 4  # the object's words, a new field, a changed field, the approval

    @pytest.mark.parametrize("moment", ["before", "after"])
    @pytest.mark.parametrize("number", range(CALLS))
    def test_the_approved_version_is_the_old_one_or_the_new_one(
        self, approved: Account, moment: str, number: int
    ) -> None:
        old = approved.attributes(CAR)
        wanted = {**self.NEW, "description": "New."}
        cable = Cable(number)
        (approved.handle.before_write if moment == "before" else approved.handle.after_write)(cable)
        with pytest.raises(MopsctlError):
            approved.put(CAR, wanted)
        cable.fixed = True
        expected = {**old, **wanted}
        last = number == self.CALLS - 1 and moment == "after"
        assert approved.attributes(CAR) == (expected if last else old)
        if not last:
            assert approved.put(CAR, wanted).outcome == "done"
        assert approved.attributes(CAR) == expected
        assert stored(approved)["draft"] is None

    @pytest.mark.parametrize("moment", ["before", "after"])
    @pytest.mark.parametrize("number", range(3))
    def test_a_new_object_is_finished_by_the_next_apply(self, shaped: Account, moment: str, number: int) -> None:
        cable = Cable(number)
        (shaped.handle.before_write if moment == "before" else shaped.handle.after_write)(cable)
        with pytest.raises(MopsctlError):
            shaped.put(CAR, car())
        cable.fixed = True
        seen = shaped.see(CAR)
        assert seen is None or seen.attributes["approved"] is (number == 2 and moment == "after")
        shaped.put(CAR, car())
        assert shaped.attributes(CAR)["approved"] is True
        assert shaped.attributes(CAR)["fields"] == car()["fields"]

    @pytest.mark.parametrize("number", range(3))
    def test_through_the_engine_a_broken_run_is_resumed(
        self, account: Account, connect: Callable[..., Account], number: int
    ) -> None:
        world = account.world()
        cable = Cable(number)
        account.handle.after_write(cable)
        world.converge(account.wants(*fields_of("carLease")))
        cable.fixed = True
        later = connect().world()
        later.state = world.state
        later.resume()
        later.converge(account.wants(*fields_of("carLease")))
        assert account.attributes(CAR)["approved"] is True
        assert later.plan(account.wants(*fields_of("carLease"))).changes == ()

    def test_somebody_elses_draft_is_left_alone(self, approved: Account) -> None:
        approved.handle.fault("lost_request", path="approve")
        with pytest.raises(MopsctlError):
            approved.put(CAR, {"fields": {**car(model=item("Model"))["fields"], "theirs": item("Theirs")}})
        result = approved.put(CAR, {"description": "Ours."})
        assert (result.outcome, result.code) == ("failed", "draft")
        assert "a draft that is not of this plan (theirs)" in result.error
        assert names(stored(approved)["draft"]) == ["contract", "model", "owner", "theirs"]


class TestReading:
    def test_keys_and_links_stand_on_the_type(self, approved: Account, raw: Raw) -> None:
        shown = raw.get("/rest/v1/customobjects/schema/carLease/describe.json")["result"][0]
        shown = shown.get("approved", shown)
        assert shown["dedupeFields"] == ["contract"]
        assert [each["relatedTo"] for each in shown["relationships"]] == [{"name": "Lead", "field": "email"}]
        assert {key for each in shown["fields"] for key in each} == {
            "name", "displayName", "dataType", "length", "updateable", "crmManaged",
        }  # fmt: skip
        assert approved.attributes(CAR)["fields"] == car(model=item("Model"))["fields"]

    def test_without_the_entitlement_it_is_unreadable_not_absent(self, account: Account) -> None:
        account.handle.do("custom_objects_off")
        reading = account.system.reread([Address.parse(f"marketo:{CAR}")])
        assert "has no custom objects in its API (616)" in reading.unreadable["custom-object"]

    def test_objects_of_others_are_seen_and_left_alone(self, approved: Account) -> None:
        approved.put("custom-object/theirs", {**car(), "label": "Theirs"})
        before = approved.stored("customobjects", "theirs")
        approved.put(CAR, {"description": "Ours."})
        assert approved.stored("customobjects", "theirs") == before


def fields_of(name: str, label: str = "Car lease", **more: Any) -> list[Field]:
    """The manifest's way to a custom object: fields on `custom:NAME`."""
    object_name = f"custom:{name}"
    return [
        Field(
            HERE,
            "person",
            object_name,
            "contract",
            "contract",
            "text",
            "Contract",
            hints={"dedupe": True, "object_label": label, **more},
        ),
        Field(HERE, "person", object_name, "owner", "owner", "email", "Owner", hints={"link": "lead.email"}),
    ]


class TestConversion:
    def test_fields_become_one_object(self) -> None:
        resource = resources_of(fields_of("carLease", object_plural="Car leases"))[CAR]
        assert resource.attributes == {
            "label": "Car lease",
            "plural": "Car leases",
            "approved": True,
            "fields": {"contract": KEY, "owner": OWNER},
        }

    def test_an_object_that_is_linked_to_comes_first(self) -> None:
        linked = Field(
            HERE,
            "person",
            "custom:trip",
            "car",
            "car",
            "text",
            "Car",
            hints={"link": "carLease.contract", "dedupe": True},
        )
        found = resources_of([*fields_of("carLease"), linked])
        assert [str(each) for each in found["custom-object/trip"].needs] == ["marketo:custom-object/carLease"]

    @pytest.mark.parametrize(
        ("fields", "found"),
        [
            (fields_of("carLease"), []),
            (fields_of("car lease"), [("MK030", "error")]),
            (fields_of("carLease")[1:], [("MK032", "error")]),
            (
                [
                    Field(HERE, "person", "custom:x", f"f{n}", "k", "text", f"F {n}", hints={"dedupe": True})
                    for n in range(4)
                ],
                [("MK032", "error")],
            ),
            (
                [
                    Field(HERE, "person", "custom:x", f"f{n}", "k", "text", f"F {n}", hints={"dedupe": n == 0})
                    for n in range(51)
                ],
                [("MK031", "error")],
            ),
            (
                [Field(HERE, "person", "custom:x", "f", "k", "text", "F", hints={"dedupe": True, "link": "lead"})],
                [("MK033", "error")],
            ),
            (
                [Field(HERE, "person", "custom:x", "f", "k", "text", "F", hints={"dedup": True})],
                [("MK011", "error"), ("MK032", "error")],
            ),
            (
                [
                    Field(HERE, "person", "custom:x", "f", "k", "text", "F", description="D.", hints={"dedupe": True}),
                ],
                [("MK034", "note")],
            ),
            (
                [
                    Field(
                        HERE,
                        "person",
                        "custom:x",
                        "f",
                        "k",
                        "text",
                        "F",
                        hints={"dedupe": True, "in_person_detail": True},
                    )
                ],
                [("MK034", "note")],
            ),
            (
                [
                    Field(HERE, "person", "custom:x", "f", "k", "text", "F", hints={"dedupe": True}),
                    Field(HERE, "person", "custom:x", "g", "k", "reference", "G", hints={"link": "Lead.Id"}),
                ],
                [],
            ),
            (
                [Field(HERE, "person", "custom:x", "f", "k", "reference", "F", hints={"dedupe": True})],
                [("MK008", "error")],
            ),
        ],
    )
    def test_what_marketo_would_refuse(self, fields: list[Field], found: list[tuple[str, str]]) -> None:
        assert findings_of(fields) == found
