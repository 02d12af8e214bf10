"""`plan`, `show` and `validate` on a workflow that is played: formats, exit codes, files, hints."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mopsctl import workflow
from mopsctl.cli.hints import after_plan
from mopsctl.engine import document
from mopsctl.engine.plan import Plan
from mopsctl.errors import ManifestError
from tests.cli.conftest import Cli
from tests.render import samples

FORMATS = ["text", "json", "markdown", "html", "sarif", "junit"]
PASSING = replace(samples.RICH, verdicts=())

Play = Callable[[Plan], list[workflow.Ask]]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Lets `workflow.plan` answer with a plan; the list fills with what it was asked."""

    def with_(made: Plan) -> list[workflow.Ask]:
        asked: list[workflow.Ask] = []

        def plan(ask: workflow.Ask) -> Plan:
            asked.append(ask)
            return made

        monkeypatch.setattr(workflow, "plan", plan)
        return asked

    return with_


@pytest.mark.parametrize(
    ("made", "plain", "detailed"),
    [
        (PASSING, 0, 2),
        (samples.RICH, 0, 3),
        (samples.QUIET, 0, 0),
        (samples.EMPTY, 0, 0),
        (samples.UNREADABLE, 1, 1),
        (replace(samples.EMPTY, verdicts=samples.VERDICTS), 0, 3),
        (replace(samples.EMPTY, changes=(samples.KEEP,)), 0, 0),
        (replace(samples.EMPTY, changes=(samples.ADOPT,)), 0, 2),
    ],
)
def test_the_exit_code_of_a_plan(cli: Cli, play: Play, tmp_path: Path, made: Plan, plain: int, detailed: int) -> None:
    play(made)
    assert cli("plan", tmp_path, "-e", "production").code == plain
    assert cli("plan", tmp_path, "-e", "production", "--detailed-exitcode").code == detailed


def test_what_is_asked_reaches_the_workflow(cli: Cli, play: Play, tmp_path: Path) -> None:
    asked = play(PASSING)
    options = [
        "--only",
        "hubspot:*",
        "--only",
        "marketo:*",
        "--except",
        "*:x/*",
        "--allow-remove",
        "--no-counts",
        "--check-on-server",
    ]
    assert cli("plan", *options, "-e", "sandbox", tmp_path).code == 0
    assert cli("plan", tmp_path, "-e", "sandbox").code == 0
    first, second = (replace(ask, listen=print) for ask in asked)
    assert first == workflow.Ask(
        tmp_path, "sandbox", workflow.Selection(("hubspot:*", "marketo:*"), ("*:x/*",)), True, False, True, listen=print
    )
    assert second == workflow.Ask(tmp_path, "sandbox", listen=print)


