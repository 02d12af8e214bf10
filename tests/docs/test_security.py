"""The page about security names, for each threat, a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
COLUMNS = 3


def rows(text: str) -> list[list[str]]:
    """The rows of the table of threats."""
    table = text.partition("## Threats")[2]
    cells = [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines() if line.startswith("|")
    ]
    return cells[2:]


def named_in(cell: str) -> list[tuple[str, str]]:
    return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cell)


def is_there(file: str, name: str) -> bool:
    path = REPOSITORY / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    return name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", rows(PAGE), ids=lambda row: row[0])
def test_each_threat_is_held_off_by_a_test(row: list[str]) -> None:
    assert len(row) == COLUMNS
    assert all(row)
    assert named_in(row[2])
    assert [found for found in named_in(row[2]) if not is_there(*found)] == []


def test_every_test_of_these_kinds_is_on_the_page() -> None:
    """Each file that holds a threat off is named, so that nobody takes it for an ordinary one."""
    named = {file for row in rows(PAGE) for file, _ in named_in(row[2])}
    kinds = [*REPOSITORY.glob("tests/journeys/test_env_*.py"), *REPOSITORY.glob("tests/journeys/test_chosen_*.py")]
    assert {path.relative_to(REPOSITORY).as_posix() for path in kinds} <= named


def test_a_test_that_is_not_there_is_seen() -> None:
    assert is_there("tests/docs/test_security.py", "test_a_test_that_is_not_there_is_seen")
    assert not is_there("tests/docs/test_security.py", "test_no_such_test")
    assert not is_there("tests/docs/no_such_file.py", "test_x")
    assert rows("## Threats\n\n| a | b | c |\n|---|---|---|\n| x | y | `tests/a.py::test_b` |\n") == [
        ["x", "y", "`tests/a.py::test_b`"]
    ]
