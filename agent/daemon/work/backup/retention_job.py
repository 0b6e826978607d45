"""Removes old points where this host may; leaves word for the maintenance host elsewhere."""

import contextlib
from dataclasses import dataclass, replace

from agent.backup.protection import protection_of
from agent.backup.records.records import Records, open_records
from agent.backup.records.site_facts import Retention, Room
from agent.backup.retention import clearance, retaining
from agent.backup.retention.retaining import Place, Retained, Seen, Wanted
from agent.config.model import Site
from agent.daemon import leftovers
from agent.daemon.app import App
from agent.daemon.open_reasons import open_reasons
from agent.daemon.work.backup import custody
from agent.daemon.work.backup.backup_job import LOCK
from agent.daemon.work.backup.needed import needed_points
from agent.daemon.work.backup.retention_elsewhere import Attended, Maintained
from agent.daemon.work.backup.retention_statement import tell_retained
from agent.daemon.work.sites.site_state import tell_site_states
from agent.errors import BusyError
from agent.restic import locks
from agent.restic.door import Restic
from agent.restic.errors import ResticError
from agent.restic.process import Stopper
from agent.restic.roles import Role
from agent.sites.door import SiteDoor
from agent.sites.maintenance import at_work, open_for_maintenance, owner_may_remove
from agent.sites.opening import open_site, site_named, workplace_of
from agent.state.lock import hold
from recovery.capacity import ALARM_DAYS
from recovery.retention_leave import Obstacle, PruneState, may_prune, repacked_at_most

_PATIENCE_S = {"schedule": 3600.0}  # a person sees that a backup runs, and comes again


@dataclass(frozen=True, slots=True)
class Wish:
    """At which site, whether really, and who started it."""

    site: str = ""
    dry_run: bool = False
    by: str = "person"  # schedule | person


@dataclass(frozen=True, slots=True)
class Turn:
    """One site's turn."""

    app: App
    records: Records
    site: Site
    wish: Wish


def run(app: App, wish: Wish) -> tuple[Retained, ...]:
    """Work at every site, or at the one named; each result is sealed.

    Raises:
        BusyError: a backup is running.
        UnknownSiteError: there is no such site.
    """
    named = (site_named(wish.site, app.config.sites),) if wish.site else app.config.sites
    found: list[Retained] = []
    with (
        hold(app.home, LOCK, wait_s=_PATIENCE_S.get(wish.by, 0.0), clock=app.clock),
        contextlib.closing(open_records(app.home, app.clock)) as records,
    ):
        for site in named:
            retained = _work_at(Turn(app, records, site, wish))
            tell_retained(app, retained, wish.by)
            found.append(retained)
    doors = tuple(open_site(site, app.home) for site in named if site.maintenance is None)
    tell_site_states(app, doors)
    return tuple(found)


def _work_at(turn: Turn) -> Retained:
    """What cannot be done at a site is a result, too."""
    try:
        if turn.site.maintenance is not None:
            return _maintain(turn)
        return _protect(turn, open_site(turn.site, turn.app.home))
    except ResticError as error:
        now = turn.app.clock.now()
        return Retained(
            turn.site.name, now, cause=error.cause, says=error.says, dry_run=turn.wish.dry_run
        )


def _protect(turn: Turn, door: SiteDoor) -> Retained:
    """A site of this protected server."""
    app, records, name = turn.app, turn.records, turn.site.name
    if records.repository(name) is None:
        return Retained(name, app.clock.now(), dry_run=turn.wish.dry_run)
    obstacle = door.obstacle()
    if obstacle is not None:
        raise ResticError(obstacle, site=name, verb="forget")
    restic = _restic(app, door, Role.AGENT)
    custody.look_at_keys(restic, records, app.clock)
    protection = protection_of(records.site_facts(), door, app.clock.now())
    if owner_may_remove(turn.site, protection):
        place = Place(restic.as_role(Role.SITE_MAINT), records, app.clock)
        keeps = {dataset.name: dataset.keep for dataset in app.config.datasets}
        seen = retaining.look(place, Wanted(keeps, needed_points(app, records, name)))
        return _retain(turn, place, seen, open_reasons(app, records, name))
    attended = Attended(app, records, turn.site, restic)
    attended.hear()
    if turn.site.maintained_by and not turn.wish.dry_run:
        reasons = attended.speak()
    else:
        reasons = open_reasons(app, records, name)
    if not turn.site.maintained_by:
        reasons = (*reasons, Obstacle.NOBODY)
    _remember(turn, reasons)
    return Retained(name, app.clock.now(), obstacles=reasons, dry_run=turn.wish.dry_run)


