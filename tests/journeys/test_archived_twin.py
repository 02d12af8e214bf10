"""A thing that is added while one of its name lies in the vendor's archive: the plan says what will come back."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mopsctl_hubspot.emulator.objects import object_type

from tests.journeys.conftest import Run, Stack

FILES = {
    "mopsctl.yaml": "apiVersion: mopsctl/v1\nkind: Stack\nmetadata: {name: s}\nspec: {systems: {hubspot: {}}}\n",
    "environments/local.yaml": "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: local}\nspec: {emulated: true}\n",
    "catalog/person.yaml": "apiVersion: mopsctl/v1\nkind: FieldCatalog\nmetadata: {name: person}\nspec:\n  object: person\n"
    "  bind: {hubspot: contact}\n  fields:\n    - {key: amount, label: Amount, type: text, in: {hubspot: amount_won}}\n"
    "    - {key: other, label: Other, type: text, in: {hubspot: other_won}}\n",
}


@pytest.fixture
def small(tmp_path: Path, run: Callable[..., Run]) -> Stack:
    for name, text in FILES.items():
        path = tmp_path / "small" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Stack(tmp_path / "small", run)


def twins(plan: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return [each for each in plan["verdicts"] if each["rule"] == "PL008"]


def test_archived_twin_is_told_before_it_comes_back(small: Stack) -> None:
    """One of two properties is archived on the screen, so that a plan would add it again."""
    assert small.apply().code == 0
    with small.screen("hubspot") as handle:
        handle.emulator.properties.archive(object_type("contacts"), "amount_won")  # type: ignore[attr-defined]
        handle.reset_counters()
    plan = small.plan()
    assert [each["address"] for each in plan["changes"] if each["action"] == "add"] == [
        "hubspot:property/contact.amount_won"
    ]
    (told,) = twins(plan)
    assert told["address"] == "hubspot:property/contact.amount_won"
    assert told["level"] == "warning"
    assert "archived contact property amount_won, 'Amount'" in told["message"]
    assert "with the values that records held in it" in told["message"]


def test_archived_twin_asks_the_archive_only_where_something_is_to_be_added(small: Stack) -> None:
    before = json.loads(json.dumps(small.plan()["systems"]))
    assert small.apply().code == 0
    after = small.plan()["systems"]
    assert after[0]["calls"] == before[0]["calls"] - 1
    assert twins(small.plan()) == []


def test_archived_twin_revived_unseen_in_a_batch(small: Stack) -> None:
    """Two are made at once, one of them archived before: the answer has no dates, and it is told all the same."""
    assert small.apply().code == 0
    with small.screen("hubspot") as handle:
        emulator = handle.emulator
        for name in ("amount_won", "other_won"):
            emulator.properties.archive(object_type("contacts"), name)  # type: ignore[attr-defined]
        store = emulator.store
        for key, doc in store.items("archived_properties:0-1"):
            if doc["name"] == "amount_won":
                store.put("archived_properties:0-1", key, {**doc, "createdAt": "2024-01-02T03:04:05.678Z"})
    said = small.apply()
    assert said.code == 0
    assert said.out.count("brought back an archived property") == 1


def _small_of(system: str, bind: str, names: tuple[str, str], folder: Path, run: Callable[..., Run]) -> Stack:
    """The same stack on another system."""
    other = {"hubspot: {}": f"{system}: {{}}", "hubspot: contact": f"{system}: {bind}"}
    other |= {
        f"hubspot: {old}": f"{system}: {new}" for old, new in zip(("amount_won", "other_won"), names, strict=True)
    }
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            functools.reduce(lambda said, old: said.replace(old, other[old]), other, text), encoding="utf-8"
        )
    return Stack(folder, run)


def test_archived_twin_hidden_on_marketo_is_told_before_it_is_shown_again(
    tmp_path: Path, run: Callable[..., Run]
) -> None:
    small = _small_of("marketo", "person", ("amountWon", "otherWon"), tmp_path / "small", run)
    assert small.apply().code == 0
    assert twins(small.plan()) == []
    with small.screen("marketo") as handle:
        handle.do("edit_field", object_name="person", name="amountWon", isHidden=True)
    (told,) = twins(small.plan())
    assert told["address"] == "marketo:field/person.amountWon"
    assert "a hidden field person.amountWon, 'Amount': it is shown again, with the values" in told["message"]
    assert small.apply().code == 0
    assert twins(small.plan()) == []


def test_archived_twin_deleted_on_salesforce_does_not_come_back(tmp_path: Path, run: Callable[..., Run]) -> None:
    """The name of a deleted field is free again: a new field of that name is new, and nothing is told."""
    names = ("{Lead: Amount_Won__c}", "{Lead: Other_Won__c}")
    small = _small_of("salesforce", "[Lead]", names, tmp_path / "small", run)
    assert small.apply().code == 0
    with small.screen("salesforce") as handle:
        handle.do("delete_field", name="Lead.Amount_Won__c")
    plan = small.plan()
    assert [each["address"] for each in plan["changes"] if each["action"] == "add"] == [
        "salesforce:field/Lead.Amount_Won__c"
    ]
    assert twins(plan) == []
