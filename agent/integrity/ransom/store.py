"""Suspicions, what was done about them, and our canaries, on disk: suspicion.sqlite."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from agent.clock import Clock
from agent.config.home import Home
from agent.integrity.ransom.canary import Canary
from agent.integrity.ransom.sign import Sign
from agent.integrity.ransom.suspicion import Suspicion
from agent.state.database import open_state, transaction

PURPOSE = "suspicion"
MIGRATIONS = (
    """
    CREATE TABLE suspicions (
      id TEXT PRIMARY KEY, watched BLOB NOT NULL, at_ns INTEGER NOT NULL,
      suspicion BLOB NOT NULL, version INTEGER NOT NULL,
      answer BLOB NOT NULL, answered INTEGER NOT NULL DEFAULT 0,  -- the version it answers
      dismissed_at_ns INTEGER, dismissed_by TEXT NOT NULL DEFAULT '',
      dismissed_why TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE canaries (
      path BLOB PRIMARY KEY, watched BLOB NOT NULL, sha256 BLOB NOT NULL,
      made_at_ns INTEGER NOT NULL, dropped_at_ns INTEGER  -- ours no more
    );
    """,
    "CREATE TABLE signs (watched BLOB PRIMARY KEY, signs BLOB NOT NULL);",
)
_encode = msgspec.msgpack.Encoder().encode
_NANOSECONDS = 1_000_000_000


class Answer(Struct, frozen=True):
    """What was done about a suspicion so far."""

    hold: str = ""  # the hold that it placed; empty: none was needed, or not yet
    held: bool | None = None  # whether retention is held; None: not known yet
    clean_known: bool = False  # whether the backups were asked
    last_clean_at: datetime | None = None
    playbook: str = ""
    run_id: str = ""
    playbook_refused: str = ""  # why none was begun: a code


class Kept(Struct, frozen=True):
    """A suspicion with all that is known of it on this host."""

    suspicion: Suspicion
    version: int
    answer: Answer
    answered: int
    dismissed_at: datetime | None = None
    dismissed_by: str = ""  # uid:…
    dismissed_why: str = ""  # never leaves this host

    @property
    def open(self) -> bool:
        return self.dismissed_at is None

    @property
    def waits(self) -> bool:
        """Whether something must still be done about it, or told again."""
        return self.open and self.answered < self.version


_suspicion = msgspec.msgpack.Decoder(Suspicion).decode
_answer = msgspec.msgpack.Decoder(Answer).decode
_signs = msgspec.msgpack.Decoder(tuple[Sign, ...]).decode


class SuspicionStore:
    """Guards the rows; a suspicion is never deleted."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, suspicion: Suspicion) -> Kept:
        """A new one, or what is known of it now."""
        row = (suspicion.id, suspicion.watched, _ns(suspicion.at), _encode(suspicion))
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO suspicions (id, watched, at_ns, suspicion, version, answer)"
                " VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET"
                " suspicion = excluded.suspicion, version = version + 1",
                (*row, _encode(Answer())),
            )
        return self.of(suspicion.id) or Kept(suspicion, 1, Answer(), 0)

    def keep_answer(self, suspicion_id: str, answer: Answer) -> None:
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE suspicions SET answer = ? WHERE id = ?", (_encode(answer), suspicion_id)
            )

    def answered(self, kept: Kept) -> None:
        """Everything was done about what is known in this version."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE suspicions SET answered = ? WHERE id = ?",
                (kept.version, kept.suspicion.id),
            )

    def dismiss(self, suspicion_id: str, person: str, why: str, at: datetime) -> bool:
        """Whether it was open."""
        with transaction(self._connection):
            done = self._connection.execute(
                "UPDATE suspicions SET dismissed_at_ns = ?, dismissed_by = ?, dismissed_why = ?"
                " WHERE id = ? AND dismissed_at_ns IS NULL",
                (_ns(at), person, why, suspicion_id),
            )
            self._connection.execute(
                "DELETE FROM signs WHERE watched ="
                " (SELECT watched FROM suspicions WHERE id = ? AND dismissed_at_ns = ?)",
                (suspicion_id, _ns(at)),
            )
        return done.rowcount > 0

    def of(self, suspicion_id: str) -> Kept | None:
        return next(self._select("WHERE id = ?", suspicion_id), None)

    def all(self, most: int) -> tuple[Kept, ...]:
        """Newest first."""
        return tuple(self._select("ORDER BY at_ns DESC LIMIT ?", most))

    def open(self) -> tuple[Kept, ...]:
        """Those that nobody has dismissed, newest first."""
        return tuple(self._select("WHERE dismissed_at_ns IS NULL ORDER BY at_ns DESC"))

    def keep_signs(self, watched: bytes, signs: Sequence[Sign]) -> None:
        """Of the last day: a slow attack goes on to be counted after a restart."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO signs VALUES (?, ?)", (watched, _encode(signs))
            )

    def signs(self, watched: bytes) -> tuple[Sign, ...]:
        row = self._connection.execute(
            "SELECT signs FROM signs WHERE watched = ?", (watched,)
        ).fetchone()
        return () if row is None else _signs(row[0])

    def canaries(self, watched: bytes = b"") -> tuple[Canary, ...]:
        """Those that should lie there; without a path, everywhere."""
        return tuple(one for one in self.canaries_ever(watched) if not one.dropped)

    def canaries_ever(self, watched: bytes = b"") -> tuple[Canary, ...]:
        """Those that are gone, too: what became of them is our own doing."""
        rows = self._connection.execute(
            "SELECT path, watched, sha256, dropped_at_ns IS NOT NULL FROM canaries"
            " WHERE ? IN (x'', watched) ORDER BY path",
            (watched,),
        )
        return tuple(Canary(row[0], row[1], row[2], bool(row[3])) for row in rows)

    def add_canary(self, canary: Canary, at: datetime) -> None:
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO canaries VALUES (?, ?, ?, ?, NULL)",
                (canary.path, canary.watched, canary.sha256, _ns(at)),
            )

    def drop_canary(self, path: bytes, at: datetime) -> None:
        """From now on nobody is alarmed by it."""
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE canaries SET dropped_at_ns = ? WHERE path = ?", (_ns(at), path)
            )

    def _select(self, condition: str, *parameters: str | int) -> Iterator[Kept]:
        rows = self._connection.execute(
            f"SELECT * FROM suspicions {condition}",  # noqa: S608 - our own constants
            parameters,
        )
        return map(_kept, rows.fetchall())


@contextlib.contextmanager
def open_suspicions(home: Home, clock: Clock) -> Iterator[SuspicionStore]:
    with contextlib.closing(open_state(home, PURPOSE, MIGRATIONS, clock)) as connection:
        yield SuspicionStore(connection)


def new_ids(entropy: Callable[[int], bytes]) -> Callable[[], str]:
    return lambda: f"suspicion-{entropy(6).hex()}"


def _kept(row: sqlite3.Row) -> Kept:
    dismissed = row["dismissed_at_ns"]
    return Kept(
        suspicion=_suspicion(row["suspicion"]),
        version=row["version"],
        answer=_answer(row["answer"]),
        answered=row["answered"],
        dismissed_at=None if dismissed is None else _moment(dismissed),
        dismissed_by=row["dismissed_by"],
        dismissed_why=row["dismissed_why"],
    )


def _ns(at: datetime) -> int:
    return int(at.timestamp() * 1000) * (_NANOSECONDS // 1000)


def _moment(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns / _NANOSECONDS, UTC)
