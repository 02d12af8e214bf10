"""The command line from end to end, on an emulator behind a real socket: a starter stack, applied, changed, applied again."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mopsctl.emulator.server import Handle, running
from mopsctl.provider import registry
from tests.cli.conftest import Cli

HUBSPOT_ONLY = ["--except", "salesforce:*"]
LOCAL = ["-e", "local"]


@pytest.fixture
def stack(cli: Cli, tmp_path: Path) -> Path:
    """A starter stack of one system."""
    folder = tmp_path / "stack"
    assert cli("init", folder).code == 0
    manifest = folder / "mopsctl.yaml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(re.sub(r"    salesforce: .*\n", "", text), encoding="utf-8")
    catalogue = folder / "catalog" / "person.yaml"
    text = catalogue.read_text(encoding="utf-8")
    text = re.sub(r", salesforce: (\{[^}]*\}|\[[^]]*\]|[\w]+)", "", text).replace("owner: salesforce", "owner: shared")
    catalogue.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def hub() -> Iterator[Handle]:
    """A HubSpot emulator that belongs to the test."""
    made = registry.load("hubspot").emulator()
    assert made is not None
    with running(made) as handle:  # type: ignore[arg-type]
        yield handle


@pytest.fixture
def sandbox(stack: Path, hub: Handle, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stack with an environment that reaches that emulator the way it would reach the vendor."""
    connection = hub.connection
    monkeypatch.setenv("HUB_TOKEN", connection["token"])
    (stack / "environments" / "sandbox.yaml").write_text(
        "apiVersion: mopsctl/v1\nkind: Environment\nmetadata: {name: sandbox}\nspec:\n  connections:\n"
        f'    hubspot: {{account: "{connection["account"]}", token: "${{env:HUB_TOKEN}}", url: "{connection["url"]}"}}\n',
        encoding="utf-8",
    )
    return stack


def edit(stack: Path, old: str, new: str) -> None:
    file = stack / "catalog" / "person.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_way_of_a_reviewed_change(cli: Cli, stack: Path) -> None:
    file = stack / ".mopsctl" / "plan.json"
    assert cli("validate", stack, *LOCAL).code == 0
    assert cli("plan", stack, *LOCAL, "--detailed-exitcode").code == 2
    planned = cli("plan", stack, *LOCAL, "-o", file)
    assert planned.code == 0
    assert "1 to add, 0 to change, 0 to remove" in planned.out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Business unit" in cli("show", file, "--format", "markdown").out
    applied = cli("apply", file)
    assert applied.code == 0
    assert "✔ + add property Business unit" in applied.out
    again = cli("plan", stack, *LOCAL, "--detailed-exitcode")
    assert again.code == 0
    assert "Nothing to add, change or remove." in again.out
    twice = cli("apply", file)
    assert twice.code == 4
    assert "applied already" in twice.err


def test_a_changed_value_list_is_told_value_by_value(cli: Cli, stack: Path) -> None:
    assert cli("apply", stack, *LOCAL, "--yes").code == 0
    edit(stack, "- {key: core, label: Core}", "- {key: core, label: Core business}\n      - {key: apac, label: APAC}")
    edit(stack, "      - {key: emea, label: EMEA}\n", "")
    run = cli("plan", stack, *LOCAL)
    assert "~ change HubSpot property contact.business_unit" in run.out
    assert '~ option core label: Core → "Core business"' in run.out
    assert "+ option apac APAC" in run.out
    assert "= option emea EMEA" in run.out
    assert cli("apply", stack, *LOCAL, "--yes").code == 0
    assert cli("plan", stack, *LOCAL, "--detailed-exitcode").code == 0


def test_a_plan_is_stale_once_the_manifests_move(cli: Cli, stack: Path, tmp_path: Path) -> None:
    cli("plan", stack, *LOCAL, "-o", tmp_path / "plan.json")
    edit(stack, "label: Core", "label: Kern")
    run = cli("apply", tmp_path / "plan.json", "--stack", stack)
    assert run.code == 4
    assert "The manifests changed since the plan was made" in " ".join(run.err.split())


def test_two_plans_have_the_same_bytes(cli: Cli, stack: Path) -> None:
    first, second = (cli("plan", stack, *LOCAL, "--format", "json").out for _ in range(2))
    assert first == second


def test_an_expected_digest_lets_the_same_plan_pass_and_no_other(cli: Cli, stack: Path) -> None:
    digest = cli("plan", stack, *LOCAL, "--format", "json").document["digest"]
    assert cli("apply", stack, *LOCAL, "--yes", "--expect", "0" * 64).code == 4
    assert cli("apply", stack, *LOCAL, "--yes", "--expect", digest).code == 0


def test_a_manifest_error_has_a_place_everywhere(cli: Cli, stack: Path) -> None:
    edit(stack, "type: choice", "type: choise")
    for command in (["validate", stack], ["plan", stack, *LOCAL], ["apply", stack, *LOCAL, "--yes"]):
        run = cli(*command)
        assert run.code == 3
        assert re.search(r"catalog/person\.yaml:\d+:\d+ ", run.out + run.err)
    assert cli("plan", stack, *LOCAL, "--format", "json").document["error"]["diagnostics"]


