"""Before a run: what an earlier run, which was cut, has left at a site.

Its lock goes, and what it had stored already is put into the index, so that it is not sent again.
"""

import signal

from agent.clock import Clock
from agent.restic import children, indexing, locks
from agent.restic.children import Started
from agent.restic.door import Restic
from agent.restic.environment import Workplace
from agent.restic.errors import ResticError
from wire.verdicts import Cause

WORTHWHILE_BYTES = 16 << 20  # moved by the cut run, for the source and the site together
_STORING = frozenset({"backup", "copy"})
_KNOWN_FROM_S = 2.0  # what it moved is noted twice a second; a fast disk takes much in between
_ORPHAN_GRACE_S = ((signal.SIGINT, 10.0), (signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0))
_LOOK_EVERY_S = 0.1


def settle(restic: Restic, worthwhile_bytes: int = WORTHWHILE_BYTES) -> bool:
    """Clear up after cut runs at this site; say whether the index was made anew.

    Somebody who works there is not waited for: then it is done at the next run.

    Raises:
        ResticError: the site could not be asked, or its index could not be made.
    """
    address = restic.repository.address
    gone = children.left_behind(restic.workplace.children, address)
    if not gone:
        return False
    locks.look_again(restic)
    locks.clear(restic)
    here = tuple(child for child in gone if child.repositories[0] == address)
    rebuilt = _worth_it(here, worthwhile_bytes)
    if rebuilt and not _rebuild(restic):
        return False
    for child in here:  # who only read from here is known until its own site is settled
        children.forget(restic.workplace.children, child)
    return rebuilt


def _worth_it(gone: tuple[Started, ...], worthwhile_bytes: int) -> bool:
    """Whether cut runs have moved enough; of one that was cut at once nobody knows how much."""
    storing = [child for child in gone if child.verb in _STORING]
    moved = sum(child.moved_bytes for child in storing)
    return moved >= worthwhile_bytes or any(child.lived_s < _KNOWN_FROM_S for child in storing)


def _rebuild(restic: Restic) -> bool:
    try:
        indexing.rebuild(restic)
    except ResticError as error:
        if error.cause is not Cause.LOCKED:
            raise
        return False
    return True


def stop_orphans(workplace: Workplace, clock: Clock) -> int:
    """End the restics of an agent that was killed: nobody reads what they say. Say how many."""
    found = children.orphans(workplace.children)
    for number, patience_s in _ORPHAN_GRACE_S:
        for orphan in found:
            children.stop(orphan, number)
        _await_end(found, clock, patience_s)
    return len(found)


def _await_end(found: tuple[Started, ...], clock: Clock, patience_s: float) -> None:
    deadline_s = clock.monotonic() + patience_s
    while any(orphan.lives() for orphan in found) and clock.monotonic() < deadline_s:
        clock.sleep(_LOOK_EVERY_S)
