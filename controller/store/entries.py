"""Stored entries of the log, read in order and understood again."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from controller.store.projections.entry import Logged, understand
from controller.store.tables.log import LOG_ENTRY
from wire.chain import link_digest
from wire.codec import Decoded

_BATCH = 500


def stored_entries(
    connection: Connection, start: int = 0, facility: str | None = None
) -> Iterator[Row[Any]]:
    """Entries in the log's order, read in batches."""
    column = LOG_ENTRY.c
    while True:
        query = select(LOG_ENTRY).where(column.log_index >= start)
        if facility is not None:
            query = query.where(column.facility == facility)
        rows = connection.execute(query.order_by(column.log_index).limit(_BATCH)).all()
        yield from rows
        if len(rows) < _BATCH:
            return
        start = rows[-1].log_index + 1


def logged(row: Row[Any]) -> Logged:
    """A stored row, understood again."""
    content = understand(row.kind, row.envelope)
    body = content.body if isinstance(content, Decoded) else None
    link = link_digest(row.envelope, body)
    return Logged(row.log_index, row.received_at_ms, row.facility, row.kind, link, content)
