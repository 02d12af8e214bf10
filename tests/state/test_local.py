"""The record in the stack's own folder: never half, never two writers, and a way back."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mopsctl import locks
from mopsctl.address import Address
from mopsctl.errors import LockHeld, StateError
from mopsctl.state.local import BACKUPS, Holder, LocalStore
from mopsctl.state.model import FORMAT, Entry, State

HOLDING = """
import sys
from pathlib import Path
from mopsctl.state.local import LocalStore
with LocalStore(Path(sys.argv[1]), "local").lock("sha256:other") as holder:
    print(holder.id, flush=True)
    sys.stdin.read()
"""
FOREIGN = Holder("abc123", "ada", "another-machine", 4711, "2026-06-01 12:00:00 UTC", "sha256:0123456789abcdef")


def state(serial: int, name: str = "a") -> State:
    """A record of one thing."""
    made = State("stack", "local", "lineage", serial)
    return made.with_entry(
        Entry(Address("hub", "field", name), {"label": name}, "17", f"Field {name}", "FieldCatalog/person")
    )


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path, "local")


@contextmanager
def another_process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that holds the lock until its standard input ends; with the id of its hold."""
    command = [sys.executable, "-c", HOLDING, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def held_by(store: LocalStore, holder: Holder) -> None:
    """Leave a hold in the lock's file, as a process that is gone would."""
    path = store.folder / "locks" / "local.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({name: getattr(holder, name) for name in ("id", "who", "host", "pid", "since", "plan")}))


class TestTheRecord:
    def test_there_is_none_at_first(self, store: LocalStore, tmp_path: Path) -> None:
        assert store.read() is None
        assert os.listdir(tmp_path) == []

    def test_it_is_read_back_as_it_was_written(self, store: LocalStore, tmp_path: Path) -> None:
        store.write(state(1))
        assert store.read() == state(1)
        assert LocalStore(tmp_path, "local").read() == state(1)
        assert LocalStore(tmp_path, "sandbox").read() is None

    def test_only_its_owner_reads_it(self, store: LocalStore) -> None:
        store.write(state(1))
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700

    def test_the_same_record_has_the_same_bytes(self, store: LocalStore) -> None:
        store.write(state(1))
        before = store.path.read_bytes()
        store.write(state(1))
        assert store.path.read_bytes() == before

    @pytest.mark.parametrize("text", ["", "{", '{"format": 1,', "\0", "not JSON"])
    def test_a_damaged_one_is_told_with_its_place(self, text: str, store: LocalStore) -> None:
        store.write(state(1))
        store.path.write_text(text)
        with pytest.raises(
            StateError,
            match=r"^The state is damaged: \.mopsctl/state/local\.json:\d+:\d+ is not JSON: it is cut short or damaged\.$",
        ) as damaged:
            store.read()
        assert "take the newest copy from .mopsctl/backups" in damaged.value.hint

    @pytest.mark.parametrize("text", ["[]", "{}", '{"format": 1, "things": 7}'])
    def test_another_document_is_told(self, text: str, store: LocalStore) -> None:
        store.write(state(1))
        store.path.write_text(text)
        with pytest.raises(StateError, match=r"^The state is damaged: "):
            store.read()

    def test_a_newer_one_is_left_alone(self, store: LocalStore) -> None:
        store.write(state(1))
        newer = store.path.read_text().replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}')
        store.path.write_text(newer)
        with pytest.raises(StateError, match="this mopsctl reads up to"):
            store.read()
        assert store.path.read_text() == newer

    def test_one_that_is_no_text_is_told(self, store: LocalStore) -> None:
        store.write(state(1))
        store.path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(
            StateError, match=r"^The state is damaged: \.mopsctl/state/local\.json is not UTF-8"
        ) as failed:
            store.read()
        assert "backups" in failed.value.hint

    def test_a_folder_in_its_place_is_told(self, store: LocalStore) -> None:
        store.path.mkdir(parents=True)
        with pytest.raises(StateError, match=r"^The state is damaged: .* is no regular file\.$"):
            store.read()


