"""Objects at a site that carry a right name and do not open: a thief's, who has no password.

One of them among the indexes, and restic neither saves nor restores. The site cannot tell them
from ours, where it holds no key; this host can, and asks the site's janitor to set them aside.
"""

from collections.abc import Collection
from dataclasses import dataclass

from agent.restic.door import Job, Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_WORD_OF = {"index": "index", "snapshots": "snapshot", "locks": "lock"}
_NOT_OURS = frozenset({Cause.REPOSITORY_DAMAGED, Cause.RESTIC_CRASHED})
MOST_AT_ONCE = 50
SHORT_ID = 16  # digits that are remembered of an id


@dataclass(frozen=True, slots=True)
class Opened:
    """What a look came to: strangers as folder and id, and which ids opened."""

    strangers: tuple[tuple[str, str], ...]
    opened: frozenset[str]
    complete: bool  # nothing was left for the next look


def look(restic: Restic, kinds: Collection[str], known: Collection[str]) -> Opened:
    """Open what is not known yet; twice, before anything is called a stranger.

    Raises:
        ResticError: the site could not be asked.
    """
    strangers: list[tuple[str, str]] = []
    opened: set[str] = set()
    new = [
        (kind, one)
        for kind in kinds
        for one in restic.run(Job(("list", kind, "--no-lock"))).decode().split()
        if one[:SHORT_ID] not in known
    ]
    for kind, one in new[:MOST_AT_ONCE]:
        if _opens(restic, kind, one) or _opens(restic, kind, one):
            opened.add(one[:SHORT_ID])
        else:
            strangers.append((kind, one))
    return Opened(tuple(strangers), frozenset(opened), complete=len(new) <= MOST_AT_ONCE)


def _opens(restic: Restic, kind: str, one: str) -> bool:
    try:
        restic.run(Job(("cat", _WORD_OF[kind], one, "--no-lock")))
    except ResticError as error:
        if error.cause in _NOT_OURS:
            return False
        if error.cause is Cause.SITE_UNREACHABLE:
            raise
    return True
