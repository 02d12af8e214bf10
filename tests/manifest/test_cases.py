"""Every bad manifest is refused in the words beside it, every good one is accepted, and the words are fit to be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mopsctl.manifest import loader
from mopsctl.manifest.rules import RULES
from tests.manifest import cases

EXPECTED = {name: case.with_suffix(".txt") for name, case in cases.BAD.items()}
FINDING = re.compile(r"^(?P<source>\S+:\d+:\d+) (?P<rule>[A-Z]{2}\d{3}) (?P<level>error|warning|note) (?P<message>.+)$")
SCHEMA_WORDS = re.compile(
    r"\b(instance|schema|property|properties|additional|regex|enum|string|None|True|False|dict)\b"
)


def lines() -> list[tuple[str, re.Match[str]]]:
    """Every expected finding with the name of its case."""
    texts = {name: path.read_text("utf-8").splitlines() for name, path in EXPECTED.items()}
    found = [(name, FINDING.match(line)) for name, text in texts.items() for line in text if not line.startswith(" ")]
    return [(name, match) for name, match in found if match is not None]


@pytest.mark.parametrize("name", cases.BAD)
def test_a_bad_manifest_is_refused_in_the_words_beside_it(name: str, tmp_path: Path) -> None:
    loaded = cases.load(cases.BAD[name], tmp_path)
    assert cases.worded(loaded.diagnostics) == EXPECTED[name].read_text("utf-8")


@pytest.mark.parametrize("name", cases.BAD)
def test_an_error_leaves_no_stack(name: str, tmp_path: Path) -> None:
    loaded = cases.load(cases.BAD[name], tmp_path)
    errors = [each for each in loaded.diagnostics if each.level == "error"]
    assert (loaded.stack is None) == bool(errors)
    assert loaded.diagnostics != ()


@pytest.mark.parametrize("name", cases.GOOD)
def test_a_good_manifest_is_accepted(name: str, tmp_path: Path) -> None:
    loaded = cases.load(cases.GOOD[name], tmp_path)
    assert loaded.diagnostics == ()
    assert loaded.stack is not None


def test_the_base_of_all_cases_is_good(tmp_path: Path) -> None:
    assert cases.load(cases.BASE, tmp_path).diagnostics == ()


def test_no_expectation_is_left_over() -> None:
    assert {path.stem for path in (cases.DATA / "bad").glob("*.txt")} == set(cases.BAD)


@pytest.mark.parametrize(("name", "finding"), lines())
def test_a_finding_is_one_plain_sentence(name: str, finding: re.Match[str]) -> None:
    message = finding["message"]
    assert message[0].isupper() or message[0] in "'$"
    assert message.endswith(".")
    if "needs 'spec'" not in message:
        assert "spec" not in message.replace("Lifecycle", "")
    assert not SCHEMA_WORDS.search(re.sub(r"'[^']*'|hubspot:\S+", "", message)), message


def test_every_rule_that_a_file_can_break_has_a_bad_file() -> None:
    elsewhere = {
        "YM001",
        "YM002",
        "YM003",
        "YM004",
        "YM005",
        "RF006",
        "NV005",
        "NV006",
        "NV014",
        "NV015",
        "TR001",
        "TR002",
        "TR003",
    }  # not by a file's text alone
    assert set(RULES) - elsewhere == {finding["rule"] for _, finding in lines()}


def test_every_rule_in_use_is_explained() -> None:
    modules = [path for path in Path(loader.__file__).parent.glob("*.py") if path.name != "rules.py"]
    used = {rule for path in modules for rule in re.findall(r'"((?:YM|MS|RF|NV|TR)\d{3})"', path.read_text("utf-8"))}
    assert used == set(RULES)


def test_a_finding_is_as_bad_as_its_rule_says() -> None:
    for _, finding in lines():
        levels = {"error", "note"} if finding["rule"] == "YM016" else {RULES[finding["rule"]].level}
        assert finding["level"] in levels
