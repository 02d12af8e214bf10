"""What HubSpot would refuse is said at the manifest's line, and its permitted neighbour is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mopsctl.diagnostics import Source
from mopsctl.element import Field, Group, Item, Lifecycle, Origin, Pipeline, PipelineStage, Score, ValueList
from mopsctl.provider.contract import Converted

Convert = Callable[..., Converted]
ORIGIN = Origin(document="FieldCatalog/person", source=Source("catalog/person.yaml", 7, 5))


def field(name: str = "fit", type_: Any = "text", **more: Any) -> Field:
    given: dict[str, Any] = {"origin": ORIGIN, "concept": "person", "object": "contact", "key": name, "label": "Fit"}
    return Field(name=name, type=type_, **{**given, **more})


def values(*items: tuple[str, str]) -> ValueList:
    return ValueList("list", tuple(Item(f"k{place}", value, label) for place, (value, label) in enumerate(items)))


def pipeline(*stages: PipelineStage, object_name: str = "deal", name: str = "renewals", key: str = "p") -> Pipeline:
    return Pipeline(ORIGIN, key, object_name, name, "Renewals", stages)


def stage(
    value: str = "s", label: str = "S", probability: float | None = 0.5, *, closed: bool = False
) -> PipelineStage:
    return PipelineStage(value, value, label, probability, closed)


def rules(found: Converted, level: str = "error") -> list[str]:
    return [one.rule for one in found.findings if one.level == level]


GOOD_AND_BAD = [
    ("HS001", field("fit_2"), field("Fit")),
    ("HS001", field("a" * 100), field("a" * 101)),
    ("HS001", field("fit"), field("2fit")),
    ("HS002", Group(ORIGIN, "contact", "mops", "M"), Group(ORIGIN, "contact", "Mops!", "M")),
    (
        "HS003",
        field(type_="choice", values=values(("a", "A"), ("b", "B"))),
        field(type_="choice", values=values(("a", "A"), ("A", "B"))),
    ),
    (
        "HS003",
        field(type_="choice", values=values(("a", "A"), ("b", "B"))),
        field(type_="choice", values=values(("a", "Same"), ("b", "same "))),
    ),
    (
        "HS003",
        field(type_="choice", values=values(("a", "x" * 2998))),
        field(type_="choice", values=values(("a", "x" * 3000))),
    ),
    ("HS003", field(type_="choice", values=values(("a b", "A"))), field(type_="choice", values=values((" a", "A")))),
    (
        "HS003",
        field(type_="choice", values=values(("a;b", "A"))),
        field(type_="multi_choice", values=values(("a;b", "A"))),
    ),
    ("HS005", field(hints={"form_field": True}), field(hints={"formfield": True})),
    (
        "HS005",
        field(type_="decimal", hints={"number_display_hint": "duration"}),
        field(hints={"number_display_hint": "duration"}),
    ),
    (
        "HS005",
        field(type_="choice", hints={"field_type": "radio"}),
        field(type_="choice", hints={"field_type": "checkbox"}),
    ),
    ("HS005", field(hints={"hidden": True}), field(hints={"hidden": "yes"})),
    ("HS006", field(pii="personal"), field(pii="special")),
    ("HS006", field(hints={"data_sensitivity": "non_sensitive"}), field(hints={"data_sensitivity": "sensitive"})),
    ("HS007", field(type_="reference", hints={"referenced_object": "OWNER"}), field(type_="reference")),
    ("HS020", pipeline(stage(), name="p" * 36), pipeline(stage(), name="p" * 37)),
    ("HS020", pipeline(stage()), pipeline()),
    (
        "HS020",
        pipeline(stage(), stage("c", "C", None, closed=True), object_name="ticket"),
        pipeline(stage(), object_name="ticket"),
    ),
    ("HS021", pipeline(stage("a" * 100)), pipeline(stage("a" * 101))),
    ("HS021", pipeline(stage("a", "One"), stage("b", "Two")), pipeline(stage("a", "One"), stage("b", " one "))),
    ("HS021", pipeline(stage("a", "One"), stage("b", "Two")), pipeline(stage("a", "One"), stage("a", "Two"))),
    ("HS021", pipeline(stage(probability=0.5)), pipeline(stage(probability=None))),
    ("HS021", pipeline(stage(probability=1, closed=True)), pipeline(stage(probability=1.5, closed=True))),
    ("HS021", pipeline(stage(probability=0, closed=True)), pipeline(stage(probability=0.5, closed=True))),
    ("HS021", pipeline(stage(probability=0.9)), pipeline(stage(probability=1))),
]


@pytest.mark.parametrize(("rule", "good", "bad"), GOOD_AND_BAD)
def test_the_bad_one_is_refused_and_the_good_one_is_not(convert: Convert, rule: str, good: Any, bad: Any) -> None:
    assert rules(convert(good)) == []
    found = convert(bad)
    assert rules(found) == [rule]
    assert found.findings[0].source == ORIGIN.source


def test_most_options(convert: Convert) -> None:
    items = [(f"v{number}", f"Value {number}") for number in range(5001)]
    assert rules(convert(field(type_="choice", values=values(*items[:5000])))) == []
    assert rules(convert(field(type_="choice", values=values(*items)))) == ["HS003"]


def test_sensitive_data_is_refused_unless_the_connection_allows_it(convert: Convert) -> None:
    assert rules(convert(field(pii="special"))) == ["HS006"]
    assert rules(convert(field(pii="special"), sensitive_data=True)) == []
    assert rules(convert(field(pii="special"), sensitive_data="false")) == ["HS006"]


def test_two_fields_on_one_property(convert: Convert) -> None:
    assert rules(convert([field("fit", key="one"), field("fit", key="two")])) == ["HS004"]
    assert rules(convert([field("fit"), field("fit", object="company")])) == []


def test_ten_unique_properties_per_object(convert: Convert) -> None:
    unique = [field(f"f{number}", unique=True) for number in range(11)]
    assert rules(convert(unique[:10])) == []
    assert rules(convert([*unique[:10], field("f10", unique=True, object="company")])) == []
    assert rules(convert(unique)) == ["HS010"]


def test_a_stage_id_belongs_to_one_pipeline(convert: Convert) -> None:
    one, other = pipeline(stage("a"), name="one", key="one"), pipeline(stage("a"), name="two", key="two")
    assert rules(convert([one, other])) == ["HS021"]
    assert (
        rules(convert([one, pipeline(stage("a"), stage("c", "C", closed=True), name="two", object_name="ticket")]))
        == []
    )


def test_native_stamps_are_for_the_lifecycle_property_only(convert: Convert) -> None:
    def lifecycle(name: str) -> Lifecycle:
        return Lifecycle(ORIGIN, "p", "P", "person", "contact", name, (), (), native_stamps=True)

    assert rules(convert(lifecycle("lifecyclestage"))) == []
    assert rules(convert(lifecycle("buyer_stage"))) == ["HS022"]


@pytest.mark.parametrize(
    ("setting", "good", "bad"),
    [("api_version", "v3", "v4"), ("api_version", "2026-03", "2026-9"), ("scoring_version", "2027-03-beta", "2026-09")],
)
def test_versions_that_are_not_spoken(convert: Convert, setting: str, good: str, bad: str) -> None:
    assert rules(convert([], **{setting: good})) == []
    found = convert([], **{setting: bad})
    assert rules(found) == ["HS090"]
    assert found.findings[0].hint


@pytest.mark.parametrize(
    ("element", "rule", "words"),
    [
        (field(default="core"), "HS008", "keeps no default"),
        (field(required=True), "HS009", "not required by themselves"),
        (
            Score(ORIGIN, "fit", "Fit", "fit", "person", "contact", "fit_score", (), default=0),
            "HS008",
            "an empty score is not 0",
        ),
    ],
)
def test_what_hubspot_does_not_keep_is_a_note(convert: Convert, element: Any, rule: str, words: str) -> None:
    (finding,) = convert(element).findings
    assert (finding.rule, finding.level) == (rule, "note")
    assert words in finding.message


def test_a_score_field_says_its_default_once(convert: Convert) -> None:
    score = Score(ORIGIN, "fit", "Fit", "fit", "person", "contact", "fit_score", (), default=0)
    found = convert([field("fit_score", "integer", role="score", default=0), score])
    assert rules(found, "note") == ["HS008"]


def test_a_wrong_native_setting_is_corrected(convert: Convert) -> None:
    (finding,) = convert(field(hints={"form_feild": True})).findings
    assert finding.hint == "did you mean 'form_field'?"


def test_standard_properties_are_not_judged_by_the_rules_for_new_ones(convert: Convert) -> None:
    assert convert(field("email", "email", required=True, default="x")).findings == ()


def test_only_scorable_objects_get_a_draft(convert: Convert) -> None:
    score = Score(ORIGIN, "fit", "Fit", "fit", "person", "2-123", "fit_score", ())
    assert rules(convert(score, "lead-scoring-beta")) == ["HS040"]
    assert rules(convert(score)) == []