@pytest.mark.parametrize(("environment", "code"), [("nowhere", {3, 64}), ("", {3, 64})])
def test_an_unknown_environment_is_named(cli: Cli, stack: Path, environment: str, code: set[int]) -> None:
    run = cli("plan", stack, "-e", environment)
    assert run.code in code
    assert "local" in run.err


def test_a_folder_without_a_stack_says_so(cli: Cli, tmp_path: Path) -> None:
    run = cli("plan", tmp_path, *LOCAL)
    assert run.code in (3, 64)
    assert "mopsctl.yaml" in run.err


def test_a_secret_is_in_no_output_and_no_file(cli: Cli, sandbox: Path, hub: Handle) -> None:
    token = hub.connection["token"]
    runs = [
        cli("plan", sandbox, "-e", "sandbox", "-v", "--format", form) for form in ("text", "json", "html", "markdown")
    ]
    runs.append(cli("plan", sandbox, "-e", "sandbox", "-o", sandbox / "plan.json"))
    hub.fault("status", "GET", status=401, times=50)
    runs.append(cli("plan", sandbox, "-e", "sandbox", "-v"))
    hub.clear_faults()
    runs.append(cli("apply", sandbox / "plan.json", "-v"))
    assert [run.code for run in runs] == [0, 0, 0, 0, 0, 1, 0]
    assert [run for run in runs if token in run.out + run.err] == []
    files = [file for file in sandbox.rglob("*") if file.is_file()]
    assert len(files) > 5
    assert [file for file in files if token.encode() in file.read_bytes()] == []


def test_a_system_that_cannot_be_read_ends_with_1_and_is_never_applied(
    cli: Cli, sandbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_TOKEN", "pat-of-nobody")
    run = cli("plan", sandbox, "-e", "sandbox", "--detailed-exitcode")
    assert run.code == 1
    assert "Could not be read" in run.out
    assert "HubSpot" in run.out
    run = cli("apply", sandbox, "-e", "sandbox", "--yes")
    assert run.code == 3
    assert "could not be read, so nothing is applied" in " ".join(run.err.split())


def test_a_plan_writes_nothing(cli: Cli, sandbox: Path, hub: Handle) -> None:
    cli("plan", sandbox, "-e", "sandbox")
    assert hub.counters()["writes"] == 0
    assert hub.counters()["reads"] > 0


def command(*arguments: object) -> list[str]:
    program = "import sys; from mopsctl.cli.main import main; sys.exit(main())"
    return [sys.executable, "-c", program, *map(str, arguments)]


@contextmanager
def started(arguments: list[str], **streams: int) -> Iterator[subprocess.Popen[str]]:
    """A run that does not outlive the test."""
    with subprocess.Popen(arguments, text=True, **streams) as run:  # type: ignore[call-overload]
        try:
            yield run
        finally:
            run.kill()


def test_a_person_is_asked_on_a_terminal_and_the_pipe_gets_only_the_result(stack: Path) -> None:
    ours, theirs = pty.openpty()
    arguments = command("apply", stack, *LOCAL)
    with started(arguments, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as run:
        os.close(theirs)
        seen = read_until(ours, b"go on:")
        os.write(ours, b"yes\n")
        seen += read_until(ours, b"")
        assert run.stdout is not None
        out = run.stdout.read()
        assert run.wait(60) == 0
    os.close(ours)
    assert b"Apply this plan to local? Type yes to go on:" in seen
    assert out.startswith("Plan for stack, environment local\n")
    assert "\x1b" not in out
    assert "Applied: 1 done." in out


def read_until(stream: int, wanted: bytes) -> bytes:
    """What comes until the wanted text, or until the other end is closed."""
    seen = b""
    while not wanted or wanted not in seen:
        try:
            part = os.read(stream, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    return seen


def test_ctrl_c_at_the_question_applies_nothing(stack: Path) -> None:
    ours, theirs = pty.openpty()
    with started(command("apply", stack, *LOCAL), stdin=theirs, stdout=subprocess.DEVNULL, stderr=theirs) as run:
        os.close(theirs)
        read_until(ours, b"go on:")
        run.send_signal(signal.SIGINT)
        while not select.select([ours], [], [], 1)[
            0
        ]:  # a signal in the moment before the read begins waits for the next
            run.send_signal(signal.SIGINT)
        seen = read_until(ours, b"Interrupted.")
        assert run.wait(60) == 130
    assert b"Error: " in seen
    os.close(ours)
    assert not (stack / ".mopsctl" / "state").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_emulator_runs_until_a_signal_and_ends_cleanly(number: signal.Signals) -> None:
    arguments = command("emulator", "hubspot", "--format", "json")
    with started(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        text = run.stdout.readline()
        while text.count("{") > text.count("}"):
            line = run.stdout.readline()
            assert line, "the emulator ended before it said where it is"
            text += line
        (row,) = json.loads(text)["emulators"]
        run.send_signal(number)
        out, err = run.communicate(timeout=60)
    assert (run.returncode, out, err) == (0, "", "\nStopped.\n")
    assert row["name"] == "hubspot"
    assert row["url"].startswith("http://127.0.0.1:")
    assert row["token"]


def test_a_port_that_is_taken_is_a_sentence(cli: Cli, hub: Handle) -> None:
    port = hub.url.rpartition(":")[2]
    run = cli("emulator", "hubspot", "--port", port)
    assert run.code == 64
    assert "choose another port" in run.err
