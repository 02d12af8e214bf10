"""Links lead somewhere, and what the first page promises is there."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import LINK, REPOSITORY, anchors, documentation, pages, prose


def dead(name: str, text: str) -> list[str]:
    """The links of a page with this text to files or headings that are not there."""
    lost = []
    for found in LINK.finditer(prose(text)):
        target, _, anchor = found["target"].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (REPOSITORY / name).parent / target if target else REPOSITORY / name
        if not file.exists() or (anchor and anchor not in anchors(file.read_text("utf-8") if target else text)):
            lost.append(found["target"])
    return lost


@pytest.mark.parametrize("name", list(pages()))
def test_every_relative_link_leads_somewhere(name: str) -> None:
    assert dead(name, pages()[name]) == []


def test_a_dead_link_is_seen() -> None:
    good = "[a](README.md) [b](README.md#every-day) [c](#a-heading-here) [d](https://x.example/y) [e](docs)"
    bad = "[f](nowhere.md) [g](README.md#no-such-heading) [h](#nor-this)"
    text = f"# A heading: here\n{good} {bad}\n```\n[i](in-code.md)\n```\n"
    assert dead("README.md", text) == ["nowhere.md", "README.md#no-such-heading", "#nor-this"]


def test_every_page_of_the_documentation_can_be_reached_from_the_first() -> None:
    seen, waiting = set(), ["README.md"]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for found in LINK.finditer(prose(pages()[name])):
            target = found["target"].partition("#")[0]
            path = ((REPOSITORY / name).parent / target).resolve()
            if target and path.is_relative_to(REPOSITORY):
                linked = path.relative_to(REPOSITORY).as_posix()
                if linked in pages() and linked not in seen:
                    waiting.append(linked)
    assert set(documentation()) - seen == set()


def test_the_two_commands_of_the_first_page_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z]+)", pages()["README.md"], re.MULTILINE))
    assert named == {"demo", "test"}
    assert named <= targets
