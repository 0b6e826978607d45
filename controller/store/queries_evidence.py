"""The newest statements of a facility: as much as the whole log says when it is folded."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from compliance.logged import LoggedAct, LoggedStatement
from controller.store.entries import logged, stored_entries
from controller.store.projections.entry import Logged
from controller.store.queries_decisions import decision_places, open_places
from controller.store.tables.fleet import AGENT
from controller.store.tables.log import LOG_ENTRY
from controller.store.tables.statements import CURRENT_STATEMENT
from wire.acts import ActStatement
from wire.codec import Decoded

_AT_ONCE = 10_000  # places in one query: databases take a bounded number
Evidence = LoggedStatement | LoggedAct


def newest_evidence(connection: Connection, facility: str) -> list[Evidence]:
    """What decides a facility's scores, from projections."""
    places = (
        *_statement_places(connection, facility),
        *_act_places(connection, facility),
        *decision_places(connection, facility),
    )
    return _evidence(_entries_at(connection, sorted(set(places))))


def open_decisions(connection: Connection) -> list[Evidence]:
    """What people of all facilities decided and nobody took back; nothing of hosts."""
    return _evidence(_entries_at(connection, sorted(open_places(connection))))


def all_evidence(connection: Connection, facility: str, size: int) -> list[Evidence]:
    """The same, from the log's first `size` entries."""
    entries = (logged(row) for row in stored_entries(connection, facility=facility))
    return _evidence(entry for entry in entries if entry.log_index < size)


def _statement_places(connection: Connection, facility: str) -> list[int]:
    """The newest on every subject, and the newest of every agent whatever its kind."""
    current = CURRENT_STATEMENT.c
    subjects = select(current.log_index).where(current.facility == facility).distinct()
    newest = (
        select(func.max(current.log_index))
        .where(current.facility == facility)
        .group_by(current.agent)
    )
    return [place for query in (subjects, newest) for place in connection.execute(query).scalars()]


def _act_places(connection: Connection, facility: str) -> list[int]:
    agent = AGENT.c
    query = select(agent.enrolled_index, agent.assigned_index, agent.revoked_index)
    rows = connection.execute(query.where(agent.facility == facility))
    return [place for row in rows for place in row if place is not None]


def _entries_at(connection: Connection, places: list[int]) -> list[Logged]:
    found: list[Logged] = []
    for start in range(0, len(places), _AT_ONCE):
        query = select(LOG_ENTRY).where(LOG_ENTRY.c.log_index.in_(places[start : start + _AT_ONCE]))
        rows = connection.execute(query.order_by(LOG_ENTRY.c.log_index))
        found.extend(logged(row) for row in rows)
    return found


def _evidence(entries: Iterable[Logged]) -> list[Evidence]:
    found: list[Evidence] = []
    for entry in entries:
        content = entry.content
        if isinstance(content, Decoded):
            found.append(
                LoggedStatement(
                    entry.log_index, entry.received_at, entry.kind, content.header, content.body
                )
            )
        elif isinstance(content, ActStatement):
            found.append(LoggedAct(entry.log_index, entry.received_at, content.act, content.by))
    return found
