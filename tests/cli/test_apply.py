"""`apply` on a workflow that is played: what it asks, what it refuses, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mopsctl import workflow
from mopsctl.cli.terminal import Terminal
from mopsctl.engine import document
from mopsctl.engine.plan import Plan
from mopsctl.engine.report import Applied, Line
from mopsctl.errors import Refused
from tests.cli.conftest import Cli
from tests.render import samples

PLAIN = replace(samples.RICH, verdicts=(), protected=False, environment="sandbox")
PROTECTED = replace(samples.RICH, verdicts=())
HARMLESS = replace(PROTECTED, changes=(samples.ADD_PROPERTY,))
DIGEST = document.digest(PLAIN)


@dataclass
class Played:
    """What the workflow was asked, and what it answers."""

    made: Plan
    report: Applied
    planned: list[workflow.Ask] = field(default_factory=list)
    applied: list[tuple[workflow.Ask, Plan, dict[str, Any]]] = field(default_factory=list)


@dataclass
class Person:
    """Somebody at the terminal, with the answers they will type."""

    answers: list[str]
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Played]:
    def with_(made: Plan, report: Applied | None = None) -> Played:
        play = Played(made, report or Applied(document.digest(made), ()))

        def plan(ask: workflow.Ask) -> Plan:
            play.planned.append(ask)
            return made

        def apply(ask: workflow.Ask, plan: Plan, **how: Any) -> Applied:
            play.applied.append((ask, plan, how))
            return play.report

        monkeypatch.setattr(workflow, "plan", plan)
        monkeypatch.setattr(workflow, "apply", apply)
        monkeypatch.setattr(workflow, "unfinished_plan", lambda *_: made)
        monkeypatch.setattr(workflow, "refuse_early", lambda *_, **__: None)
        return play

    return with_


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Person]:
    def with_(*answers: str) -> Person:
        somebody = Person(list(answers))

        def ask(_: Terminal, question: str) -> str:
            somebody.asked.append(question)
            return somebody.answers.pop(0)

        monkeypatch.setattr(Terminal, "interactive", property(lambda _: True))
        monkeypatch.setattr(Terminal, "ask", ask)
        return somebody

    return with_


def test_a_plan_is_shown_asked_about_and_applied(
    cli: Cli, played: Callable[..., Played], person: Callable[..., Person], tmp_path: Path
) -> None:
    play, somebody = played(PLAIN), person("yes")
    run = cli("apply", tmp_path, "-e", "sandbox")
    assert run.code == 0
    assert run.out.startswith("Plan for northwind-cloud, environment sandbox\n")
    assert somebody.asked == ["\nApply this plan to sandbox? Type yes to go on:"]
    ((ask, plan, how),) = play.applied
    assert (ask.folder, ask.environment, plan, how) == (
        tmp_path, "sandbox", PLAIN, {"accept": None, "resume": False, "saved": False},
    )  # fmt: skip


@pytest.mark.parametrize("answer", ["", "no", "YES", "y", "sandbox"])
def test_any_other_answer_applies_nothing(
    cli: Cli, played: Callable[..., Played], person: Callable[..., Person], tmp_path: Path, answer: str
) -> None:
    play = played(PLAIN)
    person(answer)
    run = cli("apply", tmp_path, "-e", "sandbox")
    assert run.code == 4
    assert "Nothing was applied" in run.err
    assert play.applied == []


def test_a_protected_environment_asks_for_its_name_and_for_each_grave_change(
    cli: Cli, played: Callable[..., Played], person: Callable[..., Person], tmp_path: Path
) -> None:
    play, somebody = played(PROTECTED), person("production", "Contact.Old_Score__c", "person.businessUnit")
    assert cli("apply", tmp_path, "-e", "production").code == 0
    assert len(play.applied) == 1
    assert "Type production to go on:" in somebody.asked[0]
    assert "can be undone: no, it is deleted for good" in somebody.asked[1]
    assert "\nmarketo:field/person.businessUnit\n" in somebody.asked[2]


@pytest.mark.parametrize(
    "answers", [("yes",), ("production", "yes"), ("production", "Contact.Old_Score__c", ""), ("",)]
)
def test_one_wrong_answer_stops_all(
    cli: Cli, played: Callable[..., Played], person: Callable[..., Person], tmp_path: Path, answers: tuple[str, ...]
) -> None:
    play = played(PROTECTED)
    person(*answers)
    assert cli("apply", tmp_path, "-e", "production").code == 4
    assert play.applied == []


def test_without_a_terminal_nothing_is_applied(cli: Cli, played: Callable[..., Played], tmp_path: Path) -> None:
    play = played(PLAIN)
    run = cli("apply", tmp_path, "-e", "sandbox")
    assert run.code == 4
    assert "Nobody can be asked" in run.err
    assert "--yes" in run.err
    assert play.applied == []


@pytest.mark.parametrize("made", [PLAIN, PROTECTED])
def test_yes_stands_for_all_answers(cli: Cli, played: Callable[..., Played], tmp_path: Path, made: Plan) -> None:
    play = played(made)
    assert cli("apply", tmp_path, "-e", made.environment, "--yes").code == 0
    assert len(play.applied) == 1


def test_a_saved_plan_is_applied_without_a_question(cli: Cli, played: Callable[..., Played], tmp_path: Path) -> None:
    play = played(PLAIN)
    workflow.write_plan(PLAIN, tmp_path / "plan.json")
    (tmp_path / "mopsctl.yaml").touch()
    assert cli("apply", tmp_path / "plan.json", "--allow-remove").code == 0
    ((ask, plan, how),) = play.applied
    assert (ask.folder, ask.environment, plan) == (tmp_path, "sandbox", PLAIN)
    assert how["saved"] is True
    assert play.planned == []


def test_a_saved_plan_with_grave_changes_needs_somebody_in_a_protected_environment(
    cli: Cli, played: Callable[..., Played], person: Callable[..., Person], tmp_path: Path
) -> None:
    play = played(PROTECTED)
    workflow.write_plan(PROTECTED, tmp_path / "plan.json")
    (tmp_path / "mopsctl.yaml").touch()
    run = cli("apply", tmp_path / "plan.json")
    assert (run.code, play.applied) == (4, [])
    assert cli("apply", tmp_path / "plan.json", "--yes").code == 0
    somebody = person("Contact.Old_Score__c", "person.businessUnit")
    assert cli("apply", tmp_path / "plan.json").code == 0
    assert len(somebody.asked) == 2
    workflow.write_plan(HARMLESS, tmp_path / "plan.json")
    assert cli("apply", tmp_path / "plan.json").code == 0
    assert len(somebody.asked) == 2


def test_forged_plan_a_removal_in_a_file_needs_the_flag_or_a_person(
    cli: Cli, played: Callable[..., Played], person: Callable[..., Person], tmp_path: Path
) -> None:
    play = played(PLAIN)
    workflow.write_plan(PLAIN, tmp_path / "plan.json")
    (tmp_path / "mopsctl.yaml").touch()
    run = cli("apply", tmp_path / "plan.json")
    assert (run.code, play.applied) == (4, [])
    assert "--allow-remove" in run.err
    somebody = person("Contact.Old_Score__c")
    assert cli("apply", tmp_path / "plan.json").code == 0
    assert len(somebody.asked) == 1
    assert [ask.allow_remove for ask, _, _ in play.applied] == [True]
    assert cli("apply", tmp_path / "plan.json", "--yes").code == 0
    assert [ask.allow_remove for ask, _, _ in play.applied] == [True, False]  # the workflow then refuses it


def test_the_stack_of_a_saved_plan_is_named_here_or_above(
    cli: Cli, played: Callable[..., Played], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    play = played(PLAIN)
    for folder in ("one/.mopsctl", "two", "elsewhere"):
        (tmp_path / folder).mkdir(parents=True)
    for folder in ("one", "two"):
        (tmp_path / folder / "mopsctl.yaml").touch()
    workflow.write_plan(PLAIN, tmp_path / "one" / ".mopsctl" / "plan.json")
    workflow.write_plan(PLAIN, tmp_path / "elsewhere" / "plan.json")
    assert cli("apply", tmp_path / "one" / ".mopsctl" / "plan.json", "--allow-remove").code == 0
    assert cli("apply", tmp_path / "elsewhere" / "plan.json", "--stack", tmp_path / "two", "--allow-remove").code == 0
    assert cli("apply", tmp_path / "elsewhere" / "plan.json", "--allow-remove").code == 64
    monkeypatch.chdir(tmp_path / "two")
    assert cli("apply", tmp_path / "one" / ".mopsctl" / "plan.json", "--allow-remove").code == 0
    monkeypatch.undo()
    assert [ask.folder for ask, _, _ in play.applied] == [tmp_path / "one", tmp_path / "two", Path()]


def test_a_saved_plan_is_for_one_environment(cli: Cli, played: Callable[..., Played], tmp_path: Path) -> None:
    played(PLAIN)
    workflow.write_plan(PLAIN, tmp_path / "plan.json")
    (tmp_path / "mopsctl.yaml").touch()
    assert cli("apply", tmp_path / "plan.json", "-e", "production").code == 64
    assert cli("apply", tmp_path / "plan.json", "-e", "sandbox", "--allow-remove").code == 0


@pytest.mark.parametrize("option", [["--only", "x:*"], ["--except", "x:*"], ["--no-counts"]])
def test_planning_options_do_not_go_with_a_plan(
    cli: Cli, played: Callable[..., Played], tmp_path: Path, option: list[str]
) -> None:
    played(PLAIN)
    workflow.write_plan(PLAIN, tmp_path / "plan.json")
    assert cli("apply", tmp_path / "plan.json", *option).code == 64
    assert cli("apply", tmp_path, "-e", "sandbox", "--resume", *option).code == 64


@pytest.mark.parametrize("digest", [DIGEST, DIGEST.removeprefix("sha256:"), DIGEST[7:19], DIGEST[7:19].upper()])
def test_the_expected_plan_goes_on(cli: Cli, played: Callable[..., Played], tmp_path: Path, digest: str) -> None:
    play = played(PLAIN)
    assert cli("apply", tmp_path, "-e", "sandbox", "--yes", "--expect", digest).code == 0
    assert len(play.applied) == 1


@pytest.mark.parametrize("digest", [DIGEST[7:18], "0" * 12, "", "sha256:", DIGEST + "0"])
def test_another_plan_than_the_expected_one_is_stale(
    cli: Cli, played: Callable[..., Played], tmp_path: Path, digest: str
) -> None:
    play = played(PLAIN)
    run = cli("apply", tmp_path, "-e", "sandbox", "--yes", "--expect", digest)
    assert run.code == 4
    assert DIGEST in run.err.replace("\n", "").replace(" ", "")
    assert play.applied == []


def test_an_accepted_digest_may_be_short(cli: Cli, played: Callable[..., Played], tmp_path: Path) -> None:
    play = played(PLAIN)
    cli("apply", tmp_path, "-e", "sandbox", "--yes", "--accept", DIGEST[7:19])
    cli("apply", tmp_path, "-e", "sandbox", "--yes", "--accept", "abc")
    assert [how["accept"] for _, _, how in play.applied] == [DIGEST, "abc"]


@pytest.mark.parametrize("made", [samples.RICH, samples.UNREADABLE])
def test_a_plan_that_will_be_refused_is_not_asked_about(
    cli: Cli,
    played: Callable[..., Played],
    person: Callable[..., Person],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: Plan,
) -> None:
    def refuse(*_: Any, **__: Any) -> Applied:
        raise Refused("LC018: no.", hint="fix it")

    played(made)
    somebody = person()
    monkeypatch.setattr(workflow, "apply", refuse)
    run = cli("apply", tmp_path, "-e", "production")
    assert run.code == 3
    assert "LC018: no." in run.err
    assert somebody.asked == []


def test_resume_takes_the_plan_that_broke_off(cli: Cli, played: Callable[..., Played], tmp_path: Path) -> None:
    play = played(PROTECTED)
    assert cli("apply", tmp_path, "-e", "production", "--resume").code == 0
    assert play.planned == []
    assert play.applied[0][2]["resume"] is True


@pytest.mark.parametrize("made", [samples.QUIET, samples.EMPTY])
def test_nothing_pending_is_done_without_a_question(
    cli: Cli, played: Callable[..., Played], tmp_path: Path, made: Plan
) -> None:
    play = played(made)
    run = cli("apply", tmp_path, "-e", "sandbox")
    assert run.code == 0
    assert "Nothing to add, change or remove." in run.out
    run = cli("apply", tmp_path, "-e", "sandbox", "--format", "json")
    assert run.document["complete"] is True
    assert len(run.document["manual"]) == len(made.changes)
    assert play.applied == []


def line(outcome: Any) -> Line:
    return Line(samples.ADD_PROPERTY, outcome)


@pytest.mark.parametrize(
    ("lines", "interrupted", "code"),
    [
        ((), "", 0),
        ((line("done"),), "", 0),
        ((line("done"), line("failed")), "", 5),
        ((line("unknown"),), "", 5),
        ((line("done"), line("refused")), "", 5),
        ((line("refused"), line("skipped")), "", 4),
        ((line("failed"), line("refused")), "", 1),
        ((line("failed"), line("not-started")), "", 1),
        ((line("done"), line("not-started")), "SIGINT", 130),
    ],
)
def test_how_an_apply_ends(
    cli: Cli, played: Callable[..., Played], tmp_path: Path, lines: tuple[Line, ...], interrupted: str, code: int
) -> None:
    played(PLAIN, Applied(DIGEST, lines, interrupted))
    assert cli("apply", tmp_path, "-e", "sandbox", "--yes").code == code


def test_a_part_is_reported_with_the_ways_on(cli: Cli, played: Callable[..., Played], tmp_path: Path) -> None:
    played(PLAIN, samples.PARTLY)
    run = cli("apply", tmp_path, "-e", "sandbox", "--yes")
    assert run.code == 5
    for heap in ("Done (1)", "Failed (1)", "Unknown: ", "Refused: ", "Skipped: ", "Not started (1)"):
        assert heap in run.out
    assert f"mopsctl apply {tmp_path} -e sandbox --resume" in run.out


def test_json_prints_the_report_alone(cli: Cli, played: Callable[..., Played], tmp_path: Path) -> None:
    played(PLAIN, samples.PARTLY)
    run = cli("apply", tmp_path, "-e", "sandbox", "--yes", "--format", "json")
    assert run.code == 5
    assert [each["outcome"] for each in run.document["changes"]] == [each.outcome for each in samples.PARTLY.lines]
    assert run.err.startswith("Plan for ")
