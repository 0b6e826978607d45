"""A copy on a disk that is carried away: brought up to date, read, and said to be whole or not.

A carried repository is one more site with a password and a master key of its own; it differs in
that nobody reaches it while it is unplugged. Its name ends with a label that the disk's folder
bears, so that several disks may take turns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from agent.backup import copying, repositories
from agent.backup.course import Course
from agent.backup.holding import Holding, ask
from agent.backup.read_back import Expected, point_of
from agent.backup.records.records import Point, Records
from agent.backup.repositories import Opened
from agent.backup.run import Setting
from agent.backup.verification import rotation, verifying
from agent.restic.errors import ResticError
from agent.sites.door import SiteDoor
from agent.sites.local import LocalSite
from agent.sites.opening import password_file
from wire.verdicts import Cause, HeldBy

PREFIX = "offline-"
_FOLDER = "lachan-"
_LABEL_BYTES = 4
_AWAY = rotation.before_it_is_carried_away


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of one dataset on the disk. `snapshot_at`: of the point that lies there now."""

    dataset: str
    cause: Cause | None
    says: str = ""
    snapshot_at: datetime | None = None
    source: str = ""  # the site that it was copied from


def door_on(folder: Path, setting: Setting) -> LocalSite:
    """The repository on this disk that is ours, or a new one."""
    for place in sorted(folder.glob(f"{_FOLDER}*")):
        label = place.name.removeprefix(_FOLDER)
        password = password_file(setting.home, f"{PREFIX}{label}")
        if label.isalnum() and password.exists():
            return LocalSite(f"{PREFIX}{label}", HeldBy.OWNED, place, password)
    label = setting.notary.entropy(_LABEL_BYTES).hex()
    name = f"{PREFIX}{label}"
    place = folder / f"{_FOLDER}{label}"
    return LocalSite(name, HeldBy.OWNED, place, password_file(setting.home, name))


def bring(
    setting: Setting,
    door: LocalSite,
    sites: Sequence[SiteDoor],
    datasets: Sequence[str],
    course_of: Callable[[str], Course],
) -> tuple[Carried, ...]:
    """Copy each dataset's newest point and its companion here, and read everything that is new.

    Raises:
        ResticError: the disk itself cannot be used.
    """
    opened = _open(setting, door, sites)
    found = [_bring(setting, opened, sites, course_of(dataset), dataset) for dataset in datasets]
    read = verifying.verify(opened.restic, setting.records, setting.clock, _AWAY)
    if read.cause is None:
        for one in found:
            if one.cause is None:
                setting.records.verified(one.dataset, door.name, setting.clock.now())
        return tuple(found)
    return tuple(Carried(one.dataset, one.cause or read.cause, read.says) for one in found)


def _open(setting: Setting, door: LocalSite, sites: Sequence[SiteDoor]) -> Opened:
    restic = setting.restic(door)
    like = None
    if setting.records.repository(door.name) is None:
        known = [site for site in sites if setting.records.repository(site.name)]
        if not known:
            raise ResticError(Cause.NEVER_RUN, site=door.name, verb="init", says="nothing to copy")
        like = known[0].repository
    records, entropy = setting.records, setting.notary.entropy
    made = repositories.open_repository(door, restic, records, like, entropy)
    repositories.remember(records, made, setting.clock.now())
    return Opened(door, restic, made)


def _bring(
    setting: Setting, target: Opened, sites: Sequence[SiteDoor], course: Course, dataset: str
) -> Carried:
    """From the first site that can give it, newest points first."""
    held = [
        (site, point)
        for site in sites
        if (point := setting.records.newest_point(dataset, site.name)) and point.companion
    ]
    if not held:
        return Carried(dataset, Cause.NO_SNAPSHOT)
    trouble: ResticError | None = None
    for site, point in sorted(held, key=lambda one: one[1].snapshot_at, reverse=True):
        try:
            return _copy(setting, target, course, site, point)
        except ResticError as error:
            trouble = trouble or error
            if error.site == target.site.name:
                break
    assert trouble is not None  # noqa: S101 - for the type checker: `held` is not empty
    return Carried(dataset, trouble.cause, trouble.says)


def _copy(
    setting: Setting, target: Opened, course: Course, site: SiteDoor, point: Point
) -> Carried:
    source = setting.restic(site)
    at_source = ask(source, setting.clock)
    wanted = _expected(at_source, point)
    if wanted.first is None or wanted.companion is None:
        raise _gone(site.name)
    with course.work("copy", target.site.name) as meter:
        ids = [wanted.first.id, wanted.companion.id]
        copying.copy(target.restic, source, ids, partial(meter.tell, None))
    there = point_of(ask(target.restic, setting.clock), wanted)
    if there.companion is None:
        raise ResticError(Cause.NO_MANIFEST, site=target.site.name, verb="copy")
    setting.records.add_point(there)
    return Carried(point.dataset, None, "", there.snapshot_at, site.name)


def _expected(at_source: Holding, point: Point) -> Expected:
    data = at_source.named(point.snapshot)
    companion = at_source.named(point.companion or "")
    manifest = next(
        (
            tag.removeprefix("manifest-")
            for tag in (companion.tags or () if companion else ())
            if tag.startswith("manifest-")
        ),
        None,
    )
    origin = data.origin if data else ""
    return Expected(point.dataset, origin, data, manifest, companion)


def _gone(site: str) -> ResticError:
    return ResticError(
        Cause.SNAPSHOTS_VANISHED, site=site, verb="copy", says="the point is not there any more"
    )


def disks(records: Records) -> tuple[str, ...]:
    """The names of all disks that a copy was brought to."""
    return tuple(name for name in records.repository_sites() if name.startswith(PREFIX))
