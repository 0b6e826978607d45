"""Brings a copy of every dataset to a disk that is carried away, and seals how old it is."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent.backup import carried, seeding
from agent.backup.carried import Carried
from agent.backup.course import Course
from agent.backup.producing import originals
from agent.backup.records import Records, open_records
from agent.backup.run import Setting
from agent.backup.site_facts import Unplugged
from agent.config.durations import parse_duration
from agent.daemon.app import App
from agent.daemon.backup_job import LOCK, chosen, open_sites, setting_of
from agent.daemon.site_state import tell_site_states
from agent.daemon.tell import tell
from agent.progress import OnProgress
from agent.sites import device
from agent.sites.door import SiteDoor
from agent.sites.local import LocalSite
from agent.sites.opening import site_named
from agent.state.lock import hold
from recovery.rpo import happened_within
from wire.messages import SiteState
from wire.verdicts import HeldBy, Protection

SITE = "offline"  # what the unplugged copy is called in evidence, whichever disk it is on


@dataclass(frozen=True, slots=True)
class Taken:
    """What lies on the disk now, dataset by dataset."""

    folder: Path
    copies: tuple[Carried, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The unplugged copy at a moment.

    `oldest_at`: of the dataset whose newest point on any disk is the oldest; None: a dataset is
    on no disk. `age`: how old it may become; None: the configuration does not say.
    `plugged_in`: where a disk still is.
    """

    oldest_at: datetime | None
    age: timedelta | None
    plugged_in: tuple[Path, ...]

    def late(self, now: datetime) -> bool:
        if self.age is None:
            return False
        return self.oldest_at is None or not happened_within(self.oldest_at, self.age, now)


def run(app: App, wanted: Path, for_site: str, on_progress: OnProgress) -> Taken:
    """Copy the newest point of every dataset to a disk; with `for_site` as that site's first fill.

    Raises:
        DeviceError: what was named is no disk that can be carried away.
        AlreadyFilledError: the site has had a repository before.
        BusyError: a backup is running.
        ResticError: the disk cannot be used.
    """
    sites, names = open_sites(app), [dataset.name for dataset in chosen(app, ())]
    live = [*(path for one in app.config.datasets for path in originals(one)), app.home.state_dir]
    live += [site.path for site in app.config.sites if site.kind == "local" and site.path]
    mounted = device.opened(app.host, wanted, live, app.home.state_dir / "disk")
    with hold(app.home, LOCK, clock=app.clock), mounted as disk, setting_of(app) as setting:
        door, others = _door(app, setting, disk.folder, for_site, sites)
        copies = carried.bring(setting, door, others, names, _courses(app, on_progress))
        _remember(setting.records, door, for_site, copies, app.clock.now())
    tell_standing(app)
    tell_site_states(app, sites)
    return Taken(disk.folder, copies, app.clock.now())


def tell_standing(app: App) -> None:
    """Say how old the unplugged copy is, and whether it is unplugged."""
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        found = standing(app, records)
    if found is not None:
        tell(app, state_of(found, app.clock.now()))


def _door(
    app: App, setting: Setting, folder: Path, for_site: str, sites: Sequence[SiteDoor]
) -> tuple[LocalSite, tuple[SiteDoor, ...]]:
    """The repository on the disk, and the sites that it can be filled from."""
    if not for_site:
        return carried.door_on(folder, setting), tuple(sites)
    site_named(for_site, app.config.sites)
    (site,) = (one for one in sites if one.name == for_site)
    door = seeding.door_on(folder, site, setting.records)
    return door, tuple(one for one in sites if one is not site)


def _courses(app: App, on_progress: OnProgress) -> Callable[[str], Course]:
    def course_of(dataset: str) -> Course:
        return Course(app.clock, on_progress, dataset)

    return course_of


def _remember(
    records: Records, door: LocalSite, for_site: str, copies: Sequence[Carried], now: datetime
) -> None:
    if not for_site:
        records.site_facts().put(door.name, Unplugged(str(door.path)), now)
    elif all(one.cause is None for one in copies):
        seeding.begin(records, for_site, now)


def standing(app: App, records: Records) -> Standing | None:
    """How the unplugged copy stands; None: there is none, and none is asked for."""
    disks, age = carried.disks(records), _age(app)
    if not disks and age is None:
        return None
    newest = [_newest(records, disks, dataset.name) for dataset in app.config.datasets]
    known = [at for at in newest if at is not None]
    oldest = min(known) if known and len(known) == len(newest) else None
    folders = [records.site_facts().get(disk, Unplugged) for disk in disks]
    there = [Path(known.value.folder) for known in folders if known]
    plugged_in = tuple(folder for folder in there if (folder / "config").exists())
    return Standing(oldest, age, plugged_in)


def _age(app: App) -> timedelta | None:
    return parse_duration(app.config.offline.max_age) if app.config.offline else None


def _newest(records: Records, disks: Sequence[str], dataset: str) -> datetime | None:
    points = (records.newest_point(dataset, disk) for disk in disks)
    return max((point.snapshot_at for point in points if point), default=None)


def state_of(found: Standing, now: datetime) -> SiteState:
    return SiteState(
        site=SITE,
        kind=SITE,
        held_by=HeldBy.OWNED,
        protection=Protection.NONE if found.plugged_in else Protection.CLAIMED,
        copied_at=found.oldest_at,
        copy_due_s=found.age.total_seconds() if found.age else None,
        looked_at=now,
    )
