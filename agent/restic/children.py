"""Which restic processes we started, on disk: what a dead one left behind is known as ours.

A record is written when a child starts, renewed while it works, and removed when it ended well.
What stays tells that a run was cut: its lock may remain at the site, and packs without an index.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_START_FIELD = 19  # of /proc/PID/stat after the name: start time in ticks since boot; proc(5)


class Started(Struct, frozen=True):
    """A process that cannot be mistaken for another with the same number."""

    pid: int
    ticks: int
    boot_id: str
    repositories: tuple[str, ...]  # the one that it works at, then the one that it reads
    verb: str
    parent: int
    parent_ticks: int
    began_at: float  # seconds since 1970, by this host's clock
    lived_s: float = 0.0  # as last renewed
    moved_bytes: int = 0  # read and written, as last renewed
    locks: tuple[str, ...] = ()  # ids that came to its repository while it lived

    def lives(self) -> bool:
        return self.boot_id == boot_id() and start_ticks(self.pid) == self.ticks

    @property
    def is_of_this_process(self) -> bool:
        return (self.parent, self.parent_ticks) == (os.getpid(), start_ticks(os.getpid()))

    def is_orphan(self) -> bool:
        """Lives, though who started it does not."""
        return self.lives() and start_ticks(self.parent) != self.parent_ticks


class Record:
    """Guards one child's file."""

    def __init__(self, folder: Path, started: Started) -> None:
        self._file = folder / f"{started.pid}-{started.ticks}"
        self.started = started
        self._write()

    def renew(self, lived_s: float, moved_bytes: int, locks: frozenset[str]) -> None:
        self.started = msgspec.structs.replace(
            self.started, lived_s=lived_s, moved_bytes=moved_bytes, locks=tuple(sorted(locks))
        )
        self._write()

    def saw(self, locks: frozenset[str]) -> None:
        """Which locks came, as far as its own may still be among them."""
        self.renew(self.started.lived_s, self.started.moved_bytes, locks)

    def close(self) -> None:
        """It left nothing behind."""
        self._file.unlink(missing_ok=True)

    def _write(self) -> None:
        new = self._file.with_name(f".{self._file.name}")
        new.write_bytes(msgspec.json.encode(self.started))
        new.replace(self._file)


def record(folder: Path, pid: int, repositories: tuple[str, ...], verb: str, now: float) -> Record:
    """Remember a child that has just started."""
    parent = os.getpid()
    return Record(
        folder,
        Started(
            pid=pid,
            ticks=start_ticks(pid) or 0,
            boot_id=boot_id(),
            repositories=repositories,
            verb=verb,
            parent=parent,
            parent_ticks=start_ticks(parent) or 0,
            began_at=now,
        ),
    )


def left_behind(folder: Path, repository: str) -> tuple[Started, ...]:
    """Children of ours at this repository that did not end well, and that are gone."""
    found = _all(folder)
    return tuple(one for one in found if repository in one.repositories and not one.lives())


def orphans(folder: Path) -> tuple[Started, ...]:
    """Children that go on though the agent that started them was killed."""
    return tuple(one for one in _all(folder) if one.is_orphan())


def stop(orphan: Started, signal_number: signal.Signals) -> None:
    """Signal it with everything that it has started: it leads a process group."""
    if orphan.lives():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(orphan.pid, signal_number)


def saw(folder: Path, child: Started, locks: frozenset[str]) -> None:
    """These are at its site now that it can be asked again, just after the child ended."""
    Record(folder, child).saw(locks | frozenset(child.locks))


def forget(folder: Path, child: Started) -> None:
    (folder / f"{child.pid}-{child.ticks}").unlink(missing_ok=True)


def start_ticks(pid: int) -> int | None:
    """When the process started; None: there is no such process, or it only waits to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in {"Z", "X"} else int(fields[_START_FIELD])


def boot_id() -> str:
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else os.uname().nodename


def _all(folder: Path) -> Iterator[Started]:
    for file in sorted(folder.glob("[0-9]*")):
        found = read(file)
        if found is not None:
            yield found


def read(file: Path) -> Started | None:
    """A record that cannot be read proves nothing: the lock then counts as foreign."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Started)
    except (OSError, msgspec.MsgspecError):
        return None
