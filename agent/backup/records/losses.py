"""What a site held once and holds no more: it stands against the site until a person accepts it."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from agent.backup.records.rows import text_of
from agent.state.database import transaction
from wire.verdicts import Cause

POINT, PACK = "point", "pack"
# No reading of what is there now can disprove these: only a person can say that they are known.
FOR_A_PERSON = (Cause.SNAPSHOTS_VANISHED, Cause.CONTENT_DIFFERS)


class Losses:
    """Guards the rows of one site. Rows are never deleted: they say what was accepted, and when."""

    def __init__(self, connection: sqlite3.Connection, site: str) -> None:
        self._connection = connection
        self._site = site

    def points_vanished(self, snapshots: Iterable[str], at: datetime) -> None:
        """They were looked for and are gone: no record counts on them from here on."""
        gone = tuple(snapshots)
        with transaction(self._connection):
            self.add(POINT, gone, at)
            self._connection.executemany(
                "DELETE FROM points WHERE site = ? AND snapshot = ?",
                [(self._site, snapshot) for snapshot in gone],
            )

    def add(self, kind: str, ids: Iterable[str], at: datetime) -> None:
        """Inside a transaction. What was lost, accepted and lost again is a loss again."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO losses VALUES (?, ?, ?, ?, NULL)",
            [(self._site, kind, one, text_of(at)) for one in ids],
        )

    def standing(self, kind: str = "") -> int:
        """How many are lost and not accepted, of one kind or of all."""
        row = self._connection.execute(
            "SELECT count(*) FROM losses "
            "WHERE site = ? AND accepted_at IS NULL AND (? = '' OR kind = ?)",
            (self._site, kind, kind),
        ).fetchone()
        return int(row[0])

    def accept(self, at: datetime) -> int:
        """A person knows of everything that is lost or differs here; return how much it was."""
        with transaction(self._connection):
            accepted = self._connection.execute(
                "UPDATE losses SET accepted_at = ? WHERE site = ? AND accepted_at IS NULL",
                (text_of(at), self._site),
            ).rowcount
            marks = self._connection.execute(
                "DELETE FROM damages WHERE site = ? AND cause IN (?, ?)",
                (self._site, *FOR_A_PERSON),
            ).rowcount
        return accepted or marks
