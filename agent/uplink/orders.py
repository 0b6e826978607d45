"""Orders and assignments: taken only when signed for us, fresh, newer than the last, allowed."""

from dataclasses import dataclass
from datetime import datetime

from agent.uplink.memory import HISTORY_REWRITTEN, ORDER_REFUSED, Memory
from wire.chain import digest
from wire.codec import decode_order
from wire.envelope import open_envelope
from wire.errors import DecodeError, WireError
from wire.keys import PublicKey
from wire.orders import Assignment, Order, PolicyPack
from wire.text import N_

_ASSIGNMENT, _NEWEST = "assignment", "newest_{kind}_version"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who receives an order, at which moment of the controller's clock, and what it allows.

    `believed`: the controller's log has never contradicted itself before us.
    """

    agent: str
    order_key: PublicKey
    allowed: tuple[str, ...]
    now: datetime
    believed: bool = True


def refusal(order: Order | Assignment, receiver: Receiver, newest_version: int) -> str:
    """Why it is not taken, as a code; empty when it is."""
    if not receiver.believed:
        return HISTORY_REWRITTEN
    if order.agent != receiver.agent:
        return "NOT_FOR_US"
    if order.version <= newest_version:
        return "OLD_VERSION"
    if order.expires_at <= receiver.now:
        return "EXPIRED"
    if isinstance(order, Order) and order.kind not in receiver.allowed:
        return "SWITCHED_OFF"
    return ""


def take(raw: bytes, receiver: Receiver, memory: Memory) -> str:
    """Keep what the controller sent: an order to be carried out, or an assignment.

    Nothing is forgotten: what is refused is kept with its reason.

    Returns:
        The reason for refusing; empty when it was taken, or had been taken before.
    """
    try:
        opened = open_envelope(raw, {receiver.order_key.keyid: receiver.order_key})
        order = decode_order(opened.kind, opened.payload)
        if isinstance(order, PolicyPack):
            raise DecodeError(kind=opened.kind, reason=N_("unknown kind of order"))
    except WireError as error:
        name = digest(raw)[:16]
        memory.keep_order(f"unreadable-{name}", "unknown", raw, "NOT_SIGNED")
        memory.raise_alarm(ORDER_REFUSED, f"NOT_SIGNED: {error}")
        return "NOT_SIGNED"
    if _known(order, memory, raw):
        return ""
    newest = _NEWEST.format(kind=opened.kind)
    reason = refusal(order, receiver, int(memory.fact(newest) or 0))
    if isinstance(order, Order):
        memory.keep_order(order.order_id, order.kind, raw, reason)
    elif not reason:
        memory.keep(_ASSIGNMENT, raw.decode())
    if not reason:
        memory.keep(newest, str(order.version))
    return reason


def assignment(memory: Memory, order_key: PublicKey) -> Assignment | None:
    """The newest assignment, checked again each time that it is read."""
    text = memory.fact(_ASSIGNMENT)
    if not text:
        return None
    opened = open_envelope(text.encode(), {order_key.keyid: order_key})
    order = decode_order(opened.kind, opened.payload)
    return order if isinstance(order, Assignment) else None


def read_order(raw: bytes, order_key: PublicKey) -> Order | None:
    """A kept order, checked again before it is carried out."""
    opened = open_envelope(raw, {order_key.keyid: order_key})
    order = decode_order(opened.kind, opened.payload)
    return order if isinstance(order, Order) else None


def _known(order: Order | Assignment, memory: Memory, raw: bytes) -> bool:
    if isinstance(order, Assignment):
        return memory.fact(_ASSIGNMENT) == raw.decode()
    return any(kept.order_id == order.order_id for kept in memory.orders())
