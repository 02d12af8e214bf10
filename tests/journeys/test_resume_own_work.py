"""Killed between the calls of one change, a run ends like an unbroken one: resumed, and planned anew. A sample of the kill matrix."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from mopsctl.emulator.call import Call
from tests.journeys import child
from tests.journeys.conftest import EXAMPLE, Run
from tests.journeys.estate import ALL, Estate, estate_of, numbered, on, unbroken, unequal
from tests.journeys.every_kind import estate_of_every_kind, moved_on

Kill = tuple[str, Callable[[Call], bool]]


@pytest.fixture
def estate(tmp_path: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    with estate_of_every_kind(tmp_path, run, monkeypatch) as made:
        yield made


def _killed_after(estate: Estate, kills: Sequence[Kill]) -> str:
    start = estate.snapshot()
    expected = unbroken(estate, start)
    wrong = []
    for name, which in kills:
        estate.restore(start)
        estate.kill(name, which, "after")
        wrong += unequal(estate, expected, f"{name} {which.__name__}")
    return "\n".join(wrong)


def test_resume_own_work(estate: Estate) -> None:
    """Made and not yet renamed, made and not yet filled, filled and not yet approved, handed over and not yet deployed."""
    kills = [
        ("eloqua", on("POST", "/assets/contact/field")),
        ("marketo", on("POST", "/customobjects/schema.json")),
        ("marketo", on("POST", "/kitVisit/addField.json")),
        ("salesforce", on("POST", "/metadata/deployRequest")),
    ]
    assert _killed_after(estate, kills) == ""


def test_resume_own_work_on_lists_whose_order_moves(estate: Estate) -> None:
    """Stages added, changed, put in order and taken out one by one."""
    stages = "/kit_deals/stages"
    kills = [
        ("hubspot", on("POST", stages)),
        ("hubspot", on("PATCH", f"{stages}/kit_lost")),
    ]
    assert _killed_after(moved_on(estate), kills) == ""


def test_half_applied(tmp_path: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    """The example with Salesforce's fields there, and the permission that shows them not given yet."""
    shutil.copytree(EXAMPLE, tmp_path / "example", ignore=shutil.ignore_patterns(".mopsctl"))
    with estate_of(tmp_path / "example", ALL, run, monkeypatch, {"marketo": {"calls_in_20_seconds": 100}}) as estate:
        estate.handles["marketo"].limit("calls_in_20_seconds", 1_000_000)
        child.preload()
        start = estate.snapshot()
        expected = unbroken(estate, start)
        estate.restore(start)
        estate.kill("salesforce", numbered(1), "before")
        assert "\n".join(unequal(estate, expected, "the permission set is not assigned")) == ""
        estate.restore(start)
        assert estate.apply("--yes", "--only", "salesforce:field/*").code == 0
        made = estate.apply("--yes")
        assert made.code == 0, made.out + made.err
        assert estate.stored() == expected.stored
