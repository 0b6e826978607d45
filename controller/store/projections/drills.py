"""Drills, judged again: the controller believes proofs, not verdicts.

A drill answers an order when nonce, site and agent are the order's. It was challenged when,
besides, what it proves was committed before the nonce was known. What is proved is proved
against a manifest that was logged before the drill, and against the newest one of them.
"""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from controller.store.projections.basis import Basis
from controller.store.projections.entry import Logged, framed
from controller.store.tables.fleet import ORDER
from controller.store.tables.statements import DRILL
from recovery.drill_verdict import DrillJudgement, judge_logged
from wire.header import Header
from wire.messages import Drill
from wire.verdicts import Cause, DrillVerdict


def project_drill(
    connection: Connection, entry: Logged, header: Header, drill: Drill, basis: Basis
) -> None:
    order = _order_answered(connection, header, drill)
    judged = _judge(drill, basis, answers=order is not None)
    named_at = basis.named_at
    challenged = order is not None and named_at is not None and named_at < order.envelope_index
    connection.execute(
        insert(DRILL).values(
            log_index=entry.log_index,
            facility=entry.facility,
            agent=header.agent,
            systems=framed(header.systems),
            drill_id=drill.drill_id,
            drill_class=drill.drill_class,
            dataset=drill.dataset,
            site=drill.site,
            order_id=drill.order_id,
            challenged=challenged,
            claimed=drill.verdict.value,
            verdict=judged.verdict.value,
            assurance=drill.assurance.value,
            cause=judged.cause.value if judged.cause else None,
            started_at=drill.started_at,
            ended_at=drill.ended_at,
            rto_s=drill.rto_s,
            predicted_rto_s=drill.predicted_rto_s,
            objective_s=drill.objective_s,
        )
    )
    if order is not None:
        connection.execute(
            update(ORDER)
            .where(ORDER.c.order_id == order.order_id)
            .values(done_index=entry.log_index)
        )


def _order_answered(connection: Connection, header: Header, drill: Drill) -> Row[Any] | None:
    """The order that this drill is the first to answer, as it asked."""
    order = connection.execute(
        select(ORDER).where(ORDER.c.order_id == drill.order_id, ORDER.c.agent == header.agent)
    ).one_or_none()
    if order is None or order.done_index is not None:
        return None
    asked = (order.kind, order.drill_class, order.nonce)
    as_asked = asked == ("drill", drill.drill_class, drill.nonce)
    return order if as_asked and order.site in ("", drill.site) else None


def _judge(drill: Drill, basis: Basis, *, answers: bool) -> DrillJudgement:
    """An answer to a question that nobody asked proves nothing."""
    if drill.order_id and not answers:
        return DrillJudgement(DrillVerdict.INCONCLUSIVE, Cause.COULD_NOT_LOOK)
    return judge_logged(drill, basis.commitments.made)
