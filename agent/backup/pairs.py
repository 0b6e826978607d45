"""What the looks at each pair of places have proved and no later look has disproved: its rows."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from agent.backup.rows import text_of
from agent.state.database import transaction
from wire.recovery_messages import SitePair
from wire.verdicts import Separation


@dataclass(frozen=True, slots=True)
class KnownPair:
    """A pair as it stands. `decided_at`: when all of it was last seen in one look."""

    pair: SitePair
    decided_at: datetime


class Pairs:
    """Guards the rows. `places` says where both are: at another place, nothing is known."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def known(self, a: str, b: str, places: str) -> KnownPair | None:
        row = self._connection.execute(
            "SELECT * FROM pairs WHERE a = ? AND b = ? AND places = ?", (a, b, places)
        ).fetchone()
        if row is None:
            return None
        hard, soft, missing = (tuple(json.loads(row[name])) for name in ("hard", "soft", "missing"))
        pair = SitePair(a, b, Separation(row["verdict"]), hard, soft, missing)
        return KnownPair(pair, datetime.fromisoformat(row["decided_at"]))

    def keep(self, known: KnownPair, places: str) -> None:
        pair = known.pair
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO pairs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    pair.a,
                    pair.b,
                    places,
                    pair.verdict.value,
                    *(json.dumps(codes) for codes in (pair.hard, pair.soft, pair.missing)),
                    text_of(known.decided_at),
                ),
            )
