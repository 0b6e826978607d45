"""Writes rows of the ledger in batches, beside other writers, and journals what they change.

Several processes look at the same files at once: a backup's refresh walks for an hour, a live
look takes a millisecond. Each writer remembers the number of the last write before its first look.
A row that somebody wrote later may be newer than what this writer saw: then the file itself
decides, inside the transaction, and what it does not confirm is dropped. No clock is asked.
"""

import contextlib
import itertools
import os
import sqlite3
from collections.abc import Iterable, Iterator
from operator import itemgetter

from agent.files import journal
from agent.files.errors import LedgerWriteError
from agent.files.journal import Known, Root
from agent.files.names import path_of
from agent.files.record import NO_STATUS, status_of
from agent.files.rows import COLUMNS, Row
from agent.state.database import transaction

BATCH = 4_000
_BATCH_BYTES = 1 << 30  # read for rows that are not stored yet: what a kill -9 may cost
_STORE = f"INSERT OR REPLACE INTO files ({COLUMNS}, written) VALUES ({','.join('?' * 16)}, {{}})"  # noqa: S608 - places
_KNOWN = f"SELECT {COLUMNS}, written FROM files WHERE key = ?"  # noqa: S608 - constants
_READ = "UPDATE files SET hashed_at = ? WHERE key IN ({})"
_IN_ONE = 500  # keys of one statement
_REMOVE = "DELETE FROM files WHERE key = ?"


class RowWriter:
    """Gathers rows to store and keys to delete; each full batch is one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self._gone: list[tuple[bytes, int]] = []
        self._read_again: list[tuple[int, bytes]] = []
        self._bytes = 0
        self.begun = self._last = _last_write(connection)  # nothing was looked at before this
        self._alone = True  # nobody else has written since

    def put(self, row: Row) -> None:
        self._rows.append(row)
        self._bytes += row.size
        self._flush_when_full()

    def delete(self, key: bytes, seen_at_ns: int = 0) -> None:
        self._gone.append((key, seen_at_ns))
        self._flush_when_full()

    def confirm(self, row: Row, hashed_at: int) -> None:
        """Its content was read again, and is what was known."""
        self._read_again.append((hashed_at, row.key))
        self._bytes += row.size
        self._flush_when_full()

    def flush(self) -> None:
        """Store what is gathered.

        Raises:
            LedgerWriteError: the database cannot take it.
        """
        if not self._rows and not self._gone and not self._read_again:
            return
        with writing(self._connection) as connection:
            number = _next_write(connection)
            self._alone = self._alone and number == self._last + 1
            self._last = number
            roots = journal.known_roots(connection)
            if self._alone and not roots:
                self._store_all()
            else:
                self._store_each(roots)
            self._store_readings()
        self._rows, self._gone, self._read_again, self._bytes = [], [], [], 0

    def complete(self, keys: Iterable[bytes], looked_at_ns: int) -> bool:
        """Everything below these watched paths has been looked at, and is stored.

        Returns:
            Whether the journal had to forget what nobody has taken.
        """
        self.flush()
        with writing(self._connection) as connection:
            for key in keys:
                journal.complete(connection, Root(key, looked_at_ns, self.begun))
            return journal.shorten(connection, looked_at_ns)

    def _flush_when_full(self) -> None:
        gathered = len(self._rows) + len(self._gone) + len(self._read_again)
        if gathered >= BATCH or self._bytes >= _BATCH_BYTES:
            self.flush()

    def _store_all(self) -> None:
        """Nobody else writes, and nobody wants to know what was before."""
        self._connection.executemany(_REMOVE, [(key,) for key, _ in self._gone])
        self._connection.executemany(_STORE.format(self._last), self._rows)

    def _store_readings(self) -> None:
        """Many in one statement: twice as fast as one by one."""
        for hashed_at, pairs in itertools.groupby(self._read_again, itemgetter(0)):
            keys = [key for _, key in pairs]
            for start in range(0, len(keys), _IN_ONE):
                part = keys[start : start + _IN_ONE]
                places = ",".join("?" * len(part))
                self._connection.execute(_READ.format(places), (hashed_at, *part))

    def _store_each(self, roots: tuple[Root, ...]) -> None:
        for key, seen_at_ns in self._gone:
            self._store_one(key, None, seen_at_ns, roots)
        for row in self._rows:
            self._store_one(row.key, row, row.seen_at_ns, roots)

    def _store_one(
        self, key: bytes, row: Row | None, seen_at_ns: int, roots: tuple[Root, ...]
    ) -> None:
        root = journal.root_of(roots, key)
        if root is not None or not self._alone:
            known = _known(self._connection, key)
            if not self._alone and self._may_be_older(known) and not _is_so(key, row):
                return
            if root is not None:
                after = row.record() if row else None
                journal.append(self._connection, root, known, after, seen_at_ns)
        if row is None:
            self._connection.execute(_REMOVE, (key,))
        else:
            self._connection.execute(_STORE.format(self._last), row)

    def _may_be_older(self, known: Known | None) -> bool:
        """Whether somebody else may have looked later: a row may also have been deleted."""
        return known is None or known.written > self.begun


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """A transaction whose failure a person can act on."""
    try:
        with transaction(connection):
            yield connection
    except sqlite3.OperationalError as error:
        raise LedgerWriteError(reason=str(error)) from error


def _last_write(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT number FROM writes").fetchone()[0])


def _next_write(connection: sqlite3.Connection) -> int:
    connection.execute("UPDATE writes SET number = number + 1")
    return _last_write(connection)


def _known(connection: sqlite3.Connection, key: bytes) -> Known | None:
    cursor = connection.cursor()
    cursor.row_factory = None
    found = cursor.execute(_KNOWN, (key,)).fetchone()
    if found is None:
        return None
    row = Row._make(found[:-1])
    return Known(row.record(), row.seen_at_ns, found[-1])


def _is_so(key: bytes, row: Row | None) -> bool:
    """Whether the file still is as this writer saw it (None: gone)."""
    try:
        status = status_of(os.lstat(path_of(key)))
    except (FileNotFoundError, NotADirectoryError):
        return row is None
    except OSError:
        return row is not None and row[1:10] == NO_STATUS
    if row is None:
        return False
    return row[1:10] == (status if row.inode else status._replace(inode=0))
