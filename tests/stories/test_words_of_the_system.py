"""Steps say what the screen of their system says, and errors say it in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.stories.conftest import Story

Of = Callable[[str], Story]
NAMES = {
    "hubspot": ("Line of trade (line)", "is mk", "Why not (why_not)"),
    "salesforce": ("Line of trade (Line__c)", "is Mk", "Why not (Why_Not__c)"),
    "marketo": ("'Line of trade'", "is MK", "Why not"),
    "eloqua": ("Line of trade (C_Line_of_trade1)", "is mkr", "Why not (C_Why_not1)"),
}


def steps_of(plan: Any, system: str) -> str:
    return " ".join(
        step for each in plan["changes"] if each["address"].startswith(f"{system}:") for step in each["steps"]
    )


@pytest.mark.parametrize("system", sorted(NAMES))
def test_024_steps_say_label_name_and_spelling_of_their_system(story: Of, system: str) -> None:
    here = story("024-words-of-the-system")
    here.opened()
    said = steps_of(here.plan(), system)
    for word in NAMES[system]:
        assert word in said, (word, said)
    for key in ("trade is makers", "parked.reason", "is makers"):
        assert key not in said, key


def test_024_two_accounts_of_one_vendor_have_headings_of_their_own(story: Of) -> None:
    here = story("024-words-of-the-system")
    here.opened()
    said = here.text()
    assert "HubSpot (hubspot)" in said
    assert "HubSpot (other)" in said
    assert "Salesforce (" not in said
