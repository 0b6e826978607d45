"""The ledger's journal: what each watched file was and what it is, told exactly once.

Whoever writes a row of the ledger (a backup, a scan, a live look) appends the transition in the
same transaction, so that a change is neither adopted silently nor told twice, whoever saw it
first. What a watched path holds when it is looked at for the first time is its baseline's and no
change: it is journaled from the first complete look on.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from agent.files.differing import differing
from agent.files.record import FileRecord, Trouble

# Numbers ascend also across a ledger that was lost and made anew: they begin at the second in
# which the table was made, times 2^20. A million changes a second would have to be told for years
# before two journals could meet.
MIGRATION = """
    CREATE TABLE journal (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      seen_at_ns INTEGER NOT NULL, since_at_ns INTEGER NOT NULL,
      before BLOB, after BLOB  -- records as MessagePack
    );
    INSERT INTO sqlite_sequence (name, seq)
      VALUES ('journal', CAST(strftime('%s', 'now') AS INTEGER) << 20);
    CREATE TABLE watched (
      key BLOB PRIMARY KEY,
      known INTEGER NOT NULL DEFAULT 0,        -- a complete look has ended since it is watched
      looked_at_ns INTEGER NOT NULL DEFAULT 0, -- when the last complete look began
      looked_from INTEGER NOT NULL DEFAULT 0   -- rows written after this one are newer than that
    ) WITHOUT ROWID;
