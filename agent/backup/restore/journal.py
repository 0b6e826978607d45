"""What a restore is about to do, on disk before it does it: after kill -9 it can be told."""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from agent.config.home import Home
from agent.restic.children import boot_id, start_ticks

STAGING, PLACING = "staging", "placing"
Identity = tuple[int, int]  # device and inode: a name can change hands, these cannot


@dataclass(frozen=True, slots=True)
class Entry:
    """One restore: whose it is, where it works, what it has come to.

    `stage` is the folder of our own beside the goal; `item` lies in it until it is placed at
    `final`, and what was there before goes to `kept`.
    """

    id: str
    pid: int
    ticks: int
    boot_id: str
    phase: str
    stage: str
    item: str = ""
    final: str = ""
    kept: str = ""
    new: Identity | None = None
    old: Identity | None = None

    @property
    def lives(self) -> bool:
        return self.boot_id == boot_id() and start_ticks(self.pid) == self.ticks


class Journal:
    """Guards the file of one running restore."""

    def __init__(self, file: Path, entry: Entry) -> None:
        self._file = file
        self.entry = entry

    def write(self, **changed: str | Identity | None) -> Entry:
        """On disk, for good, when this returns."""
        self.entry = replace(self.entry, **changed)  # type: ignore[arg-type]
        new = self._file.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w") as stream:  # noqa: PTH123 - a descriptor
            stream.write(json.dumps(asdict(self.entry)))
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(self._file)
        sync_folder(self._file.parent)
        return self.entry

    def close(self) -> None:
        self._file.unlink(missing_ok=True)


@contextlib.contextmanager
def opened(home: Home, restore_id: str, stage: Path) -> Iterator[Journal]:
    """A journal that is removed when the restore ends by itself, well or not."""
    folder = _folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pid = os.getpid()
    entry = Entry(restore_id, pid, start_ticks(pid) or 0, boot_id(), STAGING, str(stage))
    journal = Journal(folder / f"{restore_id}.json", entry)
    journal.write()
    try:
        yield journal
    finally:
        journal.close()


def left_behind(home: Home) -> tuple[Journal, ...]:
    """The journals of restores whose process is gone. What cannot be read is left alone."""
    folder = _folder(home)
    found = [_read(file) for file in sorted(folder.glob("*.json"))] if folder.is_dir() else []
    return tuple(each for each in found if each is not None and not each.entry.lives)


def sync_folder(folder: Path) -> None:
    """The names in a folder, on disk for good."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _folder(home: Home) -> Path:
    return home.state_dir / "restores"


def _read(file: Path) -> Journal | None:
    try:
        fields = json.loads(file.read_text())
        for name in ("new", "old"):
            fields[name] = tuple(fields[name]) if fields[name] else None
        return Journal(file, Entry(**fields))
    except (OSError, ValueError, TypeError, KeyError):
        return None
