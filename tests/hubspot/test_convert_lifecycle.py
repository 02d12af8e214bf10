"""Lifecycles, pipelines and scores become what HubSpot holds, and steps for what it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mopsctl import condition
from mopsctl.condition import All, AnyOf, Not
from mopsctl.diagnostics import Source
from mopsctl.element import (
    Field,
    Item,
    Lifecycle,
    Origin,
    Pipeline,
    PipelineStage,
    Rule,
    RuleGroup,
    Score,
    Stage,
    Transition,
    ValueList,
)
from mopsctl.provider.contract import Converted
from mopsctl.resource import Resource

Convert = Callable[..., Converted]
ORIGIN = Origin(document="Lifecycle/person", source=Source("lifecycle/person.yaml", 4, 3), owner="revops")
STAGES = (
    Stage("inquiry", "lead", "Inquiry", owner="marketing"),
    Stage("mql", "marketingqualifiedlead", "MQL", owner="sdr", sla="at most 24 hours, then tell sdr-manager"),
    Stage("sal", "2444598513", "SAL", require=("job_title",)),
    Stage("recycled", "other", "Recycled"),
)
MOVES = (
    Transition(
        ("inquiry",),
        "mql",
        when=condition.Test("grade", "", "in", ("A1", "B1")),
        unless=condition.Test("field", "opt_out", "is", (True,)),
    ),
    Transition(("mql",), "sal", by="sdr", require=("country",)),
    Transition(("mql", "sal"), "recycled", by="sales"),
    Transition(("recycled",), "mql", when=condition.Test("event", "demo_requested", "happened"), wait_days=30),
)


def lifecycle(**more: Any) -> Lifecycle:
    given: dict[str, Any] = {"name": "person", "title": "Person lifecycle", "concept": "person", "object": "contact"}
    given |= {"field": "lifecyclestage", "stages": STAGES, "transitions": MOVES}
    return Lifecycle(ORIGIN, **{**given, **more})


def by_name(found: Converted) -> Mapping[str, Resource]:
    return {f"{resource.address.kind}/{resource.address.name}": resource for resource in found.resources}


def test_stages_are_keyed_by_their_internal_value(convert: Convert) -> None:
    stages = by_name(convert(lifecycle()))["lifecycle-stage-list/contact"]
    assert stages.attributes["stages"]["2444598513"] == {"label": "SAL"}
    assert stages.attributes["stages_order"] == ["lead", "marketingqualifiedlead", "2444598513", "other"]
    assert sorted(stages.attributes) == ["stages", "stages_order"]


def test_the_copies_of_the_stages_are_compared_once(convert: Convert) -> None:
    both = convert([lifecycle(object="company"), lifecycle()])
    agreements = [resource for resource in both.resources if resource.address.kind == "lifecycle-agreement"]
    assert [(one.address.name, one.mode) for one in agreements] == [("contact", "verify")]
    assert agreements[0].attributes == {"disagreements": []}
    alone = by_name(convert(lifecycle(object="company")))
    assert "lifecycle-agreement/company" in alone
    assert not any("agreement" in name for name in by_name(convert(lifecycle(field="buyer_stage"))))


def test_stages_are_compared_and_set_manually_without_the_switch(convert: Convert) -> None:
    stages = by_name(convert(lifecycle()))["lifecycle-stage-list/contact"]
    assert stages.mode == "verify"
    assert "does not document how to write them" in stages.why
    assert "Settings > Data Management > Objects > Contacts" in stages.steps[0]
    assert "Lifecycle Stage" in stages.steps[0]
    assert stages.steps[0].endswith("If the path has moved, search the settings.")
    assert "'Inquiry' (internal value lead), 'MQL' (internal value marketingqualifiedlead)" in stages.steps[1]
    assert "a number" in stages.steps[2]


def test_stages_are_written_with_the_switch_unless_the_author_says_otherwise(convert: Convert) -> None:
    assert by_name(convert(lifecycle(), "lifecycle-stage-writes"))["lifecycle-stage-list/contact"].mode == "write"
    manual = Lifecycle(Origin(manage="verify"), "p", "P", "person", "contact", "lifecyclestage", STAGES, ())
    assert by_name(convert(manual, "lifecycle-stage-writes"))["lifecycle-stage-list/contact"].mode == "verify"


def test_only_added_stages_need_their_number_copied(convert: Convert) -> None:
    stages = by_name(convert(lifecycle(stages=STAGES[:2], transitions=())))["lifecycle-stage-list/contact"]
    assert len(stages.steps) == 2


def test_native_stamps_are_looked_for_as_properties(convert: Convert) -> None:
    stamps = by_name(convert(lifecycle(native_stamps=True)))["stage-stamps/contact"]
    assert (stamps.mode, stamps.capability) == ("verify", "lifecycle.stamps")
    assert "Settings > Data Management > Objects > Contacts, tab Lifecycle Stage" in stamps.steps[0]
    assert stamps.attributes["stamps"] == {
        f"hs_v2_date_entered_{stage.value}": {"type": "datetime"} for stage in STAGES
    }


def test_stamps_of_ones_own_are_filled_by_hand(convert: Convert) -> None:
    stamps = {"mql/first": "mql_first_at", "mql/latest": "mql_latest_at"}
    steps = by_name(convert(lifecycle(stamps=stamps)))["checklist/person.contact.stamps"].steps
    assert steps[0].endswith("becomes 'MQL', only while 'mql_first_at' is empty.")
    assert steps[1].endswith("becomes 'MQL', every time.")


def test_moves_are_a_checklist_that_knows_about_moving_backwards(convert: Convert) -> None:
    moves = by_name(convert(lifecycle()))["checklist/person.contact.moves"]
    assert moves.mode == "manual"
    assert "From 'mql'" not in " ".join(moves.steps)
    assert "Automation > Workflows" in moves.steps[0]
    assert "From 'MQL' or 'SAL' to 'Recycled' (by sales)." in moves.steps
    assert moves.steps[-1].startswith("Backwards ('Recycled' to 'MQL'): a workflow clears the lifecycle stage first")


def test_no_word_about_moving_backwards_where_nobody_does(convert: Convert) -> None:
    moves = by_name(convert(lifecycle(transitions=MOVES[:3])))["checklist/person.contact.moves"]
    assert not any("Backwards" in step for step in moves.steps)


def test_entry_criteria_are_a_checklist_per_stage(convert: Convert) -> None:
    found = by_name(convert(lifecycle()))
    mql = found["checklist/person.contact.criteria.mql"]
    assert "From 'Inquiry', when the grade is one of A1, B1, unless opt_out is true." in mql.steps
    assert "From 'Recycled', when demo_requested happened, not before 30 days have passed." in mql.steps
    assert mql.steps[-1].startswith("Clear the stage in an action of its own before 'Recycled' to 'MQL'")
    sal = found["checklist/person.contact.criteria.sal"]
    assert "From 'MQL', set by sdr, only with country filled." in sal.steps
    assert "Require these properties before the stage is set: job_title." in sal.steps
    assert "checklist/person.contact.criteria.inquiry" not in found
    assert "checklist/person.contact.criteria.recycled" not in found, "what a person just sets needs nothing built"


def test_a_time_limit_is_a_checklist_that_names_the_owner(convert: Convert) -> None:
    found = by_name(convert(lifecycle()))
    owner, limit = found["checklist/person.contact.sla.mql"].steps
    assert owner == "The stage 'MQL' belongs to sdr."
    assert limit.endswith("that watches 'MQL': at most 24 hours, then tell sdr-manager.")
    assert [name for name in found if ".sla." in name] == ["checklist/person.contact.sla.mql"]


def test_a_checklist_changes_with_what_is_on_it(convert: Convert) -> None:
    one, other = (by_name(convert(lifecycle(transitions=moves))) for moves in (MOVES, MOVES[:2]))
    name = "checklist/person.contact.moves"
    assert one[name].attributes != other[name].attributes


def test_each_object_has_its_own_checklists(convert: Convert) -> None:
    found = by_name(convert([lifecycle(), lifecycle(object="company")]))
    assert {"checklist/person.contact.moves", "checklist/person.company.moves"} <= set(found)
    assert "Companies" in found["lifecycle-stage-list/company"].steps[0]


def test_a_lifecycle_on_a_property_of_its_own_is_its_options(convert: Convert) -> None:
    found = by_name(convert(lifecycle(field="buyer_stage")))
    assert found["property/contact.buyer_stage"].attributes["options_order"] == [stage.value for stage in STAGES]
    assert found["property/contact.buyer_stage"].mode == "write"
    assert "lifecycle-stage-list/contact" not in found


# -- pipelines


def pipeline(object_name: str = "deal", **more: Any) -> Pipeline:
    stages = (PipelineStage("open", "mops_open", "Open", 0.2), PipelineStage("won", "mops_won", "Won", 1, closed=True))
    return Pipeline(ORIGIN, "renewal", object_name, "mops_renewal", "Renewals", more.get("stages", stages))


def test_a_deal_pipeline_has_stages_with_probability(convert: Convert) -> None:
    found = by_name(convert(pipeline()))["pipeline/deal.mops_renewal"]
    assert found.attributes == {
        "label": "Renewals",
        "stages": {"mops_open": {"label": "Open", "probability": 0.2}, "mops_won": {"label": "Won", "probability": 1}},
        "stages_order": ["mops_open", "mops_won"],
    }
    assert "'Open' (id mops_open), 'Won' (id mops_won)" in found.steps[1]


def test_a_ticket_pipeline_has_stages_that_are_open_or_closed(convert: Convert) -> None:
    found = by_name(convert(pipeline("ticket")))["pipeline/ticket.mops_renewal"]
    assert found.attributes["stages"]["mops_won"] == {"label": "Won", "closed": True}


# -- scores


def known(key: str, type_: Any, values: ValueList | None = None) -> Field:
    return Field(ORIGIN, "person", "contact", f"hs_{key}", key, type_, key, values=values)


FIELDS = {
    "title": known("title", "text"),
    "size": known("size", "choice", ValueList("sizes", (Item("small", "1-50", "1-50"), Item("big", "51+", "51+")))),
    "staff": known("staff", "integer"),
    "active": known("active", "boolean"),
    "topics": known("topics", "multi_choice", ValueList("topics", (Item("a", "a", "A"),))),
    "since": known("since", "date"),
}


def score(*rules: Rule, dimension: Any = "fit", **more: Any) -> Score:
    group = RuleGroup("role", rules, cap_max=45, decay_percent=more.pop("decay", None), decay_days=30)
    given: dict[str, Any] = {"name": "person-fit", "title": "Who they are", "concept": "person", "object": "contact"}
    return Score(ORIGIN, **given, dimension=dimension, field="fit_score", groups=(group,), fields=FIELDS, **more)


def when(asked: Any, points: float = 20) -> Rule:
    return Rule("one", points, when=asked)


def calculation(convert: Convert, rule: Rule, **more: Any) -> Any:
    drafted = by_name(convert(score(rule, **more), "lead-scoring-beta"))["lead-score/contact.person-fit"]
    (only,) = drafted.attributes["groups"]["role"]["rules"]
    return only["calculation"]


def match(name: str, **operation: Any) -> dict[str, Any]:
    rule = {"operation": {"includeObjectsWithNoValueSet": False, **operation}, "value": 20}
    return {"type": "MATCH", "property": f"hs_{name}", "matchRules": [rule]}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            condition.Test("field", "size", "in", ("small", "big")),
            match("size", operationType="ENUMERATION", operator="IS_ANY_OF", values=["1-50", "51+"]),
        ),
        (
            Not(condition.Test("field", "size", "is", ("small",))),
            match(
                "size",
                operationType="ENUMERATION",
                operator="IS_NONE_OF",
                values=["1-50"],
                includeObjectsWithNoValueSet=True,
            ),
        ),
        (
            condition.Test("field", "title", "has_word", ("chief", "vp")),
            match("title", operationType="MULTISTRING", operator="CONTAINS", values=["chief", "vp"]),
        ),
        (
            condition.Test("field", "staff", "gte", (50,)),
            match("staff", operationType="NUMBER", operator="IS_GREATER_THAN_OR_EQUAL_TO", value=50),
        ),
        (
            condition.Test("field", "staff", "between", (5, 9)),
            match("staff", operationType="NUMBER", operator="IS_BETWEEN", lowerBound=5, upperBound=9),
        ),
        (
            condition.Test("field", "active", "is", (True,)),
            match("active", operationType="BOOL", operator="IS_EQUAL_TO", value=True),
        ),
        (
            AnyOf(
                (
                    condition.Test("field", "title", "is", ("CEO",)),
                    condition.Test("field", "title", "in", ("CFO", "CMO")),
                )
            ),
            match("title", operationType="MULTISTRING", operator="IS_EQUAL_TO", values=["CEO", "CFO", "CMO"]),
        ),
    ],
)
def test_a_condition_on_one_property_is_a_match(convert: Convert, asked: Any, expected: Any) -> None:
    assert calculation(convert, when(asked)) == expected


def test_a_filled_property_is_asked_for_without_a_value(convert: Convert) -> None:
    operation = calculation(convert, when(Not(condition.Test("field", "since", "known"))))["matchRules"][0]["operation"]
    assert operation == {"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"}


def test_several_properties_together_are_a_condition(convert: Convert) -> None:
    both = All((condition.Test("field", "staff", "gt", (10,)), condition.Test("field", "active", "is", (True,))))
    found = calculation(convert, when(both, 7))
    assert (found["type"], found["value"]) == ("CONDITIONAL", 7)
    assert [part["property"] for part in found["whereCondition"]["conditions"]] == ["hs_staff", "hs_active"]
    assert found["whereCondition"]["operator"] == "AND"


def test_points_by_value_are_one_match_with_a_default(convert: Convert) -> None:
    rule = Rule("size", field="size", points_by_value=(("small", 5), ("big", 25)), otherwise=0)
    found = calculation(convert, rule)
    assert [(one["operation"]["values"], one["value"]) for one in found["matchRules"]] == [(["1-50"], 5), (["51+"], 25)]
    assert found["defaultValue"] == 0


def test_an_event_needs_its_type_id(convert: Convert) -> None:
    rule = Rule("demo", 60, event="demo_requested", max_times=2)
    settings = {"event_types": {"demo_requested": "6-1234"}}
    drafted = convert(score(rule, dimension="engagement", settings=settings), "lead-scoring-beta")
    (only,) = by_name(drafted)["lead-score/contact.person-fit"].attributes["groups"]["role"]["rules"]
    assert only["calculation"]["eventCalculators"][0]["eventTypeId"] == "6-1234"
    assert only["maximumValue"] == 120


@pytest.mark.parametrize(
    "rule",
    [
        Rule("demo", 60, event="demo_requested"),
        Rule("page", 15, event="demo_requested", where=(("path", "/pricing"),)),
        Rule("recent", 15, event="demo_requested", within_days=7),
        Rule("silent", -30, inactive_days=90),
        when(condition.Test("field", "since", "before", ("2026-01-01",))),
        when(condition.Test("field", "title", "matches", ("^vp",))),
        when(AnyOf((condition.Test("field", "title", "is", ("CEO",)), condition.Test("field", "staff", "gt", (1,))))),
        when(Not(All((condition.Test("field", "title", "is", ("CEO",)),)))),
        when(condition.Test("field", "nowhere", "is", ("x",))),
        Rule("many", field="topics", points_by_value=(("a", 5),)),
    ],
    ids=lambda rule: rule.key,
)
def test_what_a_draft_cannot_say_stays_with_a_person(convert: Convert, rule: Rule) -> None:
    settings = {} if rule.key == "demo" else {"event_types": {"demo_requested": "6-1234"}}
    found = convert(score(rule, settings=settings), "lead-scoring-beta")
    assert by_name(found)["lead-score/contact.person-fit"].attributes["groups"]["role"]["rules"] == []
    assert any(f"{rule.key}:" in step for step in by_name(found)["score-table/contact.person-fit"].steps)
    assert [one.rule for one in found.findings if one.rule == "HS041"] == ["HS041"]


def test_a_draft_has_caps_decay_and_exclusions(convert: Convert) -> None:
    rule = when(condition.Test("field", "staff", "gt", (1,)))
    model = score(rule, dimension="engagement", decay=50, settings={"exclude_segments": [7, 3]}, maximum=80)
    drafted = by_name(convert(model, "lead-scoring-beta"))["lead-score/contact.person-fit"].attributes
    assert drafted["maximum"] == 80
    assert drafted["categories"] == ["INTENT"]
    assert drafted["excludedSegments"] == ["3", "7"]
    group = drafted["groups"]["role"]
    assert (group["category"], group["minValue"], group["maxValue"]) == ("INTENT", None, 45)
    assert (group["decayPercent"], group["decayDays"]) == (50, 30)


def test_a_fit_group_does_not_decay_in_hubspot(convert: Convert) -> None:
    model = score(when(condition.Test("field", "staff", "gt", (1,))), decay=50)
    assert (
        by_name(convert(model, "lead-scoring-beta"))["lead-score/contact.person-fit"].attributes["groups"]["role"][
            "decayPercent"
        ]
        is None
    )


def test_a_rule_that_is_off_is_off_in_the_draft(convert: Convert) -> None:
    rule = Rule("one", 5, when=condition.Test("field", "staff", "gt", (1,)), disabled=True)
    drafted = by_name(convert(score(rule), "lead-scoring-beta"))["lead-score/contact.person-fit"]
    assert drafted.attributes["groups"]["role"]["rules"][0]["enabled"] is False


def test_a_draft_waits_for_the_properties_that_its_rules_ask_for(convert: Convert) -> None:
    rules = (
        when(condition.Test("field", "staff", "gt", (1,))),
        Rule("size", field="size", points_by_value=(("small", 5),)),
    )
    drafted = by_name(convert(score(*rules), "lead-scoring-beta"))["lead-score/contact.person-fit"]
    assert [address.name for address in drafted.needs] == ["contact.hs_size", "contact.hs_staff"]


def test_a_draft_is_published_by_a_person(convert: Convert) -> None:
    found = by_name(convert(score(), "lead-scoring-beta"))["score-publication/contact.person-fit"]
    assert (found.mode, found.attributes) == ("verify", {"published": True})
    assert "every record at once" in found.steps[0]
    assert "copies it into 'fit_score'" in found.steps[1]


def test_the_settings_may_name_the_score(convert: Convert) -> None:
    found = by_name(convert(score(settings={"name": "MQL fit"}), "lead-scoring-beta"))
    assert "lead-score/contact.MQL fit" in found


def test_without_the_switch_the_rules_are_a_table_of_plain_lines(convert: Convert) -> None:
    rules = (
        Rule("executive", 45, when=condition.Test("field", "title", "has_word", ("chief", "vp")), purpose="reach."),
        Rule("size", field="size", points_by_value=(("small", 5), ("big", 25)), otherwise=0),
        Rule("demo", 60, event="demo_requested", where=(("path", "/pricing"),), max_times=2, within_days=7),
        Rule("silent", -30, inactive_days=90, disabled=True),
    )
    model = score(*rules, decay=50, bands=(("A", 70), ("B", 0)), grade_with="person-engagement", grade_field="grade")
    found = by_name(convert(model))
    assert "lead-score/contact.person-fit" not in found
    table = found["score-table/contact.person-fit"]
    frame = "Group 'role' (at most 45, losing 50 % of the original points every 30 days): "
    assert table.steps[1:5] == (
        f"{frame}executive: +45 points when title (hs_title) has the word chief, vp (reach).",
        f"{frame}size: by the value of size (hs_size): 1-50 +5, 51+ +25, anything else +0.",
        f"{frame}demo: +60 points for each event demo_requested with path /pricing, at most 2 times, within 7 days.",
        f"{frame}silent: -30 points after 90 days without activity [turned off].",
    )
    assert "Set the score's thresholds to: A from 70, B from 0." in table.steps
    assert any("into a grade and let a workflow write it into 'grade'" in step for step in table.steps)


def test_the_score_is_a_number_property_and_its_catalogue_field_goes_first(convert: Convert) -> None:
    alone = by_name(convert(score()))["property/contact.fit_score"]
    assert alone.attributes == {"label": "Who they are", "type": "number", "fieldType": "number"}
    field = Field(ORIGIN, "person", "contact", "fit_score", "fit_score", "integer", "Fit", role="score")
    both = by_name(convert([score(), field]))["property/contact.fit_score"]
    assert both.attributes["label"] == "Fit"
