"""What is known only for a while: nonces that were seen, who was heard when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, delete, select

from controller.store.tables.private import PRESENCE, REQUEST_NONCE, WITNESS
from controller.store.upsert import add_missing, upsert
from wire.messages import Heartbeat, Running

NONCES_KEPT = timedelta(minutes=15)  # longer than a request stays fresh on either side


@dataclass(frozen=True, slots=True)
class Presence:
    """The last heartbeat of an agent, by the controller's clock."""

    agent: str
    facility: str
    heard_at: datetime
    made_at: datetime
    agent_version: str
    clock_offset_s: float
    waiting: int
    head_sequence: int
    running: tuple[Running, ...] = ()
    watching: str = ""  # how watched files are watched, or `off`
    watching_since: datetime | None = None  # the host has said so in every heartbeat since

    def runs(self, dataset: str) -> Running | None:
        """The backup of this dataset that was at work when the host was last heard."""
        return next((each for each in self.running if each.dataset == dataset), None)


def first_use(connection: Connection, agent: str, nonce: str, now: datetime) -> bool:
    """Remember a nonce; False when it was seen before."""
    connection.execute(delete(REQUEST_NONCE).where(REQUEST_NONCE.c.seen_at < now - NONCES_KEPT))
    row = {"agent": agent, "nonce": nonce, "seen_at": now}
    return add_missing(connection, REQUEST_NONCE, [row]) == 1


def record_presence(connection: Connection, heartbeat: Heartbeat, now: datetime) -> None:
    own = PRESENCE.c.agent == heartbeat.agent
    before = connection.execute(select(PRESENCE).where(own)).one_or_none()
    same = before is not None and before.watching == heartbeat.watching
    row = {
        "agent": heartbeat.agent,
        "facility": heartbeat.facility,
        "heard_at": now,
        "made_at": heartbeat.made_at,
        "boot_id": heartbeat.boot_id,
        "incarnation": heartbeat.incarnation,
        "head_sequence": heartbeat.head_sequence,
        "head_digest": heartbeat.head_digest,
        "agent_version": heartbeat.agent_version,
        "clock_offset_s": heartbeat.clock_offset_s,
        "waiting": heartbeat.waiting,
        "busy": heartbeat.busy,
        "running": msgspec.json.encode(heartbeat.running).decode(),
        "watching": heartbeat.watching,
        "watching_since": before.watching_since if before is not None and same else now,
    }
    upsert(connection, PRESENCE, [row])


def record_witness(
    connection: Connection, agent: str, facility: str, size: int, now: datetime
) -> None:
    row = {"agent": agent, "facility": facility, "size": size, "seen_at": now}
    upsert(connection, WITNESS, [row])


def presences(connection: Connection) -> dict[str, Presence]:
    """Every agent that was ever heard, by its code."""
    rows = connection.execute(select(PRESENCE))
    return {
        row.agent: Presence(
            agent=row.agent,
            facility=row.facility,
            heard_at=row.heard_at,
            made_at=row.made_at,
            agent_version=row.agent_version,
            clock_offset_s=row.clock_offset_s,
            waiting=row.waiting,
            head_sequence=row.head_sequence,
            running=msgspec.json.decode(row.running, type=tuple[Running, ...]),
            watching=row.watching,
            watching_since=row.watching_since,
        )
        for row in rows
    }
