"""Whether a database has exactly our tables: a foreign trigger could hide rows."""

import contextlib
import sqlite3
from collections.abc import Sequence

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


def has_our_shape(connection: sqlite3.Connection, migrations: Sequence[str]) -> bool:
    """Whether the database is what the migrations make, at their version."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return version == len(migrations) and has_our_tables(connection, migrations)


def has_our_tables(connection: sqlite3.Connection, migrations: Sequence[str]) -> bool:
    """The same tables, indexes, views and triggers, whatever the version says."""
    with contextlib.closing(sqlite3.connect(":memory:")) as ours:
        for script in migrations:
            ours.executescript(script)
        wanted = ours.execute(_OBJECTS).fetchall()
    return [tuple(row) for row in connection.execute(_OBJECTS)] == wanted
