"""Who said that nothing old may go, and which two people said that it may again: the rows."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.backup.records.rows import moment_or_none, text_of
from agent.state.database import transaction

WISH_COUNTS_FOR = timedelta(hours=24)
LEAVE_COUNTS_FOR = timedelta(hours=24)
ALL = ""  # scope of a release: every hold; else the site where room may be made once
_ID_BYTES = 6


@dataclass(frozen=True, slots=True)
class Hold:
    """`placed_by` is a person (`uid:1001`), an order or a suspicion; the reason stays here."""

    id: str
    placed_at: datetime
    placed_by: str
    reason: str
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """One person has asked for a release."""

    scope: str
    person: str
    wished_at: datetime


class Holds:
    """Guards the rows; nothing is ever deleted but wishes that have come true or grown old."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def place(self, by: str, reason: str, at: datetime, entropy: Callable[[int], bytes]) -> Hold:
        """At once, by anyone; wishes for a release from before are void."""
        hold = Hold(f"hold-{entropy(_ID_BYTES).hex()}", at, by, reason)
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO holds VALUES (?, ?, ?, ?, NULL)",
                (hold.id, text_of(at), by, reason),
            )
            self._connection.execute("DELETE FROM release_wishes")
        return hold

    def standing(self) -> tuple[Hold, ...]:
        """Those that nobody has released, oldest first."""
        return tuple(hold for hold in self.all() if hold.released_at is None)

    def all(self) -> tuple[Hold, ...]:
        rows = self._connection.execute("SELECT * FROM holds ORDER BY placed_at, hold")
        return tuple(
            Hold(
                row["hold"],
                datetime.fromisoformat(row["placed_at"]),
                row["placed_by"],
                row["reason"],
                moment_or_none(row["released_at"]),
            )
            for row in rows
        )

    def wishes(self, scope: str, now: datetime) -> tuple[Wish, ...]:
        """Of people who asked a short while ago; one dated ahead does not count."""
        rows = self._connection.execute(
            "SELECT * FROM release_wishes WHERE scope = ? ORDER BY wished_at", (scope,)
        )
        found = [
            Wish(row["scope"], row["person"], datetime.fromisoformat(row["wished_at"]))
            for row in rows
        ]
        return tuple(
            wish for wish in found if timedelta(0) <= now - wish.wished_at <= WISH_COUNTS_FOR
        )

    def wish(self, scope: str, person: str, now: datetime) -> tuple[str, ...]:
        """Ask for a release; the second person's wish makes it true.

        Returns:
            The people who agreed once there are two; empty while a second one is needed.
        """
        with transaction(self._connection):
            people = {wish.person for wish in self.wishes(scope, now)} | {person}
            if len(people) > 1:
                self._grant(scope, now)
                return tuple(sorted(people))
            self._connection.execute(
                "INSERT OR REPLACE INTO release_wishes VALUES (?, ?, ?)",
                (scope, person, text_of(now)),
            )
        return ()

    def _grant(self, scope: str, now: datetime) -> None:
        if scope == ALL:
            self._connection.execute(
                "UPDATE holds SET released_at = ? WHERE released_at IS NULL", (text_of(now),)
            )
        else:
            self._connection.execute(
                "INSERT OR REPLACE INTO room_leave VALUES (?, ?, NULL)", (scope, text_of(now))
            )
        self._connection.execute("DELETE FROM release_wishes WHERE scope = ?", (scope,))

    def leave_to_make_room(self, site: str, now: datetime) -> bool:
        """Whether two people allowed one removal at this site although points are held."""
        since = text_of(now - LEAVE_COUNTS_FOR)
        row = self._connection.execute(
            "SELECT 1 FROM room_leave WHERE site = ? AND used_at IS NULL"
            " AND granted_at BETWEEN ? AND ?",
            (site, since, text_of(now)),
        ).fetchone()
        return row is not None

    def use_leave(self, site: str, now: datetime) -> None:
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE room_leave SET used_at = ? WHERE site = ? AND used_at IS NULL",
                (text_of(now), site),
            )
