"""When each pack of each site was last read: the rows of the verification ledger."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from agent.backup.records.losses import PACK, Losses
from agent.backup.records.rows import moment_or_none, text_of
from agent.backup.verification.rotation import Pack
from agent.state.database import transaction


class PackLedger:
    """Guards the rows of one site."""

    def __init__(self, connection: sqlite3.Connection, site: str) -> None:
        self._connection = connection
        self._site = site

    def renew(self, listed: Iterable[str], now: datetime) -> tuple[Pack, ...]:
        """Take in what the site lists now. Packs that are gone are a loss (but see `freed`)."""
        present = set(listed)
        with transaction(self._connection):
            known = {pack.id for pack in self.packs()}
            self._connection.executemany(
                "INSERT INTO packs VALUES (?, ?, ?, NULL, NULL)",
                [(self._site, pack, text_of(now)) for pack in present - known],
            )
            Losses(self._connection, self._site).add(PACK, known - present, now)
            self._connection.executemany(
                "DELETE FROM packs WHERE site = ? AND pack = ?",
                [(self._site, pack) for pack in known - present],
            )
        return self.packs()

    def freed(self, listed: Iterable[str]) -> None:
        """Space was freed, and nothing needed is missing: what is gone is off the ledger."""
        present = set(listed)
        with transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM packs WHERE site = ? AND pack = ?",
                [(self._site, pack.id) for pack in self.packs() if pack.id not in present],
            )

    def replaced(self, packs: Iterable[str]) -> None:
        """We moved them aside ourselves, for they were bad: no loss that nobody knows of."""
        with transaction(self._connection):
            self._connection.executemany(
                "DELETE FROM packs WHERE site = ? AND pack = ?",
                [(self._site, pack) for pack in packs],
            )

    def measured(self, index: str, sizes: Mapping[str, int]) -> None:
        """Take in how large the packs of an index object are; it need not be read again."""
        with transaction(self._connection):
            self._connection.executemany(
                "UPDATE packs SET bytes = ? WHERE site = ? AND pack = ?",
                [(size, self._site, pack) for pack, size in sizes.items()],
            )
            self._connection.execute(
                "INSERT OR IGNORE INTO indexes_read VALUES (?, ?)", (self._site, index)
            )

    def indexes_read(self) -> frozenset[str]:
        rows = self._connection.execute("SELECT id FROM indexes_read WHERE site = ?", (self._site,))
        return frozenset(row["id"] for row in rows)

    def read(self, packs: Iterable[str], now: datetime) -> None:
        with transaction(self._connection):
            self._connection.executemany(
                "UPDATE packs SET read_at = ? WHERE site = ? AND pack = ?",
                [(text_of(now), self._site, pack) for pack in packs],
            )

    def packs(self) -> tuple[Pack, ...]:
        rows = self._connection.execute(
            "SELECT pack, seen_at, read_at, bytes FROM packs WHERE site = ? ORDER BY pack",
            (self._site,),
        )
        return tuple(
            Pack(
                row["pack"],
                datetime.fromisoformat(row["seen_at"]),
                moment_or_none(row["read_at"]),
                row["bytes"],
            )
            for row in rows
        )
