"""Entries of the log for people: newest first, and one whole with its proof."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from controller.store.checkpoints import newest_checkpoint
from controller.store.entries import logged
from controller.store.heads import inclusion_proof
from controller.store.projections.entry import Logged
from controller.store.tables.log import LOG_ENTRY
from wire.checkpoint import peek


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log, as a list shows it."""

    log_index: int
    received_at_ms: int
    facility: str
    kind: str
    agent: str | None
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """One entry down to its raw signed bytes, with the way to the newest checkpoint's root.

    `proof` is None while no signed checkpoint covers the entry.
    """

    entry: Logged
    envelope: bytes
    digest: str
    leaf: str
    facility_sequence: int
    checkpoint: str | None
    size: int  # of the checkpoint
    proof: tuple[str, ...] | None


def newest_lines(
    connection: Connection, facility: str | None, before: int | None, limit: int
) -> list[Line]:
    """Lines before a place of the log (None: from its end), newest first."""
    column = LOG_ENTRY.c
    query = select(*(column[name] for name in Line.__dataclass_fields__))
    if facility is not None:
        query = query.where(column.facility == facility)
    if before is not None:
        query = query.where(column.log_index < before)
    rows = connection.execute(query.order_by(column.log_index.desc()).limit(limit))
    return [Line(*row) for row in rows]


def item(connection: Connection, log_index: int) -> Item | None:
    """One entry with its inclusion proof under the newest checkpoint."""
    row = connection.execute(
        select(LOG_ENTRY).where(LOG_ENTRY.c.log_index == log_index)
    ).one_or_none()
    if row is None:
        return None
    checkpoint = newest_checkpoint(connection)
    size = 0 if checkpoint is None else peek(checkpoint).size
    covered = log_index < size
    proof = inclusion_proof(connection, log_index, size) if covered else None
    return Item(
        entry=logged(row),
        envelope=row.envelope,
        digest=row.digest,
        leaf=row.leaf,
        facility_sequence=row.facility_sequence,
        checkpoint=checkpoint,
        size=size,
        proof=None if proof is None else tuple(node.hex() for node in proof),
    )
