"""Whether a running restic still gets anywhere, from samples of it. Pure.

restic tries a dead HTTP connection for a quarter of an hour, and a half-open one says nothing at
all. So the site itself is asked; when it has not answered for long enough, the link is dead, a
little later while bytes move: they may be those of a full link, or of a pack that is read again
for each new try. Who can only be asked through ssh is asked by ssh (ServerAliveInterval).
"""

from dataclasses import dataclass
from enum import Enum

_MOVED_BYTES = 128 * 1024  # less is what a waiting restic prints and tries again
_HUNG_AFTER_S = 300.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How long silence may last, in seconds; together within half a minute."""

    ask_after_s: float = 4.0
    dead_after_s: float = 16.0
    dead_though_busy_s: float = 20.0
    stopped_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A process and what it has started, at a moment of our stopwatch."""

    at_s: float
    moved_bytes: int
    cpu_ticks: int
    stopped: bool  # by SIGSTOP or a debugger


class Finding(Enum):
    """Why it is of no use to wait any longer, as it is told to a person."""

    LINK_DEAD = "the site has not answered for {seconds:.0f} s"
    HUNG = "restic has done nothing for {seconds:.0f} s"
    STOPPED = "restic was stopped from outside, {seconds:.0f} s ago"


class Pulse:
    """Guards when each sign of life was last seen."""

    def __init__(self, limits: Limits, now_s: float, *, can_ask: bool) -> None:
        self._limits = limits
        self._can_ask = can_ask
        self._first_bytes = 0
        self._last = Sample(now_s, 0, 0, stopped=False)
        self.ever_lived = False  # bytes have moved, or the site has answered
        self._moved_at_s = self._answered_at_s = self._changed_at_s = self._ran_at_s = now_s

    def take(self, sample: Sample) -> None:
        if sample.moved_bytes - self._first_bytes >= _MOVED_BYTES:
            self._first_bytes, self._moved_at_s = sample.moved_bytes, sample.at_s
            self.ever_lived = True
        last = self._last
        if (sample.moved_bytes, sample.cpu_ticks) != (last.moved_bytes, last.cpu_ticks):
            self._changed_at_s = sample.at_s
        if not sample.stopped:
            self._ran_at_s = sample.at_s
        self._last = sample

    @property
    def wants_answer(self) -> bool:
        """Whether the site is to be asked now."""
        return self._can_ask and self._unanswered_s > self._limits.ask_after_s

    def answered(self, at_s: float) -> None:
        self._answered_at_s = at_s
        self.ever_lived = True

    def finding(self) -> tuple[Finding, float] | None:
        """What is wrong, and for how long; None: it goes on."""
        now_s = self._last.at_s
        for finding, since_s, limit_s in (
            (Finding.STOPPED, self._ran_at_s, self._limits.stopped_s),
            (Finding.HUNG, self._changed_at_s, _HUNG_AFTER_S),
        ):
            if now_s - since_s >= limit_s:
                return finding, now_s - since_s
        if self._can_ask and self._unanswered_s >= self._patience_s:
            return Finding.LINK_DEAD, self._unanswered_s
        return None

    @property
    def _patience_s(self) -> float:
        busy = self._last.at_s - self._moved_at_s < self._limits.dead_after_s
        return self._limits.dead_though_busy_s if busy else self._limits.dead_after_s

    @property
    def _unanswered_s(self) -> float:
        return self._last.at_s - self._answered_at_s
