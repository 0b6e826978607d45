"""What follows from what the order key signed for agents."""

from sqlalchemy import Connection, insert

from controller.store.projections.entry import Logged
from controller.store.tables.fleet import ASSIGNMENT, ORDER, POLICY_PACK
from controller.store.upsert import upsert
from wire.orders import Assignment, Order, PolicyPack


def project_order(connection: Connection, entry: Logged, order: Order) -> None:
    connection.execute(
        insert(ORDER).values(
            order_id=order.order_id,
            agent=order.agent,
            facility=entry.facility,
            version=order.version,
            kind=order.kind,
            drill_class=order.drill_class,
            site=order.site,
            dataset=order.dataset,
            nonce=order.nonce,
            issued_at=order.issued_at,
            expires_at=order.expires_at,
            envelope_index=entry.log_index,
            done_index=None,
        )
    )


def project_assignment(connection: Connection, entry: Logged, assignment: Assignment) -> None:
    row = {
        "agent": assignment.agent,
        "facility": entry.facility,
        "version": assignment.version,
        "expires_at": assignment.expires_at,
        "envelope_index": entry.log_index,
    }
    upsert(connection, ASSIGNMENT, [row])


def project_policy_pack(connection: Connection, entry: Logged, pack: PolicyPack) -> None:
    """The newest envelope counts: a higher version, or the same one that lives longer."""
    row = {
        "pack": pack.pack,
        "version": pack.version,
        "digest": entry.link,
        "issued_at": pack.issued_at,
        "expires_at": pack.expires_at,
        "envelope_index": entry.log_index,
    }
    upsert(connection, POLICY_PACK, [row])
