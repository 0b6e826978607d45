"""Which watched paths must be looked at as a whole, and why: what closes a gap.

The look runs in a process of its own: what it needs of memory goes with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agent.files.names import path_bytes
from agent.integrity.live.gaps import WatchGap

_FIRST_REST_S, _LAST_REST_S = 5.0, 600.0  # before it is tried again


class Running(Protocol):
    """A process that looks."""

    def poll(self) -> int | None: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


Start = Callable[[Sequence[bytes]], Running]


@dataclass(slots=True)
class Finished:
    """A look that has ended well, and the gaps that it closes."""

    roots: frozenset[bytes]
    gaps: tuple[WatchGap, ...]
    took_s: float


@dataclass(slots=True)
class Rescans:
    """Guards what is wanted and what runs. One look runs at a time."""

    start: Start
    _wanted: dict[bytes, float] = field(default_factory=dict)  # root -> not before
    _open: list[WatchGap] = field(default_factory=list)
    _running: Running | None = None
    _roots: frozenset[bytes] = frozenset()
    _closing: list[WatchGap] = field(default_factory=list)
    _begun_s: float = 0.0
    _rest_s: float = _FIRST_REST_S
    _refused: frozenset[bytes] = frozenset()  # their last look has failed
    failed: int = 0  # how often in a row

    def want(self, roots: Iterable[bytes], gaps: Iterable[WatchGap] = ()) -> None:
        """A look that has begun already does not count: something may have come behind it."""
        self._wanted.update(dict.fromkeys(roots, 0.0))
        self._open.extend(gaps)

    @property
    def owed(self) -> frozenset[bytes]:
        """The roots whose look has not ended."""
        return frozenset(self._wanted) | self._roots

    def step(self, now_s: float, silent: frozenset[bytes] = frozenset()) -> Finished | None:
        """Start what is wanted; say what has ended well. Nobody looks where nobody answers."""
        if self._running is not None and self._roots & silent:
            self._running.kill()
        finished = self._ended(now_s) if self._running is not None else None
        ready = self._ready(now_s, silent)
        if self._running is None and ready:
            for root in ready:
                del self._wanted[root]
            self._roots = frozenset(ready)
            self._closing = [gap for gap in self._open if path_bytes(gap.watched.path) in ready]
            self._open = [gap for gap in self._open if gap not in self._closing]
            self._begun_s = now_s
            self._running = self.start(ready)
        return finished

    def _ready(self, now_s: float, silent: frozenset[bytes]) -> list[bytes]:
        """What has failed is tried alone: one path must not keep the others waiting."""
        ready = [
            root
            for root, not_before in self._wanted.items()
            if not_before <= now_s and root not in silent
        ]
        return [root for root in ready if root not in self._refused] or ready[:1]

    def stop(self) -> None:
        if self._running is not None:
            self._running.terminate()

    def _ended(self, now_s: float) -> Finished | None:
        code = self._running.poll() if self._running else None
        if code is None:
            return None
        roots, gaps = self._roots, self._closing
        self._running, self._roots, self._closing = None, frozenset(), []
        if code == 0:
            self._refused -= roots
            self.failed, self._rest_s = 0, _FIRST_REST_S
            return Finished(roots, tuple(gaps), now_s - self._begun_s)
        self.failed += 1
        self._refused |= roots
        self._wanted.update(dict.fromkeys(roots, now_s + self._rest_s))
        self._rest_s = min(_LAST_REST_S, self._rest_s * 2)
        self._open = gaps + self._open
        return None
