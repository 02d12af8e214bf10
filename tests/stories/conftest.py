"""Stories from real stacks: manifests before and after, what lies in the accounts, and what a person gets to see."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import conftest as journeys
from tests.journeys.conftest import CLOCK, Run, Stack
from tests.journeys.stories import LOCAL

HERE = Path(__file__).parent
run = journeys.run


@dataclass(frozen=True)
class Story(Stack):
    """One folder of this room as a stack that can be planned and applied."""

    name: str = ""

    def lay(self, part: str) -> None:
        """Put the files of a part (`stack`, `before`, `after`) where the stack is; what has the same name is replaced."""
        shutil.copytree(HERE / self.name / part, self.folder, dirs_exist_ok=True)
        (self.folder / "environments").mkdir(exist_ok=True)
        (self.folder / "environments" / "local.yaml").write_text(LOCAL, encoding="utf-8")

    def seed(self) -> None:
        """Do what people did on the systems' own screens, as `seed.json` lists it."""
        for each in json.loads((HERE / self.name / "seed.json").read_text(encoding="utf-8")):
            with self.screen(each["system"]) as handle:
                handle.do(each["action"], **each["body"])

    def opened(self) -> None:
        """Lay a story of one part; the systems exist, and hold what people put into them."""
        self.lay("stack")
        if (HERE / self.name / "seed.json").exists():
            self.run("plan", self.folder, "-e", "local")
            self.seed()

    def turned(self) -> None:
        """Apply `before`, let people work, and put `after` over it."""
        self.lay("before")
        first = self.apply()
        assert first.code == 0, first.out + first.err
        if (HERE / self.name / "seed.json").exists():
            self.seed()
        self.lay("after")

    def validate(self) -> Run:
        """What a pull request shows."""
        return self.run("validate", self.folder, "-e", "local")

    def findings(self, rule: str, plan: Any = None) -> list[str]:
        """The messages of one rule in a plan, each with its hint."""
        verdicts = (plan or self.plan())["verdicts"]
        return [f"{each['message']} | {each['hint']}" for each in verdicts if each["rule"] == rule]

    def text(self, *options: str) -> str:
        """The plan as people read it, in one line."""
        made = self.run("plan", self.folder, "-e", "local", "-v", *options)
        return " ".join((made.out + made.err).split())


def lines(plan: Any, address: str) -> list[tuple[str, str]]:
    """Action and reason of each line about a thing."""
    return [(each["action"], each["reason"]) for each in plan["changes"] if each["address"] == address]


@pytest.fixture
def story(tmp_path: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Story]:
    """A story by the name of its folder; nobody really waits."""
    CLOCK.replace(monkeypatch)

    def of(name: str) -> Story:
        return Story(tmp_path / "stack", run, name)

    return of
