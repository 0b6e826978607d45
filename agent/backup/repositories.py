"""Makes a site's repository once, and never a second time; knows it again afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent.backup import birth, passwords
from agent.backup.records.records import KnownRepository, Records
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.environment import Repository
from agent.restic.errors import ResticError
from agent.sites.door import SiteDoor
from wire.verdicts import Cause


@dataclass(frozen=True, slots=True)
class Opened:
    """A site whose repository is known, and restic at it."""

    site: SiteDoor
    restic: Restic
    known: KnownRepository


def open_repository(
    site: SiteDoor,
    restic: Restic,
    records: Records,
    like: Repository | None,
    entropy: Callable[[int], bytes],
) -> KnownRepository:
    """The site's repository: the one we know, or one that we make now for the first time.

    Args:
        site: where it is.
        restic: at this site.
        records: what is known.
        like: the repository whose chunker parameters a new one takes over; None for the first.
        entropy: for a new password.

    Raises:
        ResticError: the site cannot be used. A repository that we know and that is gone stays
            gone until a person decides (NO_REPOSITORY): a new one would hide the loss.
    """
    known = records.repository(site.name)
    _demand_way_in(site, known)
    if known is not None:
        return known
    password = site.repository.password_file
    if not password.exists():
        records.begin(site.name)
        passwords.make(password, entropy)
    try:
        found = reading.config(restic)  # made before our records were lost
    except ResticError as error:
        if error.cause is not Cause.NO_REPOSITORY:
            raise
        if not records.begun(site.name):
            raise _lost(site) from error
        found = birth.make(site, restic, like, entropy)
    return KnownRepository(site.name, found.id, found.chunker_polynomial)


def _lost(site: SiteDoor) -> ResticError:
    """The password is older than our records: the repository that it opened is gone."""
    return ResticError(
        Cause.NO_REPOSITORY,
        site=site.name,
        verb="open",
        says=f"{site.repository.password_file} is there, so a repository was made here before",
    )


def remember(records: Records, known: KnownRepository, at: datetime) -> None:
    if records.repository(known.site) is None:
        records.add_repository(known, at)


def _demand_way_in(site: SiteDoor, known: KnownRepository | None) -> None:
    obstacle = site.obstacle()
    if obstacle is not None:
        raise ResticError(obstacle, site=site.name, verb="open", says="the folder is not there")
    if known is not None and not site.repository.password_file.exists():
        raise ResticError(
            Cause.BAD_KEY,
            site=site.name,
            verb="open",
            says=f"{site.repository.password_file} is not there",
        )
