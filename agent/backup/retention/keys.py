"""Which keys may open a site's repository, and whether others do: their rows, and the look."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.backup.records.rows import text_of
from agent.restic.forgetting import Key
from agent.state.database import transaction

OWN, ACCEPTED = "own", "accepted"
_DIGITS = 8  # of a key's id, which is all that restic tells up to 0.16


@dataclass(frozen=True, slots=True)
class SeenKey:
    """A key that opens the repository. `why`: own, accepted; empty: nobody here knows it."""

    id: str
    why: str
    current: bool

    @property
    def known(self) -> bool:
        return bool(self.why)


class KnownKeys:
    """Guards the rows of one site."""

    def __init__(self, connection: sqlite3.Connection, site: str) -> None:
        self._connection = connection
        self._site = site

    def note(self, key: str, why: str, at: datetime) -> None:
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR IGNORE INTO repository_keys VALUES (?, ?, ?, ?)",
                (self._site, key[:_DIGITS], why, text_of(at)),
            )

    def known(self) -> dict[str, str]:
        rows = self._connection.execute(
            "SELECT key, why FROM repository_keys WHERE site = ?", (self._site,)
        )
        return dict(row for row in map(tuple, rows))

    def look(self, listed: Sequence[Key], at: datetime) -> tuple[SeenKey, ...]:
        """Tell ours from others.

        At the first look the key that our password opens is ours, and no other. Two keys with
        the same short id are not told apart, so both are strangers.
        """
        if not self.known():
            for key in listed:
                if key.current:
                    self.note(key.id, OWN, at)
        known, count = self.known(), Counter(key.id[:_DIGITS] for key in listed)
        return tuple(
            SeenKey(
                key.id,
                known.get(key.id[:_DIGITS], "") if count[key.id[:_DIGITS]] == 1 else "",
                key.current,
            )
            for key in listed
        )
