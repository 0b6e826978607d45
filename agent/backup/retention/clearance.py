"""What the protected server says to the maintenance host: what stands open, which points it needs.

Nobody signs it: who has a key of the repository and lies here gains nothing that the rules of
retention do not give away anyhow. Its silence stops the maintenance host.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from agent.backup.naming import CLEARANCE
from agent.backup.retention import notes
from agent.backup.retention.notes import Desk
from agent.restic.door import Restic
from agent.restic.output import Snapshot
from recovery.retention_leave import Obstacle, clearance_counts
from recovery.rpo import lies_ahead
from wire.codec import decode_as
from wire.errors import WireError


class Clearance(Struct, frozen=True):
    """Without obstacles: old points may go."""

    repository: str
    made_at: datetime
    obstacles: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()  # snapshots at this site that must stay


def leave(restic: Restic, desk: Desk, clearance: Clearance) -> None:
    """Save it at the site.

    Raises:
        ResticError: it could not be saved.
    """
    notes.leave(restic, desk, CLEARANCE, msgspec.json.encode(clearance))


def newest(
    restic: Restic, listed: Sequence[Snapshot], repository: str, now: datetime
) -> Clearance | None:
    """The newest one that is not dated ahead; None: there is none, or it is not to be understood.

    Raises:
        ResticError: it cannot be read.
    """
    found = [one for one in listed if one.tags == (CLEARANCE,) and not lies_ahead(one.at, now)]
    if not found:
        return None
    raw = notes.read(restic, max(found, key=lambda one: one.time).id)
    try:
        clearance = decode_as(Clearance, raw)
    except WireError:
        return None
    return clearance if clearance.repository == repository else None


def obstacles_in(clearance: Clearance | None, now: datetime) -> tuple[Obstacle, ...]:
    """What keeps the maintenance host from removing; a word that it does not know does, too."""
    if clearance is None or not clearance_counts(clearance.made_at, now):
        return (Obstacle.NO_CLEARANCE,)
    known = {one.value: one for one in Obstacle}
    return tuple(
        dict.fromkeys(known.get(word, Obstacle.NOT_LOOKED) for word in clearance.obstacles)
    )
