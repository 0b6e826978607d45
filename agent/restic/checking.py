"""restic check: which packs were read, and whether they are what they claim to be."""

import re
from dataclasses import dataclass

from agent.restic.door import LONG_S, Job, Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_GROUP = re.compile(
    r"read group #\d+ of (\d+) data packs \(out of total (\d+) packs in \d+ groups\)"
)


@dataclass(frozen=True, slots=True)
class Group:
    """One share of the packs: number 1 to `groups`. All of them: `Group(1, 1)`."""

    number: int
    groups: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What was really read; restic ends well, too, when a group holds no pack."""

    packs_read: int
    packs: int


def check(restic: Restic, group: Group, *, timeout_s: float = LONG_S) -> Checked:
    """Read one group of packs and the structure of the whole repository.

    Raises:
        ResticError: damage was found (REPOSITORY_DAMAGED), or it could not look.
    """
    subset = f"{group.number}/{group.groups}"
    job = Job(("check", f"--read-data-subset={subset}"), timeout_s=timeout_s)
    return parse(restic.run(job).decode(errors="replace"), restic.site)


def parse(words: str, site: str) -> Checked:
    """Take from restic's words how many packs it read.

    Raises:
        ResticError: they do not say it.
    """
    found = _GROUP.search(words)
    if found is None:
        raise ResticError(
            Cause.RESTIC_FAILED, site=site, verb="check", says="it does not say what it read"
        )
    return Checked(int(found[1]), int(found[2]))


def structure(restic: Restic, *, cached: bool = False, timeout_s: float = LONG_S) -> None:
    """Check index, snapshots and trees, and that every pack is there; none is read.

    With the cache what was read before is not fetched over the network again, and what is bad at
    the site now is not seen.

    Raises:
        ResticError: damage was found (REPOSITORY_DAMAGED), or it could not look.
    """
    with_cache = ("--with-cache",) if cached else ()
    restic.run(Job(("check", *with_cache), timeout_s=timeout_s))
