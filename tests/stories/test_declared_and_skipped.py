"""Whatever is declared reaches somebody: an attribute, a verification, a step for a person, or a finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.stories.conftest import Story

Of = Callable[[str], Story]


def steps_of(plan: Any, system: str) -> str:
    return " ".join(
        step for each in plan["changes"] if each["address"].startswith(f"{system}:") for step in each["steps"]
    )


def test_012_an_unknown_connector_gets_one_step_with_the_whole_table(story: Of) -> None:
    here = story("012-other-connector")
    here.opened()
    assert here.validate().code == 0
    plan = here.plan()
    tables = [each for each in plan["changes"] if "workato" in " ".join(each["steps"][:1]) and "table" in each["title"]]
    assert [each["action"] for each in tables] == ["manual"]
    said = " ".join(tables[0]["steps"])
    for word in (
        "only records where",
        "hubspot 'contact.email' with salesforce 'Lead.Email', 'Contact.Email'; both ways",
        "salesforce always wins",
        "'gold' is 'Gold tier' there",
        "an empty value clears the other side",
        "does not know becomes 'silver'",
    ):
        assert word in said, word


@pytest.mark.parametrize(
    ("word", "hint"),
    [("hs-native", "did you mean 'hubspot-native'?"), ("Hubspot_Native", "did you mean 'hubspot-native'?"), ("marketo-native", "hubspot-native")],
)  # fmt: skip
def test_012_a_mistyped_connector_is_an_error(story: Of, word: str, hint: str) -> None:
    here = story("012-other-connector")
    here.opened()
    here.edit("mappings/sync.yaml", "connector: workato", f"connector: {word}")
    said = here.validate()
    assert said.code == 3
    assert "FM028" in said.out
    assert hint in " ".join(said.out.split())
    assert here.apply().code == 3


@pytest.mark.parametrize("system", ["hubspot", "salesforce", "marketo", "eloqua"])
def test_025_every_key_of_a_lifecycle_reaches_every_system(story: Of, system: str) -> None:
    here = story("025-every-key")
    here.opened()
    said = steps_of(here.plan(), system)
    for word in (
        "fills a form",
        "comes in by an API",
        "their dates stay empty",
        "3. from 'Lead' to 'Customer'",
        "A contract was signed",
    ):
        assert word in said, (system, word)
    assert "The rule 'asked' alone hands a person to sales" in said
