from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest

from mopsctl.errors import AuthenticationError
from mopsctl.provider.contract import Connection
from mopsctl.provider.refresh import FileTokenStore, Kept, seed_of, store_of

TOLD_APART = ("url", "client_id", "company", "user")


def store(folder: Path) -> FileTokenStore:
    return FileTokenStore(folder / "state" / "tokens.json", "eloqua")


def kept_in(folder: Path, token: str = "one") -> FileTokenStore:
    made = store(folder)
    with made.exclusive():
        made.keep(Kept(token, "seed"))
    return made


def test_a_token_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    made = kept_in(tmp_path)
    assert made.load() == Kept("one", "seed")
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_others_once_could_read_is_not_passed_on(tmp_path: Path) -> None:
    made = kept_in(tmp_path)
    made.path.chmod(0o644)
    with pytest.raises(AuthenticationError, match="may be read by others") as caught:
        made.load()
    assert f"chmod 600 {made.path}" in caught.value.hint
    with made.exclusive():
        made.keep(Kept("two", "seed"))
    assert made.path.stat().st_mode & 0o777 == 0o600


def test_no_file_is_no_token(tmp_path: Path) -> None:
    assert store(tmp_path).load() is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"refresh_token": "x"}', "null"])
def test_a_damaged_file_is_said_and_never_used(tmp_path: Path, text: str) -> None:
    made = kept_in(tmp_path)
    made.path.write_text(text)
    with pytest.raises(AuthenticationError, match="cannot be read"):
        made.load()


def test_the_old_token_stays_until_the_new_one_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = kept_in(tmp_path)

    def full(_number: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AuthenticationError, match="cannot be written"):
        made.keep(Kept("two"))
    assert made.load() == Kept("one", "seed")


def test_a_place_that_cannot_be_written_is_found_out_before_a_token_is_spent(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(AuthenticationError, match="cannot be written"), store(tmp_path).exclusive():
        raise AssertionError("nobody gets here")


def test_two_runs_take_turns(tmp_path: Path) -> None:
    entered = threading.Event()
    seen: list[Kept | None] = []

    def second() -> None:
        other = store(tmp_path)
        entered.set()
        with other.exclusive():
            seen.append(other.load())

    first = store(tmp_path)
    with first.exclusive():
        thread = threading.Thread(target=second)
        thread.start()
        assert entered.wait(10)
        first.keep(Kept("from the first"))
    thread.join(10)
    assert seen == [Kept("from the first")]


def test_a_configured_token_is_recognised_and_not_kept(tmp_path: Path) -> None:
    made = store(tmp_path)
    with made.exclusive():
        made.keep(Kept("next", seed_of("configured")))
    assert "configured" not in made.path.read_text()
    assert json.loads(made.path.read_text())["seed"] == seed_of("configured") != seed_of("other")
    assert seed_of("") == ""


def test_a_token_file_inside_a_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    place = tmp_path / "repository" / "secrets" / "tokens.json"
    with pytest.raises(AuthenticationError, match="inside a git repository"):
        store_of(Connection("eloqua", {"token_file": str(place)}), "eloqua", TOLD_APART)


def test_the_default_place_is_the_users_state_folder_and_tells_connections_apart() -> None:
    places = set()
    for changes in ({}, {"client_id": "a"}, {"client_id": "b"}, {"client_id": "b", "url": "http://127.0.0.1:1"}):
        made = store_of(Connection("eloqua", changes), "eloqua", TOLD_APART)
        assert isinstance(made, FileTokenStore)
        assert made.path.is_relative_to(Path.home() / ".local" / "state" / "mopsctl" / "eloqua")
        places.add(made.path)
    assert len(places) == 4
