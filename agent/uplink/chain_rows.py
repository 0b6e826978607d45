"""The shape of the outbox: its tables, and one sealed envelope as it lies there."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE envelopes (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        incarnation TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        kind TEXT NOT NULL,
        raw BLOB NOT NULL,
        link TEXT NOT NULL,
        sealed_at TEXT NOT NULL,
        acknowledged_at TEXT,
        log_index INTEGER,
        resealed_at TEXT,
        UNIQUE (incarnation, sequence)
    ) STRICT;
    CREATE INDEX waiting ON envelopes (position)
        WHERE acknowledged_at IS NULL AND resealed_at IS NULL;
    """,
)
UNKNOWN = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One sealed envelope."""

    incarnation: str
    sequence: int
    kind: str
    raw: bytes
    sealed_at: datetime
    log_index: int | None
    position: int  # among all incarnations


def waiting_of(row: sqlite3.Row) -> Waiting:
    return Waiting(
        incarnation=row["incarnation"],
        sequence=row["sequence"],
        kind=row["kind"],
        raw=row["raw"],
        sealed_at=moment_of(row["sealed_at"]),
        log_index=row["log_index"],
        position=row["position"],
    )


def text_of(moment: datetime) -> str:
    """Sorts as it counts."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(text: str) -> datetime:
    """What was changed on disk is no moment, and must not keep the rest from being sent."""
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return UNKNOWN
