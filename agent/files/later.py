"""Reads large files beside the single looks that met them, one after the other, in a thread.

hashlib and the reading of a file let other threads run. A file that is written all the time, as a
virtual disk is, is read again only after a rest: else we would read it for ever.
"""

import contextlib
import threading
from collections.abc import Callable

from agent.clock import Clock
from agent.errors import AgentError

_REST = 9.0  # so many times as long as the reading took: a tenth of a disk's time at most
_STOP_S = 10.0

Read = Callable[[bytes, Callable[[], None]], None]  # looks at one key; told how to notice a stop


class StoppedError(Exception):
    """Inside the thread only: nobody waits for the file any more."""


class Later:
    """Keys that wait to be read. What failed is told to the next caller, and stays waiting."""

    def __init__(self, read: Read, clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: dict[bytes, float] = {}  # key -> not before this moment
        self._reading: bytes | None = None
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._failure: AgentError | None = None
        self._rests: dict[bytes, float] = {}  # of what was read: key -> not again before

    def add(self, key: bytes) -> None:
        with self._changed:
            self._waiting.setdefault(key, self._rests.get(key, 0.0))
            self._changed.notify_all()

    def pending(self) -> int:
        """How many files wait, the one that is being read included.

        Raises:
            AgentError: what kept the thread from storing what it read.
        """
        with self._changed:
            self._raise_failure()
            if self._waiting and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="large files", daemon=True)
                self._thread.start()
            return len(self._waiting) + (self._reading is not None)

    def finish(self) -> None:
        """Wait until everything is read, at once: nobody else needs the disk now."""
        self.pending()
        with self._changed:
            self._waiting = dict.fromkeys(self._waiting, 0.0)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._failure or not (self._waiting or self._reading))
            self._raise_failure()

    def close(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_STOP_S)

    def _run(self) -> None:
        with contextlib.suppress(StoppedError):
            while (key := self._next()) is not None:
                self._read_one(key)

    def _read_one(self, key: bytes) -> None:
        begun = self._clock.monotonic()
        failure: AgentError | None = None
        try:
            self._read(key, self._pulse)
        except AgentError as error:
            failure = error
        with self._changed:
            now = self._clock.monotonic()
            self._rests = {one: until for one, until in self._rests.items() if until > now}
            self._rests[key] = now + _REST * (now - begun)
            if failure is not None:
                self._waiting.setdefault(key, 0.0)
                self._failure, self._thread = failure, None
            self._reading = None
            self._changed.notify_all()
        if failure is not None:
            raise StoppedError

    def _next(self) -> bytes | None:
        """Wait for a key whose rest is over; None when the end has come."""
        with self._changed:
            while not self._stopped:
                now = self._clock.monotonic()
                key = min(self._waiting, key=self._waiting.__getitem__, default=None)
                if key is not None and self._waiting[key] <= now:
                    del self._waiting[key]
                    self._reading = key
                    return key
                self._changed.wait(None if key is None else self._waiting[key] - now)
        return None

    def _pulse(self) -> None:
        if self._stopped:
            raise StoppedError

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
