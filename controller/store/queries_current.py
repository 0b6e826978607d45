"""The newest statement on each subject, understood."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from controller.store.entries import logged
from controller.store.projections.subjects import SUFFIX
from controller.store.tables.log import LOG_ENTRY
from controller.store.tables.statements import CURRENT_STATEMENT
from wire.codec import Decoded
from wire.header import Header
from wire.messages import Body


@dataclass(frozen=True, slots=True)
class CurrentStatement:
    """A statement that no newer one on its subject has replaced."""

    agent: str
    facility: str
    kind: str
    subject: str
    log_index: int
    received_at: datetime
    header: Header
    body: Body


def current_statements(
    connection: Connection, kind: str, facility: str | None = None, agent: str | None = None
) -> list[CurrentStatement]:
    """In the order of agents and subjects; subjects that narrow another one are left out."""
    current = CURRENT_STATEMENT.c
    query = (
        select(current.subject, LOG_ENTRY)
        .join(LOG_ENTRY, LOG_ENTRY.c.log_index == current.log_index)
        .where(current.kind == kind, current.subject.not_like(f"%{SUFFIX}by-itself"))
        .order_by(current.agent, current.subject)
    )
    if facility is not None:
        query = query.where(current.facility == facility)
    if agent is not None:
        query = query.where(current.agent == agent)
    found = []
    for row in connection.execute(query):
        entry = logged(row)
        if isinstance(entry.content, Decoded):
            header, body = entry.content.header, entry.content.body
            found.append(
                CurrentStatement(
                    agent=header.agent,
                    facility=entry.facility,
                    kind=kind,
                    subject=row.subject,
                    log_index=entry.log_index,
                    received_at=entry.received_at,
                    header=header,
                    body=body,
                )
            )
    return found
