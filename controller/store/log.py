"""The one way into the log: entries, tree, heads and projections in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from controller.store.projections.entry import Content, Logged, framed
from controller.store.projections.project import project
from controller.store.tables.log import FACILITY_HEAD, LOG_ENTRY, LOG_NODE, LOG_STATE
from controller.store.upsert import Row, upsert
from wire.chain import digest, link_digest
from wire.codec import Decoded
from wire.header import Header
from wire.log_entry import FIRST_PREVIOUS_LEAF, LogEntry, leaf
from wire.merkle import Frontier, append_nodes

_ENTRY_VERSION = 1
_STATE_ID = 1


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Signed bytes and what they say; whoever makes one has checked the signature."""

    facility: str  # "" = the province's own
    kind: str
    envelope: bytes
    content: Content


@dataclass(frozen=True, slots=True)
class _Head:
    sequence: int = 0
    leaf: str = FIRST_PREVIOUS_LEAF


@dataclass(frozen=True, slots=True)
class _Placed:
    """What storing one entry needs to write."""

    row: Row
    nodes: list[Row]
    head: _Head
    frontier: Frontier


def append(connection: Connection, entries: Sequence[NewEntry], now: datetime) -> list[int]:
    """Put entries at the log's end.

    Everything, the projections too, happens in the transaction of `connection`, which must
    hold the write lock: what is committed is whole, what is not committed never was.

    Returns:
        Their places in the log.
    """
    if not entries:
        return []
    received_at_ms = round(now.timestamp() * 1000)
    frontier = load_frontier(connection)
    first = frontier.size
    heads = _heads(connection, {entry.facility for entry in entries})
    placed: list[_Placed] = []
    for entry in entries:
        place = _place(entry, received_at_ms, frontier, heads[entry.facility])
        frontier, heads[entry.facility] = place.frontier, place.head
        placed.append(place)
    _store(connection, placed, frontier, heads)
    for position, entry in enumerate(entries):
        project(connection, _logged(entry, first + position, received_at_ms))
    return list(range(first, first + len(entries)))


def load_frontier(connection: Connection) -> Frontier:
    """The tree's right edge, locked against other writers where the database has row locks."""
    state = connection.execute(
        select(LOG_STATE.c.frontier).where(LOG_STATE.c.id == _STATE_ID).with_for_update()
    ).scalar_one_or_none()
    return Frontier() if state is None else Frontier.from_bytes(state)


def _heads(connection: Connection, facilities: set[str]) -> dict[str, _Head]:
    rows = connection.execute(
        select(FACILITY_HEAD).where(FACILITY_HEAD.c.facility.in_(sorted(facilities)))
    )
    stored = {row.facility: _Head(row.sequence, row.leaf) for row in rows}
    return {facility: stored.get(facility, _Head()) for facility in facilities}


def _place(entry: NewEntry, received_at_ms: int, frontier: Frontier, head: _Head) -> _Placed:
    envelope_digest = digest(entry.envelope)
    line = LogEntry(
        version=_ENTRY_VERSION,
        received_at_ms=received_at_ms,
        facility=entry.facility,
        facility_sequence=head.sequence + 1,
        facility_previous=head.leaf,
        kind=entry.kind,
        envelope_digest=envelope_digest,
    )
    hashed = leaf(line)
    index = frontier.size
    nodes = append_nodes(frontier, hashed)
    row = {
        "log_index": index,
        "received_at_ms": received_at_ms,
        "facility": entry.facility,
        "facility_sequence": line.facility_sequence,
        "facility_previous": line.facility_previous,
        "kind": entry.kind,
        "leaf": hashed.hex(),
        "digest": envelope_digest,
        "envelope": entry.envelope,
        **_chain_place(entry.content),
    }
    return _Placed(
        row,
        [{"level": level, "position": at, "hash": node} for level, at, node in nodes],
        _Head(line.facility_sequence, hashed.hex()),
        frontier.append(hashed),
    )


def header_of(content: Content) -> Header | None:
    """The header of a chained statement; acts, orders and assignments have none."""
    if isinstance(content, Decoded):
        return content.header
    return content if isinstance(content, Header) else None


def _chain_place(content: Content) -> dict[str, str | int | None]:
    header = header_of(content)
    if header is None:
        system = getattr(getattr(content, "act", None), "system", "")
        about = framed([system] if system else [])
        return {"agent": None, "incarnation": None, "sequence": None, "systems": about}
    return {
        "agent": header.agent,
        "incarnation": header.incarnation,
        "sequence": header.sequence,
        "systems": framed(header.systems),
    }


def _store(
    connection: Connection, placed: list[_Placed], frontier: Frontier, heads: dict[str, _Head]
) -> None:
    connection.execute(insert(LOG_ENTRY), [place.row for place in placed])
    connection.execute(insert(LOG_NODE), [node for place in placed for node in place.nodes])
    upsert(
        connection,
        FACILITY_HEAD,
        [
            {"facility": facility, "sequence": head.sequence, "leaf": head.leaf}
            for facility, head in sorted(heads.items())
        ],
    )
    upsert(
        connection,
        LOG_STATE,
        [{"id": _STATE_ID, "size": frontier.size, "frontier": frontier.to_bytes()}],
    )


def _logged(entry: NewEntry, log_index: int, received_at_ms: int) -> Logged:
    body = entry.content.body if isinstance(entry.content, Decoded) else None
    link = link_digest(entry.envelope, body)
    return Logged(log_index, received_at_ms, entry.facility, entry.kind, link, entry.content)
