"""Puts what was restored where it belongs, on one filesystem, losing neither the old nor the new.

Where the filesystem can exchange two names that is one step, so that there is always something
at the goal. `recover` ends what kill -9 has cut, by what the journal and the inodes say.
"""

import ctypes
import errno
import os
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agent.backup.errors import RestoreTargetError
from agent.backup.restore.goal import Ground
from agent.backup.restore.journal import PLACING, Entry, Identity, Journal, sync_folder

_AT_FDCWD = -100
_NO_REPLACE, _EXCHANGE = 1, 2  # flags of renameat2(2)
_NOT_HERE = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTTY}
_libc = ctypes.CDLL(None, use_errno=True)


class Ending(StrEnum):
    """How an interrupted restore was ended."""

    CLEANED = "cleaned"  # nothing had been placed; our own folder is gone
    FINISHED = "finished"  # the new one is at the goal, the old one is kept
    LEFT = "left"  # somebody has moved things since: nothing was touched


def identity(path: Path) -> Identity | None:
    """Which thing lies there now; None: nothing."""
    try:
        seen = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return seen.st_dev, seen.st_ino


@dataclass(frozen=True, slots=True)
class Move:
    """From a path below the stage to a name in the parent; `kept`: the name for what is there."""

    inner: str
    final: str
    kept: str = ""


def place(journal: Journal, ground: Ground, move: Move) -> None:
    """Put the restored thing at its goal.

    Raises:
        RestoreTargetError: it does not work; what was at the goal still is.
    """
    item, final = ground.stage / move.inner, ground.parent / move.final
    folder = ground.stage_path.parent
    old = identity(final) if move.kept else None
    journal.write(
        phase=PLACING,
        item=str(ground.stage_path / move.inner),
        final=str(folder / move.final),
        kept=str(folder / move.kept) if move.kept else "",
        new=identity(item),
        old=old,
    )
    try:
        if old is None:
            rename(item, final)
        else:
            _replace(item, final, ground.parent / move.kept)
        sync_folder(ground.parent)
    except OSError as error:
        raise RestoreTargetError(
            target=str(folder / move.final), reason=error.strerror or type(error).__name__
        ) from error


def _replace(item: Path, final: Path, kept: Path) -> None:
    try:
        _rename(item, final, _EXCHANGE)
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
        rename(final, kept)  # an older filesystem: for a moment nothing lies at the goal
        try:
            rename(item, final)
        except OSError:
            rename(kept, final)
            raise
        return
    try:
        rename(item, kept)
    except OSError:
        _rename(item, final, _EXCHANGE)  # back again
        raise


def rename(source: Path, target: Path) -> None:
    """Rename, never over anything.

    Raises:
        OSError: the target exists, or it does not work.
    """
    try:
        _rename(source, target, _NO_REPLACE)
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        source.rename(target)


def _rename(source: Path, target: Path, flag: int) -> None:
    """Source: renameat2(2)."""
    names = os.fsencode(source), os.fsencode(target)
    if _libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], flag) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def recover(journal: Journal) -> Ending:
    """End what an interrupted restore began, never removing what was there before it."""
    ending = _recovered(journal)
    if ending is not Ending.LEFT:
        remove_stage(Path(journal.entry.stage))
    journal.close()
    return ending


def _recovered(journal: Journal) -> Ending:
    entry = journal.entry
    if entry.phase != PLACING:
        return Ending.CLEANED
    at_item, at_final = identity(Path(entry.item)), identity(Path(entry.final))
    if at_final == entry.new:
        return _old_put_aside(entry, at_item)
    if at_item != entry.new:
        return Ending.LEFT
    return _new_put_in_place(entry, at_final)


def _old_put_aside(entry: Entry, at_item: Identity | None) -> Ending:
    """The new one is in its place: the old one, if it still lies in our stage, gets its name."""
    if entry.old is None or at_item != entry.old:
        return Ending.FINISHED
    if entry.kept and identity(Path(entry.kept)) is not None:
        return Ending.LEFT  # the old one is in our stage, and its name is taken
    rename(Path(entry.item), Path(entry.kept))
    return Ending.FINISHED


def _new_put_in_place(entry: Entry, at_final: Identity | None) -> Ending:
    """The new one still lies in our stage: it gets its place if the old one has left it."""
    at_kept = identity(Path(entry.kept)) if entry.kept else None
    if entry.old is None or at_kept != entry.old:
        return Ending.CLEANED
    if at_final is not None:
        return Ending.LEFT  # somebody has put a third thing there
    rename(Path(entry.item), Path(entry.final))
    return Ending.FINISHED


def remove_stage(stage: Path) -> None:
    """Remove our own folder beside the goal, whatever modes a restore gave what is in it."""
    if not os.path.lexists(stage):
        return
    try:
        shutil.rmtree(stage)
    except PermissionError:
        _open_up(stage)
        shutil.rmtree(stage)


def _open_up(folder: Path) -> None:
    folder.chmod(0o700)
    for place_, names, _ in os.walk(folder):  # from the top: a folder is opened before it is read
        for name in names:
            inner = Path(place_, name)
            if not inner.is_symlink():
                inner.chmod(0o700)
