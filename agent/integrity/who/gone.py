"""Processes that have ended, remembered for a while: hints about them are read afterwards. Pure."""

from collections import deque
from typing import NamedTuple

from agent.integrity.who.process import Process

MOST_GONE = 4_096
GONE_KEPT_NS = 60_000_000_000
_HELD_UP_NS = 2_000_000_000


class Moment(NamedTuple):
    """When something was done, as closely as it is known, and whether its process was still there.

    `there`: True, it is now; False, it is gone; None, nobody knows.
    """

    since_ns: int
    at_ns: int
    there: bool | None


class Gone:
    """Guards the dead, bounded in number and in time."""

    def __init__(self) -> None:
        self._by_number: dict[int, list[Process]] = {}
        self._order: deque[Process] = deque()  # the first to end first

    def __len__(self) -> int:
        return len(self._order)

    def of(self, pid: int) -> list[Process]:
        return self._by_number.get(pid, [])

    def takes(self, process: Process) -> None:
        self._by_number.setdefault(process.pid, []).append(process)
        self._order.append(process)
        oldest_ns = process.died_ns - GONE_KEPT_NS
        while len(self._order) > MOST_GONE or self._order[0].died_ns < oldest_ns:
            self._forgets(self._order.popleft())

    def gives_back(self, pid: int) -> Process | None:
        """The newest with this number; it did not end after all."""
        found = self._by_number.pop(pid, None)
        if found is None:
            return None
        for process in found:
            self._order.remove(process)
        found[-1].died_ns = 0
        return found[-1]

    def late(self, pid: int, moment: Moment) -> list[Process]:
        """The reader of hints may have been held up: then it was the only one with the number."""
        dead = [process for process in self.of(pid) if process.born_ns <= moment.at_ns]
        late_ns = moment.since_ns - _HELD_UP_NS
        return dead if len(dead) == 1 and dead[0].died_ns >= late_ns else []

    def _forgets(self, process: Process) -> None:
        others = self._by_number[process.pid]
        others.remove(process)
        if not others:
            del self._by_number[process.pid]
