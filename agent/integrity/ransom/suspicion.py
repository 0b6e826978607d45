"""A suspicion: changes of files that together look like an attack, and why."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from agent.integrity.who.record import Who

MOST_SAMPLES = 20


class Reason(StrEnum):
    """What spoke for it, the strongest first. The codes are what the controller hears."""

    CANARY = "canary"  # a file of ours that nobody has a reason to touch
    MAGIC_LOST = "magic_lost"  # a known format, or a text, became shapeless
    REPLACED = "replaced"  # files went, and shapeless ones came in their place
    STRUCTURE_BROKEN = "structure_broken"  # the header is there, what it promises is not
    INTERMITTENT = "intermittent"  # stretches inside became random, others stayed
    WIPED = "wiped"  # nothing but zeros, or nothing at all, where content was
    LOCKED = "locked"  # became archives or messages that need a key
    ENTROPY_JUMP = "entropy_jump"  # binary content without a format became random
    NOTE = "note"  # the same new small text in many folders, in a blackmailer's words
    RENAMED = "renamed"  # the same new extension, or names that became random
    WRITE_RATE = "write_rate"  # one process did most of it, fast


class Suspicion(Struct, frozen=True):
    """What the judge concluded; said again under the same id while it grows."""

    id: str
    watched: bytes
    at: datetime
    since: datetime  # the first of the changes it is made of
    latest: datetime  # the last of them
    reasons: tuple[Reason, ...]
    files: int  # that show a reason so far
    who: Who | None = None  # of most of them; None: nobody knows
    samples: tuple[bytes, ...] = ()  # some of the files
