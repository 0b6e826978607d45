"""What is known of suspicions from elsewhere: from sealed statements, and from an older program."""

import sqlite3
from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from agent.integrity.ransom.file import Elsewhere
from agent.integrity.ransom.kept import Answer, Kept, Laid, kept_of, moment_of, name_of
from agent.integrity.ransom.rows import CANARY, SIGNS, Name, Rows, encode
from agent.integrity.ransom.suspicion import Suspicion

Told = Callable[[], Iterable[Kept]]  # what was sealed of suspicions, the newest first


def elsewhere_of(told: Told) -> Elsewhere:
    return Elsewhere(
        adopted=lambda connection: _adopted(connection, told),
        fit=lambda rows: _fit(rows, told),
        mended=lambda rows: _mended(rows, told),
    )


def _fit(rows: Rows, told: Told) -> bool:
    """Whether the suspicion that was told last is known, and dismissed where that was told."""
    newest = next(iter(told()), None)
    if newest is None:
        return True
    kept = kept_of(rows, newest.suspicion.id)
    return kept is not None and (newest.open or not kept.open)


def _mended(rows: Rows, told: Told) -> Rows:
    after = dict(rows)
    for one in told():
        kept = kept_of(rows, one.suspicion.id)
        if kept is None:
            after[name_of(one.suspicion.id)] = encode(one)
        elif kept.open and not one.open:
            said = replace(kept, dismissed_at=one.dismissed_at, dismissed_by=one.dismissed_by)
            after[name_of(one.suspicion.id)] = encode(said)
    return after


def _adopted(connection: sqlite3.Connection, told: Told) -> Rows:
    """What an older program has kept without seals; a dismissal counts only where it was told."""
    rows: dict[Name, bytes] = {}
    known = {one.suspicion.id: one for one in told()}
    for row in connection.execute("SELECT * FROM suspicions"):
        kept = _former(row)
        if kept.suspicion.id in known and known[kept.suspicion.id].open:
            kept = replace(kept, dismissed_at=None, dismissed_by="", dismissed_why="")
        rows[name_of(kept.suspicion.id)] = encode(kept)
    for row in connection.execute("SELECT * FROM canaries"):
        laid = Laid(row["watched"], row["sha256"], row["made_at_ns"], row["dropped_at_ns"])
        rows[CANARY, row["path"]] = encode(laid)
    for row in connection.execute("SELECT * FROM signs"):
        rows[SIGNS, row["watched"]] = row["signs"]
    return rows


def _former(row: sqlite3.Row) -> Kept:
    dismissed = row["dismissed_at_ns"]
    return Kept(
        suspicion=msgspec.msgpack.decode(row["suspicion"], type=Suspicion),
        version=row["version"],
        answer=msgspec.msgpack.decode(row["answer"], type=Answer),
        answered=row["answered"],
        dismissed_at=None if dismissed is None else moment_of(dismissed),
        dismissed_by=row["dismissed_by"],
        dismissed_why=row["dismissed_why"],
    )
