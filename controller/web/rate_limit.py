"""Token buckets in memory: one process serves, so one memory counts."""

import threading
from collections import OrderedDict
from collections.abc import Callable

_REMEMBERED = 10_000  # callers; the ones that were quiet longest are forgotten first


class RateLimit:
    """So many requests at once, then so many a second, for each caller."""

    def __init__(self, burst: float, per_second: float, monotonic: Callable[[], float]) -> None:
        self._burst = burst
        self._per_second = per_second
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._turn = threading.Lock()

    def allows(self, caller: str) -> bool:
        """Take one from the caller's bucket; False when it is empty."""
        with self._turn:
            now = self._monotonic()
            left, at = self._buckets.pop(caller, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._per_second)
            allowed = left >= 1
            self._buckets[caller] = (left - 1 if allowed else left, now)
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
            return allowed
