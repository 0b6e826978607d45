"""Find, at the named site and nowhere else, the newest point of a dataset and its companion."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.backup.naming import is_companion_of, is_data_of
from agent.drills.errors import StoppedDrillError
from agent.restic.output import Snapshot
from wire.verdicts import Cause

AHEAD_ALLOWED = timedelta(minutes=5)  # a snapshot of the future is somebody's trick or a bad clock


@dataclass(frozen=True, slots=True)
class Point:
    """What is to be restored, and the snapshot that says what must come back."""

    data: Snapshot
    companion: Snapshot


def newest_point(
    listed: Sequence[Snapshot], dataset: str, now: datetime, *, site: str, known: Collection[str]
) -> Point:
    """The newest data snapshot and the newest companion of its tree. Pure.

    Args:
        listed: the site's own listing.
        dataset: whose point.
        now: snapshots later than this are passed over.
        site: for the errors.
        known: ids that were read back at this site; when any of them is listed, only they
            count: an id that nobody of us made could be dated as its maker liked. Without
            local records every snapshot counts.

    Raises:
        StoppedDrillError: NO_SNAPSHOT or NO_MANIFEST.
    """
    past = [snapshot for snapshot in listed if snapshot.at <= now + AHEAD_ALLOWED]
    data = [snapshot for snapshot in past if is_data_of(snapshot, dataset)]
    ours = [snapshot for snapshot in data if snapshot.id in known] or data
    if not ours:
        raise StoppedDrillError(
            Cause.NO_SNAPSHOT, site=site, detail=f"{len(listed)} snapshots, none of this dataset"
        )
    newest = max(ours, key=lambda snapshot: snapshot.at)
    companions = [one for one in past if is_companion_of(one, dataset, newest.tree)]
    if not companions:
        raise StoppedDrillError(
            Cause.NO_MANIFEST, site=site, detail="the newest snapshot has no companion"
        )
    return Point(newest, max(companions, key=lambda snapshot: snapshot.at))
