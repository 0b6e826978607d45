"""Whose a lock in a repository is, and whether its holder still lives, without trusting clocks.

A holder renews its lock under a new id every five minutes, whatever its clock says. So a lock
whose id stays the same for eleven minutes of our own stopwatch is dead, and a new id is a sign of
life. A lock of a child of ours is dead with the child; but host names are cloned, so it must also
be one that was seen at the site while that child lived.

Source: restic's design document, "Locks"; RefreshLocks every 5 minutes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

DEAD_AFTER_S = 11 * 60.0


class LockStanding(StrEnum):
    """What follows for one lock. Only the first two may be removed, and only by their id."""

    OWN_DEAD = "own_dead"
    FOREIGN_DEAD = "foreign_dead"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class LockFacts:
    """What a lock says. Its time is not here: it is another clock's."""

    id: str
    exclusive: bool
    hostname: str
    pid: int


@dataclass(frozen=True, slots=True)
class DeadChild:
    """A process of ours that is provably gone, and the locks that were seen in its lifetime."""

    hostname: str
    pid: int
    locks: frozenset[str]


def standings(
    locks: Sequence[LockFacts], dead: Collection[DeadChild], unchanged_s: Mapping[str, float]
) -> dict[str, LockStanding]:
    """The standing of every lock, by id. `unchanged_s`: for how long we have seen each id."""
    return {lock.id: _standing(lock, locks, dead, unchanged_s.get(lock.id, 0.0)) for lock in locks}


def _standing(
    lock: LockFacts, locks: Sequence[LockFacts], dead: Collection[DeadChild], unchanged_s: float
) -> LockStanding:
    if any(_is_of(lock, child) for child in dead) and _alone(lock, locks):
        return LockStanding.OWN_DEAD
    return LockStanding.FOREIGN_DEAD if unchanged_s >= DEAD_AFTER_S else LockStanding.HELD


def _is_of(lock: LockFacts, child: DeadChild) -> bool:
    return (lock.hostname, lock.pid) == (child.hostname, child.pid) and lock.id in child.locks


def _alone(lock: LockFacts, locks: Sequence[LockFacts]) -> bool:
    """Two locks of one name and number: one of them is a clone's, and we cannot tell which."""
    same = [one for one in locks if (one.hostname, one.pid) == (lock.hostname, lock.pid)]
    return len(same) == 1


def in_the_way(
    locks: Sequence[LockFacts], standing: Mapping[str, LockStanding], *, exclusive: bool
) -> tuple[LockFacts, ...]:
    """Locks that keep us out and whose holders live: shared ones only bar who wants to be alone."""
    return tuple(
        lock
        for lock in locks
        if standing[lock.id] is LockStanding.HELD and (exclusive or lock.exclusive)
    )
