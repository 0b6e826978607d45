"""The ledger's table: reading it in pages in the order of keys, writing it in batches."""

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from agent.files.errors import LedgerWriteError
from agent.files.names import path_of
from agent.files.record import FileRecord, Status, Trouble
from agent.state.database import transaction

MIGRATIONS = (
    """
    CREATE TABLE files (
      key BLOB PRIMARY KEY,  -- the path with NUL for each slash: keeps the order of a walk
      mode INTEGER NOT NULL, uid INTEGER NOT NULL, gid INTEGER NOT NULL, size INTEGER NOT NULL,
      mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
      inode INTEGER NOT NULL, device INTEGER NOT NULL, links INTEGER NOT NULL,
      sha256 BLOB, hashed_at INTEGER NOT NULL, trouble TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
)
_COLUMNS = (
    "key, mode, uid, gid, size, mtime_ns, ctime_ns, inode, device, links,"
    " sha256, hashed_at, trouble"
)
_STORE = f"INSERT OR REPLACE INTO files VALUES ({','.join('?' * 13)})"  # noqa: S608 - places
_PAGE = 2_000
BATCH = 4_000
_BATCH_BYTES = 1 << 30  # read for rows that are not stored yet: what a kill -9 may cost


class Row(NamedTuple):
    """One row of the table."""

    key: bytes
    mode: int
    uid: int
    gid: int
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int
    links: int
    sha256: bytes | None
    hashed_at: int
    trouble: str

    def record(self) -> FileRecord:
        return FileRecord(path_of(self[0]), *self[1:])

    def troubled(self, trouble: Trouble) -> "Row":
        return self._replace(trouble=trouble.value)


def make_row(
    key: bytes, status: Status, sha256: bytes | None, hashed_at: int, trouble: Trouble
) -> Row:
    return Row(key, *status, sha256, hashed_at, trouble.value)


def read_rows(connection: sqlite3.Connection, root_key: bytes) -> Iterator[Row]:
    """The root's rows in order. Rows may be written behind the reader meanwhile."""
    # `files` holds no name that this interpolates: columns and table are constants
    query = f"SELECT {_COLUMNS} FROM files WHERE key {{}} ? AND key < ? ORDER BY key LIMIT {_PAGE}"  # noqa: S608
    cursor = connection.cursor()
    cursor.row_factory = None
    page = cursor.execute(query.format(">="), (root_key, root_key + b"\x01")).fetchall()
    while page:
        yield from map(Row._make, page)
        if len(page) < _PAGE:
            return
        page = cursor.execute(query.format(">"), (page[-1][0], root_key + b"\x01")).fetchall()


def read_row(connection: sqlite3.Connection, key: bytes) -> Row | None:
    cursor = connection.cursor()
    cursor.row_factory = None
    row = cursor.execute(
        f"SELECT {_COLUMNS} FROM files WHERE key = ?",  # noqa: S608 - constants
        (key,),
    ).fetchone()
    return None if row is None else Row._make(row)


class RowWriter:
    """Gathers rows to store and keys to delete; each full batch is one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self._gone: list[tuple[bytes]] = []
        self._bytes = 0

    def put(self, row: Row) -> None:
        self._rows.append(row)
        self._bytes += row.size
        if len(self._rows) >= BATCH or self._bytes >= _BATCH_BYTES:
            self.flush()

    def delete(self, key: bytes) -> None:
        self._gone.append((key,))
        if len(self._gone) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Store what is gathered.

        Raises:
            LedgerWriteError: the database cannot take it.
        """
        if not self._rows and not self._gone:
            return
        with writing(self._connection) as connection:
            connection.executemany("DELETE FROM files WHERE key = ?", self._gone)
            connection.executemany(_STORE, self._rows)
        self._rows, self._gone, self._bytes = [], [], 0


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A transaction whose failure a person can act on."""
    try:
        with transaction(connection):
            yield connection
    except sqlite3.OperationalError as error:
        raise LedgerWriteError(reason=str(error)) from error
