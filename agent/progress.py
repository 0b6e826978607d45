"""How far a long piece of work is: one shape for saving, copying, restoring, filling a disk.

What is done only grows, and nothing shows as done before it is: `done` is said by who did the
work, at its end, never computed from counts.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

_WINDOW_S = 15.0  # the speed is that of the last seconds, so that a stalled link shows
_FIRST_S = 2.0  # before that a speed says nothing about what remains
_MOST_SHOWN = 0.99  # of work that has not ended


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of one phase. `None` stands for what is not known, never for zero."""

    phase: str
    site: str = ""  # empty: no site has a part in it
    dataset: str = ""
    files_done: int = 0
    files_total: int | None = None
    bytes_done: int = 0
    bytes_total: int | None = None
    bytes_per_s: float | None = None
    remaining_s: float | None = None
    done: bool = False
    failed: bool = False  # it has ended, and not well

    @property
    def share(self) -> float | None:
        """From 0 to 1; None: the whole is not known. 1 only when it is done."""
        if self.done:
            return 1.0
        if self.bytes_total:
            return min(_MOST_SHOWN, self.bytes_done / self.bytes_total)
        if self.files_total:
            return min(_MOST_SHOWN, self.files_done / self.files_total)
        return None


OnProgress = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """For who does not want to be told."""


class Meter:
    """Guards the counts of one phase at one site; may be told from several threads.

    Call `tell` at least once a second, also when nothing moves: the speed then falls to nothing
    and the remaining time becomes unknown, as it is.
    """

    def __init__(
        self,
        about: Progress,
        on_progress: OnProgress = ignore,
        *,
        monotonic: Callable[[], float],
    ) -> None:
        self._guard = threading.RLock()
        self._latest = about
        self._on_progress = on_progress
        self._monotonic = monotonic
        self._began_s = monotonic()
        self._seen: deque[tuple[float, int]] = deque([(self._began_s, about.bytes_done)])

    @property
    def latest(self) -> Progress:
        return self._latest

    def expect(self, files: int | None, size: int | None) -> None:
        """How much there is to do, as soon as it is known."""
        with self._guard:
            self._say(files_total=files, bytes_total=size)

    def tell(self, files: int | None = None, size: int | None = None) -> None:
        """How much is done in all; less than was told before is passed over."""
        with self._guard:
            before = self._latest
            if before.done or before.failed:
                return
            files_done = max(before.files_done, files or 0)
            bytes_done = max(before.bytes_done, size or 0)
            speed = self._speed(bytes_done)
            self._say(
                files_done=files_done,
                bytes_done=bytes_done,
                bytes_per_s=speed,
                remaining_s=_remaining(before.bytes_total, bytes_done, speed)
                if self._seen[-1][0] - self._began_s >= _FIRST_S
                else None,
            )

    def finish(self) -> None:
        """The work has ended and is good."""
        with self._guard:
            self._say(done=not self._latest.failed, remaining_s=0.0)

    def fail(self) -> None:
        """The work has ended and is not good; what was done stays as it was told."""
        with self._guard:
            if not self._latest.done:
                self._say(failed=True, bytes_per_s=None, remaining_s=None)

    def _say(self, **changed: Any) -> None:  # noqa: ANN401 - fields of Progress
        self._latest = replace(self._latest, **changed)
        self._on_progress(self._latest)

    def _speed(self, bytes_done: int) -> float | None:
        now = self._monotonic()
        self._seen.append((now, bytes_done))
        while len(self._seen) > 2 and self._seen[1][0] <= now - _WINDOW_S:  # noqa: PLR2004
            self._seen.popleft()
        begun, at_begin = self._seen[0]
        return (bytes_done - at_begin) / (now - begun) if now > begun else None


def _remaining(total: int | None, done: int, speed: float | None) -> float | None:
    if total is None or not speed or done >= total:
        return None
    return (total - done) / speed
