"""Brings a copy of every dataset to a disk that is carried away, and seals how old it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.backup.carrying import carried, seeding
from agent.backup.carrying.carried import Carried
from agent.backup.course import Course
from agent.backup.records.records import Records
from agent.backup.records.site_facts import Unplugged
from agent.backup.run import Setting
from agent.backup.sources.producing import originals
from agent.daemon.app import App
from agent.daemon.work.backup.backup_job import LOCK, chosen, open_sites, setting_of
from agent.daemon.work.sites.site_state import tell_site_states
from agent.progress import OnProgress
from agent.sites import device
from agent.sites.door import SiteDoor
from agent.sites.local import LocalSite
from agent.sites.opening import site_named
from agent.state.lock import hold


@dataclass(frozen=True, slots=True)
class Taken:
    """What lies on the disk now, dataset by dataset."""

    folder: Path
    copies: tuple[Carried, ...]
    at: datetime


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
    tell_site_states(app, sites)
    return Taken(disk.folder, copies, app.clock.now())


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
