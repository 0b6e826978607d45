"""What is known of watching: paths, times, gaps, breaks of event chains, suspicions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from controller.store.entries import logged
from controller.store.projections.file_watching import chain_of
from controller.store.tables.files import (
    EVENT_BREAK,
    EVENT_CHAIN,
    SUSPICION,
    WATCH_GAP,
    WATCH_SPAN,
    WATCHED_PATH,
)
from controller.store.tables.log import LOG_ENTRY
from wire.codec import Decoded
from wire.event_chain import EventChain
from wire.messages import Suspicion

OPEN = "open"


@dataclass(frozen=True, slots=True)
class WatchedPath:
    """One watched path of a host, as it told of it last."""

    agent: str
    watched: str
    facility: str
    path: str
    watching: str
    told_at: datetime
    told_index: int
    changed_index: int | None
    changed_at: datetime | None
    approved_index: int | None
    at_work_at: datetime | None  # since when we know that only attacks are an alarm there
    at_work_index: int | None
    silenced_index: int | None  # where it was said last of a path that was an alarm before

    @property
    def has_unexplained(self) -> bool:
        """Whether something changed that nothing explains and nobody at the facility accepted."""
        if self.changed_index is None:
            return False
        return self.approved_index is None or self.changed_index > self.approved_index


@dataclass(frozen=True, slots=True)
class Span:
    """A time that was watched without a break."""

    agent: str
    watched: str
    from_at: datetime
    to_at: datetime
    means: str


@dataclass(frozen=True, slots=True)
class WatchGap:
    """What a host said itself was not watched, or was lost."""

    log_index: int
    agent: str
    facility: str
    reason: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class EventBreak:
    """Where a host's chain of events did not go on from what it had told."""

    log_index: int
    agent: str
    facility: str
    reason: str
    known_last: int
    told_first: int
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownSuspicion:
    """The newest that was said of a suspicion."""

    agent: str
    facility: str
    first_index: int
    log_index: int
    at: datetime
    body: Suspicion


def watched_paths(connection: Connection, facility: str | None = None) -> list[WatchedPath]:
    query = select(WATCHED_PATH).order_by(WATCHED_PATH.c.agent, WATCHED_PATH.c.watched)
    if facility is not None:
        query = query.where(WATCHED_PATH.c.facility == facility)
    return [WatchedPath(**_values(row, WatchedPath)) for row in connection.execute(query)]


def paths_changed(connection: Connection, agent: str, since_index: int) -> list[WatchedPath]:
    """Those whose newest unexplained change stands at this place of the log or after it."""
    return _paths(connection, agent, WATCHED_PATH.c.changed_index >= since_index)


def paths_silenced(connection: Connection, agent: str, since_index: int) -> list[WatchedPath]:
    """Those of which it was said there that less is told or an alarm."""
    return _paths(connection, agent, WATCHED_PATH.c.silenced_index >= since_index)


def _paths(connection: Connection, agent: str, condition: ColumnElement[bool]) -> list[WatchedPath]:
    query = select(WATCHED_PATH).where(WATCHED_PATH.c.agent == agent, condition)
    return [WatchedPath(**_values(row, WatchedPath)) for row in connection.execute(query)]


def spans(connection: Connection, facility: str, start: datetime, end: datetime) -> list[Span]:
    span = WATCH_SPAN.c
    query = (
        select(WATCH_SPAN)
        .where(span.facility == facility, span.to_at >= start, span.from_at < end)
        .order_by(span.agent, span.watched, span.from_at)
    )
    return [Span(**_values(row, Span)) for row in connection.execute(query)]


def gaps(connection: Connection, facility: str, start: datetime, end: datetime) -> list[WatchGap]:
    gap = WATCH_GAP.c
    query = (
        select(WATCH_GAP)
        .where(gap.facility == facility, gap.to_at >= start, gap.from_at < end)
        .order_by(gap.log_index)
    )
    return [WatchGap(**_values(row, WatchGap)) for row in connection.execute(query)]


def gaps_from(connection: Connection, agent: str, since_index: int) -> list[WatchGap]:
    gap = WATCH_GAP.c
    query = select(WATCH_GAP).where(gap.agent == agent, gap.log_index >= since_index)
    return [WatchGap(**_values(row, WatchGap)) for row in connection.execute(query)]


def event_breaks(connection: Connection, facility: str, since_index: int = 0) -> list[EventBreak]:
    broken = EVENT_BREAK.c
    query = (
        select(EVENT_BREAK)
        .where(broken.facility == facility, broken.log_index >= since_index)
        .order_by(broken.log_index)
    )
    return [EventBreak(**_values(row, EventBreak)) for row in connection.execute(query)]


def newest_breaks(connection: Connection, facility: str, most: int) -> list[EventBreak]:
    broken = EVENT_BREAK.c
    query = select(EVENT_BREAK).where(broken.facility == facility)
    newest = query.order_by(broken.log_index.desc()).limit(most)
    return [EventBreak(**_values(row, EventBreak)) for row in connection.execute(newest)]


def event_chain(connection: Connection, agent: str) -> tuple[EventChain, datetime] | None:
    """The end of a host's chain of events, and when by its own clock it told of it."""
    query = select(EVENT_CHAIN).where(EVENT_CHAIN.c.agent == agent)
    row = connection.execute(query).one_or_none()
    known = chain_of(row)
    return None if row is None or known is None else (known, row.said_at)


def open_suspicions(connection: Connection) -> list[KnownSuspicion]:
    return _suspicions(connection, _suspected().where(SUSPICION.c.state == OPEN))


def suspicions(connection: Connection, facility: str, most: int) -> list[KnownSuspicion]:
    """Dismissed ones too, newest first."""
    query = _suspected().where(SUSPICION.c.facility == facility).limit(most)
    return _suspicions(connection, query)


def suspicions_from(connection: Connection, agent: str, since_index: int) -> list[KnownSuspicion]:
    own = (SUSPICION.c.agent == agent, SUSPICION.c.log_index >= since_index)
    return _suspicions(connection, _suspected().where(*own))


def _suspected() -> Select[Any]:
    columns = (SUSPICION.c.first_index, SUSPICION.c.at.label("suspected_at"), LOG_ENTRY)
    query = select(*columns).join(LOG_ENTRY, LOG_ENTRY.c.log_index == SUSPICION.c.log_index)
    return query.order_by(SUSPICION.c.first_index.desc())


def _suspicions(connection: Connection, query: Select[Any]) -> list[KnownSuspicion]:
    found = []
    for row in connection.execute(query):
        content = logged(row).content
        if isinstance(content, Decoded) and isinstance(content.body, Suspicion):
            found.append(
                KnownSuspicion(
                    agent=content.header.agent,
                    facility=row.facility,
                    first_index=row.first_index,
                    log_index=row.log_index,
                    at=row.suspected_at,
                    body=content.body,
                )
            )
    return found


def _values(row: Row[Any], struct: type[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in struct.__dataclass_fields__}