class TestFailedWrites:
    @pytest.mark.parametrize(
        ("step", "code"), [("fsync", errno.ENOSPC), ("replace", errno.EACCES), ("replace", errno.EROFS)]
    )
    def test_the_old_record_stays_whole(
        self, step: str, code: int, store: LocalStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.write(state(1))
        before = store.path.read_bytes()

        def fails(*_: object, **__: object) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, step, fails)
        with pytest.raises(StateError, match=f"^The state cannot be written: {os.strerror(code)}\\.$") as failed:
            store.write(state(2, "b"))
        assert "mopsctl apply --resume" in failed.value.hint
        monkeypatch.undo()
        assert store.path.read_bytes() == before
        assert os.listdir(store.path.parent) == ["local.json"]
        store.write(state(2, "b"))
        assert store.read() == state(2, "b")

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is denied to root")
    def test_a_folder_that_takes_nothing_is_told(self, store: LocalStore) -> None:
        store.write(state(1))
        store.path.parent.chmod(0o500)
        try:
            with pytest.raises(StateError, match=r"^The state cannot be written: "):
                store.write(state(2))
        finally:
            store.path.parent.chmod(0o700)
        assert store.read() == state(1)

    def test_a_file_in_the_way_is_told(self, store: LocalStore, tmp_path: Path) -> None:
        (tmp_path / ".mopsctl").write_text("")
        with pytest.raises(StateError, match=r"^The state cannot be written: "):
            store.write(state(1))
        with pytest.raises(StateError, match=r"^The environment cannot be locked: ") as failed, store.lock("plan"):
            pass
        assert failed.value.hint == "check .mopsctl/locks"


class TestBackups:
    def test_the_record_before_is_kept(self, store: LocalStore) -> None:
        store.write(state(1, "a"))
        store.write(state(2, "b"))
        (kept,) = (store.folder / "backups").iterdir()
        assert kept.name == "local-00000001.json"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        kept.replace(store.path)
        assert store.read() == state(1, "a")

    def test_the_newest_are_kept(self, store: LocalStore) -> None:
        for serial in range(1, BACKUPS + 5):
            store.write(state(serial))
        names = sorted(path.name for path in (store.folder / "backups").iterdir())
        assert names == [f"local-{serial:08d}.json" for serial in range(4, BACKUPS + 4)]

    def test_a_damaged_record_is_kept_too(self, store: LocalStore) -> None:
        store.write(state(1))
        store.path.write_text("{damaged")
        store.write(state(2))
        assert [path.read_text() for path in (store.folder / "backups").iterdir()] == ["{damaged"]

    def test_an_environment_keeps_its_own(self, tmp_path: Path) -> None:
        one, other = LocalStore(tmp_path, "prod"), LocalStore(tmp_path, "prod-eu")
        for serial in range(1, BACKUPS + 1):
            other.write(state(serial))
        for serial in range(1, 5):
            one.write(state(serial))
        names = [path.name for path in (one.folder / "backups").iterdir()]
        assert sum(name.startswith("prod-0") for name in names) == 3


