"""Looks at all places under a lock, and seals whether two sites are two sites."""

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agent.backup.records import open_records
from agent.config.model import Site
from agent.daemon.app import App
from agent.daemon.backup_job import open_sites, tell_standing
from agent.daemon.tell import tell
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.sites import probe
from agent.sites.door import SiteDoor
from agent.sites.opening import workplace_of
from agent.sites.probe import SiteLook
from agent.sites.probe_errors import ProbeError
from agent.state.lock import hold
from recovery.separation import evidence
from wire.messages import SiteEvidence, SitePair

LOCK = "site"


@dataclass(frozen=True, slots=True)
class Probed:
    """The verdicts, and why a site could not be asked."""

    evidence: SiteEvidence
    faults: dict[str, ProbeError]


def run(app: App) -> Probed:
    """Look, judge, remember for the backup's verdict, seal.

    Raises:
        NothingToBackUpError: no site is configured.
        BusyError: another look is under way.
    """
    doors = open_sites(app)
    with hold(app.home, LOCK, clock=app.clock):
        looks = [_look(app, *both) for both in zip(app.config.sites, doors, strict=True)]
        found = evidence(_pairs(app, looks), app.clock.now())
        with contextlib.closing(open_records(app.home, app.clock)) as records:
            records.set_separation(found.verdict, found.measured_at)
        tell(app, found)
        tell_standing(app)
    faults = {look.place.name: look.fault for look in looks if look.fault is not None}
    return Probed(found, faults)


def _pairs(app: App, looks: Sequence[SiteLook]) -> Sequence[SitePair]:
    data = [path for dataset in app.config.datasets for path in dataset.paths]
    levels = [system.level for system in app.judged_systems]
    return probe.judge_all(probe.look_at_host(data), looks, probe.required_km(levels))


def _look(app: App, site: Site, door: SiteDoor) -> SiteLook:
    look = probe.look_at_site(site)
    password = door.repository.password_file
    place = replace(
        look.place,
        repository_id=_repository_id(Restic(door.repository, workplace_of(app.home))),
        master_key_mark=_mark(password),
    )
    return replace(look, place=place)


def _repository_id(restic: Restic) -> str | None:
    """Who the repository says it is; a copy of the other one says the same."""
    try:
        return reading.config(restic).id
    except ResticError:
        return None


def _mark(password: Path) -> str | None:
    """Equal exactly when the passwords are; it is compared here and goes nowhere."""
    try:
        return hashlib.sha256(password.read_bytes()).hexdigest()
    except OSError:
        return None
