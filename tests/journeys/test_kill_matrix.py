"""A run killed at any write, of any kind of thing on any of the four systems, ends like an unbroken one: resumed, and planned anew.

It takes many minutes: `make test-kill` runs it, and prints how many kills it made. A sample is in `test_resume_own_work.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import Run
from tests.journeys.estate import ALL, WAYS, Estate, numbered, unbroken, unequal
from tests.journeys.every_kind import estate_of_every_kind, moved_on


@pytest.fixture
def estate(tmp_path: Path, run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    with estate_of_every_kind(tmp_path, run, monkeypatch) as made:
        yield made


def _matrix(estate: Estate) -> None:
    """Kill before and after every write, go on in both ways, and compare the ends."""
    start = estate.snapshot()
    before = estate.writes()
    expected = unbroken(estate, start)
    counts = {name: count - before[name] for name, count in estate.writes().items()}
    assert all(counts.values()), counts
    moments = [
        (name, number, moment) for name in ALL for number in range(counts[name]) for moment in ("before", "after")
    ]
    wrong = []
    for name, number, moment in moments:
        estate.restore(start)
        estate.kill(name, numbered(number), moment)
        found = unequal(estate, expected, f"{name}, killed {moment} write {number + 1} of {counts[name]}")
        sys.__stderr__.write("".join(f"{each}\n" for each in found))
        wrong += found
    sys.__stderr__.write(
        f"\n{counts}: {len(moments)} kills, {len(WAYS) * len(moments)} ends, {len(wrong)} of them unequal\n"
    )
    assert "\n".join(wrong) == ""


@pytest.mark.kill_matrix
def test_made_from_nothing(estate: Estate) -> None:
    _matrix(estate)


@pytest.mark.kill_matrix
def test_changed_removed_and_renamed(estate: Estate) -> None:
    _matrix(moved_on(estate))
