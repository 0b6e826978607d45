"""Counts of the whole fleet, by facility: no names, no hosts."""

from sqlalchemy import Connection, func, select

from controller.store.tables.fleet import AGENT, ALERT, SCORE
from controller.store.tables.log import LOG_STATE
from controller.store.tables.private import PRESENCE


def agents_by_facility(connection: Connection) -> dict[str, int]:
    """Agents that are not revoked."""
    query = (
        select(AGENT.c.facility, func.count())
        .where(AGENT.c.revoked_at.is_(None))
        .group_by(AGENT.c.facility)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def open_alerts_by_facility(connection: Connection) -> dict[tuple[str, str, str], int]:
    """(facility, kind, severity) -> open alerts."""
    key = (ALERT.c.facility, ALERT.c.kind, ALERT.c.severity)
    query = select(*key, func.count()).where(ALERT.c.open).group_by(*key)
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(query)}


def waiting_by_facility(connection: Connection) -> dict[str, int]:
    """Envelopes in outboxes, as the agents last said."""
    query = select(PRESENCE.c.facility, func.sum(PRESENCE.c.waiting)).group_by(PRESENCE.c.facility)
    return {facility: int(waiting) for facility, waiting in connection.execute(query)}


def newest_scores(connection: Connection) -> list[tuple[str, str, float | None, float]]:
    """(facility, system, score, coverage) of each system's newest stored score."""
    newest = (
        select(func.max(SCORE.c.log_index).label("log_index"))
        .group_by(SCORE.c.facility, SCORE.c.system, SCORE.c.catalogue)
        .subquery()
    )
    query = (
        select(SCORE.c.facility, SCORE.c.system, SCORE.c.score, SCORE.c.coverage)
        .join(newest, SCORE.c.log_index == newest.c.log_index)
        .order_by(SCORE.c.facility, SCORE.c.system)
    )
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def entries_in_log(connection: Connection) -> int:
    return connection.execute(select(LOG_STATE.c.size)).scalar_one_or_none() or 0
