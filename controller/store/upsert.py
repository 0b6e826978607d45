"""Insert or replace rows, on both databases that we know."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Store rows with the same columns; a row with the same primary key is replaced."""
    if rows:
        statement = _replacing(connection.dialect.name, table, tuple(rows[0]))
        connection.execute(statement, list(rows))


def add_up(connection: Connection, table: Table, rows: Sequence[Row], column: str) -> None:
    """Store rows with the same columns; of a row that is there, `column` grows by the new one's."""
    if rows:
        connection.execute(_adding(connection.dialect.name, table, column), list(rows))


def add_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Store the rows whose primary key is new; say how many were."""
    statement = _insert(connection.dialect.name, table).on_conflict_do_nothing()
    return sum(connection.execute(statement, row).rowcount for row in rows)


@cache
def _replacing(dialect: str, table: Table, columns: tuple[str, ...]) -> Executable:
    """Made once: building a statement costs more than running it."""
    statement = _insert(dialect, table)
    keys = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=replaced)


@cache
def _adding(dialect: str, table: Table, column: str) -> Executable:
    statement = _insert(dialect, table)
    total = table.c[column] + statement.excluded[column]
    keys = [key.name for key in table.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_={column: total})


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
