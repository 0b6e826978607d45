"""What the live watching is put together from: each part is made elsewhere and passed in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.clock import Clock
from agent.config.model import Watched
from agent.files.filesystems import Mount
from agent.files.ledger import Ledger
from agent.integrity.live.alive import MarkFile, Moments
from agent.integrity.live.gaps import WatchGap
from agent.integrity.live.limit import Limit
from agent.integrity.live.rescans import Start
from agent.integrity.live.trees import OpenLedger
from agent.integrity.live.ways import Ways
from agent.integrity.seen import Seen
from wire.errors import LachanError


class Keeper(Protocol):
    """What becomes of changes: explained, stored, told."""

    @property
    def journal_number(self) -> int:
        """The newest transition that is stored."""

    @property
    def judged_number(self) -> int:
        """The newest transition that is stored and judged for good: it is needed no more."""

    def judge(self, seen: Sequence[Seen], journal_number: int) -> None:
        """Judge what was stored by one that died before it had.

        Raises:
            LachanError: it cannot be told now; it waits.
        """

    def take(self, seen: Sequence[Seen], journal_number: int) -> None:
        """Store these together with the number of the newest transition that they are made of.

        Raises:
            LachanError: they cannot be stored now; nothing of them is.
        """

    def gap(self, gap: WatchGap) -> None:
        """Say that nobody watched; said again, closed, when everything was looked at since.

        Raises:
            LachanError: it cannot be stored now.
        """

    def clock_set(self, by_ns: int) -> None:
        """The clock was set by so much: what is remembered by it means another moment."""

    def tick(self) -> float | None:
        """Do what is due; return in how many seconds something will be, if anything waits.

        Raises:
            LachanError: it cannot be done now.
        """


class Reporter(Protocol):
    """What a person at this host is told of the watching itself."""

    def troubled(self, error: LachanError) -> None:
        """What was seen cannot be looked at or stored now; it is tried again."""

    def mended(self) -> None:
        """It can be again."""

    def alive(self) -> None:
        """Said every few seconds: whoever waits for it in vain may start another one."""

    def clock_set(self, by_ns: int) -> None:
        """Somebody has set the clock by so much."""

    def ready(self, limits: Sequence[Limit]) -> None:
        """Everything that happens from now on is heard, but for these limits."""


Named = Callable[[tuple[Seen, ...]], tuple[Seen, ...]]


def _as_it_is(seen: tuple[Seen, ...]) -> tuple[Seen, ...]:
    return seen


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that the loop works with."""

    watched: tuple[Watched, ...]
    ledger: Ledger
    open_ledger: OpenLedger  # another one, for another thread
    keeper: Keeper
    ways: Ways
    rescan: Start
    marks: MarkFile
    moments: Moments
    clock: Clock
    reporter: Reporter
    mounts: Callable[[], tuple[Mount, ...]]
    pid: int
    who_limits: Callable[[], str] = str  # what nobody can know about who, as a message id
    named: Named = _as_it_is  # with what a file server's own record tells of its clients
    client_limits: Callable[[], tuple[Limit, ...]] = tuple  # what that record cannot tell
