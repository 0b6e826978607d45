"""How much room each site had at each look: its rows."""

import sqlite3
from datetime import datetime, timedelta

from agent.backup.records.rows import text_of
from agent.state.database import transaction
from recovery.capacity import Measured

KEPT_FOR = timedelta(days=400)


class RoomHistory:
    """Guards the rows of one site."""

    def __init__(self, connection: sqlite3.Connection, site: str) -> None:
        self._connection = connection
        self._site = site

    def add(self, measured: Measured) -> None:
        """What nobody could tell is no measurement, and is kept as none."""
        values = (text_of(measured.at), measured.stored_bytes, measured.free_bytes)
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO room VALUES (?, ?, ?, ?)", (self._site, *values)
            )
            self._connection.execute(
                "DELETE FROM room WHERE site = ? AND looked_at < ?",
                (self._site, text_of(measured.at - KEPT_FOR)),
            )

    def since(self, moment: datetime) -> tuple[Measured, ...]:
        rows = self._connection.execute(
            "SELECT looked_at, stored_bytes, free_bytes FROM room"
            " WHERE site = ? AND looked_at >= ? ORDER BY looked_at",
            (self._site, text_of(moment)),
        )
        return tuple(Measured(datetime.fromisoformat(row[0]), row[1], row[2]) for row in rows)
