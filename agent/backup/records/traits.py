"""What each place looked like when it was last probed: a change of it asks for another look."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from agent.backup.records.rows import text_of
from agent.state.database import transaction

Traits = Mapping[str, str]


class KnownTraits:
    """Guards the rows. The values stay on this host."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def known(self, site: str) -> Traits:
        row = self._connection.execute(
            "SELECT traits FROM site_traits WHERE site = ?", (site,)
        ).fetchone()
        return {} if row is None else {str(key): str(value) for key, value in _pairs(row[0])}

    def seen_at(self, site: str) -> datetime | None:
        row = self._connection.execute(
            "SELECT seen_at FROM site_traits WHERE site = ?", (site,)
        ).fetchone()
        return None if row is None else datetime.fromisoformat(row[0])

    def keep(self, site: str, traits: Traits, at: datetime) -> None:
        """What could not be seen this time stays as it was seen last."""
        with transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO site_traits VALUES (?, ?, ?)",
                (site, json.dumps({**self.known(site), **traits}), text_of(at)),
            )


def _pairs(text: str) -> list[tuple[object, object]]:
    return list(json.loads(text).items())
