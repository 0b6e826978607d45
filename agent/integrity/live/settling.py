"""When to look at what was touched: soon, once for many touches, and not all the time. Pure.

A file written in many pieces is looked at once. A look is never put off for longer than half a
second by further touches, unless the last look showed that it goes on changing: then the pauses
grow, so that a copy of 10 GB is not read again each half second.
"""

import heapq
from dataclasses import dataclass, field

from agent.integrity.live.touch import Kinds

QUIET_S = 0.1  # without touches: then it is looked at
OPEN_QUIET_S = 0.3  # the same while the writer still has the file open
LONGEST_S = 0.5  # from the first touch
FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 60.0  # between looks at what is written on and on
_COST_SHARE = 10  # looking takes at most this part of the time
_CHEAP_S = 0.05
_SETTLED_S = 300.0  # after that a path is as new


@dataclass(slots=True)
class _Waiting:
    """One path that was touched and not looked at since."""

    first_s: float
    due_s: float
    still_open: bool = False


@dataclass(slots=True)
class _Looked:
    """What the last look at a path that goes on changing cost, and the pause that it earned."""

    at_s: float
    took_s: float
    pause_s: float = 0.0


@dataclass(slots=True)
class Settling:
    """Guards which paths wait, and since when."""

    _waiting: dict[bytes, _Waiting] = field(default_factory=dict)
    _order: list[tuple[float, bytes]] = field(default_factory=list)
    _looked: dict[bytes, _Looked] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, path: bytes) -> bool:
        return path in self._waiting

    def drop(self, path: bytes) -> None:
        """It is looked at together with another one."""
        self._waiting.pop(path, None)

    def touch(self, path: bytes, kinds: int, now_s: float) -> None:
        """Something happened there."""
        known = self._waiting.get(path)
        first_s = known.first_s if known else now_s
        still_open = kinds == Kinds.WRITTEN
        due_s = min(now_s + (OPEN_QUIET_S if still_open else QUIET_S), first_s + LONGEST_S)
        due_s = max(due_s, self._not_before(path, now_s, still_open=still_open))
        if known is None:
            self._waiting[path] = _Waiting(first_s, due_s, still_open)
        else:
            known.still_open = still_open
            if known.due_s == due_s:
                return
            known.due_s = due_s
        heapq.heappush(self._order, (due_s, path))

    def again(self, path: bytes, now_s: float) -> None:
        """The look has seen it change while it looked: look once more, later each time."""
        looked = self._looked.setdefault(path, _Looked(now_s, 0.0))
        looked.pause_s = _longer(looked.pause_s)
        due_s = now_s + looked.pause_s
        self._waiting[path] = _Waiting(now_s, due_s)
        heapq.heappush(self._order, (due_s, path))

    def due(self, now_s: float, most: int) -> list[bytes]:
        """The paths to look at now; they wait no more."""
        found: list[bytes] = []
        while self._order and self._order[0][0] <= now_s and len(found) < most:
            due_s, path = heapq.heappop(self._order)
            waiting = self._waiting.get(path)
            if waiting is None or waiting.due_s != due_s:  # it was put off, or looked at
                continue
            del self._waiting[path]
            if waiting.still_open:
                self._looked.setdefault(path, _Looked(now_s, 0.0)).at_s = now_s
            found.append(path)
        return found

    def next_s(self) -> float | None:
        """When `due` has something; None while nothing waits."""
        while self._order:
            due_s, path = self._order[0]
            waiting = self._waiting.get(path)
            if waiting is not None and waiting.due_s == due_s:
                return due_s
            heapq.heappop(self._order)
        return None

    def looked(self, path: bytes, now_s: float, took_s: float) -> None:
        """A look has ended; one that cost little is not remembered for its cost."""
        known = self._looked.get(path)
        if took_s >= _CHEAP_S:
            self._looked[path] = _Looked(now_s, took_s, known.pause_s if known else 0.0)
        elif known is not None:
            known.at_s, known.took_s = now_s, 0.0

    def forget_settled(self, now_s: float) -> None:
        """Call now and then: memory of looks that nothing depends on any more goes."""
        self._looked = {
            path: looked
            for path, looked in self._looked.items()
            if now_s - looked.at_s < max(_SETTLED_S, _COST_SHARE * looked.took_s)
        }

    def _not_before(self, path: bytes, now_s: float, *, still_open: bool) -> float:
        """A dear look, or one at what is written on and on, needs its pause."""
        looked = self._looked.get(path)
        if looked is None:
            return now_s
        not_before = looked.at_s + _COST_SHARE * looked.took_s
        if not still_open:
            looked.pause_s = 0.0
            return not_before
        if path not in self._waiting:
            looked.pause_s = _longer(looked.pause_s)
        return max(not_before, looked.at_s + looked.pause_s)


def _longer(pause_s: float) -> float:
    return min(LAST_PAUSE_S, pause_s * 2) if pause_s else FIRST_PAUSE_S
