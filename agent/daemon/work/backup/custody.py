"""Looks who has a key of each repository: once a day, and when a person asks."""

import contextlib
from dataclasses import dataclass

from agent.backup.records.records import Records, open_records
from agent.backup.records.site_facts import Keys
from agent.backup.retention.errors import NoSuchKeyError
from agent.backup.retention.keys import ACCEPTED, SeenKey
from agent.clock import Clock
from agent.config.model import Site
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.sites.site_state import tell_site_states
from agent.restic import forgetting
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.process import Stopper
from agent.sites.maintenance import open_for_maintenance
from agent.sites.opening import open_site, site_named, workplace_of
from wire.messages import Gap

KEY_ACCEPTED = "KEY_ACCEPTED"


@dataclass(frozen=True, slots=True)
class Looked:
    """The keys of one site's repository, or why they could not be listed."""

    site: str
    keys: tuple[SeenKey, ...]
    error: ResticError | None = None


def look_at_keys(restic: Restic, records: Records, clock: Clock) -> tuple[SeenKey, ...]:
    """List the keys of a site's repository, and remember how many nobody here knows.

    Raises:
        ResticError: they cannot be listed; what was known before grows old.
    """
    now = clock.now()
    seen = records.known_keys(restic.site).look(forgetting.keys(restic), now)
    strangers = sum(1 for key in seen if not key.known)
    records.site_facts().put(restic.site, Keys(strangers), now)
    return seen


def look_everywhere(app: App, site: str, accepted: tuple[str, ...]) -> tuple[Looked, ...]:
    """Look at every site, or at the one named; first accept what a person knows.

    Raises:
        UnknownSiteError: there is no such site.
        NoSuchKeyError: there is no such key to accept.
    """
    named = (site_named(site, app.config.sites),) if site else app.config.sites
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        found = tuple(_look(app, records, one, accepted) for one in named)
    doors = [open_site(one, app.home) for one in named if one.maintenance is None]
    tell_site_states(app, tuple(doors))
    return found


def _look(app: App, records: Records, site: Site, accepted: tuple[str, ...]) -> Looked:
    maintained = site.maintenance is not None
    door = open_for_maintenance(site, app.home) if maintained else open_site(site, app.home)
    restic = Restic(door.repository, workplace_of(app.home), stopper=Stopper())
    try:
        seen = look_at_keys(restic, records, app.clock)
        for key in accepted:
            _accept(app, records, site.name, key, seen)
        return Looked(site.name, look_at_keys(restic, records, app.clock) if accepted else seen)
    except ResticError as error:
        return Looked(site.name, (), error)


def _accept(app: App, records: Records, site: str, key: str, seen: tuple[SeenKey, ...]) -> None:
    """A person at this host knows whose key it is; that is said."""
    found = [one.id for one in seen if key and one.id.startswith(key)]
    if len(found) != 1:
        raise NoSuchKeyError(key=key, site=site)
    now = app.clock.now()
    records.known_keys(site).note(found[0], ACCEPTED, now)
    tell(app, Gap(subject=f"site.{site}", reason=KEY_ACCEPTED, to_at=now, count=1))
