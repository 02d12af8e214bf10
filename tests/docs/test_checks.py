"""The page of checks: written from the rules, complete, and with one heading for each."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.pages import REPOSITORY, pages, script

ID = re.compile(r"[A-Z]{2}[0-9]{3}")
AGAIN = "run: .venv/bin/python scripts/docs.py"


def used(folder: str) -> dict[str, str]:
    """Every text in the code that is a rule id, with the last place where it stands."""
    found = {}
    for path in sorted((REPOSITORY / folder).rglob("*.py")):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if ID.search(text) else ():
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value):
                found[node.value] = f"{path.relative_to(REPOSITORY)}:{node.lineno}"
    return found


def test_the_page_is_up_to_date() -> None:
    assert pages()["docs/checks.md"] == script().checks_page(), AGAIN


def test_every_rule_that_the_code_names_has_a_heading() -> None:
    headings = re.findall(r"^### ([A-Z]{2}[0-9]{3})$", pages()["docs/checks.md"], re.MULTILINE)
    assert {id_: place for id_, place in used("mopsctl").items() if id_ not in headings} == {}


def test_no_rule_is_declared_twice() -> None:
    ids = [rule.id for rule in script().rules()]
    assert sorted(set(ids)) == ids


def test_every_rule_belongs_to_a_family() -> None:
    families = set(script().FAMILIES)
    assert {rule.id for rule in script().rules() if rule.id[:2] not in families} == set()
    assert {letters for letters in families if not any(rule.id[:2] == letters for rule in script().rules())} == set()


def test_every_rule_says_what_it_asks_and_why_in_sentences() -> None:
    for rule in script().rules():
        assert re.fullmatch(r"[A-Zm`'\"].*[^.]\.", rule.title), rule
        assert re.fullmatch(r"[A-Zm`'\"].*\.", rule.why, re.DOTALL), rule
        assert rule.level in ("error", "warning", "note")


@pytest.mark.parametrize("name", ["eloqua", "hubspot", "marketo", "salesforce"])
def test_every_rule_of_an_adapter_is_listed(name: str) -> None:
    page = pages()["docs/checks.md"]
    families: dict[str, set[str]] = {}
    for id_ in used(f"providers/mopsctl_{name}"):
        families.setdefault(id_[:2], set()).add(id_)
    ids = [
        id_ for letters, found in families.items() for id_ in found if len(found) > 1 or letters in script().FAMILIES
    ]
    assert [id_ for id_ in ids if f"\n| {id_} | " not in page] == []
