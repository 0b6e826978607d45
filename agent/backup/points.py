"""The points of a dataset that a site lists, and choosing one of them. Mostly pure."""

from collections.abc import Sequence
from datetime import datetime

from agent.backup.errors import NoPointError
from agent.backup.naming import is_data_of
from agent.restic.output import Snapshot
from recovery.rpo import lies_ahead


def points_of(listed: Sequence[Snapshot], dataset: str) -> tuple[Snapshot, ...]:
    """The dataset's points, newest first."""
    found = [one for one in listed if is_data_of(one, dataset)]
    return tuple(sorted(found, key=lambda one: one.time, reverse=True))


def point_named(points: Sequence[Snapshot], name: str, site: str, dataset: str) -> Snapshot:
    """The point whose id begins with `name`.

    Raises:
        NoPointError: there is none, or more than one.
    """
    found = [point for point in points if name and point.id.startswith(name)]
    if len(found) != 1:
        raise NoPointError(site=site, dataset=dataset, wanted=name)
    return found[0]


def point_at(
    points: Sequence[Snapshot], at: datetime, now: datetime, site: str, dataset: str
) -> Snapshot:
    """The newest point that had begun by `at`. Points from the future are not believed.

    Raises:
        NoPointError: the site holds none so old.
    """
    for point in points:
        if point.at <= at and not lies_ahead(point.at, now):
            return point
    raise NoPointError(site=site, dataset=dataset, wanted=at.isoformat(timespec="minutes"))
