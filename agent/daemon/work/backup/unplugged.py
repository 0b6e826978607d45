"""How the unplugged copy stands: how old it is, and whether a disk is still plugged in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from agent.backup.carrying import carried
from agent.backup.records.records import Records
from agent.backup.records.site_facts import Unplugged
from agent.config.durations import parse_duration
from agent.daemon.app import App
from recovery.rpo import happened_within
from wire.messages import SiteState
from wire.verdicts import HeldBy, Protection

SITE = "offline"  # what the unplugged copy is called in evidence, whichever disk it is on


@dataclass(frozen=True, slots=True)
class Standing:
    """The unplugged copy at a moment.

    `oldest_at`: of the dataset whose newest point on any disk is the oldest; None: a dataset is
    on no disk. `age`: how old it may become; None: the configuration does not say.
    `plugged_in`: where a disk still is.
    """

    oldest_at: datetime | None
    age: timedelta | None
    plugged_in: tuple[Path, ...]

    def late(self, now: datetime) -> bool:
        if self.age is None:
            return False
        return self.oldest_at is None or not happened_within(self.oldest_at, self.age, now)


def standing(app: App, records: Records) -> Standing | None:
    """How the unplugged copy stands; None: there is none, and none is asked for."""
    disks, age = carried.disks(records), _age(app)
    if not disks and age is None:
        return None
    newest = [_newest(records, disks, dataset.name) for dataset in app.config.datasets]
    known = [at for at in newest if at is not None]
    oldest = min(known) if known and len(known) == len(newest) else None
    folders = [records.site_facts().get(disk, Unplugged) for disk in disks]
    there = [Path(known.value.folder) for known in folders if known]
    plugged_in = tuple(folder for folder in there if (folder / "config").exists())
    return Standing(oldest, age, plugged_in)


def _age(app: App) -> timedelta | None:
    return parse_duration(app.config.offline.max_age) if app.config.offline else None


def _newest(records: Records, disks: Sequence[str], dataset: str) -> datetime | None:
    """Of the points that were read after they were copied, on disks that are not damaged."""
    return max(
        (
            point.snapshot_at
            for disk in disks
            if records.damage(disk) is None
            and (read_at := records.verified_at(dataset, disk)) is not None
            for point in records.points(dataset, disk)
            if point.read_back_at <= read_at
        ),
        default=None,
    )


def state_of(found: Standing, now: datetime) -> SiteState:
    return SiteState(
        site=SITE,
        kind=SITE,
        held_by=HeldBy.OWNED,
        protection=Protection.NONE if found.plugged_in else Protection.CLAIMED,
        copied_at=found.oldest_at,
        copy_due_s=found.age.total_seconds() if found.age else None,
        looked_at=now,
    )
