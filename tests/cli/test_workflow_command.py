"""What is printed is for people: no CI runner finds a command in it, and no terminal a character that acts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl import workflow
from mopsctl.cli.neutral import neutral
from mopsctl.engine.plan import Change, FieldChange, Plan
from tests.cli.conftest import Cli
from tests.render import samples

FORMATS = ("text", "json", "markdown", "html", "sarif", "junit")
COMMANDS = (
    "::error::spoofed",
    "::error file=a.yaml,line=1::spoofed",
    "::set-output name=x::spoofed",
    "::stop-commands::spoofed",
    "::add-mask::spoofed",
    "##[error]spoofed",
    "##[set-env name=X]spoofed",
    "##vso[task.setvariable variable=x]spoofed",
    "##teamcity[buildProblem description='spoofed']",
    "\x1b[0Ksection_start:1700000000:spoofed\r\x1b[0KSpoofed",
    "\r::error::spoofed",
    "\x9b2Jspoofed",
    "\x1b]0;spoofed\x07",
    "a\u202eb\u2066c\u200bd\ufeff",
    "\u2028::error::spoofed",
)
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def acting(text: str) -> list[str]:
    """The lines a runner or a terminal would act on, the way GitHub, Azure and TeamCity look for them."""
    lines = re.split("\r\n|\r|\n", text)
    markers = ("##[", "##vso[", "##teamcity[")
    return [
        each
        for each in lines
        if each.strip().startswith("::") or any(marker in each for marker in markers) or ACTS.search(each)
    ]


def wrapped(command: str) -> str:
    """The text of the case: long enough to be wrapped, with a command at the start of whatever line."""
    return " ".join(f"{command}{number}" for number in range(12))


def hostile(text: str) -> Plan:
    """A plan with the text wherever text from elsewhere can stand."""
    change: Change = samples.ADD_PROPERTY
    fields = (FieldChange(("label",), text, text), FieldChange((text, text), None, {text: text}))
    told = replace(change, title=text, noun=text, undo=text, why=text, owner=text, document=text, fields=fields)
    hand = replace(samples.MANUAL, title=text, steps=(text, text), why=text, owner=text)
    verdict = replace(samples.VERDICTS[0], message=text, hint=text, address=text)
    system = replace(samples.RICH.systems[0], title=text, account=text, limits=(text,))
    broken = replace(system, name="bad", status="unreadable", message=text)
    return replace(samples.RICH, stack=text, changes=(told, hand), verdicts=(verdict,), systems=(system, broken))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", COMMANDS)
def test_workflow_command_in_a_plan_is_shown_and_not_obeyed(
    cli: Cli, tmp_path: Path, form: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow.write_plan(hostile(wrapped(command)), tmp_path / "plan.json")
    for width in ("40", "57", "100"):
        monkeypatch.setenv("COLUMNS", width)
        run = cli("show", tmp_path / "plan.json", "--format", form)
        assert run.code == 0, run.err
        assert "poofed" in run.out or "\\u" in run.out
        assert acting(run.out + run.err) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_workflow_command_in_json_keeps_its_meaning(cli: Cli, tmp_path: Path, command: str) -> None:
    made = hostile(command)
    workflow.write_plan(made, tmp_path / "plan.json")
    shown = cli("show", tmp_path / "plan.json", "--format", "json").document
    assert shown["stack"] == command
    assert shown == json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.isprintable()])
def test_workflow_command_in_junit_keeps_its_meaning(cli: Cli, tmp_path: Path, command: str) -> None:
    workflow.write_plan(hostile(command), tmp_path / "plan.json")
    out = cli("show", tmp_path / "plan.json", "--format", "junit").out
    tree = ElementTree.fromstring(out)
    assert any(command in value for each in tree.iter() for value in (*each.attrib.values(), each.text or ""))


@pytest.mark.parametrize("command", [each for each in COMMANDS if "\x00" not in each])
def test_workflow_command_in_an_error_is_shown_and_not_obeyed(cli: Cli, tmp_path: Path, command: str) -> None:
    text = json.dumps(wrapped(command))
    (tmp_path / "plan.json").write_text(f"{{{text}: 1, {text}: 2}}", encoding="utf-8")
    stack = tmp_path / "stack"
    stack.mkdir()
    (stack / "mopsctl.yaml").write_text(f"apiVersion: mopsctl/v1\nkind: {text}\n{text}: 1\n", encoding="utf-8")
    for arguments in (
        ("show", tmp_path / "plan.json"),
        ("validate", stack),
        ("validate", stack, "--format", "junit"),
        ("validate", stack, "--format", "sarif"),
        ("plan", stack, "-e", command),
        ("apply", stack, "-e", "local", "--only", command),
        ("explain-" + command,),
    ):
        run = cli(*arguments)
        assert run.code in (1, 3, 64), arguments
        assert acting(run.out + run.err) == []


TEXT = st.text(st.one_of(st.sampled_from(":#[] \n\r\t\x1b\u2028voxtems"), st.characters()), max_size=60)


@given(TEXT, st.sampled_from(["text", "markdown"]))
def test_workflow_command_nothing_acts_in_any_text(text: str, form: str) -> None:
    assert acting(neutral(text, form)) == []


@given(TEXT)
def test_workflow_command_json_of_any_text_is_the_same_json(text: str) -> None:
    document: Any = {"a": text, text: [text]}
    for indent in (None, 2):
        printed = neutral(json.dumps(document, ensure_ascii=False, indent=indent), "json")
        assert json.loads(printed) == document
        assert acting(printed) == []


@given(st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126)).filter(lambda text: not acting(text)))
def test_workflow_command_plain_text_is_left_as_it_is(text: str) -> None:
    for form in FORMATS:
        assert neutral(text, form) == text


def test_workflow_command_our_own_colours_stay_on_a_terminal() -> None:
    assert neutral("\x1b[31mred\x1b[0m\x1b[2J", colored=True) == "\x1b[31mred\x1b[0m\\x1b[2J"
    assert neutral("\x1b[31mred") == "\\x1b[31mred"
