"""How many records a change touches, in a few calls."""

from __future__ import annotations

from typing import Any

import pytest

from mopsctl.address import Address
from mopsctl.resource import Impact, Write
from tests.salesforce.conftest import Account


def impact_of(account: Account, *writes: Write) -> dict[str, Impact]:
    account.handle.reset_counters()
    return {str(address).partition(":")[2]: found for address, found in account.system.impact(writes).items()}


def removal(account: Account, text: str) -> Write:
    return Write(Address.parse(f"salesforce:{text}"), "remove", (), {}, account.see(text))


def made(account: Account, name: str, metadata: dict[str, Any]) -> None:
    account.handle.do("create_field", name=name, metadata={"label": "X", **metadata})


def record(account: Account, **columns: Any) -> None:
    account.handle.do("create_record", object_name="Lead", LastName="x", Company="y", **columns)


def test_a_removed_field_counts_the_records_that_hold_a_value(account: Account) -> None:
    made(account, "Lead.X__c", {"type": "Text", "length": 9})
    for value in ("a", "b", None):
        record(account, X__c=value)
    assert impact_of(account, removal(account, "field/Lead.X__c")) == {"field/Lead.X__c": Impact(2)}
    assert account.handle.counters()["requests"] == 1


def test_a_removed_checkbox_counts_the_ticked_ones(account: Account) -> None:
    made(account, "Lead.X__c", {"type": "Checkbox", "defaultValue": "false"})
    for value in (True, False, True):
        record(account, X__c=value)
    assert impact_of(account, removal(account, "field/Lead.X__c"))["field/Lead.X__c"].records == 2


def test_a_long_text_cannot_be_counted(account: Account) -> None:
    made(account, "Lead.X__c", {"type": "LongTextArea", "length": 500, "visibleLines": 3})
    found = impact_of(account, removal(account, "field/Lead.X__c"))["field/Lead.X__c"]
    assert (found.records, bool(found.reason)) == (None, True)
    assert account.handle.counters()["requests"] == 0


def test_a_field_the_user_cannot_see_is_said_not_to_be_countable(account: Account) -> None:
    account.handle.do(
        "create_field", name="Lead.X__c", metadata={"type": "Text", "label": "X", "length": 9}, visible=False
    )
    found = impact_of(account, removal(account, "field/Lead.X__c"))["field/Lead.X__c"]
    assert found.records is None
    assert "could not be counted" in found.reason


@pytest.mark.parametrize("several", [False, True])
def test_a_deactivated_value_counts_the_records_that_hold_it(account: Account, several: bool) -> None:
    listed = [{"valueName": name, "label": name} for name in ("a", "b's")]
    kind: dict[str, Any] = {"type": "MultiselectPicklist", "visibleLines": 3} if several else {"type": "Picklist"}
    kind["valueSet"] = {"restricted": False, "valueSetDefinition": {"sorted": False, "value": listed}}
    made(account, "Lead.X__c", kind)
    for value in ("a", "b's", "b's;a" if several else "b's"):
        record(account, X__c=value)
    write = account.write_of("field/Lead.X__c", {"values": {"b's": {"label": "b's", "active": False}}})
    assert impact_of(account, write)["field/Lead.X__c"] == Impact(2)


def test_a_deactivated_standard_value_counts_on_every_object_that_uses_the_set(account: Account) -> None:
    write = account.write_of("standard-value-set/LeadSource", {"values": {"Web": {"label": "Web", "active": False}}})
    assert impact_of(account, write)["standard-value-set/LeadSource"] == Impact(20)
    assert account.handle.counters()["requests"] == 4


def test_a_deactivated_stage_counts_the_deals_in_it(account: Account) -> None:
    gone = {"label": "Prospecting", "active": False}
    write = account.write_of("standard-value-set/OpportunityStage", {"values": {"Prospecting": gone}})
    assert impact_of(account, write)["standard-value-set/OpportunityStage"] == Impact(2)


def test_a_global_value_set_does_not_know_its_fields(account: Account) -> None:
    account.handle.do("create_value_set", name="Units", values=["a", "b"])
    write = account.write_of("global-value-set/Units", {"values": {"a": {"label": "a", "active": False}}})
    assert impact_of(account, write)["global-value-set/Units"].records is None


def test_a_recompiled_formula_counts_all_records(account: Account) -> None:
    made(account, "Lead.X__c", {"type": "Number", "formula": "1", "precision": 18, "scale": 0})
    write = account.write_of("field/Lead.X__c", {"formula": "2"})
    assert impact_of(account, write)["field/Lead.X__c"] == Impact(20)


def test_what_touches_no_record_is_not_asked_about(account: Account) -> None:
    made(account, "Lead.X__c", {"type": "Text", "length": 9})
    write = account.write_of("field/Lead.X__c", {"label": "Y"})
    assert impact_of(account, write) == {}
    assert account.handle.counters()["requests"] == 0
