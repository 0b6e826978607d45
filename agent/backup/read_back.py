"""What a site really holds of a dataset, as its repository says when asked. Mostly pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.backup import naming
from agent.backup.records import Point
from agent.restic.output import Snapshot


@dataclass(frozen=True, slots=True)
class Holding:
    """All snapshots that a site listed at a moment."""

    site: str
    snapshots: tuple[Snapshot, ...]
    read_at: datetime

    def ids(self) -> frozenset[str]:
        return frozenset(snapshot.id for snapshot in self.snapshots)


def data_of(holding: Holding, dataset: str) -> tuple[Snapshot, ...]:
    """The dataset's points at the site, newest first."""
    found = [one for one in holding.snapshots if naming.is_data_of(one, dataset)]
    return tuple(sorted(found, key=lambda one: one.time, reverse=True))


def same_point(holding: Holding, wanted: Snapshot) -> Snapshot | None:
    """The wanted snapshot itself, or its copy here, with the very same tree and start."""
    for found in holding.snapshots:
        if (
            found.origin == wanted.origin
            and found.tree == wanted.tree
            and found.time == wanted.time
        ):
            return found
    return None


def vanished(holding: Holding, known: Sequence[Point]) -> tuple[str, ...]:
    """Snapshots that were here once and are no longer listed, though retention took none."""
    present = holding.ids()
    return tuple(point.snapshot for point in known if point.snapshot not in present)
