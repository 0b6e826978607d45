"""When each job last began, ended and succeeded: what was missed while the host was off."""

import logging
import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.clock import Clock
from agent.config.home import Home
from agent.state.database import open_state, transaction

log = logging.getLogger("lachan.agent")
MIGRATIONS = (
    """
    CREATE TABLE jobs (
        name TEXT PRIMARY KEY,
        began_at TEXT NOT NULL,
        ended_at TEXT,
        succeeded_at TEXT,
        result TEXT NOT NULL,
        runs INTEGER NOT NULL,
        failures INTEGER NOT NULL
    ) STRICT;
    """,
)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """The last run of one job."""

    name: str
    began_at: datetime
    ended_at: datetime | None
    succeeded_at: datetime | None
    result: str  # ok, or a code of what went wrong
    runs: int
    failures: int


class Diary:
    """Shared by the daemon's threads and by `status`."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._guard = threading.RLock()
        self._refused = False

    def began(self, name: str) -> None:
        self._write(
            "INSERT INTO jobs VALUES (?, ?, NULL, NULL, '', 1, 0) ON CONFLICT (name) DO UPDATE"
            " SET began_at = excluded.began_at, ended_at = NULL, result = '', runs = runs + 1",
            (name, self._now()),
        )

    def succeeded(self, name: str) -> None:
        now = self._now()
        self._write(
            "UPDATE jobs SET ended_at = ?, succeeded_at = ?, result = 'ok' WHERE name = ?",
            (now, now, name),
        )

    def failed(self, name: str, reason: str) -> None:
        self._write(
            "UPDATE jobs SET ended_at = ?, result = ?, failures = failures + 1 WHERE name = ?",
            (self._now(), reason, name),
        )

    def record(self, name: str) -> JobRecord | None:
        return next((record for record in self.records() if record.name == name), None)

    def records(self) -> tuple[JobRecord, ...]:
        with self._guard:
            rows = self._connection.execute("SELECT * FROM jobs ORDER BY name").fetchall()
        return tuple(_record(row) for row in rows)

    def close(self) -> None:
        with self._guard:
            self._connection.close()

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        """What cannot be written is missing here, and said once; the work goes on."""
        with self._guard:
            try:
                with transaction(self._connection):
                    self._connection.execute(statement, values)
            except sqlite3.DatabaseError as error:
                if not self._refused:
                    log.warning("the diary of jobs cannot be written: %s", error)
                self._refused = True
            else:
                self._refused = False

    def _now(self) -> str:
        return self._clock.now().astimezone(UTC).isoformat()


def open_diary(home: Home, clock: Clock) -> Diary:
    return Diary(open_state(home, "daemon", MIGRATIONS, clock), clock)


def _record(row: sqlite3.Row) -> JobRecord:
    return JobRecord(
        name=row["name"],
        began_at=datetime.fromisoformat(row["began_at"]),
        ended_at=_moment(row["ended_at"]),
        succeeded_at=_moment(row["succeeded_at"]),
        result=row["result"],
        runs=row["runs"],
        failures=row["failures"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