class TestLock:
    def test_who_holds_it_is_known_while_it_is_held(self, store: LocalStore) -> None:
        assert store.holder() is None
        with store.lock("sha256:0123456789abcdef") as holder:
            assert store.holder() == holder
            assert (holder.pid, holder.plan) == (os.getpid(), "sha256:0123456789abcdef")
            assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", holder.since)
            assert str(holder) == (
                f"{holder.who} on {holder.host} (process {os.getpid()}) since {holder.since}, plan sha256:0123456789ab"
            )
        assert store.holder() is None

    def test_it_is_let_go_after_an_error(self, store: LocalStore) -> None:
        with pytest.raises(KeyError), store.lock("one"):
            raise KeyError
        with store.lock("two"):
            pass

    def test_it_is_held_once(self, store: LocalStore, tmp_path: Path) -> None:
        with store.lock("one") as holder:
            again = LocalStore(tmp_path, "local").lock("two")
            with pytest.raises(LockHeld, match=r"^The environment local is being applied to by ") as refused, again:
                pass
            assert refused.value.hint == (
                f"wait until it is done; if that process is gone, type 'mopsctl state unlock {holder.id} -e local'"
            )
            assert store.holder() == holder

    def test_environments_have_a_lock_each(self, store: LocalStore, tmp_path: Path) -> None:
        with store.lock("one"), LocalStore(tmp_path, "sandbox").lock("two"):
            assert store.holder() is not None

    def test_another_process_holds_it(self, store: LocalStore, tmp_path: Path) -> None:
        with another_process(tmp_path) as (process, hold):
            who = rf"\(process {process.pid}\) since .+, plan sha256:other\.$"
            with pytest.raises(LockHeld, match=who), store.lock("mine"):
                pass
            with pytest.raises(LockHeld):
                store.unlock(hold)
            found = store.holder()
            assert found is not None
            assert (found.id, found.pid) == (hold, process.pid)

    def test_a_holder_that_was_killed_is_taken_over(self, store: LocalStore, tmp_path: Path) -> None:
        with another_process(tmp_path) as (process, hold):
            process.kill()
            process.wait()
            left = store.holder()
            assert left is not None
            assert left.id == hold
            with store.lock("mine") as holder:
                assert holder.pid == os.getpid()
                assert holder.id != hold

    def test_a_holder_that_ended_leaves_it_free(self, store: LocalStore, tmp_path: Path) -> None:
        with another_process(tmp_path) as (process, _):
            process.communicate("")
            assert process.returncode == 0
            assert store.holder() is None
            with store.lock("mine"):
                pass

    def test_a_holder_on_another_machine_has_to_be_unlocked(self, store: LocalStore) -> None:
        held_by(store, FOREIGN)
        with pytest.raises(LockHeld, match="by ada on another-machine ") as refused, store.lock("mine"):
            pass
        assert "mopsctl state unlock abc123 -e local" in refused.value.hint
        assert store.unlock("abc123") == FOREIGN
        with store.lock("mine"):
            pass

    @pytest.mark.parametrize(("held", "said"), [(True, "it is held by abc123"), (False, "nobody holds it")])
    def test_only_the_very_hold_is_broken(self, held: bool, said: str, store: LocalStore) -> None:
        if held:
            held_by(store, FOREIGN)
        with pytest.raises(StateError, match=rf"^There is no hold xyz on local: {said}\.$") as refused:
            store.unlock("xyz")
        assert refused.value.hint == "see 'mopsctl state list'"
        assert store.holder() == (FOREIGN if held else None)

    @pytest.mark.parametrize("text", ["", "  ", "{", "[]", "{}", '{"id": "x"}', "\0"])
    def test_a_damaged_lock_file_holds_nothing(self, text: str, store: LocalStore) -> None:
        held_by(store, FOREIGN)
        (store.folder / "locks" / "local.json").write_text(text)
        assert store.holder() is None
        with store.lock("mine") as holder:
            assert store.holder() == holder

    def test_somebody_who_has_not_said_who_holds_it_all_the_same(self, store: LocalStore) -> None:
        with store.lock("one"):
            (store.folder / "locks" / "local.json").write_text("")
            with pytest.raises(LockHeld, match="by somebody who has not said who") as refused, store.lock("two"):
                pass
        assert refused.value.hint == "wait until it is done"

    def test_a_user_without_a_name_has_a_number(self, store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
        def nobody() -> str:
            raise KeyError("uid not found")

        monkeypatch.setattr("getpass.getuser", nobody)
        with store.lock("one") as holder:
            assert holder.who == f"user {os.getuid()}"

    def test_a_disk_without_locks_is_told(self, store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_: object) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr("portalocker.portalocker.LOCKER", fails)
        with pytest.raises(StateError, match=r"^The environment cannot be locked: "), store.lock("one"):
            pass

    def test_a_disk_that_is_full_is_told(self, store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr("mopsctl.state.local._rewrite", fails)
            with pytest.raises(StateError, match=r"^The environment cannot be locked: No space"), store.lock("one"):
                pass
        with store.lock("two"):
            pass

    def test_a_holder_elsewhere_that_lets_go_right_then_is_in_nobodys_way(
        self, store: LocalStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held_by(store, FOREIGN)
        real = locks.exclusive

        def lets_go(path: Path) -> AbstractContextManager[None]:
            (store.folder / "locks" / "local.json").write_text("")
            return real(path)

        monkeypatch.setattr(locks, "exclusive", lets_go)
        with store.lock("mine"):
            pass

    def test_copies_of_a_record_that_began_anew_are_the_newest(self, store: LocalStore) -> None:
        for serial in range(101, 101 + BACKUPS + 1):
            store.write(state(serial))
        store.path.unlink()
        for serial in (1, 2):
            store.write(state(serial))
        assert "local-00000001.json" in os.listdir(store.folder / "backups")

    def test_a_record_can_be_read_while_it_is_locked(self, store: LocalStore, tmp_path: Path) -> None:
        with store.lock("one"):
            store.write(replace(state(1), applied=("sha256:x",)))
            assert LocalStore(tmp_path, "local").read() == replace(state(1), applied=("sha256:x",))
