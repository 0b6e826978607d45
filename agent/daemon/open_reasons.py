"""What stands open on this host and keeps old points from being removed: one explicit list."""

from datetime import datetime

from agent.backup import protection
from agent.backup.records.records import Records
from agent.backup.records.site_facts import Janitor, Keys, Objects, SiteFacts
from agent.config.model import Site
from agent.daemon import leftovers
from agent.daemon.app import App
from agent.sites import janitor_call, local
from agent.sites.opening import open_site
from agent.state.lock import holder
from recovery.arrivals import clock_doubted
from recovery.retention_leave import Copy, Obstacle, other_site_obstacles
from wire.request import CLOCK_TOLERANCE
from wire.verdicts import Cause

_SPOILED = frozenset({Cause.SOURCE_MISSING, Cause.SOURCE_SHRUNK, Cause.SOURCE_UNREADABLE})
_MANIPULATED = frozenset(
    {"JANITOR_SILENT", "LEDGER_LOST", "SNAPSHOTS_GONE", "KEYS_ADDED", "CONFIG_BAD"}
)


def open_reasons(app: App, records: Records, site: str) -> tuple[Obstacle, ...]:
    """Why nothing old may go at this site now; empty: it may."""
    found: set[Obstacle] = set()
    found |= _of_sites(app, records)
    found |= _of_host(app, records, site)
    copies = [
        [_copy(records, dataset.name, one.name) for one in app.config.sites]
        for dataset in app.config.datasets
    ]
    found |= set(other_site_obstacles(site, copies, app.clock.now()))
    return tuple(one for one in Obstacle if one in found)


def _of_sites(app: App, records: Records) -> set[Obstacle]:
    """Trouble at one site keeps the points at all of them."""
    found: set[Obstacle] = set()
    for site in app.config.sites:
        damage = records.damage(site.name)
        if damage is not None:
            vanished = damage is Cause.SNAPSHOTS_VANISHED
            found.add(Obstacle.VANISHED if vanished else Obstacle.DAMAGED)
        keys = records.site_facts().get(site.name, Keys)
        if keys is not None and keys.value.unknown:
            found.add(Obstacle.UNKNOWN_KEY)
        found |= _of_janitor(records.site_facts(), site, app.clock.now())
        if site.maintenance is None and protection.lost(
            records.site_facts(), open_site(site, app.home)
        ):
            found.add(Obstacle.PROTECTION_LOST)
    return found


def _of_janitor(facts: SiteFacts, site: Site, now: datetime) -> set[Obstacle]:
    """A site that never had a janitor owes no word of one."""
    found: set[Obstacle] = set()
    objects = facts.fresh(site.name, Objects, now)
    if objects is not None and objects.value.rogue:
        found.add(Obstacle.ROGUE_OBJECTS)
    if facts.get(site.name, Janitor) is None:
        return found
    if site.kind != local.KIND and not janitor_call.can_be_asked(site):
        return found  # it had one once: nobody asks any more
    janitor = facts.fresh(site.name, Janitor, now)
    if janitor is None or _MANIPULATED.intersection(janitor.value.signs):
        found.add(Obstacle.JANITOR_WARNS)
    return found


def _of_host(app: App, records: Records, site: str) -> set[Obstacle]:
    found: set[Obstacle] = set()
    for dataset in app.config.datasets:
        runs = records.runs(dataset.name, 1)
        if runs and runs[0].source_cause in _SPOILED:
            found.add(Obstacle.SOURCE)
    looks = records.arrivals(site).looks()
    off = abs(app.outbox.clock_offset_s()) > CLOCK_TOLERANCE.total_seconds()
    if off or looks is None or clock_doubted(looks[1], app.clock.now()):
        found.add(Obstacle.CLOCK)
    if records.holds().standing():
        found.add(Obstacle.HELD)
    if holder(app.home, leftovers.LOCK) is not None:
        found.add(Obstacle.DRILL_RUNS)
    return found


def _copy(records: Records, dataset: str, site: str) -> Copy:
    point = records.newest_point(dataset, site)
    verified_at = records.verified_at(dataset, site)
    if point is None:
        return Copy(site, None, None, verified_at)
    return Copy(site, point.tree, point.snapshot_at, verified_at)
