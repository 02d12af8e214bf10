"""The work list on disk: what is written is read again; what is damaged, cut short or another's is refused with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.errors import StateError
from mopsctl.state import worklist
from mopsctl.state.worklist import Attestation, WorkList

ID, FINGERPRINT = "3f2a91c0", "ab" * 8
SAID = Attestation(
    FINGERPRINT, "R. Lee", "set in Admin, ticket 4711", "2026-11-02", "2027-03-01", "shot.png", "cd" * 32
)
FULL = WorkList("northwind", "production", {ID: FINGERPRINT}, frozenset({"0123456789abcdef"}), {ID: SAID})


def test_nothing_on_disk_is_an_empty_list(tmp_path: Path) -> None:
    assert worklist.read(tmp_path, "northwind", "production") == WorkList("northwind", "production")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    worklist.write(tmp_path, FULL)
    assert worklist.read(tmp_path, "northwind", "production") == FULL
    assert worklist.path_of(tmp_path, "production").stat().st_mode & 0o077 == 0


@given(by=st.text(min_size=1, max_size=50), note=st.text(min_size=1, max_size=200))
def test_any_words_of_a_person_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, by: str, note: str
) -> None:
    folder = tmp_path_factory.mktemp("words")
    said = Attestation(FINGERPRINT, by, note, "2026-11-02")
    worklist.write(folder, WorkList("s", "e").with_attested(ID, said))
    assert worklist.read(folder, "s", "e").attested[ID] == said


@pytest.mark.parametrize(("stack", "environment"), [("other", "production"), ("northwind", "sandbox")])
def test_another_list_is_refused(tmp_path: Path, stack: str, environment: str) -> None:
    worklist.write(tmp_path, FULL)
    path = worklist.path_of(tmp_path, environment)
    if not path.exists():
        path.write_text(worklist.path_of(tmp_path, "production").read_text("utf-8"), "utf-8")
    with pytest.raises(StateError, match="is the work list of northwind, environment production") as refused:
        worklist.read(tmp_path, stack, environment)
    assert refused.value.hint


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace(FINGERPRINT, "no fingerprint"),
        lambda text: text.replace('"by"', '"by whom"'),
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: json.dumps([json.loads(text)]),
        lambda _: "",
        lambda _: "null",
    ],
)
def test_a_damaged_list_is_refused_with_what_to_do(tmp_path: Path, damage: Callable[[str], str]) -> None:
    worklist.write(tmp_path, FULL)
    path = worklist.path_of(tmp_path, "production")
    before = path.read_text("utf-8")
    path.write_text(damage(before), "utf-8")
    assert path.read_text("utf-8") != before
    with pytest.raises(StateError, match="The work list is damaged") as refused:
        worklist.read(tmp_path, "northwind", "production")
    assert "delete production.json" in refused.value.hint
