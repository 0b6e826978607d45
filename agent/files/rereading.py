"""Which files' content is read again though nothing about them changed: a rotating sample. Pure.

Who writes to the disk below the filesystem, or sets the clock back, changes content and leaves
every time as it was. Each file has a turn of its own in each period, so that every look reads
about the same share and no file's content is older than the period.
"""

import zlib
from dataclasses import dataclass
from datetime import timedelta

_TURNS = 1 << 32


@dataclass(frozen=True, slots=True)
class Rereading:
    """`every_s`: how long ago the last look was, and so probably how long until the next."""

    now_s: int
    within_s: int
    every_s: int = 0

    def due(self, key: bytes, hashed_at: int) -> bool:
        """Whether its turn has come since it was read, or will pass before the next look.

        A moment of reading that lies in the future says that the clock was set back.
        """
        if hashed_at > self.now_s or self.now_s + self.every_s - hashed_at >= self.within_s:
            return True
        phase_s = zlib.crc32(key) * self.within_s // _TURNS
        return (hashed_at + phase_s) // self.within_s != (self.now_s + phase_s) // self.within_s


def rereading(now_s: int, within: timedelta | None, looked_at_s: int) -> Rereading | None:
    """The rule for a look at `now_s`, after one at `looked_at_s` (0: none before)."""
    if within is None:
        return None
    every_s = max(0, now_s - looked_at_s) if looked_at_s else 0
    return Rereading(now_s, int(within.total_seconds()), every_s)
