"""Small stacks of two or three files, written where a test needs them, and planned and applied through the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.journeys.conftest import CLOCK, Run, Stack

LOCAL = "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: local}\nspec: {emulated: true}\n"


def stack(folder: Path, run: Callable[..., Run], systems: str, files: Mapping[str, str]) -> Stack:
    """A stack with these systems (`hubspot, salesforce`) and these documents, without their first three lines' envelope."""
    head = "apiVersion: mopsctl/v1\n"
    named = ", ".join(f"{each.strip()}: {{}}" for each in systems.split(","))
    texts = {
        "mopsctl.yaml": f"{head}kind: Stack\nmetadata: {{name: story}}\nspec: {{systems: {{{named}}}}}\n",
        "environments/local.yaml": LOCAL,
        **{name: head + text for name, text in files.items()},
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Stack(folder, run)


def catalog(fields: str, *, values: str = "", bind: str = "hubspot: contact") -> str:
    """A catalogue of people with these fields, in flow style."""
    sets = f"  value_sets:\n    tier: {values}\n" if values else ""
    return (
        f"kind: FieldCatalog\nmetadata: {{name: person}}\nspec:\n  object: person\n  bind: {{{bind}}}\n{sets}"
        f"  fields:\n    - {fields}\n"
    )


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody really waits."""
    CLOCK.replace(monkeypatch)


def said(plan: Mapping[str, list[Mapping[str, str]]], rule: str) -> list[str]:
    """The messages of one rule, each with its hint."""
    return [f"{each['message']} | {each.get('hint', '')}" for each in plan["verdicts"] if each["rule"] == rule]
