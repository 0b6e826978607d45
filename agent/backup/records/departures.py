"""What retention took, and is taking: its rows. What it took is no loss; all else still is."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from agent.backup.records.rows import moment_or_none, text_of
from agent.state.database import transaction

HERE = ""  # this host's own retention; else the id of the maintenance host's key


class Departures:
    """Guards the rows of one site. A departure is written before the removal, proved after it."""

    def __init__(self, connection: sqlite3.Connection, site: str) -> None:
        self._connection = connection
        self._site = site

    def decide(self, snapshots: Iterable[str], at: datetime, by: str = HERE) -> None:
        """From now on it is no loss when these are gone."""
        with transaction(self._connection):
            self._connection.executemany(
                "INSERT OR IGNORE INTO departures VALUES (?, ?, ?, NULL, ?)",
                [(self._site, snapshot, text_of(at), by) for snapshot in snapshots],
            )

    def withdraw(self) -> None:
        """What this host decided and did not come to remove stays: its loss is one again."""
        self._write("DELETE FROM departures WHERE site = ? AND gone_at IS NULL AND decided_by = ''")

    def explain(self, missing: Iterable[str], at: datetime) -> tuple[str, ...]:
        """Take note of what is gone by decision; return the rest, which nobody decided."""
        gone = tuple(missing)
        with transaction(self._connection):
            decided = {row[0] for row in self._rows("SELECT snapshot FROM departures")}
            known = [(text_of(at), self._site, one) for one in gone if one in decided]
            self._connection.executemany(
                "UPDATE departures SET gone_at = coalesce(gone_at, ?)"
                " WHERE site = ? AND snapshot = ?",
                known,
            )
            self._connection.executemany(
                "DELETE FROM points WHERE site = ? AND snapshot = ?", [one[1:] for one in known]
            )
        return tuple(one for one in gone if one not in decided)

    def all(self) -> frozenset[str]:
        """Everything that was ever decided for this site and not withdrawn."""
        return frozenset(row[0] for row in self._rows("SELECT snapshot FROM departures"))

    def undone(self) -> frozenset[str]:
        """Decided here, and not seen to be gone."""
        rows = self._rows("SELECT snapshot, gone_at, decided_by FROM departures")
        return frozenset(row[0] for row in rows if row[1] is None and row[2] == HERE)

    def newest_gone_at(self) -> datetime | None:
        return self._moment("SELECT max(gone_at) FROM departures")

    def prune_begun(self, at: datetime) -> None:
        """Packs that nothing needs are about to vanish."""
        self._write("INSERT OR IGNORE INTO prunings VALUES (?, ?, NULL)", text_of(at))

    def prune_settled(self, at: datetime) -> None:
        """What vanished was looked at: nothing that is needed was among it."""
        self._connection.execute(
            "UPDATE prunings SET settled_at = ? WHERE site = ? AND settled_at IS NULL",
            (text_of(at), self._site),
        )

    def prune_open_since(self) -> datetime | None:
        """When it began that packs may vanish; None: no pack may vanish now."""
        return self._moment("SELECT max(begun_at) FROM prunings", "AND settled_at IS NULL")

    def pruned_at(self) -> datetime | None:
        """When space was last freed, and nothing needed was missing afterwards."""
        return self._moment("SELECT max(begun_at) FROM prunings", "AND settled_at IS NOT NULL")

    def note_read(self, snapshot: str, at: datetime, problem: str = "") -> None:
        """A maintenance host's note was read; `problem`: why it is not believed, as a code."""
        self._write(
            "INSERT OR IGNORE INTO notes_read VALUES (?, ?, ?, ?)", snapshot, text_of(at), problem
        )

    def notes_read(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._rows("SELECT snapshot FROM notes_read"))

    def notes_refused(self) -> int:
        """How many notes were read here and not believed."""
        rows = self._rows("SELECT problem FROM notes_read")
        return sum(1 for row in rows if row[0])

    def _rows(self, statement: str) -> list[sqlite3.Row]:
        return self._connection.execute(f"{statement} WHERE site = ?", (self._site,)).fetchall()

    def _moment(self, statement: str, condition: str = "") -> datetime | None:
        row = self._connection.execute(
            f"{statement} WHERE site = ? {condition}", (self._site,)
        ).fetchone()
        return moment_or_none(row[0])

    def _write(self, statement: str, *values: object) -> None:
        with transaction(self._connection):
            self._connection.execute(statement, (self._site, *values))
