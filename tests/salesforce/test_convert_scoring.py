"""Scoring models become formula fields where Salesforce decides, and stay plain numbers elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from mopsctl_salesforce import formula_size
from mopsctl_salesforce.emulator import evaluate
from mopsctl_salesforce.emulator import formula as compiler

from mopsctl.condition import Test as Asked
from mopsctl.element import Agreement, Element, Field, Rule, RuleGroup, Score
from mopsctl.resource import Resource
from tests.salesforce.conftest import HERE, findings_of, person, resources_of, values

BANDS = (("A", 70.0), ("B", 45.0), ("C", 20.0), ("D", 0.0))
TITLE = person("Title", "text", key="job_title")
SIZE = person("Employee_Band__c", "choice", key="employee_band", values=values("1-50", "51-250", "251-1000", "1001+"))
COUNTRY = person("CountryCode", "country", key="country")
FIT = person(
    "Fit_Score__c", "integer", key="fit_score", owner="salesforce", role="score", precision=4, description="How well."
)
FIELDS = {field.key: field for field in (TITLE, SIZE, COUNTRY, FIT)}


def words(points: int, *operands: str) -> Rule:
    return Rule(operands[0], points, when=Asked("field", "job_title", "has_word", operands))


ROLE = RuleGroup(
    "role",
    (
        words(45, "chief", "ceo", "cfo", "cio", "cmo", "cro", "vp", "vice president"),
        words(35, "director", "head of"),
        words(20, "manager"),
        words(-60, "student", "intern"),
    ),
    cap_max=45,
)
COMPANY = RuleGroup(
    "company",
    (
        Rule(
            "size",
            field="employee_band",
            points_by_value=(("1-50", 5), ("51-250", 25), ("251-1000", 40), ("1001+", 30)),
            otherwise=0,
        ),
        Rule("market", 15, when=Asked("field", "country", "in", ("US", "CA", "GB", "IE", "DE", "FR", "NL"))),
    ),
    cap_max=55,
)


def model(**more: Any) -> Score:
    usual: dict[str, Any] = {"groups": (ROLE, COMPANY), "bands": BANDS, "fields": FIELDS}
    usual |= {
        "origin": replace(HERE, document="ScoringModel/person-fit"),
        "name": "person-fit",
        "title": "Who they are",
    }
    usual |= {"dimension": "fit", "concept": "person", "object": "Lead", "field": "Fit_Score__c"}
    return Score(**(usual | more))


def converted(score: Score, *others: Element) -> dict[str, Resource]:
    return resources_of([FIT, SIZE, TITLE, *others, score])


def score_of(source: str, **record: Any) -> float:
    kinds = {"Title": "Text", "Employee_Band__c": "Picklist", "CountryCode": "Picklist"}
    kinds |= {"Fit_Score__c": "Number", "Doing__c": "Number"}
    tree = compiler.parse(source)
    assert compiler.Checker(kinds, rule=False).check(tree) == "Number"
    result = evaluate.evaluate(tree, evaluate.Record(record, kinds, date(2026, 9, 1)))
    assert isinstance(result, float)
    return result


@pytest.mark.parametrize(
    ("title", "size", "country", "expected"),
    [
        ("VP Sales", "251-1000", "US", 100),
        ("Director", "51-250", "DE", 75),
        ("Student", "1001+", "GB", 0),
        ("Manager", "251-1000", "FR", 75),
        ("", "", "", 0),
        ("International sales", "1-50", "SE", 5),
    ],
)
def test_the_formula_gives_the_points_of_the_model(title: str, size: str, country: str, expected: int) -> None:
    source = formula_of(model())
    assert score_of(source, Title=title, Employee_Band__c=size, CountryCode=country) == expected


def formula_of(score: Score) -> str:
    return str(converted(score)["field/Lead.Fit_Score__c"].attributes["formula"])


def test_the_formula_is_an_attribute_of_the_field_with_the_catalogues_words() -> None:
    found = converted(model())["field/Lead.Fit_Score__c"]
    assert found.attributes["type"] == "Formula (Number)"
    assert found.attributes["description"] == "How well."
    assert found.attributes["scale"] == 0
    assert found.attributes["blanks"] == "BlankAsBlank"
    assert len(found.attributes["formula"]) <= formula_size.LONGEST_SOURCE
    assert "default" not in found.attributes
    assert str(found.needs[0]) == "salesforce:field/Lead.Employee_Band__c"
    assert found.capability == "scoring.fit"


def test_a_disabled_rule_is_left_out() -> None:
    off = replace(COMPANY, rules=tuple(replace(rule, disabled=True) for rule in COMPANY.rules))
    assert "CountryCode" not in formula_of(model(groups=(ROLE, off)))


def test_excluded_records_get_the_default() -> None:
    source = formula_of(model(exclude=Asked("field", "country", "is", ("SE",)), default=7))
    assert score_of(source, Title="CEO", CountryCode="SE") == 7
    assert score_of(source, Title="CEO", CountryCode="US") == 60


def test_fractions_are_rounded_once_at_the_end() -> None:
    half = RuleGroup("half", (Rule("h", 2.5, when=Asked("field", "country", "is", ("US",))),))
    assert score_of(formula_of(model(groups=(half,))), CountryCode="US") == 3


def test_a_score_in_percent_is_a_fraction_to_its_formula() -> None:
    share = replace(FIT, type="percent")
    found = resources_of([share, SIZE, TITLE, model(settings={"band_field": "Fit_Band__c"})])
    source = str(found["field/Lead.Fit_Score__c"].attributes["formula"])
    assert found["field/Lead.Fit_Score__c"].attributes["type"] == "Formula (Percent)"
    assert score_of(source, Title="VP Sales", Employee_Band__c="251-1000") == 0.85
    assert found["field/Lead.Fit_Band__c"].attributes["formula"].startswith('IF(Fit_Score__c >= 0.7, "A", ')


def test_caps_and_range_hold() -> None:
    low = RuleGroup("low", (Rule("l", -30, when=Asked("field", "country", "is", ("US",))),), cap_min=-10)
    assert score_of(formula_of(model(groups=(low,), minimum=-50)), CountryCode="US") == -10
    assert score_of(formula_of(model(groups=(low,), minimum=0)), CountryCode="US") == 0


@pytest.mark.parametrize(
    ("field", "table", "record", "expected"),
    [
        (person("Flag__c", "boolean", key="it"), (("true", 5), ("false", 1)), {"Flag__c": True}, 5),
        (person("Flag__c", "boolean", key="it"), (("true", 5),), {}, 2),
        (person("Stars__c", "integer", key="it"), (("3", 9),), {"Stars__c": 3}, 9),
        (person("Word__c", "text", key="it"), (("x", 4),), {"Word__c": "x"}, 4),
        (person("Day__c", "date", key="it"), (("2026-01-01", 6),), {"Day__c": "2026-01-01"}, 6),
        (person("At__c", "datetime", key="it"), (("2026-01-01", 6),), {"At__c": "2026-01-01T00:00:00"}, 6),
        (person("Share__c", "percent", key="it"), (("80", 8), ("12.5", 3)), {"Share__c": 80}, 8),
        (person("Share__c", "percent", key="it"), (("80", 8), ("12.5", 3)), {"Share__c": 12.5}, 3),
        (person("Land__c", "country", key="it", values=values("US")), (("US", 5),), {"Land__c": "US"}, 5),
    ],
)
def test_a_table_of_points_works_on(field: Field, table: Any, record: dict[str, Any], expected: int) -> None:
    rule = Rule("t", field="it", points_by_value=table, otherwise=2)
    source = formula_of(model(groups=(RuleGroup("g", (rule,)),), fields={**FIELDS, "it": field}))
    kinds = {
        "Flag__c": "Boolean",
        "Stars__c": "Number",
        "Word__c": "Text",
        "Share__c": "Percent",
        "Land__c": "Picklist",
    }
    kinds |= {"Day__c": "Date", "At__c": "DateTime"}
    tree = compiler.parse(source)
    compiler.Checker(kinds, rule=False).check(tree)
    assert evaluate.evaluate(tree, evaluate.Record(record, kinds, date(2026, 9, 1))) == expected


@pytest.mark.parametrize(
    "rule",
    [
        Rule("demo", 60, event="demo_requested"),
        Rule("silent", -30, inactive_days=90),
        Rule("regex", 5, when=Asked("field", "job_title", "matches", ("^x",))),
        Rule("elsewhere", 5, when=Asked("field", "unknown", "is", ("x",))),
        Rule("many", field="topics", points_by_value=(("a", 1),)),
        Rule("word", field="stars", points_by_value=(("many", 1),)),
        Rule("soon", field="day", points_by_value=(("soon", 1),)),
        Rule("hour", field="hour", points_by_value=(("09:00", 1),)),
    ],
)
def test_a_rule_that_no_formula_expresses_is_named_and_left_to_a_person(rule: Rule) -> None:
    fields = {**FIELDS, "topics": person("T__c", "multi_choice"), "stars": person("S__c", "integer")}
    fields |= {"day": person("D__c", "date"), "hour": person("H__c", "text", hints={"type": "Time"})}
    score = model(groups=(ROLE, RuleGroup("more", (rule,))), fields=fields)
    found = converted(score)
    assert found["field/Lead.Fit_Score__c"].attributes["type"] == "Number"
    hand = found["automation/Lead.person-fit"]
    assert hand.mode == "manual"
    assert any(step.startswith(f"{rule.key}:") for step in hand.steps)
    assert ("SF031", "warning") in findings_of([FIT, SIZE, TITLE, score])


def test_decay_needs_a_memory_that_a_formula_has_not() -> None:
    score = model(groups=(replace(ROLE, decay_percent=50, decay_days=30),))
    assert "automation/Lead.person-fit" in converted(score)


def test_a_formula_that_is_too_long_is_left_to_a_person() -> None:
    many = RuleGroup("many", tuple(words(1, f"word{number}") for number in range(60)))
    found = converted(model(groups=(many,)))
    assert found["field/Lead.Fit_Score__c"].attributes["type"] == "Number"
    assert len(found["automation/Lead.person-fit"].steps) >= 60
    assert ("SF031", "warning") in findings_of([FIT, model(groups=(many,))])


def test_a_formula_that_may_compile_to_too_much_is_said() -> None:
    rule = Rule("many", 1, when=Asked("field", "job_title", "contains", tuple(f"w{number}" for number in range(95))))
    assert ("SF032", "warning") in findings_of([FIT, model(groups=(RuleGroup("g", (rule,)),))])


def test_a_score_that_another_system_decides_stays_a_number() -> None:
    field = replace(FIT, owner="hubspot", default=0)
    found = resources_of([field, SIZE, model()])
    assert found["field/Lead.Fit_Score__c"].attributes["type"] == "Number"
    assert found["field/Lead.Fit_Score__c"].attributes["default"] == "0"
    assert [name for name in found if name.startswith("automation/")] == []


def test_a_setting_decides_where_the_owner_does_not() -> None:
    field = replace(FIT, owner="hubspot")
    found = resources_of([field, SIZE, model(settings={"formula": True})])
    assert found["field/Lead.Fit_Score__c"].attributes["type"] == "Formula (Number)"
    assert ("SF030", "error") in findings_of([field, model(settings={"fromula": True})])


def test_bands_become_a_text_formula() -> None:
    found = converted(model(settings={"band_field": "Fit_Band__c"}))["field/Lead.Fit_Band__c"]
    assert found.attributes["type"] == "Formula (Text)"
    assert found.attributes["formula"].startswith('IF(Fit_Score__c >= 70, "A", ')
    assert str(found.needs[0]) == "salesforce:field/Lead.Fit_Score__c"


def test_the_grade_puts_fit_before_engagement() -> None:
    engagement = model(
        name="person-engagement",
        dimension="engagement",
        field="Engagement_Score__c",
        groups=(),
        bands=(("1", 60.0), ("2", 0.0)),
        grade_with="person-fit",
        grade_field="Grade__c",
        settings={"formula": False},
    )
    grade = person("Grade__c", "text", key="grade", role="grade", owner="salesforce")
    source = str(converted(model(), engagement, grade)["field/Lead.Grade__c"].attributes["formula"])
    kinds = {"Fit_Score__c": "Number", "Engagement_Score__c": "Number"}
    record = evaluate.Record({"Fit_Score__c": 75, "Engagement_Score__c": 60}, kinds, date(2026, 9, 1))
    assert evaluate.evaluate(compiler.parse(source), record) == "A1"
    elsewhere = replace(grade, owner="hubspot")
    assert "formula" not in converted(model(), engagement, elsewhere)["field/Lead.Grade__c"].attributes


TOTAL = person("Total__c", "integer", key="total", owner="salesforce", role="score")
DOING = person("Doing__c", "integer", key="doing", owner="marketo", role="score")


def combined(weights: dict[str, float]) -> Agreement:
    return Agreement(
        HERE, "total", "Lead", "Total", ("Let it be the sum.",), "scoring.field", "Total__c", tuple(weights.items())
    )


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"Fit_Score__c": 50, "Doing__c": 40}, 44),
        ({"Fit_Score__c": 51, "Doing__c": 41}, 45),
        ({"Fit_Score__c": None, "Doing__c": 40}, 24),
        ({}, 0),
        ({"Fit_Score__c": 900, "Doing__c": 0}, 100),
        ({"Fit_Score__c": -900, "Doing__c": 0}, 0),
    ],
)
def test_a_weighted_sum_of_scores_is_a_formula(record: dict[str, Any], expected: int) -> None:
    wanted = combined({"Fit_Score__c": 0.4, "Doing__c": 0.6})
    found = resources_of([FIT, DOING, TOTAL, wanted])
    total = found["field/Lead.Total__c"]
    assert total.attributes["type"] == "Formula (Number)"
    assert {str(each) for each in total.needs} == {
        "salesforce:field/Lead.Doing__c",
        "salesforce:field/Lead.Fit_Score__c",
    }
    assert not [name for name in found if name.startswith("automation/")]
    assert score_of(str(total.attributes["formula"]), **record) == expected


@pytest.mark.parametrize(
    "fields",
    [
        [FIT, DOING, replace(TOTAL, owner="marketo")],
        [FIT, replace(DOING, type="percent"), TOTAL],
        [FIT, TOTAL],
    ],
    ids=["owned elsewhere", "another kind of number", "a score that is not there"],
)
def test_a_sum_that_is_no_honest_formula_is_left_to_a_person(fields: list[Element]) -> None:
    found = resources_of([*fields, combined({"Fit_Score__c": 0.4, "Doing__c": 0.6})])
    assert found["automation/Lead.total.sum"].steps[-1] == "Let it be the sum."
    assert "formula" not in found["field/Lead.Total__c"].attributes


def test_a_sum_that_would_compile_to_too_much_is_left_to_a_person_and_said() -> None:
    table = tuple((str(each), each) for each in range(60))
    large = RuleGroup("large", (Rule("l", field="stars", points_by_value=table, otherwise=0),))
    stars = person("Stars__c", "integer", key="stars")
    score = replace(model(groups=(large,)), fields={**FIELDS, "stars": stars})
    other = replace(score, name="doing", field="Doing__c")
    doing = replace(DOING, owner="salesforce")
    stack = [FIT, stars, TOTAL, doing, score, other, combined({"Fit_Score__c": 1, "Doing__c": 2})]
    assert "automation/Lead.total.sum" in resources_of(stack)
    assert ("SF031", "warning") in findings_of(stack)
    assert ("SF031", "warning") not in findings_of(stack[:-1])
