"""A keyed seal over the whole outbox: which statements lie there, what was acknowledged, the end.

A statement bears its own signature and the link to the one before. Nothing of that says whether one
is missing at the end, or was marked as sent although nobody has it. So every row has a keyed code
over its place and its marks; the sum of all codes, with the end of the chain, is sealed with every
change. The sum is kept by triggers of our connection, so that no way of writing gets round it.
"""

import hmac
import sqlite3
from hashlib import sha256

import msgspec
from msgspec import Struct

from agent.uplink.identity import Identity

SEAL = "seal"  # its key in `meta`
_MARKED = (
    "position, incarnation, sequence, kind, link, sealed_at, acknowledged_at, log_index,"
    " resealed_at"
)
_NEW = ", ".join(f"NEW.{name}" for name in _MARKED.split(", "))
_OLD = ", ".join(f"OLD.{name}" for name in _MARKED.split(", "))
_TRIGGER = "CREATE TEMP TRIGGER seal_{0} AFTER {0} ON main.envelopes BEGIN SELECT {1}; END"
_ADDED, _REMOVED = f"queue_row(1, {_NEW})", f"queue_row(-1, {_OLD})"
_TRIGGERS = (
    _TRIGGER.format("INSERT", _ADDED),
    _TRIGGER.format("DELETE", _REMOVED),
    _TRIGGER.format("UPDATE", f"{_REMOVED}, {_ADDED}"),
)
_encode = msgspec.msgpack.Encoder().encode


class Sealed(Struct, frozen=True):
    """What the seal stands over."""

    rows: int = 0
    total: str = ""  # exclusive or of the rows' codes
    incarnation: str = ""
    sequence: int = 0
    link: str = ""
    meta: str = ""  # digest of everything else in `meta`
    revision: int = 0  # how often it was sealed


class QueueSeal:
    """Guards the sum while rows change; the caller holds the transaction."""

    def __init__(
        self, connection: sqlite3.Connection, identity: Identity, *, expected: bool
    ) -> None:
        """`expected`: a missing seal is no older program's, but was taken away."""
        self._connection = connection
        self.expected = expected
        self.key = hmac.digest(identity.key.to_bytes(), b"seal of the outbox", "sha256")
        self._rows, self._total = 0, 0
        self.revision = 0
        connection.create_function("queue_row", -1, self._row)
        for trigger in _TRIGGERS:
            connection.execute(trigger)

    def begin(self) -> bool:
        """Before a change. False: the end of the queue is not as we left it; it is summed anew."""
        sealed = self._stored()
        self._rows, self._total = (sealed.rows, int(sealed.total, 16)) if sealed else (0, 0)
        self.revision = sealed.revision if sealed else self.revision
        if sealed is None or sealed != self._now():
            self.sum_anew()
            return not self.expected
        return True

    def end(self) -> None:
        """After a change, in the same transaction."""
        self.revision += 1
        body = _encode(self._now())
        seal = f"{body.hex()}.{self._code(body).hex()}"
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (SEAL, seal))
        self.expected = True

    def holds(self) -> bool:
        """Whether every row is the one that was sealed, with its marks, and none is missing."""
        sealed = self._stored()
        self.revision = sealed.revision if sealed else self.revision
        self.sum_anew()
        return sealed == self._now() if sealed else not self.expected

    def _now(self) -> Sealed:
        head = self._connection.execute(
            "SELECT incarnation, sequence, link FROM envelopes ORDER BY position DESC LIMIT 1"
        ).fetchone()
        others = self._connection.execute(
            "SELECT key, value FROM meta WHERE key != ? ORDER BY key", (SEAL,)
        )
        meta = sha256(_encode([tuple(row) for row in others])).hexdigest()
        incarnation, sequence, link = head or ("", 0, "")
        total = f"{self._total:064x}"
        return Sealed(self._rows, total, incarnation, sequence, link, meta, self.revision)

    def sum_anew(self) -> None:
        """From the rows themselves, whatever was sealed."""
        self._rows, self._total = 0, 0
        for row in self._connection.execute(f"SELECT {_MARKED} FROM envelopes NOT INDEXED"):  # noqa: S608
            self._row(1, *row)

    def _row(self, sign: int, *marks: object) -> None:
        self._rows += sign
        self._total ^= int.from_bytes(self._code(_encode(marks)))

    def _stored(self) -> Sealed | None:
        """None: there is none, or it is not ours."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (SEAL,)).fetchone()
        body, _, code = str(row[0] if row else "").partition(".")
        try:
            raw, found = bytes.fromhex(body), bytes.fromhex(code)
        except ValueError:
            return None
        ours = bool(raw) and hmac.compare_digest(self._code(raw), found)
        return msgspec.msgpack.decode(raw, type=Sealed) if ours else None

    def _code(self, body: bytes) -> bytes:
        return hmac.digest(self.key, body, "sha256")
