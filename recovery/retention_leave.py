"""Whether retention may work at all at a site now, and whether it may free space. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from recovery.backup_verdict import VERIFIED_WITHIN
from recovery.rpo import lies_ahead

PRUNES_APART = timedelta(days=7)
AFTER_FOREIGN_LOCK = timedelta(hours=24)
CLEARANCE_COUNTS_FOR = timedelta(hours=30)  # it is renewed daily; a reserve for a late job
_LEAST_FREE_BYTES = 1 << 30
_REPACKED_WHERE_ROOM_IS_NOT_KNOWN = 1 << 30


class Obstacle(StrEnum):
    """Why nothing old is removed now; most serious first."""

    VANISHED = "VANISHED"  # points or data are gone, and nobody has said why
    DAMAGED = "DAMAGED"  # stored data of a site is bad
    SOURCE = "SOURCE"  # the last source check failed: the data may be spoiled
    UNKNOWN_KEY = "UNKNOWN_KEY"  # somebody else's key opens the repository
    PROTECTION_LOST = "PROTECTION_LOST"  # a site no longer refuses what it was proved to refuse
    ROGUE_OBJECTS = "ROGUE_OBJECTS"  # objects lie at a site that no honest hand put there
    JANITOR_WARNS = "JANITOR_WARNS"  # a site's janitor tells of a manipulation, or tells nothing
    CLOCK = "CLOCK"
    HELD = "HELD"  # somebody asked for it
    DRILL_RUNS = "DRILL_RUNS"
    OTHER_SITE_BEHIND = "OTHER_SITE_BEHIND"  # it does not hold the same newest point
    OTHER_SITE_UNVERIFIED = "OTHER_SITE_UNVERIFIED"
    NOBODY = "NOBODY"  # this host may not remove there, and no maintenance host is named
    NO_CLEARANCE = "NO_CLEARANCE"  # the protected server has not said that nothing stands open
    NOT_LOOKED = "NOT_LOOKED"


TOLD_AT_ONCE = frozenset(
    {
        Obstacle.VANISHED,
        Obstacle.DAMAGED,
        Obstacle.SOURCE,
        Obstacle.UNKNOWN_KEY,
        Obstacle.PROTECTION_LOST,
        Obstacle.ROGUE_OBJECTS,
        Obstacle.JANITOR_WARNS,
        Obstacle.HELD,
    }
)  # the maintenance host hears of these before the next daily word


@dataclass(frozen=True, slots=True)
class Copy:
    """The newest point of a dataset at a site; None: not known."""

    site: str
    tree: str | None
    at: datetime | None
    verified_at: datetime | None


def other_site_obstacles(
    site: str, datasets: Sequence[Sequence[Copy]], now: datetime
) -> tuple[Obstacle, ...]:
    """What another site must hold before this one may lose anything.

    Args:
        site: where something would be removed.
        datasets: of each dataset its copies at all configured sites.
        now: this moment.
    """
    found: set[Obstacle] = set()
    for copies in datasets:
        here = next((copy for copy in copies if copy.site == site), None)
        others = [copy for copy in copies if copy.site != site]
        if here is None or here.tree is None:
            continue  # nothing of it is here that could be removed
        same = [copy for copy in others if (copy.tree, copy.at) == (here.tree, here.at)]
        if not same:
            found.add(Obstacle.OTHER_SITE_BEHIND)
        elif not any(_verified(copy, now) for copy in same):
            found.add(Obstacle.OTHER_SITE_UNVERIFIED)
    return tuple(one for one in Obstacle if one in found)


def _verified(copy: Copy, now: datetime) -> bool:
    at = copy.verified_at
    return at is not None and not lies_ahead(at, now) and now - at <= VERIFIED_WITHIN


def to_tell_at_once(found: Sequence[Obstacle], said: Sequence[str] | None) -> tuple[Obstacle, ...]:
    """What has come up since the maintenance host was spoken to; None: it never was."""
    return tuple(one for one in found if one in TOLD_AT_ONCE and one.value not in (said or ()))


def clearance_counts(made_at: datetime | None, now: datetime) -> bool:
    """Whether what the protected server said of itself is recent enough to go by."""
    if made_at is None or lies_ahead(made_at, now):
        return False
    return now - made_at <= CLEARANCE_COUNTS_FOR


@dataclass(frozen=True, slots=True)
class PruneState:
    """What decides whether space is freed now."""

    forgotten_at: datetime | None  # newest removal of points whose space was not freed yet
    pruned_at: datetime | None
    foreign_lock_at: datetime | None  # when a lock of another host was last seen
    tight: bool  # the site will soon be full


def may_prune(state: PruneState, now: datetime) -> bool:
    """A client that slept may wake and refer to what is being freed: wait a day after a lock."""
    if state.forgotten_at is None:
        return False
    if state.foreign_lock_at is not None and now - state.foreign_lock_at < AFTER_FOREIGN_LOCK:
        return False
    return state.tight or state.pruned_at is None or now - state.pruned_at >= PRUNES_APART


def repacked_at_most(free_bytes: int | None) -> int:
    """How much may be written anew while space is freed: nothing on a full disk."""
    if free_bytes is None:
        return _REPACKED_WHERE_ROOM_IS_NOT_KNOWN
    return 0 if free_bytes < _LEAST_FREE_BYTES else free_bytes // 2
