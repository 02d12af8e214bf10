"""Lifecycles and pipelines become value lists with flags, validation rules, and steps for flows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from mopsctl_salesforce import names
from mopsctl_salesforce.convert.lifecycle import rule_formula
from mopsctl_salesforce.emulator import evaluate
from mopsctl_salesforce.emulator import formula as compiler

from mopsctl.condition import Test as Asked
from mopsctl.element import Item, Lifecycle, Pipeline, PipelineStage, Stage, Transition, ValueList
from tests.salesforce.conftest import HERE, findings_of, person, resources_of, values

STAGES = (
    Stage("inquiry", "Inquiry", "Inquiry"),
    Stage("mql", "MQL", "Marketing qualified", owner="sdr", sla="at most 24 hours, then move to recycled"),
    Stage("customer", "Customer", "Customer", outcome="won"),
    Stage("recycled", "Recycled", "Recycled"),
)
MOVES = (
    Transition(("inquiry", "recycled"), "mql", when=Asked("field", "title", "is", ("CEO",)), unless=Asked("event", "left", "happened")),
    Transition(("mql",), "customer", require=("title",), wait_days=3),
    Transition(("mql",), "recycled"),
)  # fmt: skip
LIST = ValueList("Lifecycle/person", tuple(Item(stage.key, stage.value, stage.label) for stage in STAGES))
STAGE = person("Stage__c", "choice", key="stage", role="stage", values=LIST)
TITLE = person("Title", "text", key="title")


def lifecycle(**more: Any) -> Lifecycle:
    usual: dict[str, Any] = {"origin": replace(HERE, document="Lifecycle/person", owner="revops"), "name": "person"}
    usual |= {"title": "Person lifecycle", "concept": "person", "object": "Lead", "field": "Stage__c"}
    usual |= {"stages": STAGES, "transitions": MOVES, "enforce": True}
    return Lifecycle(**(usual | more))


def allowed(before: str, after: str, *permissions: str) -> bool:
    source = rule_formula(lifecycle())
    kinds = {"Stage__c": "Picklist"}
    tree = compiler.parse(source)
    assert compiler.Checker(kinds, rule=True, permissions=frozenset({names.BYPASS})).check(tree) == "Boolean"
    record = evaluate.Record(
        {"Stage__c": after}, kinds, date(2026, 9, 1), prior={"Stage__c": before}, permissions=frozenset(permissions)
    )
    return not evaluate.evaluate(tree, record)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Inquiry", "MQL", True),
        ("Recycled", "MQL", True),
        ("MQL", "Customer", True),
        ("MQL", "Recycled", True),
        ("Inquiry", "Customer", False),
        ("Customer", "MQL", False),
        ("MQL", "Inquiry", False),
        ("MQL", "MQL", True),
        ("", "Customer", True),
    ],
)
def test_the_rule_refuses_every_move_that_is_not_listed(before: str, after: str, expected: bool) -> None:
    assert allowed(before, after) is expected


def test_whoever_has_the_permission_may_pass_the_rule() -> None:
    assert allowed("Customer", "Inquiry", names.BYPASS)


def test_an_enforced_lifecycle_brings_a_rule_a_permission_and_a_set_that_grants_it() -> None:
    found = resources_of([STAGE, TITLE, lifecycle()])
    rule = found["validation-rule/Lead.person_moves"]
    assert rule.attributes["message"] == "Person lifecycle does not allow this move. Ask revops."
    assert rule.attributes["display_field"] == "Stage__c"
    assert {str(each) for each in rule.needs} == {
        f"salesforce:custom-permission/{names.BYPASS}",
        "salesforce:field/Lead.Stage__c",
    }
    assert found[f"permission-set/{names.BYPASS}"].attributes["custom_permissions"] == {names.BYPASS: {"enabled": True}}
    assert f"custom-permission/{names.BYPASS}" in found


def test_a_lifecycle_that_is_not_enforced_is_said_to_be_open() -> None:
    elements = [STAGE, TITLE, lifecycle(enforce=False)]
    assert "validation-rule/Lead.person_moves" not in resources_of(elements)
    assert ("SF022", "note") in findings_of(elements)


def test_a_rule_that_is_too_long_is_left_to_a_person() -> None:
    many = tuple(Stage(f"s{number}", f"A stage with quite a long name {number}", "x") for number in range(40))
    moves = tuple(Transition((stage.key,), "s0") for stage in many)
    elements = [STAGE, lifecycle(stages=many, transitions=moves)]
    assert "automation/Lead.person.moves" in resources_of(elements)
    assert ("SF023", "warning") in findings_of(elements)


def test_entry_criteria_come_as_sentences_with_their_formula() -> None:
    steps = resources_of([STAGE, TITLE, lifecycle()])["automation/Lead.person.criteria"].steps
    assert steps[1] == (
        'From Inquiry, Recycled to MQL, when Title (Title) is CEO (formula: Title = "CEO"), unless left happened (no formula: a formula'
        " cannot see an activity)."
    )
    assert steps[2] == "From MQL to Customer, with title filled, not before 3 days."


def test_time_limits_come_with_owner_and_breach() -> None:
    steps = resources_of([STAGE, TITLE, lifecycle()])["automation/Lead.person.limits"].steps
    assert steps[1] == "MQL: sdr has at most 24 hours, then move to recycled."


def test_criteria_are_the_matter_of_the_system_that_decides() -> None:
    found = resources_of([replace(STAGE, owner="hubspot"), TITLE, lifecycle()])
    assert [name for name in found if name.startswith("automation/")] == []


def test_stage_dates_are_filled_by_a_flow() -> None:
    stamps = {"mql/first": "Mql_Date__c", "mql/latest": "Mql_Last__c"}
    steps = resources_of([STAGE, TITLE, lifecycle(stamps=stamps)])["automation/Lead.person.stamps"].steps
    assert steps[1] == "Stage__c becomes MQL: set Mql_Date__c while it is empty."
    assert steps[2] == "Stage__c becomes MQL: set Mql_Last__c each time."


def test_a_lifecycle_on_lead_status_marks_only_what_it_calls_converted() -> None:
    status = person("Status", "choice", key="stage", role="stage", values=LIST)
    plain = lifecycle(field="Status", enforce=False)
    said = {"customer": True, "recycled": False}
    stages = tuple(replace(each, converted=said.get(each.key)) for each in plain.stages)
    found = resources_of([status, replace(plain, stages=stages)])
    listed = found["standard-value-set/LeadStatus"].attributes["values"]
    assert {name: item.get("converted") for name, item in listed.items()} == {
        "Inquiry": None,
        "MQL": None,
        "Customer": True,
        "Recycled": False,
    }


def test_the_second_axis_carries_no_outcome() -> None:
    status = person("Status", "choice", role="lead_status", values=values("New", "Working"))
    found = resources_of([status])
    assert found["standard-value-set/LeadStatus"].attributes["values"]["New"] == {"label": "New", "active": True}
    assert list(found["record-type-values/Lead.Status"].attributes["values"]) == ["New", "Working"]


def deals(*stages: PipelineStage, object_name: str = "deal") -> Pipeline:
    return Pipeline(HERE, "deals", object_name, "OpportunityStage", "Deals", stages)


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        (PipelineStage("q", "Qualify", "Qualify", 0.2), {"label": "Qualify", "active": True, "probability": 20}),
        (PipelineStage("o", "Open", "Open", 0.2, closed=False), {"closed": False, "won": False, "probability": 20}),
        (PipelineStage("w", "Won", "Won", 1.0, closed=True), {"closed": True, "won": True, "probability": 100, "forecast": "Closed"}),
        (PipelineStage("l", "Lost", "Lost", 0.0, closed=True), {"won": False, "probability": 0, "forecast": "Omitted"}),
        (PipelineStage("c", "Commit", "Commit", 0.9, forecast="commit"), {"forecast": "Forecast"}),
        (PipelineStage("b", "Best", "Best", 0.6, forecast="Best case"), {"forecast": "BestCase"}),
    ],
)  # fmt: skip
def test_a_deal_stage_becomes_an_opportunity_stage(stage: PipelineStage, expected: dict[str, Any]) -> None:
    found = resources_of([deals(stage)])["standard-value-set/OpportunityStage"].attributes["values"][stage.value]
    assert {name: found[name] for name in expected} == expected


def test_a_pipeline_is_checked_against_record_types() -> None:
    found = resources_of([deals(PipelineStage("q", "Qualify", "Qualify", 0.2))])[
        "record-type-values/Opportunity.StageName"
    ]
    assert found.mode == "verify"
    assert found.attributes == {"values": {"Qualify": {"missing_on": []}}}
    assert "sales process" in found.steps[0]


def test_a_deal_stage_needs_a_probability() -> None:
    assert ("SF021", "error") in findings_of([deals(PipelineStage("q", "Qualify", "Qualify"))])


def test_a_ticket_pipeline_is_said_to_be_out() -> None:
    assert findings_of([deals(object_name="ticket")]) == [("SF020", "note")]
