"""The Markdown of the repository, in parts that can be tested: blocks of code, links, headings."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

REPOSITORY = Path(__file__).parents[2]
TREES = ("bench", "docs", "mopsctl", "providers", "schemas", "scripts", "stacks", "tests")
NOT_OURS = {"golden", ".mopsctl", "__pycache__"}

FENCE = re.compile(
    r"(?:^<!-- (?P<note>[^\n]+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block, with the comment right before it."""

    page: str
    line: int
    language: str
    note: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def here(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def pages() -> dict[str, str]:
    """Every page by its path."""
    below = (path for tree in TREES for path in (REPOSITORY / tree).rglob("*.md"))
    ours = [path for path in below if not NOT_OURS & set(path.relative_to(REPOSITORY).parts)]
    return {here(path): path.read_text("utf-8") for path in sorted([*REPOSITORY.glob("*.md"), *ours])}


def documentation() -> dict[str, str]:
    """The pages that people are sent to."""
    return {name: text for name, text in pages().items() if name == "README.md" or name.startswith("docs/")}


def blocks(*languages: str) -> Iterator[Block]:
    """Every block of these languages in the documentation."""
    for name, text in documentation().items():
        for found in FENCE.finditer(text):
            if found["language"] in languages:
                line = text.count("\n", 0, found.start("text")) + 1
                yield Block(name, line, found["language"], found["note"] or "", found["text"])


def prose(text: str) -> str:
    """A page without its blocks."""
    return FENCE.sub("", text)


def anchors(text: str) -> set[str]:
    """What links to headings of a page can name."""
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(prose(text))}


@cache
def script() -> ModuleType:
    """scripts/docs.py as a module."""
    spec = importlib.util.spec_from_file_location("docs_script", REPOSITORY / "scripts" / "docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
