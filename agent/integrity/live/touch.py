"""What the kernel hints at: something happened at this path, and this process did it."""

from enum import IntFlag
from typing import Protocol

from msgspec import Struct

from agent.integrity.live.limit import Limit
from agent.integrity.who.record import Who

UNKNOWN_NS = 0
_AT_ONCE_NS = 5_000_000_000


class Kinds(IntFlag):
    """What was done, as far as the kernel says; one touch may hold several."""

    CREATED = 1
    WRITTEN = 2  # content, by a program that still has the file open
    CLOSED = 4  # by a program that had opened it for writing
    ATTRIBUTES = 8  # mode, owner, times, extended attributes, number of links
    DELETED = 16
    MOVED_FROM = 32
    MOVED_TO = 64


class Touch(Struct, frozen=True):
    """A hint, never a fact: what is so now is found by looking at the path."""

    path: bytes
    at_ns: int  # UTC wall clock, when the hint was read
    kinds: int  # Kinds
    pid: int  # 0: of no process that this host can name
    who: Who | None
    is_folder: bool
    old_path: bytes | None = None  # of MOVED_TO, where the kernel says it
    since_ns: int | None = None  # it waited to be read: it happened between then and `at_ns`


def waited_since(emptied_ns: int, at_ns: int) -> int | None:
    """Since when what is read at a moment may have waited; None: no longer than is worth saying.

    Args:
        emptied_ns: when nothing waited; UNKNOWN_NS where nobody knows.
        at_ns: when it is read.
    """
    if emptied_ns == UNKNOWN_NS:
        return UNKNOWN_NS
    return emptied_ns if at_ns - emptied_ns > _AT_ONCE_NS else None


class Watcher(Protocol):
    """One way to hear of touches below the watched paths."""

    def fileno(self) -> int:
        """Readable when there is something to `read`."""

    def read(self) -> list[Touch]:
        """Everything that waits, oldest first; never blocks."""

    def nothing_before(self, at_ns: int) -> None:
        """Nothing waited to be read until then, UTC."""

    def nothing_known(self) -> None:
        """The clock was set: since when something waits cannot be said by it."""

    @property
    def overflowed(self) -> bool:
        """Whether hints were lost since this was asked last."""

    def limits(self) -> tuple[Limit, ...]:
        """What this way cannot see here."""

    def close(self) -> None: ...
