"""Rows of any table, to be taken, changed, removed or added by their keys."""

import sqlite3
from random import Random
from typing import Any

_HIDDEN = "sqlite_"


def tables_of(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows if not name.startswith(_HIDDEN)]


def some_table(connection: sqlite3.Connection, random: Random, least: int = 1) -> str:
    """One that has rows; a big one is hit as often as a small one."""
    full = [
        table
        for table in tables_of(connection)
        if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= least
    ]
    return random.choice(full)


def keys_of(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]


def some_rows(
    connection: sqlite3.Connection, table: str, random: Random, number: int
) -> list[dict[str, Any]]:
    rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
    return random.sample(rows, min(number, len(rows)))


def some_row(connection: sqlite3.Connection, table: str, random: Random) -> dict[str, Any]:
    return some_rows(connection, table, random, 1)[0]


def where_of(
    connection: sqlite3.Connection, table: str, row: dict[str, Any]
) -> tuple[str, list[Any]]:
    keys = keys_of(connection, table)
    return " AND ".join(f"{key} IS ?" for key in keys), [row[key] for key in keys]


def update_row(
    connection: sqlite3.Connection, table: str, row: dict[str, Any], values: dict[str, Any]
) -> None:
    where, keys = where_of(connection, table, row)
    changes = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE {table} SET {changes} WHERE {where}", [*values.values(), *keys])


def delete_one(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    where, keys = where_of(connection, table, row)
    connection.execute(f"DELETE FROM {table} WHERE {where}", keys)


def insert_row(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    names, places = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(
        f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({places})", list(row.values())
    )


def beyond(connection: sqlite3.Connection, table: str, key: str) -> object:
    newest = connection.execute(f"SELECT max({key}) FROM {table}").fetchone()[0]
    if isinstance(newest, int):
        return newest + 1
    return newest + ("x" if isinstance(newest, str) else b"x")


def another(value: object, random: Random) -> object:
    """A value of the same kind that is another one."""
    if isinstance(value, int):
        return value + random.choice((-1, 1, 2**33))
    if isinstance(value, str):
        place = random.randrange(len(value) + 1)
        return value[:place] + random.choice("0123456789abcdefxyz-") + value[place + 1 :]
    if isinstance(value, bytes) and value:
        content = bytearray(value)
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        return bytes(content)
    return random.choice(("x", b"x", 1))
