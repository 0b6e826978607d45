"""Objects at a site that carry a right name and are not ours: a thief's.

One among the indexes that does not open, and restic neither saves nor restores. One that opens and
names packs that are not there, and restic asks for them for a quarter of an hour. The site cannot
tell them from ours, where it holds no key; this host can, and asks the janitor to set them aside.
"""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from agent.restic.door import Job, Restic
from agent.restic.errors import ResticError
from wire.verdicts import Cause

_WORD_OF = {"index": "index", "snapshots": "snapshot", "locks": "lock"}
_NOT_OURS = frozenset({Cause.REPOSITORY_DAMAGED, Cause.RESTIC_CRASHED})
MOST_AT_ONCE = 12  # each costs a start of restic; the next look goes on
MOST_LOCKS = 32
SHORT_ID = 16  # digits that are remembered of an id


def kinds_to_open(locks: int, *, changed: bool) -> tuple[str, ...]:
    """A flood of locks is the janitor's: opening each would take longer than it lasts. Pure."""
    kinds = ("locks",) if 0 < locks <= MOST_LOCKS else ()
    return (*kinds, "index", "snapshots") if changed else kinds


class _Pack(Struct):
    id: str


class _Index(Struct):
    packs: tuple[_Pack, ...] = ()


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
    packs = frozenset[str]()
    if any(kind == "index" for kind, _ in new):
        packs = frozenset(restic.run(Job(("list", "packs", "--no-lock"))).decode().split())
    for kind, one in new[:MOST_AT_ONCE]:
        if _is_ours(restic, kind, one, packs) or _is_ours(restic, kind, one, packs):
            opened.add(one[:SHORT_ID])
        else:
            strangers.append((kind, one))
    return Opened(tuple(strangers), frozenset(opened), complete=len(new) <= MOST_AT_ONCE)


def _is_ours(restic: Restic, kind: str, one: str, packs: frozenset[str]) -> bool:
    try:
        said = restic.run(Job(("cat", _WORD_OF[kind], one, "--no-lock")))
    except ResticError as error:
        if error.cause in _NOT_OURS:
            return False
        if error.cause is Cause.SITE_UNREACHABLE:
            raise
        return True
    return kind != "index" or _packs_of(said) <= packs


def _packs_of(index: bytes) -> frozenset[str]:
    """An index that cannot be read names what is nowhere."""
    try:
        return frozenset(pack.id for pack in msgspec.json.decode(index, type=_Index).packs)
    except msgspec.MsgspecError:
        return frozenset({""})
