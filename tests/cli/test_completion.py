"""What the shells are told when somebody presses the tab key: the console script as they call it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "stacks" / "example"


def mopsctl(shell: str, *arguments: str) -> list[str]:
    """What mopsctl answers a shell that has `arguments` on its line, the last one unfinished."""
    words = " ".join(("mopsctl", *arguments))
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(arguments)), "_MOPSCTL_COMPLETE": f"{shell}_complete"}
    if shell == "fish":
        asked["COMP_CWORD"] = arguments[-1]
    run = subprocess.run(
        [sys.executable, "-c", "import sys; from mopsctl.cli.main import main; sys.exit(main())"],
        env={**os.environ, **asked}, capture_output=True, text=True, check=False, cwd=REPOSITORY,
    )  # fmt: skip
    assert run.stderr == ""
    return [line for line in run.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_options_and_environments_are_completed(shell: str) -> None:
    assert any("plan" in line for line in mopsctl(shell, "pl"))
    assert not any("apply" in line for line in mopsctl(shell, "pl"))
    assert any("--allow-remove" in line for line in mopsctl(shell, "plan", "--allow-r"))
    assert any("local" in line for line in mopsctl(shell, "plan", str(EXAMPLE), "-e", "lo"))


def test_every_environment_of_the_stack_is_offered() -> None:
    offered = mopsctl("bash", "plan", str(EXAMPLE), "-e", "")
    assert {"plain,local", "plain,production", "plain,sandbox"} <= set(offered)
    assert mopsctl("bash", "plan", str(EXAMPLE), "-e", "prod") == ["plain,production"]


def test_adapters_are_offered() -> None:
    assert mopsctl("bash", "providers", "hub") == ["plain,hubspot"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"kind: Environment\n", b"metadata: {name: local}\n"])
def test_a_stack_that_is_broken_completes_nothing_and_says_nothing(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "local.yaml").write_bytes(content)
    assert mopsctl("bash", "plan", str(tmp_path), "-e", "") == []
    assert mopsctl("bash", "plan", str(tmp_path / "none"), "-e", "") == []


def test_command_names_are_completed_without_importing_a_command() -> None:
    code = (
        "import sys, os; from mopsctl.cli.main import root; import click\n"
        "found = root.shell_complete(click.Context(root), '')\n"
        "assert 'plan' in [each.value for each in found]\n"
        "heavy = [name for name in sys.modules if name in ('httpx', 'ruamel.yaml', 'yaml', 'starlette', 'mopsctl.cli.plan')]\n"
        "print(heavy)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
