"""What the agent remembers of its controller: checkpoint, assignment, orders, alarms."""

import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from agent.clock import Clock
from agent.config.home import Home
from agent.state.database import open_state, transaction
from agent.state.spoken import SpokenConnection

MIGRATIONS = (
    """
    CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE alarms (
        kind TEXT PRIMARY KEY,
        detail TEXT NOT NULL,
        raised_at TEXT NOT NULL
    ) STRICT;
    CREATE TABLE orders (
        order_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        raw BLOB NOT NULL,
        state TEXT NOT NULL,  -- accepted | refused | running | done | failed
        reason TEXT NOT NULL,
        received_at TEXT NOT NULL,
        ended_at TEXT
    ) STRICT;
    """,
)

HISTORY_REWRITTEN, CLOCK_WRONG, CLONED = "LOG_REWRITTEN", "CLOCK", "CLONED"
REVOKED, EVIDENCE_REFUSED, LEVEL_DIFFERS = "REVOKED", "EVIDENCE_REFUSED", "LEVEL_DIFFERS"
ORDER_REFUSED, PACK_REFUSED = "ORDER_REFUSED", "PACK_REFUSED"

_KEPT_ORDERS, _KEPT_BYTES = 500, 64 * 2**10  # an order needs about 1 KiB
_KEEP = "INSERT OR IGNORE INTO orders VALUES (?, ?, ?, ?, ?, ?, NULL)"
_FORGET = """DELETE FROM orders WHERE state IN ('refused', 'done', 'failed') AND order_id IN (
    SELECT order_id FROM (SELECT order_id, row_number() OVER (
        PARTITION BY reason = 'NOT_SIGNED' ORDER BY received_at DESC, rowid DESC) AS place
    FROM orders) WHERE place > ?)"""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something about the controller that a person must know until it is gone."""

    kind: str
    detail: str
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """An order as it was received, and what became of it."""

    order_id: str
    kind: str
    raw: bytes
    state: str
    reason: str
    received_at: datetime


class Memory:
    """Small facts in one database, shared by threads and processes."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._guard = threading.RLock()

    def fact(self, key: str) -> str:
        with self._guard:
            row = self._connection.execute(
                "SELECT value FROM facts WHERE key = ?", (key,)
            ).fetchone()
        return cast("str", row["value"]) if row else ""

    def keep(self, key: str, value: str) -> None:
        self._write("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, value))

    def raise_alarm(self, kind: str, detail: str = "") -> None:
        """The first moment stays; the detail is the newest."""
        self._write(
            "INSERT INTO alarms VALUES (?, ?, ?)"
            " ON CONFLICT (kind) DO UPDATE SET detail = excluded.detail",
            (kind, detail, self._now()),
        )

    def clear_alarm(self, kind: str) -> None:
        self._write("DELETE FROM alarms WHERE kind = ?", (kind,))

    def alarms(self) -> tuple[Alarm, ...]:
        with self._guard:
            rows = self._connection.execute("SELECT * FROM alarms ORDER BY raised_at").fetchall()
        return tuple(
            Alarm(row["kind"], row["detail"], datetime.fromisoformat(row["raised_at"]))
            for row in rows
        )

    def keep_order(self, order_id: str, kind: str, raw: bytes, reason: str) -> None:
        """Keep an order once; `reason` says why it is refused, empty accepts it.

        Of those that are over only the newest stay, else a hostile server fills our disk.
        """
        state = "refused" if reason else "accepted"
        row = (order_id, kind, raw[:_KEPT_BYTES], state, reason, self._now())
        with self._guard, transaction(self._connection):
            self._connection.execute(_KEEP, row)
            self._connection.execute(_FORGET, (_KEPT_ORDERS,))

    def set_order(self, order_id: str, state: str, reason: str = "") -> None:
        self._write(
            "UPDATE orders SET state = ?, reason = ?, ended_at = ? WHERE order_id = ?",
            (state, reason, self._now(), order_id),
        )

    def orders(self, *states: str) -> tuple[KeptOrder, ...]:
        """Orders in one of these states (all without any), oldest first."""
        with self._guard:
            rows = self._connection.execute("SELECT * FROM orders ORDER BY received_at").fetchall()
        return tuple(_order(row) for row in rows if not states or row["state"] in states)

    def close(self) -> None:
        with self._guard:
            self._connection.close()

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._guard, transaction(self._connection):
            self._connection.execute(statement, values)

    def _now(self) -> str:
        return self._clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def open_memory(home: Home, clock: Clock) -> Memory:
    return Memory(open_state(home, "uplink", MIGRATIONS, clock, SpokenConnection), clock)


def _order(row: sqlite3.Row) -> KeptOrder:
    return KeptOrder(
        order_id=row["order_id"],
        kind=row["kind"],
        raw=row["raw"],
        state=row["state"],
        reason=row["reason"],
        received_at=datetime.fromisoformat(row["received_at"]),
    )
