"""What the documentation shows is real: code comes from files that are tested, YAML is loaded and checked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from mopsctl import checks
from mopsctl.diagnostics import Diagnostic
from mopsctl.manifest.loader import load_stack
from tests.docs.pages import Block, blocks, documentation, script

FOLDERS = {
    "ConsentPolicy": "consent",
    "Environment": "environments",
    "FieldCatalog": "catalog",
    "FieldMapping": "mappings",
    "Lifecycle": "lifecycle",
    "ScoringModel": "scoring",
}
YAML = list(blocks("yaml"))
LANGUAGE = [block for block in YAML if block.page == "docs/language.md"]
PARTS = [block for block in YAML if "apiVersion" not in block.text]
REFUSED = [block for block in YAML if block.note.startswith("refused with ")]
FROM_FILES = [block for block in blocks("python", "toml", "yaml") if block.note.startswith("from ")]
ELSEWHERE = {block for block in YAML if block.page != "docs/language.md"} - {*PARTS, *FROM_FILES}


def kind_and_name(text: str) -> tuple[str, str]:
    head = yaml.safe_load(text)
    return head["kind"], head["metadata"]["name"]


def put(folder: Path, text: str) -> None:
    """Write a document where its kind belongs."""
    kind, name = kind_and_name(text)
    path = folder / ("mopsctl.yaml" if kind == "Stack" else f"{FOLDERS[kind]}/{name}.yaml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def with_part(text: str, part: str) -> str:
    """A document with the lines of a part at the end of its spec, which has to be written as a block."""
    lines = part.splitlines(keepends=True)
    assert lines[0] == "spec:\n"
    assert re.search(r"^spec:$", text, re.MULTILINE)
    return text + "".join(lines[1:])


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """The stack that the documents of docs/language.md make."""
    for block in LANGUAGE:
        if block not in PARTS and block not in REFUSED:
            put(tmp_path, block.text)
    return tmp_path


def findings(folder: Path, environment: str | None = None) -> tuple[Diagnostic, ...]:
    loaded = load_stack(folder, environment, environ={"HS_STAGE_SAL": "1"})
    return loaded.diagnostics if loaded.stack is None else (*loaded.diagnostics, *checks.run(loaded.stack))


def target(block: Block) -> str:
    """The kind that a part belongs to."""
    return block.note.removeprefix("part of ") if block.note.startswith("part of ") else "FieldMapping"


def test_the_language_page_shows_every_kind() -> None:
    shown = {kind_and_name(block.text)[0] for block in LANGUAGE if block not in PARTS and block not in REFUSED}
    assert shown == {"Stack", *FOLDERS}


def test_the_documents_of_the_language_page_make_a_sound_stack(stack: Path) -> None:
    """But for the sample of a consent policy, which nobody has made their own, and the row that the page silences."""
    assert {found.rule for found in findings(stack)} == {"CP013", "FM021"}
    assert {found.rule for found in findings(stack, "production") if found.level == "error"} == {"CP013"}


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_a_part_fits_into_its_document(part: Block, stack: Path) -> None:
    before = {found.rule for found in findings(stack)}
    whole = next(block for block in LANGUAGE if f"kind: {target(part)}\n" in block.text)
    put(stack, with_part(whole.text, part.text))
    assert {found.rule for found in findings(stack)} <= before


def test_the_silenced_check_is_silent(stack: Path) -> None:
    part = next(block for block in PARTS if block.page == "docs/language.md" and "ignore:" in block.text)
    whole = next(block for block in LANGUAGE if "kind: FieldMapping\n" in block.text)
    put(stack, with_part(whole.text, part.text))
    assert {found.rule for found in findings(stack)} == {"CP013"}


@pytest.mark.parametrize("block", REFUSED, ids=str)
def test_what_the_page_says_is_refused_is_refused(block: Block, stack: Path) -> None:
    (stack / "environments" / "wrong.yaml").write_text(block.text, "utf-8")
    found = [each.rule for each in findings(stack) if each.source.file == "environments/wrong.yaml"]
    assert found == [block.note.removeprefix("refused with ")]


@pytest.mark.parametrize("block", sorted(ELSEWHERE, key=str), ids=str)
def test_documents_on_other_pages_load_in_that_stack(block: Block, stack: Path) -> None:
    put(stack, block.text)
    assert {found.rule for found in findings(stack)} <= {"CP013", "FM021"}


# -- blocks that come from files


@pytest.mark.parametrize("block", FROM_FILES, ids=str)
def test_a_block_is_as_its_file(block: Block) -> None:
    assert block.text == script().excerpt(block.note.removeprefix("from ")) + "\n", (
        "run: .venv/bin/python scripts/docs.py"
    )


@pytest.mark.parametrize("block", [*blocks("python", "toml")], ids=str)
def test_code_comes_from_a_file(block: Block) -> None:
    assert block.note.startswith("from "), "name its source in a comment: <!-- from PATH#NAME -->"


def test_the_script_would_change_no_page() -> None:
    for name, text in documentation().items():
        assert script().refreshed(text) == text, f"{name}: run: .venv/bin/python scripts/docs.py"


def test_the_script_mends_a_block_that_is_out_of_date() -> None:
    page = "<!-- from scripts/docs.py#PAGE -->\n```python\nPAGE = 1\n```\nand on\n"
    assert script().refreshed(page) == page.replace("PAGE = 1", 'PAGE = DOCS / "checks.md"')


def test_the_script_finds_methods_with_their_decorators() -> None:
    source = "tests/thirdparty/postbox/mopsctl_postbox/adapter.py#Postbox.kinds"
    assert script().excerpt(source).startswith("@property\ndef kinds(self)")


def test_the_script_knows_no_definition_that_is_not_there() -> None:
    with pytest.raises(LookupError):
        script().excerpt("scripts/docs.py#nothing")
