"""Time, passed in: what waits or ages is tested with a clock of its own."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The moment (UTC, for people and evidence) and a stopwatch (for durations)."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
