"""Whether a database has exactly our tables: a foreign trigger could hide rows."""

import contextlib
import sqlite3
from collections.abc import Sequence

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


def has_our_shape(connection: sqlite3.Connection, migrations: Sequence[str]) -> bool:
    """Whether the database is what the migrations make, at their version."""
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        return version == len(migrations) and has_our_tables(connection, migrations)
    except UnicodeDecodeError:  # a name of a table is no text any more
        return False


def has_our_tables(connection: sqlite3.Connection, migrations: Sequence[str]) -> bool:
    """The same tables, indexes, views and triggers, whatever the version says."""
    return len(migrations) in versions_by_tables(connection, migrations)


def versions_by_tables(connection: sqlite3.Connection, migrations: Sequence[str]) -> frozenset[int]:
    """The versions that have these tables: several where one only wrote rows, or none of ours."""
    found = [tuple(row) for row in connection.execute(_OBJECTS)]
    versions = set()
    with contextlib.closing(sqlite3.connect(":memory:")) as ours:
        for number, script in enumerate(("", *migrations)):
            ours.executescript(script)
            if ours.execute(_OBJECTS).fetchall() == found:
                versions.add(number)
    return frozenset(versions)
