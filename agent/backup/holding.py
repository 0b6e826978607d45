"""What a site listed at a moment."""

from dataclasses import dataclass
from datetime import datetime

from agent.clock import Clock
from agent.restic import reading
from agent.restic.door import Restic
from agent.restic.output import Snapshot


@dataclass(frozen=True, slots=True)
class Holding:
    """All snapshots of a site, as the site itself listed them."""

    site: str
    snapshots: tuple[Snapshot, ...]
    read_at: datetime

    def named(self, snapshot_id: str) -> Snapshot | None:
        return next((one for one in self.snapshots if one.id == snapshot_id), None)


def ask(restic: Restic, clock: Clock) -> Holding:
    """List everything that the site holds now.

    Raises:
        ResticError: it could not be asked.
    """
    return Holding(restic.site, reading.snapshots(restic), clock.now())
