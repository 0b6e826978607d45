"""One refresh of the ledger: walk and ledger are merged in the order of keys.

Both come sorted, so neither is held in memory, a removed file is one that the walk passed by, and
a row is written only when something about its file is different.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from agent.files.asking import silent_below
from agent.files.examining import Examining, Refresh
from agent.files.filesystems import mount_over, mounts
from agent.files.names import key_of
from agent.files.rows import Row, read_rows
from agent.files.walk import Ignoring, Seen, asked, walk

__all__ = ["Refresh", "refresh"]

_STEP = 500  # things seen between two calls of `progress`


def refresh(
    connection: sqlite3.Connection,
    root: bytes,
    ignore: Ignoring,
    examining: Examining,
    step: Callable[[int], None],
) -> Refresh:
    """Look at the root and everything below it.

    Args:
        connection: the ledger.
        root: where to begin.
        ignore: what is neither looked at nor forgotten.
        examining: judges and stores.
        step: told now and then how many things were seen.
    """
    known = mounts()
    mount, shut = mount_over(known, root), silent_below(root, known)
    examining.result.filesystem = mount.filesystem
    merge = _Merge(KnownRows(read_rows(connection, key_of(root))), examining)
    unasked = merge.is_opened_anyway if mount.has_inodes else asked
    for number, seen in enumerate(walk(root, ignore, mount.status_of, unasked, shut)):
        merge.take(seen)
        if number % _STEP == 0:
            step(number)
    merge.end()
    return examining.result


@dataclass(frozen=True, slots=True)
class _Merge:
    """Walk and ledger beside each other."""

    known: "KnownRows"
    examining: Examining

    def is_opened_anyway(self, key: bytes) -> bool:
        """Whether a file is new, or is read again. Asked before the walk comes to it."""
        row = self.known.row
        if row is None:
            return True
        return self.examining.is_due(row) if row[0] == key else row[0] > key

    def take(self, seen: Seen) -> None:
        examining, known = self.examining, self.known
        examining.result.present = True
        for row in known.before(seen.key):
            examining.forget(row)
        found = known.at(seen.key)
        if seen.status is None:  # ignored: its rows belong to a root that ignores less
            for _ in known.below(seen.key):
                continue
        elif seen.trouble:
            examining.close_off(seen, found, known.below(seen.key))
        else:
            examining.take(seen, found)

    def end(self) -> None:
        for row in self.known.rest():
            self.examining.forget(row)
        self.examining.finish()


class KnownRows:
    """The ledger's rows of one root, passed once, in order; `row` is the next one."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.row = next(rows, None)

    def before(self, key: bytes) -> Iterable[Row]:
        return self._before(key) if self.row is not None and self.row[0] < key else ()

    def at(self, key: bytes) -> Row | None:
        row = self.row
        if row is None or row[0] != key:
            return None
        self.row = next(self._rows, None)
        return row

    def below(self, key: bytes) -> Iterator[Row]:
        inside = key + b"\0"
        while self.row is not None and self.row[0].startswith(inside):
            yield self._pop(self.row)

    def rest(self) -> Iterator[Row]:
        while self.row is not None:
            yield self._pop(self.row)

    def _before(self, key: bytes) -> Iterator[Row]:
        while self.row is not None and self.row[0] < key:
            yield self._pop(self.row)

    def _pop(self, row: Row) -> Row:
        self.row = next(self._rows, None)
        return row