"""
_EPOCH = 1 << 20
KEPT = 100_000  # transitions that wait however old they are; about 40 MB
KEPT_FOR_NS = 7 * 86_400 * 1_000_000_000  # any number of them: whoever watches takes them at once
MOST = 2_000_000  # whatever happens
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple).decode


class Transition(Struct, frozen=True):
    """One thing under a watched path became another.

    Without `before` it is new, without `after` it is gone.
    """

    number: int  # ascending, with gaps
    before: FileRecord | None
    after: FileRecord | None
    seen_at_ns: int  # UTC wall clock, when it was looked at
    since_at_ns: int  # when the former state was last known to hold; 0: unknown


class Root(NamedTuple):
    """A watched path that was looked at completely."""

    key: bytes
    looked_at_ns: int
    looked_from: int

    def covers(self, key: bytes) -> bool:
        return key == self.key or key.startswith(self.key + b"\0")


class Known(NamedTuple):
    """A record of the ledger, with when and in which write it was stored."""

    record: FileRecord
    seen_at_ns: int
    written: int


def watch(connection: sqlite3.Connection, keys: Sequence[bytes]) -> None:
    """From now on exactly these are watched; what is known of those that stay, stays known."""
    stored = {row[0] for row in connection.execute("SELECT key FROM watched")}
    connection.executemany(
        "DELETE FROM watched WHERE key = ?", [(key,) for key in stored - set(keys)]
    )
    connection.executemany(
        "INSERT OR IGNORE INTO watched (key) VALUES (?)", [(key,) for key in keys]
    )


def known_roots(connection: sqlite3.Connection) -> tuple[Root, ...]:
    """Those whose transitions are kept."""
    query = "SELECT key, looked_at_ns, looked_from FROM watched WHERE known"
    return tuple(Root(*row) for row in connection.execute(query))


def is_watched(connection: sqlite3.Connection, key: bytes) -> bool:
    return bool(connection.execute("SELECT 1 FROM watched WHERE key = ?", (key,)).fetchall())


def looked_at_ns(connection: sqlite3.Connection, key: bytes) -> int:
    """When the last complete look at this watched path began; 0: never, or it is not watched."""
    query = "SELECT looked_at_ns FROM watched WHERE key = ?"
    found = connection.execute(query, (key,)).fetchone()
    return int(found[0]) if found else 0


def seen_whole(connection: sqlite3.Connection, key: bytes, *, ignored: bool) -> list[bytes]:
    """The watched paths that a look at everything below this key has seen whole.

    With patterns that ignore, one cannot say what of another path was seen.
    """
    below = [
        row[0]
        for row in connection.execute(
            "SELECT key FROM watched WHERE key >= ? AND key < ?", (key, key + b"\x01")
        )
    ]
    return [one for one in below if one == key or not (ignored or _closed(connection, one))]


def _closed(connection: sqlite3.Connection, key: bytes) -> bool:
    """Whether a watched path is closed to us or another filesystem, and so was not entered."""
    found = connection.execute("SELECT trouble FROM files WHERE key = ?", (key,)).fetchone()
    return found is not None and bool(found[0])


def complete(connection: sqlite3.Connection, root: Root) -> None:
    """A complete look at this watched path has ended."""
    connection.execute(
        "UPDATE watched SET known = 1, looked_at_ns = ?, looked_from = ? WHERE key = ?",
        (root.looked_at_ns, root.looked_from, root.key),
    )


def root_of(roots: Iterable[Root], key: bytes) -> Root | None:
    """The one that was looked at last of those that hold the key."""
    covering = [root for root in roots if root.covers(key)]
    return max(covering, key=lambda root: root.looked_from, default=None)


def append(
    connection: sqlite3.Connection,
    root: Root,
    before: Known | None,
    after: FileRecord | None,
    at_ns: int,
) -> None:
    """Keep the transition, if it is one. Belongs into the transaction that writes the row."""
    old = before.record if before else None
    if not _is_told(old, after):
        return
    connection.execute(
        "INSERT INTO journal (seen_at_ns, since_at_ns, before, after) VALUES (?, ?, ?, ?)",
        (at_ns, _since(root, before, after), _packed(old), _packed(after)),
    )


def read(connection: sqlite3.Connection, after: int, most: int) -> tuple[Transition, ...]:
    rows = connection.execute(
        "SELECT number, before, after, seen_at_ns, since_at_ns FROM journal"
        " WHERE number > ? ORDER BY number LIMIT ?",
        (after, most),
    )
    return tuple(
        Transition(number, _unpacked(old), _unpacked(new), seen_at_ns, since_at_ns)
        for number, old, new, seen_at_ns, since_at_ns in rows
    )


def newest(connection: sqlite3.Connection) -> int:
    """The number that was given last, also of what was forgotten."""
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'journal'").fetchone()
    return int(found[0]) if found else 0


def shorten(connection: sqlite3.Connection, now_ns: int) -> bool:
    """Forget what nobody has taken for too long, on a host where nobody watches.

    Returns:
        Whether anything was forgotten that nobody had taken: a gap.
    """
    row = connection.execute(
        "SELECT (SELECT min(number) FROM journal), (SELECT max(number) FROM journal)"
    ).fetchone()
    if row[0] is None or row[1] - row[0] < KEPT:
        return False
    old = connection.execute(
        "SELECT max(number) FROM journal WHERE number <= ? AND seen_at_ns < ?",
        (row[1] - KEPT, now_ns - KEPT_FOR_NS),
    ).fetchone()[0]
    upto = max(old or 0, row[1] - MOST)
    return connection.execute("DELETE FROM journal WHERE number <= ?", (upto,)).rowcount > 0


def follows(number: int, consumed: int) -> bool:
    """Whether nothing was forgotten between what was taken last and this transition.

    Args:
        number: of the oldest one that is kept behind it.
        consumed: of the one that was taken last; 0: none ever was.
    """
    is_first = (number - 1) % _EPOCH == 0  # of a ledger that was made anew: told as such
    return not consumed or is_first or number == consumed + 1


def forget(connection: sqlite3.Connection, up_to: int) -> None:
    connection.execute("DELETE FROM journal WHERE number <= ?", (up_to,))


def _is_told(before: FileRecord | None, after: FileRecord | None) -> bool:
    """What lies in a folder that was closed or opened is itself unchanged."""
    if before is None or after is None:
        return before is not after
    if differing(before, after):
        return True
    return before.trouble != after.trouble and Trouble.UNLISTED not in (
        before.trouble,
        after.trouble,
    )


def _since(root: Root, before: Known | None, after: FileRecord | None) -> int:
    """When the former state held for certain."""
    if before is None:
        return root.looked_at_ns
    if after is not None and _same_status(before.record, after):  # only reading it again told
        return before.record.hashed_at * 1_000_000_000
    return before.seen_at_ns if before.written > root.looked_from else root.looked_at_ns


def _same_status(before: FileRecord, after: FileRecord) -> bool:
    return before.sha256 != after.sha256 and (before.ctime_ns, before.mtime_ns, before.size) == (
        after.ctime_ns,
        after.mtime_ns,
        after.size,
    )


def _packed(record: FileRecord | None) -> bytes | None:
    return None if record is None else _encode(astuple(record))


def _unpacked(stored: bytes | None) -> FileRecord | None:
    return None if stored is None else FileRecord(*_decode(stored))
