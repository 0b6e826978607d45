"""Asks the sites which points they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.backup import points
from agent.backup.course import Course
from agent.daemon.app import App
from agent.daemon.work.backup.backup_job import chosen, open_sites
from agent.daemon.work.sites.asking import ask_sites
from agent.restic.errors import ResticError
from agent.restic.output import Snapshot
from agent.sites.door import SiteDoor
from agent.sites.errors import UnknownSiteError


@dataclass(frozen=True, slots=True)
class Listed:
    """The points of one dataset at one site, or why they cannot be listed."""

    site: str
    dataset: str
    points: tuple[Snapshot, ...]
    error: ResticError | None = None


def listing(app: App, names: Sequence[str] = (), site: str = "") -> tuple[Listed, ...]:
    """Ask every site, or the named one, for its points. A site that fails is told, not left out."""
    doors = doors_of(app, site)
    asked = ask_sites(app, doors, Course(app.clock))
    held = {holding.site: holding.snapshots for holding in asked.holdings}
    return tuple(
        Listed(
            door.name,
            dataset.name,
            points.points_of(held.get(door.name, ()), dataset.name),
            asked.troubles.get(door.name),
        )
        for door in doors
        for dataset in chosen(app, names)
    )


def doors_of(app: App, site: str) -> tuple[SiteDoor, ...]:
    """The door of the named site, or all.

    Raises:
        UnknownSiteError: it is not configured.
    """
    doors = tuple(door for door in open_sites(app) if site in {"", door.name})
    if not doors:
        known = ", ".join(one.name for one in app.config.sites)
        raise UnknownSiteError(name=site, known=known)
    return doors
