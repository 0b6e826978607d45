"""Locks that a dead child of ours left behind; every other lock is somebody's, and stays."""

import os
from collections.abc import Callable
from typing import TypeVar

import msgspec

from agent.restic import children, output
from agent.restic.door import Job, Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

Result = TypeVar("Result")


def locks(restic: Restic) -> tuple[output.Lock, ...]:
    """Who holds the repository. A lock that cannot be read is no lock of ours.

    Raises:
        ResticError: the locks cannot be listed.
    """
    listed = restic.run(Job(("list", "locks", "--no-lock"))).decode().split()
    found = (_lock(restic, lock_id) for lock_id in listed)
    return tuple(lock for lock in found if lock is not None)


def _lock(restic: Restic, lock_id: str) -> output.Lock | None:
    try:
        answer = restic.run(Job(("cat", "lock", lock_id, "--no-lock")))
        return msgspec.json.decode(answer, type=output.Lock)
    except (ResticError, msgspec.MsgspecError):
        return None


def clear_own(restic: Restic) -> bool:
    """Remove the lock of a child of ours that is provably gone; say whether there was one.

    Plain `unlock` removes what belongs to dead processes of this host; it is only used when
    our own record names one of them, because host names can be cloned.
    """
    folder = restic.workplace.children
    dead = {child.pid: child for child in children.left_behind(folder, restic.repository.address)}
    host = os.uname().nodename
    own = [lock for lock in locks(restic) if lock.hostname == host and lock.pid in dead]
    if not own:
        return False
    restic.run(Job(("unlock",)))
    for lock in own:
        children.forget(folder, dead[lock.pid])
    return True


def with_own_locks_cleared(restic: Restic, work: Callable[[], Result]) -> Result:
    """Do the work; if a lock of our own dead child stands in the way, remove it and do it again."""
    try:
        return work()
    except ResticError as error:
        if error.cause is not Cause.LOCKED or not clear_own(restic):
            raise
    return work()
