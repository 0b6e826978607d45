"""What a drill stands on: restic at the named site, a sealed folder, a stopwatch."""

import contextlib
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from agent.drills import companion, scratch
from agent.drills.companion import Held
from agent.drills.errors import StoppedDrillError
from agent.drills.locate import Point, newest_point
from agent.drills.phases import LOCATE, OPEN, Stopwatch
from agent.drills.scratch import Sealed
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.roles import Role
from wire.verdicts import Cause

_BLOCK_BYTES = 4096  # a file takes whole blocks
_RESERVE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one drill works."""

    restic: Restic
    sealed: Sealed
    watch: Stopwatch
    now: datetime

    @property
    def site(self) -> str:
        return self.restic.site


@dataclass(frozen=True, slots=True)
class Located:
    """A point at the site, with the commitment that the site itself holds."""

    point: Point
    held: Held


def drill_restic(restic: Restic, sealed: Sealed) -> Restic:
    """Restic as the drill may use it: reading only, with an empty cache of its own.

    A cache of the host would answer for metadata that is damaged or gone at the site.
    """
    workplace = replace(restic.workplace, cache_folder=sealed.cache)
    return replace(restic, workplace=workplace, role=Role.DRILL)


def locate(ground: Ground, dataset: str, known: Collection[str]) -> Located:
    """Find the newest point and read its companion, both at the site.

    Raises:
        StoppedDrillError: there is none, or it does not belong to the data.
        ResticError: the site cannot be asked.
    """
    with ground.watch.phase(OPEN):
        listed = reading.snapshots(ground.restic)
    point = newest_point(listed, dataset, ground.now, site=ground.site, known=known)
    with ground.watch.phase(LOCATE):
        reading.restore(ground.restic, point.companion.id, ground.sealed.companion)
        held = companion.read(ground.sealed.companion, ground.site)
    if (held.about.dataset, held.about.tree) != (dataset, point.data.tree):
        raise StoppedDrillError(
            Cause.CONTENT_DIFFERS, site=ground.site, detail="the companion is of another tree"
        )
    return Located(point, held)


def demand_space(ground: Ground, files: int, size_bytes: int) -> None:
    """Room for everything that will come, before anything comes.

    Raises:
        StoppedDrillError: there is not (NO_SPACE).
    """
    needed = size_bytes + files * _BLOCK_BYTES + _RESERVE_BYTES
    status = os.statvfs(ground.sealed.folder)
    free = status.f_bavail * status.f_frsize
    if free < needed or (status.f_files and status.f_favail < files):
        raise StoppedDrillError(
            Cause.NO_SPACE,
            site=ground.site,
            detail=f"{needed} bytes and {files} files needed, {free} bytes free",
        )


@contextlib.contextmanager
def looking_at_restored(ground: Ground) -> Iterator[None]:
    """Let ourselves into what was restored; trouble of our own disk is no fault of the site.

    Raises:
        StoppedDrillError: the restored files cannot be read here (COULD_NOT_LOOK).
    """
    try:
        if os.geteuid() != 0:
            scratch.open_up(ground.sealed.tree)
        yield
    except OSError as error:
        raise StoppedDrillError(
            Cause.COULD_NOT_LOOK, site=ground.site, detail=error.strerror or "OSError"
        ) from error
