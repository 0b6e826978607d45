"""Alerts: open ones and the history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from controller.store.tables.fleet import ALERT


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that needs a person: codes, never sentences."""

    alert_id: str
    kind: str
    severity: str
    facility: str
    agent: str
    subject: str
    raised_at: datetime
    raised_index: int
    cleared_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    detail: str


def open_alerts(connection: Connection, facility: str | None = None) -> list[Alert]:
    """What is not cleared, newest first."""
    return _alerts(connection, facility, only_open=True)


def all_alerts(connection: Connection, facility: str | None = None) -> list[Alert]:
    """Cleared ones too, newest first."""
    return _alerts(connection, facility, only_open=False)


def past_alerts(connection: Connection, facility: str | None, kind: str, most: int) -> list[Alert]:
    """The newest that are cleared; empty `kind`: of all kinds."""
    query = select(ALERT).where(ALERT.c.open.is_(False)).order_by(ALERT.c.raised_index.desc())
    if facility is not None:
        query = query.where(ALERT.c.facility == facility)
    if kind:
        query = query.where(ALERT.c.kind == kind)
    return [_alert(row) for row in connection.execute(query.limit(most))]


def find_alert(connection: Connection, alert_id: str) -> Alert | None:
    row = connection.execute(select(ALERT).where(ALERT.c.alert_id == alert_id)).one_or_none()
    return None if row is None else _alert(row)


def subjects_ever(connection: Connection, kind: str) -> set[str]:
    """What alerts of a kind were ever about, cleared or not."""
    query = select(ALERT.c.subject).where(ALERT.c.kind == kind)
    return set(connection.execute(query).scalars())


def is_open(connection: Connection, kind: str, agent: str, subject: str) -> bool:
    own = (ALERT.c.kind == kind, ALERT.c.agent == agent, ALERT.c.subject == subject)
    query = select(ALERT.c.alert_id).where(ALERT.c.open, *own).limit(1)
    return connection.execute(query).first() is not None


def newest_alerts(connection: Connection, kind: str) -> dict[tuple[str, str], Alert]:
    """(agent, subject) -> its newest alert of a kind, cleared or not."""
    newest = (
        select(func.max(ALERT.c.raised_index))
        .where(ALERT.c.kind == kind)
        .group_by(ALERT.c.agent, ALERT.c.subject)
    )
    query = select(ALERT).where(ALERT.c.raised_index.in_(newest))
    return {(row.agent, row.subject): _alert(row) for row in connection.execute(query)}


def _alerts(connection: Connection, facility: str | None, *, only_open: bool) -> list[Alert]:
    query = select(ALERT).order_by(ALERT.c.raised_index.desc())
    if facility is not None:
        query = query.where(ALERT.c.facility == facility)
    if only_open:
        query = query.where(ALERT.c.open)
    return [_alert(row) for row in connection.execute(query)]


def _alert(row: Row[Any]) -> Alert:
    return Alert(**{name: getattr(row, name) for name in Alert.__dataclass_fields__})
