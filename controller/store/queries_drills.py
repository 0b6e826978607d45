"""Drills as the controller judged them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from controller.store.tables.statements import DRILL
from wire.verdicts import Assurance, Cause, DrillVerdict


@dataclass(frozen=True, slots=True)
class JudgedDrill:
    """One rehearsal. `claimed` is the agent's verdict, `verdict` ours, after its proof.

    `challenged`: the nonce was ours, and what it asked for was committed before.
    """

    log_index: int
    facility: str
    agent: str
    systems: tuple[str, ...]
    drill_id: str
    drill_class: str
    dataset: str
    site: str
    order_id: str
    challenged: bool
    claimed: DrillVerdict
    verdict: DrillVerdict
    assurance: Assurance
    cause: Cause | None
    started_at: datetime
    ended_at: datetime
    rto_s: float | None
    predicted_rto_s: float | None
    objective_s: float


def drills(
    connection: Connection, facility: str | None = None, limit: int = 200
) -> list[JudgedDrill]:
    """Newest first."""
    query = select(DRILL).order_by(DRILL.c.log_index.desc()).limit(limit)
    if facility is not None:
        query = query.where(DRILL.c.facility == facility)
    return [_drill(row) for row in connection.execute(query)]


def newest_drills(
    connection: Connection,
    facility: str | None = None,
    verdicts: Collection[DrillVerdict] = tuple(DrillVerdict),
) -> list[JudgedDrill]:
    """The newest of each class, dataset and site of each agent, that ended with such a verdict."""
    column = DRILL.c
    newest = (
        select(func.max(column.log_index).label("log_index"))
        .where(column.verdict.in_([verdict.value for verdict in verdicts]))
        .group_by(column.agent, column.drill_class, column.dataset, column.site)
        .subquery()
    )
    query = select(DRILL).join(newest, column.log_index == newest.c.log_index)
    if facility is not None:
        query = query.where(column.facility == facility)
    return [_drill(row) for row in connection.execute(query.order_by(column.log_index))]


def drill_of_order(connection: Connection, order_id: str) -> JudgedDrill | None:
    """The first answer to an order."""
    query = select(DRILL).where(DRILL.c.order_id == order_id).order_by(DRILL.c.log_index).limit(1)
    row = connection.execute(query).one_or_none()
    return None if row is None else _drill(row)


def _drill(row: Row[Any]) -> JudgedDrill:
    return JudgedDrill(
        log_index=row.log_index,
        facility=row.facility,
        agent=row.agent,
        systems=tuple(row.systems.split()),
        drill_id=row.drill_id,
        drill_class=row.drill_class,
        dataset=row.dataset,
        site=row.site,
        order_id=row.order_id,
        challenged=row.challenged,
        claimed=DrillVerdict(row.claimed),
        verdict=DrillVerdict(row.verdict),
        assurance=Assurance(row.assurance),
        cause=Cause(row.cause) if row.cause else None,
        started_at=row.started_at,
        ended_at=row.ended_at,
        rto_s=row.rto_s,
        predicted_rto_s=row.predicted_rto_s,
        objective_s=row.objective_s,
    )
