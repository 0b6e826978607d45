"""From our records to the facts that the pure judge wants: the same for a run and for a look."""

from datetime import datetime

from agent.backup.records.records import Records
from agent.backup.records.site_facts import Shown
from agent.config.model import Dataset
from agent.sites.door import SiteDoor, places_of
from recovery.dataset_facts import CopyFacts, DatasetFacts
from recovery.standing import believed
from wire.causes import most_serious
from wire.verdicts import Cause, Separation


def dataset_facts(
    records: Records, dataset: Dataset, sites: tuple[SiteDoor, ...], now: datetime
) -> DatasetFacts:
    """Everything known of a dataset; every configured site is in it."""
    last = records.runs(dataset.name, 1)
    return DatasetFacts(
        rpo=dataset.rpo_duration,
        copies=tuple(_copy(records, dataset.name, site) for site in sites),
        separation=_separation(records, sites, now),
        source_cause=last[0].source_cause if last else None,
    )


def _separation(records: Records, sites: tuple[SiteDoor, ...], now: datetime) -> Separation | None:
    """What is known of the places as they are configured now; other places were not compared."""
    known = records.separation()
    if known is None or known.places != places_of(sites):
        return None
    return believed(known.verdict, known.measured_at, now)


def _moved(records: Records, door: SiteDoor) -> Cause | None:
    """What another place showed says nothing of this one."""
    shown = records.site_facts().get(door.name, Shown)
    elsewhere = shown is not None and shown.value.place != door.place
    return Cause.COULD_NOT_LOOK if elsewhere else None


def _copy(records: Records, dataset: str, door: SiteDoor) -> CopyFacts:
    site = door.name
    point = records.newest_point(dataset, site)
    look = records.last_look(dataset, site)
    causes = {records.damage(site), look[0] if look else Cause.NEVER_RUN, _moved(records, door)}
    cause = most_serious(cause for cause in causes if cause)
    if point is None:
        return CopyFacts(site, cause=cause)
    return CopyFacts(
        site=site,
        cause=cause,
        tree=point.tree,
        snapshot_at=point.snapshot_at,
        read_back_at=point.read_back_at,
        manifest_at=point.companion_at,
        verified_at=records.verified_at(dataset, site),
        first_held_at=records.first_held_at(dataset, site),
    )
