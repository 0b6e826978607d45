"""How long each phase of a drill took."""

import contextlib
from collections.abc import Iterator

from agent.clock import Clock

OPEN = "open"
LOCATE = "locate"
RESTORE = "restore"
COMPARE = "compare"
CLEAN_UP = "clean_up"


class Stopwatch:
    """Guards the seconds of each phase; a phase that comes twice is added up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time the block, also when it ends by an error."""
        began = self._clock.monotonic()
        try:
            yield
        finally:
            took = self._clock.monotonic() - began
            self._seconds[name] = self._seconds.get(name, 0.0) + took

    @property
    def seconds(self) -> dict[str, float]:
        return {name: round(seconds, 3) for name, seconds in self._seconds.items()}
