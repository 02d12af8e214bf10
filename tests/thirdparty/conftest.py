"""The third-party adapter, found as an installed one would be: by the entry point that its project declares."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mopsctl.cli.main import main

POSTBOX = Path(__file__).parent / "postbox"

sys.path.insert(0, str(POSTBOX))


@dataclass(frozen=True)
class Run:
    """How a command line ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip would write beside the package: the project's name, and its entry points."""
    project = tomllib.loads((POSTBOX / "pyproject.toml").read_text("utf-8"))["project"]
    info = tmp_path / "site" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(head, "utf-8")
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in project["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups), "utf-8")
    monkeypatch.syspath_prepend(info.parent)


@pytest.fixture
def cli(installed: None, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """One command line, as the console script runs it."""

    def run(*arguments: object) -> Run:
        capsys.readouterr()
        code = main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return run
