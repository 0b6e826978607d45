"""What the rows of suspicion.sqlite hold: suspicions with all that was done, and canaries. Pure."""

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from agent.integrity.ransom.rows import SUSPICION, Name, Rows
from agent.integrity.ransom.suspicion import Suspicion

_NANOSECONDS = 1_000_000_000


class Answer(Struct, frozen=True):
    """What was done about a suspicion so far."""

    hold: str = ""  # the hold that it placed; empty: none was needed, or not yet
    held: bool | None = None  # whether retention is held; None: not known yet
    clean_known: bool = False  # whether the backups were asked
    last_clean_at: datetime | None = None
    playbook: str = ""
    run_id: str = ""
    playbook_refused: str = ""  # why none was begun: a code


class Kept(Struct, frozen=True):
    """A suspicion with all that is known of it on this host."""

    suspicion: Suspicion
    version: int
    answer: Answer
    answered: int
    dismissed_at: datetime | None = None
    dismissed_by: str = ""  # uid:…
    dismissed_why: str = ""  # never leaves this host

    @property
    def open(self) -> bool:
        return self.dismissed_at is None

    @property
    def waits(self) -> bool:
        """Whether something must still be done about it, or told again."""
        return self.open and self.answered < self.version


class Laid(Struct, frozen=True):
    """A canary, and when it was made and given up."""

    watched: bytes
    sha256: bytes
    made_at_ns: int
    dropped_at_ns: int | None = None


decode_kept = msgspec.msgpack.Decoder(Kept).decode
decode_laid = msgspec.msgpack.Decoder(Laid).decode


def kept_of(rows: Rows, suspicion_id: str) -> Kept | None:
    body = rows.get(name_of(suspicion_id))
    return None if body is None else decode_kept(body)


def name_of(suspicion_id: str) -> Name:
    """Of its row."""
    return SUSPICION, suspicion_id.encode()


def ns_of(at: datetime) -> int:
    return int(at.timestamp() * 1000) * (_NANOSECONDS // 1000)


def moment_of(at_ns: int) -> datetime:
    return datetime.fromtimestamp(at_ns / _NANOSECONDS, UTC)
