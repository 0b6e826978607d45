"""Looks what points the sites hold, and brings a folder of one of them into a new place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.backup import points, restoring
from agent.backup.producing import sources
from agent.backup.restoring import Restored, Wanted
from agent.config.model import Dataset
from agent.daemon.app import App
from agent.daemon.backup_job import chosen, open_sites, restic_at
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.output import Snapshot
from agent.restic.process import Stopper
from agent.sites.door import SiteDoor
from agent.sites.errors import UnknownSiteError


@dataclass(frozen=True, slots=True)
class Listed:
    """The points of one dataset at one site, or why they cannot be listed."""

    site: str
    dataset: str
    points: tuple[Snapshot, ...]
    error: ResticError | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What to bring back from where into what; `snapshot` and `at` empty: the newest point."""

    dataset: str
    site: str
    target: Path
    path: Path | None = None
    snapshot: str = ""
    at: datetime | None = None


def listing(app: App, names: Sequence[str] = (), site: str = "") -> tuple[Listed, ...]:
    """Ask every site, or the named one, for its points. A site that fails is told, not left out."""
    stopper = Stopper()
    doors = [door for door in open_sites(app) if site in {"", door.name}]
    if not doors:
        raise UnknownSiteError(name=site, known=_known(app))
    found: list[Listed] = []
    for door in doors:
        found += _list_site(restic_at(app, door, stopper), chosen(app, names))
    return tuple(found)


def _list_site(restic: Restic, datasets: Sequence[Dataset]) -> list[Listed]:
    try:
        listed = reading.snapshots(restic)
    except ResticError as error:
        return [Listed(restic.site, dataset.name, (), error) for dataset in datasets]
    return [
        Listed(restic.site, dataset.name, points.points_of(listed, dataset.name))
        for dataset in datasets
    ]


def restore(app: App, request: Request) -> tuple[Snapshot, Restored]:
    """Restore from the named site alone.

    Raises:
        UnknownSiteError, UnknownDatasetError, NoPointError: there is no such thing.
        AgentError: what `agent.backup.restoring.restore` raises.
    """
    (dataset,) = chosen(app, (request.dataset,))
    restoring.demand_new_target(request.target, *app.config.datasets)
    restoring.demand_apart(request.target, app.home, app.config.sites)
    restic = restic_at(app, _door(app, request.site), Stopper())
    found = points.points_of(reading.snapshots(restic), dataset.name)
    point = _choose(app, request, found)
    saved = sources(dataset, app.home)
    wanted = Wanted(dataset, saved, point, request.path, request.target)
    restored = restoring.restore(restic, wanted)
    return point, restored


def _choose(app: App, request: Request, found: Sequence[Snapshot]) -> Snapshot:
    if request.snapshot:
        return points.point_named(found, request.snapshot, request.site, request.dataset)
    now = app.clock.now()
    return points.point_at(found, request.at or now, now, request.site, request.dataset)


def _door(app: App, name: str) -> SiteDoor:
    for door in open_sites(app):
        if door.name == name:
            return door
    raise UnknownSiteError(name=name, known=_known(app))


def _known(app: App) -> str:
    return ", ".join(site.name for site in app.config.sites)
