"""One refresh of the ledger: walk and ledger are merged in the order of keys.

Both come sorted, so neither is held in memory, a removed file is one that the walk passed by, and
a row is written only when something about its file is different.
"""

import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from agent.files.hashers import Hashers
from agent.files.hashing import Hashed
from agent.files.ignore import Ignore
from agent.files.names import key_of, path_of
from agent.files.record import Status, Trouble
from agent.files.rows import Row, RowWriter, make_row, read_rows
from agent.files.walk import Seen, trouble_of, walk

_TOLD = 100  # troubles named one by one
_STEP = 500  # things seen between two calls of `progress`


TroubleAt = tuple[bytes, Trouble]  # path, and why it was not looked at


@dataclass(slots=True)
class Refresh:
    """What a refresh saw and did."""

    present: bool = False  # False: there is nothing at the root's path
    files: int = 0  # regular files
    others: int = 0  # folders, links, FIFOs, sockets, devices
    bytes: int = 0
    hashed: int = 0
    hashed_bytes: int = 0
    removed: int = 0
    vanished: int = 0  # while we looked
    unreadable: int = 0  # files, and folders with all that is in them
    troubles: list[TroubleAt] = field(default_factory=list)  # the first 100


class Refreshing:
    """The state of one refresh in progress."""

    def __init__(
        self, connection: sqlite3.Connection, now: int, progress: Callable[[int], None]
    ) -> None:
        self._connection = connection
        self._now = now
        self._progress = progress
        self._writer = RowWriter(connection)
        self._result = Refresh()

    def run(self, root: bytes, ignore: Ignore, workers: int) -> Refresh:
        known = _Known(read_rows(self._connection, key_of(root)))
        with Hashers(workers) as hashers:
            for number, seen in enumerate(walk(root, ignore)):
                self._take(seen, known, hashers)
                if number % _STEP == 0:
                    self._progress(number)
            for row in known.rest():
                self._forget(row)
            for hashed in hashers.rest():
                self._store(hashed)
        self._writer.flush()
        return self._result

    def _take(self, seen: Seen, known: "_Known", hashers: Hashers) -> None:
        self._result.present = True
        for row in known.before(seen.key):
            self._forget(row)
        found = known.at(seen.key)
        if seen.status is None:  # ignored: its rows belong to a root that ignores less
            for _ in known.below(seen.key):
                continue
            return
        self._count(seen.status)
        if seen.trouble:
            self._close_off(seen, found, known)
        elif found is None or found[1:10] != seen.status or not _settled(found):
            self._renew(seen.key, seen.status, hashers)
        elif found.trouble:
            self._writer.put(found.troubled(Trouble.NONE))

    def _renew(self, key: bytes, status: Status, hashers: Hashers) -> None:
        if stat.S_ISREG(status.mode):
            for hashed in hashers.add(key, status):
                self._store(hashed)
        elif stat.S_ISLNK(status.mode):
            self._store(_read_link(key, status))
        else:
            self._writer.put(make_row(key, status, None, 0, Trouble.NONE))

    def _close_off(self, seen: Seen, row: Row | None, known: "_Known") -> None:
        """A folder that is not entered: what is known inside it stays, marked as not seen."""
        assert seen.status is not None  # noqa: S101 - for the type checker
        self._tell(seen.key, seen.trouble)
        new = make_row(seen.key, seen.status, None, 0, seen.trouble)
        if row != new:
            self._writer.put(new)
        for inner in known.below(seen.key):
            if inner.trouble != Trouble.UNLISTED:
                self._writer.put(inner.troubled(Trouble.UNLISTED))

    def _store(self, hashed: Hashed) -> None:
        if hashed.status is None:
            self._result.vanished += 1
            self._writer.delete(hashed.key)
            return
        if hashed.trouble:
            self._tell(hashed.key, hashed.trouble)
        elif stat.S_ISREG(hashed.status.mode):
            self._result.hashed += 1
            self._result.hashed_bytes += hashed.status.size
        self._writer.put(
            make_row(hashed.key, hashed.status, hashed.sha256, self._now, hashed.trouble)
        )

    def _forget(self, row: Row) -> None:
        self._result.removed += 1
        self._writer.delete(row.key)

    def _count(self, status: Status) -> None:
        if stat.S_ISREG(status.mode):
            self._result.files += 1
            self._result.bytes += status.size
        else:
            self._result.others += 1

    def _tell(self, key: bytes, trouble: Trouble) -> None:
        self._result.unreadable += 1
        if len(self._result.troubles) < _TOLD:
            self._result.troubles.append((path_of(key), trouble))


class _Known:
    """The ledger's rows of one root, passed once, in order."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def before(self, key: bytes) -> Iterator[Row]:
        while self._next is not None and self._next[0] < key:
            yield self._pop()

    def at(self, key: bytes) -> Row | None:
        return self._pop() if self._next is not None and self._next[0] == key else None

    def below(self, key: bytes) -> Iterator[Row]:
        inside = key + b"\0"
        while self._next is not None and self._next[0].startswith(inside):
            yield self._pop()

    def rest(self) -> Iterator[Row]:
        while self._next is not None:
            yield self._pop()

    def _pop(self) -> Row:
        row = self._next
        assert row is not None  # noqa: S101 - every caller has looked
        self._next = next(self._rows, None)
        return row


def _settled(row: Row) -> bool:
    """Whether what the row says about the content still holds for the same status."""
    if row.trouble not in (Trouble.NONE, Trouble.UNLISTED):
        return False
    has_content = stat.S_ISREG(row.mode) or stat.S_ISLNK(row.mode)
    return row.sha256 is not None or not has_content


def _read_link(key: bytes, status: Status) -> Hashed:
    try:
        target = os.readlink(path_of(key))  # noqa: PTH115 - bytes
    except FileNotFoundError:
        return Hashed(key, None, None)
    except OSError as error:
        return Hashed(key, status, None, trouble_of(error))
    return Hashed(key, status, hashlib.sha256(target).digest())
