"""Notices that somebody has set the clock: what was remembered by it means another moment now.

The time since the boot goes on as it did, asleep or not, whoever sets the clock.
"""

from agent.integrity.live.alive import Moments

_NOTICED_NS = 2_000_000_000  # less is how clocks are kept right, or a busy machine


class ClockSet:
    """Compares the two clocks each time that it is asked."""

    def __init__(self, moments: Moments) -> None:
        self._moments = moments
        self._ahead_ns = self._ahead()

    def by_ns(self) -> int:
        """By how much it was set since this was asked last; 0: it was not."""
        ahead_ns = self._ahead()
        by_ns = ahead_ns - self._ahead_ns
        if abs(by_ns) < _NOTICED_NS:
            return 0
        self._ahead_ns = ahead_ns
        return by_ns

    def _ahead(self) -> int:
        return self._moments.wall_ns() - self._moments.boot_ns()
