"""Rules about what two documents say to each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl import checks
from mopsctl.condition import Condition, Scalar
from mopsctl.condition import Test as Question
from mopsctl.manifest.base import Metadata, Range
from mopsctl.manifest.catalog import Field, FieldCatalog
from mopsctl.manifest.consent import Basis, Channel, ConsentPolicy, ConsentRule, Jurisdiction, Purpose
from mopsctl.manifest.lifecycle import Lifecycle, Stage, Transition
from mopsctl.manifest.mapping import FieldMapping, Row, RowDefaults
from mopsctl.manifest.model import Stack
from mopsctl.manifest.scoring import Rule, RuleGroup, ScoringModel


def named(name: str) -> Metadata:
    """What a document is called."""
    return Metadata(name=name)


def asking(when: Condition, *models: ScoringModel) -> Stack:
    """A stack with one promotion, and these scores."""
    stages = {key: Stage(key=key, label=key, type="inventory") for key in ("lead", "won")}
    move = Transition(from_=("lead",), to="won", when=when, unless=Question("field", "email", "unknown"))
    return Stack(
        metadata=named("small"),
        catalogs={
            "person": FieldCatalog(
                metadata=named("person"),
                object="person",
                bind={},
                fields={"email": Field(key="email", type="email", label="Email")},
            )
        },
        lifecycles={
            "person": Lifecycle(
                metadata=named("person"),
                catalog="person",
                field="stage",
                entry="lead",
                stages=stages,
                transitions=(move,),
            )
        },
        scoring_models={each.name: each for each in models},
    )


def model(name: str, points: float, bands: dict[str, float], grade_with: str = "") -> ScoringModel:
    """A score that gives so many points at most."""
    rule = Rule(key="only", points=points, when=Question("field", "email", "known"))
    return ScoringModel(
        metadata=named(name),
        catalog="person",
        dimension="fit",
        writes=name,
        range=Range(min=0, max=100),
        groups={"all": RuleGroup(key="all", label="All", rules={"only": rule})},
        bands=bands,
        grade_with=grade_with,
    )


FIT = model("fit", 50, {"A": 60, "B": 0})
INTEREST = model("interest", 50, {"1": 50, "2": 0}, grade_with="fit")
MEDALS = model("medals", 50, {"gold": 50, "silver": 0}, grade_with="fit")
OTHER = model("other", 100, {"A": 90})


@pytest.mark.parametrize(
    ("grade", "of", "models", "said"),
    [
        ("B", "", [FIT], None),
        ("A", "", [FIT], "A; fit gives at most 50 points and the band A begins at 60"),
        ("B1", "", [FIT, INTEREST], None),
        ("A1", "", [FIT, INTEREST], "A1; fit gives at most 50 points and the band A begins at 60"),
        ("1", "", [FIT, INTEREST], None),
        ("1B", "", [FIT, INTEREST], "1B, which no scoring model gives"),
        ("BB", "", [FIT], "BB, which no scoring model gives"),
        ("Bgold", "", [FIT, MEDALS], None),
        ("gold", "", [FIT, MEDALS], None),
        ("Agold", "", [FIT, MEDALS], "Agold; fit gives at most 50 points and the band A begins at 60"),
        ("A", "", [FIT, OTHER], None),
        ("A", "other", [FIT, OTHER], None),
        ("A", "fit", [FIT, OTHER], "A; fit gives at most 50 points and the band A begins at 60"),
        ("B", "other", [FIT, OTHER], "B, which no scoring model gives"),
    ],
)
def test_a_grade_is_read_with_the_bands_of_its_models(
    grade: str, of: str, models: list[ScoringModel], said: str | None
) -> None:
    stack = asking(Question("grade", of, "in", (grade,)), *models)
    found = [each.message for each in checks.run(stack) if each.rule == "LC011"]
    assert found == ([f"The transition to won asks for the grade {said}."] if said else [])


@pytest.mark.parametrize(
    ("operator", "operands", "reached"),
    [
        ("gte", (50,), True),
        ("gt", (49,), True),
        ("gt", (50,), False),
        ("gte", (50.5,), False),
        ("between", (50, 90), True),
        ("between", (51, 90), False),
        ("lt", (90,), True),
        ("lte", (90,), True),
    ],
)
def test_a_score_that_promotes_can_be_reached(operator: str, operands: tuple[Scalar, ...], reached: bool) -> None:
    stack = asking(Question("score", "fit", operator, operands), FIT)  # type: ignore[arg-type]
    assert ("LC011" not in {each.rule for each in checks.run(stack)}) == reached


NORTH, SOUTH = (Question("field", "region", "is", (each,)) for each in ("north", "south"))


@pytest.mark.parametrize(
    ("one", "other", "ring"),
    [(None, None, True), (NORTH, None, True), (None, NORTH, True), (NORTH, NORTH, True), (NORTH, SOUTH, False)],
)
def test_two_scopes_keep_two_mappings_apart(one: Condition | None, other: Condition | None, ring: bool) -> None:
    first = FieldMapping(
        metadata=named("a"),
        catalog="person",
        between=("hub", "crm"),
        connector="native",
        defaults=RowDefaults(),
        rows={"email": Row(field="email", sync="two-way")},
        scope=one,
    )
    second = replace(first, metadata=named("b"), between=("crm", "desk"), scope=other)
    stack = Stack(metadata=named("small"), mappings={"a": first, "b": second})
    assert ("FM009" in {each.rule for each in checks.run(stack)}) == ring


PLACES = {"DE": "DE", "US": "US", "elsewhere": "FR"}
purposes, countries, channels, recipients = (
    st.lists(st.sampled_from(each), unique=True, max_size=2).map(tuple)
    for each in (["news", "receipts"], ["DE", "US"], ["email", "sms"], ["individual", "corporate"])
)
rules = st.builds(
    lambda *parts: dict(
        zip(("purposes", "countries", "groups", "channels", "recipients", "accept"), parts, strict=True)
    ),
    purposes,
    countries,
    st.sampled_from([(), ("atlantic",)]),
    channels,
    recipients,
    st.sampled_from([("express",), ("no_objection",)]),
)
CASES = [
    (purpose, country, channel, recipient)
    for purpose in ("news", "receipts")
    for country in PLACES.values()
    for channel in ("email", "sms")
    for recipient in ("individual", "corporate")
]


def policy(parts: list[dict[str, Any]]) -> Stack:
    """A policy with these rules and a last one for everybody else."""
    made = {f"rule_{index}": ConsentRule(key=f"rule_{index}", **each) for index, each in enumerate(parts)}
    made["last"] = ConsentRule(key="last", accept=("express",))
    bound = ConsentPolicy(
        metadata=named("mail"),
        catalog="person",
        purposes={
            "news": Purpose(key="news", class_="marketing", label="News"),
            "receipts": Purpose(key="receipts", class_="service", label="Receipts"),
        },
        channels={each: Channel(key=each, address=each) for each in ("email", "sms")},
        jurisdiction=Jurisdiction(from_="country", groups={"atlantic": ("US", "CA")}),
        bases={each: Basis(key=each) for each in ("express", "no_objection")},
        rules=made,
    )
    return Stack(metadata=named("small"), consent_policies={"mail": bound})


def deciding(rule: ConsentRule, case: tuple[str, str, str, str]) -> bool:
    """True where a rule fits a case."""
    purpose, country, channel, recipient = case
    where = {*rule.countries, *(("US", "CA") if rule.groups else ())}
    asked = ((rule.purposes, purpose), (rule.channels, channel), (rule.recipients, recipient))
    return (not where or country in where) and all(not these or this in these for these, this in asked)


def first(stack: Stack, case: tuple[str, str, str, str]) -> ConsentRule:
    """The rule that decides a case."""
    return next(each for each in stack.consent_policies["mail"].rules.values() if deciding(each, case))


@given(st.lists(rules, max_size=4))
def test_a_rule_that_is_told_off_decides_nothing(parts: list[dict[str, Any]]) -> None:
    stack = policy(parts)
    idle = {
        each.message.split()[2]
        for each in checks.run(stack)
        if each.rule == "CP001" and "never reached" in each.message
    }
    assert not idle & {first(stack, case).key for case in CASES}


@given(st.lists(rules, max_size=4))
def test_texts_to_the_us_are_told_of_where_a_rule_lets_them_through(parts: list[dict[str, Any]]) -> None:
    stack = policy(parts)
    told = {each.message.split()[2] for each in checks.run(stack) if each.rule == "CP011"}
    texts = [first(stack, case) for case in CASES if case[:3] == ("news", "US", "sms")]
    assert {each.key for each in texts if "no_objection" in each.accept} <= told


@pytest.mark.parametrize("part", ["purposes", "countries", "groups", "channels", "recipients"])
def test_the_last_rule_leaves_nobody_out(part: str) -> None:
    values = {"purposes": "news", "countries": "DE", "groups": "atlantic", "channels": "sms", "recipients": "corporate"}
    stack = policy([])
    only: dict[str, Any] = {part: (values[part],)}
    narrow = replace(stack.consent_policies["mail"].rules["last"], **only)
    changed = replace(stack.consent_policies["mail"], rules={"last": narrow})
    said = [each.message for each in checks.run(replace(stack, consent_policies={"mail": changed}))]
    assert "The last rule of mail does not fit everybody." in said
