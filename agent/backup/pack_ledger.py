"""When each pack of each site was last read: the verification ledger. Its rows and its choices."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.backup.losses import PACK, Losses
from agent.backup.rows import moment_or_none, text_of
from agent.state.database import transaction

EVERY_PACK_WITHIN = timedelta(days=30)
NEW_PACKS_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of the repository, and when it was last read whole."""

    id: str
    seen_at: datetime
    read_at: datetime | None

    @property
    def due_at(self) -> datetime:
        if self.read_at is None:
            return self.seen_at + NEW_PACKS_WITHIN
        return self.read_at + EVERY_PACK_WITHIN


class PackLedger:
    """Guards the rows of one site."""

    def __init__(self, connection: sqlite3.Connection, site: str) -> None:
        self._connection = connection
        self._site = site

    def renew(self, listed: Iterable[str], now: datetime) -> tuple[Pack, ...]:
        """Take in what the site lists now. Packs that are gone are a loss: we never prune."""
        present = set(listed)
        with transaction(self._connection):
            known = {pack.id for pack in self.packs()}
            self._connection.executemany(
                "INSERT INTO packs VALUES (?, ?, ?, NULL)",
                [(self._site, pack, text_of(now)) for pack in present - known],
            )
            Losses(self._connection, self._site).add(PACK, known - present, now)
            self._connection.executemany(
                "DELETE FROM packs WHERE site = ? AND pack = ?",
                [(self._site, pack) for pack in known - present],
            )
        return self.packs()

    def read(self, packs: Iterable[str], now: datetime) -> None:
        with transaction(self._connection):
            self._connection.executemany(
                "UPDATE packs SET read_at = ? WHERE site = ? AND pack = ?",
                [(text_of(now), self._site, pack) for pack in packs],
            )

    def packs(self) -> tuple[Pack, ...]:
        rows = self._connection.execute(
            "SELECT pack, seen_at, read_at FROM packs WHERE site = ? ORDER BY pack", (self._site,)
        )
        return tuple(
            Pack(
                row["pack"], datetime.fromisoformat(row["seen_at"]), moment_or_none(row["read_at"])
            )
            for row in rows
        )


def group_of(pack: str, groups: int) -> int:
    """The group, from 1, that restic sorts a pack into: first byte of its id, modulo."""
    return int(pack[:2], 16) % groups + 1


def members(packs: Iterable[Pack], number: int, groups: int) -> tuple[str, ...]:
    return tuple(pack.id for pack in packs if group_of(pack.id, groups) == number)


def groups_due(packs: Sequence[Pack], groups: int, now: datetime) -> tuple[int, ...]:
    """The groups to read now: those with a pack due, most urgent first; else the most urgent one.

    Deterministic: the same ledger and moment give the same groups.
    """
    urgent: dict[int, datetime] = {}
    for pack in packs:
        number = group_of(pack.id, groups)
        urgent[number] = min(urgent.get(number, pack.due_at), pack.due_at)
    order = sorted(urgent, key=lambda number: (urgent[number], number))
    due = [number for number in order if urgent[number] <= now]
    return tuple(due or order[:1])


def oldest_read_at(packs: Sequence[Pack]) -> datetime | None:
    """When the longest unread pack was read; None while any was never read."""
    reads = [pack.read_at for pack in packs if pack.read_at is not None]
    return min(reads) if reads and len(reads) == len(packs) else None


def read_within(packs: Sequence[Pack], span: timedelta, now: datetime) -> int:
    return sum(1 for pack in packs if pack.read_at is not None and now - pack.read_at <= span)
