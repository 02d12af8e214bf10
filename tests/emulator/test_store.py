from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopsctl.emulator import Doc, Store

KEYS = st.sampled_from("abcd")
WRITES = st.lists(st.tuples(KEYS, st.none() | st.integers()), max_size=20)


def write(store: Store, writes: list[tuple[str, int | None]]) -> None:
    for key, value in writes:
        if value is None:
            store.delete("c", key)
        else:
            store.put("c", key, {"value": value})


class Failure(Exception):
    pass


def put_and_fail(store: Store, key: str, doc: Doc) -> None:
    with store.transaction():
        store.next_id("n")
        with store.transaction():
            store.put("c", key, doc)
        raise Failure


def test_documents_come_back_as_they_were_stored() -> None:
    store = Store()
    store.put("c", "k", {"b": [1, None, True], "a": "größer"})
    assert store.get("c", "k") == {"b": [1, None, True], "a": "größer"}
    assert list(store.get("c", "k") or {}) == ["b", "a"]
    assert store.get("c", "other") is None
    assert store.get("other", "k") is None


def test_a_collection_keeps_the_order_of_first_insertion() -> None:
    store = Store()
    for key in "zaz":
        store.put("c", key, {"key": key})
    store.put("c", "m", {"key": "m"})
    assert [key for key, _ in store.items("c")] == ["z", "a", "m"]
    assert store.delete("c", "z")
    assert not store.delete("c", "z")
    store.put("c", "z", {"key": "z"})
    assert store.list("c") == [{"key": "a"}, {"key": "m"}, {"key": "z"}]
    assert store.count("c") == 3


def test_a_transaction_is_all_or_nothing() -> None:
    store = Store()
    store.put("c", "a", {"value": 1})
    with pytest.raises(Failure):
        put_and_fail(store, "a", {"value": 2})
    assert store.get("c", "a") == {"value": 1}
    assert store.next_id("n") == 1


def test_an_inner_transaction_fails_by_itself_and_falls_with_the_outer_one() -> None:
    store = Store()
    with store.transaction():
        store.put("c", "kept", {})
        with pytest.raises(Failure):
            put_and_fail(store, "lost", {})
    assert [key for key, _ in store.items("c")] == ["kept"]
    with pytest.raises(Failure):
        put_and_fail(store, "inner", {})
    assert store.get("c", "inner") is None


def test_sequences_count_by_themselves() -> None:
    store = Store()
    assert [store.next_id("n", start=1000) for _ in range(3)] == [1000, 1001, 1002]
    assert store.next_id("other") == 1


def test_a_restart_finds_everything(tmp_path: Path) -> None:
    store = Store(tmp_path / "sub" / "data.sqlite")
    assert store.is_new
    store.put("c", "k", {"v": 1})
    store.next_id("n")
    store.set_setting("s", [1, 2])
    store.mark_seeded()
    store.close()
    again = Store(tmp_path / "sub" / "data.sqlite")
    assert (again.get("c", "k"), again.next_id("n"), again.setting("s"), again.is_new) == ({"v": 1}, 2, [1, 2], False)
    again.close()


def test_a_committed_write_survives_a_killed_process(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from mopsctl.emulator.store import Store\n"
        "store = Store(Path(sys.argv[1])); store.put('c', 'kept', {})\n"
        "with store.transaction():\n"
        "    store.put('c', 'lost', {}); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, tmp_path / "d.sqlite"], check=False, timeout=60)
    assert ended.returncode == -9
    store = Store(tmp_path / "d.sqlite")
    assert [key for key, _ in store.items("c")] == ["kept"]
    store.close()


def test_threads_share_a_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "d.sqlite")

    def count() -> None:
        for _ in range(50):
            with store.transaction():
                doc = store.get("c", "n") or {"value": 0}
                store.put("c", "n", {"value": doc["value"] + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("c", "n") == {"value": 200}
    store.close()


def test_a_dump_is_sorted_and_leaves_out_housekeeping_and_named_keys() -> None:
    store = Store()
    store.put("b", "2", {"z": 1, "at": "now", "list": [{"at": "now", "y": 2}]})
    store.put("a", "1", {})
    store.put("_log", "1", {})
    dump = store.dump(without=("at",))
    assert list(dump) == ["a", "b"]
    assert dump["b"] == {"2": {"list": [{"y": 2}], "z": 1}}
    assert store.dump(collections=["a"]) == {"a": {"1": {}}}


def test_a_lagging_write_shows_after_the_counted_reads() -> None:
    store = Store()
    store.put("c", "old", {"v": 1})
    with store.lagging(2):
        store.put("c", "old", {"v": 2})
        store.put("c", "new", {})
        store.delete("c", "old")
        assert store.get("c", "old") is None
    for _ in range(2):
        with store.stale_view():
            assert store.items("c") == [("old", {"v": 1})]
            assert store.get("c", "new") is None
            assert store.count("c") == 1
    with store.stale_view():
        assert store.items("c") == [("new", {})]


def test_looking_elsewhere_does_not_use_up_the_lag() -> None:
    store = Store()
    with store.lagging(1):
        store.put("c", "new", {})
    with store.stale_view():
        assert store.list("other") == []
    assert store.get("c", "new") == {}
    with store.stale_view():
        assert store.get("c", "new") is None
    with store.stale_view():
        assert store.get("c", "new") == {}


@given(WRITES, WRITES)
def test_a_stale_view_is_exactly_the_state_before(first: list[tuple[str, int]], second: list[tuple[str, int]]) -> None:
    store = Store()
    write(store, list(first))
    before = store.items("c")
    with store.lagging(1):
        write(store, list(second))
    now = store.items("c")
    with store.stale_view():
        assert store.items("c") == before
    with store.stale_view():
        assert store.items("c") == now
    store.close()
