"""A copy of the files that checks read, whose copies may be spoiled; programs answer as here."""

import contextlib
import os
import shutil
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from agent.errors import UnreadableFactError
from agent.host import FILE_LIMIT_BYTES, FileStatus, Host, LocalHost

RUNNING = ("/proc/", "/sys/", "/run/", "/dev/")
LARGEST_COPIED = 2**20


class Recorder:
    """Notes what is asked of a host's files; a walk over the disks finds nothing."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.read_paths: set[str] = set()
        self.listed: set[str] = set()
        self.looked_at: set[str] = set()

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        return "" if "find" in argv else self._host.run(argv, timeout_s, accept=accept)

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str:
        self.read_paths.add(path)
        return self._host.read(path, limit_bytes=limit_bytes)

    def listing(self, path: str) -> tuple[str, ...]:
        self.listed.add(path)
        return self._host.listing(path)

    def lstat(self, path: str) -> FileStatus:
        self.looked_at.add(path)
        return self._host.lstat(path)

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        self.looked_at.add(database)
        return self._host.rows(database, query)

    def now(self) -> datetime:
        return self._host.now()

    @property
    def asked(self) -> set[str]:
        return {
            path
            for path in self.read_paths | self.listed | self.looked_at
            if not f"{path}/".startswith(RUNNING)
        }


class ScratchHost:
    """Files from below `root`; what runs, and what programs say, from `here`."""

    def __init__(self, root: Path, here: Host) -> None:
        self._files = LocalHost(root)
        self._here = here
        self.vanished = ""  # a file that is listed and gone when it is read
        self.refused: set[str] = set()  # that the door would not read

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        return self._here.run(argv, timeout_s, accept=accept)

    def read(self, path: str, *, limit_bytes: int = FILE_LIMIT_BYTES) -> str:
        if path == self.vanished:
            raise UnreadableFactError(path, "missing")
        try:
            return self._of(path).read(path, limit_bytes=limit_bytes)
        except UnreadableFactError as error:
            if error.reason != "missing":
                self.refused.add(path)
            raise

    def listing(self, path: str) -> tuple[str, ...]:
        try:
            return self._of(path).listing(path)
        except UnreadableFactError as error:
            if error.reason != "missing":
                self.refused.add(path)
            raise

    def lstat(self, path: str) -> FileStatus:
        return self._of(path).lstat(path)

    def rows(self, database: str, query: str) -> tuple[tuple[str, ...], ...]:
        return self._of(database).rows(database, query)

    def now(self) -> datetime:
        return self._here.now()

    def _of(self, path: str) -> Host:
        return self._here if f"{path}/".startswith(RUNNING) else self._files


def copy_here(paths: Collection[str], root: Path) -> None:
    """Bring these paths of this machine below `root`, as far as they exist.

    What an ordinary user may not read is made empty: that it is there must do.
    """
    for path in sorted(paths):
        with contextlib.suppress(PermissionError):  # behind a folder that hides even its names
            _copy(Path(path), root / path.lstrip("/"))


def _copy(source: Path, target: Path) -> None:
    """A folder comes with the names in it; a link with what it leads to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink():
        _copy_leaf(source, target)
        real = source.resolve()
        _copy(real, target.parents[len(source.parts) - 2] / str(real).lstrip("/"))
    elif source.is_dir() and os.access(source, os.R_OK | os.X_OK):
        target.mkdir(exist_ok=True)
        for inside in source.iterdir():
            _copy_leaf(inside, target / inside.name)
    else:
        _copy_leaf(source, target)


def _copy_leaf(source: Path, target: Path) -> None:
    """A file with its mode; of a large one, and of anything else, only that it is there."""
    if target.exists() or target.is_symlink():
        return
    if source.is_symlink():
        target.symlink_to(source.readlink())
    elif source.is_dir():
        target.mkdir()
    elif source.is_file() and os.access(source, os.R_OK) and _is_small(source):
        shutil.copy(source, target)
    elif source.exists():
        target.touch()


def _is_small(file: Path) -> bool:
    return file.stat().st_size <= LARGEST_COPIED
