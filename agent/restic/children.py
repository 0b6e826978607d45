"""Which restic processes we started, on disk: a lock can be told to be a dead child's."""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_START_FIELD = 19  # of /proc/PID/stat after the name: start time in ticks since boot; proc(5)


@dataclass(frozen=True, slots=True)
class Started:
    """A process that cannot be mistaken for another with the same number."""

    pid: int
    ticks: int
    boot_id: str
    repository: str

    def lives(self) -> bool:
        return self.boot_id == boot_id() and start_ticks(self.pid) == self.ticks


@contextlib.contextmanager
def journalled(folder: Path, pid: int, repository: str) -> Iterator[None]:
    """Remember a child while it runs; after kill -9 of ourselves the record stays."""
    record = folder / str(pid)
    started = {
        "pid": pid,
        "ticks": start_ticks(pid) or 0,
        "boot_id": boot_id(),
        "repository": repository,
    }
    record.write_text(json.dumps(started))
    yield
    record.unlink(missing_ok=True)  # not after an error: it may have been killed with its lock


def left_behind(folder: Path, repository: str) -> tuple[Started, ...]:
    """Children of ours at this repository whose end we have not seen, and that are gone."""
    found = [_read(record) for record in sorted(folder.glob("*"))]
    return tuple(
        child for child in found if child and child.repository == repository and not child.lives()
    )


def forget(folder: Path, child: Started) -> None:
    (folder / str(child.pid)).unlink(missing_ok=True)


def start_ticks(pid: int) -> int | None:
    """When the process started; None: there is no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(stat.rpartition(")")[2].split()[_START_FIELD])


def boot_id() -> str:
    return _BOOT_ID.read_text().strip() if _BOOT_ID.exists() else os.uname().nodename


def _read(record: Path) -> Started | None:
    """A record that cannot be read proves nothing: the lock then counts as foreign."""
    try:
        fields = json.loads(record.read_text())
        return Started(
            int(fields["pid"]), int(fields["ticks"]), fields["boot_id"], fields["repository"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
