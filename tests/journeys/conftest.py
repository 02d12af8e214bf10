"""Journeys start from a copy of the example stack and use the command line only."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mopsctl.cli.main import main
from mopsctl.emulator.server import Handle, running
from mopsctl.provider import http, registry

EXAMPLE = Path(__file__).parents[2] / "stacks" / "example"


@dataclass(frozen=True)
class Run:
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Stack:
    """A copy of the example stack, and the emulated systems behind its environment `local`."""

    folder: Path
    run: Callable[..., Run]

    def plan(self, *options: object) -> Any:
        """The plan of `local` as JSON."""
        made = self.run("plan", self.folder, "-e", "local", "--format", "json", *options)
        assert made.code in (0, 2), made.err
        return made.document

    def apply(self, *options: object) -> Run:
        """Plan and apply without asking."""
        return self.run("apply", self.folder, "-e", "local", "--yes", *options)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace one piece of one manifest."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    @contextmanager
    def screen(self, system: str) -> Iterator[Handle]:
        """The emulated system as a person sees it between two runs."""
        emulator = registry.load(system).emulator()
        assert emulator is not None
        data = self.folder / ".mopsctl" / "emulators" / "local" / system
        with running(emulator, data, persona="sandbox") as handle:  # type: ignore[arg-type]
            yield handle


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    def one(*arguments: object) -> Run:
        capsys.readouterr()
        code = main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Run(code, captured.out, captured.err)

    return one


@pytest.fixture
def stack(tmp_path: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Stack:
    monkeypatch.setattr(http, "sleep", lambda _seconds: None)
    folder = tmp_path / "stack"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".mopsctl"))
    return Stack(folder, run)