def test_the_stack_is_the_current_folder_if_left_out(
    cli: Cli, play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = play(PASSING)
    monkeypatch.chdir(tmp_path)
    run = cli("plan", "-e", "production")
    assert asked[0].folder == Path()
    assert run.out.endswith("Next: mopsctl apply -e production\n")
    monkeypatch.undo()


@pytest.mark.parametrize("form", FORMATS)
def test_each_format_prints_one_thing_and_nothing_else(cli: Cli, play: Play, tmp_path: Path, form: str) -> None:
    play(PASSING)
    run = cli("plan", tmp_path, "-e", "production", "--format", form)
    assert run.err == ""
    starts = {
        "text": "Plan for ",
        "json": "{",
        "markdown": "<!-- ",
        "html": "<!doctype",
        "sarif": "{",
        "junit": "<?xml",
    }
    assert run.out.startswith(starts[form])
    if form in ("json", "sarif"):
        json.loads(run.out)


def test_a_saved_plan_is_private_and_can_be_shown(cli: Cli, play: Play, tmp_path: Path) -> None:
    play(PASSING)
    file = tmp_path / "out" / "plan.json"
    run = cli("plan", tmp_path, "-e", "production", "-o", file)
    assert run.code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"Next: mopsctl apply {file}" in run.out
    assert cli("show", file).out.partition("Next:")[0] == run.out.partition("Next:")[0]
    assert cli("show", file, "--format", "json").document == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", FORMATS)
def test_a_saved_plan_is_shown_in_every_format(cli: Cli, tmp_path: Path, form: str) -> None:
    workflow.write_plan(samples.RICH, tmp_path / "plan.json")
    run = cli("show", tmp_path / "plan.json", "--format", form)
    assert (run.code, run.err) == (0, "")
    assert run.out


def test_show_bounds_a_comment(cli: Cli, tmp_path: Path) -> None:
    workflow.write_plan(samples.RICH, tmp_path / "plan.json")
    run = cli("show", tmp_path / "plan.json", "--format", "markdown", "--max-bytes", "2000")
    assert len(run.out.encode()) <= 2000
    assert cli("show", tmp_path / "plan.json", "--max-bytes", "10").code == 64


def test_show_puts_the_base_in_front(cli: Cli, tmp_path: Path) -> None:
    workflow.write_plan(samples.RICH, tmp_path / "plan.json")
    run = cli("show", tmp_path / "plan.json", "--format", "sarif", "--base", "stacks/x")
    assert '"stacks/x/lifecycle/person.yaml"' in run.out


def edited(text: str) -> str:
    data: Any = json.loads(text)
    data["changes"][0]["title"] = "Another"
    return json.dumps(data)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (edited, "was edited"),
        (lambda text: text[:-40], "is not JSON"),
        (lambda _: "[]", "not a plan of mopsctl"),
        (lambda text: text.replace('"formatVersion": "1.0"', '"formatVersion": "2.0"'), "format 2.0"),
        (lambda _: '{"formatVersion": "1.0"}', "not a whole plan"),
    ],
)
def test_a_spoiled_plan_is_refused_in_one_sentence(
    cli: Cli, tmp_path: Path, spoil: Callable[[str], str], said: str
) -> None:
    file = tmp_path / "plan.json"
    workflow.write_plan(samples.RICH, file)
    file.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8")
    for command in ("show", "apply"):
        run = cli(command, file)
        assert (run.code, run.out) == (1, "")
        assert said in " ".join(run.err.split())
        assert "Hint:" in run.err


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_manifests_with_errors_are_findings_in_the_format_asked_for(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    def plan(_: workflow.Ask) -> Plan:
        raise ManifestError("The manifests have 1 error.", diagnostics=samples.VERDICTS)

    monkeypatch.setattr(workflow, "plan", plan)
    run = cli("plan", tmp_path, "-e", "local", "--format", form)
    assert run.code == 3
    assert "LC018" in run.out
    assert "LC018" in run.err


def validated(monkeypatch: pytest.MonkeyPatch, *found: Any) -> None:
    result = workflow.Validated("northwind", "local", 9, 9, found)
    monkeypatch.setattr(workflow, "validate", lambda *_: result)


def test_validate_ends_with_3_only_for_errors(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warning, error, note = samples.VERDICTS
    validated(monkeypatch, warning, note)
    run = cli("validate", tmp_path, "-e", "local")
    assert run.code == 0
    assert run.out.endswith(f"Next: mopsctl plan {tmp_path} -e local\n")
    validated(monkeypatch, error)
    run = cli("validate", tmp_path)
    assert run.code == 3
    assert "fix the errors" in run.out


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_validate_speaks_to_programs(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    validated(monkeypatch, *samples.VERDICTS)
    run = cli("validate", tmp_path, "--format", form)
    assert (run.code, run.err) == (3, "")
    assert "LC018" in run.out


def test_sarif_names_files_as_the_current_folder_sees_them(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    validated(monkeypatch, *samples.VERDICTS)
    (tmp_path / "stacks").mkdir()
    monkeypatch.chdir(tmp_path)
    assert '"uri": "stacks/lifecycle/person.yaml"' in cli("validate", "stacks", "--format", "sarif").out
    assert '"uri": "lifecycle/person.yaml"' in cli("validate", "--format", "sarif").out
    monkeypatch.undo()


def test_the_next_step_fits_the_plan(tmp_path: Path) -> None:
    saved = tmp_path / "plan.json"
    (step,) = after_plan(PASSING, tmp_path, None)
    assert step == f"mopsctl apply {tmp_path} -e production"
    (step,) = after_plan(PASSING, None, None, ["--except", "a:*"])
    assert step == "mopsctl apply -e production --except 'a:*'"
    (step,) = after_plan(PASSING, tmp_path, saved)
    assert step == f"mopsctl apply {saved} --stack {tmp_path} --allow-remove"
    (tmp_path / "mopsctl.yaml").touch()
    assert after_plan(PASSING, tmp_path, saved) == [f"mopsctl apply {saved} --allow-remove"]
    assert after_plan(PASSING, None, saved) == [f"mopsctl apply {saved} --allow-remove"]
    assert after_plan(samples.QUIET, tmp_path, saved) == []
    assert "refuses" in after_plan(samples.RICH, tmp_path, saved)[0]
    assert "Salesforce" in after_plan(samples.UNREADABLE, tmp_path, saved)[0]


def test_a_digest_in_the_text_is_the_plans(cli: Cli, play: Play, tmp_path: Path) -> None:
    play(PASSING)
    assert document.digest(PASSING) in cli("plan", tmp_path, "-e", "production").out
