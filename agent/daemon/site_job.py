"""Looks at all places under a lock, and seals whether two sites are two sites."""

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from agent.backup.pairs import KnownPair
from agent.backup.producing import originals, sources
from agent.backup.records import KnownSeparation, Records, open_records
from agent.config.model import Site
from agent.daemon.app import App
from agent.daemon.backup_job import open_sites, tell_standing
from agent.daemon.tell import tell
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.sites import probe
from agent.sites.door import SiteDoor, places_of
from agent.sites.opening import workplace_of
from agent.sites.probe import SiteLook
from agent.sites.probe_errors import ProbeError
from agent.state.lock import hold
from recovery.separation import evidence
from recovery.standing import from_before, meaningless, standing
from wire.messages import SiteEvidence, SitePair

LOCK = "site"


@dataclass(frozen=True, slots=True)
class Probed:
    """The verdicts, and why a site could not be asked.

    `decided_at`: of the pairs in which something stands that this look could not ask again.
    """

    evidence: SiteEvidence
    faults: dict[str, ProbeError]
    decided_at: dict[tuple[str, str], datetime]


def run(app: App) -> Probed:
    """Look, judge, remember for the backup's verdict, seal.

    Raises:
        NothingToBackUpError: no site is configured.
        BusyError: another look is under way.
    """
    doors = open_sites(app)
    with hold(app.home, LOCK, clock=app.clock):
        looks = [_look(app, *both) for both in zip(app.config.sites, doors, strict=True)]
        now, alone = app.clock.now(), _pairs(app, looks)
        with contextlib.closing(open_records(app.home, app.clock)) as records:
            known = [_with_before(records, pair, looks, doors, now) for pair in alone]
            found = evidence([one.pair for one in known], now)
            records.set_separation(KnownSeparation(found.verdict, now, places_of(doors)))
        tell(app, found)
        tell_standing(app)
    faults = {look.place.name: look.fault for look in looks if look.fault is not None}
    decided_at = {
        (one.pair.a, one.pair.b): one.decided_at for one in known if from_before(one.pair)
    }
    return Probed(found, faults, decided_at)


def _with_before(
    records: Records,
    alone: SitePair,
    looks: Sequence[SiteLook],
    doors: Sequence[SiteDoor],
    now: datetime,
) -> KnownPair:
    """The pair with what stands of earlier looks at the same places; it is kept for the next."""
    places = places_of(door for door in doors if door.name in (alone.a, alone.b))
    before = records.pairs().known(alone.a, alone.b, places)
    void = meaningless([look.place for look in looks if look.place.name in (alone.a, alone.b)])
    pair = standing(before.pair if before else None, alone, void)
    decided_at = before.decided_at if before and from_before(pair) else now
    known = KnownPair(pair, decided_at)
    records.pairs().keep(known, places)
    return known


def _pairs(app: App, looks: Sequence[SiteLook]) -> Sequence[SitePair]:
    data = [
        path
        for dataset in app.config.datasets
        for path in (*originals(dataset), *sources(dataset, app.home))
    ]
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
