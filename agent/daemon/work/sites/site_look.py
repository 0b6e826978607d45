"""One look at every place: what the sites show, what the active probes find, each pair judged."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agent.backup.records.records import Records
from agent.config.model import Site
from agent.config.sources import originals, sources
from agent.daemon.app import App
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.sites import local
from agent.sites.declared import with_declared, with_host_declared
from agent.sites.door import SiteDoor
from agent.sites.opening import workplace_of
from agent.sites.probe import between as probe_between
from agent.sites.probe import looking as probe
from agent.sites.probe.active import Means
from agent.sites.probe.between import Findings, HostGround
from agent.sites.probe.errors import UnreachableError
from agent.sites.probe.kinds import SiteLook, look_at_site
from agent.sites.probe.looking import HostLook
from recovery.distance import required_km
from recovery.places import Place
from wire.messages import SitePair
from wire.text import N_
from wire.verdicts import Separation


@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything."""

    host: HostLook
    sites: tuple[SiteLook, ...]
    findings: Findings
    pairs: tuple[SitePair, ...]
    required_km: float | None


def look_at_all(app: App, records: Records, doors: Sequence[SiteDoor]) -> Look:
    host = _host(app)
    looks = tuple(
        _look_at(app, records, site, door)
        for site, door in zip(app.config.sites, doors, strict=True)
    )
    kilometres = required_km(max((system.level for system in app.judged_systems), default=0))
    passive = probe.judge_all(host, looks, kilometres)
    decided = {
        frozenset({pair.a, pair.b}) for pair in passive if pair.verdict is Separation.NOT_SEPARATE
    }
    ground = HostGround(app.home.scratch, _data(app))
    both = list(zip(app.config.sites, looks, strict=True))
    findings = probe_between.measure(ground, both, decided, Means(app.clock, app.entropy))
    pairs = probe.judge_all(host, looks, kilometres, findings.between)
    return Look(host, looks, findings, pairs, kilometres)


def _host(app: App) -> HostLook:
    look = probe.look_at_host(_data(app))
    return replace(look, place=with_host_declared(look.place, app.config.location))


def _data(app: App) -> tuple[Path, ...]:
    return tuple(
        path
        for dataset in app.config.datasets
        for path in (*originals(dataset), *sources(dataset, app.home))
    )


def _look_at(app: App, records: Records, site: Site, door: SiteDoor) -> SiteLook:
    """A folder that has lost its repository is a mount point without its mount: not the place."""
    made = site.kind == local.KIND and records.repository(site.name) is not None
    if made and site.path is not None and not (site.path / "config").exists():
        reason = N_("its repository is not there")
        place = with_declared(Place(site.name), site)
        fault = UnreachableError(site=site.name, reason=reason)
        return SiteLook(place, site.kind, fault=fault)
    return _with_repository(app, look_at_site(site, app.entropy), door)


def _with_repository(app: App, look: SiteLook, door: SiteDoor) -> SiteLook:
    place = replace(
        look.place,
        repository_id=_repository_id(Restic(door.repository, workplace_of(app.home))),
        master_key_mark=_mark(door.repository.password_file),
    )
    return replace(look, place=place)


def _repository_id(restic: Restic) -> str | None:
    """Who the repository says it is; a copy of the other one says the same."""
    try:
        return reading.config(restic).id
    except ResticError:
        return None


def _mark(password: Path) -> str | None:
    """Equal exactly when the passwords are; it is compared here and goes nowhere.

    The master keys themselves are not compared: they would have to be printed for that, and
    restic makes a new one with each repository that is not a copy (and a copy has its id).
    """
    try:
        return hashlib.sha256(password.read_bytes()).hexdigest()
    except OSError:
        return None
