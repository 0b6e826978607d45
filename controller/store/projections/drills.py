"""Drills, judged again: the controller believes proofs, not verdicts.

A drill answers an order when nonce, site and agent are the order's. It was challenged when,
besides, what it proves was committed before the nonce was known. What is proved is proved
against a manifest that was logged before the drill.
"""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from controller.store.projections.entry import Logged, framed, understand
from controller.store.tables.fleet import ORDER
from controller.store.tables.log import LOG_ENTRY
from controller.store.tables.statements import DRILL, MANIFEST
from recovery.drill_verdict import DrillJudgement, judge_statement
from wire.codec import Decoded
from wire.header import Header
from wire.messages import Drill, Manifest
from wire.verdicts import Cause, DrillVerdict

_WORST_FIRST = (DrillVerdict.FAILED, DrillVerdict.INCONCLUSIVE, DrillVerdict.PASSED)


def project_drill(connection: Connection, entry: Logged, header: Header, drill: Drill) -> None:
    order = _order_answered(connection, header, drill)
    committed_at, committed = _committed(connection, header, drill)
    judged = _judge(drill, committed, answers=order is not None)
    challenged = order is not None and committed_at < order.envelope_index
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
            challenged=challenged and committed is not None,
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


def _judge(drill: Drill, committed: Manifest | None, *, answers: bool) -> DrillJudgement:
    """The worse of what the agent says and of what its proof is worth."""
    if drill.order_id and not answers:
        return DrillJudgement(DrillVerdict.INCONCLUSIVE, Cause.COULD_NOT_LOOK)
    ours = judge_statement(drill, committed)
    if _WORST_FIRST.index(drill.verdict) < _WORST_FIRST.index(ours.verdict):
        return DrillJudgement(drill.verdict, drill.cause)
    return ours


def _committed(connection: Connection, header: Header, drill: Drill) -> tuple[int, Manifest | None]:
    """The first commitment under the drill's manifest id, of the same agent and dataset."""
    column = MANIFEST.c
    row = connection.execute(
        select(LOG_ENTRY.c.log_index, LOG_ENTRY.c.kind, LOG_ENTRY.c.envelope)
        .join(MANIFEST, column.first_index == LOG_ENTRY.c.log_index)
        .where(
            column.agent == header.agent,
            column.manifest_id == drill.manifest_id,
            column.dataset == drill.dataset,
        )
    ).one_or_none()
    if row is None:
        return 0, None
    content = understand(row.kind, row.envelope)
    body = content.body if isinstance(content, Decoded) else None
    return row.log_index, body if isinstance(body, Manifest) else None