def _maintain(turn: Turn) -> Retained:
    """A site of another, protected server, whose maintenance host this is."""
    app, records = turn.app, turn.records
    restic = _restic(app, open_for_maintenance(turn.site, app.home), Role.SITE_MAINT)
    custody.look_at_keys(restic, records, app.clock)
    maintained = Maintained(app, records, restic)
    said = maintained.hear()
    configured = turn.site.maintenance.datasets if turn.site.maintenance else ()
    keeps = {dataset.name: dataset.keep for dataset in configured}
    place = Place(restic, records, app.clock, maintained.announcing())
    seen = retaining.look(place, Wanted(keeps, frozenset(said.needed if said else ())))
    found = {
        *clearance.obstacles_in(said, app.clock.now()),
        *open_reasons(app, records, turn.site.name),
    }
    return _retain(turn, place, seen, tuple(one for one in Obstacle if one in found))


def _retain(turn: Turn, place: Place, seen: Seen, reasons: tuple[Obstacle, ...]) -> Retained:
    """Remove what may go, unless something stands open; free its space when that is due."""
    holds, now = turn.records.holds(), turn.app.clock.now()
    allowed = Obstacle.HELD in reasons and holds.leave_to_make_room(place.site, now)
    if allowed:
        reasons = tuple(one for one in reasons if one is not Obstacle.HELD)
    _remember(turn, reasons)
    found = Retained(place.site, seen.at, seen.plan, reasons, dry_run=turn.wish.dry_run)
    if turn.wish.dry_run or reasons or seen.plan.disagreed:
        return found
    try:
        with hold(turn.app.home, leftovers.LOCK, clock=turn.app.clock), at_work(turn.site):
            if holds.standing() and not allowed:  # placed this very moment
                return replace(found, obstacles=(Obstacle.HELD,))
            found = replace(found, removed=retaining.remove(place, seen))
            found = replace(found, freed=_free(turn, place, allowed=allowed))
    except BusyError:
        return replace(found, obstacles=(Obstacle.DRILL_RUNS,))
    except ResticError as error:
        return replace(found, cause=error.cause, says=error.says)
    if allowed:
        holds.use_leave(place.site, now)
    return found


def _free(turn: Turn, place: Place, *, allowed: bool) -> bool:
    """Whether space was freed now."""
    records, now = turn.records, turn.app.clock.now()
    departures, arrivals = records.departures(place.site), records.arrivals(place.site)
    gone_at, pruned_at = departures.newest_gone_at(), departures.pruned_at()
    if gone_at is None or (pruned_at is not None and gone_at <= pruned_at):
        return False
    if locks.anybody_else_there(place.restic):
        arrivals.foreign_lock_seen(now)
    room = records.site_facts().fresh(place.site, Room, now)
    days = room.value.full_in_days if room else None
    tight = allowed or (days is not None and days <= ALARM_DAYS)
    state = PruneState(gone_at, pruned_at, arrivals.foreign_lock_at(), tight)
    if not may_prune(state, now):
        return False
    retaining.free(place, repacked_at_most(room.value.free_bytes if room else None))
    return True


def _remember(turn: Turn, reasons: tuple[Obstacle, ...]) -> None:
    """What the state of the site says of its retention."""
    if not turn.wish.dry_run:
        facts = turn.records.site_facts()
        facts.put(turn.site.name, Retention(bool(reasons)), turn.app.clock.now())


def _restic(app: App, door: SiteDoor, role: Role) -> Restic:
    return Restic(door.repository, workplace_of(app.home), role, stopper=Stopper())
