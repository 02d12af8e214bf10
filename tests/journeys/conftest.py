"""Journeys start from a copy of the example stack and use the command line only."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mopsctl_hubspot.emulator import hub
from mopsctl_marketo import pace
from mopsctl_marketo.emulator import account

from mopsctl.cli.main import main
from mopsctl.emulator.server import Handle, running
from mopsctl.provider import http, registry

EXAMPLE = Path(__file__).parents[2] / "stacks" / "example"


class Clock:
    """Time as it passes, and faster while somebody waits: nobody really waits, and the limits of calls of Marketo and HubSpot still hold."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        self._ahead += seconds

    def replace(self, patch: pytest.MonkeyPatch) -> None:
        """Let the clients and the emulators read this clock."""
        patch.setattr(http, "sleep", self.sleep)
        patch.setattr(pace, "clock", self.now)
        for module in (account, hub):
            patch.setattr(module, "time", SimpleNamespace(monotonic=self.now, time=time.time))


CLOCK = Clock()


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

    def drop_field(self, key: str) -> None:
        """Take a field out of the catalogue of people, and its rows out of the mappings."""
        _drop(self.folder / "catalog" / "person.yaml", f"key: {key},")
        for path in sorted((self.folder / "mappings").glob("*.yaml")):
            if "\n  catalog: person\n" in path.read_text(encoding="utf-8"):
                _drop(path, f"field: {key},")

    @contextmanager
    def screen(self, system: str) -> Iterator[Handle]:
        """The emulated system as a person sees it between two runs."""
        emulator = registry.load(system).emulator()
        assert emulator is not None
        data = self.folder / ".mopsctl" / "emulators" / "local" / system
        with running(emulator, data, persona="sandbox") as handle:  # type: ignore[arg-type]
            yield handle


def _drop(path: Path, named: str) -> None:
    """Take the one row with these words out of a manifest, with the lines that belong to it."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    start = next(place for place, line in enumerate(lines) if line.lstrip().startswith("-") and named in line)
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and lines[end].startswith(" " * (indent + 1)):
        end += 1
    path.write_text("".join(lines[:start] + lines[end:]), encoding="utf-8")


@dataclass(frozen=True)
class Prepared:
    """The example stack made ready once for all tests, which work on copies.

    `planned` has a plan of its first apply in `plan.json`, and the systems have not been written to; in `applied` that plan
    was carried out. What each of the commands printed is kept.
    """

    planned: Path
    applied: Path
    said: Run


def _quietly(*arguments: object) -> Run:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(each) for each in arguments])
    return Run(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    folder = tmp_path_factory.mktemp("prepared")
    planned, applied = folder / "planned", folder / "applied"
    shutil.copytree(EXAMPLE, planned, ignore=shutil.ignore_patterns(".mopsctl"))
    with pytest.MonkeyPatch.context() as patch:
        CLOCK.replace(patch)
        made = _quietly("plan", planned, "-e", "local", "-o", planned / "plan.json")
        assert made.code == 0, made.out + made.err
        shutil.copytree(planned, applied)
        said = _quietly("apply", applied / "plan.json", "--yes", "--format", "json")
        assert said.code == 0, said.out + said.err
    return Prepared(planned, applied, said)


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
    """The example as it comes out of the repository."""
    CLOCK.replace(monkeypatch)
    folder = tmp_path / "stack"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".mopsctl"))
    return Stack(folder, run)


@pytest.fixture
def saved(stack: Stack, prepared: Prepared) -> Path:
    """A saved plan of the example's first apply."""
    shutil.copytree(prepared.planned, stack.folder, dirs_exist_ok=True)
    return stack.folder / "plan.json"


@pytest.fixture
def applied(stack: Stack, prepared: Prepared) -> Stack:
    """The example as it is after its first apply."""
    shutil.copytree(prepared.applied, stack.folder, dirs_exist_ok=True)
    (stack.folder / "plan.json").unlink()
    return stack
