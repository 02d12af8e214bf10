"""Every rule has a document that breaks it and one that does not, and what it says is fit to be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from mopsctl import checks
from mopsctl.checks import OFFLINE
from mopsctl.manifest.loader import load_stack
from tests.rules import examples


@pytest.mark.parametrize("name", examples.BAD)
def test_a_bad_document_breaks_its_rule_at_the_right_place_and_no_other(name: str, tmp_path: Path) -> None:
    found = examples.findings(examples.BAD[name], tmp_path)
    assert examples.shown(found) == examples.expected(examples.BAD[name]), [each.message for each in found]
    assert examples.worded(name, found) in examples.WORDS.read_text("utf-8")
    message, hint = found[0].message, found[0].hint
    assert message.endswith(".")
    assert message[0].isupper() or message.split()[0].strip("'") in examples.BAD[name].read_text("utf-8"), message
    assert hint
    assert not hint.endswith(".")


@pytest.mark.parametrize("name", examples.GOOD)
def test_a_good_document_breaks_no_rule(name: str, tmp_path: Path) -> None:
    assert examples.shown(examples.findings(examples.GOOD[name], tmp_path)) == []


def test_the_base_of_all_examples_breaks_no_rule() -> None:
    loaded = load_stack(examples.BASE, environ={})
    assert loaded.diagnostics == ()
    assert loaded.stack is not None
    assert checks.run(loaded.stack, examples.TODAY) == ()


def test_no_words_are_left_over() -> None:
    names = [line for line in examples.WORDS.read_text("utf-8").splitlines() if not line.startswith(" ")]
    assert names == list(examples.BAD)


@pytest.mark.parametrize("sort", [examples.BAD, examples.GOOD], ids=["bad", "good"])
def test_every_rule_has_examples_and_every_example_a_rule(sort: dict[str, Path]) -> None:
    assert {name.split("/")[0] for name in sort} == {rule.id for rule in OFFLINE}
