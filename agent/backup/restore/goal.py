"""Where what is restored will lie: back in its place, beside, in a folder of choice, or instead.

Paths are opened once, folder by folder and following nothing; from then on everything happens
through those descriptors, so that a user of the share who swaps a folder for a link while root
restores leads us nowhere.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from agent.backup.errors import (
    NoTargetFolderError,
    RestoreTargetError,
    TargetNeededError,
    TargetNotEmptyError,
)
from texts.moments import ZONE

STAGE_PREFIX = ".lachan-restore-"
_LISTS = frozenset({"system.posix_acl_access", "system.posix_acl_default"})
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Way(StrEnum):
    """How the restored thing comes to stand to what is there."""

    IN_PLACE = "in_place"  # nothing lies there
    BESIDE = "beside"
    INTO = "into"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Goal:
    """The way and the name; `live` is where it lay, None where that is no single place."""

    way: Way
    final: Path
    live: Path | None
    kept: Path | None = None  # what the old one is called afterwards

    def fallback(self, point_at: datetime) -> "Goal":
        """Beside, for what is not good enough to be put in the place of anything."""
        if self.live is None or self.way in (Way.INTO, Way.BESIDE):
            return self
        return Goal(Way.BESIDE, _beside(self.live, point_at), self.live)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for: nothing, a folder, or to replace what is there.

    `whole`: all of a dataset, whose content then goes straight into the folder of choice.
    """

    into: Path | None = None
    replace: bool = False
    whole: bool = False


def choose(live: Path | None, wish: Wish, point_at: datetime, now: datetime) -> Goal:
    """The goal of a restore of what lay at `live`.

    Raises:
        TargetNeededError: there is no single place that it belongs to.
        TargetNotEmptyError: the folder of choice holds something.
        NoTargetFolderError: the folder that it lay in is gone, too.
    """
    if wish.into is not None:
        into = Path(os.path.abspath(wish.into))  # noqa: PTH100 - resolve() would follow links
        return Goal(Way.INTO, into if live is None or wish.whole else into / live.name, live)
    if live is None:
        raise TargetNeededError
    if not live.parent.is_dir():
        raise NoTargetFolderError(folder=str(live.parent), path=str(live))
    if not os.path.lexists(live):
        return Goal(Way.IN_PLACE, live, live)
    if wish.replace:
        return Goal(Way.REPLACE, live, live, _free(live, f"before-restore-{_stamp(now, '%S')}"))
    return Goal(Way.BESIDE, _beside(live, point_at), live)


def _beside(live: Path, point_at: datetime) -> Path:
    return _free(live, f"restored-{_stamp(point_at)}")


def _stamp(moment: datetime, seconds: str = "") -> str:
    return moment.astimezone(ZONE).strftime(f"%Y-%m-%dT%H%M{seconds}")


def _free(live: Path, ending: str) -> Path:
    """A name beside that nothing has yet."""
    names = [f"{live.name}.{ending}", *(f"{live.name}.{ending}-{n}" for n in range(2, 100))]
    for name in names:
        if not os.path.lexists(live.with_name(name)):
            return live.with_name(name)
    raise TargetNotEmptyError(target=str(live.with_name(names[0])))


@dataclass(frozen=True, slots=True)
class Ground:
    """Open folders to work in: `stage` is ours alone, `parent` is where the final name goes.

    Both lead through descriptors; `stage_path` is the stage by its name, for the journal.
    """

    parent: Path
    stage: Path
    stage_path: Path


@contextlib.contextmanager
def opened(final: Path, restore_id: str) -> Iterator[Ground]:
    """Make the stage on the filesystem of the goal; the caller removes it.

    Raises:
        RestoreTargetError: there is no way to write there.
    """
    with contextlib.ExitStack() as stack:
        try:
            final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = Path(os.path.realpath(final.parent))
            parent = _opened(folder, stack)
            name = f"{STAGE_PREFIX}{restore_id}"
            os.mkdir(name, 0o700, dir_fd=parent)
            stage = os.open(name, _FOLDER, dir_fd=parent)
            stack.callback(os.close, stage)
            if os.fstat(stage).st_uid != os.geteuid():
                raise PermissionError(1, "somebody else's folder")
            _forget_what_was_inherited(stage)
        except OSError as error:
            raise RestoreTargetError(
                target=str(final), reason=error.strerror or type(error).__name__
            ) from error
        yield Ground(_through(parent), _through(stage), folder / name)


def _opened(folder: Path, stack: contextlib.ExitStack) -> int:
    """Open a folder by its real path, one name after the other, through no link."""
    descriptor = os.open("/", _FOLDER)
    stack.callback(os.close, descriptor)
    for name in folder.parts[1:]:
        descriptor = os.open(name, _FOLDER, dir_fd=descriptor)
        stack.callback(os.close, descriptor)
    return descriptor


def _forget_what_was_inherited(stage: int) -> None:
    """The group bit and access lists of the parent would be given on to all that is restored."""
    os.fchmod(stage, 0o700)
    for name in _LISTS.intersection(os.listxattr(stage)):
        os.removexattr(stage, name)


def _through(descriptor: int) -> Path:
    """The folder for every program of ours, whatever it is called by now. proc_pid_fd(5)."""
    return Path(f"/proc/{os.getpid()}/fd/{descriptor}")
