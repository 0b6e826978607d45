"""The province's own pack of policies: the newest that was signed, and what it holds."""

from collections.abc import Mapping
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


def newest_pack(connection: Connection) -> StoredPack | None:
    """A province has one pack at a time: the one that was signed last."""
    query = select(POLICY_PACK).order_by(POLICY_PACK.c.envelope_index.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return StoredPack(
        pack=row.pack,
        version=row.version,
        digest=row.digest,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        envelope_index=row.envelope_index,
    )


def files_of(connection: Connection, stored: StoredPack) -> Mapping[str, str]:
    """The files as they were signed."""
    payload = peek_payload(envelope_at(connection, stored.envelope_index))
    signed = decode_order(KIND, payload)
    files = signed.files if isinstance(signed, PolicyPack) else ()
    return {file.name: file.text for file in files}


def pack_in_force(connection: Connection) -> Pack | None:
    """The newest pack, understood; it was in order when it was published."""
    stored = newest_pack(connection)
    return None if stored is None else policy_pack.read(files_of(connection, stored)).pack


def waiting_pack(connection: Connection, held: str, now: datetime) -> bytes | None:
    """The newest pack's envelope, unless it is the one that an agent already holds."""
    stored = newest_pack(connection)
    if stored is None or stored.digest == held or stored.expires_at <= now:
        return None
    return envelope_at(connection, stored.envelope_index)
