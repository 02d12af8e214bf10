"""The frame around every command: exit codes, sentences instead of tracebacks, help, a fast start, no secret."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import click
import pytest

from mopsctl import __version__, secrets
from mopsctl.cli import lazy
from mopsctl.cli import main as entry
from mopsctl.cli.terminal import Terminal
from mopsctl.diagnostics import Diagnostic, Source
from mopsctl.errors import ManifestError, MopsctlError, StalePlan, SystemError_
from tests.cli.conftest import Cli, Run

HEAVY = {"httpx", "yaml", "jsonschema", "jsonschema_rs", "rich", "deepdiff", "starlette", "uvicorn", "tenacity"}


def every_error() -> list[type[MopsctlError]]:
    found = [MopsctlError]
    for kind in found:
        found += kind.__subclasses__()
    return found


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, cli: Cli) -> object:
    """Runs `mopsctl providers` with an error planted in it."""

    def run(error: BaseException, *arguments: str) -> Run:
        def raise_(*_: object) -> None:
            raise error

        monkeypatch.setattr("mopsctl.provider.registry.names", raise_)
        return cli("providers", *arguments)

    return run


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_each_error_has_its_exit_code_and_is_a_sentence(failing: object, kind: type[MopsctlError]) -> None:
    run = failing(kind("It did not work.", hint="try again"))  # type: ignore[operator]
    assert run == Run(kind.exit_code, "", "Error: It did not work.\nHint:  try again\n")


def test_the_exit_codes_are_those_of_the_documentation() -> None:
    assert {kind.exit_code for kind in every_error()} == {1, 3, 4, 5, 64, 130}


def test_an_error_names_its_system(failing: object) -> None:
    run = failing(SystemError_("The token expired.", system="hubspot"))  # type: ignore[operator]
    assert run.err == "Error: hubspot: The token expired.\n"


def test_an_error_with_findings_shows_them_first(failing: object) -> None:
    found = Diagnostic("LC001", "error", "It is odd.", Source("a.yaml", 3, 4), "fix it")
    run = failing(ManifestError("The manifests have 1 error.", diagnostics=[found]))  # type: ignore[operator]
    assert run.code == 3
    assert run.err.startswith("error    a.yaml:3:4 LC001 It is odd.\n")
    assert "Error: The manifests have 1 error.\n" in run.err


def test_an_error_is_a_document_where_json_was_asked_for(failing: object) -> None:
    found = Diagnostic("LC001", "error", "It is odd.", Source("a.yaml", 3, 4))
    run = failing(ManifestError("No.", hint="fix it", diagnostics=[found]), "--format", "json")  # type: ignore[operator]
    assert run.document["error"]["type"] == "ManifestError"
    assert run.document["error"]["exitCode"] == run.code == 3
    assert run.document["error"]["diagnostics"][0]["source"] == "a.yaml:3:4"
    assert "Error: No." in run.err


def test_an_unexpected_error_is_a_sentence_without_a_traceback(failing: object) -> None:
    run = failing(KeyError("x"))  # type: ignore[operator]
    assert run.code == 1
    assert "Error: Something unexpected happened: KeyError: 'x'" in run.err
    assert "-v" in run.err
    assert "Traceback" not in run.err


def test_a_file_the_machine_keeps_from_us_is_no_mistake_of_mopsctl(failing: object) -> None:
    run = failing(PermissionError(errno.EACCES, "Permission denied", "stack/.mopsctl"))  # type: ignore[operator]
    assert run.code == 1
    assert "Error: stack/.mopsctl cannot be used: permission denied." in run.err
    assert "report it" not in run.err
    assert "Something unexpected" in failing(FileNotFoundError(errno.ENOENT, "No such file", "x")).err  # type: ignore[operator]


def test_the_traceback_comes_with_v(failing: object) -> None:
    run = failing(KeyError("x"), "-v")  # type: ignore[operator]
    assert run.code == 1
    assert "Traceback (most recent call last)" in run.err
    assert run.err.rstrip().splitlines()[-2].startswith("Error: ")


@pytest.mark.parametrize("arguments", [(), ("-v",), ("--format", "json"), ("-v", "--format", "json")])
def test_no_secret_is_printed(failing: object, arguments: tuple[str, ...]) -> None:
    secrets.register("hunter2-hunter2")
    for error in (MopsctlError("bad hunter2-hunter2", hint="hunter2-hunter2"), KeyError("hunter2-hunter2")):
        run = failing(error, *arguments)  # type: ignore[operator]
        assert "hunter2" not in run.out + run.err
        assert "(secret)" in run.err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_ctrl_c_ends_with_130(failing: object, error: BaseException) -> None:
    run = failing(error)  # type: ignore[operator]
    assert (run.code, run.out) == (130, "")
    assert run.err.strip() == "Error: Interrupted."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plna"], "did you mean 'plan'?"),
        (["zzz"], "There is no command 'zzz'."),
        (["plan"], "Missing option '-e' / '--environment'."),
        (["plan", "-e", "x", "--bogus"], "No such option"),
        (["plan", "no/such/folder", "-e", "x"], "does not exist"),
        (["show"], "Missing argument 'PLAN'."),
        (["show", "nothing.json"], "does not exist"),
        (["providers", "--format", "html"], "is not one of"),
        (["apply", "--stack", "."], "--stack belongs to a saved plan"),
        (["apply"], "Name the environment with -e"),
    ],
)
def test_a_wrong_command_line_ends_with_64(cli: Cli, arguments: list[str], said: str) -> None:
    run = cli(*arguments)
    assert (run.code, run.out) == (64, "")
    assert said in " ".join(run.err.split())
    assert "--help" in run.err


def test_no_command_shows_the_help_on_standard_error(cli: Cli) -> None:
    run = cli()
    assert (run.code, run.out) == (64, "")
    assert "Usage: mopsctl" in run.err


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_the_result_where_it_was_asked_for(cli: Cli, flag: str) -> None:
    run = cli(flag)
    assert (run.code, run.err) == (0, "")
    assert all(f"  {name}" in run.out for name in lazy.COMMANDS)
    assert "Exit codes:" in run.out


@pytest.mark.parametrize("name", sorted(lazy.COMMANDS))
def test_every_command_has_a_help_with_an_example(cli: Cli, name: str) -> None:
    run = cli(name, "--help")
    assert (run.code, run.err) == (0, "")
    assert "Example:\n" in run.out
    assert f"  mopsctl {name}" in run.out
    assert max(map(len, run.out.splitlines())) <= 80


def test_version(cli: Cli) -> None:
    assert cli("--version") == Run(0, f"mopsctl {__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["plan", "--help"], ["apply", "--help"]])
def test_the_start_loads_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom mopsctl.cli.main import main\n"
        f"code = main({arguments})\n"
        f"print(sorted({HEAVY} & sys.modules.keys()), 'mopsctl.workflow' in sys.modules, file=sys.stderr)\n"
        "sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == "[] False\n"


def test_the_reader_may_go_away(cli: Cli) -> None:
    """As in `mopsctl providers | head -0`: no traceback, and the run keeps its own exit code."""
    reading, writing = os.pipe()
    os.close(reading)
    program = "import sys; from mopsctl.cli.main import main; sys.exit(main(['providers', '--format', 'json']))"
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=closed, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (0, b"")


def test_characters_the_stream_lacks_become_plainer() -> None:
    program = "from mopsctl.cli.terminal import Terminal; Terminal().out('a → b · c … é')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, timeout=60, check=True)
    assert done.stdout == b"a -> b - c ... \\xe9\n"


class Stream:
    def __init__(self, *, tty: bool) -> None:
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty


@pytest.mark.parametrize(
    ("tty", "variables", "no_color", "colored"),
    [
        (True, {}, False, True),
        (False, {}, False, False),
        (True, {"NO_COLOR": "1"}, False, False),
        (True, {"NO_COLOR": ""}, False, True),
        (True, {"TERM": "dumb"}, False, False),
        (True, {}, True, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, tty: bool, variables: dict[str, str], no_color: bool, colored: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    terminal.no_color = no_color
    assert terminal.colored(Stream(tty=tty)) is colored  # type: ignore[arg-type]


def test_the_width_follows_the_variable_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "77")
    assert Terminal().screen().width == 77
    monkeypatch.setenv("COLUMNS", "3")
    assert Terminal().screen().width == 40


def test_the_table_of_commands_matches_the_modules() -> None:
    for name in lazy.COMMANDS:
        command = entry.root.get_command(click.Context(entry.root), name)
        assert command is not None
        assert command.name == name


def test_a_stale_plan_keeps_its_code_through_click(failing: object) -> None:
    assert failing(StalePlan("It moved.")).code == 4  # type: ignore[operator]
