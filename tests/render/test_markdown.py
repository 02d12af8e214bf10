"""The comment on a pull request: found again by its tag, within its limit, and inert whatever the systems hold."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.render import markdown
from tests.render import samples

LARGE = replace(
    samples.RICH,
    changes=tuple(
        replace(change, address=replace(change.address, name=f"{change.address.name}{number}"))
        for number in range(40)
        for change in samples.RICH.changes
    ),
)


def test_the_first_line_is_the_tag() -> None:
    assert markdown.plan(samples.RICH).startswith("<!-- mopsctl:northwind-cloud/production -->\n### mopsctl plan: ")


@pytest.mark.parametrize("name", ["a-->b", "a--b", "a b", "ä/é"])
def test_a_name_cannot_end_the_tag(name: str) -> None:
    first = markdown.plan(replace(samples.EMPTY, stack=name)).splitlines()[0]
    assert first.count("-->") == 1
    assert first.endswith(" -->")
    assert "--" not in first[4:-3]


@pytest.mark.parametrize("limit", [1000, 2000, 5000, 20000, 60000])
def test_the_comment_keeps_its_limit(limit: int) -> None:
    said = markdown.plan(LARGE, limit)
    assert len(said.encode()) <= limit
    assert said.startswith("<!-- mopsctl:northwind-cloud/production -->")
    assert "left out here: mopsctl show PLAN -v" in said
    assert said.count("<details>") == said.count("</details>")


def test_nothing_is_left_out_where_all_fits() -> None:
    assert markdown.plan(samples.RICH, 100_000) == markdown.plan(samples.RICH)
    assert "left out" not in markdown.plan(samples.RICH)


def test_what_is_left_out_is_counted() -> None:
    said = markdown.plan(LARGE, 20000)
    (left,) = re.findall(r"_([\d,]+) entries left out here", said)
    assert 0 < int(left) == _rows(markdown.plan(LARGE, 10_000_000)) - _rows(said)


def _rows(said: str) -> int:
    return len(re.findall(r"^\| `[~+=<>-]` ", said, flags=re.MULTILINE))


def test_what_cannot_be_undone_and_what_fails_outlast_the_rest() -> None:
    said = markdown.plan(samples.RICH, 1700)
    assert "a Marketo field can be hidden, never deleted" in said
    assert "LC018" in said
    assert "| `+` add |" not in said


def test_the_limit_counts_bytes() -> None:
    wide = replace(samples.RICH, changes=tuple(replace(change, title="名" * 60) for change in LARGE.changes))
    assert len(markdown.plan(wide, 5000).encode()) <= 5000


def test_an_empty_plan_is_short() -> None:
    said = markdown.plan(samples.EMPTY)
    assert "Nothing to add, change or remove." in said
    assert "| what |" not in said
    assert "Manual steps" not in said


def unescaped(said: str) -> str:
    """The comment without code spans and escapes: what is left may act as markup."""
    return re.sub(r"\\[\\`*_\[\]|~]", "", re.sub(r"`[^`\n]*`", "", said))


def test_hostile_text_stays_text() -> None:
    said = unescaped(markdown.plan(samples.HOSTILE))
    assert "<script" not in said
    assert "@everyone" not in said
    assert not re.search(r"(?<!&)#(?!#)\s*head", said)
    assert set(re.findall(r"</?\w+", said)) == {"<details", "</details", "<summary", "</summary", "<br"}
    assert "```" not in said


def test_every_row_of_a_table_has_its_cells() -> None:
    said = markdown.plan(samples.HOSTILE)
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    assert rows
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7, 8}


@given(st.text(max_size=60))
def test_escaped_text_is_one_line_without_markup(text: str) -> None:
    said = markdown.escape(text)
    assert len(said.splitlines()) <= 1
    rest = re.sub(r"&#?\w+;", "", re.sub(r"\\[\\`*_\[\]|~]", "", said))
    assert not set(rest) & set("<>@`*_[]|~#")


@given(st.text(min_size=1, max_size=40))
def test_a_code_span_is_longer_fenced_than_what_it_holds(text: str) -> None:
    said = markdown.code(text)
    fence = re.match("`+", said)
    assert fence
    inside = said[len(fence[0]) : -len(fence[0])]
    assert said.endswith(fence[0])
    assert fence[0] not in re.findall("`+", inside)
