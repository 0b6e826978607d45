"""What was said by mail, on disk: a restart neither forgets a cause nor tells it again."""

import sqlite3
from datetime import datetime

import msgspec

from agent.clock import Clock
from agent.config.home import Home
from agent.notify.decide import Told
from agent.notify.retry import Post
from agent.state.database import open_state, transaction
from agent.state.spoken import SpokenConnection

MIGRATIONS = (
    """
    CREATE TABLE told (name TEXT PRIMARY KEY, told TEXT NOT NULL) STRICT;
    CREATE TABLE post (only INTEGER PRIMARY KEY CHECK (only = 1), post TEXT NOT NULL) STRICT;
    CREATE TABLE known (name TEXT PRIMARY KEY, since TEXT NOT NULL) STRICT;
    """,
)


class MailMemory:
    """Guards notify.sqlite."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def told(self) -> dict[str, Told]:
        rows = self._connection.execute("SELECT name, told FROM told").fetchall()
        return {row["name"]: msgspec.json.decode(row["told"], type=Told) for row in rows}

    def keep_told(self, told: dict[str, Told]) -> None:
        rows = [(name, msgspec.json.encode(each).decode()) for name, each in told.items()]
        with transaction(self._connection):
            self._connection.execute("DELETE FROM told")
            self._connection.executemany("INSERT INTO told VALUES (?, ?)", rows)

    def post(self) -> Post:
        row = self._connection.execute("SELECT post FROM post").fetchone()
        return Post() if row is None else msgspec.json.decode(row["post"], type=Post)

    def keep_post(self, post: Post) -> None:
        text = msgspec.json.encode(post).decode()
        with transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO post VALUES (1, ?)", (text,))

    def known_since(self, names: tuple[str, ...], now: datetime) -> dict[str, datetime]:
        """Since when each of these has been watched; what is not named any more is forgotten."""
        rows = self._connection.execute("SELECT name, since FROM known").fetchall()
        before = {row["name"]: datetime.fromisoformat(row["since"]) for row in rows}
        since = {name: min(before.get(name, now), now) for name in names}
        if since != before:
            with transaction(self._connection):
                self._connection.execute("DELETE FROM known")
                values = [(name, at.isoformat()) for name, at in since.items()]
                self._connection.executemany("INSERT INTO known VALUES (?, ?)", values)
        return since


def open_mail_memory(home: Home, clock: Clock) -> MailMemory:
    return MailMemory(open_state(home, "notify", MIGRATIONS, clock, SpokenConnection))
