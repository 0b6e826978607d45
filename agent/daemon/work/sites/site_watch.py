"""Notices that a place has changed, cheaply, and has it looked at again at once.

What is declared and what lies on this host is compared at every turn; sites over the network
after each backup, when a connection has just been made anyway. Until the new look nothing good
is believed of the old one.
"""

import contextlib
from datetime import datetime

from agent.backup.records.records import Records, open_records
from agent.config.sites import Site
from agent.daemon.app import App
from agent.daemon.children import Children, agent_command
from agent.daemon.work.backup.backup_job import open_sites
from agent.daemon.work.sites.site_traits import differ, traits_of
from agent.sites.door import places_of
from agent.sites.probe import kinds as probe_kinds
from agent.sites.probe import local as probe_local
from agent.sites.probe import looking as probe
from recovery.places import Place

PROBE = ("site", "probe", "--json")
PROBE_IF_CHANGED = (*PROBE, "--if-changed")


def watch(app: App, children: Children) -> None:
    """One turn: start the look that is due."""
    words = due(app)
    if words:
        children.run(agent_command(app.home, words))


def due(app: App) -> tuple[str, ...]:
    """Which look is due now, as words of our command line; empty: none."""
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        known = records.separation()
        if known is None or known.places != places_of(open_sites(app)):
            return PROBE
        if _changed_here(app, records):
            records.look_again()
            return PROBE
        return PROBE_IF_CHANGED if _backed_up_since(app, records) else ()


def changed_at_sites(app: App) -> bool:
    """Ask the sites over the network who they are; nothing is written there, nothing judged."""
    with contextlib.closing(open_records(app.home, app.clock)) as records:
        changed = [site.name for site in _remote(app) if _has_changed(app, records, site)]
        if changed:
            records.look_again()
    return bool(changed)


def _has_changed(app: App, records: Records, site: Site) -> bool:
    place = probe_kinds.look_at_site(site, app.entropy).place
    if _differs(records, place, app.clock.now()):
        return True
    records.traits().keep(site.name, traits_of(place), app.clock.now())
    return False


def _changed_here(app: App, records: Records) -> bool:
    """What is seen is remembered at once: a disk that stays away is looked at once."""
    places = [probe.look_at_host([]).place]
    places += [
        probe_kinds.place_of(site.name, probe_local.look_at_folder(site.path))
        for site in app.config.sites
        if site.kind == probe_kinds.LOCAL and site.path is not None
    ]
    changed = [place for place in places if _differs(records, place, app.clock.now())]
    return bool(changed)


def _differs(records: Records, place: Place, now: datetime) -> bool:
    before, seen = records.traits().known(place.name), traits_of(place)
    if not differ(before, seen):
        return False
    records.traits().keep(place.name, seen, now)
    return True


def _backed_up_since(app: App, records: Records) -> bool:
    """Whether a backup has begun since a site over the network was last asked."""
    begun = [run.started_at for one in app.config.datasets for run in records.runs(one.name, 1)]
    asked = [records.traits().seen_at(site.name) for site in _remote(app)]
    newest = max(begun, default=None)
    return newest is not None and any(_earlier(at, newest) for at in asked)


def _earlier(asked_at: datetime | None, begun_at: datetime) -> bool:
    return asked_at is None or asked_at < begun_at


def _remote(app: App) -> list[Site]:
    return [site for site in app.config.sites if site.kind != probe_kinds.LOCAL]
