"""The province's packs of policies: the newest of each that was signed, and what it holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from compliance import policy_pack
from compliance.policy_pack import Pack
from controller.store.queries_orders import envelope_at
from controller.store.tables.fleet import POLICY_PACK
from wire.codec import decode_order
from wire.envelope import peek_payload
from wire.orders import POLICY_PACK as KIND
from wire.orders import PolicyPack


@dataclass(frozen=True, slots=True)
class StoredPack:
    """A signed pack; `digest` is of its envelope, which an agent names when it has it."""

    pack: str
    version: int
    digest: str
    issued_at: datetime
    expires_at: datetime
    envelope_index: int


def newest_packs(connection: Connection) -> tuple[StoredPack, ...]:
    """In the order of their ids, in which they change the standard."""
    query = select(POLICY_PACK).order_by(POLICY_PACK.c.pack)
    return tuple(
        StoredPack(
            pack=row.pack,
            version=row.version,
            digest=row.digest,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            envelope_index=row.envelope_index,
        )
        for row in connection.execute(query)
    )


def files_of(connection: Connection, stored: StoredPack) -> Mapping[str, str]:
    """The files as they were signed."""
    payload = peek_payload(envelope_at(connection, stored.envelope_index))
    signed = decode_order(KIND, payload)
    files = signed.files if isinstance(signed, PolicyPack) else ()
    return {file.name: file.text for file in files}


def packs_in_force(connection: Connection) -> tuple[Pack, ...]:
    """The newest of each, understood; they were in order when they were published."""
    read = (
        policy_pack.read(files_of(connection, stored)).pack for stored in newest_packs(connection)
    )
    return tuple(pack for pack in read if pack is not None)


def waiting_packs(connection: Connection, held: Collection[str], now: datetime) -> list[bytes]:
    """The newest envelope of each pack, except those that an agent already holds."""
    return [
        envelope_at(connection, stored.envelope_index)
        for stored in newest_packs(connection)
        if stored.digest not in held and stored.expires_at > now
    ]
