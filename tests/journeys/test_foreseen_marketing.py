"""What Marketo and Eloqua would refuse of a plan is an error in the plan and no change; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import stories
from tests.journeys.conftest import Run, Stack
from tests.journeys.stories import said

pytestmark = pytest.mark.usefixtures("patient")
patient = stories.patient
Story = Callable[..., Stack]


@pytest.fixture
def story(tmp_path: Path, run: Callable[..., Run]) -> Story:
    """Makes a stack of one marketing system out of rows of a catalogue, whose systems exist."""

    def made(system: str, *fields: str, bind: str = "", values: str = "") -> Stack:
        bound = bind or {"marketo": "marketo: person", "eloqua": "eloqua: contact"}[system]
        catalog = stories.catalog("\n    - ".join(fields), values=values, bind=bound)
        stack = stories.stack(tmp_path / "story", run, system, {"catalog/person.yaml": catalog})
        stack.plan()
        return stack

    return made


def field(key: str, label: str, name: str, more: str = "", system: str = "marketo", kind: str = "text") -> str:
    return f"{{key: {key}, type: {kind}, label: {label}, in: {{{system}: {name}}}{more}}}"


def added(stack: Stack, *, refused: tuple[str, ...], rule: str) -> list[str]:
    """The messages of a rule; the refused things are no changes, and an apply sends nothing of them."""
    plan = stack.plan()
    addresses = {each["address"] for each in plan["changes"]}
    assert not addresses & set(refused)
    assert stack.apply().code == 3
    return said(plan, rule)


TIER = field("tier", "Tier", "tier")
TAKEN = {"object_name": "person", "name": "level", "label": "TIER", "data_type": "string"}


@pytest.mark.parametrize("more", [{}, {"isHidden": True}])
def test_a_display_name_that_a_live_marketo_field_has(story: Story, more: dict[str, Any]) -> None:
    stack = story("marketo", TIER)
    with stack.screen("marketo") as handle:
        handle.do("add_field", **TAKEN, **more)
    (message,) = added(stack, refused=("marketo:field/person.tier",), rule="MK036")
    assert "'level' is called 'Tier', too" in message
    assert stack.plan()["changes"] == []
    with stack.screen("marketo") as handle:
        handle.do("edit_field", object_name="person", name="level", displayName="Old tier")
    assert stack.apply().code == 0
    assert stack.plan()["changes"] == []


def test_a_marketo_field_takes_the_label_of_one_that_gets_another(story: Story) -> None:
    assert story("marketo", TIER).apply().code == 0
    later = story("marketo", TIER.replace("label: Tier", "label: Old tier"), field("level", "Tier", "level"))
    (message,) = said(later.plan(), "MK036")
    assert "The field 'level' waits: 'tier' is called 'Tier' until this plan is applied" in message
    assert [later.apply().code for _ in range(2)] == [0, 0]
    assert later.plan()["changes"] == []


def test_marketo_fields_that_exchange_their_labels(story: Story) -> None:
    one, other = TIER, field("rank", "Rank", "rank")
    assert story("marketo", one, other).apply().code == 0
    swapped = story("marketo", one.replace("label: Tier", "label: Rank"), other.replace("label: Rank", "label: Tier"))
    assert len(said(swapped.plan(), "MK036")) == 2
    assert swapped.apply().code == 0
    between = story("marketo", one.replace("label: Tier", "label: Third"), other)
    assert between.apply().code == 0
    for _ in range(2):
        swapped = story(
            "marketo", one.replace("label: Tier", "label: Rank"), other.replace("label: Rank", "label: Tier")
        )
        assert swapped.apply().code == 0
    assert swapped.plan()["changes"] == []


VIN = "{key: vin, type: text, label: VIN, in: {marketo: {name: vin, dedupe: true, object_label: Car}}}"
YEAR = "\n    - {key: year, type: integer, label: Year, in: {marketo: {name: year}}}"


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (VIN.replace("type: text", "type: integer") + YEAR, "cannot have vin as declared"),
        (VIN + YEAR.replace("name: year", "name: YEAR"), "it takes 'YEAR' for 'year'"),
    ],
)
def test_what_a_marketo_custom_object_never_becomes(story: Story, after: str, words: str) -> None:
    bind = 'marketo: "custom:car"'
    assert story("marketo", VIN + YEAR, bind=bind).apply().code == 0
    (message,) = added(story("marketo", after, bind=bind), refused=("marketo:custom-object/car",), rule="MK035")
    assert words in message


def test_a_changed_label_that_a_live_marketo_field_has(story: Story) -> None:
    stack = story("marketo", TIER)
    assert stack.apply().code == 0
    with stack.screen("marketo") as handle:
        handle.do("add_field", **{**TAKEN, "label": "Rank"})
    stack = story("marketo", TIER.replace("label: Tier", "label: Rank"))
    (message,) = added(stack, refused=("marketo:field/person.tier",), rule="MK036")
    assert "the field 'tier': 'level' is called 'Rank', too" in message


def test_a_marketo_name_that_differs_in_letter_case_only(story: Story) -> None:
    stack = story("marketo", TIER)
    with stack.screen("marketo") as handle:
        handle.do("add_field", **{**TAKEN, "name": "TIER", "label": "Other"})
    (message,) = added(stack, refused=("marketo:field/person.tier",), rule="MK036")
    assert "spell it 'TIER'" in message


def test_the_last_free_places_of_a_marketo_account(story: Story) -> None:
    stack = story("marketo", TIER, field("rank", "Rank", "rank"))
    with stack.screen("marketo") as handle:
        for number in range(99):
            name = f"own{number}"
            handle.do("add_field", **{**TAKEN, "name": name, "label": name, "isApiCreated": True})
    (message,) = said(stack.plan(), "MK007")
    assert "the account has the 100 fields of the object person" in message
    assert [each["action"] for each in stack.plan()["changes"]] == ["add"]


def test_a_marketo_custom_object_of_another_letter_case(story: Story) -> None:
    key = "{key: vin, type: text, label: VIN, in: {marketo: {name: vin, dedupe: true, object_label: Car}}}"
    assert story("marketo", key, bind='marketo: "custom:car"').apply().code == 0
    stack = story("marketo", key, bind='marketo: "custom:Car"')
    (message,) = added(stack, refused=("marketo:custom-object/Car",), rule="MK035")
    assert "takes the name for that of 'car'" in message


CHOICE = field("tier", "Tier", "C_Tier1", ", values: tier", "eloqua", "choice")
LISTED = "[{key: gold, label: Gold}]"


def test_an_eloqua_list_of_another_letter_case(story: Story) -> None:
    stack = story("eloqua", CHOICE, values=LISTED)
    with stack.screen("eloqua") as handle:
        handle.do("add_option_list", name="TIER", options=[["Gold", "gold"]])
    (message,) = added(stack, refused=("eloqua:option-list/Tier",), rule="EL023")
    assert "the option list 'Tier': it takes the name for that of 'TIER'" in message


def test_an_eloqua_list_that_somebody_elses_field_offers_is_not_deleted(story: Story) -> None:
    gone = CHOICE.replace("values: tier", "values: tier, on_delete: delete")
    stack = story("eloqua", gone, field("rank", "Rank", "C_Rank1", "", "eloqua"), values=LISTED)
    assert stack.apply().code == 0
    with stack.screen("eloqua") as handle:
        lists = handle.emulator.store.list("option_lists")
        key = next(each["id"] for each in lists if each["name"] == "Tier")
        handle.do("add_contact_field", name="Theirs", displayType="singleSelect", optionListId=key)
    later = story("eloqua", field("rank", "Rank", "C_Rank1", "", "eloqua"))
    plan = later.plan("--allow-remove")
    (message,) = said(plan, "EL024")
    assert "'C_Theirs1' still offer" in message
    assert "eloqua:option-list/Tier" not in {each["address"] for each in plan["changes"] if each["action"] == "remove"}


def test_the_last_free_places_of_an_eloqua_account(story: Story) -> None:
    rows = [field(each.lower(), each, f"C_{each}1", "", "eloqua") for each in ("Tier", "Rank")]
    stack = story("eloqua", *rows)
    with stack.screen("eloqua") as handle:
        have = sum(each["isStandard"] != "true" for each in handle.emulator.store.list("contact_fields"))
        for number in range(249 - have):
            handle.do("add_contact_field", name=f"Own {number}")
    (message,) = said(stack.plan(), "EL006")
    assert "would have 251 custom contact fields" in message
    assert [each["action"] for each in stack.plan()["changes"]] == ["add"]


LONG = "C_Integrated_Marketing_and_Sales_Funnel_Stage"


def test_an_eloqua_name_that_is_as_long_as_can_be_has_no_number(story: Story) -> None:
    stack = story("eloqua", field("funnel", "Funnel stage", LONG, "", "eloqua"))
    assert stack.apply().code == 0
    assert stack.plan()["changes"] == []
    longer = story("eloqua", field("funnel", "Funnel stage", f"{LONG}1", "", "eloqua"))
    (message,) = said(longer.plan(), "EL001")
    assert f"write {LONG}, or a shorter name" in message


CODE = "{key: code, type: text, label: Code, in: {eloqua: Code}}"


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (CODE.replace("type: text", "type: date"), "Code is text and stays so"),
        (
            CODE.replace("eloqua: Code", "eloqua: CODE"),
            "takes the name CODE for that of Code",
        ),
    ],
)
def test_what_an_eloqua_custom_object_never_becomes(story: Story, after: str, words: str) -> None:
    bind = 'eloqua: "custom-object:Visits"'
    assert story("eloqua", CODE, bind=bind).apply().code == 0
    stack = story("eloqua", after, bind=bind)
    (message,) = added(stack, refused=("eloqua:custom-object/Visits",), rule="EL025")
    assert words in message
