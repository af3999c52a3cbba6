"""The emulator's state in one SQLite database: items and stream records of DynamoDB by row, other services by document.

Everything that a request changed is committed in one transaction. A write-ahead log without a sync per commit survives
the kill of the process; a power failure may lose the last seconds, but never corrupts the database.
https://sqlite.org/pragma.html#pragma_synchronous
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "state.db"
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS service (name TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS item (
    tbl TEXT, partition TEXT, sort TEXT, item TEXT NOT NULL, PRIMARY KEY (tbl, partition, sort)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    tbl TEXT, position INTEGER, record TEXT NOT NULL, PRIMARY KEY (tbl, position)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (id TEXT PRIMARY KEY, write TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS last_write (id TEXT PRIMARY KEY, written TEXT NOT NULL);
"""
ItemKey = tuple[str, str, str]
"""ARN of the table, partition key and sort key."""


@dataclass
class Changes:
    """Changes since the last commit. An item of None was deleted."""

    items: dict[ItemKey, Any] = field(default_factory=dict)
    records: dict[tuple[str, int], Any] = field(default_factory=dict)
    trimmed: dict[str, int] = field(default_factory=dict)
    """Position of the first record that is left, by table."""
    dropped: set[str] = field(default_factory=set)
    """Tables without items and records."""
    waiting: dict[str, Any] = field(default_factory=dict)
    """Writes that wait for their replication, by id; None once they arrived."""
    last: dict[str, Any] = field(default_factory=dict)
    """Last writes of items while others wait, by id; None once they are of no use."""

    def __bool__(self) -> bool:
        return bool(self.items or self.records or self.trimmed or self.dropped or self.waiting or self.last)


class StateStore:
    """The database in `folder`. `changes` collects what the next commit writes; it survives a failed commit."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(folder / FILE, check_same_thread=False, isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._lock = threading.Lock()
        self._services: dict[str, str] = dict(self._database.execute("SELECT name, state FROM service"))
        self.changes = Changes()

    def service(self, name: str) -> str | None:
        """The stored state of a service; None without one."""
        return self._services.get(name)

    def tables(self) -> set[str]:
        """ARNs of the tables with items or records."""
        found = self._database.execute("SELECT DISTINCT tbl FROM item UNION SELECT DISTINCT tbl FROM record")
        return {arn for (arn,) in found}

    def items(self, table: str) -> Iterator[tuple[str, str, Any]]:
        """Partition key, sort key and item of each item of a table."""
        rows = self._database.execute("SELECT partition, sort, item FROM item WHERE tbl = ?", (table,))
        return ((partition, sort, json.loads(item)) for partition, sort, item in rows)

    def records(self, table: str) -> list[tuple[int, Any]]:
        """Position and record of each stream record of a table, in order."""
        rows = self._database.execute(
            "SELECT position, record FROM record WHERE tbl = ? ORDER BY position", (table,)
        )
        return [(position, json.loads(record)) for position, record in rows]

    def waiting(self) -> dict[str, Any]:
        """Writes that wait for their replication, by id."""
        return {id_: json.loads(write) for id_, write in self._database.execute("SELECT * FROM waiting")}

    def last(self) -> dict[str, Any]:
        """Last writes of items while others wait, by id."""
        return {
            id_: json.loads(written) for id_, written in self._database.execute("SELECT * FROM last_write")
        }

    def commit(self, services: Mapping[str, str]) -> None:
        """Write the changes and the changed ones of `services` in one transaction.

        Raises sqlite3.Error, for example on a full disk; the changes stay for the next commit.
        """
        with self._lock:
            changed = {name: text for name, text in services.items() if self._services.get(name) != text}
            if not self.changes and not changed:
                return
            changes, self.changes = self.changes, Changes()
            try:
                self._database.execute("BEGIN")
                self._write(changes, changed)
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                self.changes = _merged(changes, self.changes)
                raise
            self._services.update(changed)

    def _write(self, changes: Changes, services: Mapping[str, str]) -> None:
        run = self._database.executemany
        for statement in ("DELETE FROM item WHERE tbl = ?", "DELETE FROM record WHERE tbl = ?"):
            run(statement, [(table,) for table in changes.dropped])
        run("REPLACE INTO item VALUES (?, ?, ?, ?)", _rows(changes.items))
        run(
            "DELETE FROM item WHERE tbl = ? AND partition = ? AND sort = ?",
            [key for key, item in changes.items.items() if item is None],
        )
        run("REPLACE INTO record VALUES (?, ?, ?)", _rows(changes.records))
        run("DELETE FROM record WHERE tbl = ? AND position < ?", changes.trimmed.items())
        run("REPLACE INTO waiting VALUES (?, ?)", _rows({(id_,): w for id_, w in changes.waiting.items()}))
        run("DELETE FROM waiting WHERE id = ?", _gone(changes.waiting))
        run("REPLACE INTO last_write VALUES (?, ?)", _rows({(id_,): w for id_, w in changes.last.items()}))
        run("DELETE FROM last_write WHERE id = ?", _gone(changes.last))
        run("REPLACE INTO service VALUES (?, ?)", services.items())

    def close(self) -> None:
        """Close the database, with its write-ahead log merged."""
        with self._lock:
            self._database.close()


def _rows(values: Mapping[tuple[Any, ...], Any]) -> Iterable[tuple[Any, ...]]:
    return [(*key, json.dumps(value)) for key, value in values.items() if value is not None]


def _gone(values: Mapping[str, Any]) -> list[tuple[str]]:
    return [(id_,) for id_, value in values.items() if value is None]


def _merged(first: Changes, later: Changes) -> Changes:
    return Changes(
        first.items | later.items,
        first.records | later.records,
        first.trimmed | later.trimmed,
        first.dropped | later.dropped,
        first.waiting | later.waiting,
        first.last | later.last,
    )
