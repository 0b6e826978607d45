"""Restores into a folder of our own beside the goal and compares everything with the point."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from agent.backup.course import Course
from agent.backup.errors import CaseFoldedError
from agent.backup.restore import attributes as restore_attributes
from agent.backup.restore import compare as restore_compare
from agent.backup.restore.differences import Differences
from agent.backup.restore.goal import Ground
from agent.backup.restore.listing import Counted, Listing, fold_collision
from agent.clock import Clock
from agent.progress import Meter
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.output import Snapshot
from wire.verdicts import Cause

TREE = "tree"  # the folder of the stage that restic writes into
_GLOB = re.compile(r"([\\*?\[])")
_BLOCK_BYTES = 4096  # a file takes whole blocks
_RESERVE_BYTES = 64 << 20
_ATTRIBUTES_AT_LEAST_S = 120.0  # each folder is one start of restic: a bound for very many


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to bring back, and the open folders to do it in."""

    snapshot: Snapshot
    listing: Listing
    ground: Ground

    @property
    def tree(self) -> Path:
        return self.ground.stage / TREE

    @property
    def item(self) -> Path:
        """The wanted file or folder, as restic has written it."""
        inner = self.listing.inner.strip(b"/")
        return self.tree / os.fsdecode(inner) if inner else self.tree


@dataclass(slots=True)
class Restored:
    """What came, and in what it differs from the point."""

    site: str
    counted: Counted
    entries: int  # files, folders, links
    differences: Differences = field(default_factory=Differences)
    unlooked: int = 0  # entries whose access lists and attributes were not compared
    by_repository: int = 0  # files that no manifest speaks of: restic itself compared them
    damage: ResticError | None = None

    @property
    def whole(self) -> bool:
        """Every file is there with its content."""
        return not self.differences.of_content and self.damage is None

    @property
    def proved(self) -> bool:
        """Everything was compared, and everything is as it was."""
        return self.whole and not self.differences.total and not self.unlooked


def demand_room(site: str, folder: Path, counted: Counted) -> None:
    """Whether all of it fits on the disk of the goal.

    Raises:
        ResticError: it does not (NO_SPACE).
    """
    existing = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    status = os.statvfs(existing)
    free = status.f_bavail * status.f_frsize
    needed = counted.bytes + counted.files * _BLOCK_BYTES + _RESERVE_BYTES
    if free < needed:
        says = f"{needed >> 20} MiB needed, {free >> 20} MiB free at {existing}"
        raise ResticError(Cause.NO_SPACE, site=site, verb="restore", says=says)


def restore(restic: Restic, wanted: Wanted, course: Course, clock: Clock) -> Restored:
    """Restore and compare; what is damaged at the site is told, not raised.

    Raises:
        ResticError: the site is away, or there is no room.
        CaseFoldedError: the filesystem here cannot hold two of the names.
    """
    listing, site = wanted.listing, restic.site
    demand_case(wanted)
    wanted.tree.mkdir(mode=0o700)
    restored = Restored(site, listing.counted, len(listing.nodes))
    restored.by_repository = listing.unproven
    begun_s = clock.monotonic()
    with course.work("restore", site) as meter:
        meter.expect(listing.counted.files, listing.counted.bytes)
        restored.damage = _bring(restic, wanted, meter)
    took_s = clock.monotonic() - begun_s
    with course.work("compare", site) as meter:
        meter.expect(len(listing.entries), sum(entry.size for entry in listing.entries))
        restored.differences.add(restore_compare.statuses(wanted.tree, listing.nodes))
        restored.differences.add(restore_compare.contents(wanted.tree, listing.entries, meter))
    deadline = clock.monotonic() + max(_ATTRIBUTES_AT_LEAST_S, took_s)
    with course.work("attributes", site) as meter:
        meter.expect(len(listing.nodes), None)
        _compare_attributes(restic, wanted, restored, _Patience(clock, deadline, meter))
    return restored


def _bring(restic: Restic, wanted: Wanted, meter: Meter) -> ResticError | None:
    """Let restic write; what it could not read at the site comes back, anything else is raised."""
    inner = os.fsdecode(wanted.listing.inner)
    include = () if inner == "/" else (_GLOB.sub(r"\\\1", inner),)
    options = ["--sparse"] if restic.capabilities().restores_sparse else []
    if wanted.listing.unproven:
        options.append("--verify")  # against the repository: no manifest speaks of these files
    arrivals = _Arrivals(wanted.tree, meter)
    try:
        reading.restore(
            restic,
            wanted.snapshot.id,
            wanted.tree,
            include=include,
            options=options,
            on_bytes=arrivals.told,
        )
    except ResticError as error:
        if error.cause is Cause.DISK_FULL and "lock" not in error.says:  # our disk, not the site's
            raise ResticError(
                Cause.NO_SPACE, site=error.site, verb="restore", says=error.says
            ) from error
        if error.cause is not Cause.REPOSITORY_DAMAGED:
            raise
        return error
    meter.tell(wanted.listing.counted.files, wanted.listing.counted.bytes)
    return None


class _Arrivals:
    """Tells what has come; files are counted seldom enough to cost a twentieth of the time."""

    def __init__(self, tree: Path, meter: Meter) -> None:
        self._tree = tree
        self._meter = meter
        self._wait = 0

    def told(self, size: int) -> None:
        total = self._meter.latest.bytes_total or 0
        if self._wait > 0:
            self._wait -= 1
            self._meter.tell(None, min(size, total))
            return
        files = sum(len(names) for _, _, names in os.walk(self._tree))
        self._wait = min(120, files // 5000)
        self._meter.tell(files, min(size, total))


@dataclass(slots=True)
class _Patience:
    """How long trees may be read, and whom to tell."""

    clock: Clock
    deadline_s: float
    meter: Meter

    def lasts(self) -> bool:
        return self.clock.monotonic() < self.deadline_s


def _compare_attributes(
    restic: Restic, wanted: Wanted, restored: Restored, patience: _Patience
) -> None:
    looked = restore_attributes.Looked()

    def go_on() -> bool:
        patience.meter.tell(looked.entries)
        return patience.lasts()

    try:
        restored.differences.add(
            restore_attributes.differences(
                restic,
                wanted.snapshot.tree,
                wanted.listing.inner,
                wanted.tree,
                looked,
                go_on,
            )
        )
    except ResticError as error:
        restored.damage = restored.damage or error
    if not looked.whole:
        restored.unlooked = max(1, restored.entries - looked.entries)


def demand_case(wanted: Wanted) -> None:
    """A filesystem that knows no case would write one file over the other.

    Raises:
        CaseFoldedError: two of the names are one here.
    """
    collision = fold_collision(wanted.listing.nodes)
    if collision is None:
        return
    probe = wanted.ground.stage / "case"
    probe.touch()
    try:
        folds = os.path.lexists(wanted.ground.stage / "CASE")
    finally:
        probe.unlink()
    if folds:
        first, second = collision
        raise CaseFoldedError(
            first=first, second=second, target=str(wanted.ground.stage_path.parent)
        )
