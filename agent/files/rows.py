"""The ledger's table: reading it in pages in the order of keys."""

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from agent.files import journal
from agent.files.attributes import NOT_READ
from agent.files.names import path_of
from agent.files.record import FileRecord, Status, Trouble

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
    """
    ALTER TABLE files ADD COLUMN attributes BLOB DEFAULT X'';  -- NULL: it has none
    ALTER TABLE files ADD COLUMN content TEXT NOT NULL DEFAULT '';
    ALTER TABLE files ADD COLUMN seen_at_ns INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE files ADD COLUMN written INTEGER NOT NULL DEFAULT 0;  -- in which write
    CREATE TABLE writes (number INTEGER NOT NULL);
    INSERT INTO writes VALUES (0);
    """,
    journal.MIGRATION,
)
COLUMNS = (
    "key, mode, uid, gid, size, mtime_ns, ctime_ns, inode, device, links,"
    " sha256, hashed_at, trouble, attributes, content, seen_at_ns"
)
_PAGE = 2_000


class Row(NamedTuple):
    """One row of the table, without the number of its write."""

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
    attributes: bytes | None = NOT_READ
    content: str = ""
    seen_at_ns: int = 0

    def record(self) -> FileRecord:
        return FileRecord(path_of(self[0]), *self[1:15])

    def troubled(self, trouble: Trouble) -> "Row":
        return self._replace(trouble=trouble.value)


def bare_row(key: bytes, status: Status, trouble: Trouble, seen_at_ns: int) -> Row:
    """Of a thing without content that was read."""
    return Row(key, *status, None, 0, trouble.value, seen_at_ns=seen_at_ns)


def read_rows(connection: sqlite3.Connection, root_key: bytes) -> Iterator[Row]:
    """The root's rows in order. Rows may be written behind the reader meanwhile."""
    # `files` holds no name that this interpolates: columns and table are constants
    query = f"SELECT {COLUMNS} FROM files WHERE key {{}} ? AND key < ? ORDER BY key LIMIT {_PAGE}"  # noqa: S608
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
        f"SELECT {COLUMNS} FROM files WHERE key = ?",  # noqa: S608 - constants
        (key,),
    ).fetchone()
    return None if row is None else Row._make(row)
