"""What keeps, in memory, what the live watching of an upgrade has found and explained."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.integrity.events.event import Entry
from agent.integrity.live.gaps import WatchGap
from agent.integrity.live.limit import Limit
from agent.integrity.noise.explainer import Explainer
from agent.integrity.seen import Seen
from wire.errors import LachanError


@dataclass
class Keeper:
    """Explains as the watching process does, and keeps what it tells in memory."""

    explainer: Explainer
    is_live: bool = False  # knows who it was
    journal_number: int = 0
    waiting: tuple[Seen, ...] = ()
    ask_at: datetime | None = None
    told: list[Entry] = field(default_factory=list)
    took_s: float = 0.0
    busy_s: float = 0.0  # the longest explanation in one go

    @property
    def judged_number(self) -> int:
        return self.journal_number

    def judge(self, seen: Sequence[Seen], number: int) -> None:
        """Nothing was left over by one before."""

    def clock_set(self, by_ns: int) -> None:
        """What waits here waits by the wall clock alone."""

    def take(self, seen: Sequence[Seen], journal_number: int) -> None:
        begun_s = time.perf_counter()
        explained = self.explainer.explain((*self.waiting, *seen), datetime.now(UTC))
        took_s = time.perf_counter() - begun_s
        self.took_s, self.busy_s = self.took_s + took_s, max(self.busy_s, took_s)
        self.waiting, self.ask_at = explained.still_waiting, explained.ask_again_at
        self.told += explained.events
        self.journal_number = journal_number

    def gap(self, gap: WatchGap) -> None:
        print(f"  a gap: {gap.reason.value}")

    def tick(self) -> float | None:
        if self.ask_at is not None and datetime.now(UTC) >= self.ask_at:
            self.take((), self.journal_number)
        return 0.2 if self.waiting else None


class Reporter:
    """Says what the watching says."""

    def troubled(self, error: LachanError) -> None:
        print(f"  trouble: {error}")

    def mended(self) -> None:
        pass

    def clock_set(self, by_ns: int) -> None:
        print(f"  the clock was set by {by_ns / 1e9:.1f} s")

    def alive(self) -> None:
        pass

    def ready(self, limits: Sequence[Limit]) -> None:
        pass
