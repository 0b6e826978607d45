"""What was produced for a dataset: each proved dump or export, on disk."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from agent.backup.databases.sql_text import DumpLook
from agent.backup.records.rows import text_of
from agent.state.database import transaction
from wire.verdicts import Consistency

_KEPT = 30  # rows of each dataset


@dataclass(frozen=True, slots=True)
class Production:
    """Data that was proved, as it was at `taken_at`; `marker_at` is an export's own word."""

    taken_at: datetime
    consistency: Consistency
    look: DumpLook
    marker_at: datetime | None = None


class Productions:
    """Guards the table `productions` for one dataset."""

    def __init__(self, connection: sqlite3.Connection, dataset: str) -> None:
        self._connection = connection
        self._dataset = dataset

    def newest_first(self, most: int = _KEPT) -> tuple[Production, ...]:
        rows = self._connection.execute(
            "SELECT taken_at, consistency, bytes, data_bytes, tables, marker_at FROM productions "
            "WHERE dataset = ? ORDER BY taken_at DESC LIMIT ?",
            (self._dataset, most),
        )
        return tuple(_production(*row) for row in rows)

    def add(self, made: Production) -> None:
        look = made.look
        row = (
            self._dataset,
            text_of(made.taken_at),
            made.consistency.value,
            look.bytes,
            look.data_bytes,
            look.tables,
            text_of(made.marker_at) if made.marker_at else None,
        )
        with transaction(self._connection):
            self._connection.execute(  # made by a clock that was wrong: it is no newer one
                "DELETE FROM productions WHERE dataset = ? AND taken_at > ?", row[:2]
            )
            self._connection.execute(
                "INSERT OR REPLACE INTO productions VALUES (?, ?, ?, ?, ?, ?, ?)", row
            )
            self._connection.execute(
                "DELETE FROM productions WHERE dataset = ? AND taken_at NOT IN (SELECT taken_at "
                "FROM productions WHERE dataset = ? ORDER BY taken_at DESC LIMIT ?)",
                (self._dataset, self._dataset, _KEPT),
            )


def _production(
    taken_at: str, consistency: str, size: int, data: int, tables: int, *marker_at: str | None
) -> Production:
    look = DumpLook(size, data, tables, whole=True)
    marker = datetime.fromisoformat(marker_at[0]) if marker_at[0] else None
    return Production(datetime.fromisoformat(taken_at), Consistency(consistency), look, marker)
