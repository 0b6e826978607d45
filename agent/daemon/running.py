"""Which backup runs at this moment: so that a late one is not taken for one that never began."""

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from agent.clock import Clock
from agent.config.home import Home
from agent.progress import OnProgress, Progress
from agent.state.lock import holder

_FILE = "running.json"
_LOCK = "backup"
_EVERY_S = 5.0


class RunningBackup(Struct, frozen=True):
    """A backup at work, as its own process last said."""

    pid: int
    dataset: str
    begun_at: datetime
    phase: str = ""
    share: float | None = None  # done of this phase; None: not known


class _Note:
    """Guards when the file was written last."""

    def __init__(self, home: Home, clock: Clock, running: RunningBackup) -> None:
        self._file, self._clock, self._running = home.state_dir / _FILE, clock, running
        self._written_at = 0.0

    def write(self) -> None:
        """A disk that is full must not end the backup: it runs on, and is told without progress."""
        self._written_at = self._clock.monotonic()
        new = self._file.with_name(f"{_FILE}.{self._running.pid}")
        with contextlib.suppress(OSError):
            new.write_bytes(msgspec.json.encode(self._running))
            new.replace(self._file)

    def tell(self, progress: Progress) -> None:
        phase, share = progress.phase, progress.share
        news = phase != self._running.phase
        self._running = msgspec.structs.replace(self._running, phase=phase, share=share)
        if news or self._clock.monotonic() - self._written_at >= _EVERY_S:
            self.write()

    def remove(self) -> None:
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)


@contextlib.contextmanager
def noted(home: Home, clock: Clock, dataset: str, on_progress: OnProgress) -> Iterator[OnProgress]:
    """Inside the block everybody on this host can see that the backup runs, and how far it is."""
    note = _Note(home, clock, RunningBackup(os.getpid(), dataset, clock.now()))

    def told(progress: Progress) -> None:
        on_progress(progress)
        note.tell(progress)

    note.write()
    try:
        yield told
    finally:
        note.remove()


def running_now(home: Home) -> RunningBackup | None:
    """The backup that runs; what a killed one has left behind does not count."""
    held = holder(home, _LOCK)
    found = _read(home.state_dir / _FILE) if held is not None else None
    return found if found is not None and held is not None and found.pid == held[0] else None


def _read(file: Path) -> RunningBackup | None:
    """None also for a file that is gone or half there: the next look sees it whole."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=RunningBackup)
    except (OSError, msgspec.DecodeError):
        return None
