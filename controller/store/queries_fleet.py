"""Counts of the whole fleet, by facility: no names, no hosts."""

from datetime import datetime
from typing import NamedTuple

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


class StoredScore(NamedTuple):
    """A system's newest stored score. Scores of old say nothing of the last three."""

    facility: str
    system: str
    score: float | None
    coverage: float
    raw: float | None
    not_applicable: float | None
    declared: float | None
    judged_at: datetime


def newest_scores(connection: Connection) -> list[StoredScore]:
    """The newest stored score of each system, whatever catalogue judged it then."""
    newest = (
        select(func.max(SCORE.c.log_index).label("log_index"))
        .group_by(SCORE.c.facility, SCORE.c.system)
        .subquery()
    )
    query = (
        select(*(SCORE.c[name] for name in StoredScore._fields))
        .join(newest, SCORE.c.log_index == newest.c.log_index)
        .order_by(SCORE.c.facility, SCORE.c.system)
    )
    return [StoredScore(*row) for row in connection.execute(query)]


def entries_in_log(connection: Connection) -> int:
    return connection.execute(select(LOG_STATE.c.size)).scalar_one_or_none() or 0
