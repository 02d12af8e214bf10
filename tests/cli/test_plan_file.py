"""A plan file comes from outside: whatever is wrong with it is one sentence with the place, for `show` and for `apply`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mopsctl import workflow
from tests.cli.conftest import Cli, Run
from tests.render import samples


def both(cli: Cli, path: Path) -> list[Run]:
    return [cli("show", path), cli("apply", path, "--yes")]


def one_sentence(run: Run, words: str) -> None:
    said = " ".join(run.err.split())
    assert (run.code, run.out) == (1, ""), said
    assert words in said
    assert said.count("Error: ") == 1
    assert "Hint:" in said
    assert "unexpected" not in said


def _change(place: int, **values: Any) -> Callable[[Any], None]:
    return lambda data: data["changes"][place].update(values)


SHAPES: dict[str, tuple[Callable[[Any], object], str]] = {
    "unknown action": (_change(3, action="explode"), 'changes[3].action has to be one of "add", "change", "remove"'),
    "action of another sort": (_change(0, action=None), "changes[0].action has to be one of"),
    "a text for a mark": (_change(1, protect="no"), 'changes[1].protect has to be true or false, not "no"'),
    "a number for a title": (_change(1, title=5), "changes[1].title has to be text, not 5"),
    "no address": (_change(2, address="nonsense"), 'changes[2].address has a form that is not allowed: "nonsense"'),
    "needs of another sort": (_change(0, needs=[1]), "changes[0].needs[0] has to be text, not 1"),
    "unknown key": (_change(0, colour="red"), "changes[0].colour is not known"),
    "key missing": (lambda data: data["changes"][0].pop("wanted"), "changes[0].wanted is missing"),
    "changes an object": (lambda data: data.update(changes={}), "changes has to be a list, not an object"),
    "serial as text": (
        lambda data: data["inputs"]["state"].update(serial="7"),
        "inputs.state.serial has to be a whole number",
    ),
    "count below nothing": (lambda data: data["systems"][0].update(calls=-1), "systems[0].calls is out of range: -1"),
    "unknown level": (lambda data: data["verdicts"][0].update(level="fine"), "verdicts[0].level has to be one of"),
    "no digest": (lambda data: data.update(digest="sha256:x"), "digest has a form that is not allowed"),
    "newer": (lambda data: data.update(formatVersion="1.1"), "The plan has format 1.1; this mopsctl reads up to 1.0"),
    "no version": (lambda data: data.update(formatVersion="new"), "This is not a plan of mopsctl"),
}


@pytest.mark.parametrize("case", SHAPES)
def test_a_plan_file_of_another_shape_is_told_with_the_place(cli: Cli, tmp_path: Path, case: str) -> None:
    change, words = SHAPES[case]
    path = tmp_path / "plan.json"
    workflow.write_plan(samples.RICH, path)
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")
    for run in both(cli, path):
        one_sentence(run, words)


RAW: dict[str, tuple[bytes, str]] = {
    "binary": (bytes(range(256)), "is not UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf{}", "byte order mark"),
    "key twice": (b'{"digest": 1, "digest": 2}', 'the key "digest" stands twice'),
    "no number": (b'{"serial": NaN}', "NaN is no number"),
    "endless": (b'{"serial": -Infinity}', "-Infinity is no number"),
    "too large a number": (b'{"serial": 1e999}', "too large"),
    "many digits": (b'{"serial": ' + b"1" * 10_000 + b"}", "digits"),
    "100,000 levels": (b'{"a":' * 100_000, "nested deeper than 64 levels"),
    "65 levels": (b"[" * 65 + b"]" * 65, "nested deeper than 64 levels"),
    "half a character": (b'{"stack": "\\udc00"}', "half a character"),
    "cut short": (b'{"stack": ', "plan.json:1:11 is not JSON"),
    "more behind it": (b"{} {}", "plan.json:1:4 is not JSON"),
    "nothing": (b"", "plan.json:1:1 is not JSON"),
    "a text": (b'"plan"', "not a plan of mopsctl"),
}


@pytest.mark.parametrize("case", RAW)
def test_a_plan_file_that_is_no_plain_document_is_told(cli: Cli, tmp_path: Path, case: str) -> None:
    content, words = RAW[case]
    (tmp_path / "plan.json").write_bytes(content)
    for run in both(cli, tmp_path / "plan.json"):
        one_sentence(run, words)


def test_a_plan_file_of_64_levels_is_no_plan_but_is_read(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(b"[" * 64 + b"]" * 64)
    one_sentence(cli("show", tmp_path / "plan.json"), "not a plan of mopsctl")


def test_a_plan_file_of_gigabytes_is_not_read(cli: Cli, tmp_path: Path) -> None:
    with (tmp_path / "plan.json").open("wb") as file:
        file.truncate(2_500_000_000)
    for run in both(cli, tmp_path / "plan.json"):
        one_sentence(run, "is larger than the 64 MB")


def test_a_plan_file_behind_a_link_is_not_followed(cli: Cli, tmp_path: Path) -> None:
    workflow.write_plan(samples.RICH, tmp_path / "real.json")
    (tmp_path / "plan.json").symlink_to(tmp_path / "real.json")
    for run in both(cli, tmp_path / "plan.json"):
        one_sentence(run, "is a link")


def test_a_plan_file_that_is_a_pipe_is_not_waited_for(cli: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "plan.json")
    for run in both(cli, tmp_path / "plan.json"):
        one_sentence(run, "is no regular file")


def test_a_plan_file_that_is_a_folder_or_missing_is_told(cli: Cli, tmp_path: Path) -> None:
    assert cli("show", tmp_path).code == 64
    for command in ("show", "apply"):
        assert cli(command, tmp_path / "none.json").code == 64
