"""The journal of a drill as this host keeps it, with its own names; what leaves is made from it."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from agent.clock import Clock
from agent.config.home import Home
from agent.state.database import open_state, transaction
from agent.state.spoken import SpokenConnection
from recovery.prediction import Run, Volume
from wire.verdicts import Assurance, Cause, DrillVerdict

D0, D1 = "D0", "D1"
CLASSES = (D0, D1)

MIGRATIONS = (
    """
    CREATE TABLE drills (
        drill TEXT PRIMARY KEY, class TEXT NOT NULL, dataset TEXT NOT NULL, site TEXT NOT NULL,
        verdict TEXT NOT NULL, started_at TEXT NOT NULL, nonce TEXT NOT NULL, journal TEXT NOT NULL
    ) STRICT;
    CREATE INDEX drills_in_time ON drills (started_at);
    CREATE TABLE nonces (nonce TEXT PRIMARY KEY, used_at TEXT NOT NULL) STRICT;
    """,
    """
    CREATE TABLE unsealed (drill TEXT PRIMARY KEY, journal TEXT NOT NULL, statement BLOB) STRICT;
    """,
)


class Journal(Struct, frozen=True):
    """One drill: what, where, how it went. `snapshot` is restic's id and never leaves."""

    drill_id: str
    drill_class: str
    dataset: str
    site: str
    verdict: DrillVerdict
    assurance: Assurance
    started_at: datetime
    ended_at: datetime
    objective_s: float
    order_id: str = ""
    nonce: str = ""
    manifest_id: str = ""
    manifest_root: str = ""
    manifest_leaves: int = 0
    manifest_bytes: int = 0
    snapshot: str = ""
    snapshot_at: datetime | None = None
    cause: Cause | None = None
    says: str = ""  # for a person at this host
    files: int = 0
    bytes: int = 0
    mismatches: int = 0
    unproven: int = 0
    phases: dict[str, float] = {}
    rto_s: float | None = None
    predicted_rto_s: float | None = None
    predicted_rto_upper_s: float | None = None

    @property
    def run(self) -> Run | None:
        """What it tells about the speed of recovery; only a whole restore tells anything."""
        if self.drill_class != D1 or self.verdict is not DrillVerdict.PASSED:
            return None
        return Run(Volume(self.files, self.bytes), self.phases)


class Unsealed(Struct, frozen=True):
    """A drill that no statement tells of yet; without `statement` it never ended."""

    journal: Journal
    statement: bytes | None


class Drills:
    """Guards drills.sqlite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def begin(self, journal: Journal) -> None:
        """From now on something must be said of this drill."""
        values = (journal.drill_id, msgspec.json.encode(journal).decode())
        with transaction(self._connection):
            self._connection.execute("INSERT INTO unsealed VALUES (?, ?, NULL)", values)

    def end(self, journal: Journal, statement: bytes) -> None:
        """Keep the journal, and what is to be sealed until it is sealed."""
        text = msgspec.json.encode(journal).decode()
        values = (
            journal.drill_id,
            journal.drill_class,
            journal.dataset,
            journal.site,
            journal.verdict.value,
            _text(journal.started_at),
            journal.nonce,
            text,
        )
        with transaction(self._connection):
            self._connection.execute("INSERT INTO drills VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            self._connection.execute(
                "INSERT OR REPLACE INTO unsealed VALUES (?, ?, ?)",
                (journal.drill_id, text, statement),
            )

    def sealed(self, drill_id: str) -> None:
        with transaction(self._connection):
            self._connection.execute("DELETE FROM unsealed WHERE drill = ?", (drill_id,))

    def unsealed(self) -> tuple[Unsealed, ...]:
        """Drills that were killed before their statement was known to be sealed."""
        rows = self._connection.execute("SELECT journal, statement FROM unsealed ORDER BY rowid")
        return tuple(
            Unsealed(msgspec.json.decode(journal, type=Journal), statement)
            for journal, statement in rows
        )

    def claim_nonce(self, nonce: str, at: datetime) -> bool:
        """Whether the nonce was never used here before; from now on it is."""
        with transaction(self._connection):
            done = self._connection.execute(
                "INSERT OR IGNORE INTO nonces VALUES (?, ?)", (nonce, _text(at))
            )
        return done.rowcount == 1

    def recent(self, most: int) -> tuple[Journal, ...]:
        """Newest first."""
        return self._read("ORDER BY started_at DESC LIMIT ?", (most,))

    def one(self, drill_id: str) -> Journal | None:
        found = self._read("WHERE drill = ?", (drill_id,))
        return found[0] if found else None

    def passed(self, drill_class: str, site: str, most: int) -> tuple[Journal, ...]:
        """The newest drills of a class that passed at a site."""
        return self._read(
            "WHERE class = ? AND site = ? AND verdict = ? ORDER BY started_at DESC LIMIT ?",
            (drill_class, site, DrillVerdict.PASSED.value, most),
        )

    def last_at(self, drill_class: str, dataset: str, site: str) -> datetime | None:
        """When this class was last held there, however it ended."""
        row = self._connection.execute(
            "SELECT max(started_at) FROM drills WHERE class = ? AND dataset = ? AND site = ?",
            (drill_class, dataset, site),
        ).fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None

    def _read(self, condition: str, values: Sequence[object]) -> tuple[Journal, ...]:
        rows = self._connection.execute(
            f"SELECT journal FROM drills {condition}",  # noqa: S608 - our own words
            values,
        )
        return tuple(msgspec.json.decode(row[0], type=Journal) for row in rows)


def open_drills(home: Home, clock: Clock) -> Drills:
    return Drills(open_state(home, "drills", MIGRATIONS, clock, SpokenConnection))


def _text(moment: datetime) -> str:
    """Fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
