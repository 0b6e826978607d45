"""Paths of which only a look finds everything: when it is due, and whether one was missed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

EVERY_S = 300.0
_REST = 20  # times as long as the look took
UNKNOWN_NS = 0


@dataclass(slots=True)
class _Looked:
    """The newest look at one path that has ended, or the beginning of our watching."""

    ended_s: float
    due_s: float
    every_s: float = EVERY_S
    took_s: float = 0.0
    begun_ns: int = UNKNOWN_NS  # UTC: whatever changed until then was found


@dataclass(slots=True)
class Looks:
    """Guards the looks at every path; whoever is heard completely never asks for them."""

    _of: dict[bytes, _Looked] = field(default_factory=dict)

    def begin(self, paths: Iterable[bytes], now_s: float) -> None:
        """The first look is on its way."""
        for path in paths:
            self._of[path] = _Looked(now_s, now_s + EVERY_S)

    def ended(self, path: bytes, now_s: float, took_s: float, begun_ns: int) -> None:
        every_s = max(EVERY_S, _REST * took_s)
        self._of[path] = _Looked(now_s, now_s + every_s, every_s, took_s, begun_ns)

    def due(self, paths: Iterable[bytes], now_s: float) -> frozenset[bytes]:
        """Those of the paths whose next look is due; it is asked for again after a while."""
        found = frozenset(path for path in paths if path in self._of)
        found = frozenset(path for path in found if now_s >= self._of[path].due_s)
        for path in found:
            self._of[path].due_s = now_s + EVERY_S
        return found

    def kept_up(self, path: bytes, now_s: float) -> bool:
        """Whether no look was missed."""
        looked = self._of.get(path)
        return looked is not None and now_s <= looked.ended_s + 2 * looked.every_s + looked.took_s

    def every_s(self, path: bytes) -> float:
        return self._of[path].every_s if path in self._of else EVERY_S

    def held_ns(self, path: bytes) -> int:
        """Whatever changed until then was found, UTC."""
        return self._of[path].begun_ns if path in self._of else UNKNOWN_NS

    def clock_set(self, by_ns: int) -> None:
        for looked in self._of.values():
            if looked.begun_ns != UNKNOWN_NS:
                looked.begun_ns += by_ns
