"""Tells the maintenance hosts at once what must keep them from removing old points."""

from agent.backup.records.records import Records
from agent.backup.records.site_facts import Said
from agent.config.model import Site
from agent.daemon.app import App
from agent.daemon.open_reasons import open_reasons
from agent.daemon.work.backup.retention_elsewhere import Attended
from agent.errors import BusyError
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.sites.opening import open_site, workplace_of
from recovery.retention_leave import to_tell_at_once


def speak_of_trouble(app: App, records: Records) -> tuple[str, ...]:
    """Speak where something has come up since the last word; else nothing is asked of a site.

    Returns:
        The sites that could not be told: whatever job calls this next tries them again.
    """
    unheard = [
        site.name
        for site in app.config.sites
        if site.maintained_by and _is_news(app, records, site) and not _spoken(app, records, site)
    ]
    return tuple(unheard)


def _is_news(app: App, records: Records, site: Site) -> bool:
    if records.repository(site.name) is None:
        return False
    said = records.site_facts().get(site.name, Said)
    reasons = open_reasons(app, records, site.name)
    return bool(to_tell_at_once(reasons, said.value.obstacles if said else None))


def _spoken(app: App, records: Records, site: Site) -> bool:
    door = open_site(site, app.home)
    if door.obstacle() is not None:
        return False
    try:
        Attended(app, records, site, Restic(door.repository, workplace_of(app.home))).speak()
    except (ResticError, BusyError):
        return False
    return True
