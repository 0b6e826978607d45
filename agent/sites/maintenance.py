"""Who may remove old points at a site, through which door, and that the site's janitor knows."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from msgspec.structs import replace

from agent.config.home import Home
from agent.config.model import Site
from agent.sites import append_only_ssh, local
from agent.sites.door import SiteDoor
from agent.sites.janitor.reporting import MAINTENANCE
from agent.sites.janitor.run import place_of
from agent.sites.opening import open_site
from wire.verdicts import HeldBy, Protection


def owner_may_remove(site: Site, protection: Protection) -> bool:
    """Only at a place of our own, and only where nothing keeps this host from deleting anyway.

    Args:
        site: as configured.
        protection: as the latest attack with this host's own credential found it.
    """
    elsewhere = bool(site.maintained_by) or site.kind == append_only_ssh.KIND
    owned = site.held_by is HeldBy.OWNED
    return owned and protection is Protection.NONE and not elsewhere


def open_for_maintenance(site: Site, home: Home) -> SiteDoor:
    """The same place through the credential that may delete; only a maintenance host has it.

    Raises:
        SiteKindError: as `open_site`.
    """
    maintenance = site.maintenance
    if maintenance is None:
        raise AssertionError("the configuration names no maintenance of this site")
    return open_site(
        replace(
            site,
            key_file=maintenance.key_file or site.key_file,
            credentials_file=maintenance.credentials_file or site.credentials_file,
        ),
        home,
    )


@contextlib.contextmanager
def at_work(site: Site) -> Iterator[None]:
    """While this lasts, and a little longer, the janitor of a folder calls nothing a loss."""
    file = place_of(site.path).beside / MAINTENANCE if site.path else None
    if site.kind != local.KIND or file is None or not file.parent.is_dir():
        yield
        return
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.utime(descriptor)
        yield
        os.utime(descriptor)
    finally:
        os.close(descriptor)
