"""What waits for an agent: orders, its assignment; and what became of orders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from controller.store.tables.fleet import AGENT, ASSIGNMENT, ORDER
from controller.store.tables.log import LOG_ENTRY
from controller.store.tables.statements import CURRENT_STATEMENT

_ANSWERS = {
    "check": "findings",
    "scan": "integrity",
    "backup": "backup",
    "verify": "verification",
}  # kinds of order whose answer does not name them: by the kind of statement


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order; `done_index` is the log's place of the statement that answers it."""

    order_id: str
    agent: str
    facility: str
    version: int
    kind: str
    drill_class: str
    site: str
    dataset: str
    nonce: str
    issued_at: datetime
    expires_at: datetime
    done_index: int | None
    envelope_index: int


def newest_order_version(connection: Connection, agent: str) -> int:
    """The highest version of any order to this agent; 0 when there is none."""
    query = select(func.max(ORDER.c.version)).where(ORDER.c.agent == agent)
    return connection.execute(query).scalar_one() or 0


def newest_assignment_version(connection: Connection, agent: str) -> int:
    query = select(func.max(ASSIGNMENT.c.version)).where(_of(agent))
    return connection.execute(query).scalar_one() or 0


def waiting_envelopes(connection: Connection, agent: str, now: datetime) -> list[bytes]:
    """The assignment, then every order that is neither done nor expired, oldest first."""
    assigned = select(ASSIGNMENT.c.envelope_index).where(ASSIGNMENT.c.agent == agent)
    open_orders = (
        select(ORDER.c.envelope_index)
        .where(ORDER.c.agent == agent, ORDER.c.done_index.is_(None), ORDER.c.expires_at > now)
        .order_by(ORDER.c.version)
    )
    places = [
        index for query in (assigned, open_orders) for index in connection.execute(query).scalars()
    ]
    return [envelope_at(connection, place) for place in places]


def envelope_at(connection: Connection, log_index: int) -> bytes:
    envelope: bytes = connection.execute(
        select(LOG_ENTRY.c.envelope).where(LOG_ENTRY.c.log_index == log_index)
    ).scalar_one()
    return envelope


def orders(connection: Connection, facility: str | None = None) -> list[StoredOrder]:
    """Newest first."""
    query = select(ORDER).order_by(ORDER.c.envelope_index.desc())
    if facility is not None:
        query = query.where(ORDER.c.facility == facility)
    return [_order(row) for row in connection.execute(query)]


def unanswered_kinds(connection: Connection, now: datetime) -> list[tuple[str, str, str]]:
    """(facility, agent, kind) whose last orders were not done before they ended.

    Only drills name the order that they answer. Of other kinds an order is done when the agent
    has said anything of that kind since.
    """
    said = _last_said(connection)
    late: dict[tuple[str, str, str], None] = {}
    decided: set[tuple[str, str]] = set()
    for order in sorted(orders(connection), key=lambda order: -order.version):
        if (order.agent, order.kind) in decided:
            continue
        answer = _ANSWERS.get(order.kind)
        done = order.done_index is not None
        if done or (answer and said.get((order.agent, answer), -1) > order.envelope_index):
            decided.add((order.agent, order.kind))
        elif order.expires_at <= now:
            late[order.facility, order.agent, order.kind] = None
    return list(late)


def _last_said(connection: Connection) -> dict[tuple[str, str], int]:
    current = CURRENT_STATEMENT.c
    newest = func.max(current.log_index)
    query = select(current.agent, current.kind, newest).where(current.kind.in_(_ANSWERS.values()))
    rows = connection.execute(query.group_by(current.agent, current.kind))
    return {(agent, kind): log_index for agent, kind, log_index in rows}


def find_order(connection: Connection, order_id: str) -> StoredOrder | None:
    query = select(ORDER).where(ORDER.c.order_id == order_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _order(row)


def expiring_assignments(connection: Connection, before: datetime) -> list[str]:
    """Agents that are still trusted and whose assignment ends before this moment."""
    query = (
        select(ASSIGNMENT.c.agent)
        .join(AGENT, AGENT.c.code == ASSIGNMENT.c.agent)
        .where(AGENT.c.revoked_at.is_(None), ASSIGNMENT.c.expires_at <= before)
    )
    return list(connection.execute(query).scalars())


def _of(agent: str) -> ColumnElement[bool]:
    return ASSIGNMENT.c.agent == agent


def _order(row: Any) -> StoredOrder:  # noqa: ANN401 - a row of task_order
    return StoredOrder(
        order_id=row.order_id,
        agent=row.agent,
        facility=row.facility,
        version=row.version,
        kind=row.kind,
        drill_class=row.drill_class,
        site=row.site,
        dataset=row.dataset,
        nonce=row.nonce,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        done_index=row.done_index,
        envelope_index=row.envelope_index,
    )
