"""What the looks at each pair of places have proved and no later look has disproved: its rows.

A place is known by its repository, so that another name, address or way to the same repository
does not shake off what was proved; a site whose repository nobody has opened yet by its name.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from agent.backup.records.rows import text_of
from agent.state.database import transaction
from wire.recovery_messages import SitePair
from wire.verdicts import Separation


@dataclass(frozen=True, slots=True)
class KnownPair:
    """A pair as it stands. `decided_at`: when all of it was last seen in one look."""

    pair: SitePair
    decided_at: datetime
    places: str = ""  # where both were then, as the configuration said it


class Pairs:
    """Guards the rows. A pair is asked for by the identities of its two places."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def known(self, a: str, b: str) -> KnownPair | None:
        row = self._connection.execute(
            "SELECT * FROM known_pairs WHERE a = ? AND b = ?", (min(a, b), max(a, b))
        ).fetchone()
        if row is None:
            return None
        hard, soft, missing = (tuple(json.loads(row[name])) for name in ("hard", "soft", "missing"))
        pair = SitePair(row["a"], row["b"], Separation(row["verdict"]), hard, soft, missing)
        return KnownPair(pair, datetime.fromisoformat(row["decided_at"]), row["places"])

    def keep(self, a: str, b: str, known: KnownPair) -> None:
        pair = known.pair
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO known_pairs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    min(a, b),
                    max(a, b),
                    pair.verdict.value,
                    *(json.dumps(codes) for codes in (pair.hard, pair.soft, pair.missing)),
                    text_of(known.decided_at),
                    known.places,
                ),
            )

    def forget(self, identity: str) -> int:
        """A person says that this place is another one now; how many pairs that concerns."""
        with transaction(self._connection):
            return self._connection.execute(
                "DELETE FROM known_pairs WHERE ? IN (a, b)", (identity,)
            ).rowcount
