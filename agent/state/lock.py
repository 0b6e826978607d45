"""One lock per task, shared by daemon and command line: flock, so that a dead holder frees it."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from agent.clock import Clock, SystemClock
from agent.config.home import Home
from agent.errors import BusyError
from agent.state.errors import folder_error
from texts.catalogue import tr
from texts.moments import show_moment
from wire.text import N_

SHORT_WAIT_S = 30.0
_LOOK_EVERY_S = 0.05
_NAMELESS_S = 1.0  # a holder without a name has just begun, or only looks (`holder`)
_SYSTEM_CLOCK = SystemClock()
_TASKS = {
    "backup": N_("A backup"),
    "daemon": N_("The daemon"),
    "drill": N_("A drill"),
    "integrity": N_("A baseline, a scan or an approval"),
    "ledger": N_("A look at all files"),
    "send": N_("Sending evidence"),
    "watch": N_("The watching of files"),
}


@contextlib.contextmanager
def hold(
    home: Home, task: str, *, wait_s: float = 0.0, clock: Clock = _SYSTEM_CLOCK
) -> Iterator[None]:
    """Hold the task's lock inside the block.

    Raises:
        BusyError: another process holds it and `wait_s` has passed; it names that process.
    """
    file = _lock_file(home, task)
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise folder_error(home.state_dir, error) from error
    try:
        _acquire(descriptor, task, wait_s, clock)
        os.ftruncate(descriptor, 0)
        holder = {"pid": os.getpid(), "since": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"}
        with contextlib.suppress(OSError):  # a full disk: it is held, by somebody without a name
            os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(home: Home, task: str) -> tuple[int, datetime | None] | None:
    """Process id and start of whoever holds the task now; None when nobody does."""
    file = home.state_dir / "locks" / f"{task}.lock"
    if not file.exists():
        return None
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(descriptor)
    finally:
        os.close(descriptor)
    return None


def _lock_file(home: Home, task: str) -> Path:
    folder = home.state_dir / "locks"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise folder_error(folder, error) from error
    return folder / f"{task}.lock"


def _acquire(descriptor: int, task: str, wait_s: float, clock: Clock) -> None:
    started = clock.monotonic()
    deadline = started + wait_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid, since = _read_holder(descriptor)
            patience = deadline if pid else max(deadline, started + _NAMELESS_S)
            if clock.monotonic() >= patience:
                shown = show_moment(since) if since else "?"
                named = tr(_TASKS.get(task, task))
                raise BusyError(task=named, pid=pid, since=shown) from error
            clock.sleep(_LOOK_EVERY_S)
        else:
            return


def _read_holder(descriptor: int) -> tuple[int, datetime | None]:
    """Who holds it; (0, None) in the instant before the holder has written its name."""
    try:
        record = json.loads(os.pread(descriptor, 4096, 0))
        return int(record["pid"]), datetime.fromisoformat(record["since"])
    except (ValueError, KeyError, TypeError):
        return 0, None
