"""Getting past the locks of dead holders, and waiting for living ones.

Who is dead is `recovery.lock_judgement`'s to say; what is removed is one object by its id. A lock
that cannot be read is left where it is: the site's janitor sees to it.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from agent.restic import children, output, sightings
from agent.restic.door import Job, Restic
from agent.restic.errors import ResticError
from agent.restic.lock_objects import LockObjects, lock_objects
from recovery.lock_judgement import (
    DeadChild,
    LockFacts,
    LockStanding,
    in_the_way,
    standings,
)
from wire.verdicts import Cause

Result = TypeVar("Result")
_QUIET_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Need:
    """Which repositories something is done at, and whether it must be alone there.

    `takes_away`: a holder that was only asleep would go on and count on what is gone then. So a
    day must have passed since the last lock of another was removed as dead (restic's #2715).
    """

    restics: tuple[Restic, ...]
    exclusive: bool = False
    takes_away: bool = False


def locks(restic: Restic) -> tuple[LockFacts, ...]:
    """Who holds the repository, as far as it can be read.

    Raises:
        ResticError: the locks cannot be listed.
    """
    return tuple(lock for lock in _listed(restic) if lock is not None)


def anybody_else_there(restic: Restic) -> bool:
    """Whether a lock of another host lies there; one that cannot be read may be another's.

    Raises:
        ResticError: the locks cannot be listed.
    """
    host = os.uname().nodename
    return any(lock is None or lock.hostname != host for lock in _listed(restic))


def _listed(restic: Restic) -> Iterator[LockFacts | None]:
    listed = restic.run(Job(("list", "locks", "--no-lock"))).decode().split()
    return (_lock(restic, lock_id) for lock_id in listed)


def past_locks(need: Need, work: Callable[[], Result]) -> Result:
    """Do the work; remove locks of dead holders that keep it out, wait for living ones.

    Raises:
        ResticError: the work failed, or somebody holds the repository for longer than we wait
            (LOCKED, with who it is).
    """
    patience = need.restics[0].patience
    deadline_s = patience.clock.monotonic() + patience.lock_s
    refusals = 0
    while True:
        if need.takes_away:
            _demand_a_quiet_day(need.restics)
        try:
            return work()
        except ResticError as error:
            if error.cause is not Cause.LOCKED:
                raise
            refused = error
        if refusals:  # nobody that we can see was in the way, and still it was refused
            patience.clock.sleep(patience.look_every_s)
        refusals += 1
        holders = _await(need, deadline_s)
        if patience.clock.monotonic() >= deadline_s:
            raise _held(refused, holders) from refused


def _demand_a_quiet_day(restics: tuple[Restic, ...]) -> None:
    for restic in restics:
        removed_at = sightings.strangers_lock_removed_at(_sightings_of(restic))
        now = restic.patience.clock.now()
        if removed_at is not None and abs(now - removed_at) < _QUIET_FOR:
            raise ResticError(
                Cause.LOCKED,
                site=restic.site,
                verb="wait",
                says=f"another's dead lock was removed at {removed_at:%Y-%m-%d %H:%M} UTC;"
                " nothing is taken away for a day after it",
            )


def _sightings_of(restic: Restic) -> Path:
    return restic.workplace.folder / "sightings" / f"{restic.site}.json"


def clear(restic: Restic, *, exclusive: bool = False) -> tuple[LockFacts, ...]:
    """Remove what dead holders left here; return the living ones that keep us out.

    Raises:
        ResticError: the locks cannot be listed.
    """
    found = locks(restic)
    clock, file = restic.patience.clock, _sightings_of(restic)
    seen = sightings.note(file, [lock.id for lock in found], clock.monotonic())
    standing = standings(found, _dead(restic), seen)
    barring = [lock for lock in found if exclusive or lock.exclusive]
    gone = [
        lock
        for lock in found
        if standing[lock.id] is LockStanding.OWN_DEAD
        or (standing[lock.id] is LockStanding.FOREIGN_DEAD and lock in barring)
    ]
    if any(standing[lock.id] is LockStanding.FOREIGN_DEAD for lock in gone):
        sightings.strangers_lock_removed(file, clock.now())
    kept = tuple(lock for lock in gone if not _remove(restic, lock, found, gone))
    held = in_the_way(found, standing, exclusive=exclusive)
    return (*held, *(lock for lock in kept if lock in barring))


def look_again(restic: Restic) -> None:
    """After a dead link: what our children, cut a moment ago, have left at the site."""
    objects = lock_objects(restic.repository, restic.workplace)
    folder, address = restic.workplace.children, restic.repository.address
    with contextlib.suppress(OSError, ValueError):  # what was not seen proves nothing
        there = frozenset(objects.sizes()) if objects else frozenset()
        for child in children.left_behind(folder, address):
            if child.is_of_this_process:
                children.saw(folder, child, there)


def _await(need: Need, deadline_s: float) -> tuple[LockFacts, ...]:
    """Until nobody is in the way or the time is over; who it was last."""
    patience = need.restics[0].patience
    while True:
        holders = [
            lock for restic in need.restics for lock in clear(restic, exclusive=need.exclusive)
        ]
        if not holders or patience.clock.monotonic() >= deadline_s:
            return tuple(holders)
        patience.clock.sleep(patience.look_every_s)


def _dead(restic: Restic) -> tuple[DeadChild, ...]:
    host = os.uname().nodename
    gone = children.left_behind(restic.workplace.children, restic.repository.address)
    return tuple(DeadChild(host, child.pid, frozenset(child.locks)) for child in gone)


def _remove(
    restic: Restic, lock: LockFacts, found: tuple[LockFacts, ...], gone: list[LockFacts]
) -> bool:
    """Whether exactly this lock is gone now."""
    objects = lock_objects(restic.repository, restic.workplace)
    if objects is None:
        return _unlock(restic, lock, found, gone)
    return _remove_object(objects, lock.id)


def _remove_object(objects: LockObjects, lock_id: str) -> bool:
    try:
        return objects.remove(lock_id)
    except (OSError, ValueError):
        return False


def _unlock(
    restic: Restic, lock: LockFacts, found: tuple[LockFacts, ...], gone: list[LockFacts]
) -> bool:
    """No way to the object itself: `unlock` goes by clocks and names, so all must be dead."""
    if len(gone) != len(found):
        return False
    restic.run(Job(("unlock",)))
    return lock.id not in {one.id for one in locks(restic)}


def _lock(restic: Restic, lock_id: str) -> LockFacts | None:
    """A crash over what is no lock is an answer, too."""
    try:
        answer = restic.run(Job(("cat", "lock", lock_id, "--no-lock")))
        lock = msgspec.json.decode(answer, type=output.Lock)
    except (ResticError, msgspec.MsgspecError):
        return None
    return LockFacts(lock_id, lock.exclusive, lock.hostname, lock.pid)


def _held(refused: ResticError, holders: tuple[LockFacts, ...]) -> ResticError:
    """Who holds it is for a person at this host; restic's own words, when they are gone again."""
    if not holders:
        return refused
    who = "; ".join(f"process {lock.pid} on {lock.hostname}" for lock in holders)
    return ResticError(Cause.LOCKED, site=refused.site, verb="wait", says=f"held by {who}")
