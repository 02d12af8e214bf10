"""The page of vendor facts and the code name the same facts, and every fact is held by a test that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mopsctl.provider import registry

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "vendor-facts.md"
NAME = re.compile(r"(?:hubspot|salesforce|marketo|eloqua)-[a-z0-9]+(?:-[a-z0-9]+)*")
COMMENT = re.compile(r"#.*\bfacts?: (?P<names>[a-z0-9-]+(?:, [a-z0-9-]+)*)")
COLUMNS = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the page."""

    name: str
    behaviour: str
    read_in: str
    confirmed_by: str
    held_by: str

    @property
    def vendor(self) -> str:
        return self.name.split("-", 1)[0]

    @property
    def switches(self) -> list[str]:
        """The emulator's switches that the row names as taking both answers."""
        return re.findall(r"`([a-z_]+)`", self.confirmed_by) if "unconfirmed" in self.confirmed_by else []


def rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if line.startswith("|") and cells[0] != "fact" and not set(cells[0]) <= {"-"}:
            yield cells


FACTS = [Fact(*cells) for cells in rows(PAGE.read_text(encoding="utf-8")) if len(cells) == COLUMNS]


def commented() -> dict[str, str]:
    """Every fact that a comment of an adapter or of an emulator names, with one place."""
    found = {}
    for path in sorted((REPOSITORY / "providers").rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for match in COMMENT.finditer(line):
                found |= dict.fromkeys(match["names"].split(", "), f"{path.name}:{number}")
    return found


def test_rows_are_whole() -> None:
    broken = [cells for cells in rows(PAGE.read_text(encoding="utf-8")) if len(cells) != COLUMNS or not all(cells)]
    names = [fact.name for fact in FACTS]
    assert broken == []
    assert [name for name in names if not NAME.fullmatch(name)] == []
    assert len(names) == len(set(names))


def test_page_and_code_name_the_same_facts() -> None:
    listed, in_code = {fact.name for fact in FACTS}, commented()
    assert {name: place for name, place in in_code.items() if name not in listed} == {}
    assert sorted(listed - in_code.keys()) == []


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_each_fact_is_held(fact: Fact) -> None:
    """By tests that exist; an unconfirmed one by a switch of the vendor's emulator, too."""
    tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", fact.held_by)
    assert tests, "name a test as `tests/FILE.py::test_name`"
    for file, name in tests:
        tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    emulator = registry.load(fact.vendor).emulator()
    for switch in fact.switches:
        assert switch in getattr(emulator, "switches", {})
    assert "unconfirmed" not in fact.confirmed_by or fact.switches
