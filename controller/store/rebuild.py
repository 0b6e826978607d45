"""Drop every projection and make it again from the log: the same bytes come out."""

from collections.abc import Iterator
from hashlib import sha256

import msgspec
from sqlalchemy import Connection, Table, delete, select

from controller.store.entries import logged, stored_entries
from controller.store.projections.project import project
from controller.store.tables.groups import PROJECTIONS


def rebuild(connection: Connection) -> int:
    """Replay the whole log in the caller's transaction; say how many entries it had."""
    for table in PROJECTIONS:
        connection.execute(delete(table))
    replayed = 0
    for row in stored_entries(connection):
        project(connection, logged(row))
        replayed += 1
    return replayed


def projections_digest(connection: Connection) -> str:
    """SHA-256 over every row of every projection, in the order of primary keys."""
    total = sha256()
    for table in PROJECTIONS:
        total.update(f"\n{table.name}\n".encode())
        for line in _lines(connection, table):
            total.update(line + b"\n")
    return total.hexdigest()


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    keys = list(table.primary_key)
    for row in connection.execute(select(table).order_by(*keys)):
        yield msgspec.json.encode(tuple(row))
