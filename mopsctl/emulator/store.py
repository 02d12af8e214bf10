"""The memory of an emulator: JSON documents in named collections, in one SQLite file or in memory.

A committed write is there after the process dies. Collections whose name starts with an underscore are the emulator's
own housekeeping (faults, the request log, issued tokens): they are never stale and never part of a dump.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Doc = dict[str, Any]
"""One document: a JSON object."""

_TABLES = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, key TEXT NOT NULL, doc TEXT NOT NULL,
    UNIQUE (collection, key));
CREATE TABLE IF NOT EXISTS shadows (
    collection TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER, doc TEXT, reads INTEGER NOT NULL,
    PRIMARY KEY (collection, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_PUT = """INSERT INTO documents (collection, key, doc) VALUES (?, ?, ?)
ON CONFLICT (collection, key) DO UPDATE SET doc = excluded.doc"""
_NEXT = """INSERT INTO sequences (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value"""
_SETTING = """INSERT INTO settings (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
_SHADOW = """INSERT INTO shadows (collection, key, seq, doc, reads) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (collection, key) DO UPDATE SET reads = max(reads, excluded.reads)"""


class Store:
    """Documents, sequences and settings of one emulated account; safe to use from several threads."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._lag = 0
        self._touched: set[str] | None = None
        self._connection = _connect(path)

    def close(self) -> None:
        """Let go of the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    # -- documents

    def get(self, collection: str, key: str) -> Doc | None:
        """The document under this key, or None."""
        with self._lock:
            if self._stale(collection):
                found = self._rows(collection).get(key)
                return found[1] if found else None
            row = self._one("SELECT doc FROM documents WHERE collection = ? AND key = ?", collection, key)
            return json.loads(row[0]) if row else None

    def put(self, collection: str, key: str, doc: Doc) -> None:
        """Store the document; a known key keeps its place in the order of the collection."""
        with self._statement():
            self._remember(collection, key)
            self._connection.execute(_PUT, (collection, key, json.dumps(doc, ensure_ascii=False)))

    def delete(self, collection: str, key: str) -> bool:
        """Remove the document; False if there was none."""
        with self._statement():
            self._remember(collection, key)
            done = self._connection.execute("DELETE FROM documents WHERE collection = ? AND key = ?", (collection, key))
            return done.rowcount > 0

    def items(self, collection: str) -> list[tuple[str, Doc]]:
        """Every key and document of a collection, in the order in which the keys were first stored."""
        with self._lock:
            self._stale(collection)
            return [(key, doc) for key, (_, doc) in self._rows(collection).items()]

    def list(self, collection: str) -> list[Doc]:
        """Every document of a collection, in the order in which the keys were first stored."""
        return [doc for _, doc in self.items(collection)]

    def count(self, collection: str) -> int:
        """How many documents a collection has."""
        with self._lock:
            if self._stale(collection):
                return len(self._rows(collection))
            row = self._one("SELECT count(*) FROM documents WHERE collection = ?", collection)
            return int(row[0]) if row else 0

    def collections(self) -> tuple[str, ...]:
        """The names of all collections that hold something, housekeeping left out, sorted."""
        with self._lock:
            rows = self._connection.execute("SELECT DISTINCT collection FROM documents ORDER BY collection")
            return tuple(name for (name,) in rows if not name.startswith("_"))

    # -- sequences and settings

    def next_id(self, sequence: str, start: int = 1) -> int:
        """The next number of a sequence; the first one is `start`."""
        with self._statement():
            row = self._one(_NEXT, sequence, start)
            assert row is not None
            return int(row[0])

    def setting(self, name: str, default: Any = None) -> Any:
        """The value stored under this name, or the default."""
        with self._lock:
            row = self._one("SELECT value FROM settings WHERE name = ?", name)
            return json.loads(row[0]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        """Store a value (anything JSON can hold) under this name."""
        with self._statement():
            self._connection.execute(_SETTING, (name, json.dumps(value)))

    @property
    def is_new(self) -> bool:
        """True until `mark_seeded` was called: the moment to plant what a fresh account has."""
        return not self.setting("seeded", False)

    def mark_seeded(self) -> None:
        """From now on the store counts as planted."""
        self.set_setting("seeded", True)

    def clear(self) -> None:
        """Forget everything, settings and sequences too."""
        with self.transaction():
            for table in ("documents", "shadows", "sequences", "settings"):
                self._connection.execute(f"DELETE FROM {table}")

    def dump(self, without: Collection[str] = (), collections: Collection[str] | None = None) -> Doc:
        """Everything that was stored, for comparing two runs: `{collection: {key: document}}`, all keys sorted.

        `without` names the keys to leave out at any depth (timestamps, for instance).
        """
        names = [name for name in self.collections() if collections is None or name in collections]
        return {name: {key: _without(doc, without) for key, doc in sorted(self.items(name))} for name in names}

    # -- transactions and lag

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner one can fail by itself, and what it did is kept only if the outer one ends well."""
        with self._lock:
            begin, commit, rollback = _statements(self._depth)
            self._connection.execute(begin)
            self._depth += 1
            try:
                yield
            except BaseException:
                for statement in rollback:
                    self._connection.execute(statement)
                raise
            else:
                self._connection.execute(commit)
            finally:
                self._depth -= 1

    @contextmanager
    def _statement(self) -> Iterator[None]:
        """A transaction of its own, unless one is open already: a single write needs no savepoint."""
        with self._lock:
            if self._depth:
                yield
            else:
                with self.transaction():
                    yield

    @contextmanager
    def lagging(self, reads: int) -> Iterator[None]:
        """What is written inside takes effect, but the next `reads` stale views of its collection do not show it."""
        with self._lock:
            before, self._lag = self._lag, reads
            try:
                yield
            finally:
                self._lag = before

    @contextmanager
    def stale_view(self) -> Iterator[None]:
        """Reads inside show the state before writes that still lag; each view uses up one read per touched collection."""
        with self._lock:
            self._touched = set()
            try:
                yield
            finally:
                touched, self._touched = self._touched, None
                self._use_up(touched)

    def _use_up(self, collections: set[str]) -> None:
        if not collections:
            return
        with self.transaction():
            for name in sorted(collections):
                self._connection.execute("UPDATE shadows SET reads = reads - 1 WHERE collection = ?", (name,))
            self._connection.execute("DELETE FROM shadows WHERE reads <= 0")

    def _stale(self, collection: str) -> bool:
        """Whether reads of this collection must look at the state before; notes that it was looked at."""
        if self._touched is None or collection.startswith("_"):
            return False
        if self._one("SELECT 1 FROM shadows WHERE collection = ? LIMIT 1", collection) is None:
            return False
        self._touched.add(collection)
        return True

    def _remember(self, collection: str, key: str) -> None:
        if self._lag <= 0 or collection.startswith("_"):
            return
        row = self._one("SELECT seq, doc FROM documents WHERE collection = ? AND key = ?", collection, key)
        seq, doc = row or (None, None)
        self._connection.execute(_SHADOW, (collection, key, seq, doc, self._lag))

    def _rows(self, collection: str) -> dict[str, tuple[int, Doc]]:
        rows = dict[str, tuple[int, Doc]]()
        query = "SELECT key, seq, doc FROM documents WHERE collection = ? ORDER BY seq"
        for key, seq, doc in self._connection.execute(query, (collection,)):
            rows[key] = (seq, json.loads(doc))
        if self._touched is None or collection not in self._touched:
            return rows
        shadows = "SELECT key, seq, doc FROM shadows WHERE collection = ?"
        for key, seq, doc in self._connection.execute(shadows, (collection,)):
            rows.pop(key, None)
            if doc is not None:
                rows[key] = (seq, json.loads(doc))
        return dict(sorted(rows.items(), key=lambda row: row[1][0]))

    def _one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row


def _connect(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(
        path or ":memory:", timeout=10, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(_TABLES)
    return connection


def _statements(depth: int) -> tuple[str, str, tuple[str, ...]]:
    """How a transaction at this depth begins, ends well and ends badly."""
    if depth == 0:
        return "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
    return f"SAVEPOINT s{depth}", f"RELEASE s{depth}", (f"ROLLBACK TO s{depth}", f"RELEASE s{depth}")


def _without(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(value[key], names) for key in sorted(value) if key not in names}
    if isinstance(value, list):
        return [_without(entry, names) for entry in value]
    return value
