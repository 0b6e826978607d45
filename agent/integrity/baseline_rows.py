"""The tables of the baselines' database, and what a row of it says."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from agent.integrity.digest import Facts, root_over

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
    """
    ALTER TABLE entries ADD COLUMN attributes BLOB DEFAULT X'';  -- as in the ledger
    ALTER TABLE entries ADD COLUMN content TEXT NOT NULL DEFAULT '';
    ALTER TABLE baselines ADD COLUMN facts BLOB;  -- digest.Facts; NULL: a root over rows alone
    CREATE TABLE standing (
      id INTEGER PRIMARY KEY CHECK (id = 0), body BLOB NOT NULL, seal TEXT NOT NULL
    );
    """,
)
PROPOSED, IN_FORCE, SUPERSEDED = 0, 1, 2  # `approved`; of what was in force the facts stay
COLUMNS = (
    "key, mode, uid, gid, size, mtime_ns, ctime_ns, inode, device, links, sha256, trouble,"
    " attributes, content"
)
INSERT = f"INSERT INTO entries (baseline, {COLUMNS}) VALUES ({','.join('?' * 15)})"  # noqa: S608
PAGE = f"SELECT {COLUMNS} FROM entries WHERE baseline = ? AND key {{}} ? ORDER BY key LIMIT 2000"  # noqa: S608


@dataclass(frozen=True, slots=True)
class StoredBaseline:
    """One approved state, or one about to be approved. Bare ones, of older programs, say less."""

    id: int
    watched: bytes
    made_at: datetime
    files: int
    bytes: int
    unreadable: int
    root: str
    approved: bool  # in force
    facts: Facts | None = None


def stored_baseline(row: sqlite3.Row, key: bytes) -> StoredBaseline | None:
    """What the row says; of one with facts only what the root stands over. None: not ours."""
    if row["facts"] is None:
        return _bare(row)
    body = row["facts"]
    if not isinstance(body, bytes) or root_over(key, body) != row["root"]:
        return None
    facts = msgspec.msgpack.decode(body, type=Facts)
    if not _agrees(row, facts):
        return None
    return StoredBaseline(
        id=row["id"],
        watched=facts.watched,
        made_at=datetime.fromtimestamp(facts.made_at, UTC),
        files=facts.files,
        bytes=facts.bytes,
        unreadable=facts.unreadable,
        root=row["root"],
        approved=row["approved"] == IN_FORCE,
        facts=facts,
    )


def _agrees(row: sqlite3.Row, facts: Facts) -> bool:
    """Older programs read the columns: they must not say anything else."""
    columns = (row["watched"], row["made_at"], row["files"], row["bytes"], row["unreadable"])
    return columns == (facts.watched, facts.made_at, facts.files, facts.bytes, facts.unreadable)


def _bare(row: sqlite3.Row) -> StoredBaseline | None:
    try:
        made_at = datetime.fromtimestamp(row["made_at"], UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return StoredBaseline(
        id=row["id"],
        watched=row["watched"],
        made_at=made_at,
        files=row["files"],
        bytes=row["bytes"],
        unreadable=row["unreadable"],
        root=row["root"],
        approved=row["approved"] == IN_FORCE,
    )
