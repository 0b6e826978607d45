"""The approved state of every watched path, in a database of its own.

Two facts guard it: its keyed root cannot be computed without the facility's key, and the root that
counts is the one in the newest sealed statement, so that an older baseline put back is found.
"""

import contextlib
import hmac
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.clock import Clock
from agent.config.home import Home
from agent.files.names import path_of
from agent.files.record import FileRecord
from agent.integrity.digest import Digest, EntryRow, Intake
from agent.integrity.errors import BaselineWriteError
from agent.state.database import open_state, transaction

MIGRATIONS = (
    """
    CREATE TABLE baselines (
      id INTEGER PRIMARY KEY, watched BLOB NOT NULL, made_at INTEGER NOT NULL,
      files INTEGER NOT NULL, bytes INTEGER NOT NULL, unreadable INTEGER NOT NULL,
      root TEXT NOT NULL, approved INTEGER NOT NULL
    );
    CREATE TABLE entries (
      baseline INTEGER NOT NULL REFERENCES baselines (id), key BLOB NOT NULL,
      mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL, size INTEGER NOT NULL,
      mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
      inode INTEGER NOT NULL, device INTEGER NOT NULL, links INTEGER NOT NULL,
      sha256 BLOB, trouble TEXT NOT NULL,
      PRIMARY KEY (baseline, key)
    ) WITHOUT ROWID;
    """,
)
_COLUMNS = "key, mode, uid, gid, size, mtime_ns, ctime_ns, inode, device, links, sha256, trouble"
_INSERT = f"INSERT INTO entries (baseline, {_COLUMNS}) VALUES ({','.join('?' * 13)})"  # noqa: S608
_PAGE = f"SELECT {_COLUMNS} FROM entries WHERE baseline = ? AND key {{}} ? ORDER BY key LIMIT 2000"  # noqa: S608


@dataclass(frozen=True, slots=True)
class StoredBaseline:
    """One approved state, or one about to be approved."""

    id: int
    watched: bytes
    made_at: datetime
    files: int
    bytes: int
    unreadable: int
    root: str
    approved: bool


class BaselineStore:
    """Reads and writes baselines; `key` is the facility's."""

    def __init__(self, connection: sqlite3.Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key

    def write(self, watched: bytes, records: Iterable[FileRecord], at: datetime) -> StoredBaseline:
        """Store a state that is not approved yet."""
        intake = Intake(self._key, watched)
        with _writing(self._connection):
            baseline = self._new(watched, at)
            self._connection.executemany(
                _INSERT, ((baseline, *intake.take(record)) for record in records)
            )
            self._connection.execute(
                "UPDATE baselines SET files = ?, bytes = ?, unreadable = ?, root = ? WHERE id = ?",
                (intake.files, intake.bytes, intake.unreadable, intake.digest.root(), baseline),
            )
        return self._get(baseline)

    def approve(self, baseline: StoredBaseline) -> None:
        """From now on this one counts; older ones of the path are forgotten."""
        with _writing(self._connection):
            self._connection.execute(
                "UPDATE baselines SET approved = 1 WHERE id = ?", (baseline.id,)
            )
            self._drop("watched = ? AND id != ?", (baseline.watched, baseline.id))

    def discard(self, baseline: StoredBaseline) -> None:
        with _writing(self._connection):
            self._drop("id = ?", (baseline.id,))

    def of(self, watched: bytes) -> tuple[StoredBaseline, ...]:
        """The path's baselines, newest first."""
        rows = self._connection.execute(
            "SELECT * FROM baselines WHERE watched = ? ORDER BY id DESC", (watched,)
        )
        return tuple(map(_stored, rows))

    def holds(self, baseline: StoredBaseline) -> bool:
        """Whether every stored row is as it was when the root was made."""
        digest = Digest(self._key, baseline.watched)
        try:
            for row in self._rows(baseline):
                digest.add(row)
        except sqlite3.DatabaseError:
            return False
        return hmac.compare_digest(digest.root(), baseline.root)

    def records(self, baseline: StoredBaseline) -> Iterator[FileRecord]:
        """The approved records in order; believe them only after `holds`."""
        for row in self._rows(baseline):
            middle = (*row[1:11], 0, row[11])
            yield FileRecord(path_of(row[0]), *middle)

    def _rows(self, baseline: StoredBaseline) -> Iterator[EntryRow]:
        cursor = self._connection.cursor()
        cursor.row_factory = None
        page = cursor.execute(_PAGE.format(">="), (baseline.id, b"")).fetchall()
        while page:
            yield from page
            page = cursor.execute(_PAGE.format(">"), (baseline.id, page[-1][0])).fetchall()

    def _new(self, watched: bytes, at: datetime) -> int:
        cursor = self._connection.execute(
            "INSERT INTO baselines (watched, made_at, files, bytes, unreadable, root, approved)"
            " VALUES (?, ?, 0, 0, 0, '', 0)",
            (watched, int(at.timestamp())),
        )
        return int(cursor.lastrowid or 0)

    def _get(self, baseline: int) -> StoredBaseline:
        query = "SELECT * FROM baselines WHERE id = ?"
        return _stored(self._connection.execute(query, (baseline,)).fetchone())

    def _drop(self, condition: str, parameters: tuple[bytes | int, ...]) -> None:
        chosen = f"SELECT id FROM baselines WHERE {condition}"  # noqa: S608 - our own constants
        self._connection.execute(
            f"DELETE FROM entries WHERE baseline IN ({chosen})",  # noqa: S608
            parameters,
        )
        self._connection.execute(f"DELETE FROM baselines WHERE {condition}", parameters)  # noqa: S608


@contextlib.contextmanager
def open_store(home: Home, key: bytes, clock: Clock) -> Iterator[BaselineStore]:
    """The store; a damaged file is set aside by `open_state`, and its baselines are lost."""
    with contextlib.closing(open_state(home, "baseline", MIGRATIONS, clock)) as connection:
        yield BaselineStore(connection, key)


def _stored(row: sqlite3.Row) -> StoredBaseline:
    return StoredBaseline(
        id=row["id"],
        watched=row["watched"],
        made_at=datetime.fromtimestamp(row["made_at"], UTC),
        files=row["files"],
        bytes=row["bytes"],
        unreadable=row["unreadable"],
        root=row["root"],
        approved=bool(row["approved"]),
    )


@contextlib.contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        with transaction(connection):
            yield
    except sqlite3.OperationalError as error:
        raise BaselineWriteError(reason=str(error)) from error
