"""The log's head: its size, its root, every facility's newest entry."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from controller.store.log import load_frontier
from controller.store.tables.log import FACILITY_HEAD, LOG_NODE
from wire.checkpoint import Head
from wire.merkle import NodeReader, consistency_proof_from, inclusion_proof_from, root_from


@dataclass(frozen=True, slots=True)
class LogHead:
    """Everything that a checkpoint says but its moment."""

    size: int
    root: bytes
    facilities: dict[str, Head]


def log_head(connection: Connection) -> LogHead:
    frontier = load_frontier(connection)
    rows = connection.execute(select(FACILITY_HEAD))
    heads = {row.facility: Head(row.sequence, bytes.fromhex(row.leaf)) for row in rows}
    return LogHead(frontier.size, frontier.root(), heads)


def log_size(connection: Connection) -> int:
    return load_frontier(connection).size


def root_at(connection: Connection, size: int) -> bytes | None:
    """The root that the log had at an earlier size; None when it was never that long."""
    if size > log_size(connection):
        return None
    return root_from(_reader(connection), size)


def inclusion_proof(connection: Connection, log_index: int, size: int) -> list[bytes]:
    return inclusion_proof_from(_reader(connection), log_index, size)


def consistency_proof(connection: Connection, old_size: int, new_size: int) -> list[bytes]:
    return consistency_proof_from(_reader(connection), old_size, new_size)


def _reader(connection: Connection) -> NodeReader:
    def read(level: int, position: int) -> bytes:
        node: bytes = connection.execute(
            select(LOG_NODE.c.hash).where(
                LOG_NODE.c.level == level, LOG_NODE.c.position == position
            )
        ).scalar_one()
        return node

    return read
