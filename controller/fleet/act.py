"""Write acts: signed with the order key, logged in the transaction that carries them out."""

from datetime import datetime

from controller.fleet.province import Province
from controller.store.engine import Connection
from controller.store.log import NewEntry, append
from controller.store.projections.entry import ACT
from wire.acts import Act, ActStatement
from wire.codec import encode
from wire.envelope import seal
from wire.log_entry import facility_of_act
from wire.orders import Assignment, Order, PolicyPack


def sealed_act(province: Province, by: str, act: Act, now: datetime) -> NewEntry:
    """An act as it goes into the log."""
    statement = ActStatement(by=by, at=now, act=act)
    envelope = seal(ACT, encode(statement), province.keys.order)
    return NewEntry(facility_of_act(statement), ACT, envelope, statement)


def sealed_order(
    province: Province, kind: str, order: Order | Assignment | PolicyPack, facility: str
) -> NewEntry:
    """What the order key signs for an agent, as it is logged and sent."""
    envelope = seal(kind, encode(order), province.keys.order)
    return NewEntry(facility, kind, envelope, order)


def log_acts(
    province: Province, connection: Connection, by: str, acts: list[Act], now: datetime
) -> list[int]:
    """Log acts in the caller's transaction; their places in the log."""
    return append(connection, [sealed_act(province, by, act, now) for act in acts], now)
