"""Random words about the end of a field, on all four systems: it goes after the three yeses only, and no run ends half-way."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.journeys import stories
from tests.journeys.conftest import Run, Stack
from tests.stories.test_random_edits import _shown

pytestmark = pytest.mark.usefixtures("patient")
patient = stories.patient
NAMES: Mapping[str, str] = {"hubspot": "tier", "salesforce": "Tier__c", "marketo": "tier", "eloqua": "C_Tier1"}
OTHERS = ("Note", "Reason", "Region")
OBJECTS = "hubspot: contact, salesforce: Lead, marketo: person, eloqua: contact"
SEEDS = 8
WORDS = {
    "keep": "on_delete: keep, ",
    "delete": "on_delete: delete, ",
    "protect": "on_delete: delete, protect: true, ",
    "unprotect": "on_delete: delete, protect: false, ",
}


def files(word: str) -> dict[str, str]:
    """A catalogue of fields; the last says of its end what the word means, and `gone` leaves it out."""
    bound = ", ".join(f"{system}: {name}" for system, name in NAMES.items())
    rows = []
    for word_ in OTHERS:  # so many that one field more is no large part of what is there
        other = bound.replace("Tier", word_).replace("tier", word_.lower())
        rows.append(f"{{key: {word_.lower()}, label: {word_}, type: text, owner: shared, in: {{{other}}}}}")
    if word != "gone":
        rows.append(f"{{key: tier, label: Tier, type: text, owner: shared, {WORDS[word]}in: {{{bound}}}}}")
    return {"catalog/person.yaml": stories.catalog("\n    - ".join(rows), bind=OBJECTS)}


def there(stack: Stack) -> set[str]:
    """The systems that show the field."""
    found = set()
    for system, name in NAMES.items():
        with stack.screen(system) as handle:
            dump = handle.dump()
        shown = f"{system} field {name}" in _shown(system, dump)
        found |= {system} if (shown if system in ("hubspot", "salesforce") else f"'{name}'" in str(dump)) else set()
    return found


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_field_goes_after_the_three_yeses_only(tmp_path: Path, run: Callable[..., Run], seed: int) -> None:
    dice = random.Random(seed)
    last = dice.choice(list(WORDS))
    stack = stories.stack(tmp_path / "story", run, ", ".join(NAMES), files(last))
    assert stack.apply().code == 0
    assert there(stack) == set(NAMES)
    for _ in range(dice.randint(0, 2)):
        last = dice.choice(list(WORDS))
        stories.stack(tmp_path / "story", run, ", ".join(NAMES), files(last))
        assert stack.apply("--allow-remove").code == 0
        assert there(stack) == set(NAMES)
    stories.stack(tmp_path / "story", run, ", ".join(NAMES), files("gone"))
    refused = stack.apply()
    assert refused.code in (0, 3, 4), refused.out + refused.err
    assert there(stack) == set(NAMES)  # nobody said --allow-remove
    ended = stack.apply("--allow-remove")
    assert ended.code == 0, ended.out + ended.err
    assert set(NAMES) - there(stack) == (set(NAMES) - {"marketo"} if last in ("delete", "unprotect") else set())
    left = {each["action"] for each in stack.plan("--allow-remove")["changes"]}
    assert left <= {"manual", "keep"}
