"""When each snapshot of a site was first seen, and how the looks follow each other: their rows."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from agent.backup.records.rows import moment_or_none, text_of, text_or_none
from agent.state.database import transaction
from recovery.arrivals import arrived_as_dated, steady_since


class Arrivals:
    """Guards the rows of one site."""

    def __init__(self, connection: sqlite3.Connection, site: str) -> None:
        self._connection = connection
        self._site = site

    def see(self, listed: Mapping[str, datetime], now: datetime) -> frozenset[str]:
        """Take in what is listed now, with its dates; return the ids whose date is believed."""
        before = self.looks()
        looked_before = before[0] if before else None
        with transaction(self._connection):
            seen = {row[0] for row in self._rows("SELECT snapshot FROM arrivals WHERE site = ?")}
            self._connection.executemany(
                "INSERT INTO arrivals VALUES (?, ?, ?, ?)",
                [
                    (self._site, one, text_of(now), arrived_as_dated(at, now, looked_before))
                    for one, at in listed.items()
                    if one not in seen
                ],
            )
            self._connection.executemany(
                "DELETE FROM arrivals WHERE site = ? AND snapshot = ?",
                [(self._site, one) for one in seen - listed.keys()],
            )
            self._connection.execute(
                "INSERT INTO retention_looks VALUES (?, ?, ?, NULL) ON CONFLICT (site) DO UPDATE"
                " SET looked_at = excluded.looked_at, steady_since = excluded.steady_since",
                (self._site, text_of(now), text_of(steady_since(before, now))),
            )
        believed = self._rows("SELECT snapshot FROM arrivals WHERE site = ? AND believed = 1")
        return frozenset(row[0] for row in believed)

    def looks(self) -> tuple[datetime, datetime] | None:
        """The last look, and since when the clock was steady then; None: there was none."""
        rows = self._rows("SELECT looked_at, steady_since FROM retention_looks WHERE site = ?")
        if not rows:
            return None
        return datetime.fromisoformat(rows[0][0]), datetime.fromisoformat(rows[0][1])

    def foreign_lock_seen(self, at: datetime) -> None:
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE retention_looks SET foreign_lock_at = ? WHERE site = ?",
                (text_or_none(at), self._site),
            )

    def foreign_lock_at(self) -> datetime | None:
        rows = self._rows("SELECT foreign_lock_at FROM retention_looks WHERE site = ?")
        return moment_or_none(rows[0][0]) if rows else None

    def _rows(self, statement: str) -> list[sqlite3.Row]:
        return self._connection.execute(statement, (self._site,)).fetchall()
