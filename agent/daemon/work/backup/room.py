"""How full the sites are, and when they will be: noted at each look at the places."""

import os
from collections.abc import Mapping

from agent.backup.records.records import Records
from agent.backup.records.site_facts import Room
from agent.config.model import Dataset, Site
from agent.daemon.app import App
from agent.sites import local
from recovery.capacity import LONG, Measured, Outlook, outlook
from recovery.places import Place


def note_room(app: App, records: Records, free: Mapping[str, int | None]) -> None:
    """Keep what each site has free, as far as it could be asked, and what follows from it.

    Args:
        app: this agent.
        records: where it is kept.
        free: bytes by site; None: that kind of site does not tell.
    """
    now = app.clock.now()
    for site in app.config.sites:
        if site.name not in free:
            continue
        stored = stored_bytes(records, site.name)
        there = _of_folder(site) if site.kind == local.KIND else free[site.name]
        records.room(site.name).add(Measured(now, stored, there))
        expected = outlook_of(app, records, site.name)
        days = 0 if expected.next_run_fits is False else expected.full_in_days
        records.site_facts().put(site.name, Room(stored, there, days), now)


def free_bytes(place: Place) -> int | None:
    """What a look at a place found free there for its ordinary user."""
    if place.filesystem is None or place.available_blocks is None:
        return None
    return place.available_blocks * place.filesystem.fragment_size


def outlook_of(app: App, records: Records, site: str) -> Outlook:
    """What is to be expected of a site, from its history here."""
    now = app.clock.now()
    history = records.room(site).since(now - LONG)
    return outlook(history, _largest(records, app.config.datasets), now)


def stored_bytes(records: Records, site: str) -> int | None:
    """As the ledger of packs knows it; None: no look has listed their sizes yet."""
    packs = records.pack_ledger(site).packs()
    return sum(pack.weight for pack in packs) if packs else None


def _largest(records: Records, datasets: tuple[Dataset, ...]) -> int:
    runs = [run for dataset in datasets for run in records.runs(dataset.name, 1)]
    return max((run.bytes for run in runs), default=0)


def _of_folder(site: Site) -> int | None:
    """What this host may still write there; a folder that is not there tells nothing."""
    folder = site.path if site.path and site.path.is_dir() else None
    if folder is None:
        return None
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize
