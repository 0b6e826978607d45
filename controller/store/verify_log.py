"""Look at the log as an inspector would: every hash from the stored bytes again."""

from sqlalchemy import Connection

from controller.errors import DamagedLogError
from controller.store.entries import stored_entries
from controller.store.heads import log_head
from wire.chain import digest
from wire.log_entry import FIRST_PREVIOUS_LEAF, LogEntry, leaf
from wire.merkle import Frontier
from wire.text import N_


def verify_log(connection: Connection) -> int:
    """Recompute the tree and every facility's chain; how many entries there are.

    Raises:
        DamagedLogError: at the first entry whose bytes do not give what is stored.
    """
    frontier = Frontier()
    newest: dict[str, tuple[int, str]] = {}
    for row in stored_entries(connection):
        sequence, previous = newest.get(row.facility, (0, FIRST_PREVIOUS_LEAF))
        if row.log_index != frontier.size:
            raise DamagedLogError(index=frontier.size, reason=N_("it is missing"))
        if digest(row.envelope) != row.digest:
            raise DamagedLogError(index=row.log_index, reason=N_("its envelope was changed"))
        entry = LogEntry(
            version=1,
            received_at_ms=row.received_at_ms,
            facility=row.facility,
            facility_sequence=sequence + 1,
            facility_previous=previous,
            kind=row.kind,
            envelope_digest=row.digest,
        )
        hashed = leaf(entry)
        if hashed.hex() != row.leaf:
            raise DamagedLogError(index=row.log_index, reason=N_("its place or time was changed"))
        frontier = frontier.append(hashed)
        newest[row.facility] = (sequence + 1, row.leaf)
    _demand_head(connection, frontier, newest)
    return frontier.size


def _demand_head(
    connection: Connection, frontier: Frontier, newest: dict[str, tuple[int, str]]
) -> None:
    head = log_head(connection)
    if (head.size, head.root) != (frontier.size, frontier.root()):
        raise DamagedLogError(index=frontier.size, reason=N_("the tree's head is another"))
    stored = {name: (each.sequence, each.leaf.hex()) for name, each in head.facilities.items()}
    if stored != newest:
        raise DamagedLogError(
            index=frontier.size, reason=N_("a facility's newest entry is another")
        )
