"""The newest statements of a facility: as much as the whole log says when it is folded."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from compliance.logged import LoggedAct, LoggedStatement
from controller.store.entries import logged, stored_entries
from controller.store.projections.entry import Logged
from controller.store.queries_decisions import decision_places
from controller.store.tables.fleet import AGENT
from controller.store.tables.log import LOG_ENTRY
from controller.store.tables.statements import CURRENT_STATEMENT
from wire.acts import ActStatement
from wire.codec import Decoded

Evidence = LoggedStatement | LoggedAct


def newest_evidence(connection: Connection, facility: str) -> list[Evidence]:
    """What decides a facility's scores, from projections."""
    places = (
        *_statement_places(connection, facility),
        *_act_places(connection, facility),
        *decision_places(connection, facility),
    )
    return _evidence(_entries_at(connection, sorted(set(places))))


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
    query = select(LOG_ENTRY).where(LOG_ENTRY.c.log_index.in_(places))
    return [logged(row) for row in connection.execute(query.order_by(LOG_ENTRY.c.log_index))]


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
