"""What is mapped, against what was read on both ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Any

import pytest

from mopsctl import checks
from mopsctl.checks.live import RULES
from mopsctl.diagnostics import Diagnostic
from mopsctl.manifest.catalog import Value
from mopsctl.manifest.model import Stack
from mopsctl.resource import FieldFacts
from tests.checks.seen import PLACE, view

Mapped = Callable[..., Stack]
TEXT = FieldFacts("text")


@dataclass(frozen=True)
class Case:
    """A field and a row as declared, hub and crm as read, and what is found; data flows from hub to crm."""

    name: str
    hub: FieldFacts
    crm: FieldFacts
    found: tuple[str, ...] = ()
    field: Mapping[str, Any] = made_by(default_factory=dict)
    row: Mapping[str, Any] = made_by(default_factory=dict)
    values: tuple[Value, ...] = ()


WEB = Value(key="web", label="Web", in_={"crm": "Web site"})
LISTED = {"type": "choice", "values": "list"}


def choice(*values: str, **more: Any) -> FieldFacts:
    """A live list."""
    return FieldFacts("choice", values=values, **more)


CASES = [
    Case("alike", TEXT, TEXT),
    Case(
        "text to number",
        TEXT,
        FieldFacts("decimal"),
        ("FM001 error hub contact.thing is text, crm Lead.Thing is decimal: values of Thing cannot be moved.",),
    ),
    Case("a type nobody knows", FieldFacts(None), FieldFacts("decimal")),
    Case("computed to number", FieldFacts("computed"), FieldFacts("decimal")),
    Case(
        "a list to a text loses something",
        FieldFacts("multi_choice"),
        TEXT,
        ("FM001 error hub contact.thing is multi_choice, crm Lead.Thing is text: values of Thing lose something.",),
        {"type": "multi_choice"},
    ),
    Case(
        "what is lost is accepted in the row",
        FieldFacts("multi_choice"),
        TEXT,
        (),
        {"type": "multi_choice"},
        {"accept_loss": "Sales reads it only."},
    ),
    Case(
        "what is lost is accepted in the catalogue",
        FieldFacts("multi_choice"),
        TEXT,
        (),
        {"type": "multi_choice", "accept_loss": "Sales reads it only."},
    ),
    Case("a wide number that holds whole ones", FieldFacts("decimal"), FieldFacts("integer"), (), {"type": "integer"}),
    Case("a text that holds a declared list", TEXT, FieldFacts("multi_choice"), (), {"type": "multi_choice"}),
    Case(
        "a text that holds a text is no list",
        TEXT,
        FieldFacts("multi_choice"),
        ("FM001 error hub contact.thing is text, crm Lead.Thing is multi_choice: values of Thing cannot be moved.",),
    ),
    Case(
        "a text that holds declared numbers is no number",
        TEXT,
        FieldFacts("integer"),
        ("FM001 error hub contact.thing is text, crm Lead.Thing is integer: values of Thing cannot be moved.",),
        {"type": "integer"},
    ),
    Case(
        "a number that should hold a declared list",
        FieldFacts("decimal"),
        FieldFacts("choice"),
        ("FM001 error hub contact.thing is decimal, crm Lead.Thing is choice: values of Thing cannot be moved.",),
        {"type": "choice"},
    ),
    Case("values alike", choice("a", "b"), choice("b", "a", "c")),
    Case(
        "a value the target does not know",
        choice("a", "b"),
        choice("a"),
        ("FM002 warning hub contact.thing has the value 'b', which crm Lead.Thing does not know.",),
    ),
    Case(
        "every value the target does not know",
        choice(*"abcdefg"),
        choice("a"),
        tuple(
            f"FM002 warning hub contact.thing has the value '{each}', which crm Lead.Thing does not know."
            for each in "bcdefg"
        ),
    ),
    Case(
        "a restricted list",
        choice("b"),
        choice("a", restricted=True),
        ("FM002 warning hub contact.thing has the value 'b', which crm Lead.Thing does not know.",),
    ),
    Case(
        "a restricted list where unknown values only warn",
        choice("b"),
        choice("a", restricted=True),
        ("FM002 warning hub contact.thing has the value 'b', which crm Lead.Thing does not know.",),
        row={"unknown_value": "warn"},
    ),
    Case("unknown values become another", choice("b"), choice("a"), row={"unknown_value": "other:a"}),
    Case(
        "unknown values become another, as the target spells it",
        choice("b"),
        choice("Web site"),
        (),
        LISTED,
        {"unknown_value": "other:web"},
        (WEB,),
    ),
    Case(
        "unknown values become one that is unknown too",
        choice("b"),
        choice("a"),
        ("FM002 warning hub contact.thing has the value 'b', which crm Lead.Thing does not know.",),
        row={"unknown_value": "other:c"},
    ),
    Case("a translated value", choice("web"), choice("Web site"), (), LISTED, {}, (WEB,)),
    Case("a translated value that this plan adds", choice("web"), choice(), (), LISTED, {}, (WEB,)),
    Case(
        "the row's own spelling",
        choice("web"),
        choice("WEB"),
        (),
        LISTED,
        {"values": {"crm": {"web": "WEB"}}},
        (WEB,),
    ),
    Case("a list that cannot be read", choice("b"), FieldFacts("choice")),
    Case(
        "a long text",
        TEXT,
        FieldFacts("text", length=80),
        ("FM004 warning Thing may have 100 characters; crm Lead.Thing takes 80 characters.",),
        {"max": 100},
    ),
    Case("a text that the row cuts", TEXT, FieldFacts("text", length=80), (), {"max": 100}, {"max": 80}),
    Case("a text that just fits", TEXT, FieldFacts("text", length=100), (), {"max": 100}),
    Case(
        "a live length that nobody declared",
        FieldFacts("long_text", length=65536),
        FieldFacts("long_text", length=30000, bytes=True),
        ("FM004 warning Thing may have 65536 characters; crm Lead.Thing takes 30000 bytes.",),
        {"type": "long_text"},
    ),
    Case(
        "a list whose values fit, in a field with room for more", choice("ab", length=255), FieldFacts("text", length=2)
    ),
    Case(
        "a list with a value that does not fit",
        choice("abc", length=255),
        FieldFacts("text", length=2),
        ("FM004 warning Thing may have 3 characters; crm Lead.Thing takes 2 characters.",),
    ),
    Case(
        "required there only",
        TEXT,
        FieldFacts("text", required=True),
        ("FM010 warning crm Lead.Thing is required, hub contact.thing is not: records without it are refused.",),
    ),
    Case("required on both ends", FieldFacts("text", required=True), FieldFacts("text", required=True)),
    Case(
        "a target that computes itself",
        TEXT,
        FieldFacts("computed"),
        ("FM011 error crm Lead.Thing cannot be written, and the row sends Thing there.",),
    ),
    Case(
        "a target that is read-only",
        TEXT,
        FieldFacts("text", read_only=True),
        ("FM011 error crm Lead.Thing cannot be written, and the row sends Thing there.",),
    ),
    Case("a target that the connector owns", TEXT, FieldFacts("text", read_only=True), row={"locked_by": "connector"}),
    Case("a source that is read-only", FieldFacts("text", read_only=True), TEXT),
    Case(
        "a source nobody sees",
        FieldFacts("text", visible=False),
        FieldFacts("text", visible=True),
        ("FM014 error The integration user cannot see hub contact.thing.",),
    ),
    Case(
        "neither end is seen",
        FieldFacts("text", visible=False),
        FieldFacts("text", visible=False),
        (
            "FM014 error The integration user cannot see crm Lead.Thing.",
            "FM014 error The integration user cannot see hub contact.thing.",
        ),
    ),
    Case(
        "a day becomes a moment",
        FieldFacts("date"),
        FieldFacts("datetime"),
        ("FM016 warning hub contact.thing is date, crm Lead.Thing is datetime: Thing may shift by a day.",),
        {"type": "date"},
    ),
    Case("a day stays a day", FieldFacts("date"), FieldFacts("date"), (), {"type": "date"}),
    Case(
        "a shift is accepted",
        FieldFacts("date"),
        FieldFacts("datetime"),
        (),
        {"type": "date"},
        {"accept_loss": "Midnight is fine."},
    ),
]


def found(stack: Stack, hub: FieldFacts | None, crm: FieldFacts | None) -> tuple[Diagnostic, ...]:
    """What the live rules say about the two ends."""
    ends = {"hub": ("contact", "thing", hub), "crm": ("Lead", "Thing", crm)}
    views = [
        view(name, {} if facts is None else {(object_, native): facts})
        for name, (object_, native, facts) in ends.items()
    ]
    return checks.run_live(stack, views)


def shown(diagnostics: tuple[Diagnostic, ...]) -> tuple[str, ...]:
    """Findings in one line each."""
    return tuple(f"{each.rule} {each.level} {each.message}" for each in diagnostics)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_both_ends_are_compared(case: Case, mapped: Mapped) -> None:
    diagnostics = found(mapped(case.field, case.row, case.values), case.hub, case.crm)
    assert shown(diagnostics) == case.found
    assert {each.source for each in diagnostics} <= {PLACE}
    assert all(each.hint for each in diagnostics)


def test_every_live_rule_is_broken_once_at_least() -> None:
    assert {each.split()[0] for case in CASES for each in case.found} == {rule.id for rule in RULES}


@pytest.mark.parametrize(
    ("sync", "flows"),
    [
        ("hub-wins", ["hub"]),
        ("crm-wins", ["crm"]),
        ("crm-unless-blank", ["crm"]),
        ("two-way", ["crm", "hub"]),
        ("none", []),
    ],
)
def test_data_flows_from_the_winner_or_both_ways(sync: str, flows: list[str], mapped: Mapped) -> None:
    hub, crm = choice("only hub knows"), choice("only crm knows")
    said = found(mapped({}, {"sync": sync}), hub, crm)
    assert sorted(each.message.split()[0] for each in said) == flows


@pytest.mark.parametrize(("hub", "crm"), [(None, TEXT), (TEXT, None), (None, None)])
def test_a_field_that_is_not_there_yet_is_not_compared(
    hub: FieldFacts | None, crm: FieldFacts | None, mapped: Mapped
) -> None:
    assert found(mapped({"max": 100}, {}), hub, crm) == ()


def test_a_system_that_was_not_read_is_not_compared(mapped: Mapped) -> None:
    numbers = view("crm", {("Lead", "Thing"): FieldFacts("decimal")})
    assert checks.run_live(mapped({}, {}), [view("hub", None), numbers]) == ()
    assert checks.run_live(mapped({}, {}), [numbers]) == ()


def test_every_object_of_a_system_is_compared(mapped: Mapped) -> None:
    stack = mapped({"names": {"crm": (("Lead", "Thing"), ("Contact", "Thing__c"))}}, {"sync": "two-way"})
    crm = view("crm", {("Lead", "Thing"): TEXT, ("Contact", "Thing__c"): FieldFacts("date")})
    said = shown(checks.run_live(stack, [view("hub", {("contact", "thing"): TEXT}), crm]))
    assert said == (
        "FM001 error hub contact.thing is text, crm Contact.Thing__c is date: values of Thing cannot be moved.",
    )


@pytest.mark.parametrize(
    ("value", "known", "hint"),
    [
        ("Partner referral", "Partner Referral", "did you mean 'Partner Referral'?"),
        ("web ", "web", "did you mean 'web'?"),
        ("qqq", "web", "add it to the value set"),
    ],
)
def test_a_near_value_is_offered(value: str, known: str, hint: str, mapped: Mapped) -> None:
    (finding,) = found(mapped({}, {}), choice(value), choice(known))
    assert finding.hint.startswith(hint)
