"""The first fill of a far site by a disk that is carried there.

The site's repository is made on the disk, with the site's own password and the first site's way
of cutting files. From then on the agent knows its id: nothing else is taken for it at the site,
and nothing is made there in its place while the disk is on its way.
"""

from datetime import datetime, timedelta
from pathlib import Path

from agent.backup.errors import AlreadyFilledError
from agent.backup.records.records import KnownRepository, Records
from agent.backup.records.site_facts import Filling, SiteFacts
from agent.backup.repositories import Opened
from agent.restic import reading
from agent.restic.errors import ResticError
from agent.sites.door import SiteDoor
from agent.sites.local import LocalSite
from wire.verdicts import Cause

AT_MOST = timedelta(days=30)  # a disk that is longer on its way is lost
_ON_ITS_WAY = "carried-"  # what lies on the disk says nothing of the site yet


def door_on(folder: Path, site: SiteDoor, records: Records) -> LocalSite:
    """The folder on the disk that becomes the site's repository; made with the site's password.

    Raises:
        AlreadyFilledError: the site has had a repository before.
    """
    name = f"{_ON_ITS_WAY}{site.name}"
    if records.repository(site.name) and not records.repository(name):
        raise AlreadyFilledError(site=site.name)
    records.begin(name)
    password = site.repository.password_file
    return LocalSite(name, site.held_by, folder / f"lachan-{site.name}", password)


def begin(records: Records, site: str, now: datetime) -> None:
    """The disk is ready: what it holds is the site's repository, and no other one ever will be."""
    carried = records.repository(f"{_ON_ITS_WAY}{site}")
    if carried is not None and records.repository(site) is None:
        records.add_repository(KnownRepository(site, carried.repository, carried.chunker), now)
    records.site_facts().put(site, Filling(seeding=True, since=now), now)


def underway(facts: SiteFacts, site: str, now: datetime) -> bool:
    """Whether a disk for this site is on its way."""
    known = facts.get(site, Filling)
    since = known.value.since if known and known.value.seeding else None
    return since is not None and now - since <= AT_MOST


def arrived(records: Records, opened: Opened, now: datetime) -> None:
    """Look whether the site holds the very repository that was carried there.

    Raises:
        ResticError: it does not yet (SEEDING); or another one is there (CONTENT_DIFFERS); or the
            site cannot be asked.
    """
    name = opened.site.name
    if not underway(records.site_facts(), name, now):
        return
    try:
        found = reading.config(opened.restic)
    except ResticError as error:
        if error.cause in (Cause.NO_REPOSITORY, Cause.SITE_UNREACHABLE):
            raise ResticError(Cause.SEEDING, site=name, verb="open", says=error.says) from error
        raise
    if found.id != opened.known.repository:
        says = "this is not the repository that was carried there"
        raise ResticError(Cause.CONTENT_DIFFERS, site=name, verb="open", says=says)
    records.site_facts().put(name, Filling(seeding=False, since=now), now)
