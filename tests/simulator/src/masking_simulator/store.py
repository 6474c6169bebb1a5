# Copyright (c) 2026, maskops.delphix contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""State on disk: one SQLite file in WAL mode, plus a folder for export and import documents.

SQLite keeps the file whole when the process is killed at any moment, and makes every
transaction all or nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from masking_simulator.model.objects import Content, Key, Obj

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
    kind TEXT NOT NULL, id INTEGER NOT NULL, environment INTEGER, name TEXT NOT NULL, type TEXT NOT NULL,
    revision TEXT NOT NULL, body BLOB NOT NULL, digest TEXT, size INTEGER, local BLOB NOT NULL,
    PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequences (kind TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS contents (digest TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS records (
    family TEXT NOT NULL, id TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (family, id)) WITHOUT ROWID;
"""


class Store:
    """The state folder of one engine. All calls are safe from any thread; `lock` is held during a transaction."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.documents = folder / "documents"
        self.documents.mkdir(exist_ok=True, mode=0o700)
        self.lock = threading.RLock()
        self._owner = _own(folder)
        old_mask = os.umask(0o077)
        try:
            self._db = sqlite3.connect(folder / "engine.sqlite", check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.executescript(_SCHEMA)
        finally:
            os.umask(old_mask)

    def close(self) -> None:
        """Write everything into the main file and close it."""
        with self.lock:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.close()
            os.close(self._owner)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside is kept together, or not at all when it raises."""
        with self.lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def meta(self, name: str) -> str | None:
        """One remembered fact about the engine, or None."""
        with self.lock:
            row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def set_meta(self, name: str, value: str) -> None:
        """Remember one fact about the engine."""
        with self.lock:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def objects(self) -> Iterator[Obj]:
        """All stored objects."""
        with self.lock:
            rows = self._db.execute("SELECT * FROM objects ORDER BY kind, id").fetchall()
        for kind, number, environment, name, type_, revision, body, digest, size, local in rows:
            yield Obj(
                Key(kind, environment, name),
                number,
                type_,
                revision,
                orjson.loads(body),
                Content(digest, size) if digest else None,
                orjson.loads(local),
            )

    def put_objects(self, objects: Iterable[Obj]) -> None:
        """Add or replace objects."""
        rows = [
            (
                obj.kind,
                obj.id,
                obj.key.environment,
                obj.name,
                obj.type,
                obj.revision,
                orjson.dumps(obj.body),
                obj.content.digest if obj.content else None,
                obj.content.size if obj.content else None,
                orjson.dumps(obj.local),
            )
            for obj in objects
        ]
        with self.lock:
            self._db.executemany("INSERT OR REPLACE INTO objects VALUES (?,?,?,?,?,?,?,?,?,?)", rows)

    def delete_object(self, obj: Obj) -> None:
        """Remove one object."""
        with self.lock:
            self._db.execute("DELETE FROM objects WHERE kind = ? AND id = ?", (obj.kind, obj.id))

    def sequences(self) -> dict[str, int]:
        """The last number given out for each kind."""
        with self.lock:
            return dict(self._db.execute("SELECT kind, last FROM sequences").fetchall())

    def put_sequences(self, last: dict[str, int]) -> None:
        """Remember the last number given out for each kind."""
        with self.lock:
            self._db.executemany("INSERT OR REPLACE INTO sequences VALUES (?, ?)", last.items())

    def put_content(self, data: bytes) -> Content:
        """Store bulk data under its digest and return what names it."""
        digest = hashlib.sha256(data).hexdigest()
        with self.lock:
            self._db.execute("INSERT OR IGNORE INTO contents VALUES (?, ?)", (digest, data))
        return Content(digest, len(data))

    def content(self, content: Content) -> bytes:
        """Bulk data by what names it."""
        with self.lock:
            row = self._db.execute("SELECT data FROM contents WHERE digest = ?", (content.digest,)).fetchone()
        if row is None:
            raise KeyError(content.digest)
        return bytes(row[0])

    def tidy(self) -> None:
        """Forget what a kill left behind: bulk data that no object names, and half-written files."""
        for path in self.documents.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.suffix == ".part":
                path.unlink()
        with self.lock:
            self._db.execute(
                "DELETE FROM contents WHERE digest NOT IN (SELECT digest FROM objects WHERE digest IS NOT NULL)"
            )

    def records(self, family: str) -> dict[str, dict[str, Any]]:
        """All records of a family (users, tasks, executions, uploads) by id."""
        with self.lock:
            rows = self._db.execute("SELECT id, value FROM records WHERE family = ?", (family,)).fetchall()
        return {identifier: orjson.loads(value) for identifier, value in rows}

    def put_record(self, family: str, identifier: str, value: dict[str, Any]) -> None:
        """Add or replace a record."""
        with self.lock:
            self._db.execute("INSERT OR REPLACE INTO records VALUES (?,?,?)", (family, identifier, orjson.dumps(value)))

    def delete_record(self, family: str, identifier: str) -> None:
        """Remove a record."""
        with self.lock:
            self._db.execute("DELETE FROM records WHERE family = ? AND id = ?", (family, identifier))


def _own(folder: Path) -> int:
    """Take the folder for this process; raises ValueError when another engine has it."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise ValueError(f"{folder} is in use by another engine") from None
    return descriptor
