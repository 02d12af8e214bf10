"""The hook that other repositories use: its entry, run as pre-commit runs it."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import yaml

from tests.cli.conftest import Cli

REPOSITORY = Path(__file__).resolve().parents[2]
(HOOK,) = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))


def test_the_hook_runs_for_manifests_only_and_once_for_the_stack() -> None:
    assert HOOK["pass_filenames"] is False
    assert re.search(HOOK["files"], "stacks/example/catalog/person.yaml")
    assert not re.search(HOOK["files"], "README.md")


def test_the_hook_lets_a_sound_stack_pass_and_stops_a_broken_one(cli: Cli, tmp_path: Path) -> None:
    program, *arguments = shlex.split(HOOK["entry"])
    assert program == "mopsctl"
    stack = tmp_path / "stack"
    shutil.copytree(REPOSITORY / "stacks" / "example", stack, ignore=shutil.ignore_patterns(".mopsctl"))
    assert cli(*arguments, stack).code == 0
    (stack / "catalog" / "person.yaml").write_text("kind: FieldCatalog\n", "utf-8")
    assert cli(*arguments, stack).code == 3
