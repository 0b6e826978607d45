"""The private folders of dumps: one to make them in, one for those that are proved.

Only what lies on the shelf is saved. The old dump stays there until the new one is proved, and
links that somebody put here go themselves, never what they lead to.
"""

import contextlib
import filecmp
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from agent.backup.errors import ProductionError
from agent.config.home import Home
from agent.config.sources import dump_folder
from wire.verdicts import Cause

MAKING, SAID = ".making", ".said"  # no dataset can be called so
RESERVE_BYTES = 64 << 20  # is left free for everything else on this disk
_LOOK_EVERY_BYTES = 64 << 20
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def workshop(home: Home, dataset: str) -> Iterator[Path]:
    """An empty folder to make dumps in; it is gone afterwards, whatever happens."""
    for folder in (home.dumps, home.dumps / MAKING):
        _private(folder)
    folder = home.dumps / MAKING / dataset
    _remove(folder)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        _remove(folder)


def sweep(home: Home) -> int:
    """Remove what a killed run left half made; say how many."""
    making = home.dumps / MAKING
    if making.is_symlink() or not making.is_dir():
        return 0
    left = list(making.iterdir())
    for one in left:
        _remove(one)
    return len(left)


def keep_words(home: Home, dataset: str, says: str) -> None:
    """What went wrong last, for a person at this host; nothing: it went well."""
    for folder in (home.dumps, home.dumps / SAID):
        _private(folder)
    file = home.dumps / SAID / dataset
    _remove(file)
    if says:
        with os.fdopen(os.open(file, _NEW, 0o600), "w", errors="replace") as stream:
            stream.write(says)


def words_of(home: Home, dataset: str) -> str:
    """What went wrong last; empty when it went well, or never ran."""
    try:
        return (home.dumps / SAID / dataset).read_text()
    except FileNotFoundError:
        return ""


def put_on_shelf(made: Path, home: Home, dataset: str) -> None:
    """Everything made takes the place of what was there; what did not change is kept as it is."""
    shelf = dump_folder(dataset, home)
    _private(shelf)
    wanted = {file.relative_to(made) for file in made.rglob("*") if file.is_file()}
    _clear(shelf, wanted)
    for inner in sorted(wanted):
        target = shelf / inner
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (target.exists() and filecmp.cmp(made / inner, target, shallow=False)):
            (made / inner).replace(target)
    filecmp.clear_cache()
    _settle(shelf)


class NewFile:
    """Guards one file that is being made: private, and never larger than the disk can bear."""

    def __init__(self, path: Path, dataset: str, tell: Callable[[int], None]) -> None:
        self._path, self._dataset, self._tell = path, dataset, tell
        self._descriptor = os.open(path, _NEW, 0o600)
        self._bytes = self._looked_at = 0

    def take(self, block: bytes) -> None:
        if self._bytes - self._looked_at >= _LOOK_EVERY_BYTES:
            self._looked_at = self._bytes
            demand_room(self._path.parent, 0, self._dataset)
        try:
            written = 0
            while written < len(block):
                written += os.write(self._descriptor, block[written:])
        except OSError as error:
            says = f"{self._path.parent}: {error.strerror}"
            raise ProductionError(Cause.NO_SPACE, dataset=self._dataset, says=says) from error
        self._bytes += len(block)
        self._tell(self._bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def demand_room(folder: Path, needed: int, dataset: str) -> None:
    """Refuse to begin what would fill the disk.

    Raises:
        ProductionError: there is less than is needed, besides the reserve (NO_SPACE).
    """
    status = os.statvfs(folder)
    free = status.f_bavail * status.f_frsize
    if free < needed + RESERVE_BYTES:
        wanted = (needed + RESERVE_BYTES) >> 20
        says = f"{folder}: {wanted} MiB needed, {free >> 20} MiB free"
        raise ProductionError(Cause.NO_SPACE, dataset=dataset, says=says)


def _private(folder: Path) -> None:
    """A folder that is ours alone; a link in its place goes."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        folder.unlink()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.geteuid():
        raise PermissionError(13, "it belongs to somebody else", str(folder))
    if stat.S_IMODE(status.st_mode) != 0o700:  # noqa: PLR2004
        folder.chmod(0o700)


def _clear(shelf: Path, wanted: set[Path]) -> None:
    """Take away what nobody made: links first, so that nothing is written through one."""
    for place, folders, files in os.walk(shelf):
        for name in (*folders, *files):
            one = Path(place) / name
            inner = one.relative_to(shelf)
            is_parent = any(inner in path.parents for path in wanted)
            if one.is_symlink() or (inner not in wanted and not is_parent):
                _remove(one)
        folders[:] = [name for name in folders if (Path(place) / name).is_dir()]


def _remove(path: Path) -> None:
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def _settle(folder: Path) -> None:
    """The renames reach the disk before anything is saved."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
