"""What follows from approvals of watched files, and from the baselines that scans compare with."""

from sqlalchemy import Connection, insert, select, update

from controller.store.projections.entry import Logged
from controller.store.tables.files import APPROVAL, EVENT_BREAK, WATCHED_PATH
from controller.store.upsert import upsert
from wire.approval_chain import ApprovalBreak, Approved, follow_approval
from wire.header import Header
from wire.messages import Baseline, IntegrityScan


def approve(connection: Connection, entry: Logged, header: Header, body: Baseline) -> None:
    """Of a whole acceptance nothing is unexplained any more; of a part, the rest is."""
    known = _newest(connection, header.agent)
    broken = follow_approval(known, header.incarnation, body)
    if known is not None and broken is not None:
        keep_break(connection, entry, header, (broken.value, known.number, body.number))
    row = {
        "agent": header.agent,
        "watched": body.watched,
        "facility": entry.facility,
        "incarnation": header.incarnation,
        "number": body.number,
        "root": body.root,
        "log_index": entry.log_index,
        "compared": body.root,
    }
    upsert(connection, APPROVAL, [row])
    if not body.part:
        path = WATCHED_PATH.c
        connection.execute(
            update(WATCHED_PATH)
            .where(path.agent == header.agent, path.watched == body.watched)
            .values(approved_index=entry.log_index)
        )


def compare(connection: Connection, entry: Logged, header: Header, body: IntegrityScan) -> None:
    """A scan that compared with another baseline than the newest that was told, once for each."""
    own = (APPROVAL.c.agent == header.agent, APPROVAL.c.watched == body.watched)
    known = connection.execute(select(APPROVAL).where(*own)).one_or_none()
    if known is None or body.baseline is None or body.baseline == known.compared:
        return
    connection.execute(update(APPROVAL).where(*own).values(compared=body.baseline))
    if body.baseline != known.root:
        reason = ApprovalBreak.BASELINE_NOT_TOLD.value
        keep_break(connection, entry, header, (reason, known.number, 0))


def keep_break(
    connection: Connection, entry: Logged, header: Header, what: tuple[str, int, int]
) -> None:
    """Its reason, the number that was known, and the one that was told instead."""
    reason, known, told = what
    connection.execute(
        insert(EVENT_BREAK).values(
            log_index=entry.log_index,
            agent=header.agent,
            facility=entry.facility,
            reason=reason,
            known_last=known,
            told_first=told,
            at=entry.received_at,
        )
    )


def _newest(connection: Connection, agent: str) -> Approved | None:
    """Of all watched paths together."""
    query = select(APPROVAL).where(APPROVAL.c.agent == agent)
    row = connection.execute(query.order_by(APPROVAL.c.log_index.desc()).limit(1)).one_or_none()
    return None if row is None else Approved(row.incarnation, row.number, row.root)
