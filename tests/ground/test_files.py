"""A file is the old one or the new one, never a part, and nobody else can read it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from mopsctl import files


def mode(path: Path) -> int:
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def full(*_: object, **__: object) -> None:
    """A disk without room."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_file_is_written_with_the_folders_above_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "state.json"
    files.write_whole(path, "öäü\n")
    assert path.read_bytes() == "öäü\n".encode()
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert os.listdir(path.parent) == ["state.json"]


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("a longer text than the new one")
    path.chmod(0o644)
    with path.open(encoding="utf-8") as reader:
        files.write_whole(path, "new")
        assert reader.read() == "a longer text than the new one"
    assert path.read_text() == "new"
    assert mode(path) == 0o600


def test_a_file_for_everybody_can_be_asked_for(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "report.html", "x", mode=0o644)
    assert mode(tmp_path / "report.html") == 0o644


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    files.write_whole(path, "old")
    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        files.write_whole(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["state.json"]


def test_text_that_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    files.write_whole(path, "old")
    with pytest.raises(UnicodeEncodeError):
        files.write_whole(path, "new \ud800")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["state.json"]


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(OSError, match="a"):
        files.write_whole(tmp_path / "a" / "state.json", "x")


def test_the_folder_is_flushed_after_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[bool] = []
    really = os.fsync

    def noted(handle: int) -> None:
        flushed.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        really(handle)

    monkeypatch.setattr(os, "fsync", noted)
    files.write_whole(tmp_path / "state.json", "x")
    assert flushed == [False, True]
