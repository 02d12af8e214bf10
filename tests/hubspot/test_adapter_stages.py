"""Lifecycle stages over a real socket: what is documented is compared, what is not is tried and read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.element import Lifecycle, Origin, Stage
from mopsctl.emulator import Handle
from mopsctl.provider.contract import Converted
from mopsctl.resource import Resource

Open = Callable[..., Any]
Convert = Callable[..., Converted]
STAGES = "hubspot:lifecycle-stage-list/contact"


def lifecycle(*stages: tuple[str, str], object_name: str = "contact") -> Lifecycle:
    made = tuple(Stage(value, value, label) for value, label in stages)
    return Lifecycle(Origin(), "person", "Person", "person", object_name, "lifecyclestage", made, ())


def stage_list(convert: Convert, *stages: tuple[str, str], object_name: str = "contact") -> Resource:
    found = convert(lifecycle(*stages, object_name=object_name), "lifecycle-stage-writes").resources
    return next(resource for resource in found if resource.address.kind == "lifecycle-stage-list")


def test_stages_of_contacts_and_companies_agree_on_a_fresh_account(account: Any) -> None:
    for name in ("contact", "company"):
        assert account.attributes(f"hubspot:lifecycle-agreement/{name}") == {"disagreements": []}


@pytest.mark.parametrize(("mode", "expected"), [("separate", 2), ("shared", 0)])
def test_a_stage_of_one_object_only_is_told_of(account: Any, emulated: Handle, mode: str, expected: int) -> None:
    emulated.switch("lifecycle_stages", mode)
    added = emulated.do("add_stage", object_type="contacts", label="SAL")
    emulated.do("rename_stage", object_type="companies", stage="lead", label="Inquiry")
    said = account.attributes("hubspot:lifecycle-agreement/contact")["disagreements"]
    assert len(said) == expected
    if expected:
        assert f"the company pipeline has no stage '{added['id']}'" in said
        assert "stage 'lead' is 'Lead' in the contact property and 'Inquiry' in the company pipeline" in said


def test_stages_can_be_compared_without_a_right_to_companies(open_account: Open, emulated: Handle) -> None:
    emulated.fault("status", path="/pipelines/2026-09/companies", status=403, times=0)
    account = open_account()
    assert account.attributes("hubspot:lifecycle-agreement/contact") == {"disagreements": []}


@pytest.mark.parametrize("shared", ["separate", "shared"])
def test_a_stage_gets_another_label(account: Any, convert: Convert, emulated: Handle, shared: str) -> None:
    emulated.switch("lifecycle_stages", shared)
    (result,) = account.put(stage_list(convert, ("lead", "Inquiry"), ("customer", "Customer")))
    assert (result.outcome, "does not document" in result.note) == ("done", True)
    assert account.attributes(STAGES)["stages"]["lead"] == {"label": "Inquiry"}
    company = account.attributes("hubspot:lifecycle-stage-list/company")["stages"]["lead"]["label"]
    assert company == ("Inquiry" if shared == "shared" else "Lead")


def test_stages_get_another_order(account: Any, convert: Convert) -> None:
    before = account.attributes(STAGES)["stages_order"]
    wanted = ("other", "Other"), ("customer", "Customer"), ("lead", "Lead")
    (result,) = account.put(stage_list(convert, *wanted))
    assert result.outcome == "done"
    after = account.attributes(STAGES)["stages_order"]
    assert [name for name in after if name in ("other", "customer", "lead")] == ["other", "customer", "lead"]
    others = [name for name in before if name not in ("other", "customer", "lead")]
    assert [name for name in after if name in others] == others


def test_hubspot_gives_a_new_stage_its_own_value_and_the_user_is_told(account: Any, convert: Convert) -> None:
    resource = stage_list(convert, ("lead", "Lead"), ("sal", "Sales accepted"))
    (result,) = account.put(resource)
    assert result.outcome == "failed"
    made = set(account.attributes(STAGES)["stages"]) - {"sal"}
    number = next(key for key in made if key.isdigit())
    assert f"'{number}'" in result.hint
    account.handle.reset_counters()
    (again,) = account.put(resource)
    assert (again.outcome, f"'{number}'" in again.hint) == ("failed", True)
    assert account.requests("write") == [], "a second try makes no second stage"
    (bound,) = account.put(stage_list(convert, ("lead", "Lead"), (number, "Sales accepted lead")))
    assert bound.outcome == "done"


def test_a_stage_with_records_is_not_taken_out(account: Any, convert: Convert, emulated: Handle) -> None:
    (first,) = account.put(stage_list(convert, ("lead", "Lead"), ("evangelist", "Evangelist")))
    assert first.outcome == "done"
    emulated.do("add_records", object_type="contacts", count=2, lifecyclestage="evangelist")
    write = account.write_of(stage_list(convert, ("lead", "Lead")))
    assert account.system.impact([write])[write.address].records == 2
    (result,) = account.system.write([write])
    assert (result.outcome, "2 contact records" in result.error) == ("failed", True)
    assert "evangelist" in account.attributes(STAGES)["stages"]


def test_writing_the_stages_of_one_object_leaves_the_other_list_as_it_was_read(account: Any, convert: Convert) -> None:
    other = "hubspot:lifecycle-stage-list/company"
    before = account.attributes(other)
    account.put(stage_list(convert, ("lead", "Inquiry")))
    assert account.attributes(other) == before


def test_an_empty_stage_is_taken_out(account: Any, convert: Convert) -> None:
    account.put(stage_list(convert, ("lead", "Lead"), ("evangelist", "Evangelist")))
    (result,) = account.put(stage_list(convert, ("lead", "Lead")))
    assert result.outcome == "done"
    assert "evangelist" not in account.attributes(STAGES)["stages"]


def test_where_stages_cannot_be_written_the_screen_is_named(account: Any, convert: Convert, emulated: Handle) -> None:
    emulated.switch("lifecycle_stage_writes", "forbidden")
    before = account.attributes(STAGES)
    (result,) = account.put(stage_list(convert, ("lead", "Inquiry")))
    assert result.outcome == "failed"
    assert account.attributes(STAGES) == before


def test_stage_lists_are_never_created_or_removed(account: Any) -> None:
    seen = account.see(STAGES)
    assert seen is not None
    assert (seen.builtin, seen.removable) == (True, False)


@pytest.mark.parametrize("whole", [True, False])
def test_the_dates_of_stages_are_found(account: Any, emulated: Handle, whole: bool) -> None:
    address = Address.parse("hubspot:stage-stamps/contact")
    before = account.attributes(str(address))["stamps"]
    assert before["hs_v2_date_entered_lead"] == {"type": "datetime"}
    added = emulated.do("add_stage", object_type="contacts", label="SAL")
    look = account.system.read([], [address]) if whole else account.system.reread([address])
    after = look.items[address].attributes["stamps"]
    assert set(after) - set(before) == {f"hs_v2_date_entered_{added['id']}"}
