"""Looks at all places under a lock, and seals whether two sites are two sites."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.backup.records.pairs import KnownPair
from agent.backup.records.records import KnownSeparation, Records, open_records
from agent.daemon.app import App
from agent.daemon.tell import tell
from agent.daemon.work.backup.backup_job import open_sites, tell_standing
from agent.daemon.work.backup.room import free_bytes, note_room
from agent.daemon.work.sites import attack_job
from agent.daemon.work.sites.attack_job import SiteAttack
from agent.daemon.work.sites.site_look import Look, look_at_all
from agent.daemon.work.sites.site_state import tell_site_states
from agent.daemon.work.sites.site_traits import traits_of
from agent.sites.declared import placed, placed_host
from agent.sites.door import places_of
from agent.sites.lacking import Lack, lacks_of
from agent.sites.opening import site_named
from agent.sites.probe.errors import ProbeError, SignedAnswerError
from agent.sites.probe.looking import host_beside
from agent.state.lock import hold
from recovery.places import HOST
from recovery.separation import evidence
from recovery.standing import from_before, standing
from wire.messages import Gap, SiteEvidence, SitePair

LOCK = "site"
SITE_MOVED = "SITE_MOVED"
PairName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Probed:
    """The verdicts, and why a site could not be asked.

    `decided_at`: of the pairs in which something stands that this look could not ask again.
    """

    evidence: SiteEvidence
    faults: dict[str, ProbeError]
    unsigned: dict[str, SignedAnswerError]
    decided_at: dict[PairName, datetime]
    lacks: dict[PairName, tuple[Lack, ...]]
    attacks: tuple[SiteAttack, ...] = ()


def run(app: App, moved: Sequence[str] = ()) -> Probed:
    """Look, judge, remember for the backup's verdict, seal.

    Args:
        app: whose sites.
        moved: sites of which a person says that they are at another place now: what earlier
            looks have proved of them is forgotten, which is recorded in the log.

    Raises:
        NothingToBackUpError: no site is configured.
        UnknownSiteError: a site that is not configured has moved.
        BusyError: another look is under way.
    """
    doors = open_sites(app)
    for name in moved:
        site_named(name, app.config.sites)
    with (
        hold(app.home, LOCK, clock=app.clock),
        contextlib.closing(open_records(app.home, app.clock)) as records,
    ):
        look = look_at_all(app, records, doors)
        now = app.clock.now()
        for site in moved:
            _forget(app, records, look, site)
        known = [_with_before(records, pair, look, places_of(doors), now) for pair in look.pairs]
        found = _evidence(app, look, known, now)
        records.set_separation(KnownSeparation(found.verdict, now, places_of(doors)))
        _remember_traits(records, look, now)
        note_room(app, records, {one.place.name: free_bytes(one.place) for one in look.sites})
        tell(app, found)
    attacks = attack_job.run(app, doors)
    tell_standing(app)
    tell_site_states(app, doors)
    return replace(_probed(found, look, known), attacks=attacks)


def _with_before(
    records: Records, alone: SitePair, look: Look, places: str, now: datetime
) -> KnownPair:
    """The pair with what stands of earlier looks; it is kept for the next.

    A folder without its repository may be a mount point without its mount: what it shows is
    told, and not kept.
    """
    a, b = (_identity(records, look, name) for name in (alone.a, alone.b))
    before = records.pairs().known(a, b)
    pair = standing(before.pair if before else None, alone)
    decided_at = before.decided_at if before and from_before(pair) else now
    known = KnownPair(pair, decided_at, places)
    empty = {one.place.name for one in look.sites if one.here and not one.place.repository_id}
    if not empty & {alone.a, alone.b}:
        records.pairs().keep(a, b, known)
    return known


def _identity(records: Records, look: Look, name: str) -> str:
    """A place is its repository, whatever it is called and wherever it is said to be."""
    place = next((one.place for one in look.sites if one.place.name == name), None)
    if place is None:
        return name
    known = records.repository(name)
    return place.repository_id or (known.repository if known else name)


def _forget(app: App, records: Records, look: Look, site: str) -> None:
    count = records.pairs().forget(_identity(records, look, site))
    if count:
        now = app.clock.now()
        tell(app, Gap(subject=f"site.{site}", reason=SITE_MOVED, to_at=now, count=count))


def _evidence(app: App, look: Look, known: Sequence[KnownPair], now: datetime) -> SiteEvidence:
    places = [placed_host(HOST, app.config.location)]
    sites = zip(look.sites, app.config.sites, strict=True)
    places += [placed(one.place, site) for one, site in sites]
    return evidence([one.pair for one in known], now, places, look.required_km)


def _remember_traits(records: Records, look: Look, now: datetime) -> None:
    records.traits().keep(HOST, traits_of(look.host.place), now)
    for one in look.sites:
        records.traits().keep(one.place.name, traits_of(one.place), now)


def _probed(found: SiteEvidence, look: Look, known: Sequence[KnownPair]) -> Probed:
    named = {one.place.name: one for one in look.sites}
    host, why = host_beside(look.host), look.findings.why
    return Probed(
        found,
        {name: one.fault for name, one in named.items() if one.fault is not None},
        {name: one.unsigned for name, one in named.items() if one.unsigned is not None},
        {(one.pair.a, one.pair.b): one.decided_at for one in known if from_before(one.pair)},
        {(one.pair.a, one.pair.b): lacks_of(one.pair, host, named, why) for one in known},
    )
