"""Earlier contents of small text files, without their secrets: what `integrity diff` compares with.

A database of its own, 0600, that holds no secret of a file: texts are masked before they come
here. It may be deleted; then the next change has nothing to be compared with but a backup.
"""

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.clock import Clock
from agent.config.home import Home
from agent.files.names import key_of
from agent.integrity.diff.errors import TextsWriteError
from agent.state.database import open_state, transaction

KEPT_OF_A_FILE = 6  # besides the approved one
MOST_BYTES = 64 << 20  # of all texts, compressed
GONE_AFTER = timedelta(days=90)  # without a new version; the approved ones stay
MIGRATIONS = (
    """
    CREATE TABLE texts (
      id INTEGER PRIMARY KEY, key BLOB NOT NULL, seen_us INTEGER NOT NULL,
      sha256 BLOB NOT NULL, approved INTEGER NOT NULL, text BLOB NOT NULL
    );
    CREATE INDEX texts_of ON texts (key, id);
    """,
)
_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Version:
    """One content that a file has had, masked."""

    id: int
    seen_at: datetime  # when it was first read
    sha256: bytes  # of the file itself
    approved: bool
    text: str


class TextStore:
    """Reads and writes versions; `text` always comes masked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is kept inside the block is one transaction: each one waits for the disk."""
        with _writing(self._connection):
            yield

    def newest_sha256(self, path: bytes) -> bytes | None:
        """What the newest kept version of a file was."""
        query = "SELECT sha256 FROM texts WHERE key = ? ORDER BY id DESC LIMIT 1"
        row = self._connection.execute(query, (key_of(path),)).fetchone()
        return None if row is None else bytes(row["sha256"])

    def keep(self, path: bytes, sha256: bytes, text: str, at: datetime) -> None:
        """Remember a content, unless it is the newest one already."""
        if self.newest_sha256(path) == sha256:
            return
        key, seen_us = key_of(path), round(at.timestamp() * _US)
        packed = zlib.compress(text.encode("utf-8", "surrogateescape"))
        with _writing(self._connection):
            self._connection.execute(
                "INSERT INTO texts (key, seen_us, sha256, approved, text) VALUES (?, ?, ?, 0, ?)",
                (key, seen_us, sha256, packed),
            )
            self._connection.execute(
                "DELETE FROM texts WHERE key = ? AND approved = 0 AND id NOT IN"
                " (SELECT id FROM texts WHERE key = ? AND approved = 0 ORDER BY id DESC LIMIT ?)",
                (key, key, KEPT_OF_A_FILE),
            )

    def approve(self, path: bytes, sha256: bytes) -> None:
        """This content is approved now, and none that was before."""
        key = key_of(path)
        with _writing(self._connection):
            self._connection.execute(
                "UPDATE texts SET approved = coalesce(id = (SELECT max(id) FROM texts"
                " WHERE key = ? AND sha256 = ?), 0) WHERE key = ?",
                (key, sha256, key),
            )

    def versions(self, path: bytes) -> tuple[Version, ...]:
        """Everything that is kept of a file, newest first."""
        rows = self._connection.execute(
            "SELECT * FROM texts WHERE key = ? ORDER BY id DESC", (key_of(path),)
        )
        return tuple(map(_version, rows))

    def tidy(self, now: datetime) -> None:
        """Let go what is old, then as much as is too much: the oldest that are not approved."""
        oldest_us = round((now - GONE_AFTER).timestamp() * _US)
        with _writing(self._connection):
            self._connection.execute(
                "DELETE FROM texts WHERE approved = 0 AND seen_us < ?", (oldest_us,)
            )
            self._connection.execute(
                "DELETE FROM texts WHERE id IN (SELECT id FROM (SELECT id, sum(length(text)) OVER"
                " (ORDER BY approved DESC, id DESC) AS upto FROM texts) WHERE upto > ?)",
                (MOST_BYTES,),
            )


@contextlib.contextmanager
def open_texts(home: Home, clock: Clock) -> Iterator[TextStore]:
    with contextlib.closing(open_state(home, "texts", MIGRATIONS, clock)) as connection:
        yield TextStore(connection)


def _version(row: sqlite3.Row) -> Version:
    return Version(
        id=row["id"],
        seen_at=datetime.fromtimestamp(row["seen_us"] / _US, UTC),
        sha256=row["sha256"],
        approved=bool(row["approved"]),
        text=zlib.decompress(row["text"]).decode("utf-8", "surrogateescape"),
    )


@contextlib.contextmanager
def _writing(connection: sqlite3.Connection) -> Iterator[None]:
    if connection.in_transaction:
        yield
        return
    try:
        with transaction(connection):
            yield
    except sqlite3.OperationalError as error:
        raise TextsWriteError(reason=str(error)) from error
