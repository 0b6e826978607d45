"""From a judgement to what is done: kept, counted, or moved to quarantine."""

import os
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from agent.sites.janitor import shape
from agent.sites.janitor.judge import (
    Action,
    Candidate,
    Content,
    Judgement,
    Looks,
    Patience,
    Reason,
    judge,
)
from agent.sites.janitor.keys import is_key
from agent.sites.janitor.memory import Known, Memory, Moment
from agent.sites.janitor.quarantine import Offender, Quarantine
from agent.sites.janitor.reading import Read, read_object
from agent.sites.janitor.shape import Entry, Kind

_DAY_S = 86_400.0
_MOST_KEPT = {Kind.KEY: 64 << 10}
_MOST_SEALED = 64 << 20  # restic makes indexes of at most a few MiB
_SEALED = frozenset({Kind.INDEX, Kind.LOCK, Kind.SNAPSHOT})
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_REMEMBERED = (Entry.OBJECT, Entry.TEMPORARY)
Seal = Callable[[bytes], bool]


@dataclass(slots=True)
class Tally:
    """What a look came to, counted as it goes on."""

    told: Counter[tuple[str, Reason]] = field(default_factory=Counter)  # by folder
    waiting: Counter[str] = field(default_factory=Counter)
    stuck: int = 0

    def begin_again(self, folder: str) -> None:
        """It is looked at once more."""
        del self.waiting[folder]
        for place in [place for place in self.told if place[0] == folder]:
            del self.told[place]

    def number_told(self, *reasons: Reason) -> int:
        """How many were told for these reasons; without one, for any."""
        return sum(n for (_, reason), n in self.told.items() if not reasons or reason in reasons)


@dataclass(frozen=True, slots=True)
class Work:
    """All that a look works with."""

    repository: int  # descriptor of its folder
    owner: int
    memory: Memory
    quarantine: Quarantine
    patience: Patience
    number: int  # of this look
    seal: Seal | None  # says whether the repository's own key made these bytes
    tally: Tally = field(default_factory=Tally)


def look_at(
    work: Work, here: int, folder: str, found: tuple[str, os.stat_result], now: Moment
) -> None:
    """One name in a folder of objects."""
    name, status = found
    kind = shape.entry(folder, name)
    regular = stat.S_ISREG(status.st_mode)
    known = None
    if regular and kind in _REMEMBERED:
        known = work.memory.see(folder, name, status, work.number, now)
        if kind is Entry.TEMPORARY and known.content is Content.UNREAD:
            work.memory.read(folder, name, Content.TEMPORARY, now.at)
        elif kind is Entry.OBJECT and known.content is Content.UNREAD:
            known = _read_if_small(work, here, known, now)
    candidate = _candidate(work, folder, found, kind, known)
    act(
        work,
        here,
        Offender(folder, name, status, Reason.NONE),
        judge(candidate, work.patience),
        now,
    )


def judge_again(work: Work, here: int, known: Known, now: Moment) -> None:
    """After its content was read."""
    status = os.stat(known.name, dir_fd=here, follow_symlinks=False)
    candidate = _candidate(work, known.folder, (known.name, status), Entry.OBJECT, known)
    offender = Offender(known.folder, known.name, status, Reason.NONE)
    act(work, here, offender, judge(candidate, work.patience), now)


def act(work: Work, here: int, one: Offender, judgement: Judgement, now: Moment) -> None:
    """Do what was decided, and count it."""
    action, reason = judgement.action, judgement.reason
    if reason is Reason.ALTERED and _altered_today(work, now) >= work.patience.altered_a_day:
        action, reason = Action.TELL, Reason.MANY_ALTERED
    if action is Action.WAIT:
        work.tally.waiting[one.folder] += 1
    elif action is Action.TELL:
        work.tally.told[one.folder, reason] += 1
    elif action is Action.MOVE:
        offender = Offender(one.folder, one.name, one.status, reason)
        if work.quarantine.take(here, offender, now.at).outcome == "refused":
            work.tally.stuck += 1
        elif shape.entry(one.folder, one.name) in _REMEMBERED:
            work.memory.forget(one.folder, one.name)


def content_of(work: Work, here: int, folder: str, name: str) -> Read:
    """Read it, with what its kind asks for besides its digest."""
    kind = shape.kind_of(folder)
    sealed = work.seal is not None and kind in _SEALED
    read = read_object(here, name, _MOST_SEALED if sealed else _MOST_KEPT.get(kind, 0))
    if read.content is not Content.GOOD:
        return read
    size = int((read.status or "").split(".")[1])
    if kind is Kind.KEY and not is_key(read.kept, size):
        return Read(read.status, Content.BAD_KEY, read.sha256)
    if sealed and work.seal is not None and not work.seal(read.kept):
        return Read(read.status, Content.NOT_SEALED, read.sha256)
    return Read(read.status, read.content, read.sha256)


def _read_if_small(work: Work, here: int, known: Known, now: Moment) -> Known:
    """Packs are read later, as time allows."""
    if shape.kind_of(known.folder) is Kind.PACK:
        return known
    read = content_of(work, here, known.folder, known.name)
    if read.status not in (None, known.status):
        return known  # exchanged or still written: the next look sees it as it is then
    if read.content is not Content.UNREAD:
        work.memory.read(known.folder, known.name, read.content, now.at)
    return with_content(known, read.content, now.at)


def with_content(known: Known, content: Content, at: float) -> Known:
    return replace(known, content=content, read_at=at)


def _candidate(
    work: Work, folder: str, found: tuple[str, os.stat_result], kind: Entry, known: Known | None
) -> Candidate:
    name, status = found
    looks = Looks(
        regular=stat.S_ISREG(status.st_mode),
        size=status.st_size,
        links=status.st_nlink,
        open_to_others=bool(status.st_mode & _OTHERS_WRITE),
        foreign_owner=status.st_uid != work.owner,
    )
    place = (kind, shape.kind_of(folder), shape.in_its_place(folder, name))
    if known is None:
        return Candidate(*place, looks)
    ages = (known.seen_for_s, known.quiet_for_s)
    return Candidate(*place, looks, known.content, known.once_good, *ages)


def _altered_today(work: Work, now: Moment) -> int:
    moved = work.quarantine.moved()
    return sum(1 for one in moved if one.reason == Reason.ALTERED and now.at - one.at <= _DAY_S)
