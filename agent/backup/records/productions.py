"""What was produced for a dataset: each proved dump or export, on disk."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from agent.backup.databases.sql_text import DumpLook
from agent.backup.records.rows import moment_or_none, text_of
from agent.state.database import transaction
from wire.verdicts import Consistency

_KEPT = 30  # rows of each dataset


@dataclass(frozen=True, slots=True)
class Production:
    """Data that was proved, as it was at `taken_at`; `marker_at` is an export's own word.

    `accepted`: it had collapsed, and a person said that it is meant to be so.
    """

    taken_at: datetime
    consistency: Consistency
    look: DumpLook
    marker_at: datetime | None = None
    accepted: bool = False


class Productions:
    """Guards the table `productions` for one dataset."""

    def __init__(self, connection: sqlite3.Connection, dataset: str) -> None:
        self._connection = connection
        self._dataset = dataset

    def newest_first(self, most: int = _KEPT) -> tuple[Production, ...]:
        rows = self._connection.execute(
            "SELECT taken_at, consistency, bytes, data_bytes, tables, accepted, marker_at "
            "FROM productions WHERE dataset = ? ORDER BY taken_at DESC LIMIT ?",
            (self._dataset, most),
        )
        return tuple(_production(row) for row in rows)

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
            made.accepted,
        )
        with transaction(self._connection):
            self._connection.execute(  # made by a clock that was wrong: it is no newer one
                "DELETE FROM productions WHERE dataset = ? AND taken_at > ?", row[:2]
            )
            self._connection.execute(
                "INSERT OR REPLACE INTO productions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row
            )
            self._connection.execute(
                "DELETE FROM productions WHERE dataset = ? AND taken_at NOT IN (SELECT taken_at "
                "FROM productions WHERE dataset = ? ORDER BY taken_at DESC LIMIT ?)",
                (self._dataset, self._dataset, _KEPT),
            )


def _production(row: sqlite3.Row) -> Production:
    return Production(
        datetime.fromisoformat(row["taken_at"]),
        Consistency(row["consistency"]),
        DumpLook(row["bytes"], row["data_bytes"], row["tables"], whole=True),
        moment_or_none(row["marker_at"]),
        bool(row["accepted"]),
    )
